"""Safety alerts: those that wait for an answer, and those answered lately."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet, Sum

from holdfast.access import Permission, Viewer, may
from holdfast.errors import NotFound
from holdfast.records.models import Alert, AlertEscalation, CaseloadEntry
from holdfast.records.queries import scope


@dataclass(frozen=True)
class AlertRow:
    """One alert; `owner` is who must answer it now, after any escalation.

    `path` is who was sent it and when: the first owner, then everyone it was passed on to.
    """

    alert_id: int
    episode_id: int
    name: str
    code: str
    instrument: str
    item: str
    value: int
    kind: str
    level: int
    raised_at: datetime
    due_at: datetime
    owner: str
    owner_id: int
    steps: int
    path: tuple[tuple[str, datetime], ...]
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    acknowledged_by_id: int | None = None
    action: str = ""


def waiting(viewer: Viewer) -> tuple[AlertRow, ...]:
    """Alerts nobody has acknowledged, highest level first, then the one due soonest."""
    rows = scope.alerts(viewer).filter(acknowledgement__isnull=True).order_by("-level", "due_at", "pk")
    return _rows(rows)


def waiting_of(viewer: Viewer, episode_id: int) -> tuple[AlertRow, ...]:
    """Alerts of one episode that nobody has acknowledged."""
    rows = scope.alerts(viewer).filter(acknowledgement__isnull=True, episode_id=episode_id)
    return _rows(rows.order_by("-level", "due_at", "pk"))


def of_episode(viewer: Viewer, episode_id: int) -> tuple[AlertRow, ...]:
    """Every alert of one episode: those that wait first, then those acknowledged, newest first."""
    rows = _rows(scope.alerts(viewer).filter(episode_id=episode_id).order_by("-level", "due_at", "pk"))
    done = [row for row in rows if row.acknowledged_at]
    return (
        *(row for row in rows if not row.acknowledged_at),
        *sorted(done, key=lambda row: row.raised_at, reverse=True),
    )


def one(viewer: Viewer, alert_id: int) -> AlertRow:
    """One alert of the viewer's clinic."""
    found = _rows(scope.alerts(viewer).filter(pk=alert_id))
    if not found:
        raise NotFound("no such alert in your clinic")
    return found[0]


def answered(viewer: Viewer, *, limit: int = 25) -> tuple[AlertRow, ...]:
    """The newest alerts that were acknowledged."""
    rows = (
        scope.alerts(viewer)
        .filter(acknowledgement__isnull=False)
        .order_by("-acknowledgement__acknowledged_at")
    )
    return _rows(rows[:limit])


def waiting_count(viewer: Viewer) -> int:
    """How many alerts wait in the viewer's clinic."""
    if not may(viewer, Permission.ANSWER_ALERT):
        return 0
    # On every page: read from the list kept in step with the alerts, in the transaction that raises them.
    rows = CaseloadEntry.objects.filter(clinic_id=viewer.clinic_id, open_alerts__gt=0)
    return rows.aggregate(waiting=Sum("open_alerts"))["waiting"] or 0


def _rows(alerts: QuerySet[Alert]) -> tuple[AlertRow, ...]:
    joined = alerts.select_related(
        "owner", "episode__patient", "episode__caseloadentry", "acknowledgement__acknowledged_by"
    ).prefetch_related(Prefetch("escalations", AlertEscalation.objects.select_related("owner")))
    return tuple(_row(alert) for alert in joined)


def _row(alert: Alert) -> AlertRow:
    steps = sorted(alert.escalations.all(), key=lambda escalation: escalation.step)
    now_with = steps[-1] if steps else alert
    answer = getattr(alert, "acknowledgement", None)
    return AlertRow(
        alert_id=alert.pk,
        episode_id=alert.episode_id,
        name=alert.episode.caseloadentry.name,
        code=alert.episode.patient.code,
        instrument=alert.instrument,
        item=alert.item,
        value=alert.value,
        kind=alert.kind,
        level=alert.level,
        raised_at=alert.raised_at,
        due_at=now_with.due_at,
        owner=now_with.owner.name,
        owner_id=now_with.owner_id,
        steps=len(steps),
        path=(
            (alert.owner.name, alert.raised_at),
            *((step.owner.name, step.escalated_at) for step in steps),
        ),
        acknowledged_at=answer.acknowledged_at if answer else None,
        acknowledged_by=answer.acknowledged_by.name if answer else "",
        acknowledged_by_id=answer.acknowledged_by_id if answer else None,
        action=answer.action if answer else "",
    )
