"""The facts of one episode as plain frozen values: what stages, check-in times and suggestions are derived
from.
"""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from holdfast.instruments.loader import load as load_instrument
from holdfast.outcomes.definitions import Reading, baseline, on_instrument
from holdfast.outcomes.moments import utc
from holdfast.protocols.loader import therapy as load_therapy
from holdfast.protocols.progress import Decision, Held, Progress, progress
from holdfast.protocols.therapy import Therapy

Attendance = Literal["attended", "did_not_attend", "cancelled_by_patient", "cancelled_by_clinic"]
ATTENDED: Attendance = "attended"
MISSED: frozenset[str] = frozenset({"did_not_attend", "cancelled_by_patient"})
"""Sessions the person missed; one the clinic cancelled says nothing about them."""


class _Dated:
    """Keeps every moment of a fact in UTC, so that rules count elapsed time. Errors: `InvalidInput` without a
    zone.
    """

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, datetime):
                object.__setattr__(self, field.name, utc(value))


@dataclass(frozen=True)
class InfusionFact(_Dated):
    """An infusion given. **Units**: mg, mg/kg; `dose_mg` is None where only the dose per kg is known."""

    at: datetime
    drug: str
    dose_mg: Decimal | None
    dose_mg_per_kg: Decimal


@dataclass(frozen=True)
class SessionFact(_Dated):
    """What became of one therapy session: its number in the course, 0 for the preparation, and its outline if known."""

    at: datetime
    number: int
    attendance: Attendance
    outline: str = ""

    @property
    def attended(self) -> bool:
        """Whether it took place."""
        return self.attendance == ATTENDED


@dataclass(frozen=True)
class CourseFact(_Dated):
    """A course of one therapy with its sessions so far, and what was decided about it.

    `plan` is the protocol the course runs on; None means the one in the library now.
    """

    key: str
    therapy: str
    started_at: datetime
    sessions: tuple[SessionFact, ...] = ()
    track: str = ""
    decisions: tuple[Decision, ...] = ()
    plan: Therapy | None = None

    @property
    def protocol(self) -> Therapy:
        """The protocol the course runs on. Errors: `NotFound` where neither the course nor the library has it."""
        return self.plan or load_therapy(self.therapy)

    def progress(self, *, at: datetime) -> Progress:
        """Where the course stands as of `at`."""
        held = [
            Held(one.at, one.number, one.outline) for one in self.sessions if one.attended and one.at <= at
        ]
        return progress(self.protocol, held=held, decisions=self.decisions, track=self.track, at=at)


@dataclass(frozen=True)
class AlertFact(_Dated):
    """A safety alert nobody has acknowledged yet."""

    key: str
    raised_at: datetime
    level: int
    due_at: datetime
    owner_name: str


@dataclass(frozen=True)
class DecisionFact(_Dated):
    """A suggestion that was accepted or declined, by the digest of its kind and reasons."""

    kind: str
    digest: str
    accepted: bool
    decided_at: datetime


@dataclass(frozen=True)
class PlannedFact(_Dated):
    """An appointment that lies ahead."""

    at: datetime
    what: Literal["infusion", "session"]


@dataclass(frozen=True)
class History(_Dated):
    """Everything about one episode that the pathway reads.

    `instrument` judges the episode. `check_ins_at` holds every check-in, partial ones too; `readings` only
    the complete totals. `zone` is the IANA zone in which the clinic writes its dates: it decides which date
    stands beside a reason, never whether a rule applies. Every moment is kept in UTC.
    """

    started_at: datetime
    instrument: str
    readings: tuple[Reading, ...] = ()
    check_ins_at: tuple[datetime, ...] = ()
    infusions: tuple[InfusionFact, ...] = ()
    courses: tuple[CourseFact, ...] = ()
    open_alerts: tuple[AlertFact, ...] = ()
    decisions: tuple[DecisionFact, ...] = ()
    closed_at: datetime | None = None
    trd_confirmed: bool = False
    planned: tuple[PlannedFact, ...] = ()
    zone: str = "UTC"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "check_ins_at", tuple(utc(at) for at in self.check_ins_at))

    def as_of(self, at: datetime) -> "History":
        """What was known to have happened at `at`, each kind of fact in the order of its moments."""
        at = utc(at)
        return replace(
            self,
            readings=_until(at, self.readings, "at"),
            check_ins_at=tuple(sorted(moment for moment in self.check_ins_at if moment <= at)),
            infusions=_until(at, self.infusions, "at"),
            courses=tuple(
                replace(
                    course,
                    sessions=_until(at, course.sessions, "at"),
                    decisions=tuple(one for one in course.decisions if one.at <= at),
                )
                for course in _until(at, self.courses, "started_at")
            ),
            open_alerts=_until(at, self.open_alerts, "raised_at"),
            decisions=_until(at, self.decisions, "decided_at"),
            closed_at=self.closed_at if self.closed_at is not None and self.closed_at <= at else None,
            planned=tuple(sorted((p for p in self.planned if p.at > at), key=lambda p: p.at)),
        )

    @cached_property
    def judged_on(self) -> str:
        """The instrument that judges the episode.

        Its own; where that one has no reading, the depression scale used last: one with a remission cut-off.
        """
        used = [r.instrument for r in sorted(self.readings, key=lambda r: r.at)]
        if self.instrument in used:
            return self.instrument
        scales = [slug for slug in used if load_instrument(slug).cutoffs.remission_at_most is not None]
        return scales[-1] if scales else self.instrument

    @cached_property
    def scores(self) -> tuple[Reading, ...]:
        """The readings that judge the episode, oldest first: one instrument, never mixed."""
        return on_instrument(self.readings, instrument=self.judged_on)

    @cached_property
    def baseline(self) -> Reading | None:
        """The reading the episode is judged against; None before the first."""
        first = min((infusion.at for infusion in self.infusions), default=None)
        return baseline(self.readings, instrument=self.judged_on, first_infusion_at=first)

    @property
    def course(self) -> CourseFact | None:
        """The therapy course begun last; None before the first."""
        return self.courses[-1] if self.courses else None

    @property
    def in_therapy(self) -> bool:
        """Whether any session of any course has been attended, the preparation aside."""
        return any(one.attended and one.number for course in self.courses for one in course.sessions)

    def day(self, at: datetime) -> date:
        """The calendar day of a moment where the clinic is."""
        return at.astimezone(ZoneInfo(self.zone)).date()


Fact = TypeVar("Fact", Reading, InfusionFact, SessionFact, CourseFact, AlertFact, DecisionFact)


def _until(at: datetime, facts: tuple[Fact, ...], moment: str) -> tuple[Fact, ...]:
    """The facts whose `moment` is not after `at`, oldest first."""
    return tuple(
        sorted(
            (fact for fact in facts if getattr(fact, moment) <= at), key=lambda fact: getattr(fact, moment)
        )
    )
