"""Courses of infusions: begun on a schedule, and decided about."""

import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.errors import InvalidInput, NotFound, Problem
from holdfast.pathway.infusion_plan import Stands
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import infusions
from holdfast.records.models import Episode, EpisodeEnd, InfusionCourse, InfusionCourseDecision
from holdfast.records.queries import infusion_courses as queries
from holdfast.records.queries import scope

Kind = InfusionCourseDecision.Kind

REASON_AT_MOST = 1000

BY_ANYONE = frozenset({Kind.HOLD, Kind.STOP})
"""What whoever books infusions may decide: to give less. Anything that lets more be given is for a prescriber."""


def begin(
    episode_id: int,
    *,
    treatment: str,
    schedule: str,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> int:
    """Begin a course of a treatment on a schedule, as agreed at `happened_at`; gives its id.

    Sending the same `uid` again begins no other. Errors: `InvalidInput` for a treatment or schedule that is not in the
    library, a moment in the future, care that has ended, or while a course of this treatment goes on.
    """
    require(by, Permission.BOOK_INFUSION)
    episode = scope.episode(by, episode_id)
    uid = uid or uuid.uuid4()
    sent = InfusionCourse.objects.filter(uid=uid, episode=episode).first()
    if sent is not None:
        return sent.pk
    try:
        with transaction.atomic():
            # Locked, so that two taps at the same moment begin one course.
            Episode.objects.select_for_update(no_key=True).get(pk=episode.pk)
            protocol = _fitting(episode, treatment, schedule, happened_at, by=by, at=at)
            course = InfusionCourse.objects.create(
                uid=uid,
                episode=episode,
                treatment=treatment,
                protocol_version=protocol.version,
                schedule=schedule,
                happened_at=happened_at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
            audit.note("infusion course begun", subject="infusion course", subject_id=course.pk, by=by, at=at)
    except IntegrityError:
        return InfusionCourse.objects.get(uid=uid, episode=episode).pk
    outlooks.refresh(episode.pk, at=at)
    return course.pk


def decide(
    course_id: int,
    *,
    kind: str,
    value: str = "",
    reason: str,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Record a decision about a course with its reason. Sending the same `uid` again records nothing new.

    `value` is the day a hold ends, the slug of a maintenance pattern, or what a review came to. To hold or stop is for
    whoever books; the rest is for who orders. Errors: `InvalidInput` naming all that does not fit.
    """
    if kind not in Kind.values:
        raise InvalidInput(Problem("decision", f"{kind!r} is not a kind", " or ".join(Kind.values)))
    require(by, Permission.BOOK_INFUSION if kind in BY_ANYONE else Permission.ORDER_INFUSION)
    course, value, uid = queries.course(by, course_id), value.strip(), uid or uuid.uuid4()
    if InfusionCourseDecision.objects.filter(uid=uid, course_id=course_id).exists():
        return
    problems = [
        Problem("decision", f"{value!r} does not fit", right) for right in _wrong(kind, value, course, at)
    ]
    if not 1 <= len(reason.strip()) <= REASON_AT_MOST:
        problems.append(Problem("reason", "does not fit", f"why, in up to {REASON_AT_MOST} letters"))
    if happened_at > at:
        problems.append(Problem("time", "lies in the future", "a moment that has passed"))
    if problems:
        raise InvalidInput(*problems)
    try:
        with transaction.atomic():
            InfusionCourseDecision.objects.create(
                uid=uid,
                course_id=course_id,
                kind=kind,
                value=value,
                reason=reason.strip(),
                happened_at=happened_at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
            audit.note(
                "infusion course decided about",
                subject="infusion course",
                subject_id=course_id,
                by=by,
                at=at,
                decision=str(uid),
                kind=kind,
            )
    except IntegrityError:
        if not InfusionCourseDecision.objects.filter(uid=uid, course_id=course_id).exists():
            raise
    outlooks.refresh(course.episode_id, at=at)


def _fitting(
    episode: Episode, treatment: str, schedule: str, happened_at: datetime, *, by: Viewer, at: datetime
) -> InfusionProtocol:
    """The protocol, when all fits."""
    try:
        protocol = infusions(treatment)
    except NotFound as error:
        raise InvalidInput(Problem("treatment", "is not in the library", "one that is")) from error
    problems = []
    if protocol.schedule(schedule) is None:
        known = " or ".join(one.slug for one in (*protocol.schedules, *protocol.maintenance))
        problems.append(Problem("schedule", f"{schedule!r} is not one of this treatment", known))
    if happened_at > at:
        problems.append(Problem("time", "lies in the future", "a moment that has passed"))
    if EpisodeEnd.current.filter(episode=episode).exists():
        problems.append(Problem("treatment", "cannot begin: care has ended", "an episode that is open"))
    if any(
        one.treatment == treatment and one.standing(one.day(at)).stands is not Stands.STOPPED
        for one in queries.courses(by, episode.pk)
    ):
        problems.append(Problem("treatment", "has a course that goes on", "that course, or it stopped first"))
    if problems:
        raise InvalidInput(*problems)
    return protocol


def _wrong(kind: str, value: str, course: queries.CourseRow, at: datetime) -> list[str]:
    """What would be right, where the value is not."""
    right = CHECKS[Kind(kind)](value, course, at)
    return [] if right is None else [right]


def _hold(value: str, course: queries.CourseRow, at: datetime) -> str | None:
    try:
        ends = date.fromisoformat(value) > course.day(at)
    except ValueError:
        ends = False
    return None if ends else "the day from which it may go on, after today, as 2026-12-20"


def _go_on(value: str, course: queries.CourseRow, at: datetime) -> str | None:
    if value:
        return "no value"
    halted = course.standing(course.day(at)).stands is not Stands.RUNNING
    return None if halted else "a course that is held or stopped"


def _maintenance(value: str, course: queries.CourseRow, _: datetime) -> str | None:
    patterns = [one.slug for one in course.protocol.maintenance]
    return None if value in patterns else " or ".join(patterns) or "a treatment that has such patterns"


def _stop(value: str, course: queries.CourseRow, at: datetime) -> str | None:
    if value:
        return "no value"
    stopped = course.standing(course.day(at)).stands is Stands.STOPPED
    return "a course that is not stopped" if stopped else None


CHECKS: Mapping[Kind, Callable[[str, queries.CourseRow, datetime], str | None]] = {
    Kind.HOLD: _hold,
    Kind.GO_ON: _go_on,
    Kind.STOP: _stop,
    Kind.MAINTENANCE: _maintenance,
    Kind.REVIEW: lambda value, *_: None if 1 <= len(value) <= 64 else "what it came to, in up to 64 letters",
    Kind.BOOSTER: lambda value, *_: "no value" if value else None,
}
"""For each kind: what would be right, or None when the value is."""
