"""Derived values that count: what was named, how often, by how many, and what was not."""

from datetime import date

import pytest

from holdfast.protocols.derive import Bar, Bars, Entry, Items, Line, Number, Point, Series, Table
from tests.protocols.deriving import choice, column, daily, entry, found, item, table

PULL = choice("pull", "bed", "scroll", "cancel", many=True)


def test_tally_when_answers_repeat_then_most_often_first_and_ties_by_name() -> None:
    entries = daily({"pull": ["scroll", "bed"]}, {"pull": ["bed"]}, {"pull": ["cancel"]}, {})
    value = found("tally", "pull", fields=[PULL], entries=entries)
    bars = (Bar("bed", 2, 2 / 3), Bar("cancel", 1, 1 / 3), Bar("scroll", 1, 1 / 3))
    assert value == Bars(bars, n=3)


def test_tally_when_words_differ_in_case_only_then_they_are_one() -> None:
    entries = daily({"spot": "Kitchen"}, {"spot": "kitchen"})
    assert found("tally", "spot", fields=[item("spot", "text")], entries=entries) == Bars(
        (Bar("Kitchen", 2, 1),), n=2
    )


def test_tally_when_nothing_was_answered_then_there_is_nothing() -> None:
    assert found("tally", "pull", fields=[PULL], entries=daily({}, {})) is None


def test_tally_when_of_several_fields_then_each_is_counted_on_its_own() -> None:
    me = choice("me", "left", "spoke", many=True)
    entries = daily({"pull": ["bed"], "me": ["left"]}, {"me": ["left", "spoke"]})
    value = found("tally", "pull", "me", fields=[PULL, me], entries=entries)
    bars = (Bar("bed", 1, 1, "pull"), Bar("left", 2, 1, "me"), Bar("spoke", 1, 0.5, "me"))
    assert value == Bars(bars, n=2)


def test_tally_when_the_second_is_a_choice_then_it_splits_the_first() -> None:
    way = choice("way", "toward", "away")
    entries = daily(
        {"pull": ["bed"], "way": "away"},
        {"pull": ["bed", "scroll"], "way": "away"},
        {"pull": ["bed"], "way": "toward"},
        {"pull": ["bed"]},
        {"way": "toward"},
    )
    value = found("tally", "pull", "way", fields=[PULL, way], entries=entries)
    bars = (Bar("bed", 2, 1, "away"), Bar("scroll", 1, 0.5, "away"), Bar("bed", 1, 1, "toward"))
    assert value == Bars(bars, n=3)


PEOPLE = table(
    "people",
    column("who", "text"),
    column("ring", "choice", "close", "far"),
    column("wish", "choice", "close", "far"),
    column("gives", "multichoice", "comfort", "fun", "money", "none"),
)


def test_tally_when_of_a_column_then_the_first_picture_beside_the_newest() -> None:
    entries = [
        entry("2026-03-01", people=[{"who": "A", "ring": "far"}, {"who": "B", "ring": "far"}]),
        entry("2026-03-02"),
        entry("2026-03-03", people=[{"who": "A", "ring": "close"}, {"who": "B", "ring": "far"}]),
    ]
    value = found("tally", "people.ring", fields=[PEOPLE], entries=entries)
    then = (Bar("close", 0, 0, "at the start"), Bar("far", 2, 1, "at the start"))
    assert value == Bars((*then, Bar("close", 1, 0.5, "now"), Bar("far", 1, 0.5, "now")), n=2)


def test_tally_when_the_picture_was_drawn_once_then_there_is_only_now() -> None:
    entries = [entry("2026-03-01", people=[{"who": "A", "ring": "far"}])]
    value = found("tally", "people.ring", fields=[PEOPLE], entries=entries)
    assert value == Bars((Bar("close", 0, 0, "now"), Bar("far", 1, 1, "now")), n=1)
    assert found("tally", "people.ring", fields=[PEOPLE], entries=[entry("2026-03-01")]) is None


def test_tally_when_of_another_exercise_then_its_entries_are_counted() -> None:
    other = {"cbt.record": [entry("2026-03-01", "cbt.record", habits=["fear", "blame"])]}
    value = found("tally", "cbt.record.habits", fields=[item("x")], entries=[], other=other)
    assert value == Bars((Bar("blame", 1, 1), Bar("fear", 1, 1)), n=1)


