"""What a forecast says, in figures with words: never more than it knows, and why when it knows nothing."""

from dataclasses import dataclass

from holdfast.forecast.ahead import HORIZON_DAYS, Forecast, ReliefHolds
from holdfast.instruments.loader import load as load_instrument
from holdfast.pathway.history import History
from holdfast.records.queries.patient import OutlookRow
from holdfast.web.clinician.chart import readable
from holdfast.web.clinician.naming import day, moment, percent

SOON_DAYS = 14
"""The nearer of the two spans for which the chance of relapse is said; the site's limit is over the same."""


@dataclass(frozen=True)
class Figure:
    """One thing the forecast says: what it is about, the figure, and what to know about it."""

    what: str
    value: str
    note: str


def figures(outlook: OutlookRow | None, history: History) -> tuple[Figure, ...]:
    """What the fan says: remission, how long relief holds, relapse soon and by the end. Empty without a forecast."""
    forecast = readable(outlook)
    if forecast is None or outlook is None or not history.scores:
        return ()
    return (*_remission(forecast, history.judged_on), *_relief(forecast, counted_from=day(outlook.made_at)))


def _remission(forecast: Forecast, slug: str) -> tuple[Figure, ...]:
    instrument = load_instrument(slug)
    limit = instrument.cutoffs.remission_at_most
    if limit is None or instrument.link is None:
        return ()
    chance = float(forecast.p_remission(slug)[-1])
    return (
        Figure(
            f"Remission in {HORIZON_DAYS // 7} weeks",
            percent(chance),
            f"{instrument.name} {limit} or less on that day",
        ),
    )


def _relief(forecast: Forecast, *, counted_from: str) -> tuple[Figure, ...]:
    holds = forecast.relief_holds
    if holds is None:
        return (Figure("Relief", "none now", "so there is no relapse to forecast"),)
    return (
        Figure(
            "Relief is likely to hold",
            _days(holds.median_days),
            f"80 % range: {_range(holds)}, from {counted_from}",
        ),
        *(
            Figure(
                f"Relapse within {days} days",
                percent(forecast.p_relapse_within(days)),
                f"chance, from {counted_from}",
            )
            for days in (SOON_DAYS, HORIZON_DAYS)
        ),
    )


def drivers(outlook: OutlookRow | None) -> str:
    """How much of where the person stands the model puts down to what; empty without a forecast."""
    forecast = readable(outlook)
    if forecast is None:
        return ""
    parts = forecast.contributions
    return (
        f"Against no treatment the model puts {_points(parts.infusions[0])} MADRS points down to ketamine, "
        f"{_points(parts.expectancy[0])} to being treated at all and {_points(parts.therapy[0])} to therapy; minus is "
        "relief. It is what the model says, not what a trial has shown."
    )


NOT_BY_WEIGHT = (
    "The forecast has learned from ketamine dosed by weight alone; for a nasal spray there is none."
)
"""Why someone treated otherwise has no forecast."""


def caveat(outlook: OutlookRow | None, history: History) -> str:
    """What must be known beside the figures: when it was made and from what, or why there are none."""
    if outlook is None:
        return "No forecast has been made yet."
    if outlook.forecast is None:
        return _without(outlook, history)
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


def relief_until(outlook: OutlookRow | None) -> str:
    """Until about when relief is likely to hold, as a booker needs it; empty where the forecast says nothing of it."""
    forecast = readable(outlook)
    holds = forecast.relief_holds if forecast is not None else None
    if outlook is None or holds is None:
        return ""
    counted_from = day(outlook.made_at)
    return (
        f"Relief is likely to hold {_days(holds.median_days)} from {counted_from}, 80 % range {_range(holds)}"
    )


def _without(outlook: OutlookRow, history: History) -> str:
    if outlook.failure:
        return ""
    if not history.dosed_by_weight:
        return NOT_BY_WEIGHT
    return "There is no score yet that a forecast could be made from."


def _days(days: int | None) -> str:
    return f"over {HORIZON_DAYS} days" if days is None else f"{days} day{'' if days == 1 else 's'}"


def _range(holds: ReliefHolds) -> str:
    if holds.lower_days >= HORIZON_DAYS:
        return f"{HORIZON_DAYS} days or more"
    return f"{holds.lower_days} to {f'over {HORIZON_DAYS}' if holds.upper_days is None else holds.upper_days} days"


def _points(value: float) -> str:
    return f"{value:+.0f}".replace("-", "−") if round(value) else "0"
