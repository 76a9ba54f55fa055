"""Therapy sessions are recorded, attended or not."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.records.models import Appointment, TherapyCourse, TherapySession
from holdfast.records.queries import scope

SAME_DAY = timedelta(hours=12)
"""A session so near to a booking came of it, also where nobody named the booking."""


@dataclass(frozen=True)
class Held:
    """More about a session, where it is known: its outline in the protocol, its form, how they met, its booking.

    `reason` is what got in the way of one that did not take place.
    """

    outline: str = ""
    variant: str = ""
    channel: str = ""
    appointment: uuid.UUID | None = None
    reason: str = ""


def record_session(
    course_id: int,
    *,
    number: int,
    attendance: str,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
    held: Held | None = None,
) -> None:
    """Record what became of one session. Sending the same `uid` again records nothing new.

    Errors: `InvalidInput` for a number below 0, an unknown attendance or a moment in the future; `Conflict` when the
    same number was attended already.
    """
    require(by, Permission.RECORD_SESSION)
    course = TherapyCourse.objects.filter(pk=course_id).first()
    if course is None:
        raise NotFound("no such therapy course in your clinic")
    scope.episode(by, course.episode_id)
    uid = uid or uuid.uuid4()
    if TherapySession.objects.filter(uid=uid, course=course).exists():
        return
    try:
        keep_session(
            course,
            number=number,
            attendance=attendance,
            happened_at=happened_at,
            by=by,
            at=at,
            uid=uid,
            held=held,
        )
    except IntegrityError:
        if not TherapySession.objects.filter(uid=uid, course=course).exists():
            raise
    outlooks.refresh(course.episode_id, at=at)


@transaction.atomic
def keep_session(
    course: TherapyCourse,
    *,
    number: int,
    attendance: str,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID,
    held: Held | None = None,
) -> TherapySession:
    """Write the session and its audit; no statistics. For verbs that have checked the permission."""
    held = held or Held()
    _refuse_unfit(course, number=number, attendance=attendance, happened_at=happened_at, at=at)
    row = TherapySession.objects.create(
        uid=uid,
        course=course,
        number=number,
        outline=held.outline,
        variant=held.variant,
        channel=held.channel,
        appointment_id=appointment_id(course.pk, held.appointment) or _booked_for(course.pk, happened_at),
        attendance=attendance,
        reason="" if attendance == TherapySession.Attendance.ATTENDED else held.reason.strip()[:200],
        happened_at=happened_at,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )
    audit.note(
        "session recorded",
        subject="session",
        subject_id=str(row.uid),
        by=by,
        at=at,
        episode=course.episode_id,
    )
    return row


def appointment_id(course_id: int, uid: uuid.UUID | None) -> int | None:
    """The booking a session came of. Errors: `NotFound` for one of another course, or that was moved meanwhile."""
    if uid is None:
        return None
    pk: int | None = (
        Appointment.current.filter(uid=uid, course_id=course_id).values_list("pk", flat=True).first()
    )
    if pk is None:
        raise NotFound("no such booking of this course, or it was moved since you opened it")
    return pk


def _booked_for(course_id: int, happened_at: datetime) -> int | None:
    """The open booking of the course nearest to that moment, within half a day; None without one."""
    settled = TherapySession.current.filter(course_id=course_id, appointment__isnull=False)
    near = (happened_at - SAME_DAY, happened_at + SAME_DAY)
    rows = Appointment.current.filter(course_id=course_id, happened_at__range=near)
    booked = rows.exclude(pk__in=settled.values("appointment")).values_list("happened_at", "pk")
    return min(((abs(start - happened_at), pk) for start, pk in booked), default=(None, None))[1]


def _refuse_unfit(
    course: TherapyCourse, *, number: int, attendance: str, happened_at: datetime, at: datetime
) -> None:
    known = TherapySession.Attendance.values
    problems = []
    if not 0 <= number <= 500:
        problems.append(
            Problem("session number", f"{number} is not a session", "1, 2, 3 …, or 0 for the preparation")
        )
    if attendance not in known:
        problems.append(Problem("attendance", f"{attendance!r} is not known", " or ".join(known)))
    if happened_at > at:
        problems.append(Problem("time", "lies in the future", "a moment that has passed"))
    if problems:
        raise InvalidInput(*problems)
    attended = TherapySession.Attendance.ATTENDED
    if (
        attendance == attended
        and TherapySession.current.filter(course=course, number=number, attendance=attended).exists()
    ):
        raise Conflict(
            f"session {number} was attended already; correct that entry, or record the next number"
        )
