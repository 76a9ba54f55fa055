"""After the infusions: what each brought, how they were spaced and how that went, exposure, and safety reviews."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from holdfast import units
from holdfast.access import Permission, Viewer, require
from holdfast.forecast.ahead import Forecast
from holdfast.outcomes.definitions import Reading, Relapse
from holdfast.pathway import exposure as exposures
from holdfast.pathway.after_infusions import Brought, Expected, brought, expected, relapse_after
from holdfast.pathway.exposure import Exposure
from holdfast.pathway.history import History
from holdfast.records.models import CheckIn, Episode, InfusionEvent, SafetyReview, SpacingDecision, VitalsRow
from holdfast.records.queries import scope, site_limits
from holdfast.records.queries.history import histories

RELAPSE_WITHIN: Final = timedelta(days=28)
"""What the chance of relapse that is kept with an outlook speaks of."""


@dataclass(frozen=True)
class EffectRow:
    """What an infusion brought, and who measured it: the person themselves, or by name who entered the score."""

    brought: Brought
    looked: str


@dataclass(frozen=True)
class SaidThen:
    """What the forecast beside a decision said: the score of the day planned, and the chance of relapse in 28 days.

    `why_not` is a word where it said nothing: `none`, `failed`, `too_little`, or `not_learned` of such a treatment.
    """

    made_at: datetime | None
    expected: Expected | None
    relapse_chance: float | None
    why_not: str


@dataclass(frozen=True)
class CameSince:
    """What happened after a decision, until the next infusion or now.

    `score` is the newest of that time, `said` what the forecast had said of its very day. **Units**: days from the
    infusion before.
    """

    next_at: datetime | None
    next_after_days: float | None
    score: Reading | None
    said: Expected | None
    relapse: Relapse | None


@dataclass(frozen=True)
class SpacingRow:
    """A decision on spacing: what was forecast then, and what happened. `planned_at` is None where they stopped."""

    uid: uuid.UUID
    at: datetime
    choice: str
    days: int | None
    reason: str
    by: str
    last_at: datetime | None
    planned_at: datetime | None
    then: SaidThen
    since: CameSince


@dataclass(frozen=True)
class SafetyReviewRow:
    """A safety review as it was kept: findings and exposure as the models of them say."""

    uid: uuid.UUID
    at: datetime
    findings: Mapping[str, Mapping[str, str]]
    exposure: Mapping[str, Any]
    action: str
    by: str


@dataclass(frozen=True)
class PressureRow:
    """Blood pressure at one visit: as it was before the drug, and the highest systolic after it. **Units**: mmHg."""

    at: datetime
    start: tuple[int, int] | None
    peak: tuple[int, int] | None


def effects(
    viewer: Viewer, course_id: int, *, at: datetime, history: History | None = None
) -> tuple[EffectRow, ...]:
    """What each infusion of the course's treatment brought in this episode, the first first.

    `history` is that of the episode, where the caller has it already.
    """
    course = scope.infusion_course(viewer, course_id)
    known = history or histories([course.episode_id])[course.episode_id]
    looked = {
        (row.happened_at, row.total): "self-report"
        if row.source == CheckIn.Source.PATIENT
        else row.recorded_by.name
        for row in CheckIn.current.filter(
            episode_id=course.episode_id, instrument=known.judged_on
        ).select_related("recorded_by")
    }
    return tuple(
        EffectRow(one, looked.get((one.lowest.at, one.lowest.total), "") if one.lowest else "")
        for one in brought(known, treatment=course.treatment, at=at)
    )


def exposure(
    viewer: Viewer, episode_id: int, *, treatment: str, at: datetime, history: History | None = None
) -> Exposure | None:
    """The exposure to one treatment in the episode; None when nothing of it was given. Never of two added."""
    episode = _episode(viewer, episode_id)
    known = history or histories([episode.pk])[episode.pk]
    limits = site_limits.of_clinic(episode.patient.clinic_id, treatment=treatment)
    return exposures.exposure(known.infusions, treatment=treatment, limits=limits, at=at)


def spacings(
    viewer: Viewer, course_id: int, *, at: datetime, history: History | None = None
) -> tuple[SpacingRow, ...]:
    """The decisions on the spacing of a course, newest first, each with its forecast and what came of it."""
    course = scope.infusion_course(viewer, course_id)
    known = (history or histories([course.episode_id])[course.episode_id]).as_of(at)
    rows = (
        SpacingDecision.current.filter(course=course)
        .select_related("recorded_by", "outlook", "infusion")
        .order_by("-happened_at", "-pk")
    )
    return tuple(_spacing(row, known, treatment=course.treatment) for row in rows)


def safety_reviews(viewer: Viewer, episode_id: int, *, treatment: str) -> tuple[SafetyReviewRow, ...]:
    """The safety reviews of one treatment in the episode, newest first."""
    episode = _episode(viewer, episode_id)
    rows = SafetyReview.current.filter(episode=episode, treatment=treatment)
    return tuple(
        SafetyReviewRow(
            uid=row.uid,
            at=row.happened_at,
            findings=row.findings,
            exposure=row.exposure,
            action=row.action,
            by=row.recorded_by.name,
        )
        for row in rows.select_related("recorded_by").order_by("-happened_at", "-pk")
    )


def safety_review_due_at(
    viewer: Viewer, episode_id: int, *, treatment: str, at: datetime, history: History | None = None
) -> datetime | None:
    """When the next safety review of a treatment is due; None while none is."""
    episode = _episode(viewer, episode_id)
    known = history or histories([episode.pk])[episode.pk]
    reviewed = [row.at for row in safety_reviews(viewer, episode_id, treatment=treatment)]
    limits = site_limits.of_clinic(episode.patient.clinic_id, treatment=treatment)
    return exposures.safety_review_due_at(
        known, treatment=treatment, reviewed_at=reviewed, limits=limits, at=at
    )


def pressures(viewer: Viewer, episode_id: int, *, treatment: str) -> tuple[PressureRow, ...]:
    """Start and peak of the blood pressure at each visit for a treatment that was begun, oldest first. Two queries."""
    episode = _episode(viewer, episode_id)
    of_visit = {"visit__episode": episode, "visit__booking__course__treatment": treatment}
    started = dict(
        InfusionEvent.current.filter(kind=InfusionEvent.Kind.START, **of_visit)
        .order_by("happened_at", "pk")
        .values_list("visit_id", "happened_at")
    )
    measured = VitalsRow.current.filter(
        visit_id__in=started, systolic__isnull=False, diastolic__isnull=False
    ).order_by("happened_at", "pk")
    taken: dict[int, list[tuple[datetime, int, int]]] = {pk: [] for pk in started}
    for visit_id, moment, systolic, diastolic in measured.values_list(
        "visit_id", "happened_at", "systolic", "diastolic"
    ):
        taken[visit_id].append((moment, systolic, diastolic))
    return tuple(_pressure(began, taken[visit_id]) for visit_id, began in started.items())


def _episode(viewer: Viewer, episode_id: int) -> Episode:
    require(viewer, Permission.SEE_INFUSIONS)
    return scope.episode(viewer, episode_id)


def _pressure(began: datetime, taken: list[tuple[datetime, int, int]]) -> PressureRow:
    before = [(systolic, diastolic) for moment, systolic, diastolic in taken if moment <= began]
    later = [(systolic, diastolic) for moment, systolic, diastolic in taken if moment > began]
    return PressureRow(at=began, start=before[-1] if before else None, peak=max(later, default=None))


def _spacing(row: SpacingDecision, history: History, *, treatment: str) -> SpacingRow:
    last_at = row.infusion.happened_at if row.infusion else None
    planned_at = None
    if row.days is not None:
        planned_at = (last_at or row.happened_at) + timedelta(days=row.days)
    forecast = Forecast.from_json(row.outlook.forecast) if row.outlook and row.outlook.forecast else None
    readable = None if forecast is None or forecast.too_little_data else forecast
    made_at = row.outlook.made_at if row.outlook else None
    return SpacingRow(
        uid=row.uid,
        at=row.happened_at,
        choice=row.choice,
        days=row.days,
        reason=row.reason,
        by=row.recorded_by.name,
        last_at=last_at,
        planned_at=planned_at,
        then=SaidThen(
            made_at=made_at,
            expected=_expected(readable, history, made_at=made_at, on=planned_at),
            relapse_chance=row.outlook.relapse_chance if row.outlook else None,
            why_not=_why_not(row, forecast, history),
        ),
        since=_since(row, history, readable, last_at=last_at, treatment=treatment),
    )


def _since(
    row: SpacingDecision,
    history: History,
    forecast: Forecast | None,
    *,
    last_at: datetime | None,
    treatment: str,
) -> CameSince:
    later = [one.at for one in history.infusions if one.drug == treatment and one.at > row.happened_at]
    next_at = min(later, default=None)
    came = [
        one for one in history.scores if one.at > row.happened_at and (next_at is None or one.at <= next_at)
    ]
    score = came[-1] if came else None
    made_at = row.outlook.made_at if row.outlook else None
    return CameSince(
        next_at=next_at,
        next_after_days=units.days_between(last_at, next_at) if last_at and next_at else None,
        score=score,
        said=_expected(forecast, history, made_at=made_at, on=score.at if score else None),
        relapse=relapse_after(history, since=row.happened_at, within=RELAPSE_WITHIN),
    )


def _expected(
    forecast: Forecast | None, history: History, *, made_at: datetime | None, on: datetime | None
) -> Expected | None:
    if forecast is None or made_at is None or on is None:
        return None
    return expected(forecast, instrument=history.judged_on, made_at=made_at, on=on)


def _why_not(row: SpacingDecision, forecast: Forecast | None, history: History) -> str:
    if row.outlook is None:
        return "none"
    if forecast is not None:
        return "too_little" if forecast.too_little_data else ""
    if row.outlook.forecast_failure:
        return "failed"
    return "none" if history.as_of(row.happened_at).dosed_by_weight else "not_learned"
