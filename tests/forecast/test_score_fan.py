"""Forecast scores on the instrument's own scale: whole numbers within its range, and as many as bands promise."""

import numpy as np
import pytest
from tests.forecast.people import INDUCTION_DAYS, make_infusions, make_scores

from holdfast.forecast import parameters
from holdfast.forecast.ahead import forecast
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.filtering import filter_cohort, filter_record
from holdfast.forecast.model import InfusionEvent, Record, ScoreEvent, SessionEvent
from holdfast.forecast.scales import scale_of
from holdfast.forecast.score_fan import chance_at_most, score_chances, score_fan
from holdfast.forecast.simulate import draw, draw_scores

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


def test_fan_when_compared_with_the_chances_then_band_ends_are_their_quantiles() -> None:
    fan = score_fan(PHQ9, days=np.arange(5.0), latent_mean=MEAN, latent_sd=SD)
    up_to = np.cumsum(score_chances(PHQ9, latent_mean=MEAN, latent_sd=SD), axis=1)
    for name, chance in {"median": 0.5, "lower50": 0.25, "upper80": 0.9, "lower95": 0.025}.items():
        lowest = np.argmax(up_to >= chance - 1e-12, axis=1)
        np.testing.assert_array_equal(getattr(fan, name), lowest)


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


@pytest.fixture(scope="module")
def held_out() -> tuple[Cohort, np.ndarray]:
    """People drawn from the model with six infusions and eight sessions, and their true PHQ-9 in weeks 1, 4 and 12."""
    seen, ahead = np.array([0.0, 3.0, 7.0, 12.0, 17.0, 24.0, 33.0, 40.0]), np.array([47.0, 68.0, 124.0])
    infusions = tuple(InfusionEvent(day + 0.4, 1.0) for day in INDUCTION_DAYS)
    sessions = tuple(SessionEvent(4.5 + 4 * number, "cbt") for number in range(8))
    rng = np.random.default_rng(6)
    severity = draw(
        PARAMETERS, people=PEOPLE, days=np.concatenate([seen, ahead]), treatments=(*infusions, *sessions), rng=rng
    )
    scores = draw_scores(severity, instrument="phq9", rng=rng)
    people = [
        Record(
            scores=tuple(ScoreEvent(float(d), "phq9", int(v)) for d, v in zip(seen, row, strict=False)),
            infusions=infusions,
            sessions=sessions,
            as_of_day=40.0,
        )
        for row in scores
    ]
    return Cohort.of(people), scores[:, len(seen) :]


def test_bands_when_people_are_drawn_from_the_model_then_hold_as_many_as_the_forecast_says(
    held_out: tuple[Cohort, np.ndarray],
) -> None:
    """Within 2 points (2.5 standard errors of 12,000 scores that go in threes), judged against whole-number bands."""
    cohort, truth = held_out
    inside, promised = {50: 0.0, 80: 0.0, 95: 0.0}, {50: 0.0, 80: 0.0, 95: 0.0}
    for posterior, scores in zip(filter_cohort(cohort, PARAMETERS), truth, strict=True):
        mean, sd = _ahead(posterior)
        fan = score_fan(PHQ9, days=np.array([7.0, 28.0, 84.0]), latent_mean=mean, latent_sd=sd)
        up_to = np.cumsum(score_chances(PHQ9, latent_mean=mean, latent_sd=sd), axis=1)
        for band in inside:
            low, high = getattr(fan, f"lower{band}"), getattr(fan, f"upper{band}")
            inside[band] += ((scores >= low) & (scores <= high)).mean() / PEOPLE
            below = np.where(low > 0, up_to[range(3), np.maximum(low - 1, 0)], 0.0)
            promised[band] += (up_to[range(3), high] - below).mean() / PEOPLE
    for band in inside:
        assert promised[band] >= band / 100
        assert inside[band] == pytest.approx(promised[band], abs=0.02)
    print({band: (round(inside[band], 3), round(promised[band], 3)) for band in inside})


def _ahead(posterior):
    from holdfast.forecast.trajectory import trajectory

    found = trajectory(posterior, days=np.array([7.0, 28.0, 84.0]))
    return found.mean, found.sd
