"""Tests of answers as hints and gates use them: what meets one, on which days, and that an empty field never does."""

from typing import Any

import pytest

from holdfast.protocols.derive import Entry, Truth
from tests.protocols.deriving import choice, column, entry, found, item, table

FIELDS = [
    item("urge"),
    item("acted", "yes_no"),
    choice("join", "no", "at times", "often"),
    choice("what", "sleep", "urges", many=True),
    table("people", column("who", "text"), column("unsafe", "yes_no"), column("closeness")),
]


def met(tests: list[dict[str, Any]], *entries: Entry, **more: Any) -> Any:
    """Whether the newest entry meets any of the tests."""
    function = more.pop("function", "any_of")
    return found(function, fields=FIELDS, entries=entries, shown=entries[-1], any_of=tests, **more)


def yes(*fields: str) -> Truth:
    """Met, by these fields."""
    return Truth(True, n=1, fields=fields)


NO = Truth(False, n=1)


@pytest.mark.parametrize(
    ("test", "values", "expected"),
    [
        ({"field": "acted", "equals": "yes"}, {"acted": "yes"}, yes("acted")),
        ({"field": "acted", "equals": "yes"}, {"acted": "no"}, NO),
        ({"field": "what", "equals": "urges"}, {"what": ["sleep", "urges"]}, yes("what")),
        ({"field": "what", "equals": "urges"}, {"what": ["sleep"]}, NO),
        ({"field": "join", "differs_from": "no"}, {"join": "at times"}, yes("join")),
        ({"field": "join", "differs_from": "no"}, {"join": "no"}, NO),
        ({"field": "urge", "at_least": 5}, {"urge": 5}, yes("urge")),
        ({"field": "urge", "at_least": 5}, {"urge": 4}, NO),
        ({"field": "urge", "at_most": 3}, {"urge": 3}, yes("urge")),
        ({"field": "urge", "at_most": 3}, {"urge": 0}, yes("urge")),
        ({"field": "urge", "at_most": 3}, {"urge": 4}, NO),
        ({"field": "people", "row": "unsafe", "equals": "yes"},
         {"people": [{"unsafe": "no"}, {"unsafe": "yes"}]}, yes("people.unsafe")),
        ({"field": "people", "row": "unsafe", "equals": "yes"}, {"people": [{"unsafe": "no"}]}, NO),
        ({"field": "people", "row": "closeness", "at_most": 2},
         {"people": [{"closeness": 9}, {"closeness": 1}]}, yes("people.closeness")),
    ],
)  # fmt: skip
def test_any_of_when_one_test_is_asked_then_met_by_that_answer(
    test: dict[str, Any], values: dict[str, Any], expected: Truth
) -> None:
    assert met([test], entry("2026-03-01", **values)) == expected


@pytest.mark.parametrize(
    "test",
    [
        {"field": "acted", "equals": "yes"},
        {"field": "join", "differs_from": "no"},
        {"field": "urge", "at_least": 0},
        {"field": "urge", "at_most": 10},
        {"field": "urge", "risen_by": 0},
        {"field": "people", "row": "unsafe", "differs_from": "no"},
    ],
)
@pytest.mark.parametrize("empty", [{}, {"people": [{"who": "A"}], "urge": None, "acted": "", "join": ""}])
def test_any_of_when_the_field_is_empty_then_there_is_nothing(
    test: dict[str, Any], empty: dict[str, Any]
) -> None:
    assert met([test], entry("2026-03-01", urge=5), entry("2026-03-02", **empty)) is None


def test_any_of_when_several_are_met_then_every_field_once() -> None:
    tests = [
        {"field": "urge", "at_least": 5},
        {"field": "urge", "risen_by": 3},
        {"field": "acted", "equals": "yes"},
    ]
    entries = entry("2026-03-01", urge=1), entry("2026-03-02", urge=7, acted="yes")
    assert met(tests, *entries) == yes("urge", "acted")


