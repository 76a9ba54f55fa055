"""What is decided about a course of therapy, and which of it still holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

PLAN_ENDING: Final = "plan_ending"
"""What a review decides when an open-ended course is to end."""

REOPENED: Final = "reopened"
"""What an `end` decides when the course goes on after all: no ending decided before it holds any more."""

CLEARED: Final = "cleared"
"""What a `health` decides when a clinician has checked that cold water and hard exercise may be used."""

HELD_BACK: Final = "held_back"
"""What a `health` decides when they may not, whatever the person answered."""

SHORTEST_BREAK: Final = timedelta(days=14)
"""A break that is prepared for, first and last day counted in."""


@dataclass(frozen=True)
class Decision:
    """Something decided about a course: its kind, what was decided, when.

    Kinds the engine knows: `track`, `focus` (a playbook), `elective`, `review` (among them plan_ending), `extend` (so
    many more sessions of a loop), `break` (first and last day, as 2026-12-20/2027-01-04), `end_date` and `end` (among
    them reopened), `health` (cleared or held_back).
    """

    kind: str
    value: str
    at: datetime

    @property
    def reopens(self) -> bool:
        """Whether it takes back every ending decided before."""
        return (self.kind, self.value) == ("end", REOPENED)

    @property
    def clears(self) -> bool:
        """Whether it allows cold water and hard exercise."""
        return (self.kind, self.value) == ("health", CLEARED)

    @property
    def ends(self) -> bool:
        """Whether it ends the course, or says that or when it is to end."""
        ending = self.kind in {"end", "end_date"} and self.value != REOPENED
        return ending or (self.kind, self.value) == ("review", PLAN_ENDING)


@dataclass(frozen=True)
class Break:
    """Days on which there are no sessions, first and last counted in, and when they were decided."""

    first: date
    last: date
    decided_at: datetime

    @property
    def prepared_for(self) -> bool:
        """Whether it is so long that a session prepares for it."""
        return self.last - self.first + timedelta(days=1) >= SHORTEST_BREAK


def standing(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions that hold, oldest first: of a course that was reopened, no ending from before."""
    made = sorted(decisions, key=lambda one: one.at)
    reopened = max((n for n, one in enumerate(made) if one.reopens), default=0)
    return tuple(one for n, one in enumerate(made) if n >= reopened or not one.ends)


def last(decisions: Sequence[Decision], kind: str) -> str:
    """What was decided last of a kind; empty before anything was."""
    return next((one.value for one in reversed(decisions) if one.kind == kind), "")


def ended(decisions: Sequence[Decision]) -> str:
    """How the course was ended; empty while it goes on."""
    how = last(decisions, "end")
    return "" if how == REOPENED else how


def extended(decisions: Sequence[Decision]) -> int:
    """By how many sessions the course was extended in all."""
    return sum(int(one.value) for one in decisions if one.kind == "extend")


def health(decisions: Sequence[Decision]) -> Decision | None:
    """The newest decision on cold water and hard exercise; None before any."""
    return next((one for one in reversed(decisions) if one.kind == "health"), None)


def breaks(decisions: Sequence[Decision]) -> tuple[Break, ...]:
    """The breaks decided, soonest first; those without a day between them are one."""
    days = ((one.value.split("/"), one.at) for one in decisions if one.kind == "break")
    found = (Break(date.fromisoformat(first), date.fromisoformat(final), at) for (first, final), at in days)
    joined: list[Break] = []
    for one in sorted(found, key=lambda one: one.first):
        if joined and one.first <= joined[-1].last + timedelta(days=1):
            joined[-1] = replace(joined[-1], last=max(joined[-1].last, one.last))
        else:
            joined.append(one)
    return tuple(joined)


def focus(decisions: Sequence[Decision]) -> Decision | None:
    """The focus as it is now: the first decision of the newest that are alike; None before any."""
    chosen = [one for one in decisions if one.kind == "focus"]
    changed = [n for n, one in enumerate(chosen) if one.value != chosen[-1].value]
    return chosen[changed[-1] + 1 if changed else 0] if chosen else None
