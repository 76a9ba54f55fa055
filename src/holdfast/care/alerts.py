"""Safety alerts: raised with the answer, sent to a named owner, acknowledged, or passed on."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max

from holdfast.access import Permission, Viewer, may, require
from holdfast.care import audit, outlooks
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.instruments.model import ItemAlert
from holdfast.notify import email
from holdfast.records.models import (
    Account,
    Alert,
    AlertAcknowledgement,
    AlertEscalation,
    CaseloadEntry,
    Clinic,
    Episode,
)
from holdfast.records.queries import scope

_SAME_ANSWER = timedelta(hours=24)
"""An answer given again within a day, in the same check-in at the same level, is the same answer; later it is a new
one and must be looked at anew (H-004)."""


@dataclass(frozen=True)
class Marked:
    """An answer someone must look at: which, how soon (level 1 to 3), and what it is about."""

    item: str
    value: int
    level: int
    kind: str = "suicide"


def raise_for(
    marked: Iterable[ItemAlert],
    *,
    episode: Episode,
    checkin_uid: uuid.UUID,
    instrument: str,
    by: Viewer,
    at: datetime,
) -> int:
    """Raise an alert for each marked answer of a check-in and give how many are new."""
    items = [Marked(item.item, item.value, item.level) for item in marked]
    return raise_marked(items, episode=episode, uid=checkin_uid, asked_in=instrument, by=by, at=at)


def raise_marked(
    marked: Iterable[Marked], *, episode: Episode, uid: uuid.UUID, asked_in: str, by: Viewer, at: datetime
) -> int:
    """Raise an alert for each marked answer and give how many are new.

    H-001: runs inside the transaction that keeps the answer, so that neither is ever there without the other.
    The same answer sent twice raises one alert; a higher level raises another.
    """
    clinic = Clinic.objects.get(pk=episode.patient.clinic_id)
    new = 0
    for item in marked:
        same = Alert.objects.filter(checkin_uid=uid, item=item.item, level=item.level)
        if same.filter(raised_at__gt=at - _SAME_ANSWER).exists():
            continue
        alert = Alert.objects.create(
            checkin_uid=uid,
            item=item.item,
            level=item.level,
            kind=item.kind,
            episode=episode,
            instrument=asked_in,
            value=item.value,
            owner_id=_first_owner(clinic, episode),
            raised_at=at,
            due_at=at + _time_limit(clinic, item.level),
        )
        new += 1
        audit.note("alert raised", subject="alert", subject_id=alert.pk, by=by, at=at, owner=alert.owner_id)
        _notify_on_commit(alert.owner_id, number=alert.pk, due_at=alert.due_at)
    if new:
        # The list a clinician looks at must show it at once, whatever becomes of the statistics that follow.
        CaseloadEntry.objects.filter(episode=episode).update(
            open_alerts=F("open_alerts") + new, urgency=0, since=at, next_step="Answer a safety alert"
        )
    return new


def acknowledge(alert_id: int, *, action: str, by: Viewer, at: datetime) -> None:
    """Record who saw the alert and what they did. Empty words are refused: a click alone is not an answer."""
    require(by, Permission.ANSWER_ALERT)
    if not action.strip():
        raise InvalidInput(
            Problem("what you did", "is empty", "for example: called, safe tonight, seen tomorrow")
        )
    alert = scope.alerts(by).filter(pk=alert_id).first()
    if alert is None:
        raise NotFound("no such alert in your clinic")
    with transaction.atomic():
        _, created = AlertAcknowledgement.objects.get_or_create(
            alert=alert,
            defaults={"acknowledged_at": at, "acknowledged_by_id": by.account_id, "action": action.strip()},
        )
        if not created:
            raise Conflict("someone has acknowledged this alert already; their note stands")
        audit.note("alert acknowledged", subject="alert", subject_id=alert.pk, by=by, at=at)
    outlooks.refresh(alert.episode_id, at=at)


def escalate(*, at: datetime) -> int:
    """Pass every alert that is past its time on to the backup, then to the site lead; gives how many steps were made.

    H-003: run every minute by the server's timer. Safe to run twice: a step is unique.
    """
    overdue = (
        Alert.objects.filter(acknowledgement__isnull=True, due_at__lte=at)
        .annotate(step=Max("escalations__step"), next_due_at=Max("escalations__due_at"))
        .select_related("episode__patient__clinic")
        .order_by("pk")
    )
    return sum(_escalate_one(alert, at=at) for alert in overdue)


def _escalate_one(alert: Alert, *, at: datetime) -> int:
    clinic = alert.episode.patient.clinic
    step = (alert.step or 0) + 1  # type: ignore[attr-defined]
    waiting_until = alert.next_due_at  # type: ignore[attr-defined]
    if step > 2 or (waiting_until is not None and waiting_until > at):
        return 0
    owner_id = clinic.alert_backup_id if step == 1 else clinic.alert_lead_id
    owner_id = owner_id or alert.owner_id
    due_at = at + _time_limit(clinic, alert.level)
    with transaction.atomic():
        _, created = AlertEscalation.objects.get_or_create(
            alert=alert, step=step, defaults={"owner_id": owner_id, "escalated_at": at, "due_at": due_at}
        )
        if created:
            owner = Account.objects.get(pk=owner_id).viewer
            audit.note("alert passed on", subject="alert", subject_id=alert.pk, by=owner, at=at, step=step)
            _notify_on_commit(owner_id, number=alert.pk, due_at=due_at)
    return int(created)


def _first_owner(clinic: Clinic, episode: Episode) -> int:
    """The clinic's alert owner, else backup, else lead, else anyone who may answer, else who enrolled the patient.

    Never nobody: an answer is not refused because a clinic is not set up well.
    """
    for owner_id in (clinic.alert_owner_id, clinic.alert_backup_id, clinic.alert_lead_id):
        if owner_id is not None:
            return owner_id
    staff = Account.objects.filter(clinic=clinic, is_active=True).order_by("pk")
    answering = (account.pk for account in staff if may(account.viewer, Permission.ANSWER_ALERT))
    return next(answering, episode.recorded_by_id)


def _time_limit(clinic: Clinic, level: int) -> timedelta:
    hours = clinic.alert_hours
    return timedelta(hours=hours[min(level, len(hours)) - 1])


def _notify_on_commit(owner_id: int, *, number: int, due_at: datetime) -> None:
    owner = Account.objects.get(pk=owner_id)
    transaction.on_commit(
        lambda: email.alert_notice(to=owner.email, number=number, due_at=due_at, zone=owner.zone), robust=True
    )
