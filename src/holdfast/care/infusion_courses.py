"""Courses of infusions: begun on a schedule, and decided about."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
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

REVIEWED = ("go_on", "change_dose", Kind.STOP.value)
"""What a review of non-response may come to."""


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

    `value` is the day a hold ends, the slug of a maintenance pattern, or what a review came to; one that comes to stop
    stops the course with it. To hold or stop is for whoever books; the rest is for who orders. Errors: `InvalidInput`
    naming all that does not fit.
    """
    if kind not in Kind.values:
        raise InvalidInput(Problem("decision", f"{kind!r} is not a kind", " or ".join(Kind.values)))
    require(by, Permission.BOOK_INFUSION if kind in BY_ANYONE else Permission.ORDER_INFUSION)
    row, uid = scope.infusion_course(by, course_id), uid or uuid.uuid4()
    wanted = _Wanted(Kind(kind), value.strip(), reason.strip(), happened_at)
    with transaction.atomic():
        # Locked, so that whoever decides at the same moment sees what was decided before.
        InfusionCourse.objects.select_for_update(no_key=True).get(pk=course_id)
        if InfusionCourseDecision.objects.filter(uid=uid, course_id=course_id).exists():
            return
        course = queries.course(by, course_id)
        if problems := list(_problems(wanted, course, at)):
            raise InvalidInput(*problems)
        _write(course_id, wanted, by=by, at=at, uid=uid)
        if wanted.stops and course.standing(course.day(at)).stands is not Stands.STOPPED:
            stop = replace(wanted, kind=Kind.STOP, value="")
            _write(course_id, stop, by=by, at=at, uid=uuid.uuid5(uid, Kind.STOP))
    outlooks.refresh(row.episode_id, at=at)


@dataclass(frozen=True)
class _Wanted:
    """A decision as it is to be kept."""

    kind: Kind
    value: str
    reason: str
    happened_at: datetime

    @property
    def stops(self) -> bool:
        """Whether it is a review that came to stop."""
        return self.kind is Kind.REVIEW and self.value == Kind.STOP


def _problems(wanted: _Wanted, course: queries.CourseRow, at: datetime) -> Iterator[Problem]:
    right = CHECKS[wanted.kind](wanted.value, course, at)
    if right is not None:
        yield Problem("decision", f"{wanted.value!r} does not fit", right)
    if not 1 <= len(wanted.reason) <= REASON_AT_MOST:
        yield Problem("reason", "does not fit", f"why, in up to {REASON_AT_MOST} letters")
    if wanted.happened_at > at:
        yield Problem("time", "lies in the future", "a moment that has passed")
    # The newest decision holds: one that lies before it would be kept and change nothing.
    since = course.standing(course.day(at)).since
    bears = wanted.kind is not Kind.REVIEW or wanted.stops
    if bears and since is not None and wanted.happened_at < since:
        yield Problem("time", "lies before the last decision, which would stand", "a moment after that one")


def _write(course_id: int, wanted: _Wanted, *, by: Viewer, at: datetime, uid: uuid.UUID) -> None:
    InfusionCourseDecision.objects.create(
        uid=uid, course_id=course_id, recorded_at=at, recorded_by_id=by.account_id, **asdict(wanted)
    )
    audit.note(
        "infusion course decided about",
        subject="infusion course",
        subject_id=course_id,
        by=by,
        at=at,
        decision=str(uid),
        kind=wanted.kind.value,
    )


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


def _hold(value: str, course: queries.CourseRow, at: datetime) -> str | None:
    standing = course.standing(course.day(at))
    # A hold ends by itself: after a stop, or in place of a longer one, it would let more be given.
    if standing.stands is Stands.STOPPED:
        return "a course that is not stopped"
    try:
        ends = date.fromisoformat(value)
    except ValueError:
        ends = date.min
    if standing.stands is Stands.HELD and standing.until is not None and ends < standing.until:
        return f"{standing.until} or later, as it is held until then"
    return None if ends > course.day(at) else "the day from which it may go on, after today, as 2026-12-20"


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
    Kind.REVIEW: lambda value, *_: None if value in REVIEWED else " or ".join(REVIEWED),
    Kind.BOOSTER: lambda value, *_: "no value" if value else None,
}
"""For each kind: what would be right, or None when the value is."""
