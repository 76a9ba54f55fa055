"""What if: the forecast with infusions or sessions ahead, beside the one without; nothing is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.care import outlooks
from holdfast.forecast import ahead, filtering, parameters
from holdfast.forecast.model import THERAPIES, InfusionEvent, SessionEvent, Treatment
from holdfast.instruments.loader import load as load_instrument
from holdfast.pathway.history import History
from holdfast.records.queries import patient
from holdfast.web.clinician import forecast_words
from holdfast.web.clinician.chart import chart, fan_of
from holdfast.web.clinician.naming import percent, therapy_name
from holdfast.web.page import PageRequest, page
from holdfast.web.parts.charts import course_chart

INFUSIONS: Mapping[str, tuple[str, Sequence[int]]] = {
    "none": ("none", ()),
    "3": ("one in 3 days", (3,)),
    "7": ("one in a week", (7,)),
    "14": ("one in two weeks", (14,)),
    "weekly": ("one a week, four times", (7, 14, 21, 28)),
    "fortnightly": ("one every two weeks, four times", (14, 28, 42, 56)),
}
"""Infusions ahead that can be asked about: words, and days from now."""

SESSIONS: Mapping[str, tuple[str, Sequence[int]]] = {
    "none": ("none", ()),
    "weekly": ("one a week, all attended", tuple(range(5, 84, 7))),
    "twice": ("two a week for four weeks, then one, all attended", (*range(3, 28, 4), *range(33, 84, 7))),
}
"""Sessions ahead that can be asked about: words, and days from now."""

WEEKS = (1, 2, 4, 8, 12)


class WhatIfForm(forms.Form):
    """Which treatments ahead to suppose."""

    infusions = forms.ChoiceField(
        choices=[(key, words) for key, (words, _) in INFUSIONS.items()], required=False
    )
    sessions = forms.ChoiceField(
        choices=[(key, words) for key, (words, _) in SESSIONS.items()], required=False
    )


@dataclass(frozen=True)
class Week:
    """What both forecasts say of one week: score and 80 % band, chance of relapse by then."""

    weeks: int
    without: str
    supposed: str
    relapse_without: str
    relapse_supposed: str


@page(Permission.SEE_RECORD, looks_at="episode_id")
@require_safe
def what_if(request: PageRequest, episode_id: int) -> HttpResponse:
    """The two forecasts side by side, as asked for in the address."""
    person, history = patient.person(request.viewer, episode_id), patient.history(request.viewer, episode_id)
    asked = {name: request.GET.get(name, "") for name in ("infusions", "sessions")}
    chosen = {
        "infusions": asked["infusions"] if asked["infusions"] in INFUSIONS else "7",
        "sessions": asked["sessions"] if asked["sessions"] in SESSIONS else "none",
    }
    therapy = history.course.therapy if history.course else THERAPIES[0]
    family = history.course.protocol.family if history.course else therapy
    context = {
        "person": person,
        "form": WhatIfForm(initial=chosen),
        "therapy": therapy_name(therapy),
        **_compared(request, history, lambda now: _planned(chosen, family, now=now)),
    }
    return render(request, "clinician/what_if.html", context)


def _planned(chosen: Mapping[str, str], therapy: str, *, now: float) -> list[Treatment]:
    """The treatments supposed, on the clock of the record; a therapy the model does not know counts as the first."""
    known = therapy if therapy in THERAPIES else THERAPIES[0]
    infusions = (InfusionEvent(now + day, 1.0) for day in INFUSIONS[chosen["infusions"]][1])
    sessions = (SessionEvent(now + day, known) for day in SESSIONS[chosen["sessions"]][1])
    return [*infusions, *sessions]


def _compared(
    request: PageRequest, history: History, planned: Callable[[float], list[Treatment]]
) -> dict[str, object]:
    record = outlooks.record_of(history.as_of(request.at), at=request.at)
    instrument = load_instrument(history.judged_on)
    if not history.dosed_by_weight:
        return {"too_little": forecast_words.NOT_BY_WEIGHT}
    if not record.scores or instrument.link is None:
        return {"too_little": "There is no score yet that a forecast could be made from."}
    posterior = filtering.filter_record(record, parameters.load())
    without = outlooks.ahead_of(posterior, history)
    supposed = outlooks.ahead_of(posterior, history, planned=planned(float(record.as_of_day)))
    if without.too_little_data:
        return {"too_little": without.too_little_data_reason}
    return {
        "instrument": instrument.name,
        "relief_holds": without.relief_holds,
        "rows": [_week(weeks, without, supposed, instrument.slug) for weeks in WEEKS],
        "drawn": [
            (title, *(_drawn(request, history, one, compact=compact) for compact in (False, True)))
            for title, one in (("Without them", without), ("With them", supposed))
        ],
    }


def _drawn(request: PageRequest, history: History, forecast: ahead.Forecast, *, compact: bool) -> str:
    shown = chart(history, None, at=request.at, zone=request.viewer.zone, compact=compact)
    return course_chart(replace(shown, fan=fan_of(forecast, shown_on=history.judged_on)))


def _week(weeks: int, without: ahead.Forecast, supposed: ahead.Forecast, slug: str) -> Week:
    return Week(
        weeks=weeks,
        without=_score(without, slug, 7 * weeks),
        supposed=_score(supposed, slug, 7 * weeks),
        relapse_without=percent(without.p_relapse_within(7 * weeks)),
        relapse_supposed=percent(supposed.p_relapse_within(7 * weeks)),
    )


def _score(forecast: ahead.Forecast, slug: str, day: int) -> str:
    fan = forecast.scores(slug)
    return f"{fan.median[day]} ({fan.lower80[day]} to {fan.upper80[day]})"
