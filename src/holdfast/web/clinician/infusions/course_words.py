"""How the pages of a course of infusions and its calendar say what stands in the record."""

from datetime import date

from django.utils import formats

from holdfast.pathway.infusion_plan import Standing, Stands
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.records.queries.infusion_courses import BookingRow, CourseRow, DecisionRow, State
from holdfast.web.clinician import naming

STATES = {
    State.BOOKED: ("note", "booked"),
    State.ARRIVED: ("week", "arrived"),
    State.STARTED: ("note", "running now"),
    State.GIVEN: ("good", "given, still here"),
    State.HOME: ("good", "given, gone home"),
    State.CANCELLED: ("later", "cancelled"),
}
"""Style and words of each state of a booking; its shape comes with the style, so colour is never alone."""

HERE = {State.ARRIVED, State.STARTED}
"""States of someone who sits in the chair and was not given all of it yet."""

WHOSE = {
    "patient": "by the patient",
    "clinic": "by the clinic",
    "not_go": "the list of the day said no",
    "did_not_come": "did not come",
}
"""Who cancelled a booking, or what became of it."""

DECISIONS = {
    "hold": "Held",
    "go_on": "Goes on",
    "stop": "Stopped",
    "maintenance": "Maintenance pattern",
    "review": "Review of response",
    "booster": "Booster",
    "spacing": "Spacing",
}
"""Kinds of decision as the page calls them."""


def standing(found: Standing) -> tuple[str, str]:
    """Style and words of how a course stands."""
    if found.stands is Stands.STOPPED and found.since is not None:
        return "later", f"stopped since {naming.day(found.since)}"
    if found.stands is Stands.HELD and found.until is not None:
        return "week", f"held until {day(found.until)}"
    return "good", "goes on"


def decided(one: DecisionRow, protocol: InfusionProtocol) -> str:
    """What was decided, in words."""
    if one.kind == "hold":
        return f"until {day(date.fromisoformat(one.value))}"
    if one.kind == "maintenance":
        return schedule(protocol, one.value)
    if one.kind == "spacing":
        return f"{one.value} days to the next"
    return one.value.replace("_", " ")


def schedule(protocol: InfusionProtocol, slug: str) -> str:
    """The name of a schedule; its slug where the protocol has it no more."""
    found = protocol.schedule(slug)
    return found.name if found else slug


def here(course: CourseRow) -> BookingRow | None:
    """The booking of someone who is here for it now; None where nobody is."""
    return next(iter(course.here), None)


def counts(booking: BookingRow, course: CourseRow, *, on: date) -> bool:
    """Whether an infusion is still to come or to be ended that day: it has the next number after those given."""
    return booking.state in {State.BOOKED, *HERE} and course.day(booking.starts_at) >= on


def phase(course: CourseRow) -> str:
    """The stretch of the treatment that the next infusion lies in; empty after the last."""
    found = course.protocol.phase(len(course.given) + 1)
    return found.name if found else ""


def day(on: date) -> str:
    """A day as people say it: Mon 2 Mar 2026."""
    return formats.date_format(on, "D j M Y")
