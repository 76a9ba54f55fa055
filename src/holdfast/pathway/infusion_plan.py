"""On which days the infusions of a course are planned, and whether the course goes on."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from holdfast.errors import InvalidInput, Problem
from holdfast.pathway.booking import NEVER_AFTER_INFUSION
from holdfast.protocols.infusion import Schedule

WEEKEND = frozenset({5, 6})
DAY = timedelta(days=1)
NOT_NEXT_DAY = timedelta(days=2)
"""A day that was moved for a closed one does not come the day after another infusion. Source: [C]."""


class Stands(StrEnum):
    """Whether a course goes on."""

    RUNNING = "running"
    HELD = "held"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Decided:
    """Something decided about a course, as `InfusionCourseDecision` has it; `spacing` with its days beside those."""

    at: datetime
    kind: str
    value: str = ""


@dataclass(frozen=True)
class Standing:
    """Whether a course goes on, since when that was decided, and the day a hold ends."""

    stands: Stands = Stands.RUNNING
    since: datetime | None = None
    until: date | None = None

    def takes(self, day: date) -> bool:
        """Whether an infusion may be booked on that day: not once stopped, and not before a hold ends."""
        if self.stands is Stands.HELD:
            return self.until is not None and day >= self.until
        return self.stands is Stands.RUNNING


@dataclass(frozen=True)
class Plan:
    """A schedule that is gone through; `follows` when it goes on from infusions before it, as maintenance does."""

    schedule: Schedule
    follows: bool = False

    @property
    def total(self) -> int | None:
        """How many infusions it has; None when it goes on until someone decides otherwise."""
        counts = [block.count for block in self.schedule.blocks]
        return None if None in counts else sum(count or 0 for count in counts)

    def gap(self, number: int) -> int | None:
        """Days from the infusion before to that of this number in the plan, from 1; None where the plan is over.

        0 for the first of a plan that follows nothing.
        """
        if self.total is not None and number > self.total:
            return None
        place = number if self.follows else number - 1
        return next(islice(_gaps(self.schedule), place - 1, None)) if place else 0

    def days(self, first: date, *, number: int = 1, most: int) -> tuple[date, ...]:
        """The days from the infusion of that number on, which is on `first`; at most so many."""
        found: list[date] = []
        for later in range(number, number + most):
            gap = self.gap(later)
            if gap is None:
                break
            found.append(found[-1] + gap * DAY if found else first)
        return tuple(found)

    def next_day(self, last: date, *, done: int) -> date | None:
        """The planned day of the next infusion: so many of the plan are done, the last infusion at all was on `last`.

        None where the plan is over.
        """
        gap = self.gap(done + 1)
        return None if gap is None else last + gap * DAY


@dataclass(frozen=True)
class Proposal:
    """A day for an infusion: as planned, and where that is a closed day, the nearest one that is open."""

    planned: date
    day: date

    @property
    def moved(self) -> bool:
        """Whether it is another day than the plan has."""
        return self.day != self.planned


def standing(decided: Sequence[Decided], *, on: date) -> Standing:
    """Whether a course goes on, on a day, by the newest decision that bears on it; without one it runs.

    Of two at the same moment the one given later holds: times are typed to the minute. A hold ends by itself on its
    day. A spacing that was decided lets a stopped course go on. Source: [C].
    """
    bearing = [one for one in decided if one.kind in _BEARING]
    if not bearing:
        return Standing()
    newest = max(reversed(bearing), key=lambda one: one.at)
    if newest.kind == "stop":
        return Standing(Stands.STOPPED, newest.at)
    if newest.kind == "hold":
        until = date.fromisoformat(newest.value)
        return Standing(Stands.HELD if on < until else Stands.RUNNING, newest.at, until)
    return Standing(since=newest.at)


_BEARING = frozenset({"hold", "go_on", "stop", "maintenance", "booster", "spacing"})


def open_days(
    planned: Sequence[date], *, weekends: bool = False, closed: Collection[date] = ()
) -> tuple[Proposal, ...]:
    """Each planned day with the nearest open day, the earlier of two as near; not the day after the one before.

    Counting goes on from the planned day, so that one moved day does not push the rest. A plan that is denser than
    every other day stays so. Source: [C].
    """
    apart = min([NOT_NEXT_DAY, *(later - earlier for earlier, later in pairwise(planned))])
    found: list[Proposal] = []
    for day in planned:
        earliest = found[-1].day + apart if found else date.min
        fitting = (
            near
            for near in _nearest(day)
            if near >= earliest and near not in closed and (weekends or near.weekday() not in WEEKEND)
        )
        found.append(Proposal(day, next(fitting)))
    return tuple(found)


def at_clock(day: date, clock: time, *, zone: str) -> datetime:
    """The moment (UTC) at which the clock of the zone shows that time on that day; of an hour that comes twice the
    first.

    Errors: `InvalidInput` for an hour that clocks skip.
    """
    local = datetime.combine(day, clock)
    moment = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        what = f"{clock:%H:%M} does not exist on {day:%d.%m.%Y}: clocks in {zone} go forward over it"
        raise InvalidInput(Problem("time", what, "an hour later or earlier"))
    return moment


def too_soon(session_at: datetime, infusions: Collection[datetime]) -> bool:
    """Whether a therapy session lies within a day after one of the infusions."""
    # H-016: the night after an infusion comes before any work in therapy.
    return any(timedelta(0) <= session_at - given_at < NEVER_AFTER_INFUSION for given_at in infusions)


def _gaps(schedule: Schedule) -> Iterator[int]:
    """Days that belong to each infusion of the schedule in turn; without end where its last block has none."""
    for block in schedule.blocks:
        place = 0
        while block.count is None or place < block.count:
            yield block.days_apart[place % len(block.days_apart)]
            place += 1


def _nearest(day: date) -> Iterator[date]:
    """The day, then those around it, nearest first and the earlier of two before the later."""
    yield day
    away = 1
    while True:
        yield day - away * DAY
        yield day + away * DAY
        away += 1
