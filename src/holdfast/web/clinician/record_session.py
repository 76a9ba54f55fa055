"""Record what became of one therapy session."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission
from holdfast.care import therapy
from holdfast.records.queries import patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.naming import ATTENDANCE, day, therapy_name
from holdfast.web.page import PageRequest, page

IN_THE_WAY = "Where it did not take place, if anyone said. Everyone who cares for this person sees it."

PLACES = {"session number": "number", "attendance": "attendance", "time": "happened_at"}


class SessionForm(entry.EpisodeForm):
    """Which course, which session of it, and whether it took place."""

    course = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect, label="Course")
    number = forms.IntegerField(
        label="Session number",
        min_value=0,
        max_value=500,
        help_text="The next one of the course is filled in; 0 is the preparation.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
    )
    attendance = forms.ChoiceField(
        choices=list(ATTENDANCE.items()), widget=forms.RadioSelect, initial="attended"
    )
    reason = forms.CharField(
        required=False, max_length=200, label="What got in the way", help_text=IN_THE_WAY
    )

    def __init__(self, *args: Any, courses: tuple[patient.CourseRow, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["course"].choices = [(row.course_id, _course_words(row)) for row in courses]  # type: ignore[attr-defined]


@page(Permission.RECORD_SESSION, looks_at="episode_id")
def record_session(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show the form with the newest course and its next session; keep what became of the session."""
    person = patient.person(request.viewer, episode_id)
    courses = patient.courses(request.viewer, episode_id)
    form = SessionForm(
        entry.posted(request),
        person=person,
        request=request,
        courses=courses,
        initial=_next(request, episode_id),
    )
    if form.is_valid():
        given = form.cleaned_data
        with entry.problems_on(form, PLACES):
            course_id, held = given.pop("course"), therapy.Held(reason=given.pop("reason"))
            entry.once(
                lambda: therapy.record_session(
                    course_id, **given, held=held, by=request.viewer, at=request.at
                ),
                done=lambda: (
                    given["uid"] in {row.uid for row in patient.timeline(request.viewer, episode_id)}
                ),
            )
            called = f"Session {given['number']}" if given["number"] else "The preparation"
            messages.success(
                request,
                f"{called} kept: {ATTENDANCE[given['attendance']]}, {form.when}.",
            )
            return redirect("patient", episode_id)
    return entry.show(
        request,
        "clinician/record_session.html",
        form,
        person=person,
        heading="Record a session",
        button="Keep session",
        courses=courses,
    )


def _next(request: PageRequest, episode_id: int) -> dict[str, object]:
    """The newest course, and the lowest session number of it that was not attended yet."""
    newest = patient.history(request.viewer, episode_id).course
    if newest is None:
        return {}
    return {"course": int(newest.key), "number": newest.progress(at=request.at).next_number}


def _course_words(row: patient.CourseRow) -> str:
    return f"{therapy_name(row.therapy)}, begun {day(row.started_at)}"
