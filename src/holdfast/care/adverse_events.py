"""Something unwanted happened to a person, whatever its cause: recorded, corrected, withdrawn."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, corrections, outlooks
from holdfast.errors import InvalidInput, NotFound, Problem
from holdfast.records.models import AdverseEvent
from holdfast.records.queries import scope

_SERIOUS_OUTCOMES = (AdverseEvent.Outcome.DIED, AdverseEvent.Outcome.LASTING)
_CHOICES = {
    "severity": AdverseEvent.Severity,
    "related": AdverseEvent.Related,
    "outcome": AdverseEvent.Outcome,
}


def record(
    episode_id: int,
    *,
    visit_uid: uuid.UUID | None = None,
    what: str,
    severity: str,
    serious: bool,
    related: str,
    action: str,
    outcome: str,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Record an adverse event, at a visit or between visits. Sending the same `uid` again records nothing new.

    Errors: `InvalidInput` naming each field that is wrong: death and lasting harm are serious by definition.
    """
    require(by, Permission.RUN_INFUSION)
    episode, uid = scope.episode(by, episode_id), uid or uuid.uuid4()
    if AdverseEvent.objects.filter(uid=uid, episode=episode).exists():
        return
    visit = scope.visit(by, visit_uid) if visit_uid else None
    if visit is not None and visit.episode_id != episode.pk:
        raise NotFound("this visit is of someone else")
    given = {
        "what": what.strip(),
        "severity": severity,
        "serious": serious,
        "related": related,
        "action": action.strip(),
        "outcome": outcome,
        "happened_at": happened_at,
    }
    _refuse_unfit(given, at=at)
    try:
        with transaction.atomic():
            AdverseEvent.objects.create(
                uid=uid,
                episode=episode,
                visit=visit,
                recorded_at=at,
                recorded_by_id=by.account_id,
                **given,
            )
            audit.note("adverse event recorded", subject="episode", subject_id=episode.pk, by=by, at=at)
    except IntegrityError:
        if not AdverseEvent.objects.filter(uid=uid, episode=episode).exists():
            raise
    outlooks.refresh(episode.pk, at=at)


def correct(uid: uuid.UUID, *, changes: Mapping[str, Any], reason: str, by: Viewer, at: datetime) -> None:
    """Replace an adverse event, such as when its outcome is known; the row before stays readable.

    `changes` are fields of `record`. Errors as there; `Conflict` when someone else changed it in between.
    """
    row = _found(uid, by=by)
    given = {name: getattr(row, name) for name in (*_CHOICES, "what", "serious", "action", "happened_at")}
    _refuse_unfit({**given, **changes}, at=at)
    with transaction.atomic():
        corrections.replace(row, changes=changes, reason=reason, by=by, at=at)
        audit.note("adverse event corrected", subject="episode", subject_id=row.episode_id, by=by, at=at)
    outlooks.refresh(row.episode_id, at=at)


def withdraw(uid: uuid.UUID, *, reason: str, by: Viewer, at: datetime) -> None:
    """Mark an adverse event as entered in error, with the reason."""
    row = _found(uid, by=by)
    with transaction.atomic():
        corrections.replace(row, changes={"entered_in_error": True}, reason=reason, by=by, at=at)
        audit.note("adverse event withdrawn", subject="episode", subject_id=row.episode_id, by=by, at=at)
    outlooks.refresh(row.episode_id, at=at)


def _found(uid: uuid.UUID, *, by: Viewer) -> AdverseEvent:
    require(by, Permission.RUN_INFUSION)
    row: AdverseEvent | None = AdverseEvent.current.filter(uid=uid, episode__in=scope.episodes(by)).first()
    if row is None:
        raise NotFound("no such adverse event, or it was changed since you opened it")
    return row


def _refuse_unfit(given: Mapping[str, Any], *, at: datetime) -> None:
    problems = [
        Problem(name, f"{given[name]!r} is not known", " or ".join(choices.values))
        for name, choices in _CHOICES.items()
        if given[name] not in choices.values
    ]
    if not given["what"]:
        problems.append(Problem("what", "is empty", "what happened, in a few words"))
    if given["outcome"] in _SERIOUS_OUTCOMES and not given["serious"]:
        problems.append(Problem("serious", "is no", "yes: death and lasting harm are serious"))
    if given["happened_at"] > at:
        problems.append(Problem("time", "lies in the future", "when it began"))
    if problems:
        raise InvalidInput(*problems)
