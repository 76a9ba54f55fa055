"""Derived values over time: lines with their gaps, weeks, the grid of a week, times of day across midnight."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from holdfast.protocols.derive import Line, Number, Point, Series, Table
from holdfast.protocols.derive_series import spread
from tests.protocols.deriving import NOW, choice, column, daily, entry, found, item, table


def on(day: int, month: int = 3) -> date:
    """A day of 2026."""
    return date(2026, month, day)


def test_series_when_an_answer_is_empty_then_it_is_a_gap() -> None:
    entries = daily({"x": 4, "y": 1}, {"y": 0}, {})
    value = found("series", "x", "y", fields=[item("x"), item("y")], entries=entries)
    x = Line("x", (Point(4, on(2)), Point(None, on(3)), Point(None, on(4))))
    y = Line("y", (Point(1, on(2)), Point(0, on(3)), Point(None, on(4))))
    assert value == Series((x, y), n=2)
    assert not value.joined


@pytest.mark.parametrize(("known", "joined"), [(2, False), (3, True)])
def test_series_when_there_are_three_points_then_a_line_may_join_them(known: int, joined: bool) -> None:
    value = found("series", "x", fields=[item("x")], entries=daily(*[{"x": 1}] * known))
    assert isinstance(value, Series)
    assert value.joined == joined


def test_series_when_a_day_is_named_first_then_it_places_the_points_and_infusions_are_marked() -> None:
    entries = [
        entry("2026-03-03", day="2026-03-01", relief=60),
        entry("2026-03-02", relief=40),
        entry("2026-03-04", day="2026-02-27", relief=80),
    ]
    infusions = [
        datetime(2026, 2, 26, 12, tzinfo=UTC),
        datetime(2026, 2, 28, 12, tzinfo=UTC),
        datetime(2026, 3, 1, 12, tzinfo=UTC),
    ]
    value = found(
        "series",
        "day",
        "relief",
        fields=[item("day", "date"), item("relief", "slider_0_100")],
        entries=entries,
        context={"infusions": infusions},
    )
    points = (Point(80, on(27, 2)), Point(60, on(1)), Point(40, on(2)))
    assert value == Series((Line("relief", points),), n=3, marks=(on(28, 2), on(1)))


def test_series_when_of_another_derived_value_then_its_number_in_each_entry() -> None:
    entries = daily({"after": 40, "before": 90}, {"after": 40})
    change = {"slug": "belief_change", "function": "diff", "of": ("after", "before")}
    fields = [item("after", "slider_0_100"), item("before", "slider_0_100")]
    value = found("series", "belief_change", fields=fields, entries=entries, also=[change])
    assert value == Series((Line("belief change", (Point(-50, on(3)), Point(None, on(4)))),), n=1)


def test_series_when_nothing_was_answered_then_there_is_nothing() -> None:
    assert found("series", "x", fields=[item("x")], entries=daily({}, {})) is None


def test_ordinal_series_when_answers_have_an_order_then_their_place_with_their_words() -> None:
    steps = ("long after", "soon after", "before")
    entries = daily({"caught": "before"}, {}, {"caught": "long after"})
    value = found("ordinal_series", "caught", fields=[choice("caught", *steps)], entries=entries)
    points = (Point(2, on(2), "before"), Point(None, on(3), ""), Point(0, on(4), "long after"))
    assert value == Series((Line("caught", points, steps),), n=2)
    assert found("ordinal_series", "caught", fields=[choice("caught", *steps)], entries=daily({})) is None


MOOD_LINE = table(
    "points",
    column("when", "date"),
    column("mood"),
    column("kind", "choice", "loss"),
    column("keep_shut", "yes_no"),
)


def test_timeline_when_rows_are_dated_then_in_order_with_infusions_between() -> None:
    rows = [
        {"when": "2026-03-01", "mood": 7},
        {"when": "2026-02-01", "mood": 2, "kind": "loss"},
        {"mood": 5},
        {"when": "2026-02-10", "mood": 1, "kind": "loss", "keep_shut": "yes"},
    ]
    value = found(
        "timeline",
        "points.when",
        "points.mood",
        "points.kind",
        fields=[MOOD_LINE],
        entries=[entry("2026-03-01", points=rows)],
        context={"infusions": [datetime(2026, 2, 5, 9, tzinfo=UTC), NOW]},
    )
    points = (Point(2, on(1, 2), "loss"), Point(None, on(10, 2), closed=True), Point(7, on(1)))
    assert value == Series((Line("mood", points),), n=3, marks=(on(5, 2),))


def test_timeline_when_when_is_told_in_words_then_the_rows_keep_their_order() -> None:
    line = table("points", column("age", "text"), column("mood"))
    rows = [{"age": "at school", "mood": 3}, {"age": "20"}, {"mood": 9}]
    entries = [entry("2026-03-01", points=rows)]
    value = found("timeline", "points.age", "points.mood", fields=[line], entries=entries)
    points = (Point(3, None, "at school"), Point(None, None, "20"))
    assert value == Series((Line("mood", points),), n=2)
    empty = [entry("2026-03-01", points=[{"mood": 9}]), entry("2026-03-02")]
    assert found("timeline", "points.age", "points.mood", fields=[line], entries=empty) is None


def test_weighted_mean_when_some_matters_more_then_it_counts_more() -> None:
    areas = table("areas", column("area", "text"), column("lived"), column("matters"))
    entries = daily(
        {"areas": [{"lived": 8, "matters": 1}, {"lived": 2, "matters": 3}, {"lived": 9}]},
        {"areas": [{"lived": 8, "matters": 0}]},
        {},
    )
    value = found("weighted_mean", "areas.lived", "areas.matters", fields=[areas], entries=entries)
    points = (Point(3.5, on(2)), Point(None, on(3)), Point(None, on(4)))
    assert value == Series((Line("lived", points),), n=1)


def test_weekly_mean_when_a_day_has_two_answers_then_it_counts_once_and_two_days_are_a_gap() -> None:
    moods = [("2026-02-16", 4), ("2026-02-16", 8), ("2026-02-18", 3), ("2026-02-22", 9), ("2026-03-02", 5)]
    entries = [entry(day, mood=mood) for day, mood in moods]
    value = found("weekly_mean", "mood", fields=[item("mood")], entries=entries)
    points = (
        Point(6, on(16, 2), "3 days"),
        Point(None, on(23, 2), "0 days"),
        Point(None, on(2), "1 day"),
    )
    assert value == Series((Line("mood", points),), n=4)
    assert found("weekly_mean", "mood", fields=[item("mood")], entries=entries[:3]) is None


def test_weekly_sum_when_of_a_timer_then_minutes_and_a_week_without_any_is_a_gap() -> None:
    timer = item("timer", "audio_timer", seconds=(60, 180))
    seconds = [("2026-02-16", 60), ("2026-02-16", 180), ("2026-02-17", 90), ("2026-03-03", 180)]
    entries = [entry(day, timer=spent) for day, spent in seconds]
    value = found("weekly_sum", "timer", fields=[timer], entries=entries)
    points = (Point(5.5, on(16, 2), "2 days"), Point(None, on(23, 2), "0 days"), Point(3, on(2), "1 day"))
    assert value == Series((Line("timer", points, unit="minutes"),), n=3)
    assert found("weekly_sum", "timer", fields=[timer], entries=daily({}, {})) is None


def test_weekly_sum_when_of_a_scale_then_as_it_is() -> None:
    entries = [entry(f"2026-03-0{day}", x=2) for day in (2, 3, 4)]
    value = found("weekly_sum", "x", fields=[item("x")], entries=entries)
    assert value == Series((Line("x", (Point(6, on(2), "3 days"),)),), n=3)


def test_weekly_grid_summary_when_seven_days_are_read_then_highest_mean_and_days() -> None:
    entries = [
        entry("2026-02-25", misery=10, joy=10),
        entry("2026-02-26", misery=2),
        entry("2026-03-01", misery=3, joy=4),
        entry("2026-03-01", misery=7),
        entry("2026-03-04", misery=0, joy=6),
        entry("2026-03-05", misery=10),
    ]
    value = found(
        "weekly_grid_summary", "misery", "joy", fields=[item("misery"), item("joy")], entries=entries
    )
    rows = (("misery", 7, 3, 3), ("joy", None, None, 2))
    assert value == Table(("", "highest", "mean", "days"), rows, n=3)


def test_weekly_grid_summary_when_two_days_are_filled_then_there_is_nothing_yet() -> None:
    entries = daily({"misery": 1}, {"misery": 2}, {})
    assert found("weekly_grid_summary", "misery", fields=[item("misery")], entries=entries) is None


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["2026-02-20", "2026-02-26", "2026-03-01", "2026-03-04"], Number(3 / 7, "3 of 7 days", n=7)),
        (["2026-02-20", "2026-02-25", "2026-03-03"], Number(2 / 7, "2 of 7 days", n=7)),
        (["2026-03-01", "2026-03-01", "2026-03-03"], Number(2 / 3, "2 of 3 days", n=3)),
        (["2026-03-02", "2026-03-03"], None),
        (["2026-03-05"], None),
        ([], None),
    ],
    ids=[
        "today is in",
        "today is not in yet",
        "begun three days ago",
        "begun two days ago",
        "tomorrow",
        "none",
    ],
)
def test_share_filled_when_asked_then_of_the_days_that_could_be(
    days: list[str], expected: Number | None
) -> None:
    entries = [entry("2026-03-04", day=day) for day in days]
    assert found("share_filled", "day", fields=[item("day", "date")], entries=entries) == expected


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([450], 0),
        ([450, 450], 0),
        ([420, 480, 450], 60),
        ([1430, 10], 20),
        ([1380, 0, 60], 120),
        ([0, 720], 720),
        ([0, 480, 960], 960),
        ([0, 1439], 1),
    ],
    ids=["one", "equal", "morning", "across midnight", "three across", "opposite", "all round", "a minute"],
)
def test_spread_when_times_lie_across_midnight_then_it_is_the_shortest_stretch(
    minutes: list[int], expected: int
) -> None:
    assert spread(minutes) == expected


def test_time_spread_when_three_days_are_known_then_minutes_apart_by_the_last_answer_of_a_day() -> None:
    nights: list[dict[str, Any]] = [
        {"day": "2026-02-25", "bed": "12:00"},
        {"day": "2026-03-02", "bed": "12:00"},
        {"day": "2026-03-02", "bed": "23:40", "up": "08:00"},
        {"day": "2026-03-03", "bed": "00:10", "up": "09:00"},
        {"day": "2026-03-04", "bed": "23:55"},
    ]
    fields = [item("day", "date"), item("bed", "time"), item("up", "time")]
    entries = [entry("2026-03-04", **night) for night in nights]
    value = found("time_spread", "bed", "up", fields=fields, entries=entries)
    assert value == Table(("", "minutes apart", "days"), (("bed", 30, 3), ("up", None, 2)), n=3)
    assert found("time_spread", "up", fields=fields, entries=entries) is None


def test_average_curve_when_three_waves_are_whole_then_the_mean_of_each() -> None:
    waves = [{"start": 4, "peak": 9}, {"start": 2, "peak": 6}, {"start": 3, "peak": 9}, {"start": 10}]
    fields = [item("start"), item("peak")]
    value = found("average_curve", "start", "peak", fields=fields, entries=daily(*waves))
    assert value == Table(("", "on average"), (("start", 3), ("peak", 8)), n=3)
    assert found("average_curve", "start", "peak", fields=fields, entries=daily(*waves[1:])) is None
