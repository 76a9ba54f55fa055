"""The relief state and the flag of reviews without gain, on scores worked out by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from holdfast.protocols.derive import ReliefRules, Truth, Words
from tests.protocols.deriving import NOW, daily, entry, found, item

FIELDS = [item("day", "date"), item("relief", "slider_0_100")]
CURVE = {"slug": "relief_curve", "function": "series", "of": ("day", "relief")}


def moment(days_ago: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(days=days_ago)


def state(scores: list[tuple[float, int]], infusions: list[float], *, log: Any = (), **context: Any) -> Any:
    """The relief state by scores and infusions, each told by days ago."""
    value = found(
        "classify_relief",
        "relief_curve",
        "phq9",
        fields=FIELDS,
        entries=log,
        also=[CURVE],
        context={
            "readings": [(moment(ago), total) for ago, total in scores],
            "infusions": [moment(ago) for ago in infusions],
            **context,
        },
    )
    return value.text if isinstance(value, Words) else value


THREE = [20.0, 16.0, 12.0]


@pytest.mark.parametrize(
    ("newest", "expected"),
    [(20, "none"), (16, "none"), (15, "partial"), (11, "partial"), (10, "good"), (9, "good"), (0, "good")],
)
def test_relief_when_judged_on_the_fall_from_20_then_by_quarters(newest: int, expected: str) -> None:
    assert state([(21, 20), (1, newest)], THREE) == expected


def test_relief_when_a_low_baseline_falls_little_then_nine_or_less_is_good_all_the_same() -> None:
    assert state([(21, 11), (1, 9)], THREE) == "good"
    assert state([(21, 12), (1, 10)], THREE) == "none"


def test_relief_when_two_infusions_were_given_then_no_relief_is_not_judged_yet() -> None:
    assert state([(21, 20), (1, 20)], [20, 16]) is None
    assert state([(21, 20), (13, 20)], THREE) is None
    assert state([(21, 20), (1, 10)], [20]) == "good"


def test_relief_when_there_are_several_before_the_first_infusion_then_the_last_is_the_baseline() -> None:
    assert state([(60, 12), (21, 20), (1, 10)], THREE) == "good"


def test_relief_when_there_is_none_before_the_first_infusion_then_the_first_is_the_baseline() -> None:
    assert state([(15, 20), (1, 15)], THREE) == "partial"


@pytest.mark.parametrize(
    ("scores", "infusions"),
    [
        ([], THREE),
        ([(21, 20), (1, 5)], []),
        ([(21, 20)], THREE),
        ([(15, 20)], THREE),
        ([(21, 0), (1, 5)], THREE),
    ],
    ids=["no score", "no infusion", "none since", "none since the first", "baseline of nought"],
)
def test_relief_when_it_cannot_be_judged_then_there_is_nothing(
    scores: list[tuple[float, int]], infusions: list[float]
) -> None:
    assert state(scores, infusions) is None


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([(21, 20), (18, 4), (8, 9), (1, 9)], "fading"),
        ([(21, 20), (18, 4), (1, 9)], "good"),
        ([(21, 20), (18, 4), (8, 8), (1, 9)], "good"),
        ([(21, 20), (18, 4), (15, 9), (1, 9)], "good"),
        ([(21, 20), (18, 4), (8, 9), (1, 8)], "good"),
        ([(21, 20), (18, 4), (8, 9), (1, 12)], "fading"),
        ([(21, 20), (18, 4), (1, 13)], "lost"),
        ([(21, 20), (18, 18), (8, 23), (1, 23)], "none"),
    ],
    ids=[
        "twice five above the best", "once", "once by four", "the other is over 14 days old", "not the newest",
        "just half of the gain gone", "more than half gone", "there was none to fade",
    ],
)  # fmt: skip
def test_relief_when_scores_rise_above_the_best_then_fading_or_lost(
    scores: list[tuple[float, int]], expected: str
) -> None:
    assert state(scores, THREE) == expected


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ([("2026-02-20", 80), ("2026-03-03", 50)], "fading"),
        ([("2026-02-20", 80), ("2026-03-03", 51)], "good"),
        ([("2026-02-01", 80), ("2026-03-03", 50)], "good"),
        ([("2026-02-16", 80), ("2026-02-17", 50)], "good"),
        ([("2026-02-20", 80), ("2026-03-02", 50), ("2026-03-03", None)], "fading"),
        ([], "good"),
    ],
    ids=[
        "30 below the highest", "29 below", "the highest was before infusions", "not recent",
        "an empty day counts for nothing", "no log",
    ],
)  # fmt: skip
def test_relief_when_the_log_falls_by_thirty_then_it_is_fading(
    log: list[tuple[str, int | None]], expected: str
) -> None:
    entries = [entry("2026-03-04", day=day, relief=relief) for day, relief in log]
    assert state([(21, 20), (1, 9)], THREE, log=entries) == expected


def test_relief_when_the_site_sets_other_thresholds_then_those_count() -> None:
    assert state([(21, 20), (1, 10)], THREE, relief=ReliefRules(good_fall=60)) == "partial"


def test_relief_when_worked_out_then_it_rests_on_the_scores_since() -> None:
    value = found(
        "classify_relief", "relief_curve", "phq9", fields=FIELDS, entries=daily({}), also=[CURVE],
        context={"readings": [(moment(21), 20), (moment(5), 9), (moment(1), 9)], "infusions": [moment(20)]},
    )  # fmt: skip
    assert value == Words("good", n=2)


def reviewed(days: list[str], scores: list[tuple[str, int]]) -> Any:
    """Whether two reviews show no gain."""
    readings = [(datetime.fromisoformat(day).replace(hour=9, tzinfo=UTC), total) for day, total in scores]
    return found(
        "no_gain",
        "phq9",
        "2 reviews",
        fields=[item("us")],
        entries=[entry(day, us=5) for day in days],
        context={"readings": readings},
    )


FLAT = Truth(True, n=2, fields=("phq9",))
GAIN = Truth(False, n=2, fields=("phq9",))
TWO = ["2025-11-01", "2026-01-10"]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([("2025-09-01", 18), ("2025-10-30", 17), ("2026-01-09", 18)], FLAT),
        ([("2025-09-01", 18), ("2025-10-30", 13), ("2026-01-09", 13)], FLAT),
        ([("2025-09-01", 18), ("2025-10-30", 12), ("2026-01-09", 18)], GAIN),
        ([("2025-09-01", 18), ("2025-10-30", 17), ("2026-01-09", 12)], GAIN),
        ([("2025-09-01", 8), ("2025-10-30", 5), ("2026-01-09", 4)], GAIN),
        ([("2025-09-01", 8), ("2025-10-30", 5), ("2026-01-09", 5)], FLAT),
        ([("2025-09-01", 18), ("2025-10-30", 17)], None),
        ([("2025-09-01", 18), ("2026-01-11", 17)], None),
        ([], None),
    ],
    ids=[
        "unchanged", "five points are no reliable change", "six are, at the first", "six are, at the second",
        "in remission", "not in remission", "no score since the first review", "scores after the reviews only",
        "no score",
    ],
)  # fmt: skip
def test_no_gain_when_two_reviews_are_held_then_by_reliable_change_and_remission(
    scores: list[tuple[str, int]], expected: Truth | None
) -> None:
    assert reviewed(TWO, scores) == expected


def test_no_gain_when_both_sides_fill_in_one_review_then_it_counts_once() -> None:
    scores = [("2025-09-01", 18), ("2025-10-30", 17), ("2025-11-20", 17)]
    assert reviewed(["2025-11-01", "2025-11-02", "2025-11-28"], scores) is None
    assert reviewed(["2025-11-01", "2025-11-29"], scores) == FLAT


def test_no_gain_when_there_was_a_gain_before_the_last_two_then_those_two_are_held_against_it() -> None:
    days = ["2025-09-01", "2025-11-01", "2026-01-10"]
    scores = [("2025-06-01", 20), ("2025-08-30", 10), ("2025-10-30", 10), ("2026-01-09", 9)]
    assert reviewed(days, scores) == Truth(True, n=3, fields=("phq9",))


def test_no_gain_when_one_review_was_held_then_there_is_nothing_yet() -> None:
    assert reviewed(TWO[:1], [("2025-09-01", 18), ("2025-10-30", 17)]) is None
