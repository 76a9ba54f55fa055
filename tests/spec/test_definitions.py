"""Response, remission, recovery, relapse, recurrence and reliable change as the tables say."""

from typing import Any

import pytest

from holdfast.outcomes import definitions
from holdfast.outcomes.definitions import Standing
from tests.spec.tables import history, moment, reading, table


def amounts_to(standing: Standing) -> list[str]:
    """The words of the table for what a course of scores amounts to."""
    remission = standing.remission
    found = {
        "responded": standing.responded_at is not None,
        "in remission": remission is not None,
        "sustained": remission is not None and remission.sustained,
        "recovered": standing.recovered_at is not None,
    }
    words = [word for word, holds in found.items() if holds]
    return [*words, standing.relapse.kind.value] if standing.relapse else words


@pytest.mark.parametrize("case", table("definitions"))
def test_two_scores_when_compared_then_they_mean_what_the_table_says(case: dict[str, Any]) -> None:
    before, now = reading(case["before"]), reading(case["now"])
    fall = definitions.percent_fall(before, now)
    remission = definitions.is_remission(now)
    found = {
        "fall": "unknown" if fall is None else fall,
        "response": definitions.is_response(before, now),
        "partial": definitions.is_partial_response(before, now),
        "remission": "unknown" if remission is None else remission,
        "change": definitions.reliable_change(before, now) or "unknown",
    }
    assert found == {key: case[key] for key in found}


@pytest.mark.parametrize("case", table("courses"))
def test_course_of_scores_when_followed_then_it_amounts_to_what_the_table_says(case: dict[str, Any]) -> None:
    facts = history(case)
    assert facts.baseline is not None
    assert amounts_to(definitions.follow(facts.readings, since=facts.baseline)) == case["amounts_to"]


@pytest.mark.parametrize("case", table("baselines"))
def test_baseline_when_scores_lie_as_in_the_table_then_it_is_the_one_named(case: dict[str, Any]) -> None:
    found = history(case).baseline
    expected = None if case["baseline"] == "none" else moment(case["baseline"])
    assert (found.at if found else None) == expected
