"""Courses of infusions: what was decided about each, what is booked and what became of it, what was given."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from holdfast.access import Permission, Viewer, require
from holdfast.errors import NotFound
from holdfast.pathway import infusion_plan
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import infusions
from holdfast.records.models import (
    BookingCancellation,
    Clinic,
    Discharge,
    Infusion,
    InfusionBooking,
    InfusionCourse,
    InfusionCourseDecision,
    InfusionEvent,
    InfusionVisit,
    SpacingDecision,
)
from holdfast.records.queries import identity, scope


class State(StrEnum):
    """What became of a booking, as far as it has come."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    ARRIVED = "arrived"
    STARTED = "started"
    GIVEN = "given"
    HOME = "home"


@dataclass(frozen=True)
class BookingRow:
    """A booked infusion. `whose` and `why` are of a cancellation; `moved_for` is why it was moved here, if it was."""

    uid: uuid.UUID
    course_id: int
    starts_at: datetime
    minutes: int
    chair_id: int
    chair: str
    nurse_id: int
    nurse: str
    booster: bool
    state: State
    visit_uid: uuid.UUID | None
    whose: str
    why: str
    moved_for: str

    @property
    def ends_at(self) -> datetime:
        """Until when chair and nurse are kept."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def ahead(self) -> bool:
        """Whether it still waits: it can be moved or cancelled."""
        return self.state is State.BOOKED


@dataclass(frozen=True)
class DecisionRow:
    """Something decided about a course; a decision on spacing stands among them as `spacing`, with its days."""

    kind: str
    value: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True)
class CourseRow:
    """A course of infusions with all that the pages say of it.

    `decisions` oldest first; `bookings` by their time, cancelled ones among them; `given` is when infusions of this
    treatment were given in this episode, oldest first, also before the course and without a booking. `zone` is that
    of the clinic: days of the plan are days there.
    """

    course_id: int
    episode_id: int
    patient_id: int
    name: str
    code: str
    treatment: str
    schedule: str
    started_at: datetime
    begun_by: str
    zone: str
    decisions: tuple[DecisionRow, ...]
    bookings: tuple[BookingRow, ...]
    given: tuple[datetime, ...]

    @property
    def protocol(self) -> InfusionProtocol:
        """The treatment's protocol."""
        return infusions(self.treatment)

    @property
    def booked(self) -> tuple[BookingRow, ...]:
        """What is booked and nothing has become of, soonest first; also where its time has passed."""
        return tuple(one for one in self.bookings if one.ahead)

    def coming(self, *, at: datetime) -> tuple[BookingRow, ...]:
        """What is booked for today or later, soonest first."""
        return tuple(one for one in self.booked if self.day(one.starts_at) >= self.day(at))

    @property
    def here(self) -> tuple[BookingRow, ...]:
        """Of whom someone is here and the drug has not ended: neither coming nor given yet."""
        return tuple(one for one in self.bookings if one.state in {State.ARRIVED, State.STARTED})

    def planned(self, *, at: datetime) -> int:
        """How many infusions of the plan that holds now are given, being given or coming."""
        return self.done + sum(not one.booster for one in (*self.here, *self.coming(at=at)))

    @property
    def plan(self) -> infusion_plan.Plan:
        """The schedule that holds now: the newest maintenance pattern, else that of the start."""
        pattern = self._pattern
        slug = pattern.value if pattern else self.schedule
        schedule = self.protocol.schedule(slug)
        if schedule is None:
            raise LookupError(f"{self.treatment} has no schedule {slug!r}")
        return infusion_plan.Plan(schedule, follows=pattern is not None)

    @property
    def done(self) -> int:
        """How many infusions of the plan that holds now were given."""
        pattern = self._pattern
        since = pattern.at if pattern else self.started_at
        return sum(moment >= since for moment in self.given)

    @property
    def boosters_left(self) -> int:
        """How many boosters were decided on and are not booked."""
        decided = sum(one.kind == "booster" for one in self.decisions)
        return decided - sum(one.booster and one.state is not State.CANCELLED for one in self.bookings)

    def standing(self, on: date) -> infusion_plan.Standing:
        """Whether it goes on, on a day of the clinic."""
        return standing(self.decisions, on=on)

    def day(self, at: datetime) -> date:
        """The day of the clinic."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def next_day(self, *, at: datetime) -> date | None:
        """The planned day of the infusion after what was given and is coming.

        None where the plan is over, and for the first infusion of a plan, whose day is free to choose. A spacing that
        was decided after the pattern says the days itself.
        """
        moments = sorted((*self.given, *(one.starts_at for one in (*self.here, *self.coming(at=at)))))
        planned, spacing = self.planned(at=at), self._spacing
        if not moments or (not planned and not self.plan.follows and spacing is None):
            return None
        last = self.day(moments[-1])
        if spacing is not None:
            return last + timedelta(days=spacing)
        return self.plan.next_day(last, done=planned)

    @property
    def _pattern(self) -> DecisionRow | None:
        return next((one for one in reversed(self.decisions) if one.kind == "maintenance"), None)

    @property
    def _spacing(self) -> int | None:
        newest = next(
            (one for one in reversed(self.decisions) if one.kind in {"spacing", "maintenance"}), None
        )
        return int(newest.value) if newest is not None and newest.kind == "spacing" else None


def courses(viewer: Viewer, episode_id: int) -> tuple[CourseRow, ...]:
    """The courses of an episode, newest first. A constant number of queries."""
    require(viewer, Permission.SEE_INFUSIONS)
    episode = scope.episode(viewer, episode_id)
    rows = InfusionCourse.current.filter(episode=episode).select_related("episode__patient", "recorded_by")
    return _rows(rows.order_by("-happened_at", "-pk"))


def course(viewer: Viewer, course_id: int) -> CourseRow:
    """One course. Errors: `NotFound` when it is not the viewer's to open."""
    scope.infusion_course(viewer, course_id)
    rows = InfusionCourse.objects.filter(pk=course_id).select_related("episode__patient", "recorded_by")
    return _rows(rows)[0]


