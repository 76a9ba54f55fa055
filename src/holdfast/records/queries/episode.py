"""What was found, decided and ended in one episode, each with who said so and when."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from holdfast.access import Viewer
from holdfast.records.models import Assessment, EpisodeEnd, SuggestionDecision
from holdfast.records.queries import scope


@dataclass(frozen=True)
class Finding:
    """Whether this was found to be treatment-resistant depression."""

    treatment_resistant: bool
    at: datetime
    recorded_by: str


@dataclass(frozen=True)
class Ending:
    """Why and when care ended."""

    uid: uuid.UUID
    reason: str
    at: datetime
    recorded_by: str


@dataclass(frozen=True)
class DecisionRow:
    """A suggestion that was accepted or declined; `title` is as it was shown."""

    title: str
    digest: str
    accepted: bool
    reason: str
    decided_by: str
    decided_by_id: int
    decided_at: datetime


def finding(viewer: Viewer, episode_id: int) -> Finding | None:
    """The newest finding, or None before the first."""
    pk = scope.episode(viewer, episode_id).pk
    row = (
        Assessment.current.filter(episode_id=pk)
        .select_related("recorded_by")
        .order_by("-happened_at", "-pk")
        .first()
    )
    if row is None:
        return None
    return Finding(
        treatment_resistant=row.treatment_resistant, at=row.happened_at, recorded_by=row.recorded_by.name
    )


def ending(viewer: Viewer, episode_id: int) -> Ending | None:
    """How the episode ended, or None while it lasts."""
    pk = scope.episode(viewer, episode_id).pk
    row = (
        EpisodeEnd.current.filter(episode_id=pk)
        .select_related("recorded_by")
        .order_by("-happened_at", "-pk")
        .first()
    )
    if row is None:
        return None
    return Ending(uid=row.uid, reason=row.reason, at=row.happened_at, recorded_by=row.recorded_by.name)


def decisions(viewer: Viewer, episode_id: int) -> tuple[DecisionRow, ...]:
    """What was decided about suggestions, newest first."""
    pk = scope.episode(viewer, episode_id).pk
    rows = (
        SuggestionDecision.objects.filter(episode_id=pk)
        .select_related("decided_by", "outlook")
        .defer("outlook__forecast")
    )
    return tuple(
        DecisionRow(
            title=next(
                (shown["title"] for shown in row.outlook.suggestions if shown["digest"] == row.digest),
                row.kind,
            ),
            digest=row.digest,
            accepted=row.accepted,
            reason=row.reason,
            decided_by=row.decided_by.name,
            decided_by_id=row.decided_by_id,
            decided_at=row.decided_at,
        )
        for row in rows.order_by("-decided_at", "-pk")
    )
