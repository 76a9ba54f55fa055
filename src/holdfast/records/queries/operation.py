"""Reads of the operator, across all clinics: numbers and sites, never names of patients or answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from holdfast.records.models import AuditEvent, Clinic, Episode, EpisodeEnd, Outlook

OPERATOR = 0
"""Account that the trail names for what was done at the terminal before there was any account."""

MADE_SYNTHETIC = "synthetic clinic made"
"""What the trail says once all synthetic people are there."""

_CHUNK = 500


@dataclass(frozen=True)
class Site:
    """A clinic as the operator names it."""

    clinic_id: int
    slug: str
    name: str
    is_demo: bool


def sites() -> tuple[Site, ...]:
    """Every clinic in the database."""
    rows = Clinic.objects.order_by("pk").values_list("pk", "slug", "name", "is_demo")
    return tuple(Site(*row) for row in rows)


def made_synthetic_at(clinic_id: int) -> datetime | None:
    """When the synthetic clinic was made, by the audit trail; None for a clinic of real people."""
    made = AuditEvent.objects.filter(actor_id=OPERATOR, action=MADE_SYNTHETIC, subject_id=str(clinic_id))
    return made.order_by("number").values_list("at", flat=True).first()


def open_episode_ids(*, not_looked_at_since: datetime | None = None) -> tuple[int, ...]:
    """Every episode of every clinic that has not ended, or those of them the nightly run has not looked at since."""
    chosen = Episode.objects.exclude(pk__in=EpisodeEnd.current.values("episode_id"))
    if not_looked_at_since is not None:
        chosen = chosen.exclude(caseloadentry__looked_at__gt=not_looked_at_since)
    return tuple(chosen.order_by("pk").values_list("pk", flat=True))


def failures_of_outlooks(episode_ids: Sequence[int], *, made_at: datetime) -> tuple[tuple[int, str], ...]:
    """Episode and kind of failure of each outlook of that moment that lacks its forecast or its suggestions."""
    found: list[tuple[int, str]] = []
    for start in range(0, len(episode_ids), _CHUNK):
        chosen = Outlook.objects.filter(episode_id__in=episode_ids[start : start + _CHUNK], made_at=made_at)
        found += chosen.exclude(forecast_failure="").values_list("episode_id", "forecast_failure")
    return tuple(found)
