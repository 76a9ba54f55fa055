"""The skills group goes through its curriculum, takes people in and counts their weeks as the tables say."""

import tomllib
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from holdfast.protocols import group
from holdfast.protocols.loader import therapy
from holdfast.protocols.therapy import Curriculum

TABLES = tomllib.loads((Path(__file__).parent / "group_weeks.toml").read_text())
MONDAY = date(2026, 3, 2)


def table(name: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in TABLES[name]]


@pytest.fixture
def curriculum() -> Curriculum:
    found = therapy("dbt").curriculum
    assert found is not None
    return found


def taught(meetings: str) -> list[int]:
    return [int(one) for one in meetings.split(", ") if one not in {"", "cancelled"}]


@pytest.mark.parametrize("case", table("next"))
def test_next_week_when_meetings_went_as_in_the_table_then_it_is_the_one_named(
    curriculum: Curriculum, case: dict[str, Any]
) -> None:
    assert group.next_week(curriculum, taught(case["meetings"])) == case["week"]


@pytest.mark.parametrize("case", table("join"))
def test_next_join_when_looked_for_then_is_the_week_of_the_table(
    curriculum: Curriculum, case: dict[str, Any]
) -> None:
    week = group.next_join(curriculum, case["mode"], upcoming=case["upcoming"])
    before = group.meetings_until(curriculum, week, upcoming=case["upcoming"])
    assert (week, before) == (case["week"], case["meetings_before"])


@pytest.mark.parametrize("case", table("intake"))
def test_intake_when_others_are_new_then_one_more_may_join_as_the_table_says(
    curriculum: Curriculum, case: dict[str, Any]
) -> None:
    weeks = taught(case["meetings"])
    begins = group.begins_at(curriculum, weeks, after=len(weeks), week=case["week"])
    most = group.most_new(
        curriculum, group.intake(curriculum, case["mode"], week=case["week"], begins=begins)
    )
    assert (most is None or case["others"] < most) == case["may_join"]


def test_intake_when_it_is_the_second_week_of_a_module_start_then_holds_the_first_too(
    curriculum: Curriculum,
) -> None:
    assert group.intake(curriculum, "modular", week=10, begins=9) == range(8, 10)


@pytest.mark.parametrize("case", table("member"))
def test_standing_when_visits_are_as_in_the_table_then_weeks_are_met_and_missed(
    curriculum: Curriculum, case: dict[str, Any]
) -> None:
    told = [one.split() for one in case["visits"].split(", ") if one]
    found = group.standing(curriculum, [group.Visit(int(week), how == "there") for week, how in told])
    assert (sorted(found.met), list(found.missed)) == (case["met"], case["missed"])
    assert (found.missed_in_a_row, found.complete) == (case["in_a_row"], case["complete"])


def test_standing_when_read_by_module_then_met_and_lacking_weeks_make_up_the_whole(
    curriculum: Curriculum,
) -> None:
    found = group.standing(curriculum, [group.Visit(1, there=True), group.Visit(11, there=True)])
    weeks = {one.name: (one.met, one.lacks) for one in found.modules}
    assert weeks["Noticing"] == ((1,), (2, 9, 10, 18, 19))
    assert weeks["Feelings"] == ((11,), (12, 13, 14, 15, 16, 17))
    assert weeks["People"] == ((), (20, 21, 22, 23, 24))


@pytest.mark.parametrize("case", table("day"))
def test_meeting_days_when_looked_for_then_are_the_days_of_the_table(case: dict[str, Any]) -> None:
    names = [f"{MONDAY + timedelta(days=n):%A}" for n in range(7)]
    found = group.meeting_days(
        names.index(case["weekday"]), today=case["today"], written=set(case["written"])
    )
    assert list(islice(found, 2)) == case["days"]