def booking(viewer: Viewer, uid: uuid.UUID) -> tuple[CourseRow, BookingRow]:
    """A booking with its course. Errors: `NotFound` when it is not the viewer's to open, or was moved meanwhile."""
    course_id = InfusionBooking.current.filter(uid=uid).values_list("course", flat=True).first()
    if course_id is None:
        raise NotFound("no such booking, or it was moved since you opened it")
    found = course(viewer, course_id)
    return found, next(one for one in found.bookings if one.uid == uid)


def standing_bookings() -> QuerySet[InfusionBooking]:
    """Bookings that were neither moved nor cancelled, whoever may see them: for those who ask what is free."""
    cancelled = BookingCancellation.current.filter(booking=OuterRef("pk"))
    rows: QuerySet[InfusionBooking] = InfusionBooking.current.exclude(Exists(cancelled))
    return rows


def decisions_of(course_ids: Collection[int]) -> Mapping[int, Sequence[DecisionRow]]:
    """What was decided about each course, oldest first, for those who have judged who may see it. Two queries."""
    decided = InfusionCourseDecision.current.filter(course__in=course_ids).select_related("recorded_by")
    spaced = SpacingDecision.current.filter(course__in=course_ids).select_related("recorded_by")
    rows = [(row.course_id, row.kind, row.value, row) for row in decided.order_by("pk")]
    rows += [
        (row.course_id, "stop" if row.days is None else "spacing", str(row.days or ""), row)
        for row in spaced.order_by("pk")
    ]
    found: defaultdict[int, list[DecisionRow]] = defaultdict(list)
    for course_id, kind, value, row in sorted(rows, key=lambda one: (one[3].happened_at, one[3].recorded_at)):
        found[course_id].append(DecisionRow(kind, value, row.reason, row.happened_at, row.recorded_by.name))
    return found


def standing(decisions: Sequence[DecisionRow], *, on: date) -> infusion_plan.Standing:
    """Whether a course goes on, on a day of the clinic, by what was decided about it."""
    return infusion_plan.standing(
        [infusion_plan.Decided(one.at, one.kind, one.value) for one in decisions], on=on
    )


