"""Courses of psychotherapy: opened on a protocol, decided about, and ended."""

import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Role, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.errors import InvalidInput, NotFound, Problem
from holdfast.protocols import release
from holdfast.protocols.decisions import CLEARED, HELD_BACK, REOPENED, standing
from holdfast.protocols.loader import therapies
from holdfast.protocols.therapy import Therapy
from holdfast.records.models import Account, CourseDecision, Episode, ProtocolRelease, TherapyCourse
from holdfast.records.queries import scope, therapy

REVIEW_DECISIONS = ("go_on", "change", "extend", "switch", "plan_ending")
"""What a review may decide."""

ENDINGS = ("complete", "enough", "stopped", "switched")
"""How a course may end; none of them is a failure."""


def start(
    episode_id: int,
    slug: str,
    *,
    track: str = "",
    therapist_id: int | None = None,
    started_at: datetime,
    by: Viewer,
    at: datetime,
) -> int:
    """Open a course of a therapy on its protocol as it is now; gives the course's id."""
    require(by, Permission.RECORD_SESSION)
    episode = scope.episode(by, episode_id)
    course_id = keep(
        episode, slug, track=track, therapist_id=therapist_id, started_at=started_at, by=by, at=at
    )
    outlooks.refresh(episode.pk, at=at)
    return course_id


@transaction.atomic
def keep(
    episode: Episode,
    slug: str,
    *,
    track: str = "",
    therapist_id: int | None = None,
    started_at: datetime,
    by: Viewer,
    at: datetime,
) -> int:
    """Write the course and its audit; no statistics. For verbs that have checked the permission."""
    known = {one.slug: one for one in therapies()}
    if slug not in known:
        raise InvalidInput(Problem("therapy", f"{slug} is not a therapy", " or ".join(known)))
    protocol = known[slug]
    if track and track not in [one.slug for one in protocol.tracks]:
        raise InvalidInput(
            Problem("track", f"{track} is not in it", " or ".join(one.slug for one in protocol.tracks))
        )
    if started_at > at:
        raise InvalidInput(Problem("start", "lies in the future", "a moment that has passed"))
    if therapist_id is None and by.role is Role.THERAPIST:
        therapist_id = by.account_id
    _refuse_other_than_therapist(therapist_id, clinic_id=by.clinic_id)
    # Locked, so that two taps at the same moment open one course.
    Episode.objects.select_for_update().get(pk=episode.pk)
    same = TherapyCourse.objects.filter(episode=episode, therapy=slug, started_at=started_at).first()
    if same is not None:
        return same.pk
    course = TherapyCourse.objects.create(
        episode=episode,
        therapy=slug,
        protocol_version=protocol.version,
        release=pinned(protocol, at=at),
        track=track,
        therapist_id=therapist_id,
        started_at=started_at,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )
    audit.note("therapy course opened", subject="course", subject_id=course.pk, by=by, at=at, therapy=slug)
    return course.pk


def pinned(protocol: Therapy, *, at: datetime) -> ProtocolRelease:
    """The protocol as it is, kept whole, so that a course stays on it whatever becomes of the files."""
    row, _ = ProtocolRelease.objects.get_or_create(
        digest=release.digest(protocol),
        defaults={
            "therapy": protocol.slug,
            "version": protocol.version,
            "content": release.content(protocol),
            "kept_at": at,
        },
    )
    return row


