"""Book the next session of a course: days on which it fits, a day of one's own, and what to know about the time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import formats

from holdfast.access import Permission
from holdfast.care import appointments
from holdfast.errors import InvalidInput
from holdfast.pathway import booking, wording
from holdfast.protocols.progress import Upcoming
from holdfast.records.queries import clinic, patient, therapy
from holdfast.web.clinician import entry, forecast_words, moments
from holdfast.web.clinician.chart import readable
from holdfast.web.clinician.naming import day, moment
from holdfast.web.page import PageRequest, page

OTHER = "other"
CHANNELS = {"in_person": "in person", "video": "by video", "phone": "by phone"}
PLACES = {
    "time": "time",
    "minutes": "minutes",
    "how you meet": "channel",
    moments.WHERE: "time",
}


@dataclass(frozen=True)
class Planning:
    """All that is needed to find a time: the person, the course, what comes next, and what it has to fit."""

    person: patient.Person
    course: therapy.Course
    slot: booking.Slot | None
    zone: str
    relief: str

    def days(self, *, at: datetime) -> list[tuple[str, str]]:
        """Good days with what is known of each, and the way to another day."""
        found = booking.good_days(self.slot, at=at) if self.slot is not None else ()
        return [*((one.isoformat(), self._words(one, at)) for one in found), (OTHER, "another day")]

    def about(self, starts_at: datetime, *, at: datetime) -> tuple[booking.Advice, ...]:
        """What to know about a session at that time."""
        return booking.advice(self.slot, starts_at, at=at) if self.slot is not None else ()

    def _words(self, one: date, at: datetime) -> str:
        noon = datetime.combine(one, time(12), tzinfo=ZoneInfo(self.zone))
        known = ", ".join(part.brief for part in self.about(noon, at=at))
        return f"{formats.date_format(one, 'D j M')}{f' · {known}' if known else ''}"


def planning(request: PageRequest, course_id: int) -> Planning:
    """What the time of a session has to fit. Errors: `NotFound` for a course that is not the viewer's to open."""
    viewer = request.viewer
    course = therapy.course(viewer, course_id)
    outlook = patient.outlook(viewer, course.episode_id)
    forecast = readable(outlook)
    holds = forecast.relief_holds if forecast is not None else None
    until = None
    if outlook is not None and holds is not None and holds.median_days is not None:
        until = outlook.made_at + timedelta(days=holds.median_days)
    upcoming = course.progress(at=request.at).next
    slot = None
    if upcoming is not None:
        history = patient.history(viewer, course.episode_id).as_of(request.at)
        slot = booking.Slot(history, upcoming, forecast=forecast, relief_until=until)
    return Planning(
        person=patient.person(viewer, course.episode_id),
        course=course,
        slot=slot,
        zone=clinic.zone(viewer.clinic_id),
        relief=forecast_words.relief_until(outlook),
    )


