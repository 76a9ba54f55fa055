"""A suggestion is accepted, or declined with a reason, beside what was on the screen."""

from datetime import datetime

from django.db import transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.records.models import Outlook, SuggestionDecision
from holdfast.records.queries import scope


def decide(outlook_id: int, digest: str, *, accepted: bool, reason: str, by: Viewer, at: datetime) -> None:
    """Keep the decision on one suggestion of an outlook; a declined one stays down until its reasons change.

    Errors: `InvalidInput` when declined without a reason; `NotFound` when that outlook did not show it; `Conflict`
    when it was decided already.
    """
    require(by, Permission.DECIDE_SUGGESTION)
    outlook = Outlook.objects.filter(pk=outlook_id).first()
    if outlook is None:
        raise NotFound("no such suggestion in your clinic")
    scope.episode(by, outlook.episode_id)
    shown = next((s for s in outlook.suggestions if s["digest"] == digest), None)
    if shown is None:
        raise NotFound("this suggestion is no longer on the list; look at the current ones")
    if not accepted and not reason.strip():
        raise InvalidInput(Problem("reason", "is empty", "why not, in a few words"))
    with transaction.atomic():
        if SuggestionDecision.objects.filter(episode_id=outlook.episode_id, digest=digest).exists():
            raise Conflict("this suggestion was decided already")
        SuggestionDecision.objects.create(
            episode_id=outlook.episode_id,
            outlook=outlook,
            kind=shown["kind"],
            digest=digest,
            accepted=accepted,
            reason=reason.strip(),
            decided_at=at,
            decided_by_id=by.account_id,
        )
        verb = "accepted" if accepted else "declined"
        audit.note(
            f"suggestion {verb}",
            subject="episode",
            subject_id=outlook.episode_id,
            by=by,
            at=at,
            kind=shown["kind"],
        )
    outlooks.refresh(outlook.episode_id, at=at)
