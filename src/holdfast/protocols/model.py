"""What a course of treatment is: its phases, its pace and its thresholds, frozen and checked when built."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1)]
Unit = Literal["mg/kg", "minute", "hour", "day", "percent", "point", "probability", "infusion", "session"]

_DURATIONS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_UNCOUNTED = {"percent": "%", "mg/kg": "mg/kg"}


class _Part(BaseModel):
    """A part of a protocol: never changed after loading, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(StrEnum):
    """What a protocol is a course of."""

    INFUSION = "infusion"
    THERAPY = "therapy"


class Status(StrEnum):
    """How far a protocol has been agreed: a draft has been signed by nobody."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class PhaseKind(StrEnum):
    """What a stretch of a course is for; the same five words in every therapy, two more for infusions."""

    WINDOW = "window"
    CORE = "core"
    CONSOLIDATE = "consolidate"
    BOOSTER = "booster"
    INDUCTION = "induction"
    MAINTENANCE = "maintenance"


class Threshold(_Part):
    """A number that decides something, with where it comes from.

    `standing` is `seen` when the figure was read in the source, and `convention` when nobody has tested it:
    such a number is shown as a site default, never as a fact.
    """

    value: float
    unit: Unit
    source: Text
    standing: Literal["seen", "convention"]
    effective: date

    @property
    def duration(self) -> timedelta:
        """The value as elapsed time. Errors: `KeyError` for a unit that is not a time."""
        return self.value * _DURATIONS[self.unit]

    @property
    def words(self) -> str:
        """The value with its unit, as a person says it: "24 hours", "25 %"."""
        if self.unit == "probability":
            return f"{100 * self.value:g} %"
        if self.unit in _UNCOUNTED:
            return f"{self.value:g} {_UNCOUNTED[self.unit]}"
        return f"{self.value:g} {self.unit}" if self.value == 1 else f"{self.value:g} {self.unit}s"

    @property
    def cited(self) -> str:
        """The source as it is shown to a clinician."""
        return self.source if self.standing == "seen" else f"Site default: {self.source}"


class SignOff(_Part):
    """A named clinician who has agreed a protocol for use at a site."""

    name: Text
    profession: Text
    on: date


class Phase(_Part):
    """A stretch of a course by session (or infusion) number; without `last` it has no planned end."""

    slug: Text
    name: Text
    kind: PhaseKind
    first: Annotated[int, Field(ge=1)]
    last: int | None = None

    def holds(self, number: int) -> bool:
        """Whether the session of that number lies in this phase."""
        return self.first <= number and (self.last is None or number <= self.last)


class Pace(_Part):
    """How far sessions lie apart from one session number on. **Units**: days; 3.5 is twice a week."""

    from_session: Annotated[int, Field(ge=1)]
    days_apart: Annotated[float, Field(gt=0)]


class FirstSession(_Part):
    """When the first session is best held, from the infusion that brought relief and from the last one."""

    earliest_after_infusion: Threshold
    latest_after_infusion: Threshold
    latest_after_course: Threshold


Thresholds = Annotated[Mapping[str, Threshold], AfterValidator(MappingProxyType)]


class SessionPlan(_Part):
    """How many sessions a therapy has and how they are spread.

    `planned` counts sessions before the boosters; an open-ended therapy has none and is reviewed every
    `review_every` sessions. `group` counts the sessions held in a group beside the individual ones.
    """

    minutes: Annotated[int, Field(ge=10, le=180)]
    planned: Annotated[int, Field(ge=1)] | None = None
    open_ended: bool = False
    boosters: Annotated[int, Field(ge=0)] = 0
    extend_to: int | None = None
    group: Annotated[int, Field(ge=0)] = 0
    review_every: Annotated[int, Field(ge=1)] | None = None
    pacing: tuple[Pace, ...]
    first: FirstSession

    @model_validator(mode="after")
    def _counted_or_open(self) -> Self:
        if self.open_ended == (self.planned is not None):
            raise ValueError("give either the number of planned sessions or open_ended = true")
        if self.open_ended and self.boosters:
            raise ValueError("an open-ended therapy has no boosters")
        if not self.pacing or self.pacing[0].from_session != 1:
            raise ValueError("pacing must begin at session 1")
        if not _rising([pace.from_session for pace in self.pacing]):
            raise ValueError("pacing must be in the order of its sessions")
        return self

    @property
    def last(self) -> int | None:
        """The highest session number, boosters included; None when open-ended."""
        return None if self.planned is None else self.planned + self.boosters


class Protocol(_Part):
    """One course of treatment as a site may sign it."""

    slug: Text
    name: Text
    short_name: Text
    kind: Kind
    version: Text
    status: Status
    effective: date
    sign_offs: tuple[SignOff, ...] = ()
    patient_card: Text
    evidence: Text
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    sessions: SessionPlan | None = None
    thresholds: Thresholds = Field(default_factory=lambda: MappingProxyType({}))

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.status is Status.ACTIVE and not self.sign_offs:
            raise ValueError("an active protocol needs a sign-off")
        if (self.kind is Kind.THERAPY) != (self.sessions is not None):
            raise ValueError("a therapy has [sessions], an infusion protocol has none")
        _refuse_gaps(self.phases)
        if self.sessions is not None and self.phases[-1].last != self.sessions.last:
            raise ValueError("the phases must end with the last session")
        return self

    def phase(self, number: int) -> Phase | None:
        """The phase of a session (or infusion) number; None after the last."""
        return next((phase for phase in self.phases if phase.holds(number)), None)


def _refuse_gaps(phases: tuple[Phase, ...]) -> None:
    expected: int | None = 1
    for phase in phases:
        if phase.first != expected:
            raise ValueError(f"phase {phase.slug} must begin at {expected}: phases follow on without a gap")
        if phase.last is not None and phase.last < phase.first:
            raise ValueError(f"phase {phase.slug} ends before it begins")
        expected = None if phase.last is None else phase.last + 1


def _rising(numbers: list[int]) -> bool:
    return all(earlier < later for earlier, later in pairwise(numbers))
