"""What the outcome definitions hold for every course of scores, and what they refuse."""

import inspect
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InvalidInput
from holdfast.outcomes import definitions
from holdfast.outcomes.definitions import Reading

START = datetime(2026, 3, 2, 9, tzinfo=UTC)

scores = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 27)), max_size=30, unique_by=lambda s: s[0])


def phq9(day: float, total: int) -> Reading:
    return Reading(at=START + timedelta(days=day), instrument="phq9", total=total)


def course(given_scores: list[tuple[int, int]]) -> list[Reading]:
    return [phq9(day, total) for day, total in given_scores]


def test_reading_when_its_moment_has_no_zone_then_it_is_refused() -> None:
    with pytest.raises(InvalidInput, match="has no time zone"):
        Reading(at=datetime(2026, 3, 2, 9), instrument="phq9", total=3)  # noqa: DTZ001


def test_readings_when_the_clocks_go_back_between_them_then_the_time_that_passed_counts() -> None:
    london = ZoneInfo("Europe/London")
    before = Reading(at=datetime(2026, 10, 25, 0, 30, tzinfo=london), instrument="phq9", total=3)
    after = Reading(at=datetime(2026, 10, 25, 23, 30, tzinfo=london), instrument="phq9", total=3)
    assert after.at - before.at == timedelta(hours=24)


@pytest.mark.parametrize(
    "compare", [definitions.percent_fall, definitions.is_response, definitions.reliable_change]
)
def test_two_instruments_when_compared_then_it_is_refused(compare: object) -> None:
    madrs = Reading(at=START, instrument="madrs", total=30)
    assert callable(compare)
    with pytest.raises(InvalidInput, match="madrs against phq9"):
        compare(madrs, phq9(1, 10))


@pytest.mark.parametrize("measure", ["core10", "wai_sr", "bads_sf", "aaq2", "ders16", "vq"])
def test_outcomes_when_the_scale_has_no_cutoffs_then_they_are_unknown_and_nothing_follows(
    measure: str,
) -> None:
    before, now = (Reading(at=START + timedelta(days=day), instrument=measure, total=total)
                   for day, total in ((0, 28), (9, 14)))  # fmt: skip
    outcomes = [definitions.is_response(before, now), definitions.is_partial_response(before, now)]
    assert [*outcomes, definitions.is_remission(now), definitions.is_at_relapse_level(now)] == [None] * 4
    assert definitions.follow([before, now], since=before) == definitions.Standing()


def test_treatment_resistance_when_one_trial_failed_then_no_when_two_then_yes() -> None:
    found = [definitions.is_treatment_resistant(failed_adequate_trials=trials) for trials in (1, 2)]
    assert found == [False, True]


def test_public_definitions_when_read_then_each_names_its_source() -> None:
    functions = [
        function
        for name, function in inspect.getmembers(definitions, inspect.isfunction)
        if function.__module__ == definitions.__name__ and not name.startswith("_")
    ]
    assert [f.__name__ for f in functions if "Source:" not in (f.__doc__ or "")] == []


@given(scores)
def test_follow_when_scores_come_in_any_order_then_it_gives_the_same(
    given_scores: list[tuple[int, int]],
) -> None:
    since = phq9(-1, 20)
    forwards = definitions.follow(course(given_scores), since=since)
    assert definitions.follow(reversed(course(given_scores)), since=since) == forwards


@given(scores)
def test_follow_when_a_relapse_stands_then_remission_does_not(given_scores: list[tuple[int, int]]) -> None:
    found = definitions.follow(course(given_scores), since=phq9(-1, 20))
    if found.relapse is not None:
        assert (found.responded_at, found.recovered_at) == (None, None)
        assert found.relapse.confirmed_at - found.relapse.since >= definitions.ASSESSMENTS_APART


@given(scores)
def test_follow_when_recovered_then_remission_was_seen_for_four_months(
    given_scores: list[tuple[int, int]],
) -> None:
    found = definitions.follow(course(given_scores), since=phq9(-1, 20))
    if found.recovered_at is not None:
        well = [r.at for r in course(given_scores) if r.total <= 4 and r.at <= found.recovered_at]
        assert found.recovered_at - min(well) >= definitions.RECOVERED_AFTER


@given(scores)
def test_relapsed_at_when_a_relapse_stands_then_it_is_when_that_was_established(
    given_scores: list[tuple[int, int]],
) -> None:
    since, readings = phq9(-1, 20), course(given_scores)
    relapse = definitions.follow(readings, since=since).relapse
    expected = None if relapse is None else relapse.confirmed_at
    assert definitions.relapsed_at(readings, since=since) == expected