WAY = choice("way", "toward", "away")


def test_share_by_when_three_answers_then_the_share_of_each() -> None:
    entries = daily({"way": "toward"}, {"way": "away"}, {}, {"way": "toward"}, {"way": "toward"})
    value = found("share_by", "way", fields=[WAY], entries=entries)
    assert value == Bars((Bar("toward", 3, 0.75), Bar("away", 1, 0.25)), n=4)


def test_share_by_when_two_answers_then_there_is_nothing_yet() -> None:
    assert found("share_by", "way", fields=[WAY], entries=daily({"way": "away"}, {"way": "away"}, {})) is None


def test_share_by_when_within_another_then_only_where_there_are_three() -> None:
    feeling = choice("feeling", "anger", "fear")
    days = [("anger", "away"), ("anger", "away"), ("anger", "toward"), ("fear", "away"), ("fear", "away")]
    entries = daily(*({"feeling": one, "way": way} for one, way in days), {"way": "away"})
    value = found("share_by", "way", "feeling", fields=[WAY, feeling], entries=entries)
    assert value == Bars((Bar("away", 2, 2 / 3, "anger"), Bar("toward", 1, 1 / 3, "anger")), n=5)
    assert found("share_by", "way", "feeling", fields=[WAY, feeling], entries=entries[3:], fewest=2) is None


CAME_TRUE = choice("came_true", "yes", "partly", "no")


def test_share_true_when_five_are_known_then_partly_is_not_yes() -> None:
    answers = ["yes", "partly", "no", "yes", "no"]
    entries = daily(*({"came_true": answer} for answer in answers), {})
    assert found("share_true", "came_true", fields=[CAME_TRUE], entries=entries) == Number(0.4, "2 of 5", n=5)


@pytest.mark.parametrize("known", [0, 4])
def test_share_true_when_fewer_than_five_are_known_then_there_is_nothing(known: int) -> None:
    entries = daily(*[{"came_true": "yes"}] * known, {})
    assert found("share_true", "came_true", fields=[CAME_TRUE], entries=entries) is None


TAGS = [
    choice("wish", "closeness", "respect", "own words", many=True),
    choice("they", "leave", "blame", "own words", many=True),
    choice("me", "go quiet", "attack", "own words", many=True),
]
TRIPLET = ("wish", "they", "me")
A = {"wish": ["closeness"], "they": ["leave"], "me": ["go quiet"]}
B = {"wish": ["respect"], "they": ["blame"], "me": ["attack"]}
LONE = {"wish": ["respect"], "they": ["leave"], "me": ["attack"]}
OWN = {"wish": ["own words"], "they": ["own words"], "me": ["own words"]}


def test_mode_triplet_when_one_set_is_commonest_then_that_with_its_stories() -> None:
    both = {"wish": ["closeness", "respect"], "they": ["leave"], "me": ["go quiet"]}
    value = found("mode_triplet", *TRIPLET, fields=TAGS, entries=daily(A, both, B, OWN, A, {"wish": ["x"]}))
    assert value == Table((*TRIPLET, "stories"), (("closeness", "leave", "go quiet", 3),), n=5)


def test_mode_triplet_when_two_are_as_common_then_both() -> None:
    value = found("mode_triplet", *TRIPLET, fields=TAGS, entries=daily(B, A, LONE, A, B))
    rows = (("closeness", "leave", "go quiet", 2), ("respect", "blame", "attack", 2))
    assert value == Table((*TRIPLET, "stories"), rows, n=5)


def test_mode_triplet_when_each_stands_once_or_is_own_words_then_it_is_no_pattern() -> None:
    entries = daily(A, B, LONE, OWN, OWN)
    assert found("mode_triplet", *TRIPLET, fields=TAGS, entries=entries) is None


def test_mode_triplet_when_four_stories_are_whole_then_there_is_nothing_yet() -> None:
    entries = daily(A, A, A, A, {"wish": ["closeness"], "they": ["leave"]})
    assert found("mode_triplet", *TRIPLET, fields=TAGS, entries=entries) is None


TOP = {"slug": "top", "function": "mode_triplet", "of": TRIPLET}


