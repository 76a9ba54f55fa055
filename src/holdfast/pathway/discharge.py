"""Whether someone may go home after a treatment: each criterion met, not met or open, with why in words.

What is not known is open, never met. The criteria, their limits and who may override them stand in the protocol.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from holdfast.access import Role
from holdfast.pathway.flow_sheet import out_of_range
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import DischargeCriterion, Route

SEEN = "every_reading_seen"
"""Slug of the one line that no protocol takes away: a reading out of range was seen by someone."""

DANGER = "no_new_danger"
"""Slug of the criterion that asks for thoughts of suicide once more."""

ANSWERS = ("yes", "no")
"""What can be said to a criterion that is asked; anything else leaves it open."""


class State(StrEnum):
    """How a criterion stands."""

    MET = "met"
    NOT_MET = "not met"
    OPEN = "open"


Finding = tuple[State, str]
"""How a criterion stands, and why in words."""


@dataclass(frozen=True)
class Reading:
    """A row of the flow sheet that counts; `seen` when someone has answered it."""

    at: datetime
    recorded_at: datetime
    values: Mapping[str, int | None]
    seen: bool = False


@dataclass(frozen=True)
class Signed:
    """An override: who goes on in spite of a criterion, and why."""

    by: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Leaving:
    """What is known of someone who would leave at that moment. Readings are in the order they were taken.

    `alert_waits` while a safety alert of theirs has no answer.
    """

    at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    readings: tuple[Reading, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Signed] = field(default_factory=dict)
    escort: str = ""
    next_contact: str = ""
    alert_waits: bool = False


Reader = Callable[[SiteLimits, Leaving], Finding]
"""Finds how one criterion stands."""


@dataclass(frozen=True)
class Judged:
    """One criterion as it stands: what to do while it does not hold, and who may sign that they go regardless."""

    slug: str
    words: str
    asked: bool
    state: State
    why: str
    to_do: str
    override: Role | None = None
    signed: Signed | None = None

    @property
    def holds(self) -> bool:
        """Whether it is met, or someone who may has signed."""
        return self.state is State.MET or self.signed is not None


def judge(limits: SiteLimits, leaving: Leaving) -> tuple[Judged, ...]:
    """Every criterion in the order of the protocol, after the readings that nobody has seen."""
    return (
        _every_reading_seen(limits, leaving),
        *(_judged(limits, one, leaving) for one in limits.protocol.discharge),
    )


def _judged(limits: SiteLimits, one: DischargeCriterion, leaving: Leaving) -> Judged:
    state, why = _answered(one, leaving) if one.reads == "asked" else _read(limits, one, leaving)
    signed = leaving.overrides.get(one.slug)
    if signed is not None and state is not State.MET and _measured_since(one, leaving, signed.at):
        why, signed = f"{why}; measured anew since {signed.by} signed", None
    return Judged(
        slug=one.slug,
        words=one.words,
        asked=one.reads == "asked",
        state=state,
        why=why,
        to_do=one.to_do,
        override=one.override,
        signed=None if state is State.MET else signed,
    )


def _answered(one: DischargeCriterion, leaving: Leaving) -> Finding:
    answer = leaving.answers.get(one.slug)
    # H-031: whoever found danger, nobody goes before a clinician has answered it.
    if one.slug == DANGER and leaving.alert_waits:
        return State.NOT_MET, "a safety alert waits for an answer"
    if answer == "yes":
        return State.MET, leaving.escort if one.slug == "escort" else "yes"
    return (State.NOT_MET, "answered no") if answer == "no" else (State.OPEN, "not answered yet")


def _read(limits: SiteLimits, one: DischargeCriterion, leaving: Leaving) -> Finding:
    reader = READERS.get(one.slug)
    if reader is None:
        return State.OPEN, "nothing here reads this: look for yourself"
    return reader(limits, leaving)


def _measured_since(one: DischargeCriterion, leaving: Leaving, signed_at: datetime) -> bool:
    """H-028: an override is for what was measured when it was signed, not for what comes after."""
    columns = _COLUMNS.get(one.slug, ())
    return any(
        row.recorded_at > signed_at and any(row.values.get(name) is not None for name in columns)
        for row in leaving.readings
    )


def _every_reading_seen(limits: SiteLimits, leaving: Leaving) -> Judged:
    # H-027: nobody goes home past a reading out of range that nobody has answered.
    unseen = [row for row in leaving.readings if not row.seen and out_of_range(row.values, limits)]
    count = f"{len(unseen)} reading{'s' if len(unseen) > 1 else ''} out of range not answered"
    return Judged(
        slug=SEEN,
        words="Every reading out of range was seen",
        asked=False,
        state=State.NOT_MET if unseen else State.MET,
        why=count if unseen else "none waits",
        to_do="Open the flow sheet and write what was done.",
    )


def _observed(limits: SiteLimits, leaving: Leaving) -> Finding:
    """Time is counted from the end when the drug runs into a vein, from the start when it is sprayed."""
    given_as = limits.protocol.given_as
    if leaving.started_at is None or leaving.ended_at is None:
        return State.OPEN, f"the {given_as} has not {'started' if leaving.started_at is None else 'ended'}"
    vein = limits.protocol.route is Route.VEIN
    counted_from = leaving.ended_at if vein else leaving.started_at
    watched = max(leaving.at - counted_from, timedelta()) // timedelta(minutes=1)
    needed = limits.number("observe_minutes")
    words = f"{watched} of {needed:g} minutes watched since the {given_as} {'ended' if vein else 'began'}"
    return (State.MET if watched >= needed else State.NOT_MET), words


def _pressure(limits: SiteLimits, leaving: Leaving) -> Finding:
    newest, before = _newest(limits, leaving, "pressure"), _at_the_start(leaving)
    if isinstance(newest, str):
        return State.OPEN, newest
    if before is None:
        return State.OPEN, f"{_mmhg(newest)}, but nothing was measured before the start"
    within = limits.number("near_start_mmhg")
    apart = max(abs(newest[name] - before[name]) for name in newest)
    words = f"{_mmhg(newest)}, began at {_mmhg(before)}"
    if out_of_range(newest, limits):
        return State.NOT_MET, f"{words}: out of range"
    if apart > within:
        return State.NOT_MET, f"{words}: {apart} mmHg apart, more than {within:g}"
    return State.MET, f"{words}: within {within:g} mmHg"


def _oxygen(limits: SiteLimits, leaving: Leaving) -> Finding:
    newest = _newest(limits, leaving, "oxygen")
    if isinstance(newest, str):
        return State.OPEN, newest
    words = f"{newest['oxygen']} %, pulse {newest['heart_rate']}"
    if out_of_range(newest, limits):
        return State.NOT_MET, f"{words}: out of range"
    return State.MET, f"{words}: within limits"


def _awake(limits: SiteLimits, leaving: Leaving) -> Finding:
    newest = _newest(limits, leaving, "awake")
    if isinstance(newest, str):
        return State.OPEN, newest
    value, least = newest["sedation"], limits.number("home_sedation_at_least")
    if value < least:
        return State.NOT_MET, f"MOAA/S {value}; {least:g} is needed"
    return State.MET, f"MOAA/S {value}"


def _at_most(criterion: str, threshold: str) -> Reader:
    def read(limits: SiteLimits, leaving: Leaving) -> Finding:
        newest = _newest(limits, leaving, criterion)
        if isinstance(newest, str):
            return State.OPEN, newest
        (value,), most = newest.values(), limits.number(threshold)
        return (State.MET if value <= most else State.NOT_MET), f"{value} of 10; up to {most:g} is right"

    return read


def _next_contact(_limits: SiteLimits, leaving: Leaving) -> Finding:
    return (State.MET, leaving.next_contact) if leaving.next_contact else (State.NOT_MET, "nothing is booked")


_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "pressure": ("systolic", "diastolic"),
    "oxygen": ("oxygen", "heart_rate"),
    "awake": ("sedation",),
    "dissociation": ("dissociation",),
    "nausea": ("nausea",),
}
"""The columns of the flow sheet that a criterion rests on."""

READERS: Mapping[str, Reader] = {
    "observed": _observed,
    "pressure": _pressure,
    "oxygen": _oxygen,
    "awake": _awake,
    "dissociation": _at_most("dissociation", "home_dissociation_at_most"),
    "nausea": _at_most("nausea", "home_nausea_at_most"),
    "next_contact": _next_contact,
}
"""How a criterion is read that nobody is asked about, by its slug in the protocol."""


def _newest(limits: SiteLimits, leaving: Leaving, criterion: str) -> dict[str, int] | str:
    """The newest values of a criterion's columns since the drug ended, or what is amiss with them.

    A reading older than a row of the sheet may be late is too old to go home on.
    """
    given_as, columns = limits.protocol.given_as, _COLUMNS[criterion]
    if leaving.ended_at is None:
        return f"the {given_as} has not ended"
    since = [row for row in leaving.readings if leaving.ended_at <= row.at <= leaving.at]
    taken = [row for row in since if any(row.values.get(name) is not None for name in columns)]
    if not taken:
        return f"not measured since the {given_as} ended"
    newest = max(taken, key=lambda row: (row.at, row.recorded_at))
    age = leaving.at - newest.at
    if age > limits.duration("row_every") + limits.duration("row_late_after"):
        return f"last measured {age // timedelta(minutes=1)} minutes ago: measure again"
    return _whole(newest, columns) or "the newest reading is not whole"


def _at_the_start(leaving: Leaving) -> dict[str, int] | None:
    """The last whole reading of the pressure before the drug."""
    if leaving.started_at is None:
        return None
    before = [row for row in leaving.readings if row.at <= leaving.started_at]
    whole = (
        _whole(row, _COLUMNS["pressure"]) for row in sorted(before, key=lambda row: row.at, reverse=True)
    )
    return next((found for found in whole if found), None)


def _whole(row: Reading, columns: tuple[str, ...]) -> dict[str, int] | None:
    """The values of these columns; None when one was not measured."""
    found = {name: value for name in columns if (value := row.values.get(name)) is not None}
    return found if len(found) == len(columns) else None


def _mmhg(values: Mapping[str, int]) -> str:
    return f"{values['systolic']}/{values['diastolic']}"
