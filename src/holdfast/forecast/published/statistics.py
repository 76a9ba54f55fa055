"""The figures that papers report, computed from virtual people: one function each, from the arms of a comparison.

Every function takes the arms as `People` and keyword arguments named in `targets.toml`, and gives one number. In a
comparison the first arm is the treated one. Response is a fall of half or more from day 0 on the same instrument.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from holdfast.forecast.shapes import CountPerPerson, PersonByVisit, Statistic, WhetherPerPerson
from holdfast.forecast.simulate import People


def mean_change(arm: People, *, instrument: str, day: int) -> Statistic:
    """Mean change of the score from day 0; negative is improvement."""
    return float((arm.on(instrument, day) - arm.on(instrument, 0)).mean())


def sd_of_change(arm: People, *, instrument: str, day: int) -> Statistic:
    """Standard deviation of the change from day 0."""
    return float((arm.on(instrument, day) - arm.on(instrument, 0)).std())


def mean_at(arm: People, *, instrument: str, day: int) -> Statistic:
    """Mean score."""
    return float(arm.on(instrument, day).mean())


def sd_at(arm: People, *, instrument: str, day: int) -> Statistic:
    """Standard deviation of the score."""
    return float(arm.on(instrument, day).std())


def share_response(arm: People, *, instrument: str, day: int) -> Statistic:
    """Share with a response."""
    return float(responded(arm, instrument, day).mean())


def share_response_between(arm: People, *, instrument: str, first: int, last: int) -> Statistic:
    """Share with a response on a day that is as likely any from `first` to `last`."""
    return float(
        np.mean([share_response(arm, instrument=instrument, day=day) for day in range(first, last + 1)])
    )


def share_remission_between(
    arm: People, *, instrument: str, first: int, last: int, at_most: int
) -> Statistic:
    """Share with a score of `at_most` or less on a day that is as likely any from `first` to `last`."""
    return float(np.mean([(arm.on(instrument, day) <= at_most).mean() for day in range(first, last + 1)]))


def kept_response(arm: People, *, instrument: str, responders_on: int, days: Sequence[int]) -> Statistic:
    """Share of the responders of one day who still respond at every one of the later visits."""
    before = responded(arm, instrument, responders_on)
    kept = np.all([responded(arm, instrument, day) for day in days], axis=0)
    return float(kept[before].mean())


def share_relapsed(
    arm: People, *, instrument: str, responders_on: int, days: Sequence[int], level: int, in_a_row: int
) -> Statistic:
    """Share of the responders of one day who reach a level at so many visits in a row afterwards."""
    relapsed = reached(_scores(arm, instrument, days), level, in_a_row) >= 0
    return float(relapsed[responded(arm, instrument, responders_on)].mean())


def median_days_to_relapse(arm: People, *, instrument: str, responders_on: int, since: int) -> Statistic:
    """Days after `since` by which half of the responders have lost their response at two visits in a row.

    Read off the straight lines between visits; infinite when fewer than half have.
    """
    asked, _ = arm.scores(instrument)
    visits = [day for day in asked if day > responders_on]
    lost = np.stack([~responded(arm, instrument, day) for day in visits], axis=1)
    first = reached(lost.astype(np.int16), 1, 2)[responded(arm, instrument, responders_on)]
    share = np.array([0.0, *(((first >= 0) & (first <= place)).mean() for place in range(len(visits)))])
    if share[-1] < 0.5:
        return np.inf
    half, days = int(np.argmax(share >= 0.5)), np.array([responders_on, *visits]) - since
    return float(np.interp(0.5, share[half - 1 : half + 1], days[half - 1 : half + 1]))


def effect_size(
    treated: People,
    control: People,
    *,
    instrument: str,
    day: int,
    responders_on: int | None = None,
    judged_on: str = "",
) -> Statistic:
    """Standardised difference of the scores, control minus treated, by the pooled standard deviation.

    Of those alone who responded on one day, where asked: on `judged_on`, or on the same instrument.
    """
    one, other = (
        arm.on(instrument, day)
        if responders_on is None
        else arm.on(instrument, day)[responded(arm, judged_on or instrument, responders_on)]
        for arm in (treated, control)
    )
    return float((other.mean() - one.mean()) / np.sqrt((one.var() + other.var()) / 2))


def mean_difference(treated: People, control: People, *, instrument: str, day: int) -> Statistic:
    """Difference of the mean scores, treated minus control."""
    return mean_at(treated, instrument=instrument, day=day) - mean_at(control, instrument=instrument, day=day)


def odds_ratio_response(treated: People, control: People, *, instrument: str, day: int) -> Statistic:
    """Odds of a response in the treated over those in the control group."""
    one, other = (share_response(arm, instrument=instrument, day=day) for arm in (treated, control))
    return one / (1 - one) / (other / (1 - other))


def hazard_ratio(
    continued: People,
    stopped: People,
    *,
    instrument: str,
    remitted_on: Sequence[int],
    remission: int,
    level: int,
    since: int,
) -> Statistic:
    """Hazard of relapse (a level at two visits in a row) among those in remission at every one of some visits.

    By the one-step estimate of the log-rank test: observed over expected relapses of one arm over those of the other.
    Source: Peto 1977, doi:10.1038/bjc.1977.1.
    """
    visits = [day for day in continued.scores(instrument)[0] if day > since]
    times = [
        _relapse_visit(arm, instrument, visits, remitted_on, remission=remission, level=level)
        for arm in (continued, stopped)
    ]
    observed, expected = np.zeros(2), np.zeros(2)
    for visit in range(len(visits)):
        at_risk = np.array([((one < 0) | (one >= visit)).sum() for one in times])
        events = np.array([(one == visit).sum() for one in times])
        observed += events
        expected += events.sum() * at_risk / max(at_risk.sum(), 1)
    return float(observed[0] / expected[0] / (observed[1] / expected[1]))


def risk_ratio_relapse(
    treated: People,
    control: People,
    *,
    instrument: str,
    remitted_on: Sequence[int],
    remission: int,
    level: int,
    in_a_row: int,
    days: Sequence[int],
) -> Statistic:
    """Share that relapses of those in remission, treated over control."""
    one, other = (
        (reached(_scores(arm, instrument, days), level, in_a_row) >= 0)[
            _remitted(arm, instrument, remitted_on, remission)
        ].mean()
        for arm in (treated, control)
    )
    return float(one / other)


def share_left(arm: People) -> Statistic:
    """Share that leaves therapy before its planned end."""
    return float((arm.left_on >= 0).mean())


STATISTICS: Final[Mapping[str, Callable[..., Statistic]]] = MappingProxyType(
    {
        one.__name__: one
        for one in (
            mean_change, sd_of_change, mean_at, sd_at, share_response, share_response_between,
            share_remission_between, kept_response, share_relapsed, median_days_to_relapse, effect_size,
            mean_difference, odds_ratio_response, hazard_ratio, risk_ratio_relapse, share_left,
        )
    }
)  # fmt: skip
"""Every statistic by its name in `targets.toml`."""

RATIOS: Final = frozenset({"odds_ratio_response", "hazard_ratio", "risk_ratio_relapse"})
"""Statistics compared on the logarithmic scale."""


def responded(arm: People, instrument: str, day: int) -> WhetherPerPerson:
    """Who has a response on a day; whoever was not asked or gave no answer has none."""
    before, now = arm.on(instrument, 0), arm.on(instrument, day)
    found: WhetherPerPerson = (before >= 0) & (now >= 0) & (2 * now <= before)
    return found


def reached(scores: PersonByVisit, level: int, in_a_row: int) -> CountPerPerson:
    """The first of so many visits in a row with a score of `level` or more, by its place; -1 where there is none."""
    above = scores >= level
    run = above.copy()
    for later in range(1, in_a_row):
        run[:, :-later] &= above[:, later:]
        run[:, -later:] = False
    first: CountPerPerson = np.where(run.any(axis=1), run.argmax(axis=1), -1)
    return first


def _scores(arm: People, instrument: str, days: Sequence[int]) -> PersonByVisit:
    return np.stack([arm.on(instrument, day) for day in days], axis=1).astype(np.int16)


def _remitted(arm: People, instrument: str, days: Sequence[int], at_most: int) -> WhetherPerPerson:
    remitted: WhetherPerPerson = np.less_equal(_scores(arm, instrument, days), at_most).all(axis=1)
    return remitted


def _relapse_visit(
    arm: People,
    instrument: str,
    visits: Sequence[int],
    remitted_on: Sequence[int],
    *,
    remission: int,
    level: int,
) -> CountPerPerson:
    chosen = _remitted(arm, instrument, remitted_on, remission)
    return reached(_scores(arm, instrument, visits)[chosen], level, 2)
