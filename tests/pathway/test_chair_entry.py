"""What an entry at the chair must hold: each thing that is missing or too much, said with what would be right."""

from decimal import Decimal
from typing import Any

import pytest

from holdfast.pathway import chair_entry

RESCUE: dict[str, Any] = {"drug": "labetalol", "dose": "10 mg", "reason": "192 systolic"}


def wrong_with(kind: str, **changes: Any) -> list[str]:
    given: dict[str, Any] = {"rate_ml_per_hour": None, "drug": "", "dose": "", "reason": "", **changes}
    return [problem.where for problem in chair_entry.event_problems(kind, **given)]


@pytest.mark.parametrize(
    ("kind", "changes", "where"),
    [
        ("pause", {}, []),
        ("resume", {}, []),
        ("pause", {"reason": "x" * 301}, ["reason"]),
        ("rate", {"rate_ml_per_hour": Decimal(60), "reason": "dizzy"}, []),
        ("rate", {"rate_ml_per_hour": Decimal(60)}, ["reason"]),
        ("rate", {"reason": "dizzy"}, ["rate"]),
        ("rate", {"rate_ml_per_hour": Decimal(0), "reason": "dizzy"}, ["rate"]),
        ("rate", {"rate_ml_per_hour": Decimal(6000), "reason": "dizzy"}, ["rate"]),
        ("rescue", RESCUE, []),
        ("rescue", {**RESCUE, "dose": "2 L a minute"}, []),
        ("rescue", {**RESCUE, "dose": "28 %"}, []),
        ("rescue", {**RESCUE, "dose": "10"}, ["dose"]),
        ("rescue", {**RESCUE, "dose": "mg"}, ["dose"]),
        ("rescue", {}, ["drug", "reason", "dose"]),
        ("note", {}, ["reason"]),
        ("note", {"reason": "asleep"}, []),
        ("start", {}, ["event"]),
        ("end", {}, ["event"]),
        ("party", {}, ["event"]),
    ],
)
def test_event_when_written_says_what_it_lacks(kind: str, changes: dict[str, Any], where: list[str]) -> None:
    assert wrong_with(kind, **changes) == where


@pytest.mark.parametrize(
    ("stopped", "given", "drawn", "reason", "said"),
    [
        (False, "35", None, "", []),
        (False, "35", "40", "", []),
        (False, "35.1", None, "", ["given: 35.1 mg is more than was ordered (expected 35 mg or less)"]),
        (False, "30", "28", "", ["given: 30 mg is more than was drawn (expected 28 mg or less)"]),
        (False, "0", None, "", ["given: 0 mg is not a dose (expected more than 0 mg)"]),
        (True, "0", None, "vein lost", []),
        (True, "12", None, " ", ["reason: is empty (expected why it was stopped early)"]),
        (True, "-1", None, "vein lost", ["given: -1 mg is not a dose (expected more than 0 mg)"]),
    ],
)
def test_end_when_written_holds_no_more_than_was_ordered_and_drawn(
    stopped: bool, given: str, drawn: str | None, reason: str, said: list[str]
) -> None:
    problems = chair_entry.end_problems(
        stopped=stopped,
        given_mg=Decimal(given),
        ordered_mg=Decimal(35),
        drawn_mg=Decimal(drawn) if drawn else None,
        reason=reason,
    )

    assert [str(problem) for problem in problems] == said
