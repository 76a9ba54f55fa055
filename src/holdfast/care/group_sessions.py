"""A meeting of a skills group as a session of those courses that are held in the group.

So a person's timeline, the rules on missed sessions and completion see the group without knowing of groups. A course
held one to one, beside the group, counts its own sessions alone.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Max

from holdfast.access import Viewer
from holdfast.care import corrections, therapy
from holdfast.records.models import (
    CourseDecision,
    GroupAttendance,
    GroupMember,
    TherapyCourse,
    TherapySession,
)
from holdfast.records.queries.protocols import plan

ATTENDANCE: Final = {
    GroupAttendance.State.PRESENT: TherapySession.Attendance.ATTENDED,
    GroupAttendance.State.LATE: TherapySession.Attendance.ATTENDED,
    GroupAttendance.State.LEFT_EARLY: TherapySession.Attendance.ATTENDED,
    GroupAttendance.State.ABSENT_TOLD: TherapySession.Attendance.CANCELLED_BY_PATIENT,
    GroupAttendance.State.ABSENT_NO_WORD: TherapySession.Attendance.DID_NOT_ATTEND,
}
"""What being there or not means for the course."""

_SESSION_OF = uuid.UUID("9b6f5c1e-5a0c-4c34-9d0e-1f0b0e6a7c55")
"""Names the session of a row of attendance by that row, so that a correction finds it."""


def keep(rows: Iterable[GroupAttendance], *, channel: str, by: Viewer, at: datetime) -> None:
    """Keep a session for each row of a course held in the group, in the caller's transaction."""
    for row, course in _in_the_group(list(rows)):
        therapy.keep_session(
            course,
            number=1 + _last_number(course),
            attendance=ATTENDANCE[GroupAttendance.State(row.state)],
            happened_at=row.happened_at,
            by=by,
            at=at,
            uid=_uid(row.uid),
            held=therapy.Held(channel=channel),
        )


def correct(
    kept: Sequence[GroupAttendance],
    gone: Sequence[GroupAttendance],
    *,
    channel: str,
    reason: str,
    by: Viewer,
    at: datetime,
) -> None:
    """Bring the sessions in line with corrected rows; one that was itself withdrawn stays so."""
    replaced = [row for row in kept if row.replaces is not None]
    keep([row for row in kept if row.replaces is None], channel=channel, by=by, at=at)
    sessions = {
        one.uid: one
        for one in TherapySession.current.filter(
            uid__in=[
                *(_uid(row.replaces.uid) for row in replaced if row.replaces),
                *(_uid(row.uid) for row in gone),
            ]
        )
    }
    for row in replaced:
        found = sessions.get(_uid(row.replaces.uid)) if row.replaces else None
        if found is not None:
            changes = {
                "uid": _uid(row.uid),
                "attendance": ATTENDANCE[GroupAttendance.State(row.state)],
                "happened_at": row.happened_at,
            }
            corrections.replace(found, changes=changes, reason=reason, by=by, at=at)
    for row in gone:
        if _uid(row.uid) in sessions:
            withdrawn = {"entered_in_error": True}
            corrections.replace(sessions[_uid(row.uid)], changes=withdrawn, reason=reason, by=by, at=at)


def episodes(rows: Sequence[GroupAttendance]) -> frozenset[int]:
    """Episodes whose courses the rows are sessions of."""
    return frozenset(course.episode_id for _, course in _in_the_group(rows))


def _in_the_group(rows: Sequence[GroupAttendance]) -> list[tuple[GroupAttendance, TherapyCourse]]:
    members = GroupMember.objects.filter(pk__in={row.member_id for row in rows})
    courses = {
        member.pk: member.course
        for member in members.select_related("course__release").defer("course__release__content")
    }
    tracks = dict(
        CourseDecision.current.filter(course__groupmember__in=courses, kind=CourseDecision.Kind.TRACK)
        .order_by("happened_at", "pk")
        .values_list("course_id", "value")
    )
    return [
        (row, courses[row.member_id])
        for row in rows
        if _held_in_group(courses[row.member_id], tracks.get(courses[row.member_id].pk, ""))
    ]


def _held_in_group(course: TherapyCourse, decided: str) -> bool:
    if course.release is None:
        return False
    return plan(course.release.digest).track(decided or course.track).format == "group"


def _last_number(course: TherapyCourse) -> int:
    found = TherapySession.current.filter(course=course).aggregate(last=Max("number"))["last"]
    return int(found or 0)


def _uid(attendance: uuid.UUID) -> uuid.UUID:
    return uuid.uuid5(_SESSION_OF, str(attendance))
