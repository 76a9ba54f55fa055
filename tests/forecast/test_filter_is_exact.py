"""The filter against the joint Gaussian, against statsmodels, and against quadrature where scores are censored."""

import numpy as np
import pytest
from scipy import integrate
from scipy.stats import norm
from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

from holdfast.forecast import parameters
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.filtering import filter_cohort, filter_record, prior
from holdfast.forecast.model import G_F, G_S, InfusionEvent, Record, ScoreEvent, SessionEvent
from holdfast.forecast.scales import scale_of
from holdfast.forecast.trajectory import trajectory
from tests.forecast.brute_force import joint
from tests.forecast.people import make_infusions, make_random, make_scores, make_sessions

PARAMETERS = parameters.load()
AHEAD = np.array([0.0, 1.0, 7.0, 28.5, 84.0])
TOLERANCE = 1e-8


@pytest.mark.parametrize("seed", range(25))
def test_filter_when_record_is_irregular_then_equals_the_joint_gaussian(seed: int) -> None:
    rng = np.random.default_rng(seed)
    record = make_random(rng)
    planned = (
        InfusionEvent(record.as_of_day + rng.uniform(0, 30), 1.0),
        SessionEvent(record.as_of_day + rng.uniform(0, 30), "dbt"),
    )
    truth = joint(record, PARAMETERS, record.as_of_day + AHEAD, planned)
    posterior = filter_record(record, PARAMETERS)
    found = trajectory(posterior, days=AHEAD, planned=planned)
    assert posterior.log_likelihood == pytest.approx(truth.log_likelihood, abs=TOLERANCE)
    np.testing.assert_allclose(found.mean, truth.mean, atol=TOLERANCE, rtol=0)
    np.testing.assert_allclose(found.covariance(), truth.covariance, atol=TOLERANCE, rtol=0)
    np.testing.assert_allclose(found.sd**2, np.diag(truth.covariance), atol=TOLERANCE, rtol=0)


def test_filter_when_given_a_cohort_then_each_person_is_as_alone() -> None:
    rng = np.random.default_rng(7)
    records = [make_random(rng) for _ in range(30)]
    together = filter_cohort(Cohort.of(records), PARAMETERS)
    for record, found in zip(records, together, strict=True):
        alone = filter_record(record, PARAMETERS)
        assert found.log_likelihood == alone.log_likelihood
        assert found.exposure == alone.exposure
        assert (found.n_scores, found.baseline_severity) == (alone.n_scores, alone.baseline_severity)
        np.testing.assert_array_equal(found.mean, alone.mean)
        np.testing.assert_array_equal(found.covariance, alone.covariance)


def test_filter_when_matrices_are_constant_then_equals_statsmodels() -> None:
    every, values = 7.0, (50, 44, 39, 41, 33, 30, 22, 25, 19)
    record = Record(scores=make_scores(*values, instrument="bdi2", every=every), as_of_day=every * 8)
    posterior = filter_record(record, PARAMETERS)
    q, link, kept = PARAMETERS.population, scale_of("bdi2"), np.exp(-every / PARAMETERS.population.tau_D)
    peer = KalmanFilter(k_endog=1, k_states=2)
    peer.bind(np.array(values, dtype=float))
    peer["design"] = np.array([[link.slope, link.slope]])
    peer["obs_intercept"] = np.array([link.intercept])
    peer["obs_cov"] = np.array([[link.noise_sd**2 + 1 / 12]])
    peer["transition"] = np.diag([1.0, kept])
    peer["selection"] = np.eye(2)
    peer["state_cov"] = np.diag([0.0, q.sigma_D**2 * (1 - kept**2)])
    peer.initialize_known(np.array([q.mu_B, q.d_0]), np.diag([q.sigma_B**2, q.sigma_D0**2]))
    result = peer.filter()
    assert posterior.log_likelihood == pytest.approx(result.llf, abs=TOLERANCE)
    np.testing.assert_allclose(posterior.mean[:2], result.filtered_state[:, -1], atol=TOLERANCE)
    np.testing.assert_allclose(
        posterior.covariance[:2, :2], result.filtered_state_cov[:, :, -1], atol=TOLERANCE
    )


def test_filter_when_there_are_no_scores_then_posterior_is_the_prior_carried_forward() -> None:
    record = Record(scores=(), infusions=make_infusions(1.0, 4.0), as_of_day=60.0)
    posterior = filter_record(record, PARAMETERS)
    mean, covariance = prior(PARAMETERS, day=60.0)
    np.testing.assert_allclose(posterior.mean, mean, rtol=1e-15)
    np.testing.assert_allclose(posterior.covariance, covariance, rtol=1e-15)
    assert posterior.n_scores == 0
    assert posterior.log_likelihood == 0.0
    assert posterior.severity_sd == pytest.approx(posterior.prior_severity_sd, rel=1e-15)


