"""Derived values read off one entry or one table: order, next step, pairs, dates."""

from datetime import date
from typing import Any

import pytest

from holdfast.protocols.derive import Table, Truth, Words
from tests.protocols.deriving import choice, column, entry, found, item, table

SCALES = [item("result"), item("bond"), item("respect")]


def test_radar_when_one_scale_is_empty_then_it_is_a_gap() -> None:
    value = found(
        "radar",
        "result",
        "bond",
        "respect",
        fields=SCALES,
        entries=[entry("2026-03-01", result=0, respect=8)],
    )
    assert value == Table(("", "result"), (("result", 0), ("bond", None), ("respect", 8)), n=1)


def test_radar_when_all_are_empty_then_there_is_nothing() -> None:
    assert found("radar", "result", "bond", fields=SCALES, entries=[entry("2026-03-01")]) is None


OPTIONS = table("options", column("way", "text"), column("can"), column("help"))


def test_rank_sum_when_sums_are_equal_then_they_share_a_place_and_the_next_is_left_out() -> None:
    rows = [
        {"way": "wait", "can": 9},
        {"way": "ask", "can": 5, "help": 4},
        {"way": "leave", "can": 1, "help": 2},
        {"way": "write", "can": 2, "help": 7},
        {"way": "nothing", "can": 0, "help": 0},
    ]
    value = found(
        "rank_sum",
        "options.can",
        "options.help",
        fields=[OPTIONS],
        entries=[entry("2026-03-01", options=rows)],
    )
    placed = ((1, "ask"), (1, "write"), (3, "leave"), (4, "nothing"), (None, "wait"))
    assert value == Table(("place", ""), placed, n=1)


def test_rank_sum_when_no_row_is_whole_then_there_is_nothing() -> None:
    entries = [entry("2026-03-01", options=[{"way": "wait", "can": 9}]), entry("2026-03-02")]
    assert found("rank_sum", "options.can", "options.help", fields=[OPTIONS], entries=entries) is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"way": "a", "can": 3}, {"way": "b", "can": 8}, {"way": "c", "can": 8}], Words("b", n=1)),
        ([{"way": "a", "can": 0}, {"can": 9}, {"way": "c"}], Words("a", n=1)),
        ([{"way": "a"}], None),
        ([], None),
    ],
    ids=["of equals the first", "a row without a name or number", "no number", "no row"],
)
def test_argmax_when_asked_then_the_name_of_the_highest(
    rows: list[dict[str, Any]], expected: Words | None
) -> None:
    entries = [entry("2026-03-01", options=rows)]
    assert found("argmax", "options.can", fields=[OPTIONS], entries=entries) == expected


STEPS = table("steps", column("step", "text"), column("done", "yes_no"))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"step": "a", "done": "yes"}, {"done": "no"}, {"step": "c"}, {"step": "d"}], Words("c", n=1)),
        ([{"step": "a", "done": "no"}], Words("a", n=1)),
        ([{"step": "a", "done": "yes"}], None),
        ([], None),
    ],
    ids=["the next with a name", "one tried", "all done", "no row"],
)
def test_first_not_done_when_asked_then_the_next_step(
    rows: list[dict[str, Any]], expected: Words | None
) -> None:
    assert (
        found("first_not_done", "steps", fields=[STEPS], entries=[entry("2026-03-01", steps=rows)])
        == expected
    )


def test_filter_by_when_some_are_chosen_then_each_with_its_list() -> None:
    later = item("later", "multichoice", options_from="all_items")
    fields = [item("for", "list"), item("against", "list"), item("note", "text"), later]
    values = {"for": ["rest", "calm"], "against": ["cost"], "note": "calm", "later": ["cost", "calm"]}
    value = found("filter_by", "later", fields=fields, entries=[entry("2026-03-01", **values)])
    assert value == Table(("", ""), (("for", "calm"), ("against", "cost")), n=1)
    assert found("filter_by", "later", fields=fields, entries=[entry("2026-03-01")]) is None


def test_join_when_a_part_is_empty_then_it_is_left_out() -> None:
    fields = [item("facts", "text"), item("feel", "text"), item("ask", "text")]
    entries = [entry("2026-03-01", facts="You came late.", ask="Please ring.")]
    assert found("join", "facts", "feel", "ask", fields=fields, entries=entries) == Words(
        "You came late.\nPlease ring.", n=1
    )
    assert found("join", "facts", "feel", fields=fields, entries=[entry("2026-03-01")]) is None


def test_all_present_when_a_part_is_empty_then_it_is_not_and_says_what_is() -> None:
    fields = [item("signs", "list"), table("people", column("who", "text"))]
    whole = entry("2026-03-01", signs=["a"], people=[{"who": "A"}])
    half = entry("2026-03-01", signs=["a"], people=[])
    of = ("signs", "people")
    assert found("all_present", *of, fields=fields, entries=[whole]) == Truth(True, n=1, fields=of)
    assert found("all_present", *of, fields=fields, entries=[half]) == Truth(False, n=1, fields=("signs",))


WHICH = [choice("which", "heavy", "lighter"), item("mood"), item("thoughts", "list")]


