"""My course: scores, infusions and sessions so far, and what may come, as a chart, as words and as a table."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.forecast.ahead import Forecast
from holdfast.instruments.loader import judging, load
from holdfast.instruments.model import Instrument
from holdfast.outcomes import definitions
from holdfast.pathway.history import History
from holdfast.records.queries import patient
from holdfast.web.clinician.chart import chart, readable
from holdfast.web.page import PageRequest, page
from holdfast.web.parts import charts

WORDING = replace(
    charts.ENGLISH,
    title="{name} score, lower is better",
    response="Half of where you began: {score} or less",
    remission="Few signs left: {score} or less",
    incomplete="Check-in with questions left out, no score",
    missed="Session that did not take place",
    count_sessions="Sessions attended: {attended}; did not take place: {missed}.",
)
"""A session not held may be anyone's doing: to the person it is never called missed."""

IN_DAYS_FROM, IN_WEEKS_FROM = 7, 21
"""Days from which a span is told as a number of days, and of weeks: single days would sound surer than we are."""


@dataclass(frozen=True)
class Stand:
    """Where the person stands on one scale, ready to be said; `alone` when there is nothing to compare with."""

    now: int
    now_at: datetime
    first: int
    remission: bool
    response: bool
    before_infusions: bool
    alone: bool


@dataclass(frozen=True)
class Relief:
    """How long relief is likely to hold, in words; `likely`, `shortest` empty where beyond the forecast."""

    likely: str
    shortest: str
    longest: str


@page(Permission.SEE_OWN_RECORD)
@require_safe
def course(request: PageRequest) -> HttpResponse:
    """The person's own course on one scale; other scales they have scores on are a tap away."""
    episode_id = patient.own_episode_id(request.viewer)
    history = patient.history(request.viewer, episode_id)
    outlook = patient.outlook(request.viewer, episode_id)
    scales = _scales(history)
    wanted = request.GET.get("scale")
    seen = replace(history, instrument=wanted) if wanted in {one.slug for one in scales} else history
    drawn = chart(seen, outlook, at=request.at, zone=request.viewer.zone, compact=True)
    forecast = readable(outlook)
    context = {
        "instrument": load(seen.judged_on),
        "scales": scales,
        "stand": _stand(seen),
        "chart": charts.course_chart(drawn, WORDING),
        "said": charts.course_sentence(drawn, WORDING),
        "rows": charts.course_table(drawn, WORDING),
        "fan": drawn.fan,
        "outlook": outlook,
        "failed": outlook is not None and outlook.forecast is None and bool(outlook.failure),
        "too_little": outlook is not None and outlook.forecast is not None and forecast is None,
        "relief": relief_in_words(forecast) if forecast else None,
    }
    return render(request, "patient/course.html", context)


def _scales(history: History) -> tuple[Instrument, ...]:
    """Instruments with a score that can judge a course, so lower is better; the one that judges it first."""
    used = {reading.instrument for reading in history.readings}.intersection(judging())
    return tuple(load(slug) for slug in sorted(used, key=lambda slug: (slug != history.judged_on, slug)))


def _stand(history: History) -> Stand | None:
    start = history.baseline
    if start is None:
        return None
    last = history.scores[-1]
    return Stand(
        now=last.total,
        now_at=last.at,
        first=start.total,
        remission=definitions.is_remission(last) is True,
        response=definitions.is_response(start, last) is True,
        before_infusions=bool(history.infusions) and start.at <= min(one.at for one in history.infusions),
        alone=last == start,
    )


def relief_in_words(forecast: Forecast) -> Relief | None:
    """How long relief is likely to hold; None when there is none now."""
    holds = forecast.relief_holds
    if holds is None:
        return None
    # Relief that holds throughout has no shortest time: the forecast ended first.
    shortest = holds.lower_days if holds.lower_days < forecast.days[-1] else None
    longest = _span(holds.upper_days) or _("more than 12 weeks")
    return Relief(likely=_span(holds.median_days), shortest=_span(shortest), longest=longest)


def _span(days: int | None) -> str:
    """A span in words; empty for none."""
    if days is None:
        return ""
    if days < IN_DAYS_FROM:
        return _("less than a week")
    if days < IN_WEEKS_FROM:
        return _("about %(count)s days") % {"count": days}
    return _("about %(count)s weeks") % {"count": round(days / 7)}
