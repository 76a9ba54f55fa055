"""What a forecast says of a person: its agreement with the filter, relief, contributions, too little data, limits."""

import json

import numpy as np
import pytest

from holdfast.errors import InvalidInput, NotFound
from holdfast.forecast import parameters
from holdfast.forecast.ahead import Forecast, forecast, relief_ends_at, relief_holds
from holdfast.forecast.filtering import Posterior, filter_record
from holdfast.forecast.model import InfusionEvent, Record, ScoreEvent, SessionEvent
from holdfast.forecast.scales import scale_of
from holdfast.forecast.trajectory import trajectory
from tests.forecast.people import INDUCTION_DAYS, make_ada, make_infusions, make_scores, make_sessions

PARAMETERS = parameters.load()


def _posterior(record: Record) -> Posterior:
    return filter_record(record, PARAMETERS)


def _forecast(record: Record) -> Forecast:
    return forecast(_posterior(record))


def test_forecast_when_horizon_is_zero_then_equals_the_filter() -> None:
    posterior = _posterior(make_ada())
    now = forecast(posterior, horizon_days=0)
    assert now.days.tolist() == [0.0]
    assert now.latent_mean[0] == pytest.approx(posterior.severity_mean, abs=1e-12)
    assert now.latent_sd[0] == pytest.approx(posterior.severity_sd, abs=1e-12)
    assert now.p_relapse_by.tolist() == []
    assert now.p_relapse_within(0) == 0.0


def test_forecast_when_made_then_runs_by_day_to_twelve_weeks_and_by_week_for_relapse() -> None:
    ahead = _forecast(make_ada())
    assert ahead.days.tolist() == list(range(85))
    assert ahead.relapse_days.tolist() == list(range(7, 85, 7))
    assert ahead.as_of_day == 20.0
    assert ahead.n_scores == 5
    assert ahead.parameters_release == "routine_care_2"


def test_contributions_when_added_up_then_give_expected_severity() -> None:
    ahead = _forecast(make_ada())
    parts = ahead.contributions
    whole = parts.usual + parts.drift + parts.infusions + parts.expectancy + parts.therapy
    np.testing.assert_allclose(whole, ahead.latent_mean, atol=1e-12)
    assert (parts.infusions < 0).all()
    assert (parts.expectancy < 0).all()
    assert (parts.therapy < 0).all()


def test_contributions_when_nobody_was_treated_then_are_all_zero() -> None:
    parts = _forecast(Record(scores=make_scores(20, 19, 18), as_of_day=9.0)).contributions
    every = (*parts.infusions.tolist(), *parts.expectancy.tolist(), *parts.therapy.tolist())
    assert {str(points) for points in every} == {"0.0"}


def test_forecast_when_an_infusion_is_planned_then_severity_falls_from_that_day_on() -> None:
    posterior = _posterior(make_ada())
    without, planned = forecast(posterior), forecast(posterior, planned=(InfusionEvent(27.0, 1.0),))
    np.testing.assert_array_equal(planned.latent_mean[:8], without.latent_mean[:8])
    assert (planned.latent_mean[8:] < without.latent_mean[8:]).all()
    assert planned.p_relapse_by[-1] < without.p_relapse_by[-1]


def test_forecast_when_sessions_are_planned_then_severity_is_lower_at_the_end() -> None:
    posterior = _posterior(make_ada())
    sessions = tuple(SessionEvent(21.0 + 7 * week, "ipt") for week in range(10))
    assert forecast(posterior, planned=sessions).latent_mean[-1] < forecast(posterior).latent_mean[-1] - 1


def test_trajectory_when_asked_for_scores_then_moments_follow_the_link() -> None:
    found = trajectory(_posterior(make_ada()), days=np.arange(0.0, 85.0, 7.0))
    mean, covariance = found.score_moments("phq9")
    link = scale_of("phq9")
    np.testing.assert_allclose(mean, link.intercept + link.slope * found.mean)
    noise = np.eye(13) * link.noise_sd**2
    np.testing.assert_allclose(covariance, link.slope**2 * found.covariance() + noise)


