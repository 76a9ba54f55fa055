"""Virtual people in scenarios: moments of the model, rules of infusion and therapy, the same people from one seed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from holdfast.errors import DataFileError, InvalidInput
from holdfast.forecast import parameters, scenario, virtual
from holdfast.forecast.filtering import filter_cohort
from holdfast.forecast.model import InactiveEvent, InfusionEvent, Record, SessionEvent
from holdfast.forecast.scenario import Scenario
from holdfast.forecast.simulate import MISSING, People, everyone, run
from tests.forecast.brute_force import joint

PARAMETERS = parameters.load()
WEEKS = tuple(range(0, 85, 7))


def make_scenario(**changes: Any) -> Scenario:
    plain = {
        "name": "plain",
        "about": "Asked by week.",
        "days": 84,
        "visits": [{"instrument": "madrs", "days": WEEKS}],
    }
    return Scenario.model_validate(plain | changes)


def _people(plan: Scenario, *, people: int = 4000, seed: int = 5) -> People:
    return everyone(plan, PARAMETERS, people=people, seed=seed)


def test_run_when_an_instrument_is_not_linked_to_severity_then_is_refused_naming_it() -> None:
    visits = [{"instrument": "madrs", "days": WEEKS}, {"instrument": "gad7", "days": (0,)}]
    with pytest.raises(InvalidInput, match="visits: gad7 is not linked to severity"):
        _people(make_scenario(visits=visits))


def test_people_when_many_live_through_treatment_then_moments_are_the_models() -> None:
    plan = make_scenario(
        infusions={"days": (1, 8), "inactive_from": 5},
        therapy={"therapy": "cbt", "start_days": 3, "sessions": 4, "by_severity": False},
    )
    always = replace(
        PARAMETERS,
        conduct=PARAMETERS.conduct._replace(attend=50.0),
        leave={**PARAMETERS.leave, "cbt": -50.0},
    )
    found = everyone(plan, always, people=60_000, seed=1)
    assert (found.attended == 4).all()
    treatments = (
        InfusionEvent(1, 1.0),
        InactiveEvent(8),
        *(SessionEvent(day, "cbt") for day in (3, 10, 17, 24)),
    )
    truth = joint(Record(scores=(), as_of_day=0.0), PARAMETERS, np.array(WEEKS, float), treatments)
    np.testing.assert_allclose(found.severity.mean(axis=0), truth.mean, atol=0.2)
    scale = np.sqrt(np.outer(np.diag(truth.covariance), np.diag(truth.covariance)))
    np.testing.assert_allclose(np.cov(found.severity.T) / scale, truth.covariance / scale, atol=0.02)


def test_normal_numbers_when_many_are_drawn_then_are_normal() -> None:
    drawn = np.array(
        _people(make_scenario(days=1, visits=[{"instrument": "madrs", "days": (0,)}]), people=60_000).severity
    )
    q = PARAMETERS.population
    z = (drawn.ravel() - q.mu_B - q.d_0) / np.hypot(q.sigma_B, q.sigma_D0)
    assert stats.kstest(z, "norm").pvalue > 0.001


def test_people_when_the_seed_is_the_same_then_are_the_same_in_pieces_of_any_size() -> None:
    plan = make_scenario(infusions={"days": (0, 3)})
    whole = _people(plan, people=700)
    pieces = People.joined(list(run(plan, PARAMETERS, people=700, seed=5, piece=99)))
    np.testing.assert_array_equal(pieces.score, whole.score)
    np.testing.assert_array_equal(pieces.severity, whole.severity)
    assert (_people(plan, people=700, seed=6).severity != whole.severity).all()


def test_people_when_threads_share_them_then_are_as_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_scenario()
    alone = _people(plan, people=9000)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    np.testing.assert_array_equal(_people(plan, people=9000).score, alone.score)


def test_entry_when_a_limit_is_set_then_nobody_outside_it_is_taken_in() -> None:
    found = _people(make_scenario(entry={"instrument": "madrs", "at_least": 34, "at_most": 40}))
    first = found.on("madrs", 0)
    assert (first.min(), first.max()) == (34, 40)
    assert found.drawn.max() > 1


def test_entry_when_hardly_anyone_meets_it_then_says_so() -> None:
    with pytest.raises(InvalidInput, match="hardly anyone has a madrs of 60 to 60 on day 0"):
        _people(make_scenario(entry={"instrument": "madrs", "at_least": 60}), people=50)


def test_infusions_when_there_is_no_improvement_then_stop() -> None:
    plan = make_scenario(
        visits=[{"instrument": "madrs", "days": tuple(range(20))}],
        infusions={"days": (0, 3, 7, 10, 14, 17), "stop_after": 4, "stop_below_percent": 25},
    )
    found = _people(plan)
    given = (found.infused_on >= 0).sum(axis=1)
    assert set(np.unique(given)) == {4, 6}
    until = found.score[:, :15]
    best = (until[:, [0]] - until.min(axis=1, keepdims=True)) / until[:, [0]]
    np.testing.assert_array_equal(given == 4, best.ravel() < 0.25)


def test_maintenance_when_it_is_for_responders_then_waits_for_a_response() -> None:
    plan = make_scenario(infusions={"days": (0, 3), "maintenance": (7, 7), "maintenance_for": "responders"})
    found = _people(plan)
    third = found.infused_on[:, 2]
    has = third != MISSING
    assert 0.2 < has.mean() < 0.95
    visit = np.searchsorted(WEEKS, third[has], side="right") - 1
    fallen = found.score[has, visit] * 2 <= found.score[has, 0]
    assert fallen.all()
    assert third[has].min() == 10


def test_infusions_when_withdrawn_blindly_then_later_ones_hold_no_drug() -> None:
    plan = make_scenario(infusions={"days": (0, 3, 7, 10), "inactive_from": 7})
    cohort = _people(plan, people=3).cohort()
    one = slice(0, cohort.offsets[1])
    infused = cohort.kind[one] == 1
    assert cohort.day[one][infused].tolist() == [0, 3, 7, 10]
    assert cohort.code[one][infused].tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("therapy", "first"),
    [
        ({"start": "day", "start_days": 9}, {9}),
        ({"start": "after course", "start_days": 2}, {9}),
        ({"start": "after relief", "start_days": 2, "at_latest": 30}, {9, 16, 23, 30}),
    ],
)
def test_therapy_when_it_starts_then_on_the_day_the_rule_says(
    therapy: dict[str, Any], first: set[int]
) -> None:
    always = replace(PARAMETERS, conduct=PARAMETERS.conduct._replace(attend=50.0))
    plan = make_scenario(infusions={"days": (0, 7)}, therapy={"therapy": "ipt", "sessions": 2, **therapy})
    found = everyone(plan, always, people=400, seed=2)
    came = found.attended_on[found.attended > 0, 0]
    assert set(np.unique(came).tolist()) == first


def test_therapy_when_starting_after_relief_then_after_the_first_check_in_that_shows_a_response() -> None:
    always = replace(PARAMETERS, conduct=PARAMETERS.conduct._replace(attend=50.0))
    plan = make_scenario(
        infusions={"days": (0,)},
        therapy={"therapy": "ipt", "sessions": 1, "start": "after relief", "start_days": 2, "at_latest": 60},
    )
    found = everyone(plan, always, people=400, seed=2)
    relieved = 2 * found.score[:, 1:] <= found.score[:, [0]]
    expected = np.where(relieved.any(axis=1), np.array(WEEKS[1:])[relieved.argmax(axis=1)] + 2, 60)
    came = found.attended > 0
    np.testing.assert_array_equal(found.attended_on[came, 0], np.minimum(expected, 60)[came])


def test_attendance_when_it_depends_on_severity_then_the_severe_come_less_and_leave_more() -> None:
    plan = make_scenario(therapy={"therapy": "cbt", "start_days": 3, "sessions": 12})
    found = _people(plan, people=20_000)
    severe = found.severity[:, 0] > np.median(found.severity[:, 0])
    assert found.attended[severe].mean() < found.attended[~severe].mean() - 0.2
    left = found.left_on >= 0
    assert left[severe].mean() > left[~severe].mean() + 0.02
    assert (found.booked[~left] == 12).all()
    assert (found.booked[left] <= 12).all()


def test_feedback_when_given_then_people_end_better_and_fewer_leave() -> None:
    therapy = {"therapy": "cbt", "start_days": 3, "sessions": 10}
    without = _people(make_scenario(therapy=therapy), people=20_000)
    given = _people(make_scenario(therapy={**therapy, "feedback": True}), people=20_000)
    assert given.on("madrs", 84).mean() < without.on("madrs", 84).mean() - 0.5
    assert (given.left_on >= 0).mean() < (without.left_on >= 0).mean()


def test_answers_when_people_skip_some_then_the_share_is_as_asked_and_day_0_is_there() -> None:
    found = _people(make_scenario(visits=[{"instrument": "madrs", "days": WEEKS, "answered": 0.6}]))
    assert (found.score[:, 0] != MISSING).all()
    assert (found.score[:, 1:] != MISSING).mean() == pytest.approx(0.6, abs=0.01)


def test_records_when_made_of_people_then_the_filter_reads_them_and_ends_where_asked() -> None:
    plan = make_scenario(
        infusions={"days": (0, 3)}, therapy={"therapy": "dbt", "start_days": 5, "sessions": 6}
    )
    found = _people(plan, people=50)
    cohort = found.cohort(until=28)
    assert (len(cohort), cohort.day.max(), set(cohort.as_of_day)) == (50, 28.0, {28.0})
    assert np.isfinite(filter_cohort(cohort, PARAMETERS).log_likelihood).all()
    scored = cohort.kind == 0
    np.testing.assert_array_equal(cohort.amount[scored].reshape(50, 5), found.score[:, :5])


def test_scores_when_an_instrument_or_day_was_not_asked_then_names_those_that_were() -> None:
    found = _people(make_scenario(), people=2)
    with pytest.raises(InvalidInput, match="phq9 is not asked \\(expected one of madrs\\)"):
        found.on("phq9", 0)
    with pytest.raises(InvalidInput, match="madrs is not asked on day 3"):
        found.on("madrs", 3)


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"entry": {"instrument": "mood"}}, "entry", "instrument 'mood' is none of aaq2"),
        (
            {"entry": {"instrument": "phq9"}},
            "(whole file)",
            "phq9, which entry asks for, must be asked on day 0",
        ),
        ({"entry": {"at_least": 30, "at_most": 20}}, "entry", "at_least is above at_most"),
        ({"days": 20}, "(whole file)", "a day lies beyond the last day of the scenario"),
        ({"days": 0}, "days", "greater than or equal to 1"),
        ({"visits": [{"instrument": "madrs", "days": (0, 7, 7)}]}, "visits.0", "each day must be later"),
        ({"infusions": {"days": (0,), "dose": 0}}, "infusions.dose", "greater than 0"),
        ({"infusions": {"days": (3, 1)}}, "infusions", "each day must be later"),
        (
            {"therapy": {"therapy": "emdr", "start_days": 1, "sessions": 2}},
            "therapy",
            "'emdr' is none of cbt",
        ),
        (
            {"therapy": {"therapy": "cbt", "start_days": 1, "sessions": 4, "days_apart": (7, 7)}},
            "therapy",
            "days_apart has 2 gaps; 3 lie between sessions",
        ),
        ({"colour": 1}, "colour", "Extra inputs are not permitted"),
    ],
)
def test_scenario_when_it_has_a_fault_then_the_error_names_file_and_key(
    tmp_path: Path, changes: dict[str, Any], key: str, said: str
) -> None:
    import tomli_w

    plain = make_scenario().model_dump(exclude_none=True, exclude_defaults=True)
    file = tmp_path / "mine.toml"
    file.write_text(tomli_w.dumps(plain | changes), encoding="utf-8")
    with pytest.raises(DataFileError) as error:
        scenario.read(file)
    assert str(error.value).startswith(f"mine.toml: {key}: ")
    assert said in str(error.value)


def test_scenario_when_written_and_read_then_is_the_same(tmp_path: Path) -> None:
    import tomli_w

    plan = make_scenario(
        infusions={"days": (0, 3)}, therapy={"therapy": "cbt", "start_days": 1, "sessions": 3}
    )
    file = tmp_path / "mine.toml"
    file.write_text(
        tomli_w.dumps(plan.model_dump(exclude_none=True, exclude_defaults=True)), encoding="utf-8"
    )
    assert scenario.read(file) == plan


def test_ziggurat_when_its_layers_are_added_up_then_all_have_one_area() -> None:
    edge = virtual._EDGE
    heights = np.exp(-0.5 * edge[1:] ** 2)
    areas = edge[1:-1] * np.diff(heights)
    np.testing.assert_allclose(areas, 9.91256303526217e-3, rtol=1e-6)
