"""Coaching calls between sessions: short, about using a skill now; a call about safety reaches the duty clinician."""

import uuid
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import alerts, audit, outlooks
from holdfast.errors import InvalidInput, Problem
from holdfast.records.models import CoachingCall, Episode
from holdfast.records.queries import therapy

LONGEST = 120
"""Minutes; a call is meant to take 5 to 10, one about safety takes what it takes."""

ASKED_IN = "{therapy}.coaching call"
"""Where the alert of a call about safety says it came from: a therapy, and what of it."""

SAFETY: Final = alerts.Marked("coaching call about safety", 1, 2, "suicide")
"""A call about safety is looked at the same day, by more than whoever took it. A convention."""


def record_call(
    course_id: int,
    *,
    minutes: int,
    about: str,
    skill: str = "",
    safety: bool = False,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Keep a coaching call. Sending the same `uid` again keeps nothing new.

    A call that became one about safety raises an alert in the same transaction, so that it is not in a log alone.
    Errors: `InvalidInput` for a therapy without coaching calls, no words, or a moment in the future.
    """
    require(by, Permission.GIVE_THERAPY)
    course = therapy.course(by, course_id)
    uid = uid or uuid.uuid4()
    if CoachingCall.objects.filter(uid=uid, course_id=course_id).exists():
        return
    _refuse_unfit(course, minutes=minutes, about=about, skill=skill, happened_at=happened_at, at=at)
    try:
        with transaction.atomic():
            CoachingCall.objects.create(
                uid=uid,
                course_id=course_id,
                minutes=minutes,
                about=about.strip(),
                skill=skill.strip(),
                safety=safety,
                happened_at=happened_at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
            audit.note("coaching call kept", subject="course", subject_id=course_id, by=by, at=at)
            if safety:
                episode = Episode.objects.select_related("patient").get(pk=course.episode_id)
                asked_in = ASKED_IN.format(therapy=course.plan.family)
                alerts.raise_marked([SAFETY], episode=episode, uid=uid, asked_in=asked_in, by=by, at=at)
    except IntegrityError:
        if not CoachingCall.objects.filter(uid=uid, course_id=course_id).exists():
            raise
    if safety:
        outlooks.refresh(course.episode_id, at=at)


def _refuse_unfit(
    course: therapy.Course, *, minutes: int, about: str, skill: str, happened_at: datetime, at: datetime
) -> None:
    problems = []
    if course.plan.curriculum is None:
        problems.append(
            Problem(
                "course",
                f"{course.plan.short_name} has no coaching calls",
                "a therapy that has a skills group",
            )
        )
    if not 1 <= minutes <= LONGEST:
        problems.append(Problem("minutes", f"{minutes} does not fit", f"1 to {LONGEST}"))
    if not 1 <= len(about.strip()) <= 500:
        problems.append(Problem("what it was about", "does not fit", "a line, at most 500 letters"))
    if len(skill.strip()) > 80:
        problems.append(Problem("skill", "is too long", "at most 80 letters"))
    if happened_at > at:
        problems.append(Problem("time", "lies in the future", "a moment that has passed"))
    if problems:
        raise InvalidInput(*problems)
