"""How infusions are spaced from here: decided by a prescriber, beside the forecast that was on the screen."""

import operator
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.errors import Conflict, InvalidInput, Problem
from holdfast.records.models import Episode, Infusion, InfusionCourse, Outlook, SpacingDecision
from holdfast.records.queries import scope

LONGEST_DAYS: Final = 180
"""More days than this to the next one is a slip of the keys."""

REASON_AT_MOST: Final = 1000


_Fit = tuple[Callable[[int, int], bool], Callable[[int], str]]

_FITS: Mapping[str, _Fit] = {
    SpacingDecision.Choice.HOLD: (operator.eq, lambda now: f"{now} to hold the spacing"),
    SpacingDecision.Choice.STRETCH: (operator.gt, lambda now: f"more than {now} to stretch it"),
    SpacingDecision.Choice.BRING_FORWARD: (
        operator.lt,
        lambda now: f"fewer than {now} to bring the next one forward",
    ),
}
"""How days must stand to those decided last, by choice; else one of the two is a slip."""


@dataclass(frozen=True)
class _Wanted:
    """What is to be kept, tidied."""

    choice: str
    days: int | None
    reason: str


def decide(
    course_id: int,
    *,
    choice: str,
    days: int | None,
    reason: str,
    outlook_id: int | None,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Keep the decision, with the last infusion and the outlook it was made beside. Sent twice, it counts once.

    `outlook_id` is the outlook that was on the screen; None when there was none. Units: days from the last infusion to
    the next; None to stop. Errors: `InvalidInput`; `Conflict` when a newer outlook than that has been made: look again.
    """
    require(by, Permission.ORDER_INFUSION)
    course = scope.infusion_course(by, course_id)
    uid = uid or uuid.uuid4()
    if _kept(uid, course):
        return
    wanted = _Wanted(choice, days, reason.strip())
    try:
        with transaction.atomic():
            # Locked as where outlooks are made: the decision is beside the newest one, or is not kept.
            Episode.objects.select_for_update(no_key=True).get(pk=course.episode_id)
            if _kept(uid, course):
                return
            _refuse_stale(course, outlook_id)
            _refuse_unfit(course, wanted)
            _write(course, wanted, outlook_id, by=by, at=at, uid=uid)
    except IntegrityError:
        if not _kept(uid, course):
            raise
    outlooks.refresh(course.episode_id, at=at)


def _kept(uid: uuid.UUID, course: InfusionCourse) -> bool:
    return SpacingDecision.objects.filter(uid=uid, course=course).exists()


def _refuse_stale(course: InfusionCourse, outlook_id: int | None) -> None:
    newest = Outlook.objects.filter(episode_id=course.episode_id).order_by("-made_at", "-pk")
    if newest.values_list("pk", flat=True).first() != outlook_id:
        raise Conflict("a newer forecast was made since you opened this page; look at it, then decide")


def _refuse_unfit(course: InfusionCourse, wanted: _Wanted) -> None:
    problems = []
    if wanted.choice not in SpacingDecision.Choice.values:
        expected = " or ".join(SpacingDecision.Choice.values)
        problems.append(Problem("choice", f"{wanted.choice!r} is no choice", expected))
    if not wanted.reason:
        problems.append(Problem("reason", "is empty", "why, in a few words"))
    if len(wanted.reason) > REASON_AT_MOST:
        problems.append(Problem("reason", "is too long", f"at most {REASON_AT_MOST} letters"))
    problem = _wrong_days(wanted, _days_now(course))
    problems += [problem] if problem else []
    if problems:
        raise InvalidInput(*problems)


def _wrong_days(wanted: _Wanted, days_now: int | None) -> Problem | None:
    """What is wrong with the days, if anything: a choice and days that contradict each other are a slip of one."""
    if wanted.choice == SpacingDecision.Choice.STOP:
        return Problem("days", "are given though infusions stop", "none") if wanted.days is not None else None
    if wanted.days is None:
        return Problem("days", "are missing", "days from the last infusion to the next")
    if not 1 <= wanted.days <= LONGEST_DAYS:
        return Problem("days", f"{wanted.days} cannot be", f"1 to {LONGEST_DAYS}")
    if days_now is not None and wanted.choice in _FITS:
        return _contradiction(wanted.choice, wanted.days, days_now)
    return None


def _contradiction(choice: str, days: int, days_now: int) -> Problem | None:
    fits, expected = _FITS[choice]
    if fits(days, days_now):
        return None
    return Problem("days", f"{days} do not fit: {days_now} days were decided last", expected(days_now))


def _days_now(course: InfusionCourse) -> int | None:
    """The days that were decided last; None before the first decision, and after one to stop."""
    rows = SpacingDecision.current.filter(course=course).order_by("-happened_at", "-pk")
    days: int | None = rows.values_list("days", flat=True).first()
    return days


def _write(
    course: InfusionCourse,
    wanted: _Wanted,
    outlook_id: int | None,
    *,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID,
) -> None:
    given = Infusion.current.filter(
        episode_id=course.episode_id, drug=course.treatment, happened_at__lte=at
    ).order_by("-happened_at", "-pk")
    SpacingDecision.objects.create(
        uid=uid,
        course=course,
        infusion=given.first(),
        choice=wanted.choice,
        days=wanted.days,
        reason=wanted.reason,
        outlook_id=outlook_id,
        happened_at=at,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )
    audit.note("spacing decided", subject="infusion course", subject_id=course.pk, by=by, at=at)
