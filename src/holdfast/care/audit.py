"""Who did or saw what: adds links to the hash-chained trail and checks it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from holdfast.access import Viewer
from holdfast.records.models import AuditEvent

START = "0" * 64
"""What the first link names as the hash before it."""

_CHAIN_LOCK = 815_001
"""Key of the PostgreSQL advisory lock under which links are added one at a time."""

_LOOK_AGAIN_AFTER = timedelta(hours=1)
"""One viewing is noted once an hour: enough to answer who looked, without a write for every page."""


@dataclass(frozen=True)
class Entry:
    """One thing to note: what was done to which subject; `detail` holds identifiers only."""

    action: str
    subject: str
    subject_id: int | str
    detail: Mapping[str, int | str | bool] = field(default_factory=dict)


def note(
    action: str, *, subject: str, subject_id: int | str, by: Viewer, at: datetime, **detail: int | str | bool
) -> None:
    """Add one link to the trail, in the caller's transaction."""
    note_all((Entry(action, subject, subject_id, detail),), by=by, at=at)


@transaction.atomic
def note_all(entries: Sequence[Entry], *, by: Viewer, at: datetime) -> None:
    """Add links in order. Writers take turns, so the chain never forks."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
    last = AuditEvent.objects.order_by("-number").values_list("number", "hash").first()
    number, previous = last or (0, START)
    links = []
    for entry in entries:
        number += 1
        link = AuditEvent(
            number=number,
            at=at,
            actor_id=by.account_id,
            actor_role=by.role.value,
            clinic_id=by.clinic_id,
            action=entry.action,
            subject=entry.subject,
            subject_id=str(entry.subject_id),
            detail=dict(entry.detail),
            previous_hash=previous,
        )
        previous = link.hash = _hash(link)
        links.append(link)
    AuditEvent.objects.bulk_create(links, batch_size=500)


def note_viewing(*, subject: str, subject_id: int | str, by: Viewer, at: datetime) -> None:
    """Note that the viewer looked at something, once an hour."""
    seen = AuditEvent.objects.filter(
        actor_id=by.account_id,
        action="viewed",
        subject=subject,
        subject_id=str(subject_id),
        at__gt=at - _LOOK_AGAIN_AFTER,
    )
    if not seen.exists():
        note("viewed", subject=subject, subject_id=subject_id, by=by, at=at)


def first_broken_link() -> int | None:
    """Number of the first link that does not fit the one before it, or None when the whole chain holds."""
    expected, previous = 1, START
    for link in AuditEvent.objects.order_by("number").iterator(chunk_size=2000):
        if link.number != expected or link.previous_hash != previous or link.hash != _hash(link):
            return expected
        expected, previous = expected + 1, link.hash
    return None


def _hash(link: AuditEvent) -> str:
    content = json.dumps(
        [
            link.number,
            link.at.astimezone(UTC).isoformat(timespec="microseconds"),
            link.actor_id,
            link.actor_role,
            link.clinic_id,
            link.action,
            link.subject,
            link.subject_id,
            link.detail,
            link.previous_hash,
        ],
        sort_keys=True,
    )
    return hashlib.sha256(content.encode()).hexdigest()
