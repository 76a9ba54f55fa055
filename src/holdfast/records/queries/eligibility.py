"""Reviews of exclusions, consents and weights of an episode, and where the person stands towards a treatment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from holdfast.access import Permission, Viewer, require
from holdfast.pathway.eligibility import Consent, Override, Review, Standing, Weight
from holdfast.records import models
from holdfast.records.queries import clinic, scope, site_limits

Kept = TypeVar("Kept", Review, Consent, Weight)


@dataclass(frozen=True)
class Entry(Generic[Kept]):
    """A fact as it was recorded. One that was entered in error no longer counts; it says who found so, and why."""

    fact: Kept
    withdrawn_by: str = ""
    withdrawn_why: str = ""


def standing(viewer: Viewer, episode_id: int, *, treatment: str, at: datetime) -> Standing:
    """Where the person stands towards the treatment at that moment. Eight queries.

    Errors: `NotFound` for an episode of another site, or a treatment that no protocol is of.
    """
    of_it = {"episode_id": _episode_id(viewer, episode_id), "happened_at__lte": at}
    zone = clinic.zone(viewer.clinic_id)
    review = _reviews(models.EligibilityReview.current).filter(treatment=treatment, **of_it).first()
    consent = _newest(models.Consent.current).filter(treatment=treatment, **of_it).first()
    measures = _newest(models.BodyMeasure.current).filter(**of_it)
    weight = measures.first()
    return Standing(
        limits=site_limits.of_clinic(viewer.clinic_id, treatment=treatment),
        zone=zone,
        today=at.astimezone(ZoneInfo(zone)).date(),
        review=_review(review) if review else None,
        consent=_consent(consent) if consent else None,
        weight=_weight(weight) if weight else None,
        height_cm=measures.filter(height_cm__isnull=False).values_list("height_cm", flat=True).first(),
    )


def reviews(viewer: Viewer, episode_id: int, *, treatment: str) -> tuple[Entry[Review], ...]:
    """Every review for the treatment, newest first."""
    rows = _reviews(models.EligibilityReview.objects)
    return _entries(_review, rows.filter(episode_id=_episode_id(viewer, episode_id), treatment=treatment))


def consents(viewer: Viewer, episode_id: int, *, treatment: str) -> tuple[Entry[Consent], ...]:
    """Every consent to the treatment and every one taken back, newest first."""
    rows = _newest(models.Consent.objects)
    return _entries(_consent, rows.filter(episode_id=_episode_id(viewer, episode_id), treatment=treatment))


def weights(viewer: Viewer, episode_id: int) -> tuple[Entry[Weight], ...]:
    """Every weight, newest first."""
    rows = _newest(models.BodyMeasure.objects)
    return _entries(_weight, rows.filter(episode_id=_episode_id(viewer, episode_id)))


def _episode_id(viewer: Viewer, episode_id: int) -> int:
    require(viewer, Permission.SEE_INFUSIONS)
    return scope.episode(viewer, episode_id).pk


def _newest(rows: Any) -> QuerySet[Any]:
    """Rows of a kind of fact, newest first. Of two of the same minute the one recorded later is the newer."""
    found: QuerySet[Any] = rows.select_related("recorded_by").order_by("-happened_at", "-pk")
    return found


def _reviews(rows: Any) -> QuerySet[Any]:
    signed = models.Override.current.select_related("recorded_by").order_by("happened_at", "pk")
    return _newest(rows).prefetch_related(Prefetch("overrides", signed, to_attr="signed"))


def _entries(read: Callable[[Any], Kept], rows: QuerySet[Any]) -> tuple[Entry[Kept], ...]:
    recorded = rows.filter(entered_in_error=False).select_related("replaced_by__recorded_by")
    return tuple(_entry(read, row) for row in recorded)


def _entry(read: Callable[[Any], Kept], row: Any) -> Entry[Kept]:
    after = getattr(row, "replaced_by", None)
    if after is None:
        return Entry(read(row))
    return Entry(read(row), withdrawn_by=after.recorded_by.name, withdrawn_why=after.correction_reason)


def _review(row: Any) -> Review:
    return Review(
        uid=row.uid,
        at=row.happened_at,
        by=row.recorded_by.name,
        found=row.found,
        note=row.note,
        overrides=tuple(
            Override(criterion=one.criterion, reason=one.reason, by=one.recorded_by.name, at=one.happened_at)
            for one in row.signed
        ),
    )


def _consent(row: models.Consent) -> Consent:
    return Consent(
        uid=row.uid,
        at=row.happened_at,
        by=row.recorded_by.name,
        given=row.given,
        form_version=row.form_version,
        expires_on=row.expires_on,
        note=row.note,
    )


def _weight(row: models.BodyMeasure) -> Weight:
    return Weight(
        measure_id=row.pk,
        uid=row.uid,
        at=row.happened_at,
        by=row.recorded_by.name,
        weight_kg=row.weight_kg,
        height_cm=row.height_cm,
    )
