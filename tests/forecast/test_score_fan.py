"""Forecast scores on the instrument's own scale: whole numbers within its range, and as many as bands promise."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import norm

from holdfast.forecast import parameters
from holdfast.forecast.ahead import forecast
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.filtering import filter_cohort, filter_record
from holdfast.forecast.model import SCORE, InfusionEvent, Record, ScoreEvent, SessionEvent, Treatment
from holdfast.forecast.scales import scale_of
from holdfast.forecast.score_fan import ScoreFan, chance_at_most, score_chances, score_fan
from holdfast.forecast.simulate import draw, draw_scores
from holdfast.forecast.trajectory import gathered, trajectory
from tests.forecast.people import INDUCTION_DAYS, make_infusions

PARAMETERS = parameters.load()
PHQ9 = scale_of("phq9")
MEAN, SD = np.array([-5.0, 3.0, 15.0, 33.0, 60.0]), np.array([4.0, 2.0, 5.0, 6.0, 3.0])
PEOPLE = 4000


def test_chances_when_added_up_then_are_one_and_match_draws() -> None:
    chances = score_chances(PHQ9, latent_mean=MEAN, latent_sd=SD)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, atol=1e-12)
    rng = np.random.default_rng(2)
    severity = MEAN + SD * rng.standard_normal((200_000, len(MEAN)))
    drawn = draw_scores(severity, instrument="phq9", rng=rng)
    for day in range(len(MEAN)):
        frequency = np.bincount(drawn[:, day], minlength=28) / len(drawn)
        np.testing.assert_allclose(chances[day], frequency, atol=0.005)


def test_fan_when_compared_with_draws_then_ends_are_the_quantiles_before_rounding() -> None:
    fan = score_fan(PHQ9, days=np.arange(5.0), latent_mean=MEAN, latent_sd=SD)
    centre, spread = PHQ9.intercept + PHQ9.slope * MEAN, np.hypot(PHQ9.slope * SD, PHQ9.noise_sd)
    for band in (50, 80, 95):
        low, high = norm.interval(band / 100, centre, spread)
        np.testing.assert_array_equal(getattr(fan, f"lower{band}"), np.clip(np.ceil(low), 0, 27))
        np.testing.assert_array_equal(getattr(fan, f"upper{band}"), np.clip(np.floor(high), 0, 27))
    np.testing.assert_array_equal(fan.median, np.clip(np.round(centre), 0, 27))


def test_fan_when_hardly_anything_is_unsure_then_bands_still_hold_the_median() -> None:
    sure = replace(PHQ9, noise_sd=0.01)
    fan = score_fan(sure, days=np.arange(5.0), latent_mean=MEAN, latent_sd=0.0 * SD)
    np.testing.assert_array_equal(fan.lower50, fan.median)
    np.testing.assert_array_equal(fan.upper95, fan.median)


def test_fan_when_severity_is_off_the_scale_then_scores_stay_within_the_range() -> None:
    fan = score_fan(PHQ9, days=np.arange(5.0), latent_mean=MEAN, latent_sd=SD)
    for name in ("mean", "median", "lower50", "upper50", "lower80", "upper80", "lower95", "upper95"):
        assert getattr(fan, name).min() >= 0
        assert getattr(fan, name).max() <= 27
    assert fan.median.dtype == np.int64


def test_chance_when_limit_is_the_ceiling_then_is_certain() -> None:
    np.testing.assert_array_equal(chance_at_most(PHQ9, 27, latent_mean=MEAN, latent_sd=SD), np.ones(5))


def test_response_when_baseline_is_odd_then_half_is_rounded_down() -> None:
    assert PHQ9.response_at_most(21) == 10
    assert PHQ9.response_at_most(20) == 10


def test_forecast_when_a_person_is_at_zero_for_weeks_then_no_score_lies_below_and_zero_is_censored() -> None:
    record = Record(
        scores=(ScoreEvent(0.0, "phq9", 20), *(ScoreEvent(7.0 * week, "phq9", 0) for week in range(3, 12))),
        infusions=make_infusions(*INDUCTION_DAYS),
        as_of_day=78.0,
    )
    posterior = filter_record(record, PARAMETERS)
    fan = forecast(posterior).scores("phq9")
    assert fan.lower95.min() == 0
    assert fan.mean.min() >= 0
    # A score of 0 taken at its word would tie severity to 0.3; censored, it only says "well, perhaps very well".
    measured = tuple(ScoreEvent(7.0 * week, "phq9", 1) for week in range(3, 12))
    near = filter_record(
        Record(scores=(record.scores[0], *measured), infusions=record.infusions, as_of_day=78.0), PARAMETERS
    )
    assert posterior.severity_mean < near.severity_mean
    assert posterior.severity_sd > near.severity_sd


def test_bands_when_people_are_drawn_from_the_model_then_hold_what_they_promise() -> None:
    """Within 2 points where no band ends on the floor: 2 standard errors of 3,000 scores."""
    fan, scores = _held_out()
    off_floor = (fan.lower95 > 0) & (fan.upper95 < 27)
    assert off_floor.sum() > 3000
    for band in (50, 80, 95):
        inside = (scores >= getattr(fan, f"lower{band}")) & (scores <= getattr(fan, f"upper{band}"))
        assert inside[off_floor].mean() == pytest.approx(band / 100, abs=0.02)
        assert inside.mean() >= band / 100 - 0.02


def test_chances_when_people_are_drawn_from_the_model_then_come_true_as_often_as_said() -> None:
    fan, scores = _held_out()
    # The mean of the fan is that of the chances: over many people it must meet the mean of what happened.
    assert fan.mean.mean() == pytest.approx(scores.mean(), abs=0.2)


@cache
def _held_out() -> tuple[ScoreFan, np.ndarray]:
    """People with six infusions and eight sessions, forecast from eight PHQ-9s, and the PHQ-9 they then had.

    Shapes: one entry a person and day, for 1, 4 and 12 weeks on.
    """
    seen, ahead = np.array([0.0, 3.0, 7.0, 12.0, 17.0, 24.0, 33.0, 40.0]), np.array([7.0, 28.0, 84.0])
    treatments = (
        *(InfusionEvent(day + 0.4, 1.0) for day in INDUCTION_DAYS),
        *(SessionEvent(4.5 + 4 * number, "cbt") for number in range(8)),
    )
    rng = np.random.default_rng(6)
    days = np.concatenate([seen, 40.0 + ahead])
    severity = draw(PARAMETERS, people=PEOPLE, days=days, treatments=treatments, rng=rng)
    scores = draw_scores(severity, instrument="phq9", rng=rng)
    filtered = filter_cohort(_cohort(seen, scores[:, : len(seen)], treatments), PARAMETERS)
    one = trajectory(filtered[0], days=ahead)
    mean = filtered.mean @ one.loading.T - one.held[:, -1]
    known = np.einsum("ti,pij,tj->pt", one.loading, filtered.covariance, one.loading)
    sd = np.sqrt(known + np.diag(gathered(ahead, PARAMETERS.population)))
    fan = score_fan(PHQ9, days=np.tile(ahead, PEOPLE), latent_mean=mean.ravel(), latent_sd=sd.ravel())
    return fan, scores[:, len(seen) :].ravel()


def _cohort(days: np.ndarray, scores: np.ndarray, treatments: tuple[Treatment, ...]) -> Cohort:
    """People who share their days and treatments, by the columns of one of them."""
    one = Cohort.of(
        [
            Record(
                scores=tuple(ScoreEvent(float(day), "phq9", 0) for day in days),
                infusions=tuple(event for event in treatments if isinstance(event, InfusionEvent)),
                sessions=tuple(event for event in treatments if isinstance(event, SessionEvent)),
                as_of_day=float(days[-1]),
            )
        ]
    )
    amount = np.tile(one.amount, (len(scores), 1))
    amount[:, one.kind == SCORE] = scores
    return Cohort(
        offsets=np.arange(len(scores) + 1) * len(one.day),
        day=np.tile(one.day, len(scores)),
        kind=np.tile(one.kind, len(scores)),
        code=np.tile(one.code, len(scores)),
        amount=amount.ravel(),
        as_of_day=np.repeat(one.as_of_day, len(scores)),
    )
