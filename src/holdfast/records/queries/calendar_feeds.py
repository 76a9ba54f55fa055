"""Calendar feeds: whose calendar a secret opens, and the bookings of an account with what became of each."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from holdfast.access import Permission, Role, Viewer, may, require
from holdfast.records.models import (
    Appointment,
    BookingCancellation,
    CalendarFeed,
    CourseDecision,
    InfusionBooking,
    TherapyCourse,
    TherapySession,
)

BACK: Final = timedelta(days=30)
AHEAD: Final = timedelta(days=180)
"""A feed holds what lies between these: enough to plan by, and no history of anyone's care."""

_CANCELLED: Final = (
    TherapySession.Attendance.CANCELLED_BY_PATIENT,
    TherapySession.Attendance.CANCELLED_BY_CLINIC,
)


@dataclass(frozen=True)
class FeedRow:
    """A feed that holds now."""

    feed_id: int
    made_at: datetime


@dataclass(frozen=True)
class Booking:
    """A booking as a calendar needs it, of either kind, which it does not tell.

    `uid` is the same through every move; `version` counts moves and cancelling; `changed_at` is when the last was.
    `code` is the person's code in the clinic.
    """

    uid: uuid.UUID
    version: int
    changed_at: datetime
    starts_at: datetime
    minutes: int
    cancelled: bool
    code: str


def digest(token: str) -> str:
    """What is kept of a secret: SHA-256, as hexadecimal. It is long and random, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def newest(viewer: Viewer) -> FeedRow | None:
    """The viewer's feed; None before the first, and once it was ended."""
    require(viewer, Permission.SEE_OWN_CALENDAR)
    row = CalendarFeed.objects.filter(account_id=viewer.account_id).order_by("-pk").first()
    return None if row is None or row.revoked else FeedRow(row.pk, row.made_at)


def of_token(token: str) -> Viewer | None:
    """Whose calendar the secret opens; None where it is unknown, ended or replaced, or the log-in is closed."""
    # H-034: looked up by its digest, so how long it takes says nothing of how near a guess came.
    row = CalendarFeed.objects.filter(token_digest=digest(token)).select_related("account").first()
    if row is None or not row.account.is_active:
        return None
    viewer = row.account.viewer
    holds = newest(viewer) if may(viewer, Permission.SEE_OWN_CALENDAR) else None
    return viewer if holds is not None and holds.feed_id == row.pk else None


def bookings(viewer: Viewer, *, at: datetime) -> tuple[Booking, ...]:
    """The viewer's own bookings near `at`, soonest first: a patient's, or those of which staff are nurse or therapist.

    A booking that was taken over by someone else is there as cancelled. A fixed number of queries.
    """
    require(viewer, Permission.SEE_OWN_CALENDAR)
    found = (*_infusions(viewer, at=at), *_sessions(viewer, at=at))
    near = (one for one in found if at - BACK <= one.starts_at <= at + AHEAD)
    return tuple(sorted(near, key=lambda one: (one.starts_at, str(one.uid))))


def _infusions(viewer: Viewer, *, at: datetime) -> Iterator[Booking]:
    # H-034: only what is the viewer's own; staff never see the bookings of colleagues here.
    own = Q(course__episode__patient_id=viewer.patient_id)
    mine = own if viewer.role is Role.PATIENT else Q(nurse_id=viewer.account_id)
    touched = InfusionBooking.objects.filter(mine, happened_at__range=(at - BACK, at + AHEAD))
    rows = InfusionBooking.objects.filter(course__in=touched.values("course"))
    cancelled = dict(
        BookingCancellation.current.filter(booking__in=rows).values_list("booking_id", "recorded_at")
    )
    for chain in _chains(rows):
        if viewer.role is Role.PATIENT or any(row.nurse_id == viewer.account_id for row in chain):
            taken_over = viewer.role is not Role.PATIENT and chain[-1].nurse_id != viewer.account_id
            yield _booking(chain, cancelled, elsewhere=taken_over)


def _sessions(viewer: Viewer, *, at: datetime) -> Iterator[Booking]:
    own = Q(course__episode__patient_id=viewer.patient_id)
    mine = own if viewer.role is Role.PATIENT else Q(course__in=_given_by(viewer))
    touched = Appointment.objects.filter(mine, happened_at__range=(at - BACK, at + AHEAD))
    rows = Appointment.objects.filter(course__in=touched.values("course"))
    became = TherapySession.current.filter(appointment__in=rows, attendance__in=_CANCELLED)
    cancelled = dict(became.values_list("appointment_id", "recorded_at"))
    for chain in _chains(rows):
        yield _booking(chain, cancelled, elsewhere=False)


def _given_by(viewer: Viewer) -> list[int]:
    """Courses of therapy the viewer gives now: named last, or from the start."""
    named = CourseDecision.current.filter(kind=CourseDecision.Kind.THERAPIST)
    mine = Q(therapist_id=viewer.account_id) | Q(
        pk__in=named.filter(value=str(viewer.account_id)).values("course")
    )
    courses = dict(
        TherapyCourse.objects.filter(mine, episode__patient__clinic_id=viewer.clinic_id).values_list(
            "pk", "therapist_id"
        )
    )
    newest_of = dict(
        named.filter(course__in=courses).order_by("happened_at", "pk").values_list("course_id", "value")
    )
    return [pk for pk, first in courses.items() if int(newest_of.get(pk, first or 0)) == viewer.account_id]


def _chains(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """Each booking with all its moves, the first first; one query."""
    by_pk = {row.pk: row for row in rows.select_related("course__episode__patient").order_by("pk")}
    after: Mapping[int, Any] = {row.replaces_id: row for row in by_pk.values() if row.replaces_id is not None}
    for row in by_pk.values():
        if row.replaces_id is None:
            chain = [row]
            while chain[-1].pk in after:
                chain.append(after[chain[-1].pk])
            yield chain


def _booking(chain: list[Any], cancelled: Mapping[int, datetime], *, elsewhere: bool) -> Booking:
    last = chain[-1]
    cancelled_at = _first(cancelled.get(row.pk) for row in chain)
    return Booking(
        uid=chain[0].uid,
        version=len(chain) - 1 + (cancelled_at is not None),
        changed_at=max(last.recorded_at, cancelled_at or last.recorded_at),
        starts_at=last.happened_at,
        minutes=last.minutes,
        cancelled=cancelled_at is not None or last.entered_in_error or elsewhere,
        code=last.course.episode.patient.code,
    )


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return next((one for one in moments if one is not None), None)
