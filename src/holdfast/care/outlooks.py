"""The outlook of an episode: stage, forecast and suggestions from the facts as they stand, kept as shown."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import OuterRef, Subquery

from holdfast import units
from holdfast.care import caseload, hindsight
from holdfast.forecast import ahead, filtering, model, parameters
from holdfast.forecast.cohort import Cohort
from holdfast.instruments.loader import load as load_instrument
from holdfast.pathway.history import ATTENDED, History
from holdfast.pathway.limits import SiteLimits
from holdfast.pathway.next_steps import Suggestion, suggest
from holdfast.pathway.stage import stage as stage_of
from holdfast.protocols.loader import all_protocols
from holdfast.protocols.therapy import Therapy
from holdfast.records.models import Episode, Outlook
from holdfast.records.queries.history import histories, judged

STANDS_FOR = timedelta(days=7)
"""How long an outlook stands when nothing changes. Chances within so many days are counted from when it was made."""

logger = logging.getLogger(__name__)

Made = TypeVar("Made")


@dataclass(frozen=True)
class Renewal:
    """How many outlooks were made, and how many stood because nothing had changed."""

    made: int
    stood: int


def refresh(episode_id: int, *, at: datetime) -> None:
    """Make and keep the outlook as of `at`, and the episode's line in the caseload.

    H-006: called after the answer and its alerts are committed. Whatever fails in here costs a chart or a list of
    suggestions, is named on the page, and is tried again by the nightly run; it never costs an answer.
    """
    renew((episode_id,), at=at)


def renew(episode_ids: Sequence[int], *, at: datetime, unless_current: bool = False) -> Renewal:
    """As `refresh` for many episodes at once: the same queries and one pass of the filter for all of them.

    `unless_current` leaves those alone whose facts, stage and next steps are those of their last outlook, if that is
    younger than a week. What fails for one person does not touch the others.
    """
    known = {pk: history.as_of(at) for pk, history in histories(episode_ids).items()}
    due = _looked_back(_due(known, at=at) if unless_current else known, at=at)
    made = [_make(pk, history, forecast, at=at) for (pk, history), forecast in _forecasts(due, at=at)]
    with transaction.atomic():
        # Locked, so that two outlooks made at once are kept one after the other and the list shows the later.
        list(Episode.objects.select_for_update().filter(pk__in=due).order_by("pk").values_list("pk"))
        kept = Outlook.objects.bulk_create(one.row for one in made)
        caseload.write(
            [caseload.Line(row, due[one.pk], one.suggestions) for row, one in zip(kept, made, strict=True)],
            at=at,
        )
    return Renewal(made=len(due), stood=len(known) - len(due))


def _looked_back(due: Mapping[int, History], *, at: datetime) -> dict[int, History]:
    """The same histories with earlier outlooks judged by all that has come: next steps ask how the newest one fared."""
    for pk, history in due.items():
        _attempt(lambda pk=pk, history=history: hindsight.reconcile(pk, history, at=at), "hindsight", [])  # type: ignore[misc]
    now = judged(due)
    return {pk: replace(history, judged=now[pk]).as_of(at) for pk, history in due.items()}


@dataclass(frozen=True)
class _Made:
    """An outlook about to be kept."""

    pk: int
    row: Outlook
    suggestions: tuple[Suggestion, ...]


def _make(pk: int, history: History, attempted: tuple[ahead.Forecast | None, str], *, at: datetime) -> _Made:
    forecast, failure = attempted
    failures = [failure] if failure else []
    suggestions = _attempt(lambda: suggest(history, forecast=forecast, at=at), "suggestions", failures) or ()
    stage = _attempt(lambda: stage_of(history, at=at).value, "stage", failures) or ""
    row = Outlook(
        episode_id=pk,
        made_at=at,
        stage=stage,
        forecast=forecast.to_json() if forecast else None,
        forecast_failure=", ".join(failures),
        relapse_chance=relapse_chance(forecast),
        suggestions=[suggestion.to_json() for suggestion in suggestions],
        versions=_versions(),
        inputs_digest=digest(history),
    )
    return _Made(pk, row, tuple(suggestions))


def _forecasts(
    due: Mapping[int, History], *, at: datetime
) -> Iterator[tuple[tuple[int, History], tuple[ahead.Forecast | None, str]]]:
    """The forecast of each, or what failed; one by one only where the pass over all of them fails."""
    together: list[str] = []
    forecasts = _attempt(lambda: forecasts_of(list(due.values()), at=at), "forecast", together)
    for place, (pk, history) in enumerate(due.items()):
        if forecasts is not None:
            yield (pk, history), (forecasts[place], "")
            continue
        alone: list[str] = []
        forecast = _attempt(lambda history=history: forecast_of(history, at=at), "forecast", alone)  # type: ignore[misc]
        yield (pk, history), (forecast, ", ".join(alone))


def _due(known: Mapping[int, History], *, at: datetime) -> dict[int, History]:
    """Those whose last outlook no longer says what one made now would say."""
    newest = Outlook.objects.filter(episode=OuterRef("pk")).order_by("-made_at", "-pk").values("pk")[:1]
    chosen = Episode.objects.filter(pk__in=known).annotate(newest=Subquery(newest))
    last = Outlook.objects.in_bulk([pk for pk in chosen.values_list("newest", flat=True) if pk is not None])
    of_episode = {outlook.episode_id: outlook for outlook in last.values()}
    return {pk: history for pk, history in known.items() if not _stands(of_episode.get(pk), history, at=at)}


def _stands(last: Outlook | None, history: History, *, at: datetime) -> bool:
    if last is None or last.forecast_failure or at - last.made_at > STANDS_FOR:
        return False
    if last.inputs_digest != digest(history) or last.versions != _versions():
        return False
    forecast = ahead.Forecast.from_json(last.forecast) if last.forecast else None
    now = suggest(history, forecast=forecast, at=at)
    said = [one["digest"] for one in last.suggestions]
    return [one.digest for one in now] == said and stage_of(history, at=at).value == last.stage


def relapse_chance(forecast: ahead.Forecast | None) -> float | None:
    """The chance of relapse within 28 days, where the forecast says one: with relief now, and enough data."""
    if forecast is None or forecast.too_little_data or forecast.relief_holds is None:
        return None
    return forecast.p_relapse_within(hindsight.RELAPSE_WITHIN / timedelta(days=1))


def forecast_of(history: History, *, at: datetime) -> ahead.Forecast | None:
    """The forecast from the facts of an episode, or None before there is any score the model can read."""
    record = record_of(history, at=at)
    if not record.scores or not history.dosed_by_weight:
        return None
    return ahead_of(filtering.filter_record(record, parameters.load()), history)


def forecasts_of(known: Sequence[History], *, at: datetime) -> list[ahead.Forecast | None]:
    """As `forecast_of`, for many in one pass of the filter."""
    numbers = parameters.load()
    records = [record_of(history, at=at) if history.dosed_by_weight else None for history in known]
    posteriors = iter(
        filtering.filter_cohort(Cohort.of([one for one in records if one and one.scores]), numbers)
    )
    return [
        ahead_of(next(posteriors), history) if record and record.scores else None
        for record, history in zip(records, known, strict=True)
    ]


def ahead_of(
    posterior: filtering.Posterior, history: History, *, planned: Sequence[model.Treatment] = ()
) -> ahead.Forecast:
    """The weeks ahead, relapse being where the cut-off of the episode's own instrument lies, if it has one."""
    judged_on = posterior.parameters.scales.get(history.judged_on)
    has_cut_off = judged_on is not None and judged_on.relapse_at_least is not None
    relapse_on = history.judged_on if has_cut_off else ahead.RELAPSE_INSTRUMENT
    return ahead.forecast(posterior, planned=planned, relapse_on=relapse_on)


def record_of(history: History, *, at: datetime) -> model.Record:
    """The facts as the forecast reads them: days since the episode began, doses relative to 0.5 mg/kg.

    Scores of instruments without a severity link, sessions that did not take place, the preparation, and sessions of a
    therapy the model does not know say nothing to it.
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
            if i.at >= start and i.dose_mg_per_kg is not None
        ),
        sessions=tuple(
            model.SessionEvent(day=units.days_between(start, s.at), therapy=course.protocol.family)
            for course in history.courses
            if course.protocol.family in model.THERAPIES
            for s in course.sessions
            if s.attendance == ATTENDED and s.number and s.at >= start
        ),
        as_of_day=units.days_between(start, at),
    )


def digest(history: History) -> str:
    """SHA-256 of the facts an outlook is made from; equal facts, equal digest."""
    facts = {name: value for name, value in _plain(history).items() if name != "decisions"}
    return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A fact as plain values; a protocol, which is large, as its slug and version."""
    if isinstance(value, Therapy):
        return [value.slug, value.version]
    if isinstance(value, SiteLimits):
        return [value.treatment, {name: one.value for name, one in sorted(value.settings.items())}]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


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
