"""Begin a course of infusions: which treatment, on which schedule, agreed when."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission
from holdfast.care import infusion_courses
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import all_protocols
from holdfast.records.queries import patient
from holdfast.web.clinician import entry
from holdfast.web.page import PageRequest, page

PLACES = {"treatment": "plan", "schedule": "plan", "time": "happened_at"}


def treatments() -> tuple[InfusionProtocol, ...]:
    """Every treatment of the library."""
    return tuple(one for one in all_protocols().values() if isinstance(one, InfusionProtocol))


class StartForm(entry.EpisodeForm):
    """Treatment and schedule in one, and when they were agreed."""

    happened_at_label = "When it was agreed"

    plan = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="Treatment and schedule",
        error_messages={"required": "None was chosen. Expected: one of those below."},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["plan"].choices = [  # type: ignore[attr-defined]
            (f"{one.slug}.{schedule.slug}", schedule.name)
            for one in treatments()
            for schedule in (*one.schedules, *one.maintenance)
        ]


@page(Permission.BOOK_INFUSION, looks_at="episode_id")
def infusion_start(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show every treatment with its schedules; begin the course. Sent twice, it begins one."""
    person = patient.person(request.viewer, episode_id)
    form = StartForm(entry.posted(request), person=person, request=request)
    if form.is_valid():
        treatment, _, schedule = form.cleaned_data["plan"].partition(".")
        with entry.problems_on(form, PLACES):
            course_id = infusion_courses.begin(
                episode_id,
                treatment=treatment,
                schedule=schedule,
                happened_at=form.cleaned_data["happened_at"],
                by=request.viewer,
                at=request.at,
                uid=form.cleaned_data["uid"],
            )
            messages.success(request, "The course is begun. Nothing is booked yet.")
            return redirect("infusion_course", course_id)
    choices = {choice.data["value"]: choice for choice in form["plan"]}
    return entry.show(
        request,
        "clinician/infusions/infusion_start.html",
        form,
        person=person,
        heading="Begin a course of infusions",
        button="Begin the course",
        treatments=[(one, _offered(one, choices)) for one in treatments()],
    )


def _offered(protocol: InfusionProtocol, choices: dict[str, Any]) -> list[tuple[Any, Any, bool]]:
    """Each schedule of a treatment with its button, and whether it is one to go on with after a first course."""
    return [
        (schedule, choices[f"{protocol.slug}.{schedule.slug}"], schedule in protocol.maintenance)
        for schedule in (*protocol.schedules, *protocol.maintenance)
    ]