def decide(
    course_id: int,
    kind: str,
    value: str,
    *,
    reason: str = "",
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Record a decision about a course with its reason. Sending the same `uid` again records nothing new.

    Errors: `InvalidInput` for a kind or value the course cannot have, or a reason that is missing where one is needed.
    """
    require(by, Permission.RECORD_SESSION)
    course = therapy.course(by, course_id)
    if kind not in CHECKS:
        raise InvalidInput(Problem("decision", f"{kind!r} is not a kind", " or ".join(CHECKS)))
    expected = CHECKS[kind](value.strip(), course)
    if expected is not None:
        raise InvalidInput(Problem("decision", f"{value!r} does not fit", expected))
    if kind in NEED_A_REASON and not reason.strip():
        raise InvalidInput(Problem("reason", "is empty", "why, in a few words"))
    uid = uid or uuid.uuid4()
    try:
        with transaction.atomic():
            row = CourseDecision.objects.create(
                uid=uid,
                course_id=course_id,
                kind=kind,
                value=value.strip(),
                reason=reason.strip(),
                happened_at=at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
            audit.note(
                "course decided about",
                subject="course",
                subject_id=course_id,
                by=by,
                at=at,
                decision=str(row.uid),
                kind=kind,
            )
    except IntegrityError:
        if not CourseDecision.objects.filter(uid=uid, course_id=course_id).exists():
            raise
    outlooks.refresh(course.episode_id, at=at)


def move_to_current(course_id: int, *, reason: str, by: Viewer, at: datetime) -> None:
    """Move a running course to the protocol as it is in the library now, by a recorded decision with its reason."""
    require(by, Permission.RECORD_SESSION)
    course = therapy.course(by, course_id)
    current = next((one for one in therapies() if one.slug == course.plan.slug), None)
    if current is None:
        raise NotFound(f"{course.plan.name} is not in the library any more; the course stays on its version")
    if release.digest(current) == release.digest(course.plan):
        raise InvalidInput(Problem("version", "is the newest already", "a course on an earlier one"))
    track = course.progress(at=at).track.slug
    if track not in [one.slug for one in current.tracks]:
        raise InvalidInput(Problem("version", f"has no track {track}", "a track of its own chosen first"))
    row = pinned(current, at=at)
    decide(course_id, CourseDecision.Kind.RELEASE, row.digest, reason=reason, by=by, at=at)


def _refuse_other_than_therapist(account_id: int | None, *, clinic_id: int) -> None:
    if account_id is None:
        return
    account = Account.objects.filter(pk=account_id, clinic_id=clinic_id, is_active=True).first()
    if account is None or account.viewer.role is not Role.THERAPIST:
        raise InvalidInput(Problem("therapist", "is no therapist of this clinic", "one of its therapists"))


def _slug_among(slugs: tuple[str, ...]) -> Callable[[str], str | None]:
    return lambda value: None if value in slugs else " or ".join(slugs)


def _track(value: str, course: therapy.Course) -> str | None:
    return _slug_among(tuple(one.slug for one in course.plan.tracks if one.format == "individual"))(value)


def _focus(value: str, course: therapy.Course) -> str | None:
    books = tuple(one.slug for one in course.plan.playbooks)
    return _slug_among(books)(value) if books else "a therapy that has playbooks"


def _elective(value: str, course: therapy.Course) -> str | None:
    topics = tuple(one.slug for one in course.plan.electives)
    return _slug_among(topics)(value) if topics else "a therapy that has topics to choose from"


def _extend(value: str, course: therapy.Course) -> str | None:
    track = course.progress(at=course.started_at).track
    if not any(phase.loop for phase in track.phases):
        return "a track whose sessions repeat; here, repeat a session or add a booster instead"
    return None if value.isdecimal() and 1 <= int(value) <= 30 else "1 to 30 further sessions"


def _break(value: str, _: therapy.Course) -> str | None:
    try:
        first, last = (date.fromisoformat(day) for day in value.split("/"))
    except ValueError:
        return "first and last day, as 2026-12-20/2027-01-04"
    return None if first <= last else "a first day before the last"


def _day(value: str, _: therapy.Course) -> str | None:
    try:
        date.fromisoformat(value)
    except ValueError:
        return "a day, as 2026-12-20"
    return None


def _ending(value: str, course: therapy.Course) -> str | None:
    if value != REOPENED:
        return _slug_among((*ENDINGS, REOPENED))(value)
    to_end = any(one.ends for one in standing(course.fact.decisions))
    return None if to_end else "a course that was ended, or is to end"


def _release(value: str, _: therapy.Course) -> str | None:
    return None if ProtocolRelease.objects.filter(digest=value).exists() else "a protocol that is kept"


def _therapist(value: str, course: therapy.Course) -> str | None:
    try:
        _refuse_other_than_therapist(int(value), clinic_id=course.clinic_id)
    except (ValueError, InvalidInput):
        return "a therapist of this clinic"
    return None


def _health(value: str, course: therapy.Course) -> str | None:
    if not course.plan.has_gate("health"):
        return "a therapy that asks about health before cold water and hard exercise"
    return _slug_among((CLEARED, HELD_BACK))(value)


Kind = CourseDecision.Kind

CHECKS: Mapping[str, Callable[[str, therapy.Course], str | None]] = {
    Kind.TRACK: _track,
    Kind.FOCUS: _focus,
    Kind.ELECTIVE: _elective,
    Kind.REVIEW: lambda value, _: _slug_among(REVIEW_DECISIONS)(value),
    Kind.EXTEND: _extend,
    Kind.BREAK: _break,
    Kind.END_DATE: _day,
    Kind.END: _ending,
    Kind.RELEASE: _release,
    Kind.THERAPIST: _therapist,
    Kind.HEALTH: _health,
}
"""For each kind: what would be right, or None when the value is."""

NEED_A_REASON = frozenset({Kind.END, Kind.RELEASE, Kind.EXTEND, Kind.HEALTH})
"""Decisions nobody should have to guess at later."""
