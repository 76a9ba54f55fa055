"""The values a person's course is drawn from: their facts, the lines of response and remission, the fan."""

from datetime import datetime

from holdfast import units
from holdfast.forecast.ahead import Forecast
from holdfast.instruments.loader import load as load_instrument
from holdfast.instruments.model import Instrument
from holdfast.pathway.history import ATTENDED, History
from holdfast.records.queries.patient import OutlookRow
from holdfast.web.parts.charts import ChartPoint, CourseChart, Fan


def chart(
    history: History, outlook: OutlookRow | None, *, at: datetime, zone: str, compact: bool = False
) -> CourseChart:
    """The course on the instrument that judges the episode; check-ins without a score of it are rings."""
    instrument = load_instrument(history.judged_on)
    scored = {reading.at for reading in history.readings}
    return CourseChart(
        instrument_name=instrument.name,
        minimum=instrument.minimum,
        maximum=instrument.maximum,
        bands=tuple((band.name, band.low, band.high) for band in instrument.bands),
        remission=instrument.cutoffs.remission_at_most,
        response=response_at_most(history, instrument),
        points=tuple(ChartPoint(at=reading.at, score=reading.total) for reading in history.scores),
        incomplete=tuple(moment for moment in history.check_ins_at if moment not in scored),
        infusions=tuple(infusion.at for infusion in history.infusions),
        sessions=tuple(
            (session.at, session.attendance == ATTENDED)
            for course in history.courses
            for session in course.sessions
        ),
        now=at,
        fan=fan(outlook, instrument, at=at) if history.scores else None,
        zone=zone,
        compact=compact,
    )


def response_at_most(history: History, instrument: Instrument) -> float | None:
    """The highest score that is a response, from the baseline; None before it, or where the scale tells no response."""
    percent = instrument.cutoffs.response_fall_percent
    if history.baseline is None or percent is None:
        return None
    return history.baseline.total * (1 - percent / 100)


def fan(outlook: OutlookRow | None, instrument: Instrument, *, at: datetime) -> Fan | None:
    """The forecast as the chart takes it, its days counted from now; None where there is none to show.

    H-011: with too little data nothing is drawn.
    """
    forecast = readable(outlook)
    if outlook is None or forecast is None or instrument.link is None:
        return None
    return fan_of(
        forecast, shown_on=instrument.slug, passed=max(0.0, units.days_between(outlook.made_at, at))
    )


def fan_of(forecast: Forecast, *, shown_on: str, passed: float = 0.0) -> Fan | None:
    """A forecast as the chart takes it, less the days that have passed since; None once all have."""
    scores = forecast.scores(shown_on)
    ahead = [i for i, day in enumerate(scores.days) if day >= passed]
    if not ahead:
        return None
    return Fan(
        days=tuple(float(scores.days[i]) - passed for i in ahead),
        **{
            name: tuple(float(getattr(scores, name)[i]) for i in ahead)
            for name in ("median", "lower50", "upper50", "lower80", "upper80", "lower95", "upper95")
        },
    )


def readable(outlook: OutlookRow | None) -> Forecast | None:
    """The forecast, when one was made from enough."""
    if outlook is None or outlook.forecast is None or outlook.forecast.too_little_data:
        return None
    return outlook.forecast
