"""Start a course of one of the therapies there are, with what each is and what is known about it side by side."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission, Role
from holdfast.care import courses
from holdfast.protocols.loader import therapies
from holdfast.records.queries import patient
from holdfast.records.queries.therapy import therapists as therapist_rows
from holdfast.web.clinician import entry
from holdfast.web.clinician.naming import day, therapy_name
from holdfast.web.page import PageRequest, page

PLACES = {"therapy": "therapy", "start": "happened_at", "track": "track", "therapist": "therapist"}

USUAL = ("", "the first one of the therapy")


class CourseForm(entry.EpisodeForm):
    """Which therapy on which of its tracks, with whom, and when the course began."""

    happened_at_label = "When the course began"

    therapy = forms.ChoiceField(widget=forms.RadioSelect)
    track = forms.ChoiceField(
        required=False,
        label="Track",
        help_text="The therapy's own form for the person: brief or open, by age, in a group.",
    )
    therapist = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Therapist")

    def __init__(self, *args: Any, request: PageRequest, **options: Any) -> None:
        super().__init__(*args, request=request, **options)
        known = therapies()
        self.fields["therapy"].choices = [(one.slug, one.name) for one in known]  # type: ignore[attr-defined]
        self.fields["track"].choices = [  # type: ignore[attr-defined]
            USUAL,
            *((one.name, [(f"{one.slug}.{t.slug}", t.name) for t in one.tracks]) for one in known),
        ]
        staff = [(str(pk), name) for pk, name in therapist_rows(request.viewer)]
        self.fields["therapist"].choices = [("", "not named yet"), *staff]  # type: ignore[attr-defined]
        if request.viewer.role is Role.THERAPIST:
            self.fields["therapist"].initial = request.viewer.account_id

    def clean(self) -> dict[str, Any]:
        """The track must be one of the therapy that was chosen."""
        given: dict[str, Any] = super().clean() or {}
        therapy, _, track = given.get("track", "").partition(".")
        if therapy and given.get("therapy") and therapy != given["therapy"]:
            self.add_error(
                "track", "This is a track of another therapy. Expected: one of the therapy you chose."
            )
        given["track"] = track
        return given


@page(Permission.RECORD_SESSION, looks_at="episode_id")
def start_course(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show every therapy; open the chosen course. Sent twice, it opens one."""
    person = patient.person(request.viewer, episode_id)
    running = patient.courses(request.viewer, episode_id)
    form = CourseForm(entry.posted(request), person=person, request=request)
    if form.is_valid():
        given = form.cleaned_data
        chosen, began = given["therapy"], given["happened_at"]
        # The same therapy from the same minute is the same course: a second tap, or the button after going back.
        if (chosen, began) not in {(row.therapy, row.started_at) for row in running}:
            with entry.problems_on(form, PLACES):
                courses.start(
                    episode_id,
                    chosen,
                    track=given["track"],
                    therapist_id=given["therapist"],
                    started_at=began,
                    by=request.viewer,
                    at=request.at,
                )
        if not form.errors:
            messages.success(request, f"Course begun: {therapy_name(chosen)}, {day(began)}.")
            return redirect("patient", episode_id)
    return entry.show(
        request,
        "clinician/start_course.html",
        form,
        person=person,
        heading="Start a course of therapy",
        button="Start course",
        protocols={one.slug: one for one in therapies()},
        running=[(therapy_name(row.therapy), row.started_at) for row in running],
    )
