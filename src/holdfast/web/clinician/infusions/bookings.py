"""Move a booked infusion, or record that it will not take place."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from holdfast.access import Permission
from holdfast.care import infusion_bookings as verbs
from holdfast.errors import InvalidInput
from holdfast.pathway.infusion_plan import at_clock
from holdfast.records.queries import infusion_clashes as clashes
from holdfast.records.queries import infusion_courses as queries
from holdfast.records.queries import patient
from holdfast.records.queries.infusion_courses import BookingRow, CourseRow
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import booking_form, course_words
from holdfast.web.clinician.naming import moment
from holdfast.web.page import PageRequest, page

PLACES = {
    "time": "time",
    "person": "time",
    "chair": "chair",
    "nurse": "nurse",
    "reason": "reason",
    "whose": "whose",
}


class MoveForm(entry.EntryForm):
    """Another day, time, chair or nurse, and why."""

    day = booking_form.day_field(label="Day")
    time = booking_form.time_field(label="Time")
    chair = forms.TypedChoiceField(coerce=int, label="Chair")
    nurse = forms.TypedChoiceField(coerce=int, label="Nurse")
    reason = forms.CharField(max_length=500, label="Why", widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, places: booking_form.Where, zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._zone = zone
        self.fields["chair"].choices = places.chairs  # type: ignore[attr-defined]
        self.fields["nurse"].choices = places.nurses  # type: ignore[attr-defined]
        self.fields["time"].help_text = f"In the clinic's time, {zone}."

    def clean(self) -> dict[str, Any]:
        """Day and time as one moment, `starts_at`."""
        given = super().clean() or {}
        if given.get("day") and given.get("time"):
            try:
                given["starts_at"] = at_clock(given["day"], given["time"], zone=self._zone)
            except InvalidInput as error:
                self.add_error("time", [entry.said(problem) for problem in error.problems])
        return given


class CancelForm(entry.EntryForm):
    """Whose doing it is, and why."""

    whose = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="What happened",
        choices=[
            ("patient", "The patient cancels"),
            ("clinic", "The clinic cancels"),
            ("did_not_come", "They did not come"),
        ],
        error_messages={"required": "None was chosen. Expected: one of these."},
    )
    reason = forms.CharField(
        max_length=500,
        label="Why",
        help_text="What got in the way, in a few words. No blame: it helps to plan the next.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@page(Permission.BOOK_INFUSION, looks_at="uid", seen_as="infusion booking")
def booking_move(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Show the booking; keep the new time and say which therapy lies within a day after it."""
    course, row = queries.booking(request.viewer, uid)
    at_clinic = row.starts_at.astimezone(ZoneInfo(course.zone))
    form = MoveForm(
        entry.posted(request),
        places=booking_form.where(request.viewer),
        zone=course.zone,
        initial={
            "day": at_clinic.date(), "time": at_clinic.time(), "chair": row.chair_id, "nurse": row.nurse_id,
        },
    )  # fmt: skip
    if form.is_valid():
        given = form.cleaned_data
        with entry.problems_on(form, PLACES):
            verbs.move(
                uid,
                starts_at=given["starts_at"],
                chair_id=given["chair"],
                nurse_id=given["nurse"],
                reason=given["reason"],
                by=request.viewer,
                at=request.at,
            )
            messages.success(request, f"Moved to {moment(given['starts_at'], zone=course.zone)}.")
            slot = clashes.Slot(given["starts_at"], row.minutes, given["chair"], given["nurse"])
            warn_of_therapy(request, course, [slot])
            return redirect("infusion_course", course.course_id)
    return _show(request, form, course, row, "clinician/infusions/booking_move.html", "Move an infusion")


@page(Permission.BOOK_INFUSION, looks_at="uid", seen_as="infusion booking")
def booking_cancel(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Show the booking; keep that it will not take place."""
    course, row = queries.booking(request.viewer, uid)
    form = CancelForm(entry.posted(request))
    if form.is_valid():
        with entry.problems_on(form, PLACES):
            verbs.cancel(uid, **form.cleaned_data, by=request.viewer, at=request.at)
            said = course_words.WHOSE[form.cleaned_data["whose"]]
            messages.success(
                request, f"Infusion of {moment(row.starts_at, zone=course.zone)}: cancelled, {said}."
            )
            return redirect("infusion_course", course.course_id)
    return _show(request, form, course, row, "clinician/infusions/booking_cancel.html", "Cancel an infusion")


def warn_of_therapy(request: PageRequest, course: CourseRow, slots: list[clashes.Slot]) -> None:
    """Say which therapy sessions lie within a day after an infusion: shown, never in the way."""
    for one in clashes.of_slots(request.viewer, slots, course=course):
        for session in one.too_soon:
            messages.warning(
                request,
                f"The therapy session of {moment(session.starts_at, zone=course.zone)} lies within a day after an "
                "infusion: move it, so that they have slept.",
            )


def _show(
    request: PageRequest,
    form: entry.EntryForm,
    course: CourseRow,
    row: BookingRow,
    template: str,
    heading: str,
) -> HttpResponse:
    context = {"course": course, "booked": row, "heading": heading}
    with timezone.override(ZoneInfo(course.zone)):
        return entry.show(
            request, template, form, person=patient.person(request.viewer, course.episode_id), **context
        )
