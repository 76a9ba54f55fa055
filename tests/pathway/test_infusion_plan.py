"""The days of a course by its plan, through weekends and clock changes, and whether it goes on."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InvalidInput
from holdfast.pathway.infusion_plan import (
    Decided,
    Plan,
    Proposal,
    Standing,
    Stands,
    at_clock,
    open_days,
    standing,
    too_soon,
)
from holdfast.protocols.infusion import Block, Schedule
from holdfast.protocols.loader import infusions

MONDAY = date(2026, 3, 2)
MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


def plan(slug: str, *, treatment: str = "ketamine_iv", follows: bool = False) -> Plan:
    schedule = infusions(treatment).schedule(slug)
    assert schedule is not None
    return Plan(schedule, follows=follows)


def offsets(days: tuple[date, ...]) -> list[int]:
    return [(day - MONDAY).days for day in days]


@pytest.mark.parametrize(
    ("treatment", "slug", "expected"),
    [
        ("ketamine_iv", "twice_weekly", [0, 3, 7, 10, 14, 17]),
        ("ketamine_iv", "three_weekly", [0, 2, 4, 7, 9, 11]),
        ("esketamine_nasal", "label", [0, 3, 7, 10, 14, 17, 21, 24]),
        ("ketamine_iv", "two_weekly", [0, 14, 28, 42, 56, 70, 84, 98]),
    ],
)
def test_days_when_a_plan_begins_are_spaced_as_its_blocks_say(
    treatment: str, slug: str, expected: list[int]
) -> None:
    assert offsets(plan(slug, treatment=treatment).days(MONDAY, most=8)) == expected


@pytest.mark.parametrize(
    ("done", "expected"),
    [(0, 7), (3, 7), (4, 14), (7, 14), (8, 28), (10, 28), (11, None)],
)
def test_next_day_of_maintenance_when_so_many_were_given_comes_after_the_last(
    done: int, expected: int | None
) -> None:
    found = plan("tapering", follows=True).next_day(MONDAY, done=done)
    assert (found and (found - MONDAY).days) == expected


def test_next_day_of_a_first_course_when_two_were_given_goes_on_in_its_rhythm() -> None:
    assert plan("twice_weekly").next_day(MONDAY, done=2) == MONDAY + timedelta(days=4)


def test_days_when_some_were_given_go_on_from_there_and_stop_at_the_end() -> None:
    assert offsets(plan("twice_weekly").days(MONDAY, number=4, most=9)) == [0, 4, 7]


def test_days_when_blocks_follow_one_another_keep_the_spacing_of_the_one_before_between_them() -> None:
    blocks = (Block(count=2, days_apart=(3, 4)), Block(count=2, days_apart=(7,)))
    begun = Plan(Schedule(slug="s", name="S", blocks=blocks, source="made up", standing="convention"))
    assert offsets(begun.days(MONDAY, most=9)) == [0, 3, 7, 14]


def test_total_when_a_pattern_has_no_end_is_not_known() -> None:
    assert (plan("two_weekly").total, plan("tapering").total, plan("twice_weekly").total) == (None, 11, 6)


def test_open_days_when_one_is_a_weekend_is_moved_to_the_nearest_weekday_and_says_so() -> None:
    saturday, sunday = date(2026, 3, 7), date(2026, 3, 8)
    assert open_days([MONDAY, saturday]) == (
        Proposal(MONDAY, MONDAY),
        Proposal(planned=saturday, day=date(2026, 3, 6)),
    )
    assert [one.day for one in open_days([MONDAY, sunday])] == [MONDAY, date(2026, 3, 9)]
    assert [one.moved for one in open_days([MONDAY, saturday])] == [False, True]


def test_open_days_when_the_nearest_is_the_day_after_another_infusion_takes_the_next() -> None:
    thursday, saturday = date(2026, 3, 5), date(2026, 3, 7)
    assert [one.day for one in open_days([thursday, saturday])] == [thursday, date(2026, 3, 9)]


def test_open_days_when_the_plan_itself_is_daily_keeps_it() -> None:
    days = [MONDAY + timedelta(days=number) for number in range(3)]
    assert [one.day for one in open_days(days)] == days


def test_open_days_when_weekends_are_open_leaves_them() -> None:
    assert not open_days([date(2026, 3, 7)], weekends=True)[0].moved


def test_open_days_when_closed_goes_further_and_keeps_the_order() -> None:
    friday = date(2026, 4, 3)
    found = open_days([friday, date(2026, 4, 5)], closed={friday, date(2026, 4, 6)})
    assert [one.day for one in found] == [date(2026, 4, 2), date(2026, 4, 7)]


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("Europe/London", date(2026, 3, 27), date(2026, 3, 30)),
        ("Europe/London", date(2026, 10, 26), date(2026, 10, 23)),
        ("America/New_York", date(2026, 3, 6), date(2026, 3, 9)),
        ("America/New_York", date(2026, 11, 2), date(2026, 10, 30)),
    ],
)
def test_at_clock_when_clocks_change_between_two_days_shows_the_same_time(
    zone: str, winter: date, summer: date
) -> None:
    moments = [at_clock(day, time(9), zone=zone) for day in (winter, summer)]
    assert [one.astimezone(ZoneInfo(zone)).time() for one in moments] == [time(9), time(9)]
    assert moments[0].hour - moments[1].hour == 1


@pytest.mark.parametrize(
    ("zone", "day", "clock"),
    [
        ("Europe/London", date(2026, 3, 29), time(1, 30)),
        ("America/New_York", date(2026, 3, 8), time(2, 30)),
    ],
)
def test_at_clock_when_clocks_skip_the_hour_is_refused(zone: str, day: date, clock: time) -> None:
    with pytest.raises(InvalidInput, match="does not exist"):
        at_clock(day, clock, zone=zone)


@pytest.mark.parametrize(
    ("zone", "day", "utc_hour"),
    [("Europe/London", date(2026, 10, 25), 0), ("America/New_York", date(2026, 11, 1), 5)],
)
def test_at_clock_when_the_hour_comes_twice_means_the_first(zone: str, day: date, utc_hour: int) -> None:
    found = at_clock(day, time(1, 30), zone=zone)
    assert (found.hour, found.minute) == (utc_hour, 30)


@given(
    first=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    zone=st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata"]),
)
def test_plan_when_laid_on_any_calendar_keeps_its_clock_and_its_order(first: date, zone: str) -> None:
    days = [one.day for one in open_days(plan("three_weekly").days(first, most=6))]
    moments = [at_clock(day, time(9, 15), zone=zone) for day in days]
    assert moments == sorted(set(moments))
    assert {one.astimezone(ZoneInfo(zone)).time() for one in moments} == {time(9, 15)}
    assert {day.weekday() for day in days} <= {0, 1, 2, 3, 4}


def decided(*kinds: str) -> list[Decided]:
    return [
        Decided(MORNING + timedelta(hours=hour), kind.partition(" ")[0], kind.partition(" ")[2])
        for hour, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize(
    ("kinds", "stands"),
    [
        ((), Stands.RUNNING),
        (("stop",), Stands.STOPPED),
        (("stop", "go_on"), Stands.RUNNING),
        (("stop", "booster"), Stands.RUNNING),
        (("stop", "spacing 14"), Stands.RUNNING),
        (("go_on", "stop", "review no_change"), Stands.STOPPED),
        (("hold 2026-03-10",), Stands.HELD),
        (("hold 2026-03-10", "go_on"), Stands.RUNNING),
        (("hold 2026-03-02",), Stands.RUNNING),
    ],
)
def test_standing_when_decided_is_as_the_newest_that_bears_on_it_says(
    kinds: tuple[str, ...], stands: Stands
) -> None:
    assert standing(decided(*kinds), on=MONDAY).stands is stands


def test_standing_when_held_takes_infusions_from_the_day_the_hold_ends() -> None:
    held = standing(decided("hold 2026-03-10"), on=MONDAY)
    assert [held.takes(date(2026, 3, day)) for day in (9, 10, 11)] == [False, True, True]


def test_standing_when_stopped_takes_none() -> None:
    assert not Standing(Stands.STOPPED).takes(date(2030, 1, 1))


@pytest.mark.parametrize(("hours", "expected"), [(-1, False), (0, True), (23.9, True), (24, False)])
def test_therapy_when_within_a_day_after_an_infusion_is_too_soon(hours: float, expected: bool) -> None:
    """H-016."""
    assert too_soon(MORNING + timedelta(hours=hours), [MORNING]) is expected
