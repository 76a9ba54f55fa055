"""Derived values that say what changed, what lies apart, and what goes together; worked by hand."""

from collections.abc import Mapping
from typing import Any

import pytest

from holdfast.errors import DataFileError
from holdfast.protocols.derive import Number, Table, Together
from holdfast.protocols.derive_change import ranks, together_words
from tests.protocols.deriving import choice, column, daily, entry, found, item, table

PAIR = [item("after"), item("before")]


@pytest.mark.parametrize(
    ("after", "before", "expected"),
    [
        (7, 4, Number(3, "3 higher than before", n=1)),
        (0, 4, Number(-4, "4 lower than before", n=1)),
        (4, 4, Number(0, "the same as before", n=1)),
        (4, None, None),
        (None, 4, None),
    ],
)
def test_diff_when_both_are_there_then_it_is_after_minus_before(
    after: int | None, before: int | None, expected: Number | None
) -> None:
    entries = [entry("2026-03-01", after=after, before=before)]
    assert found("diff", "after", "before", fields=PAIR, entries=entries) == expected


def test_row_diff_when_rows_have_both_then_the_largest_comes_first_and_of_equals_the_higher() -> None:
    grid = table("areas", column("area", "text"), column("matters"), column("lived"))
    rows = [
        {"area": "work", "matters": 5, "lived": 2},
        {"area": "friends", "matters": 9, "lived": 6},
        {"area": "rest", "matters": 8, "lived": 1},
        {"area": "faith", "matters": 9},
        {"area": "body", "matters": 2, "lived": 6},
    ]
    value = found(
        "row_diff", "areas.matters", "areas.lived", fields=[grid], entries=[entry("2026-03-01", areas=rows)]
    )
    expected = (("rest", 8, 1, 7), ("friends", 9, 6, 3), ("work", 5, 2, 3), ("body", 2, 6, -4))
    assert value == Table(("", "matters", "lived", "difference"), expected, n=1)


def test_row_diff_when_no_row_has_both_then_there_is_nothing() -> None:
    grid = table("areas", column("area", "text"), column("matters"), column("lived"))
    entries = [entry("2026-03-01", areas=[{"area": "work", "matters": 5}]), entry("2026-03-02")]
    assert found("row_diff", "areas.matters", "areas.lived", fields=[grid], entries=entries) is None


GOALS = table("goals", column("goal", "text"), column("now"))


def test_change_since_first_when_goals_are_rated_again_then_newest_minus_first() -> None:
    entries = [
        entry("2026-03-01", goals=[{"goal": "Sleep", "now": 2}, {"goal": "Walk", "now": 5}]),
        entry("2026-03-02", goals=[{"goal": "sleep", "now": 9}, {"goal": "Sing", "now": 1}]),
        entry("2026-03-03", goals=[{"goal": "sleep", "now": 6}, {"goal": "Walk"}]),
    ]
    value = found("change_since_first", "goals.now", fields=[GOALS], entries=entries)
    assert value == Table(("", "first", "now", "change"), (("sleep", 2, 6, 4),), n=3)


def test_change_since_first_when_each_goal_was_rated_once_then_there_is_nothing() -> None:
    entries = [entry("2026-03-01", goals=[{"goal": "Sleep", "now": 2}]), entry("2026-03-02")]
    assert found("change_since_first", "goals.now", fields=[GOALS], entries=entries) is None


def test_mean_diff_when_five_entries_have_both_then_the_mean_of_the_gaps() -> None:
    pairs = [(5, 3), (6, 5), (4, 4), (8, 5), (3, 4), (9, None), (None, 1)]
    entries = daily(*({"after": after, "before": before} for after, before in pairs))
    value = found("mean_diff", "after", "before", fields=PAIR, entries=entries)
    assert value == Number(1, "1 higher on average", n=5)


def test_mean_diff_when_four_entries_have_both_then_there_is_nothing_yet() -> None:
    entries = daily(*[{"after": 5, "before": 3}] * 4, {"after": 5})
    assert found("mean_diff", "after", "before", fields=PAIR, entries=entries) is None


def test_mean_diff_when_the_gaps_cancel_out_then_it_says_about_the_same() -> None:
    entries = daily({"after": 5, "before": 3}, {"after": 3, "before": 5})
    value = found("mean_diff", "after", "before", fields=PAIR, entries=entries, fewest=2)
    assert value == Number(0, "about the same on average", n=2)


