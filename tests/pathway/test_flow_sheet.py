"""The flow sheet as pure rules: rows due, values out of range, what a row lacks, how pressure moved."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from holdfast.pathway import flow_sheet
from holdfast.pathway.flow_sheet import BEFORE_DRUG, State, Vitals
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.loader import infusions

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LIMITS = SiteLimits("ketamine_iv")
SPRAY = SiteLimits("esketamine_nasal")
CALM = {"systolic": 118, "diastolic": 76, "heart_rate": 72, "oxygen": 98}
GIVEN, NOW, LATE, MISSED, AHEAD = State.GIVEN, State.NOW, State.LATE, State.MISSED, State.AHEAD


def later(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def states(
    minute: float, *given: int, home: float | None = None, limits: SiteLimits = LIMITS
) -> dict[int, State]:
    rows = flow_sheet.due_rows(
        limits, started_at=START, home_at=None if home is None else later(home), given=given, at=later(minute)
    )
    return {row.minute: row.state for row in rows}


def test_rows_when_the_drug_has_not_started_ask_for_one_before_it() -> None:
    rows = flow_sheet.due_rows(LIMITS, started_at=None, home_at=None, given=(), at=START)

    assert {row.minute: row.state for row in rows} == {
        -1: NOW, 0: AHEAD, 10: AHEAD, 20: AHEAD, 30: AHEAD, 40: AHEAD
    }  # fmt: skip


@pytest.mark.parametrize(
    ("minute", "given", "expected"),
    [
        (0, (-1,), {-1: GIVEN, 0: NOW, 10: AHEAD}),
        (5, (-1,), {0: NOW, 10: AHEAD}),
        (5.1, (-1,), {0: LATE, 10: AHEAD}),
        (10, (-1,), {0: MISSED, 10: NOW, 20: AHEAD}),
        (10, (-1, 0), {0: GIVEN, 10: NOW}),
        (9.9, (0,), {-1: MISSED, 0: GIVEN, 10: AHEAD}),
        (30, (0, 10, 20), {20: GIVEN, 30: NOW, 40: AHEAD}),
        (41, (0, 10, 20, 30, 40), {40: GIVEN, 55: AHEAD}),
        (56, (0, 10, 20, 30, 40), {40: GIVEN, 55: NOW, 70: AHEAD}),
        (70, (0, 10, 20, 30, 40), {55: MISSED, 70: NOW, 85: AHEAD}),
    ],
)
def test_rows_when_time_passes_are_due_then_late_then_missed(
    minute: float, given: tuple[int, ...], expected: Mapping[int, State]
) -> None:
    found = states(minute, *given)

    assert {minute: found[minute] for minute in expected} == expected


def test_rows_when_the_person_has_gone_home_end_there_and_what_was_not_given_is_missed() -> None:
    assert states(300, -1, 0, 10, 20, 30, 40, home=80) == {
        -1: GIVEN, 0: GIVEN, 10: GIVEN, 20: GIVEN, 30: GIVEN, 40: GIVEN, 55: MISSED, 70: MISSED
    }  # fmt: skip


def test_rows_when_the_treatment_is_another_follow_its_own_minutes() -> None:
    assert [minute for minute in states(0, limits=SPRAY) if minute >= 0] == list(
        infusions("esketamine_nasal").rows_due
    )


@pytest.mark.parametrize(
    ("minute", "given", "next_minute"),
    [(5, (-1, 0), 10), (10, (-1, 0), 10), (16, (-1, 0), 10), (20, (-1, 0), 20), (3, (-1,), 0)],
)
def test_next_row_when_one_waits_is_that_one_else_the_next_ahead(
    minute: float, given: tuple[int, ...], next_minute: int
) -> None:
    rows = flow_sheet.due_rows(LIMITS, started_at=START, home_at=None, given=given, at=later(minute))
    found = flow_sheet.next_due(rows)

    assert found is not None
    assert found.minute == next_minute


@pytest.mark.parametrize(
    ("minute", "given", "stands_for"),
    [
        (-8, (), BEFORE_DRUG),
        (-8, (BEFORE_DRUG,), None),
        (0.5, (), 0),
        (4.9, (0,), None),
        (5, (0,), 10),  # as early as it would be late, and half way at most
        (11, (0,), 10),
        (11, (0, 10), None),
        (14.9, (0,), 10),
        (16, (0,), 20),
        (49.9, (40,), None),
        (50, (40,), 55),
        (57, (40,), 55),
    ],
)
def test_row_when_measured_stands_for_the_due_row_it_is_near(
    minute: float, given: tuple[int, ...], stands_for: int | None
) -> None:
    found = flow_sheet.minute_for(LIMITS, started_at=START, happened_at=later(minute), given=given)

    assert found == stands_for


@pytest.mark.parametrize(
    ("slug", "value", "words"),
    [
        ("systolic", 179, None),
        ("systolic", 180, "Systolic pressure 180 mmHg, limit 180"),
        ("systolic", 192, "Systolic pressure 192 mmHg, limit 180"),
        ("diastolic", 110, "Diastolic pressure 110 mmHg, limit 110"),
        ("heart_rate", 50, None),
        ("heart_rate", 49, "Pulse 49 beats a minute, limit 50"),
        ("heart_rate", 120, "Pulse 120 beats a minute, limit 120"),
        ("oxygen", 92, None),
        ("oxygen", 91, "Oxygen saturation 91 %, limit 92"),
        ("breaths", 9, "Breaths 9 a minute, limit 10"),
        ("sedation", 4, None),
        ("sedation", 3, "Sedation, MOAA/S 3, limit 4"),
        ("dissociation", 10, None),
    ],
)
def test_value_when_at_or_over_or_under_its_limit_is_said_with_the_limit(
    slug: str, value: int, words: str | None
) -> None:
    found = flow_sheet.out_of_range({slug: value}, LIMITS)

    assert [one.words for one in found] == ([words] if words else [])


def test_limit_when_the_site_has_set_its_own_is_the_one_that_counts() -> None:
    own = LIMITS.threshold("alert_systolic").model_copy(update={"value": 170})

    found = flow_sheet.out_of_range({"systolic": 172}, SiteLimits("ketamine_iv", {"alert_systolic": own}))

    assert [one.words for one in found] == ["Systolic pressure 172 mmHg, limit 170"]


def test_row_when_required_values_are_missing_says_which() -> None:
    lacking = flow_sheet.lacking({"systolic": 118, "oxygen": None}, LIMITS.protocol)

    assert [one.slug for one in lacking] == ["diastolic", "heart_rate", "oxygen"]


@pytest.mark.parametrize(
    ("values", "where"),
    [
        (CALM, []),
        ({"oxygen": 101}, ["oxygen"]),
        ({"systolic": 1180}, ["systolic"]),
        ({"systolic": 76, "diastolic": 118}, ["diastolic"]),
        ({"systolic": 80, "diastolic": 80}, ["diastolic"]),
        ({"mood": 3}, ["mood"]),
        ({}, ["values"]),
        ({"systolic": None}, ["values"]),
        ({"oxygen": 0, "heart_rate": 999}, ["heart_rate", "oxygen"]),
    ],
)
def test_row_when_it_cannot_be_so_names_every_value(values: dict[str, int | None], where: list[str]) -> None:
    assert [one.where for one in flow_sheet.impossible(values, LIMITS.protocol)] == where


def test_baseline_when_rows_came_before_the_drug_is_the_last_of_them() -> None:
    rows = [
        Vitals(later(-9), {"systolic": 130}),
        Vitals(later(-2), CALM),
        Vitals(later(10), {"systolic": 150}),
    ]

    assert flow_sheet.baseline(rows, started_at=START) == rows[1]


def test_baseline_when_nothing_was_measured_before_the_drug_is_the_first_row() -> None:
    rows = [Vitals(later(3), {"oxygen": 98}), Vitals(later(10), CALM)]

    assert flow_sheet.baseline(rows, started_at=START) == rows[1]
    assert flow_sheet.baseline([], started_at=START) is None


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({"systolic": 134, "diastolic": 87}, "+16/+11"),
        ({"systolic": 110, "diastolic": 76}, "−8/0"),
        ({"systolic": 134}, ""),
    ],
)
def test_pressure_when_it_moved_is_said_against_the_start(now: dict[str, int | None], words: str) -> None:
    assert flow_sheet.pressure_change(now, CALM) == words