class WhenForm(entry.OnceForm):
    """On which day, at what time: one of the good days, or another."""

    day = forms.ChoiceField(widget=forms.RadioSelect, label="Day")
    other_day = forms.DateField(
        required=False,
        label="Another day",
        help_text="Only where you chose “another day” above.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    time = forms.TimeField(label="Time", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, days: Sequence[tuple[str, str]], zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._zone = zone
        self.fields["day"].choices = list(days)  # type: ignore[attr-defined]
        self.fields["day"].initial = days[0][0]
        self.fields["time"].help_text = f"In the clinic's time, {zone}."

    def clean(self) -> dict[str, Any]:
        """Day and time as one moment, `starts_at`; what is wrong stands beside its field."""
        given = super().clean() or {}
        chosen, at = given.get("day"), given.get("time")
        if chosen == OTHER and not given.get("other_day") and "other_day" not in self.errors:
            self.add_error("other_day", "No day was given. Expected: a day, or one of those above.")
        if chosen != OTHER and given.get("other_day"):
            self.add_error("day", "Another day was given below as well. Expected: one of the two.")
        day_of = given.get("other_day") if chosen == OTHER else chosen
        if day_of and at:
            try:
                given["starts_at"] = moments.read_ahead(f"{day_of} {at:%H:%M}", zone=self._zone)
            except InvalidInput as error:
                self.add_error("time", [entry.said(problem) for problem in error.problems])
        return given


class BookingForm(WhenForm):
    """A booking: when, how long, how you meet, and where."""

    minutes = forms.IntegerField(
        min_value=10,
        max_value=180,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
    )
    channel = forms.ChoiceField(widget=forms.RadioSelect, label="How you meet")
    link = forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        label="Link of the video room",
        help_text="The person sees it on their phone.",
    )
    place = forms.CharField(
        required=False,
        max_length=200,
        label="Room, or telephone number",
        help_text="The person sees it on their phone.",
    )

    def __init__(self, *args: Any, upcoming: Upcoming, channels: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["minutes"].initial = upcoming.outline.minutes
        self.fields["channel"].choices = [(one, CHANNELS[one]) for one in channels]  # type: ignore[attr-defined]
        self.fields["channel"].initial = channels[0]


@page(Permission.BOOK_SESSION, looks_at="course_id")
def book_session(request: PageRequest, course_id: int) -> HttpResponse:
    """Show the days that fit; keep the booking and say what is to be known about its time."""
    plan = planning(request, course_id)
    upcoming = plan.slot.upcoming if plan.slot is not None else None
    if upcoming is None:
        return entry.show(
            request, "clinician/book_session.html", entry.OnceForm(), person=plan.person, plan=plan
        )
    form = BookingForm(
        entry.posted(request),
        days=plan.days(at=request.at),
        zone=plan.zone,
        upcoming=upcoming,
        channels=plan.course.plan.channels,
    )
    if form.is_valid():
        given = form.cleaned_data
        chosen = {name: given[name] for name in ("starts_at", "minutes", "channel", "link", "place", "uid")}
        with entry.problems_on(form, PLACES):
            appointments.book(course_id, **chosen, by=request.viewer, at=request.at)
            say_what_to_know(request, plan, given["starts_at"], "Session booked")
            return redirect("patient", plan.person.episode_id)
    return entry.show(
        request,
        "clinician/book_session.html",
        form,
        person=plan.person,
        heading="Book the next session",
        button="Book it",
        plan=plan,
        upcoming=upcoming,
        facts=to_fit(plan, at=request.at),
    )


def to_fit(plan: Planning, *, at: datetime) -> list[str]:
    """What the time has to fit, in a line each: pace, the last session, the last infusion, relief."""
    if plan.slot is None:
        return []
    history, upcoming = plan.slot.history, plan.slot.upcoming
    pace = wording.pace(booking.pace_days(history, upcoming, forecast=plan.slot.forecast, at=at))
    held = plan.course.fact.as_of(at).held
    lines = [f"The protocol asks for sessions {pace} now"]
    lines += [f"{wording.held(held[-1])} on {day(held[-1].at)}"] if held else []
    if history.infusions:
        last = history.infusions[-1].at
        free_from = last + booking.NEVER_AFTER_INFUSION
        rest = f"; no session before {moment(free_from)}" if free_from > at else ""
        lines.append(f"Last infusion {moment(last)}{rest}")
    return [*lines, plan.relief] if plan.relief else lines


def say_what_to_know(request: PageRequest, plan: Planning, starts_at: datetime, done: str) -> None:
    """Say that it was kept, and what speaks against its time: shown, never in the way."""
    messages.success(request, f"{done}: {moment(starts_at, zone=plan.zone)}.")
    for one in plan.about(starts_at, at=request.at):
        if one.against:
            messages.warning(
                request, f"To know about this time: {one.text} ({formats.date_format(one.on, 'j M')})."
            )