def test_relief_when_severity_is_half_of_baseline_then_says_how_long_it_holds() -> None:
    holds = _forecast(make_ada()).relief_holds
    assert holds is not None
    assert 0 < holds.lower_days < 84
    assert holds.median_days is None or holds.median_days > holds.lower_days
    assert holds.upper_days is None


def test_relief_when_there_is_none_now_then_is_none() -> None:
    assert _forecast(Record(scores=make_scores(21, 20, 22), as_of_day=10.0)).relief_holds is None


def test_relief_when_it_is_sure_to_outlast_the_horizon_then_the_early_end_is_the_horizon() -> None:
    record = Record(
        scores=make_scores(20, 10, 3, 2, 3, 2, 1, 3, 2, every=7.0),
        infusions=make_infusions(*INDUCTION_DAYS),
        sessions=make_sessions(*range(3, 57, 3)),
        as_of_day=57.0,
    )
    holds = forecast(_posterior(record), horizon_days=7).relief_holds
    assert holds is not None
    assert (holds.median_days, holds.lower_days, holds.upper_days) == (None, 7, None)


def test_relief_when_looked_at_for_a_year_then_its_days_are_those_by_which_so_many_drawn_paths_are_over() -> (
    None
):
    posterior = _posterior(make_ada())
    year = trajectory(posterior, days=np.arange(0.0, 366.0, 5.0))
    paths = np.random.default_rng(1).multivariate_normal(
        year.mean, year.covariance(), size=40000, method="eigh"
    )
    over = np.maximum.accumulate(paths >= relief_ends_at(posterior, level=22.0), axis=1).mean(axis=0)
    drawn = [float(year.days[np.argmax(over >= chance)]) for chance in (0.1, 0.5)]
    holds = relief_holds(year, level=22.0)
    assert holds is not None
    assert holds.median_days is not None
    np.testing.assert_allclose([holds.lower_days, holds.median_days], drawn, atol=5)
    assert over[-1] < 0.9
    assert holds.upper_days is None


def test_relief_when_baseline_is_very_high_then_ends_at_half_of_it() -> None:
    high = Record(scores=(ScoreEvent(0.0, "madrs", 56), ScoreEvent(5.0, "madrs", 20)), as_of_day=5.0)
    assert relief_ends_at(_posterior(high), level=22.0) == 28.0
    assert relief_ends_at(_posterior(make_ada()), level=22.0) == 22.0


def test_baseline_when_infusions_began_then_is_the_last_score_at_or_before_the_first() -> None:
    scores = (ScoreEvent(0.0, "madrs", 35), ScoreEvent(4.0, "madrs", 31), ScoreEvent(6.0, "madrs", 12))
    infused = Record(scores=scores, infusions=make_infusions(4.0, 9.0), as_of_day=10.0)
    assert _posterior(infused).baseline_severity == 31.0
    assert _posterior(Record(scores=scores, as_of_day=10.0)).baseline_severity == 35.0
    late = Record(scores=scores[1:], infusions=make_infusions(1.0), as_of_day=10.0)
    assert _posterior(late).baseline_severity == 31.0


@pytest.mark.parametrize("values", [(), (18,)])
def test_too_little_when_there_are_fewer_than_two_scores_then_says_how_many(values: tuple[int, ...]) -> None:
    ahead = _forecast(Record(scores=make_scores(*values), as_of_day=3.0))
    assert ahead.too_little_data
    assert ahead.too_little_data_reason == f"Only {len(values)} of the 2 scores a forecast needs."


def test_too_little_when_the_scores_are_long_past_then_says_so() -> None:
    record = Record(scores=make_scores(20, 19, every=2.0), infusions=make_infusions(3.0), as_of_day=200.0)
    reason = _forecast(record).too_little_data_reason
    assert reason == "The scores are too few or too long ago to tell this person from an average one."


def test_too_little_when_two_recent_scores_are_there_then_is_none() -> None:
    ahead = _forecast(Record(scores=make_scores(20, 17), as_of_day=5.0))
    assert ahead.too_little_data_reason is None
    assert not ahead.too_little_data


