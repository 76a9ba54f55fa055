"""Judging predictions: each measure by hand, by an independent formula, and even where the predictions are right."""

import numpy as np
import pytest
from scipy import stats

from holdfast.errors import InvalidInput, NotFound
from holdfast.forecast import calibration, parameters
from holdfast.forecast.ahead import forecast
from holdfast.forecast.calibration import Predicted, auc, brier, coverage, crps, pit, reliability
from holdfast.forecast.filtering import filter_record
from holdfast.forecast.hindsight import look_back
from holdfast.forecast.scales import scale_of
from tests.forecast.people import make_ada

PHQ9 = scale_of("phq9")
MANY = 20_000


def _right(spread: float = 4.0) -> tuple[Predicted, np.ndarray]:
    """Predictions, and scores drawn as they say."""
    rng = np.random.default_rng(4)
    centre = rng.uniform(-4, 30, MANY)
    came = np.clip(np.floor(centre + spread * rng.standard_normal(MANY) + 0.5), 0, 27).astype(np.int64)
    return Predicted(PHQ9, centre, np.full(MANY, spread)), came


def test_coverage_when_predictions_are_right_then_bands_hold_at_least_what_they_promise() -> None:
    predicted, came = _right()
    inside = (predicted.centre > 8) & (predicted.centre < 19)
    held = coverage(Predicted(PHQ9, predicted.centre[inside], predicted.spread[inside]), came[inside])
    assert held == pytest.approx({50: 0.5, 80: 0.8, 95: 0.95}, abs=0.02)
    assert all(share >= band / 100 for band, share in coverage(predicted, came).items())


def test_coverage_when_predictions_are_too_sure_then_bands_hold_too_little() -> None:
    predicted, came = _right()
    sure = Predicted(PHQ9, predicted.centre, predicted.spread / 2)
    assert coverage(sure, came)[95] < 0.8


def test_pit_when_predictions_are_right_then_is_even() -> None:
    predicted, came = _right()
    within = np.random.default_rng(5).random(MANY)
    assert stats.kstest(pit(predicted, came, within=within), "uniform").pvalue > 0.01
    too_low = Predicted(PHQ9, predicted.centre - 1, predicted.spread)
    assert stats.kstest(pit(too_low, came, within=within), "uniform").pvalue < 1e-6


def test_pit_when_nothing_picks_a_place_then_is_the_middle_of_the_score() -> None:
    one = Predicted(PHQ9, np.array([10.0]), np.array([3.0]))
    below, up_to = stats.norm.cdf([9.5, 10.5], 10, 3)
    assert pit(one, np.array([10]))[0] == pytest.approx((below + up_to) / 2)


def test_crps_when_sure_then_is_the_error_and_else_agrees_with_the_expectation_formula() -> None:
    sure = Predicted(PHQ9, np.array([10.0, 10.0]), np.array([1e-6, 1e-6]))
    np.testing.assert_allclose(crps(sure, np.array([10, 14])), [0.0, 4.0], atol=1e-9)
    one = Predicted(PHQ9, np.array([9.0]), np.array([5.0]))
    chances = calibration.chances_of(PHQ9, one.centre, one.spread)[0]
    whole = np.arange(28)
    apart = np.abs(whole[:, None] - whole[None, :])
    expected = chances @ np.abs(whole - 13) - 0.5 * chances @ apart @ chances
    assert crps(one, np.array([13]))[0] == pytest.approx(expected)


def test_brier_and_auc_when_computed_then_are_as_by_hand() -> None:
    chance, happened = np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False])
    assert brier(chance, happened) == pytest.approx((0.01 + 0.36 + 0.16 + 0.01) / 4)
    assert auc(chance, happened) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert auc(chance, np.ones(4, bool)) is None


def test_reliability_when_binned_then_counts_means_and_shares_are_as_by_hand() -> None:
    chance = np.array([0.05, 0.15, 0.95, 1.0, 0.85])
    happened = np.array([False, True, True, True, False])
    bins = reliability(chance, happened, bins=5)
    assert [(one.low, one.high, one.count) for one in bins] == [(0.0, 0.2, 2), (0.8, 1.0, 3)]
    assert [one.said for one in bins] == pytest.approx([0.1, 2.8 / 3])
    assert [one.came for one in bins] == pytest.approx([0.5, 2 / 3])


@pytest.mark.parametrize(("centre", "spread"), [(float("nan"), 1.0), (3.0, 0.0), (3.0, float("inf"))])
def test_prediction_when_it_is_none_then_is_refused(centre: float, spread: float) -> None:
    with pytest.raises(InvalidInput, match="prediction 1: is no prediction"):
        Predicted(PHQ9, np.array([3.0, centre]), np.array([1.0, spread]))


def test_coverage_when_there_is_nothing_to_judge_then_is_refused() -> None:
    nothing = Predicted(PHQ9, np.empty(0), np.empty(0))
    with pytest.raises(InvalidInput, match="there is none to judge"):
        coverage(nothing, np.empty(0, np.int64))


def test_hindsight_when_a_score_came_then_says_how_it_lay_in_the_forecast() -> None:
    ahead = forecast(filter_record(make_ada(), parameters.load()))
    fan = ahead.scores("phq9")
    low, high = int(fan.lower50[28]), int(fan.upper80[28])
    within = look_back(ahead, instrument="phq9", days_ahead=28.3, total=low)
    assert (within.within50, within.within80, within.within95) == (True, True, True)
    assert within.expected == pytest.approx(fan.mean[28])
    outside = look_back(ahead, instrument="phq9", days_ahead=28, total=high + 1)
    assert (outside.within50, outside.within80) == (False, False)
    assert outside.pit > 0.85 > within.pit
    assert outside.crps > 0


def test_hindsight_when_the_day_or_instrument_was_not_forecast_then_is_refused() -> None:
    ahead = forecast(filter_record(make_ada(), parameters.load()))
    with pytest.raises(InvalidInput, match="outside what was forecast \\(expected 0 to 84 days\\)"):
        look_back(ahead, instrument="phq9", days_ahead=85, total=5)
    with pytest.raises(NotFound):
        look_back(ahead, instrument="gad7", days_ahead=5, total=5)
