"""What stands in the way of an infusion at a time: chair, nurse and person are in one place at a time."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from holdfast.access import Permission, Viewer, require
from holdfast.pathway.infusion_plan import too_soon
from holdfast.records.models import Appointment, InfusionBooking, TherapySession
from holdfast.records.queries.infusion_courses import CourseRow, standing_bookings


@dataclass(frozen=True)
class Slot:
    """When an infusion is to be, where, and who looks after it."""

    starts_at: datetime
    minutes: int
    chair_id: int
    nurse_id: int

    @property
    def ends_at(self) -> datetime:
        """Until when chair and nurse are kept."""
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Clash:
    """Something in the way of a slot: `where` is what is taken (chair, nurse, person); names no patient."""

    where: str
    words: str


@dataclass(frozen=True)
class SessionRow:
    """A therapy session of the person that is booked."""

    course_id: int
    uid: uuid.UUID
    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        """When it is to end."""
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Found:
    """What a slot meets: what forbids it, and therapy of the person after it but within a day: that has to move."""

    clashes: tuple[Clash, ...] = ()
    too_soon: tuple[SessionRow, ...] = ()


def of_slots(
    viewer: Viewer, slots: Sequence[Slot], *, course: CourseRow, besides: uuid.UUID | None = None
) -> tuple[Found, ...]:
    """What each slot of a course meets, of all that is booked and of the slots before it. Two queries however many.

    `besides` is the uid of a booking that is being moved.
    """
    require(viewer, Permission.SEE_INFUSIONS)
    if not slots:
        return ()
    near = (
        min(slot.starts_at for slot in slots) - timedelta(days=1),
        max(slot.ends_at for slot in slots) + timedelta(days=1),
    )
    patient_id = course.patient_id
    rows = [row for row in _bookings(slots, patient_id, near) if row.uid != besides]
    taken, sessions = [_Taken.of(row, patient_id) for row in rows], _sessions(patient_id, *near)
    return tuple(
        Found(
            clashes=tuple(
                _clashes(
                    slot,
                    [*taken, *(_Taken.like(other) for other in slots[:number])],
                    sessions,
                    zone=ZoneInfo(course.zone),
                )
            ),
            too_soon=tuple(
                one
                for one in sessions
                if one.starts_at >= slot.ends_at and too_soon(one.starts_at, (slot.starts_at,))
            ),
        )
        for number, slot in enumerate(slots)
    )


def _sessions(patient_id: int, first: datetime, last: datetime) -> tuple[SessionRow, ...]:
    """Therapy sessions of a person that are booked to begin between two moments, soonest first."""
    over = TherapySession.current.filter(appointment=OuterRef("pk"))
    rows = Appointment.current.filter(
        course__episode__patient=patient_id, happened_at__range=(first, last)
    ).exclude(Exists(over))
    return tuple(
        SessionRow(row.course_id, row.uid, row.happened_at, row.minutes)
        for row in rows.order_by("happened_at", "pk")
    )


@dataclass(frozen=True)
class _Taken:
    """A time at which chair and nurse are taken; `same_person` where it is the person's own."""

    starts_at: datetime
    ends_at: datetime
    chair_id: int
    nurse_id: int
    chair: str
    nurse: str
    same_person: bool

    @staticmethod
    def of(row: InfusionBooking, patient_id: int) -> "_Taken":
        """The time a booking takes."""
        return _Taken(
            starts_at=row.happened_at,
            ends_at=row.happened_at + timedelta(minutes=row.minutes),
            chair_id=row.chair_id,
            nurse_id=row.nurse_id,
            chair=row.chair.name,
            nurse=row.nurse.name,
            same_person=row.course.episode.patient_id == patient_id,
        )

    @staticmethod
    def like(slot: Slot) -> "_Taken":
        """The time another slot of the same person will take."""
        return _Taken(slot.starts_at, slot.ends_at, slot.chair_id, slot.nurse_id, "", "", same_person=True)


def _bookings(
    slots: Sequence[Slot], patient_id: int, near: tuple[datetime, datetime]
) -> QuerySet[InfusionBooking]:
    mine = Q(course__episode__patient=patient_id)
    chairs = Q(chair__in={slot.chair_id for slot in slots})
    nurses = Q(nurse__in={slot.nurse_id for slot in slots})
    rows = standing_bookings().filter(mine | chairs | nurses, happened_at__range=near)
    return rows.select_related("chair", "nurse", "course__episode").order_by("happened_at", "pk")


def _clashes(
    slot: Slot, taken: Sequence[_Taken], sessions: Sequence[SessionRow], *, zone: ZoneInfo
) -> Iterator[Clash]:
    # H-033: a chair, a nurse or a person is in one place at a time, and nobody is given two infusions on a day.
    def clock(one: _Taken | SessionRow) -> str:
        return f"{one.starts_at.astimezone(zone):%H:%M} to {one.ends_at.astimezone(zone):%H:%M}"

    for one in taken:
        if one.same_person:
            if one.starts_at.astimezone(zone).date() == slot.starts_at.astimezone(zone).date():
                yield Clash("person", f"has an infusion on that day already, {clock(one)}")
            continue
        over = one.starts_at < slot.ends_at and one.ends_at > slot.starts_at
        if over and one.chair_id == slot.chair_id:
            yield Clash("chair", f"{one.chair} is taken {clock(one)}")
        if over and one.nurse_id == slot.nurse_id:
            yield Clash("nurse", f"{one.nurse} looks after another infusion {clock(one)}")
    for session in sessions:
        if session.starts_at < slot.ends_at and session.ends_at > slot.starts_at:
            yield Clash("person", f"has a therapy session {clock(session)}")