def test_share_of_stories_when_the_pattern_loosens_then_month_by_month() -> None:
    stories = [
        ("2026-01-05", A),
        ("2026-01-20", A),
        ("2026-03-01", A),
        ("2026-03-02", B),
        ("2026-03-03", LONE),
    ]
    entries = [entry(day, **story) for day, story in stories]
    value = found("share_of_stories", "top", fields=TAGS, entries=entries, also=[TOP])
    january = Point(1, date(2026, 1, 1), "2 of 2")
    march = Point(1 / 3, date(2026, 3, 1), "1 of 3")
    assert value == Series((Line("stories with the pattern", (january, march)),), n=5)


def test_share_of_stories_when_there_is_no_pattern_then_there_is_nothing() -> None:
    entries = daily(A, B, LONE, OWN, OWN)
    assert found("share_of_stories", "top", fields=TAGS, entries=entries, also=[TOP]) is None


def test_missing_when_some_help_is_named_then_the_rest_but_none() -> None:
    people = [{"who": "A", "gives": ["fun"]}, {"who": "B", "gives": ["none"]}, {"who": "C"}]
    value = found("missing", "people.gives", fields=[PEOPLE], entries=[entry("2026-03-01", people=people)])
    assert value == Items(("comfort", "money"), n=1)


def test_missing_when_no_row_answers_then_there_is_nothing_to_tell() -> None:
    entries = [entry("2026-03-01", people=[{"who": "A"}]), entry("2026-03-02")]
    assert found("missing", "people.gives", fields=[PEOPLE], entries=entries) is None


def test_compare_when_a_wish_differs_then_which_way() -> None:
    people = [
        {"who": "A", "ring": "far", "wish": "close"},
        {"who": "B", "ring": "close", "wish": "far"},
        {"who": "C", "ring": "far", "wish": "far"},
        {"who": "D", "ring": "far"},
    ]
    value = found(
        "compare", "people.ring", "people.wish", fields=[PEOPLE], entries=[entry("2026-03-01", people=people)]
    )
    rows = (("A", "far", "close", "closer"), ("B", "close", "far", "further"))
    assert value == Table(("", "ring", "wish", "wished"), rows, n=1)


def test_compare_when_all_is_as_wished_then_no_rows_and_when_nothing_is_known_then_nothing() -> None:
    same = [entry("2026-03-01", people=[{"who": "C", "ring": "far", "wish": "far"}])]
    half = [entry("2026-03-01", people=[{"who": "D", "ring": "far"}])]
    of = ("people.ring", "people.wish")
    assert found("compare", *of, fields=[PEOPLE], entries=same) == Table(
        ("", "ring", "wish", "wished"), (), n=1
    )
    assert found("compare", *of, fields=[PEOPLE], entries=half) is None


def test_collect_when_a_thing_comes_twice_then_it_stands_once_as_first_written() -> None:
    entries = daily({"wish": ["Tea", "Walk"]}, {}, {"wish": ["walk", "Sing"]})
    value = found("collect", "wish", fields=[item("wish", "list")], entries=entries)
    assert value == Items(("Tea", "Walk", "Sing"), n=2)
    assert found("collect", "wish", fields=[item("wish", "list")], entries=daily({}, {})) is None


SIGNS = [item("amber", "list")]
PLAN = [entry("2026-02-01", amber=["Old sign"]), entry("2026-03-01", amber=["Up late", "No calls"])]


def matched(*checks: Entry) -> object:
    """The own signs that the weekly check names."""
    return found(
        "match_recent", "amber", "weekly_check", fields=SIGNS, entries=PLAN, other={"weekly_check": checks}
    )


def test_match_recent_when_the_newest_check_names_signs_then_those_of_the_newest_plan() -> None:
    old = entry("2026-02-25", "weekly_check", signs=["no calls"])
    new = entry("2026-03-03", "weekly_check", signs=["up late", "old sign"])
    assert matched(old, new) == Items(("Up late",), n=1)


def test_match_recent_when_the_check_names_none_then_none_and_that_is_told() -> None:
    assert matched(entry("2026-03-03", "weekly_check", signs=["else"])) == Items((), n=1)


def test_match_recent_when_there_is_no_check_of_two_weeks_then_there_is_nothing() -> None:
    assert matched() is None
    assert matched(entry("2026-02-18T14:59+00:00", "weekly_check", signs=["up late"])) is None
    assert matched(entry("2026-02-18T15:00+00:00", "weekly_check", signs=["up late"])) is not None
