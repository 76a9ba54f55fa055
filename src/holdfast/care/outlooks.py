"""The outlook of an episode: stage, forecast and suggestions from the facts as they stand, kept as shown."""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import TypeVar

from django.db import transaction

from holdfast import units
from holdfast.care import caseload, hindsight
from holdfast.forecast import ahead, filtering, model, parameters
from holdfast.instruments.loader import load as load_instrument
from holdfast.pathway.history import ATTENDED, History
from holdfast.pathway.next_steps import suggest
from holdfast.pathway.stage import stage as stage_of
from holdfast.protocols.loader import all_protocols
from holdfast.records.models import Episode, Outlook
from holdfast.records.queries.history import histories

logger = logging.getLogger(__name__)

Made = TypeVar("Made")


def refresh(episode_id: int, *, at: datetime) -> None:
    """Make and keep the outlook as of `at`, and the episode's line in the caseload.

    H-006: called after the answer and its alerts are committed. Whatever fails in here costs a chart or a list of
    suggestions, is named on the page, and is tried again by the nightly run; it never costs an answer.
    """
    history = histories([episode_id])[episode_id].as_of(at)
    failures: list[str] = []
    forecast = _attempt(lambda: forecast_of(history, at=at), "forecast", failures)
    suggestions = _attempt(lambda: suggest(history, forecast=forecast, at=at), "suggestions", failures) or ()
    stage = _attempt(lambda: stage_of(history, at=at).value, "stage", failures) or ""
    with transaction.atomic():
        # Locked, so that two outlooks made at once are kept one after the other and the list shows the later.
        Episode.objects.select_for_update().get(pk=episode_id)
        outlook = Outlook.objects.create(
            episode_id=episode_id,
            made_at=at,
            stage=stage,
            forecast=forecast.to_json() if forecast else None,
            forecast_failure=", ".join(failures),
            relapse_chance=relapse_chance(forecast),
            suggestions=[suggestion.to_json() for suggestion in suggestions],
            versions=_versions(),
            inputs_digest=digest(history),
        )
        caseload.write(outlook, history=history, suggestions=suggestions, at=at)
    _attempt(lambda: hindsight.reconcile(episode_id, history, at=at), "hindsight", failures)


def relapse_chance(forecast: ahead.Forecast | None) -> float | None:
    """The chance of relapse within 28 days, where the forecast says one: with relief now, and enough data."""
    if forecast is None or forecast.too_little_data or forecast.relief_holds is None:
        return None
    return forecast.p_relapse_within(hindsight.RELAPSE_WITHIN / timedelta(days=1))


def forecast_of(history: History, *, at: datetime) -> ahead.Forecast | None:
    """The forecast from the facts of an episode, or None before there is any score the model can read."""
    record = record_of(history, at=at)
    if not record.scores:
        return None
    numbers = parameters.load()
    judged_on = numbers.scales.get(history.judged_on)
    has_cut_off = judged_on is not None and judged_on.relapse_at_least is not None
    return ahead.forecast(
        filtering.filter_record(record, numbers),
        relapse_on=history.judged_on if has_cut_off else ahead.RELAPSE_INSTRUMENT,
    )


def record_of(history: History, *, at: datetime) -> model.Record:
    """The facts as the forecast reads them: days since the episode began, doses relative to 0.5 mg/kg.

    Scores of instruments without a severity link, and sessions that did not take place, say nothing to the model.
    """
    start = min([history.started_at, *(reading.at for reading in history.readings)])
    return model.Record(
        scores=tuple(
            model.ScoreEvent(day=units.days_between(start, r.at), instrument=r.instrument, value=r.total)
            for r in history.readings
            if load_instrument(r.instrument).link is not None
        ),
        infusions=tuple(
            model.InfusionEvent(
                day=units.days_between(start, i.at), dose=units.relative_dose(dose_mg_per_kg=i.dose_mg_per_kg)
            )
            for i in history.infusions
            if i.at >= start
        ),
        sessions=tuple(
            model.SessionEvent(day=units.days_between(start, s.at), therapy=course.therapy)
            for course in history.courses
            for s in course.sessions
            if s.attendance == ATTENDED and s.at >= start
        ),
        as_of_day=units.days_between(start, at),
    )


def digest(history: History) -> str:
    """SHA-256 of the facts an outlook is made from; equal facts, equal digest."""
    facts = asdict(history)
    facts.pop("decisions")
    return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()


def _attempt(make: Callable[[], Made], what: str, failures: list[str]) -> Made | None:
    try:
        return make()
    except Exception as error:
        failures.append(f"{what}: {type(error).__name__}")
        logger.exception("outlook: %s failed", what)
        return None


def _versions() -> dict[str, object]:
    return {
        "holdfast": version("holdfast"),
        "parameters": parameters.load().release,
        "protocols": {protocol.slug: protocol.version for protocol in all_protocols().values()},
    }