def test_filter_when_events_are_simultaneous_then_the_order_given_does_not_matter() -> None:
    scores = (ScoreEvent(5.0, "phq9", 12), ScoreEvent(5.0, "madrs", 25))
    infusions = (InfusionEvent(5.0, 1.0), InfusionEvent(5.0, 0.5))
    sessions = (SessionEvent(5.0, "cbt"), SessionEvent(5.0, "dbt"))
    one = Record(scores=scores, infusions=infusions, sessions=sessions, as_of_day=9.0)
    other = Record(scores=scores[::-1], infusions=infusions[::-1], sessions=sessions[::-1], as_of_day=9.0)
    found, again = filter_record(one, PARAMETERS), filter_record(other, PARAMETERS)
    np.testing.assert_allclose(found.mean, again.mean, atol=1e-12)
    np.testing.assert_allclose(found.covariance, again.covariance, atol=1e-12)
    np.testing.assert_allclose(found.exposure, again.exposure, atol=1e-15)


def test_cohort_when_events_are_simultaneous_then_scores_come_before_infusions_before_sessions() -> None:
    record = Record(
        scores=(ScoreEvent(2.0, "phq9", 12),),
        infusions=(InfusionEvent(2.0, 1.0), InfusionEvent(0.0, 1.0)),
        sessions=(SessionEvent(2.0, "cbt"),),
        as_of_day=3.0,
    )
    cohort = Cohort.of([record])
    assert cohort.day.tolist() == [0.0, 2.0, 2.0, 2.0]
    assert cohort.kind.tolist() == [1, 0, 1, 2]


def test_score_when_taken_at_the_instant_of_the_first_infusion_then_says_nothing_of_the_response() -> None:
    record = Record(scores=make_scores(21), infusions=make_infusions(0.0), as_of_day=0.0)
    posterior = filter_record(record, PARAMETERS)
    mean, covariance = prior(PARAMETERS)
    np.testing.assert_array_equal(posterior.mean[[G_F, G_S]], mean[[G_F, G_S]])
    np.testing.assert_array_equal(posterior.covariance[G_F, G_F], covariance[G_F, G_F])


@pytest.mark.parametrize("seed", range(10))
def test_score_when_one_more_is_added_off_the_ends_then_no_variance_grows(seed: int) -> None:
    record = make_random(np.random.default_rng(100 + seed))
    more = Record(
        scores=(*record.scores, ScoreEvent(record.as_of_day / 2, "qids_sr16", 14)),
        infusions=record.infusions,
        sessions=record.sessions,
        as_of_day=record.as_of_day,
    )
    before, after = filter_record(record, PARAMETERS), filter_record(more, PARAMETERS)
    assert (np.linalg.eigvalsh(before.covariance - after.covariance) > -1e-9).all()
    assert after.severity_sd <= before.severity_sd + 1e-12


@pytest.mark.parametrize(("value", "instrument"), [(0, "phq9"), (27, "phq9"), (0, "madrs"), (60, "madrs")])
def test_score_when_on_floor_or_ceiling_then_moments_are_those_of_the_truncated_gaussian(
    value: int, instrument: str
) -> None:
    posterior = filter_record(Record(scores=(ScoreEvent(0.0, instrument, value),), as_of_day=0.0), PARAMETERS)
    q, link = PARAMETERS.population, scale_of(instrument)
    mean, variance = q.mu_B + q.d_0, q.sigma_B**2 + q.sigma_D0**2
    limit, side = (value + 0.5, 1) if value == 0 else (value - 0.5, -1)

    s = np.linspace(mean - 90, mean + 90, 40001)
    beyond = norm.cdf(side * (limit - link.intercept - link.slope * s) / link.noise_sd)
    density = norm.pdf(s, mean, np.sqrt(variance)) * beyond
    moment = [float(integrate.simpson(density * s**power, x=s)) for power in range(3)]
    assert posterior.log_likelihood == pytest.approx(np.log(moment[0]), rel=1e-6)
    assert posterior.severity_mean == pytest.approx(moment[1] / moment[0], rel=1e-6)
    expected = moment[2] / moment[0] - (moment[1] / moment[0]) ** 2
    assert posterior.severity_sd**2 == pytest.approx(expected, rel=1e-6)


def test_score_when_the_floor_is_all_but_impossible_then_the_posterior_stays_finite_and_sane() -> None:
    scores = tuple(ScoreEvent(0.0, "madrs", value) for value in (60, 60, 60, 60, 0, 0))
    posterior = filter_record(Record(scores=scores, as_of_day=0.0), PARAMETERS)
    assert np.isfinite(posterior.log_likelihood)
    assert 0 < posterior.severity_sd < posterior.prior_severity_sd
    assert 0 < posterior.severity_mean < 60


def test_dose_when_so_high_that_a_route_is_full_then_inputs_stay_within_their_range() -> None:
    record = Record(scores=(), infusions=make_infusions(0.0, 1.0, 2.0, dose=4.0), as_of_day=4.0)
    exposure = filter_record(record, PARAMETERS).exposure
    assert 0 <= exposure.u_f <= 1
    assert 0 <= exposure.u_s <= 1


def test_exposure_when_many_sessions_are_attended_then_approaches_what_a_full_course_gives() -> None:
    record = Record(scores=(), sessions=make_sessions(*range(0, 200, 2)), as_of_day=300.0)
    exposure = filter_record(record, PARAMETERS).exposure
    assert 0.85 < exposure.z < 1
    assert pytest.approx(exposure.z * PARAMETERS.therapy_effect["cbt"], rel=1e-12) == exposure.W
