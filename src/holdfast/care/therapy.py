"""Courses of psychotherapy are opened, and their sessions recorded, attended or not."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.protocols.loader import therapies
from holdfast.records.models import Episode, TherapyCourse, TherapySession
from holdfast.records.queries import scope


def start_course(episode_id: int, therapy: str, *, started_at: datetime, by: Viewer, at: datetime) -> int:
    """Open a course of a therapy on the current version of its protocol; gives the course's id."""
    require(by, Permission.RECORD_SESSION)
    episode = scope.episode(by, episode_id)
    course_id = keep_course(episode, therapy, started_at=started_at, by=by, at=at)
    outlooks.refresh(episode.pk, at=at)
    return course_id


@transaction.atomic
def keep_course(episode: Episode, therapy: str, *, started_at: datetime, by: Viewer, at: datetime) -> int:
    """Write the course and its audit; no statistics. For verbs that have checked the permission."""
    known = {one.slug: one for one in therapies()}
    if therapy not in known:
        raise InvalidInput(Problem("therapy", f"{therapy} is not a therapy", " or ".join(known)))
    protocol = known[therapy]
    if started_at > at:
        raise InvalidInput(Problem("start", "lies in the future", "a moment that has passed"))
    # Locked, so that two taps at the same moment open one course.
    Episode.objects.select_for_update().get(pk=episode.pk)
    same = TherapyCourse.objects.filter(episode=episode, therapy=protocol.slug, started_at=started_at).first()
    if same is not None:
        return same.pk
    course = TherapyCourse.objects.create(
        episode=episode,
        therapy=protocol.slug,
        protocol_version=protocol.version,
        started_at=started_at,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )
    audit.note("therapy course opened", subject="course", subject_id=course.pk, by=by, at=at, therapy=therapy)
    return course.pk


def record_session(
    course_id: int,
    *,
    number: int,
    attendance: str,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Record what became of one session. Sending the same `uid` again records nothing new.

    Errors: `InvalidInput` for a number below 1, an unknown attendance or a moment in the future; `Conflict` when the
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
) -> None:
    """Write the session and its audit; no statistics. For verbs that have checked the permission."""
    _refuse_unfit(course, number=number, attendance=attendance, happened_at=happened_at, at=at)
    row = TherapySession.objects.create(
        uid=uid,
        course=course,
        number=number,
        attendance=attendance,
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


def _refuse_unfit(
    course: TherapyCourse, *, number: int, attendance: str, happened_at: datetime, at: datetime
) -> None:
    known = TherapySession.Attendance.values
    problems = []
    if not 1 <= number <= 500:
        problems.append(Problem("session number", f"{number} is not a session", "1, 2, 3 …"))
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
