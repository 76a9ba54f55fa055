"""Start a course of one of the five therapies, with what each is and what is known about it side by side."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission
from holdfast.care import therapy
from holdfast.protocols.loader import therapies
from holdfast.records.queries import patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.naming import day, therapy_name
from holdfast.web.page import PageRequest, page

PLACES = {"therapy": "therapy", "start": "happened_at"}


class CourseForm(entry.EpisodeForm):
    """Which therapy, and when the course began."""

    happened_at_label = "When the course began"

    therapy = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["therapy"].choices = [(one.slug, one.name) for one in therapies()]  # type: ignore[attr-defined]


@page(Permission.RECORD_SESSION, looks_at="episode_id")
def start_course(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show the five therapies; open the chosen course. Sent twice, it opens one."""
    person = patient.person(request.viewer, episode_id)
    courses = patient.courses(request.viewer, episode_id)
    form = CourseForm(entry.posted(request), person=person, request=request)
    if form.is_valid():
        chosen, began = form.cleaned_data["therapy"], form.cleaned_data["happened_at"]
        # The same therapy from the same minute is the same course: a second tap, or the button after going back.
        if (chosen, began) not in {(row.therapy, row.started_at) for row in courses}:
            with entry.problems_on(form, PLACES):
                therapy.start_course(episode_id, chosen, started_at=began, by=request.viewer, at=request.at)
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
        running=[(therapy_name(row.therapy), row.started_at) for row in courses],
    )
