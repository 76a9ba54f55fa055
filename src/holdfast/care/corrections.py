"""A fact that was wrong is replaced by a new row or withdrawn; the old row stays as it was."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.records.models import CheckIn, Infusion, TherapySession
from holdfast.records.models.facts import Fact
from holdfast.records.queries import scope

_OF_THE_ROW = frozenset(
    {"id", "uid", "recorded_at", "recorded_by", "replaces", "entered_in_error", "correction_reason"}
)

KINDS: Mapping[str, tuple[type[CheckIn] | type[Infusion] | type[TherapySession], Permission]] = {
    "check-in": (CheckIn, Permission.ENTER_SCORE),
    "infusion": (Infusion, Permission.RECORD_INFUSION),
    "session": (TherapySession, Permission.RECORD_SESSION),
}
"""What can be corrected, and the permission it takes: the same as recording it."""


def withdraw(kind: str, uid: uuid.UUID, *, reason: str, by: Viewer, at: datetime) -> None:
    """Mark a check-in, infusion or session as entered in error, with the reason."""
    if kind not in KINDS:
        raise NotFound(f"{kind!r} cannot be corrected; one of {', '.join(KINDS)} can")
    model, permission = KINDS[kind]
    require(by, permission)
    row = model.current.filter(uid=uid).first()
    episode_id = row and (row.course.episode_id if isinstance(row, TherapySession) else row.episode_id)
    if row is None or episode_id is None:
        raise NotFound(f"no such {kind}, or it has been corrected since you opened it")
    scope.episode(by, episode_id)
    with transaction.atomic():
        replace(row, changes={"entered_in_error": True}, reason=reason, by=by, at=at)
        audit.note("entered in error", subject=kind, subject_id=str(uid), by=by, at=at)
    outlooks.refresh(episode_id, at=at)


def replace(row: Fact, *, changes: Mapping[str, Any], reason: str, by: Viewer, at: datetime) -> Fact:
    """Write the row that replaces `row`, equal to it but for `changes`.

    Errors: `InvalidInput` without a reason; `Conflict` when someone else has replaced it in between.
    """
    if not reason.strip():
        raise InvalidInput(Problem("reason", "is empty", "why the entry was wrong, in a few words"))
    kept = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in _OF_THE_ROW
    }
    renewed = {
        "recorded_at": at,
        "recorded_by_id": by.account_id,
        "replaces_id": row.pk,
        "correction_reason": reason.strip(),
    }
    successor = type(row)(**{**kept, **changes, **renewed})
    try:
        with transaction.atomic():
            successor.save()
    except IntegrityError as error:
        raise Conflict("this entry was corrected by someone else meanwhile; look at it again") from error
    return successor
