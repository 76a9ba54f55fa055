"""Adverse events of a person, with what was corrected or withdrawn."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from holdfast.access import Permission, Viewer, require
from holdfast.errors import NotFound
from holdfast.records.models import AdverseEvent
from holdfast.records.queries import scope


@dataclass(frozen=True)
class EventRow:
    """One adverse event; `withdrawn` says why it no longer counts, empty on one that holds."""

    uid: uuid.UUID
    episode_id: int
    at: datetime
    what: str
    severity: str
    serious: bool
    related: str
    action: str
    outcome: str
    visit_uid: uuid.UUID | None
    recorded_by: str
    recorded_at: datetime
    withdrawn: str = ""


def of_episode(viewer: Viewer, episode_id: int) -> tuple[EventRow, ...]:
    """Every adverse event of the episode, newest first, those that were corrected or withdrawn with the reason."""
    require(viewer, Permission.SEE_INFUSIONS)
    episode = scope.episode(viewer, episode_id)
    rows = AdverseEvent.objects.filter(episode=episode, entered_in_error=False)
    rows = rows.select_related("recorded_by", "visit", "replaced_by")
    return tuple(_row(row) for row in rows.order_by("-happened_at", "-pk"))


def current(viewer: Viewer, episode_id: int) -> tuple[EventRow, ...]:
    """Those that hold, newest first."""
    return tuple(row for row in of_episode(viewer, episode_id) if not row.withdrawn)


def one(viewer: Viewer, uid: uuid.UUID) -> EventRow:
    """The event of that uid. Errors: `NotFound`, also for one that was corrected or withdrawn."""
    require(viewer, Permission.SEE_INFUSIONS)
    rows = AdverseEvent.current.filter(uid=uid, episode__in=scope.episodes(viewer))
    row = rows.select_related("recorded_by", "visit").first()
    if row is None:
        raise NotFound("no such adverse event, or it was changed since you opened it")
    return _row(row)


def _row(row: AdverseEvent) -> EventRow:
    successor = getattr(row, "replaced_by", None)
    return EventRow(
        uid=row.uid,
        episode_id=row.episode_id,
        at=row.happened_at,
        what=row.what,
        severity=row.severity,
        serious=row.serious,
        related=row.related,
        action=row.action,
        outcome=row.outcome,
        visit_uid=row.visit.uid if row.visit else None,
        recorded_by=row.recorded_by.name,
        recorded_at=row.recorded_at,
        withdrawn=successor.correction_reason if successor else "",
    )
