"""The flow sheet: which rows are due when, which values are out of range, and how pressure moved from the start."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from holdfast.errors import Problem
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import InfusionProtocol, Measurement

BEFORE_DRUG = -1
"""Due minute of the row before the drug."""

Values = Mapping[str, int | None]
"""What was measured, by the slug of the measurement; what was not is left out or None."""


class State(StrEnum):
    """What became of a row that is due."""

    GIVEN = "given"
    NOW = "due now"
    LATE = "late"
    MISSED = "missed"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Due:
    """A row the sheet asks for: its minute after the start, its moment (none before the start), and its state."""

    minute: int
    at: datetime | None
    state: State

    @property
    def waits(self) -> bool:
        """Whether it is to be measured now."""
        return self.state in (State.NOW, State.LATE)


@dataclass(frozen=True)
class OutOfRange:
    """A value beyond its limit: `high` at or over it, else under it."""

    measurement: Measurement
    value: int
    limit: float
    high: bool

    @property
    def words(self) -> str:
        """As a nurse says it: Systolic pressure 192 mmHg, limit 180."""
        return f"{self.measurement.name} {self.value}{self._unit}, limit {self.limit:g}"

    @property
    def _unit(self) -> str:
        scale = f"{self.measurement.lowest} to {self.measurement.highest}"
        unit = self.measurement.unit
        return "" if not unit or unit == scale else f" {unit}"


@dataclass(frozen=True)
class Vitals:
    """A row as it was measured."""

    at: datetime
    values: Values
    due_minute: int | None = None


# H-027: a row that is due and not measured is named as due, late and missed, and stays missed.
def due_rows(
    limits: SiteLimits,
    *,
    started_at: datetime | None,
    home_at: datetime | None,
    given: Collection[int],
    at: datetime,
) -> tuple[Due, ...]:
    """Every row due so far, those planned ahead and the next one after them.

    Rows go on after the end of the drug until the person goes home. `given` are the due minutes that have a row.
    """
    if started_at is None:
        first = Due(BEFORE_DRUG, None, State.GIVEN if BEFORE_DRUG in given else State.NOW)
        return (first, *(Due(minute, None, State.AHEAD) for minute in limits.protocol.rows_due))
    upto = min(at, home_at) if home_at else at
    moments = {
        minute: started_at + timedelta(minutes=minute) for minute in _minutes(limits, upto - started_at)
    }
    if home_at is not None:
        moments = {minute: then for minute, then in moments.items() if then <= home_at}
    first = Due(BEFORE_DRUG, None, State.GIVEN if BEFORE_DRUG in given else State.MISSED)
    late_after, order = limits.duration("row_late_after"), list(moments.items())
    found = [first]
    for (minute, then), (_, following) in zip(order, [*order[1:], (0, None)], strict=True):
        if minute in given:
            state = State.GIVEN
        elif then > at:
            state = State.AHEAD
        elif home_at is not None or (following is not None and following <= at):
            state = State.MISSED
        else:
            state = State.LATE if at - then > late_after else State.NOW
        found.append(Due(minute, then, state))
    return tuple(found)


def next_due(rows: Sequence[Due]) -> Due | None:
    """The row to measure now, else the next one ahead."""
    waiting = next((row for row in rows if row.waits), None)
    return waiting or next((row for row in rows if row.state is State.AHEAD), None)


def minute_for(
    limits: SiteLimits, *, started_at: datetime | None, happened_at: datetime, given: Collection[int]
) -> int | None:
    """The due row that a row measured then stands for; None when it is one more than was asked for.

    A row may come a little before its minute: as early as it would be late, and never nearer to the one before.
    """
    if started_at is None or happened_at < started_at:
        return None if BEFORE_DRUG in given else BEFORE_DRUG
    elapsed = happened_at - started_at
    early, found, before = limits.duration("row_late_after"), None, None
    for minute in _minutes(limits, elapsed):
        opens = timedelta(minutes=minute)
        if before is not None:
            opens -= min(early, timedelta(minutes=minute - before) / 2)
        if opens <= elapsed:
            found = minute
        before = minute
    return None if found in given else found


def _minutes(limits: SiteLimits, elapsed: timedelta) -> list[int]:
    """The minutes at which rows are due: the planned ones, then a row every so often until one lies ahead."""
    minutes, every = list(limits.protocol.rows_due), int(limits.number("row_every"))
    while timedelta(minutes=minutes[-1]) <= elapsed:
        minutes.append(minutes[-1] + every)
    return minutes


# H-027: whatever is beyond a limit is found here, for the row as it is typed and for the row as it is kept.
def out_of_range(values: Values, limits: SiteLimits) -> tuple[OutOfRange, ...]:
    """The values beyond their limits, in the order of the sheet."""
    found = []
    for one in limits.protocol.measurements:
        value = values.get(one.slug)
        if value is None:
            continue
        if one.alert_above and value >= limits.number(one.alert_above):
            found.append(OutOfRange(one, value, limits.number(one.alert_above), high=True))
        elif one.alert_below and value < limits.number(one.alert_below):
            found.append(OutOfRange(one, value, limits.number(one.alert_below), high=False))
    return tuple(found)


def lacking(values: Values, protocol: InfusionProtocol) -> tuple[Measurement, ...]:
    """The measurements every row should have and this one has not."""
    return tuple(one for one in protocol.measurements if one.required and values.get(one.slug) is None)


def impossible(values: Values, protocol: InfusionProtocol) -> tuple[Problem, ...]:
    """What cannot be so: a value no body has, pressures the wrong way round, a row without any value."""
    known = {one.slug: one for one in protocol.measurements}
    problems = [
        Problem(slug, "is no column of this sheet", ", ".join(known)) for slug in values if slug not in known
    ]
    for slug, one in known.items():
        value = values.get(slug)
        if value is not None and not one.lowest <= value <= one.highest:
            problems.append(Problem(slug, f"{value} is not possible", f"{one.lowest} to {one.highest}"))
    systolic, diastolic = values.get("systolic"), values.get("diastolic")
    if systolic is not None and diastolic is not None and diastolic >= systolic:
        problems.append(
            Problem("diastolic", f"{diastolic} is not below the systolic pressure", f"less than {systolic}")
        )
    if all(value is None for value in values.values()):
        problems.append(Problem("values", "are all empty", "at least one measurement"))
    return tuple(problems)


def baseline(rows: Iterable[Vitals], *, started_at: datetime | None) -> Vitals | None:
    """The row that later pressures are held against: the last before the drug, else the first of all."""
    measured = sorted((row for row in rows if row.values.get("systolic") is not None), key=lambda row: row.at)
    if started_at is None:
        return measured[-1] if measured else None
    before = [row for row in measured if row.at <= started_at]
    return before[-1] if before else next(iter(measured), None)


def pressure_change(values: Values, start: Values) -> str:
    """How the pressure moved from the start, systolic and diastolic: +12/+8; empty where either is not known."""
    moves = []
    for slug in ("systolic", "diastolic"):
        now, then = values.get(slug), start.get(slug)
        if now is None or then is None:
            return ""
        moves.append(f"{now - then:+d}".replace("-", "−").replace("+0", "0"))
    return "/".join(moves)