def test_mean_diff_when_of_columns_then_over_the_rows_of_the_newest_table_that_has_any() -> None:
    grid = table("tried", column("what", "text"), column("short"), column("long"))
    entries = [
        entry("2026-03-01", tried=[{"what": "a", "short": 0, "long": 9}] * 3),
        entry("2026-03-02", tried=[{"short": 8, "long": 2}, {"short": 7, "long": 3}, {"short": 5}]),
        entry("2026-03-03"),
    ]
    value = found("mean_diff", "tried.short", "tried.long", fields=[grid], entries=entries, fewest=2)
    assert value == Number(5, "5 higher on average", n=2)


SKILLS = [item("misery"), choice("skills", "breathe", "walk", many=True)]


def test_mean_diff_by_when_three_days_stand_on_each_side_then_both_means_in_plain_words() -> None:
    days = [(8, "breathe"), (6, "breathe"), (7, "breathe"), (4, "walk"), (5, "walk"), (3, "walk"), (9, None)]
    entries = daily(*({"misery": level, "skills": [skill] if skill else []} for level, skill in days))
    value = found("mean_diff_by", "misery", "skills", fields=SKILLS, entries=entries)
    assert value == Table(
        ("", "days with", "number", "days without", "number", "in words"),
        (
            ("breathe", 7, 3, 4, 3,
             "On days when you chose “breathe” it was 7 on average. On other days it was 4."),
            ("walk", 4, 3, 7, 3,
             "On days when you chose “walk” it was 4 on average. On other days it was 7."),
        ),
        n=6,
        words="What do you notice?",
    )  # fmt: skip


def test_mean_diff_by_when_a_side_has_two_days_then_nothing_is_said_of_it() -> None:
    entries = daily(*[{"misery": 5, "skills": ["breathe"]}] * 4, *[{"misery": 5, "skills": ["walk"]}] * 2)
    assert found("mean_diff_by", "misery", "skills", fields=SKILLS, entries=entries) is None


def test_mean_diff_by_when_the_level_is_in_another_exercise_then_days_are_matched() -> None:
    body = choice("body", "moved", "ate", many=True)
    own = daily(*[{"body": ["moved"]}] * 3, *[{"body": ["ate"]}] * 3)
    other = [entry(one.at.isoformat(), "dbt.card", misery=place) for place, one in enumerate(own)]
    value = found(
        "mean_diff_by", "dbt.card.misery", "body", fields=[body], entries=own, other={"dbt.card": other}
    )
    assert isinstance(value, Table)
    assert [row[:5] for row in value.rows] == [("ate", 4, 3, 1, 3), ("moved", 1, 3, 4, 3)]


def test_top_by_mean_when_kinds_lie_above_the_own_mean_then_they_are_ranked() -> None:
    fields = [choice("kind", "rest", "people", "outdoors", many=True), item("mood")]
    days = [("rest", 2)] * 3 + [("people", 6)] * 3 + [("outdoors", 8)] * 3 + [(None, 10)]
    entries = daily(*({"kind": [kind] if kind else [], "mood": mood} for kind, mood in days))
    value = found("top_by_mean", "kind", "mood", fields=fields, entries=entries)
    assert value == Table(("kind", "mood", "entries"), (("outdoors", 8, 3), ("people", 6, 3)), n=9)


def test_top_by_mean_when_all_are_alike_or_rare_then_there_is_nothing() -> None:
    fields = [choice("kind", "rest", "people", many=True), item("mood")]
    alike = daily(*[{"kind": ["rest"], "mood": 5}] * 3, *[{"kind": ["people"], "mood": 5}] * 3)
    rare = daily(*[{"kind": ["rest"], "mood": 2}] * 3, *[{"kind": ["people"], "mood": 9}] * 2)
    assert found("top_by_mean", "kind", "mood", fields=fields, entries=alike) is None
    assert found("top_by_mean", "kind", "mood", fields=fields, entries=rare) is None


def test_top_by_mean_drop_when_a_thing_was_used_three_times_then_by_its_mean_fall() -> None:
    kit = table("used", column("what", "text"), column("before"), column("after"))
    uses = [("Tea", 8, 6), ("tea", 7, 4), ("TEA", 9, 5), ("Song", 9, 4), ("song", 6, 3), ("song", 8, 1)]
    rows = [{"what": what, "before": before, "after": after} for what, before, after in uses]
    half = {"what": "tea", "before": 9}
    entries = [entry("2026-03-01", used=rows[:2]), entry("2026-03-02", used=[*rows[2:], half])]
    value = found("top_by_mean_drop", "used", fields=[kit], entries=entries)
    assert value == Table(("used", "lower by", "times"), (("Song", 5, 3), ("Tea", 3, 3)), n=6)


