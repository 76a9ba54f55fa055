"""Where a skills group stands in its curriculum, who may join when, and which weeks a member has met and lacks."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from holdfast.protocols.therapy import Curriculum

Mode = Literal["modular", "closed", "rolling"]

CLOSED_JOIN_WEEKS: Final = (1, 2)
"""Weeks in which a closed group still takes someone in: all start in week 1, nobody after week 2. A convention."""


@dataclass(frozen=True)
class Visit:
    """A held meeting of which a member was part: the week that was taught, and whether they were there."""

    week: int
    there: bool


@dataclass(frozen=True)
class ModuleStanding:
    """One set of skills as a member has it: its weeks met, and those still lacking."""

    slug: str
    name: str
    met: tuple[int, ...]
    lacks: tuple[int, ...]


@dataclass(frozen=True)
class Standing:
    """A member against the curriculum.

    `met` are weeks they were there for, each once; `missed` weeks that were taught without them and have not been met
    since. `complete` means every set of skills was met and enough weeks of the whole.
    """

    met: frozenset[int]
    missed: tuple[int, ...]
    missed_in_a_row: int
    modules: tuple[ModuleStanding, ...]
    enough: int

    @property
    def complete(self) -> bool:
        """Whether the person may graduate."""
        return len(self.met) >= self.enough and all(one.met for one in self.modules)


def next_week(curriculum: Curriculum, taught: Sequence[int]) -> int:
    """The week that comes after those taught, round and round. A cancelled meeting taught nothing, so moves nothing."""
    return taught[-1] % len(curriculum.weeks) + 1 if taught else 1


def meetings_until(curriculum: Curriculum, week: int, *, upcoming: int) -> int:
    """Meetings that come before that week's: 0 when it is the next."""
    return (week - upcoming) % len(curriculum.weeks)


def join_weeks(curriculum: Curriculum, mode: Mode) -> tuple[int, ...]:
    """The weeks someone may begin with."""
    if mode == "modular":
        return curriculum.join_weeks
    if mode == "closed":
        return CLOSED_JOIN_WEEKS
    return tuple(week.week for week in curriculum.weeks)


def next_join(curriculum: Curriculum, mode: Mode, *, upcoming: int) -> int:
    """The week with which someone may begin soonest."""
    return min(
        join_weeks(curriculum, mode), key=lambda week: meetings_until(curriculum, week, upcoming=upcoming)
    )


def begins_at(curriculum: Curriculum, taught: Sequence[int], *, after: int, week: int) -> int:
    """How many held meetings of the group come before a member's first.

    `after` is how many had been held when they joined, `week` the one they begin with.
    """
    since = list(taught[after:])
    if week in since:
        return after + since.index(week)
    return len(taught) + meetings_until(curriculum, week, upcoming=next_week(curriculum, taught))


def intake(curriculum: Curriculum, mode: Mode, *, week: int, begins: int) -> range:
    """The places in the row of meetings that are one and the same time of joining: the start of one module.

    `begins` is the place of that week. In a rolling group every week is a time of its own.
    """
    if mode == "rolling":
        return range(begins, begins + 1)
    weeks = join_weeks(curriculum, mode)
    first = last = week
    while first - 1 in weeks:
        first -= 1
    while last + 1 in weeks:
        last += 1
    return range(begins - (week - first), begins + (last - week) + 1)


def most_new(curriculum: Curriculum, places: range) -> int | None:
    """How many may be new at that time of joining; None before a group's first meeting, where all are new."""
    return None if places.start <= 0 else curriculum.new_at_once


def meeting_days(weekday: int, *, today: date, written: Collection[date]) -> Iterator[date]:
    """The days the group meets from today on, without those of meetings already written down, held or cancelled."""
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    while True:
        if day not in written:
            yield day
        day += timedelta(days=7)


def standing(curriculum: Curriculum, visits: Sequence[Visit]) -> Standing:
    """What the member has met and missed, from their visits in the order they came."""
    met = frozenset(one.week for one in visits if one.there)
    away = {one.week for one in visits if not one.there} - met
    in_a_row = 0
    for visit in visits:
        in_a_row = 0 if visit.there else in_a_row + 1
    weeks = {
        slug: [one.week for one in curriculum.weeks if one.module == slug] for slug in curriculum.modules
    }
    return Standing(
        met=met,
        missed=tuple(sorted(away)),
        missed_in_a_row=in_a_row,
        modules=tuple(
            ModuleStanding(
                slug=slug,
                name=name,
                met=tuple(week for week in weeks[slug] if week in met),
                lacks=tuple(week for week in weeks[slug] if week not in met),
            )
            for slug, name in curriculum.modules.items()
        ),
        enough=curriculum.enough_weeks,
    )
