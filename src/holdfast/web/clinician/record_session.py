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

PLACES = {"session number": "number", "attendance": "attendance", "time": "happened_at"}


class SessionForm(entry.EpisodeForm):
    """Which course, which session of it, and whether it took place."""

    course = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect, label="Course")
    number = forms.IntegerField(
        label="Session number",
        min_value=1,
        max_value=500,
        help_text="The next one of the course is filled in.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
    )
    attendance = forms.ChoiceField(
        choices=list(ATTENDANCE.items()), widget=forms.RadioSelect, initial="attended"
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
            course_id = given.pop("course")
            entry.once(
                lambda: therapy.record_session(course_id, **given, by=request.viewer, at=request.at),
                done=lambda: (
                    given["uid"] in {row.uid for row in patient.timeline(request.viewer, episode_id)}
                ),
            )
            messages.success(
                request,
                f"Session {given['number']} kept: {ATTENDANCE[given['attendance']]}, {form.when}.",
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
    newest = next(reversed(patient.history(request.viewer, episode_id).courses), None)
    if newest is None:
        return {}
    return {"course": int(newest.key), "number": newest.progress(at=request.at).next_number}


def _course_words(row: patient.CourseRow) -> str:
    return f"{therapy_name(row.therapy)}, begun {day(row.started_at)}"
