"""Virtual people: what is drawn has the moments of the model, and the same seed gives the same people."""

import numpy as np

from holdfast.forecast import parameters
from holdfast.forecast.model import Record
from holdfast.forecast.simulate import draw, draw_scores
from tests.forecast.brute_force import joint
from tests.forecast.people import make_infusions, make_sessions

PARAMETERS = parameters.load()
DAYS = np.array([0.0, 2.0, 9.5, 30.0, 90.0])
TREATMENTS = (*make_infusions(1.0, 4.0), *make_sessions(6.0, 13.0, 20.0))


def _people(*, seed: int, people: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return draw(PARAMETERS, people=people, days=DAYS, treatments=TREATMENTS, rng=rng)


def test_draw_when_many_people_are_drawn_then_mean_and_covariance_are_the_models() -> None:
    truth = joint(Record(scores=(), as_of_day=0.0), PARAMETERS, DAYS, TREATMENTS)
    drawn = _people(seed=4, people=100_000)
    np.testing.assert_allclose(drawn.mean(axis=0), truth.mean, atol=0.15)
    scale = np.sqrt(np.outer(np.diag(truth.covariance), np.diag(truth.covariance)))
    np.testing.assert_allclose(np.cov(drawn.T) / scale, truth.covariance / scale, atol=0.02)


def test_draw_when_seed_is_the_same_then_people_are_the_same() -> None:
    np.testing.assert_array_equal(_people(seed=8), _people(seed=8))
    assert (_people(seed=8) != _people(seed=9)).all()


def test_scores_when_drawn_then_are_whole_and_within_the_range() -> None:
    rng = np.random.default_rng(1)
    scores = draw_scores(np.linspace(-60.0, 120.0, 500), instrument="phq9", rng=rng)
    assert scores.dtype == np.int64
    assert (scores.min(), scores.max()) == (0, 27)
