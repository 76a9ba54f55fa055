"""Stages and relief states as the tables say."""

from typing import Any

import pytest

from holdfast.pathway.stage import Stage, relief_state, stage
from tests.spec.tables import forecast, history, moment, table


@pytest.mark.parametrize("case", table("stages"))
def test_stage_when_facts_are_as_in_the_table_then_it_is_the_one_named(case: dict[str, Any]) -> None:
    assert stage(history(case), at=moment(case["look"])) == case["stage"]


def test_stages_table_when_read_then_every_stage_has_a_case() -> None:
    assert {case.values[0]["stage"] for case in table("stages")} == {stage.value for stage in Stage}


@pytest.mark.parametrize("case", table("relief_states"))
def test_relief_state_when_facts_are_as_in_the_table_then_it_is_the_one_named(case: dict[str, Any]) -> None:
    state = relief_state(history(case), at=moment(case["look"]), forecast=forecast(case))
    assert (state or "unknown") == case["relief"]
