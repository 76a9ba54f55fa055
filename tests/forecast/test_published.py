"""Published results: facts with sources, each statistic by hand on a few people, and the report as a whole."""

from dataclasses import replace

import numpy as np
import pytest

from holdfast.forecast import parameters
from holdfast.forecast.published import statistics
from holdfast.forecast.published.matching import BELIEFS
from holdfast.forecast.published.reproduce import published, reproduce
from holdfast.forecast.published.statistics import STATISTICS, reached
from holdfast.forecast.scenario import Scenario
from holdfast.forecast.simulate import People, everyone

BY_CONTEXT = {
    "drug free": parameters.load("drug_free_2"),
    "routine care": parameters.load("routine_care_2"),
}


def make_people(*courses: tuple[int, ...], instrument: str = "madrs", left: tuple[int, ...] = ()) -> People:
    """People with these scores, asked every seven days from day 0."""
    days = tuple(range(0, 7 * len(courses[0]), 7))
    plan = Scenario.model_validate(
        {
            "name": "by hand",
            "about": "Scores written down.",
            "days": max(days),
            "entry": {"instrument": instrument},
            "visits": [{"instrument": instrument, "days": days}],
        }
    )
    scores, many = np.array(courses, np.int16), len(courses)
    return People(
        scenario=plan,
        severity=scores.astype(float),
        score=scores,
        infused_on=np.empty((many, 0), np.int16),
        attended_on=np.empty((many, 0), np.int16),
        booked=np.zeros(many, np.int64),
        left_on=np.array(left or (-1,) * many, np.int64),
        drawn=np.ones(many, np.int64),
    )


def test_targets_when_listed_then_are_the_published_ones_with_sources() -> None:
    targets = published().targets
    assert sum(target.role == "match" for target in targets) == 24
    assert len({target.id for target in targets}) == len(targets)
    assert all(len(target.source) > 8 for target in targets)
    assert {target.statistic for target in targets} - {"systolic_rise"} == set(STATISTICS)
    used = {arm for target in targets for arm in target.arms}
    assert used == set(published().scenarios)


def test_change_and_response_when_computed_then_are_as_by_hand() -> None:
    arm = make_people((30, 15), (20, 11), (40, 10), (10, 10))
    assert statistics.mean_change(arm, instrument="madrs", day=7) == pytest.approx(-13.5)
    assert statistics.sd_of_change(arm, instrument="madrs", day=7) == pytest.approx(np.std([-15, -9, -30, 0]))
    assert statistics.share_response(arm, instrument="madrs", day=7) == 0.5
    assert statistics.mean_at(arm, instrument="madrs", day=7) == 11.5
    assert statistics.sd_at(arm, instrument="madrs", day=0) == pytest.approx(np.std([30, 20, 40, 10]))


def test_kept_response_when_one_of_three_loses_it_then_is_two_thirds() -> None:
    arm = make_people((30, 10, 12, 14), (30, 15, 16, 9), (30, 12, 12, 15), (30, 25, 2, 2))
    kept = statistics.kept_response(arm, instrument="madrs", responders_on=7, days=(14, 21))
    assert kept == pytest.approx(2 / 3)


def test_relapse_when_asked_for_two_in_a_row_then_one_alone_is_none() -> None:
    arm = make_people((30, 5, 25, 5), (30, 5, 25, 25), (30, 29, 29, 29))
    asked = {"instrument": "madrs", "responders_on": 7, "days": (14, 21), "level": 22}
    assert statistics.share_relapsed(arm, **asked, in_a_row=2) == 0.5
    assert statistics.share_relapsed(arm, **asked, in_a_row=1) == 1.0


def test_reached_when_it_never_is_then_is_minus_one() -> None:
    scores = np.array([[1, 9, 9, 1], [9, 1, 9, 1], [1, 1, 1, 9]], np.int16)
    assert reached(scores, 5, 2).tolist() == [1, -1, -1]
    assert reached(scores, 5, 1).tolist() == [1, 0, 3]


def test_median_when_half_relapse_between_visits_then_lies_on_the_line() -> None:
    arm = make_people(
        (30, 5, 20, 20, 20), (30, 5, 5, 20, 20), (30, 5, 5, 5, 20), (30, 5, 5, 5, 5), (30, 30, 1, 1, 1)
    )
    median = statistics.median_days_to_relapse(arm, instrument="madrs", responders_on=7, since=7)
    assert median == pytest.approx(14.0)
    nobody = make_people((30, 5, 5, 5), (30, 5, 5, 5))
    assert statistics.median_days_to_relapse(nobody, instrument="madrs", responders_on=7, since=7) == np.inf


