"""A way through a therapy: phases in order, each with its way to supply sessions and its pace."""

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from holdfast.protocols.model import Part, PhaseKind, Text


class Slot(Part):
    """A session's place in a sequence, so many times in a row."""

    outline: Text
    times: Annotated[int, Field(ge=1, le=60)] = 1


class Loop(Part):
    """One template again and again, with reviews between; without `most` it is open-ended.

    A review is due after `review_sessions` sessions or `review_days` days since the last, whichever comes first. It
    ends when `most` sessions are held, or by what `ends_by` names: the decision of a review, or an end date that has
    passed; yet neither ends it before `fewest` sessions are held.
    """

    template: Text
    review: Text | None = None
    review_sessions: Annotated[int, Field(ge=1)] | None = None
    review_days: Annotated[int, Field(ge=7)] | None = None
    fewest: Annotated[int, Field(ge=1)] | None = None
    most: Annotated[int, Field(ge=1)] | None = None
    ends_by: Literal["plan_ending", "end_date"] | None = None

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.most is None and self.ends_by is None:
            raise ValueError("loop: give the most sessions, or ends_by for an open end")
        if (self.review is None) != (self.review_sessions is None and self.review_days is None):
            raise ValueError("loop: a review comes after review_sessions or review_days")
        if self.fewest is not None and self.most is not None and self.fewest > self.most:
            raise ValueError("loop: fewest is more than most")
        return self


def _as_slot(value: Any) -> Any:
    return {"outline": value} if isinstance(value, str) else value


class TherapyPhase(Part):
    """A stretch of a track. Its sessions come from a sequence, a loop, or the group's curriculum (rolling).

    Boosters come at `days_after_end` of the main work, one for each, `days_apart` at least from one another.
    `before_break` comes in between as the last session before a break of two weeks or more.
    """

    slug: Text
    name: Text
    kind: PhaseKind
    goals: tuple[Text, ...] = ()
    days_apart: Annotated[float, Field(gt=0)]
    days_apart_without_relief: Annotated[float, Field(gt=0)] | None = None
    days_after_end: tuple[Annotated[int, Field(ge=1)], ...] = ()
    sequence: tuple[Annotated[Slot, BeforeValidator(_as_slot)], ...] | None = None
    loop: Loop | None = None
    rolling: bool = False
    before_break: Text | None = None

    @model_validator(mode="after")
    def _one_supply(self) -> Self:
        if (self.sequence is not None) + (self.loop is not None) + self.rolling != 1:
            raise ValueError(f"phase {self.slug}: give one of sequence, loop and rolling")
        boosters = len(self.slots) if self.kind is PhaseKind.BOOSTER else 0
        if len(self.days_after_end) != boosters:
            raise ValueError(f"phase {self.slug}: days_after_end has {boosters} days, one for each booster")
        if any(later <= earlier for earlier, later in pairwise(self.days_after_end)):
            raise ValueError(f"phase {self.slug}: days_after_end rise from booster to booster")
        return self

    @property
    def slots(self) -> tuple[str, ...]:
        """The sessions of its sequence in order, each as often as it comes; none without a sequence."""
        return tuple(slot.outline for slot in self.sequence or () for _ in range(slot.times))

    @property
    def planned(self) -> tuple[str, ...]:
        """Every session that its sequence or loop holds."""
        named = (self.loop.template, self.loop.review) if self.loop is not None else self.slots
        return tuple(outline for outline in named if outline)

    @property
    def outlines(self) -> tuple[str, ...]:
        """Every session that can be held in it, the one before a break included."""
        return (*self.planned, self.before_break) if self.before_break else self.planned


class HalfWayPoint(Part):
    """When a track is half-way: after so many sessions, or, where it is open-ended, after so many reviews."""

    sessions: Annotated[int, Field(ge=1)] | None = None
    reviews: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _one_count(self) -> Self:
        if (self.sessions is None) == (self.reviews is None):
            raise ValueError("half_way: give sessions or reviews")
        return self


class Track(Part):
    """One way through the therapy. `runs_with` go on at the same time; `only_if` is what a clinic sees to first.

    `fewest_sessions` have to be held, the preparation aside, before a course is complete (a convention). A rolling
    group has none: its curriculum says how many weeks are enough.
    """

    slug: Text
    name: Text
    about: Text
    ages: tuple[int, int | None] = (18, None)
    format: Literal["individual", "group"] = "individual"
    runs_with: tuple[Text, ...] = ()
    only_if: str = ""
    fewest_sessions: Annotated[int, Field(ge=1)] | None = None
    half_way: HalfWayPoint | None = None
    phases: Annotated[tuple[TherapyPhase, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _can_be_completed(self) -> Self:
        if (self.fewest_sessions is None) != self.rolling:
            raise ValueError(f"track {self.slug}: give fewest_sessions, but not for a rolling group")
        if self.fewest_sessions and self.planned is not None and self.fewest_sessions > self.planned:
            raise ValueError(f"track {self.slug}: fewest_sessions is more than its {self.planned} sessions")
        return self

    @property
    def rolling(self) -> bool:
        """Whether its sessions are the weeks of a group's curriculum."""
        return any(phase.rolling for phase in self.phases)

    @property
    def planned(self) -> int | None:
        """Sessions before the boosters; None where the end is open, and for a rolling group."""
        counts = [_count(phase) for phase in self.phases if phase.kind is not PhaseKind.BOOSTER]
        return None if None in counts else sum(count for count in counts if count is not None)

    @property
    def boosters(self) -> int:
        """Sessions after the end."""
        return sum(_count(phase) or 0 for phase in self.phases if phase.kind is PhaseKind.BOOSTER)


def _count(phase: TherapyPhase) -> int | None:
    if phase.rolling:
        return None
    return phase.loop.most if phase.loop is not None else len(phase.slots)
