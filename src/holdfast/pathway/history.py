"""The facts of one episode as plain frozen values: what stages, check-in times and suggestions are derived
from.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from holdfast.instruments.loader import load as load_instrument
from holdfast.outcomes.definitions import Reading, baseline, on_instrument
from holdfast.outcomes.moments import utc
from holdfast.pathway.dated import Dated, passed, until
from holdfast.pathway.infusion_care import NO_INFUSION_CARE, InfusionCare
from holdfast.pathway.limits import AS_SHIPPED, SiteLimits
from holdfast.protocols.decisions import standing
from holdfast.protocols.loader import therapies
from holdfast.protocols.loader import therapy as load_therapy
from holdfast.protocols.progress import Decision, Held, Progress, progress
from holdfast.protocols.therapy import Therapy

Attendance = Literal["attended", "did_not_attend", "cancelled_by_patient", "cancelled_by_clinic"]
ATTENDED: Attendance = "attended"
MISSED: frozenset[str] = frozenset({"did_not_attend", "cancelled_by_patient"})
"""Sessions the person missed; one the clinic cancelled says nothing about them."""


@dataclass(frozen=True)
class InfusionFact(Dated):
    """An infusion given. **Units**: mg, mg/kg; one of them is None where only the other is known.

    `drug` is the slug of its treatment protocol. A fixed dose has no dose per kg.
    """

    at: datetime
    drug: str
    dose_mg: Decimal | None
    dose_mg_per_kg: Decimal | None


@dataclass(frozen=True)
class SessionFact(Dated):
    """What became of one therapy session: its number in the course, 0 for the preparation, and its outline if known.

    `reason` is what got in the way where it did not take place, if anyone said.
    """

    at: datetime
    number: int
    attendance: Attendance
    outline: str = ""
    reason: str = ""

    @property
    def attended(self) -> bool:
        """Whether it took place."""
        return self.attendance == ATTENDED


@dataclass(frozen=True)
class PracticeFact(Dated):
    """Practice asked for in a session, and when it was first done, the small version too; None while it was not."""

    at: datetime
    number: int
    done_at: datetime | None = None


@dataclass(frozen=True)
class FeedbackFact(Dated):
    """What someone said of a session: whether it asks to look at how you work together, never the answers."""

    at: datetime
    low: bool


@dataclass(frozen=True)
class CourseFact(Dated):
    """A course of one therapy with its sessions so far, what was decided about it, and what people did between.

    `plan` is the protocol the course runs on; None means the one in the library now. `booked` are the bookings of
    which nothing is on record yet, those that have passed too. `plan_kept_at` is when the staying-well plan was last
    finished.
    """

    key: str
    therapy: str
    started_at: datetime
    sessions: tuple[SessionFact, ...] = ()
    track: str = ""
    decisions: tuple[Decision, ...] = ()
    plan: Therapy | None = None
    booked: tuple[datetime, ...] = ()
    practice: tuple[PracticeFact, ...] = ()
    feedback: tuple[FeedbackFact, ...] = ()
    plan_kept_at: datetime | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "booked", tuple(sorted(utc(at) for at in self.booked)))

    def as_of(self, at: datetime) -> "CourseFact":
        """What was known at `at`. Bookings stay: they were made for what lay ahead."""
        return replace(
            self,
            sessions=until(at, self.sessions, "at"),
            decisions=tuple(one for one in self.decisions if one.at <= at),
            practice=tuple(
                replace(one, done_at=passed(one.done_at, at)) for one in until(at, self.practice, "at")
            ),
            feedback=until(at, self.feedback, "at"),
            plan_kept_at=passed(self.plan_kept_at, at),
        )

    @property
    def held(self) -> tuple[SessionFact, ...]:
        """The sessions that took place, oldest first, the preparation among them."""
        return tuple(sorted((one for one in self.sessions if one.attended), key=lambda one: one.at))

    @property
    def ended(self) -> Decision | None:
        """How and when the course was ended by decision; None while it goes on, also once it was reopened."""
        return next(
            (one for one in reversed(standing(self.decisions)) if one.kind == "end" and not one.reopens), None
        )

    @property
    def in_a_group(self) -> bool:
        """Whether its sessions are the weeks of a skills group, whose attendance the group keeps."""
        changed = [one.value for one in standing(self.decisions) if one.kind == "track"]
        return self.protocol.track(changed[-1] if changed else self.track).rolling

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
class AlertFact(Dated):
    """A safety alert nobody has acknowledged yet."""

    key: str
    raised_at: datetime
    level: int
    due_at: datetime
    owner_name: str


@dataclass(frozen=True)
class DecisionFact(Dated):
    """A suggestion that was accepted or declined, by the digest of its kind and reasons."""

    kind: str
    digest: str
    accepted: bool
    decided_at: datetime


@dataclass(frozen=True)
class ChoiceFact(Dated):
    """What came of a talk over which therapy to choose: a therapy, not_sure or none_for_now."""

    at: datetime
    chosen: str


@dataclass(frozen=True)
class JudgedFact(Dated):
    """A score against a forecast made weeks before it: the mean that was said, and whether it lies above the 80 % band.

    **Units**: points of the instrument.
    """

    score: Reading
    made_at: datetime
    expected: float
    above: bool

    @property
    def at(self) -> datetime:
        """When the score was given, from when on the judgement is known."""
        return self.score.at


@dataclass(frozen=True)
class PlannedFact(Dated):
    """An appointment that lies ahead."""

    at: datetime
    what: Literal["infusion", "session"]


@dataclass(frozen=True)
class History(Dated):
    """Everything about one episode that the pathway reads.

    `instrument` judges the episode. `check_ins_at` holds every check-in, partial ones too; `readings` only
    the complete totals; `judged`, of each instrument, the newest total that a forecast had spoken of. `zone` is the
    IANA zone in which the clinic writes its dates: it decides which date stands beside a reason, never whether a rule
    applies. Every moment is kept in UTC.
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
    choices: tuple[ChoiceFact, ...] = ()
    judged: tuple[JudgedFact, ...] = ()
    infusion_care: InfusionCare = NO_INFUSION_CARE
    limits: SiteLimits = AS_SHIPPED
    zone: str = "UTC"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "check_ins_at", tuple(utc(at) for at in self.check_ins_at))

    def as_of(self, at: datetime) -> "History":
        """What was known to have happened at `at`, each kind of fact in the order of its moments."""
        at = utc(at)
        return replace(
            self,
            readings=until(at, self.readings, "at"),
            check_ins_at=tuple(sorted(moment for moment in self.check_ins_at if moment <= at)),
            infusions=until(at, self.infusions, "at"),
            courses=tuple(course.as_of(at) for course in until(at, self.courses, "started_at")),
            open_alerts=until(at, self.open_alerts, "raised_at"),
            decisions=until(at, self.decisions, "decided_at"),
            closed_at=passed(self.closed_at, at),
            planned=tuple(sorted((p for p in self.planned if p.at > at), key=lambda p: p.at)),
            choices=until(at, self.choices, "at"),
            judged=until(at, self.judged, "at"),
            infusion_care=self.infusion_care.as_of(at),
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
    def dosed_by_weight(self) -> bool:
        """Whether every infusion has a dose in mg/kg: the forecast has learned from these alone.

        Read as untreated, the effect of a nasal spray would be taken for a course that improves by itself.
        """
        return all(one.dose_mg_per_kg is not None for one in self.infusions)

    @property
    def course(self) -> CourseFact | None:
        """The therapy course begun last, a skills group that goes on beside it aside; None before the first."""
        alone = [one for one in self.courses if not one.in_a_group]
        return next(reversed(alone or self.courses), None)

    @property
    def choice(self) -> ChoiceFact | None:
        """What came of the newest talk over which therapy to choose; None before the first."""
        return self.choices[-1] if self.choices else None

    @property
    def chosen(self) -> str | None:
        """The therapy that was chosen last; None before one was, or where none was for now."""
        choice = self.choice
        return choice.chosen if choice and choice.chosen in {one.slug for one in therapies()} else None

    @property
    def in_therapy(self) -> bool:
        """Whether any session of any course has been attended, the preparation aside."""
        return any(one.attended and one.number for course in self.courses for one in course.sessions)

    def day(self, at: datetime) -> date:
        """The calendar day of a moment where the clinic is."""
        return at.astimezone(ZoneInfo(self.zone)).date()