def test_relapse_within_when_between_weeks_then_lies_on_the_straight_line() -> None:
    ahead = _forecast(make_ada())
    first, second = ahead.p_relapse_by[:2]
    assert ahead.p_relapse_within(7) == pytest.approx(first)
    assert ahead.p_relapse_within(10.5) == pytest.approx((first + second) / 2)


@pytest.mark.parametrize("days", [-1, 84.5, float("nan")])
def test_relapse_within_when_outside_the_horizon_then_is_refused(days: float) -> None:
    with pytest.raises(InvalidInput, match="days: outside what was forecast \\(expected 0 to 84 days\\)"):
        _forecast(make_ada()).p_relapse_within(days)


def test_relapse_when_judged_on_another_instrument_then_lies_where_its_cut_off_does() -> None:
    posterior = _posterior(make_ada())
    levels = {
        slug: forecast(posterior, relapse_on=slug).relapse_level for slug in ("madrs", "phq9", "hamd17")
    }
    assert levels == pytest.approx({"madrs": 22.0, "phq9": 17.0, "hamd17": (16 - 1.83) / 0.646})
    on_phq9, on_madrs = forecast(posterior, relapse_on="phq9"), forecast(posterior)
    assert (on_phq9.p_relapse_by > on_madrs.p_relapse_by).all()
    with pytest.raises(NotFound, match="gad7 has no cut-off for relapse"):
        forecast(posterior, relapse_on="gad7")


def test_forecast_when_stored_and_read_then_is_the_same() -> None:
    ahead = _forecast(make_ada())
    again = Forecast.from_json(json.loads(json.dumps(ahead.to_json())))
    assert again.to_json() == ahead.to_json()
    assert again.relief_holds == ahead.relief_holds
    assert again.scales == ahead.scales
    np.testing.assert_array_equal(again.latent_mean, ahead.latent_mean)
    np.testing.assert_array_equal(again.scores("phq9").upper95, ahead.scores("phq9").upper95)
    np.testing.assert_array_equal(again.p_response("phq9", 21), ahead.p_response("phq9", 21))
    np.testing.assert_array_equal(again.p_remission("madrs"), ahead.p_remission("madrs"))


def test_forecast_when_stored_without_relief_then_is_read_without() -> None:
    ahead = _forecast(Record(scores=make_scores(21), as_of_day=1.0))
    again = Forecast.from_json(json.loads(json.dumps(ahead.to_json())))
    assert again.relief_holds is None
    assert again.too_little_data_reason == ahead.too_little_data_reason


def test_forecast_when_made_twice_then_is_the_same_to_the_last_digit() -> None:
    assert _forecast(make_ada()).to_json() == _forecast(make_ada()).to_json()


@pytest.mark.parametrize("instrument", ["gad7", "nonsense"])
def test_scores_when_instrument_has_no_link_then_names_those_that_have(instrument: str) -> None:
    with pytest.raises(NotFound, match=r"no forecast on .*; there is one on .*phq9"):
        _forecast(make_ada()).scores(instrument)


@pytest.mark.parametrize("baseline", [0, 28])
def test_p_response_when_baseline_cannot_be_then_is_refused(baseline: int) -> None:
    with pytest.raises(InvalidInput, match="expected a total above 0 and at most 27"):
        _forecast(make_ada()).p_response("phq9", baseline)


@pytest.mark.parametrize("horizon", [-1, 367])
def test_forecast_when_horizon_is_out_of_range_then_is_refused(horizon: int) -> None:
    with pytest.raises(InvalidInput, match="expected a whole number of days from 0 to 366"):
        forecast(_posterior(make_ada()), horizon_days=horizon)


@pytest.mark.parametrize(("day", "what"), [(19.0, "before the day"), (105.0, "beyond the horizon")])
def test_forecast_when_a_planned_event_is_outside_then_names_it(day: float, what: str) -> None:
    planned = (InfusionEvent(25.0, 1.0), InfusionEvent(day, 1.0))
    with pytest.raises(InvalidInput, match=f"planned\\[1\\].day: {what}"):
        forecast(_posterior(make_ada()), planned=planned)
