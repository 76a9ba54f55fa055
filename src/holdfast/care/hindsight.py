"""Outlooks are judged once what they spoke of has come: whether the bands held it, and whether relapse came.

Everything here is derived. It is brought into step with the facts whenever an outlook is renewed, after the answer is
safe, and can be dropped and made again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from holdfast import units
from holdfast.forecast.ahead import Forecast
from holdfast.forecast.hindsight import look_back
from holdfast.instruments.loader import load as load_instrument
from holdfast.outcomes.definitions import ASSESSMENTS_APART, Reading, is_at_relapse_level
from holdfast.pathway.history import History
from holdfast.records.models import Episode, Outlook, OutlookRelapse, OutlookScore

DISTANCES: Final = (1, 2, 4, 8, 12)
"""Weeks from an outlook to the scores it is judged by."""

_WEEK: Final = timedelta(days=7)
RELAPSE_WITHIN: Final = timedelta(days=28)
_ANSWERED: Final = timedelta(days=7)
"""Someone who has not relapsed counts as well when a score came within this time before or after the 28 days ended."""

Key = tuple[str, datetime, int, int]
"""Instrument, moment and total of a score, and the distance in weeks."""


@dataclass(frozen=True)
class _Made:
    """An outlook that said something: when, and the chance of relapse it gave, if any."""

    pk: int
    at: datetime
    chance: float | None


def reconcile(episode_id: int, history: History, *, at: datetime) -> None:
    """Judge what can be judged by now, and take back what a corrected score had judged."""
    made = [
        _Made(*row)
        for row in Outlook.objects.filter(episode_id=episode_id, forecast__isnull=False, made_at__lte=at)
        .order_by("made_at", "pk")
        .values_list("pk", "made_at", "relapse_chance")
    ]
    wanted = dict(_pairs(history, made))
    kept = {
        (row.instrument, row.came_at, row.total, row.weeks_ahead): row.pk
        for row in OutlookScore.objects.filter(episode_id=episode_id)
    }
    new = {key: outlook for key, outlook in wanted.items() if key not in kept}
    stale = [pk for key, pk in kept.items() if key not in wanted]
    forecasts = _forecasts(set(new.values()))
    clinic_id = Episode.objects.values_list("patient__clinic_id", flat=True).get(pk=episode_id)
    with transaction.atomic():
        OutlookScore.objects.filter(pk__in=stale).delete()
        judged = (_row(key, one, forecasts, clinic_id, episode_id) for key, one in new.items())
        OutlookScore.objects.bulk_create((row for row in judged if row), ignore_conflicts=True)
        _judge_relapses(history, made, clinic_id=clinic_id, episode_id=episode_id, at=at)


def _pairs(history: History, made: Sequence[_Made]) -> Iterator[tuple[Key, _Made]]:
    """Every linked score with the outlook made so many weeks before it: the newest within the week."""
    for reading in history.readings:
        if load_instrument(reading.instrument).link is None:
            continue
        for weeks in DISTANCES:
            latest, earliest = reading.at - weeks * _WEEK, reading.at - (weeks + 1) * _WEEK
            near = [one for one in made if earliest < one.at <= latest]
            if near:
                yield (reading.instrument, reading.at, reading.total, weeks), near[-1]


def _forecasts(outlooks: set[_Made]) -> Mapping[int, Forecast]:
    stored = Outlook.objects.filter(pk__in=[one.pk for one in outlooks]).values_list("pk", "forecast")
    return {pk: Forecast.from_json(forecast) for pk, forecast in stored if forecast is not None}


def _row(
    key: Key, made: _Made, forecasts: Mapping[int, Forecast], clinic_id: int, episode_id: int
) -> OutlookScore | None:
    """The judgement; None where the forecast said that it had too little to say, or nothing of that instrument."""
    instrument, came_at, total, weeks = key
    forecast = forecasts[made.pk]
    days = units.days_between(made.at, came_at)
    if forecast.too_little_data or instrument not in forecast.scales or round(days) > forecast.days[-1]:
        return None
    seen = look_back(forecast, instrument=instrument, days_ahead=days, total=total)
    return OutlookScore(
        clinic_id=clinic_id,
        episode_id=episode_id,
        outlook_id=made.pk,
        instrument=instrument,
        came_at=came_at,
        total=total,
        weeks_ahead=weeks,
        expected=seen.expected,
        within50=seen.within50,
        within80=seen.within80,
        within95=seen.within95,
        pit=seen.pit,
        crps=seen.crps,
    )


def _judge_relapses(
    history: History, made: Sequence[_Made], *, clinic_id: int, episode_id: int, at: datetime
) -> None:
    """One chance of relapse in four weeks, from the first that was given on: so that no relapse is counted twice."""
    wanted = {
        one.pk: OutlookRelapse(
            clinic_id=clinic_id,
            episode_id=episode_id,
            outlook_id=one.pk,
            chance=one.chance or 0.0,
            relapsed=_relapsed(history.scores, since=one.at),
        )
        for one in _spaced([one for one in made if one.chance is not None])
        if at >= one.at + RELAPSE_WITHIN + _ANSWERED
    }
    kept = dict(OutlookRelapse.objects.filter(episode_id=episode_id).values_list("outlook_id", "relapsed"))
    stale = [pk for pk, said in kept.items() if pk not in wanted or wanted[pk].relapsed != said]
    OutlookRelapse.objects.filter(outlook_id__in=stale).delete()
    OutlookRelapse.objects.bulk_create(
        (row for pk, row in wanted.items() if pk not in kept or pk in stale), ignore_conflicts=True
    )


def _spaced(made: Sequence[_Made]) -> list[_Made]:
    chosen: list[_Made] = []
    for one in made:
        if not chosen or one.at >= chosen[-1].at + RELAPSE_WITHIN:
            chosen.append(one)
    return chosen


def _relapsed(scores: Sequence[Reading], *, since: datetime) -> bool | None:
    """Whether relapse began within 28 days: a score at the relapse level that the next, 5 days on or more, confirms.

    None when nobody answered near their end, or the score that would confirm it has not come.
    """
    end = since + RELAPSE_WITHIN
    for place, score in enumerate(scores):
        if since < score.at <= end and is_at_relapse_level(score):
            later = next((one for one in scores[place + 1 :] if one.at - score.at >= ASSESSMENTS_APART), None)
            if later is None:
                return None
            if is_at_relapse_level(later):
                return True
    return False if any(abs(score.at - end) <= _ANSWERED for score in scores) else None