def test_top_by_mean_drop_when_each_was_used_twice_then_there_is_nothing() -> None:
    kit = table("used", column("what", "text"), column("before"), column("after"))
    rows = [{"what": what, "before": 9, "after": 1} for what in ("tea", "song") * 2]
    assert found("top_by_mean_drop", "used", fields=[kit], entries=[entry("2026-03-01", used=rows)]) is None


CALENDAR = [choice("done", "yes", "yes, the small version", "not this time"), item("mood")]


def together(days: list[tuple[int, int]]) -> Any:
    """What goes together over days on each of which so many things were done, with that mood."""
    entries = []
    for place, (count, mood) in enumerate(days):
        day = f"2026-02-{place + 1:02}"
        entries += [entry(day, done="yes, the small version", mood=mood) for _ in range(count)]
        entries.append(entry(day, done="not this time", mood=mood))
    return found("correlate", "daily_count(done)", "daily_mean(mood)", fields=CALENDAR, entries=entries)


def test_correlate_when_more_is_always_better_then_rho_is_one_and_the_words_give_no_reason() -> None:
    days = [(count, count + 2) for count in (0, 1, 2, 3, 4)] * 2
    value = together(days)
    assert isinstance(value, Together)
    assert (round(value.rho, 12), value.n, value.dots) == (1, 10, tuple(days))
    assert value.words == "On days when you do more, “mood” is often higher. What do you notice?"


def test_correlate_when_worked_by_hand_then_it_is_spearmans() -> None:
    # Without ties rho is 1 - 6 * (sum of squared gaps of ranks) / (n * (n^2 - 1)); here two neighbours swap: 2.
    days = [(place, place) for place in range(10)]
    days[4], days[5] = (4, 5), (5, 4)
    assert together(days).rho == pytest.approx(1 - 6 * 2 / (10 * 99))


@pytest.mark.parametrize(
    "days",
    [
        [(place, place) for place in range(9)],
        [(place % 2, place) for place in range(10)],
        [(place, place % 2) for place in range(10)],
        [(1, 5)] * 10,
    ],
    ids=["nine days", "two counts", "two moods", "all alike"],
)
def test_correlate_when_days_or_spread_are_too_few_then_there_is_nothing(days: list[tuple[int, int]]) -> None:
    assert together(days) is None


def test_correlate_when_an_amount_is_named_wrongly_then_it_says_what_would_be_right() -> None:
    with pytest.raises(DataFileError, match=r"neither daily_count\(field\) nor daily_mean\(field\)"):
        found("correlate", "mood", "mood", fields=CALENDAR, entries=daily(*[{"mood": 1}] * 10))


@pytest.mark.parametrize(
    ("rho", "said"),
    [(0.3, "is often higher"), (-0.3, "is often lower"), (0.29, "is much the same"), (0, "is much the same")],
)
def test_together_words_when_a_patient_reads_them_then_there_is_no_number(rho: float, said: str) -> None:
    text = together_words(rho, "mood")
    assert said in text
    assert not any(letter.isdigit() for letter in text)


@pytest.mark.parametrize(
    ("amounts", "expected"), [([3, 1, 2], [3, 1, 2]), ([5, 5, 9], [1.5, 1.5, 3]), ([4, 4, 4], [2, 2, 2])]
)
def test_ranks_when_some_are_equal_then_they_share_the_mean(
    amounts: list[float], expected: list[float]
) -> None:
    assert ranks(amounts) == expected


@pytest.mark.parametrize("function", ["mean_diff", "mean_diff_by", "top_by_mean"])
def test_comparisons_when_nothing_was_answered_then_there_is_nothing(function: str) -> None:
    fields = [item("level"), choice("tag", "a", "b", many=True)]
    of: Mapping[str, tuple[str, str]] = {
        "mean_diff": ("level", "level"),
        "mean_diff_by": ("level", "tag"),
        "top_by_mean": ("tag", "level"),
    }
    assert found(function, *of[function], fields=fields, entries=daily(*[{}] * 9)) is None
