"""What a forecast says, in figures with words: never more than it knows, and why when it knows nothing."""

from dataclasses import dataclass

from holdfast.forecast.ahead import Forecast
from holdfast.pathway.history import History
from holdfast.records.queries.patient import OutlookRow
from holdfast.web.clinician.chart import readable
from holdfast.web.clinician.naming import instrument_name, moment, percent

SOON_DAYS, HORIZON_DAYS = 14, 84


@dataclass(frozen=True)
class Figure:
    """One thing the forecast says: what it is about, the figure, and what to know about it."""

    what: str
    value: str
    note: str


def figures(outlook: OutlookRow | None, history: History) -> tuple[Figure, ...]:
    """What the fan says: remission, how long relief holds, relapse soon and by the end. Empty without a forecast."""
    forecast = readable(outlook)
    if forecast is None or not history.scores:
        return ()
    slug = history.judged_on
    remission = forecast.p_remission(slug)
    return (
        Figure(
            "Remission in 12 weeks",
            percent(float(remission[-1])),
            f"{instrument_name(slug)} at or below its remission line on that day",
        ),
        *_relief(forecast),
    )


def _relief(forecast: Forecast) -> tuple[Figure, ...]:
    holds = forecast.relief_holds
    if holds is None:
        return (Figure("Relief", "none now", "so there is no relapse to forecast"),)
    return (
        Figure(
            "Relief is likely to hold",
            _days(holds.median_days),
            f"80 % range {_range(holds.lower_days, holds.upper_days)}",
        ),
        Figure(f"Relapse within {SOON_DAYS} days", percent(forecast.p_relapse_within(SOON_DAYS)), "chance"),
        Figure(
            f"Relapse within {HORIZON_DAYS} days", percent(forecast.p_relapse_within(HORIZON_DAYS)), "chance"
        ),
    )


def caveat(outlook: OutlookRow | None) -> str:
    """What must be known beside the figures: when it was made and from what, or why there are none."""
    if outlook is None:
        return "No forecast has been made yet."
    if outlook.forecast is None:
        return _without(outlook)
    if outlook.forecast.too_little_data:
        return f"Too little data to forecast: {outlook.forecast.too_little_data_reason}"
    return (
        f"Made {moment(outlook.made_at)} with parameters {outlook.forecast.parameters_release}. "
        "A statistical estimate; people decide."
    )


def failed(outlook: OutlookRow | None) -> str:
    """What could not be made, named; empty when all is well. The answers themselves are safe."""
    if outlook is None or not outlook.failure:
        return ""
    return f"Not available at present ({outlook.failure}). Every answer is kept; the nightly run tries again."


def _without(outlook: OutlookRow) -> str:
    if outlook.failure:
        return ""
    return "There is no score yet that a forecast could be made from."


def _days(days: float | None) -> str:
    return (
        f"about {days:.0f} day{'' if round(days) == 1 else 's'}"
        if days is not None
        else f"beyond {HORIZON_DAYS} days"
    )


def _range(lower: float, upper: float | None) -> str:
    return f"{lower:.0f} to {f'{upper:.0f}' if upper is not None else f'more than {HORIZON_DAYS}'} days"
