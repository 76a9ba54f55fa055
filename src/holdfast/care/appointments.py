"""Therapy sessions are booked, moved and cancelled."""

import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, corrections, outlooks
from holdfast.care import therapy as sessions
from holdfast.care.infusion_bookings import take_turn
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.pathway.booking import NEVER_AFTER_INFUSION
from holdfast.records.models import (
    Appointment,
    BookingCancellation,
    Channel,
    Infusion,
    InfusionBooking,
    TherapyCourse,
    TherapySession,
)
from holdfast.records.queries import therapy

FURTHEST = timedelta(days=730)
"""A booking further ahead is a slip of the year."""


def book(
    course_id: int,
    *,
    starts_at: datetime,
    minutes: int,
    channel: str,
    link: str = "",
    place: str = "",
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Book a session. Sending the same `uid` again books nothing new.

    Errors: `InvalidInput` for a moment that has passed, within a day of an infusion, or another session of the same
    person or therapist at that time.
    """
    require(by, Permission.BOOK_SESSION)
    course = therapy.course(by, course_id)
    uid = uid or uuid.uuid4()
    if Appointment.objects.filter(uid=uid, course_id=course_id).exists():
        return
    try:
        with transaction.atomic():
            # In turn with bookings of infusions, and locked, so that two at the same moment see one another.
            take_turn(by)
            TherapyCourse.objects.select_for_update().get(pk=course_id)
            _refuse_unfit(course, starts_at=starts_at, minutes=minutes, channel=channel, at=at)
            Appointment.objects.create(
                uid=uid,
                course_id=course_id,
                minutes=minutes,
                channel=channel,
                link=link.strip(),
                place=place.strip(),
                happened_at=starts_at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
            audit.note("session booked", subject="course", subject_id=course_id, by=by, at=at)
    except IntegrityError:
        if not Appointment.objects.filter(uid=uid, course_id=course_id).exists():
            raise
    outlooks.refresh(course.episode_id, at=at)


def move(uid: uuid.UUID, *, starts_at: datetime, reason: str, by: Viewer, at: datetime) -> None:
    """Move a booked session to another time, with the reason; the first booking stays readable."""
    require(by, Permission.BOOK_SESSION)
    row, course = _found(uid, by=by)
    with transaction.atomic():
        take_turn(by)
        _refuse_unfit(
            course, starts_at=starts_at, minutes=row.minutes, channel=row.channel, at=at, moving=row.pk
        )
        changes = {"happened_at": starts_at}
        corrections.replace(row, changes=changes, reason=reason, by=by, at=at)
        audit.note("session moved", subject="course", subject_id=course.course_id, by=by, at=at)
    outlooks.refresh(course.episode_id, at=at)


def cancel(uid: uuid.UUID, *, attendance: str, reason: str = "", by: Viewer, at: datetime) -> None:
    """Record that a booked session will not take place, whose doing it was, and what got in the way.

    Errors: `InvalidInput` for anything but a cancellation; `Conflict` when something became of it already.
    """
    require(by, Permission.BOOK_SESSION)
    row, course = _found(uid, by=by)
    cancelled = (
        TherapySession.Attendance.CANCELLED_BY_PATIENT,
        TherapySession.Attendance.CANCELLED_BY_CLINIC,
    )
    if attendance not in cancelled:
        raise InvalidInput(Problem("attendance", "is no cancellation", " or ".join(cancelled)))
    number = course.progress(at=at).next_number
    with transaction.atomic():
        # Locked, so that a booking is cancelled once by two taps at the same moment.
        TherapyCourse.objects.select_for_update().get(pk=course.course_id)
        _refuse_settled(row)
        sessions.keep_session(
            row.course,
            number=number
            if number is not None
            else 1 + max((one.number for one in course.fact.sessions), default=0),
            attendance=attendance,
            happened_at=min(row.happened_at, at),
            by=by,
            at=at,
            uid=uuid.uuid4(),
            held=sessions.Held(channel=row.channel, appointment=uid, reason=reason),
        )
    outlooks.refresh(course.episode_id, at=at)


def _found(uid: uuid.UUID, *, by: Viewer) -> tuple[Appointment, therapy.Course]:
    row = Appointment.current.filter(uid=uid).select_related("course").first()
    if row is None:
        raise NotFound("no such booking, or it was moved since you opened it")
    course = therapy.course(by, row.course_id)
    _refuse_settled(row)
    return row, course


def _refuse_settled(row: Appointment) -> None:
    if TherapySession.current.filter(appointment=row).exists():
        raise Conflict("this session was held or cancelled already")


def _refuse_unfit(
    course: therapy.Course,
    *,
    starts_at: datetime,
    minutes: int,
    channel: str,
    at: datetime,
    moving: int | None = None,
) -> None:
    problems = []
    if not at - timedelta(hours=1) <= starts_at <= at + FURTHEST:
        problems.append(Problem("time", "cannot be booked", "a moment ahead, within two years"))
    if not 10 <= minutes <= 180:
        problems.append(Problem("minutes", f"{minutes} is not a session", "10 to 180"))
    if channel not in Channel.values:
        problems.append(Problem("how you meet", f"{channel!r} is not known", " or ".join(Channel.values)))
    # H-016: the night after an infusion comes before any work in therapy.
    given = Infusion.current.filter(episode_id=course.episode_id, happened_at__lte=starts_at)
    if given.filter(happened_at__gt=starts_at - NEVER_AFTER_INFUSION).exists():
        problems.append(
            Problem(
                "time", "is within a day of an infusion", "24 hours or more after it, when they have slept"
            )
        )
    ends_at = starts_at + timedelta(minutes=minutes)
    if (
        _booked_infusions(course)
        .filter(happened_at__range=(starts_at - NEVER_AFTER_INFUSION, ends_at))
        .exists()
    ):
        what = "is over a booked infusion, or within a day after it"
        problems.append(
            Problem("time", what, "24 hours or more after it, when they have slept, or before it")
        )
    if not problems and _taken(course, starts_at, minutes, moving):
        problems.append(
            Problem("time", "overlaps another session of this person or therapist", "a free time")
        )
    if problems:
        raise InvalidInput(*problems)


def _booked_infusions(course: therapy.Course) -> QuerySet[InfusionBooking]:
    """Infusions of the person that are booked and were not cancelled."""
    cancelled = BookingCancellation.current.values("booking__uid")
    rows: QuerySet[InfusionBooking] = InfusionBooking.current.filter(course__episode_id=course.episode_id)
    return rows.exclude(uid__in=cancelled)


def _taken(course: therapy.Course, starts_at: datetime, minutes: int, moving: int | None) -> bool:
    """Whether person or therapist has another booked session then."""
    ends_at = starts_at + timedelta(minutes=minutes)
    near = (starts_at - timedelta(hours=3), ends_at)
    rows = Appointment.current.filter(happened_at__range=near).exclude(pk=moving)
    rows = rows.exclude(pk__in=TherapySession.current.filter(appointment__isnull=False).values("appointment"))
    mine = rows.filter(course__episode_id=course.episode_id)
    theirs = rows.filter(course__therapist_id=course.therapist_id) if course.therapist_id else rows.none()
    return any(
        row.happened_at < ends_at and row.happened_at + timedelta(minutes=row.minutes) > starts_at
        for row in (*mine, *theirs)
    )