@pytest.mark.parametrize(
    ("earlier", "now", "expected"),
    [
        ([("2026-03-01", 1)], 4, yes("urge")),
        ([("2026-03-01", 2)], 4, NO),
        ([("2026-02-10", 1), ("2026-02-20", None)], 4, yes("urge")),
        ([("2026-02-10", 1), ("2026-02-20", 3)], 4, NO),
        ([("2026-03-01", 0), ("2026-03-01", 3)], 4, NO),
        ([("2026-03-02", 0)], 4, NO),
        ([], 4, NO),
    ],
    ids=[
        "by three", "by two", "a blank day does not hide it", "only the newest day counts",
        "the highest of that day", "earlier on the same day is no day before", "nothing before",
    ],
)  # fmt: skip
def test_any_of_when_a_number_rises_then_against_the_newest_day_before(
    earlier: list[tuple[str, int | None]], now: int, expected: Truth
) -> None:
    before = [entry(day, urge=urge) for day, urge in earlier]
    assert met([{"field": "urge", "risen_by": 3}], *before, entry("2026-03-02", urge=now)) == expected


def row_of_days(*answers: tuple[str, str | None], **more: Any) -> Any:
    """Whether the newest answer completes three days in a row of yes."""
    entries = [entry(day, acted=answer) for day, answer in answers]
    return met([{"field": "acted", "equals": "yes"}], *entries, function="days_in_row", in_a_row=3, **more)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([("2026-03-01", "yes"), ("2026-03-02", "yes"), ("2026-03-03", "yes")], yes("acted")),
        ([("2026-03-02", "yes"), ("2026-03-03", "yes")], NO),
        ([("2026-03-01", "yes"), ("2026-03-02", "no"), ("2026-03-03", "yes")], NO),
        ([("2026-02-28", "yes"), ("2026-03-01", "yes"), ("2026-03-03", "yes")], NO),
        ([("2026-03-01", "yes"), ("2026-03-01", "yes"), ("2026-03-02", "yes")], NO),
        ([("2026-03-01", "yes"), ("2026-03-03", "yes"), ("2026-03-02", "yes")], yes("acted")),
        ([("2026-03-01", "yes"), ("2026-03-02", "yes"), ("2026-03-03", "no")], NO),
        ([("2026-03-01", "yes"), ("2026-03-02", "yes"), ("2026-03-03", None)], None),
    ],
    ids=[
        "three days", "two days", "a day of no between", "a day without an entry between", "a day twice",
        "the middle day is filled in last", "no today", "empty today",
    ],
)  # fmt: skip
def test_days_in_row_when_days_follow_on_then_only_unbroken_ones_count(
    answers: list[tuple[str, str | None]], expected: Truth | None
) -> None:
    assert row_of_days(*answers) == expected


@pytest.mark.parametrize(("zone", "expected"), [("Europe/London", yes("acted")), ("America/New_York", NO)])
def test_days_in_row_when_it_is_near_midnight_then_days_are_the_persons_own(
    zone: str, expected: Truth
) -> None:
    # In London the first, second and third of March; in New York the first two are one evening.
    moments = ("2026-03-01T23:00+00:00", "2026-03-02T01:00+00:00", "2026-03-03T12:00+00:00")
    assert row_of_days(*((at, "yes") for at in moments), context={"zone": zone}) == expected


STEPS = [table("steps", column("step", "text"), column("effort")), item("after"), item("before")]
CHANGE = {"slug": "change", "function": "diff", "of": ("after", "before")}


@pytest.mark.parametrize(
    ("of", "least", "values", "expected"),
    [
        ("after", "7", {"after": 7}, Truth(True, n=1, fields=("after",))),
        ("after", "7", {"after": 6}, Truth(False, n=1, fields=("after",))),
        ("after", "0", {}, None),
        ("steps[0].effort", "7", {"steps": [{"effort": 8}]}, Truth(True, n=1, fields=("steps[0].effort",))),
        ("steps[0].effort", "7", {"steps": [{"step": "a"}, {"effort": 8}]}, None),
        ("steps[1].effort", "7", {"steps": [{"effort": 8}]}, None),
        ("steps[0].effort", "7", {}, None),
        ("change", "-5", {"after": 1, "before": 6}, Truth(True, n=1, fields=("change",))),
        ("change", "-5", {"after": 1, "before": 7}, Truth(False, n=1, fields=("change",))),
        ("change", "-5", {"after": 1}, None),
    ],
)
def test_gte_when_the_number_is_known_then_whether_it_is_at_least_that(
    of: str, least: str, values: dict[str, Any], expected: Truth | None
) -> None:
    entries = [entry("2026-03-01", **values)]
    assert found("gte", of, least, fields=STEPS, entries=entries, also=[CHANGE]) == expected
