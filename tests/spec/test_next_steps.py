"""Rules, the list they make, check-in times and the patient's next thing as the tables say."""

from typing import Any

import pytest

from holdfast.pathway.checkin_times import arrival, next_due
from holdfast.pathway.next_steps import suggest
from holdfast.pathway.patient_next import patient_next
from holdfast.pathway.rules import RULES, Facts
from holdfast.pathway.suggestion import Suggestion
from tests.spec.tables import forecast, history, moment, table

Case = dict[str, Any]


def judged(case: Case) -> Suggestion | None:
    """What the rule of a case says."""
    at = moment(case["look"])
    return RULES[case["rule"]](Facts(history(case).as_of(at), at=at, forecast=forecast(case)))


EVERY_RULE = [
    *table("rules"),
    *table("infusion_rules"),
    *table("therapy_rules"),
    *table("course_rules"),
]


@pytest.mark.parametrize("case", EVERY_RULE)
def test_rule_when_facts_are_as_in_the_table_then_it_says_what_stands_there(case: Case) -> None:
    found = judged(case)
    if "says" not in case:
        assert found is None
        return
    assert found is not None
    assert (found.title, found.urgency.label, found.owner, found.since) == (
        case["says"],
        case["urgency"],
        case["owner"],
        moment(case["since"]),
    )


@pytest.mark.parametrize("case", [case for case in EVERY_RULE if "says" in case.values[0]])
def test_rule_when_it_speaks_then_it_gives_the_reasons_of_the_table(case: Case) -> None:
    found = judged(case)
    assert found is not None
    first, rest = found.reasons[: len(case["because"])], found.reasons[len(case["because"]) :]
    assert [reason.text for reason in first] == case["because"]
    assert [reason for reason in rest if reason.on is not None] == []


def test_rules_tables_when_read_then_every_rule_has_a_case_that_speaks_and_one_that_is_silent() -> None:
    cases = [case.values[0] for case in EVERY_RULE]
    speaks = {case["rule"] for case in cases if "says" in case}
    silent = {case["rule"] for case in cases if "says" not in case}
    assert speaks == silent == set(RULES)


@pytest.mark.parametrize("case", table("next_steps"))
def test_next_steps_when_facts_are_as_in_the_table_then_they_stand_in_its_order(case: Case) -> None:
    shown = suggest(history(case), forecast=forecast(case), at=moment(case["look"]))
    assert [suggestion.kind for suggestion in shown] == case["shown"]


@pytest.mark.parametrize("case", table("check_ins"))
def test_check_in_when_facts_are_as_in_the_table_then_it_is_due_as_it_says(case: Case) -> None:
    zone = case.get("zone", "UTC")
    due = next_due(history(case), at=moment(case["look"], zone=zone))
    if case["why"] == "none":
        assert due is None
        return
    assert due is not None
    assert (due.why, due.at, due.closes_at) == (
        case["why"],
        moment(case["due"], zone=zone),
        moment(case["on_time_until"], zone=zone),
    )


@pytest.mark.parametrize("case", table("arrivals"))
def test_check_in_when_it_comes_as_in_the_table_then_it_is_called_what_it_says(case: Case) -> None:
    came = arrival(history(case), happened_at=moment(case["happened"]), recorded_at=moment(case["recorded"]))
    assert came == case["came"]


@pytest.mark.parametrize("case", table("patient_next"))
def test_patient_next_when_facts_are_as_in_the_table_then_it_is_the_one_thing(case: Case) -> None:
    found = patient_next(history(case), at=moment(case["look"]))
    due_at = moment(case["due"]) if "due" in case else None
    assert (found.thing, found.title, found.due_at, found.due_now) == (
        case["thing"],
        case["title"],
        due_at,
        case["now"],
    )
