"""Chances of first reaching a level, against plain Monte Carlo on the same Gaussian."""

from statistics import NormalDist

import numpy as np
import pytest

from holdfast.forecast import parameters
from holdfast.forecast.ahead import forecast
from holdfast.forecast.filtering import filter_record
from holdfast.forecast.model import InfusionEvent, Record
from holdfast.forecast.passage import chance_below
from holdfast.forecast.trajectory import Trajectory, trajectory
from tests.forecast.people import make_ada, make_infusions, make_random, make_scores

PARAMETERS = parameters.load()
PATHS = 200_000
MONTE_CARLO_ERROR = 4 * 0.5 / np.sqrt(PATHS)
STATED_ERROR = 0.006
STATED_MEAN_ERROR = 0.0015

CASES = [
    make_ada(),
    make_ada(as_of_day=45.0),
    Record(scores=make_scores(20, 16, 12, 11), infusions=make_infusions(1.0, 8.0), as_of_day=15.0),
    Record(scores=make_scores(16, 14, 11, 12, 9, every=7.0), as_of_day=30.0),
    *(make_random(np.random.default_rng(seed)) for seed in (3, 5, 8)),
]


def _drawn(ahead: Trajectory, level: float) -> np.ndarray:
    rng = np.random.default_rng(11)
    paths = rng.multivariate_normal(ahead.mean, ahead.covariance(), size=PATHS, method="eigh")
    return 1.0 - np.maximum.accumulate(paths >= level, axis=1).mean(axis=0)


@pytest.mark.parametrize("case", range(len(CASES)))
def test_first_passage_when_drawn_many_times_then_agrees_within_the_stated_error(case: int) -> None:
    weeks = trajectory(filter_record(CASES[case], PARAMETERS), days=np.arange(7.0, 85.0, 7.0))
    apart = np.abs(chance_below(weeks, 22.0) - _drawn(weeks, 22.0))
    assert apart.max() < STATED_ERROR + MONTE_CARLO_ERROR
    assert apart.mean() < STATED_MEAN_ERROR + MONTE_CARLO_ERROR / 2


def test_first_passage_when_looked_at_daily_then_agrees_with_many_draws_too() -> None:
    days = trajectory(filter_record(make_ada(), PARAMETERS), days=np.arange(0.0, 85.0))
    apart = np.abs(chance_below(days, 22.0) - _drawn(days, 22.0))
    assert apart.max() < STATED_ERROR + MONTE_CARLO_ERROR


def test_first_passage_when_treatment_pulls_later_days_the_other_way_then_still_agrees() -> None:
    posterior = filter_record(make_ada(as_of_day=40.0), PARAMETERS)
    planned = tuple(InfusionEvent(40.0 + day, 1.0) for day in (20.0, 40.0, 41.0))
    weeks = trajectory(posterior, days=np.arange(7.0, 85.0, 7.0), planned=planned)
    assert np.abs(chance_below(weeks, 22.0) - _drawn(weeks, 22.0)).max() < STATED_ERROR + MONTE_CARLO_ERROR


def test_first_passage_when_looked_at_on_one_day_then_is_the_gaussian_tail() -> None:
    one = trajectory(filter_record(make_ada(), PARAMETERS), days=np.array([28.0]))
    expected = NormalDist(float(one.mean[0]), float(one.sd[0])).cdf(22.0)
    assert chance_below(one, 22.0)[0] == pytest.approx(expected, abs=1e-3)


def test_relapse_when_weeks_go_by_then_its_chance_never_falls() -> None:
    for case in CASES:
        chances = forecast(filter_record(case, PARAMETERS)).p_relapse_by
        assert (np.diff(chances) >= 0).all()
        assert chances[0] >= 0
        assert chances[-1] <= 1


def test_relapse_when_severity_is_far_above_the_level_then_is_certain() -> None:
    ill = Record(scores=make_scores(27, 26, 26, 25), as_of_day=13.0)
    assert forecast(filter_record(ill, PARAMETERS)).p_relapse_by[-1] == pytest.approx(1.0, abs=1e-3)