def booking_rows(rows: QuerySet[InfusionBooking]) -> tuple[BookingRow, ...]:
    """The bookings with what became of each, by their time. Six queries however many they are."""
    found = list(rows.select_related("chair", "nurse").order_by("happened_at", "pk"))
    became = _became([row.pk for row in found])
    return tuple(
        BookingRow(
            uid=row.uid,
            course_id=row.course_id,
            starts_at=row.happened_at,
            minutes=row.minutes,
            chair_id=row.chair_id,
            chair=row.chair.name,
            nurse_id=row.nurse_id,
            nurse=row.nurse.name,
            booster=row.booster,
            state=became.state(row.pk),
            visit_uid=became.visits.get(row.pk),
            whose=became.cancelled[row.pk].whose if row.pk in became.cancelled else "",
            why=became.cancelled[row.pk].reason if row.pk in became.cancelled else "",
            moved_for=row.correction_reason,
        )
        for row in found
    )


@dataclass(frozen=True)
class _Became:
    """What became of some bookings, by their ids."""

    cancelled: Mapping[int, BookingCancellation]
    visits: Mapping[int, uuid.UUID]
    started: frozenset[int]
    given: frozenset[int]
    home: frozenset[int]

    def state(self, booking_id: int) -> State:
        """How far a booking has come."""
        for state, ids in (
            (State.HOME, self.home),
            (State.GIVEN, self.given),
            (State.STARTED, self.started),
            (State.CANCELLED, self.cancelled),
            (State.ARRIVED, self.visits),
        ):
            if booking_id in ids:
                return state
        return State.BOOKED


def _became(ids: Collection[int]) -> _Became:
    cancelled = BookingCancellation.current.filter(booking__in=ids)
    visits = InfusionVisit.current.filter(booking__in=ids)
    events = InfusionEvent.current.filter(visit__booking__in=ids)
    return _Became(
        cancelled={row.booking_id: row for row in cancelled},
        visits=dict(visits.values_list("booking", "uid")),
        started=frozenset(events.filter(kind="start").values_list("visit__booking", flat=True)),
        given=frozenset(events.filter(kind__in=("end", "stop")).values_list("visit__booking", flat=True)),
        home=frozenset(
            Discharge.current.filter(visit__booking__in=ids).values_list("visit__booking", flat=True)
        ),
    )


def _rows(rows: QuerySet[InfusionCourse]) -> tuple[CourseRow, ...]:
    found = list(rows)
    ids = [row.pk for row in found]
    decisions, bookings = (
        decisions_of(ids),
        _by_course(booking_rows(InfusionBooking.current.filter(course__in=ids))),
    )
    given, names = (
        _given(row.episode_id for row in found),
        identity.names({row.episode.patient_id for row in found}),
    )
    zones = dict(
        Clinic.objects.filter(pk__in={row.episode.patient.clinic_id for row in found}).values_list(
            "pk", "zone"
        )
    )
    return tuple(
        CourseRow(
            course_id=row.pk,
            episode_id=row.episode_id,
            patient_id=row.episode.patient_id,
            name=names[row.episode.patient_id],
            code=row.episode.patient.code,
            treatment=row.treatment,
            schedule=row.schedule,
            started_at=row.happened_at,
            begun_by=row.recorded_by.name,
            zone=zones[row.episode.patient.clinic_id],
            decisions=tuple(decisions[row.pk]),
            bookings=tuple(bookings[row.pk]),
            given=tuple(given[(row.episode_id, row.treatment)]),
        )
        for row in found
    )


def _by_course(rows: Iterable[BookingRow]) -> defaultdict[int, list[BookingRow]]:
    found: defaultdict[int, list[BookingRow]] = defaultdict(list)
    for row in rows:
        found[row.course_id].append(row)
    return found


def _given(episode_ids: Iterable[int]) -> defaultdict[tuple[int, str], list[datetime]]:
    rows = Infusion.current.filter(episode__in=set(episode_ids)).order_by("happened_at", "pk")
    found: defaultdict[tuple[int, str], list[datetime]] = defaultdict(list)
    for episode_id, drug, moment in rows.values_list("episode", "drug", "happened_at"):
        found[(episode_id, drug)].append(moment)
    return found