def test_response_when_a_score_is_missing_then_is_none() -> None:
    arm = make_people((30, 10), (30, -1), (-1, 10), (30, 16))
    assert statistics.responded(arm, "madrs", 7).tolist() == [True, False, False, False]


def test_comparisons_when_computed_then_are_as_by_hand() -> None:
    treated = make_people((30, 10), (30, 14), (30, 20), (30, 12))
    control = make_people((30, 20), (30, 14), (30, 28), (30, 18))
    pooled = np.sqrt((np.var([10, 14, 20, 12]) + np.var([20, 14, 28, 18])) / 2)
    asked = {"instrument": "madrs", "day": 7}
    assert statistics.effect_size(treated, control, **asked) == pytest.approx((20 - 14) / pooled)
    assert statistics.mean_difference(treated, control, **asked) == -6.0
    assert statistics.odds_ratio_response(treated, control, **asked) == pytest.approx((3 / 1) / (1 / 3))
    left = make_people((30, 10), (30, 14), left=(-1, 7))
    assert statistics.share_left(left) == 0.5


def test_hazard_ratio_when_one_arm_relapses_at_half_the_rate_then_is_about_a_half() -> None:
    rng = np.random.default_rng(0)

    def arm(weekly: float) -> People:
        ill = np.maximum.accumulate(rng.random((4000, 30)) < weekly, axis=1)
        scores = np.where(ill, 30, 5)
        return make_people(*map(tuple, np.column_stack([np.full((4000, 2), 5), scores]).tolist()))

    asked = {"instrument": "madrs", "remitted_on": (0, 7), "remission": 12, "level": 22, "since": 7}
    assert statistics.hazard_ratio(arm(0.02), arm(0.04), **asked) == pytest.approx(0.5, abs=0.05)


def test_simulation_when_compared_with_what_was_published_then_meets_at_least_four_fifths() -> None:
    outcomes = [one for one in reproduce(BY_CONTEXT, people=8000) if one.target.role == "match"]
    outside = {one.target.id for one in outcomes if not one.inside}
    assert len(outcomes) == 24
    assert len(outside) <= 4, outside
    assert "T09" in outside  # explained in docs/calibration.md: it and T10 contradict each other
    assert max(abs(one.z) for one in outcomes) < 4


def test_sites_when_two_spreads_apart_then_response_covers_what_sites_have_published() -> None:
    """26 to 72 %, in `evidence`: McIntyre 2020 and Oliver 2022 among the lowest and the highest."""
    routine = BY_CONTEXT["routine care"]
    q, shares = routine.population, []
    for spreads in (-2, 2):
        at_site = replace(
            routine, population=q._replace(mu_s=q.mu_s + spreads * q.sigma_site, sigma_site=1e-6)
        )
        arm = everyone(published().scenarios["course"], at_site, people=6000, seed=3)
        shares.append(statistics.share_response_between(arm, instrument="phq9", first=31, last=48))
    assert shares[0] == pytest.approx(0.26, abs=0.04)
    assert shares[1] > 0.70


def test_relapse_when_the_second_year_well_comes_then_is_rarer_than_in_the_first() -> None:
    """De Zwart 2018, doi:10.1017/S2045796018000227: the risk falls with time well. Half-years after a remission."""
    plan = published().scenarios["no_prevention"]
    arm = everyone(plan, BY_CONTEXT["routine care"], people=60_000, seed=3)
    visits = [day for day in arm.scores("hamd17")[0] if day > 180]
    scores = np.stack([arm.on("hamd17", day) for day in visits], axis=1).astype(np.int16)
    first = reached(scores[arm.on("hamd17", 180) <= 7], 16, 2)
    hazard = [
        ((first >= start) & (first < start + 6)).sum() / ((first < 0) | (first >= start)).sum()
        for start in (6, 18)
    ]
    assert hazard[1] < 0.95 * hazard[0]


def test_beliefs_when_listed_then_every_one_lies_where_its_number_may() -> None:
    for name, belief in BELIEFS.items():
        assert belief.number(belief.start) == pytest.approx(belief.value), name
        assert belief.sd > 0