def test_pair_by_when_there_is_one_of_each_then_the_newest_side_by_side() -> None:
    entries = [
        entry("2026-03-01", which="heavy", mood=1),
        entry("2026-03-02", which="lighter", mood=7, thoughts=["a", "b"]),
        entry("2026-03-03", which="heavy", mood=2),
    ]
    value = found("pair_by", "which", fields=WHICH, entries=entries)
    assert value == Table(("", "heavy", "lighter"), (("mood", "2", "7"), ("thoughts", "", "a, b")), n=2)


def test_pair_by_when_one_is_lacking_then_there_is_nothing_yet() -> None:
    entries = [entry("2026-03-01", which="heavy"), entry("2026-03-02", which="heavy"), entry("2026-03-03")]
    assert found("pair_by", "which", fields=WHICH, entries=entries) is None


@pytest.mark.parametrize(
    ("answer", "expected"), [("loss", Words("grief", n=1)), ("other", None), (None, None)]
)
def test_lookup_when_the_answer_stands_for_something_then_that(
    answer: str | None, expected: Words | None
) -> None:
    entries = [entry("2026-03-01", focus=answer)]
    context = {"lookup": {"value": {"loss": "grief"}}}
    focus = [item("focus", "text")]
    assert found("lookup", "focus", fields=focus, entries=entries, context=context) == expected
    assert found("lookup", "focus", fields=focus, entries=entries) is None


DATES = table("dates", column("d", "date"), column("plan", "text"))


def test_schedule_when_of_a_table_then_dates_from_today_on_in_order() -> None:
    rows = [
        {"d": "2026-05-01", "plan": "Lunch"},
        {"d": "2026-03-03", "plan": "Past"},
        {"d": "2026-03-04"},
        {"plan": "No day"},
    ]
    value = found("schedule", "dates", fields=[DATES], entries=[entry("2026-03-01", dates=rows)])
    assert value == Table(("when", ""), ((date(2026, 3, 4), ""), (date(2026, 5, 1), "Lunch")), n=1)
    assert found("schedule", "dates", fields=[DATES], entries=[entry("2026-03-01")]) is None


BREAK = [item("begin", "date"), item("end", "date")]


@pytest.mark.parametrize(
    ("end", "days"),
    [
        ("2026-08-01", []),
        ("2026-08-08", []),
        ("2026-08-09", ["2026-08-08"]),
        ("2026-08-15", ["2026-08-08"]),
        ("2026-08-16", ["2026-08-08", "2026-08-15"]),
    ],
)
def test_schedule_when_of_a_break_then_a_check_in_each_week_between(end: str, days: list[str]) -> None:
    value = found(
        "schedule", "begin", "end", fields=BREAK, entries=[entry("2026-03-01", begin="2026-08-01", end=end)]
    )
    between = [(date.fromisoformat(on), "weekly check-in") for on in days]
    rows = [(date(2026, 8, 1), "begin"), *between, (date.fromisoformat(end), "end")]
    assert value == Table(("when", ""), tuple(rows), n=1)


@pytest.mark.parametrize(("begin", "end"), [("2026-08-02", "2026-08-01"), ("2026-08-02", None), (None, None)])
def test_schedule_when_a_break_has_no_end_after_its_beginning_then_there_is_nothing(
    begin: str | None, end: str | None
) -> None:
    entries = [entry("2026-03-01", begin=begin, end=end)]
    assert found("schedule", "begin", "end", fields=BREAK, entries=entries) is None


POINTS = table(
    "points",
    column("when", "date"),
    column("mood"),
    column("what", "text"),
    column("kind", "choice", "loss", "good thing"),
)


def test_events_before_drop_when_mood_falls_by_three_then_events_of_the_weeks_before() -> None:
    rows = [
        {"when": "2025-06-01", "mood": 8, "what": "Long ago", "kind": "good thing"},
        {"when": "2026-01-29", "mood": 3, "what": "At the drop", "kind": "loss"},
        {"when": "2026-01-01", "mood": 6, "what": "Moved"},
        {"when": "2025-12-04", "what": "Eight weeks before", "kind": "loss"},
        {"when": "2025-12-03", "what": "A day too early"},
        {"when": "2026-01-15"},
        {"mood": 0, "what": "No day"},
    ]
    value = found(
        "events_before_drop", "points", "8 weeks", fields=[POINTS], entries=[entry("2026-03-01", points=rows)]
    )
    drop = date(2026, 1, 29)
    assert value == Table(
        ("mood lower from", "when", "event", "kind"),
        (
            (drop, date(2025, 12, 4), "Eight weeks before", "loss"),
            (drop, date(2026, 1, 1), "Moved", ""),
            (drop, date(2026, 1, 29), "At the drop", "loss"),
        ),
        n=1,
        words="What do you notice?",
    )


def test_events_before_drop_when_mood_falls_by_two_then_no_rows_and_without_dates_nothing() -> None:
    small = [{"when": "2026-01-01", "mood": 6, "what": "a"}, {"when": "2026-01-02", "mood": 4, "what": "b"}]
    of = ("points", "8 weeks")
    value = found("events_before_drop", *of, fields=[POINTS], entries=[entry("2026-03-01", points=small)])
    assert isinstance(value, Table)
    assert value.rows == ()
    undated = [entry("2026-03-01", points=[{"mood": 6, "what": "a"}])]
    assert found("events_before_drop", *of, fields=[POINTS], entries=undated) is None
