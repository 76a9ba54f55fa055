"""What a booker is told about a time, and the days on which a session fits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings

from holdfast.pathway.booking import NEVER_AFTER_INFUSION, Slot, advice, due, good_days, pace_days
from holdfast.pathway.history import CourseFact, History, SessionFact
from tests.pathway.histories import START, histories, infusion, moments, phq9

DAYS = timedelta(days=1)


def course(*held: float, therapy: str = "cbt") -> CourseFact:
    """A course with sessions 1, 2, … held so many days after care began."""
    sessions = tuple(
        SessionFact(at=START + timedelta(days=day), number=number, attendance="attended")
        for number, day in enumerate(held, start=1)
    )
    return CourseFact(key="1", therapy=therapy, started_at=START, sessions=sessions)


def slot(history: History, *, at: datetime, relief_until: datetime | None = None) -> Slot:
    assert history.course is not None
    upcoming = history.course.progress(at=at).next
    assert upcoming is not None
    return Slot(history, upcoming, relief_until=relief_until)


def relieved(*held: float) -> History:
    """Three infusions, relief since, and sessions held."""
    return History(
        started_at=START,
        instrument="phq9",
        readings=(phq9(0, 20), phq9(9, 4)),
        infusions=(infusion(1), infusion(4), infusion(8)),
        courses=(course(*held),),
    )


@pytest.mark.parametrize(("latest", "days"), [(4, 3.5), (13, 3.5), (19, 7.0)])
def test_pace_when_relief_is_here_or_partial_then_it_is_twice_a_week_and_without_it_once(
    latest: int, days: float
) -> None:
    history = replace(relieved(10), readings=(phq9(0, 20), phq9(9, latest)))
    at = START + 11 * DAYS
    assert pace_days(history, slot(history, at=at).upcoming, forecast=None, at=at) == days


def test_due_when_only_the_preparation_was_held_then_it_counts_from_there() -> None:
    prepared = CourseFact(
        key="1", therapy="cbt", started_at=START, sessions=(SessionFact(START + DAYS, 0, "attended"),)
    )
    history = replace(relieved(), courses=(prepared,), readings=(phq9(0, 20),))
    at = START + 2 * DAYS
    assert due(history, slot(history, at=at).upcoming, forecast=None, at=at) == START + 8 * DAYS


@pytest.mark.parametrize(("hours", "refused"), [(0, True), (23.99, True), (24, False)])
def test_advice_when_within_a_day_of_an_infusion_then_it_is_refused_and_says_from_when(
    hours: float, refused: bool
) -> None:
    history = relieved(10)
    found = advice(
        slot(history, at=START + 8 * DAYS),
        START + 8 * DAYS + timedelta(hours=hours),
        at=START + 8 * DAYS,
    )
    assert [(one.on, one.against) for one in found if one.refused] == (
        [(date(2026, 3, 11), True)] if refused else []
    )


def test_advice_when_later_than_relief_is_likely_to_hold_then_it_speaks_against_it_and_forbids_nothing() -> (
    None
):
    history, at = relieved(10), START + 11 * DAYS
    until = START + 14 * DAYS
    when = slot(history, at=at, relief_until=until)
    by_day = {
        day: [(one.brief, one.against) for one in advice(when, START + day * DAYS, at=at)] for day in (13, 20)
    }
    assert by_day == {
        13: [("relief is likely to hold then", False), ("3 days after the last session", False)],
        20: [("later than relief is likely to hold", True), ("10 days after the last session", True)],
    }


def test_advice_when_it_is_the_first_session_then_it_goes_by_the_infusions() -> None:
    history, at = relieved(), START + 9 * DAYS
    found = [advice(slot(history, at=at), START + day * DAYS, at=at) for day in (15, 16)]
    assert [[(one.text, one.on, one.against) for one in some] for some in found] == [
        [("Best within 72 hours of that infusion", date(2026, 3, 13), False)],
        [("Later than 7 days after the last infusion of the course", date(2026, 3, 17), True)],
    ]


def test_good_days_when_relief_is_here_then_they_begin_with_the_pace_and_leave_weekends_out() -> None:
    history, at = relieved(10), START + 11 * DAYS  # a session on Thursday 12 March; now Friday
    days = good_days(slot(history, at=at), at=at, most=3)
    assert days == (date(2026, 3, 16), date(2026, 3, 17), date(2026, 3, 18))


def test_good_days_when_relief_ends_soon_then_they_lie_before_it_while_there_are_any() -> None:
    history, at = relieved(10), START + 11 * DAYS
    inside = slot(history, at=at, relief_until=datetime(2026, 3, 17, 13, tzinfo=UTC))
    past = slot(history, at=at, relief_until=datetime(2026, 3, 14, 13, tzinfo=UTC))
    assert good_days(inside, at=at) == (date(2026, 3, 16), date(2026, 3, 17))
    assert good_days(past, at=at, most=1) == (date(2026, 3, 16),)


def test_good_days_when_an_infusion_was_given_the_day_before_then_they_begin_a_day_later() -> None:
    given = datetime(2026, 3, 29, 11, 30, tzinfo=UTC)  # Sunday, 12:30 in London, where clocks went forward
    history = replace(relieved(10), zone="Europe/London", infusions=(replace(infusion(1), at=given),))
    assert good_days(slot(history, at=given), at=given, most=1) == (date(2026, 3, 31),)


@settings(max_examples=60)
@given(histories, moments)
def test_good_days_when_given_any_history_then_they_lie_ahead_and_are_never_refused(
    history: History, at: datetime
) -> None:
    seen = history.as_of(at)
    upcoming = seen.course.progress(at=at).next if seen.course is not None else None
    if upcoming is None:
        return
    found = Slot(seen, upcoming)
    for day in good_days(found, at=at):
        assert day > seen.day(at)
        assert day.weekday() < 5
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        near = [one.at for one in seen.infusions if timedelta(0) <= noon - one.at < NEVER_AFTER_INFUSION]
        assert seen.zone != "UTC" or near == []
