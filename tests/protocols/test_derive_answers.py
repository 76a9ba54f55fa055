"""Answers as derived values read them: an empty field is missing, never nought, and days are the person's own."""

from datetime import date

import pytest

from holdfast.errors import DataFileError, InvalidInput
from holdfast.protocols import derive
from holdfast.protocols.derive_answers import (
    answered,
    day,
    day_of,
    minute_of_day,
    named,
    number,
    rows,
    week_of,
    word,
    words,
)
from tests.protocols.deriving import NAME, NOW, ZONE, column, entry, exercise, found, item, table


@pytest.mark.parametrize("empty", [{}, {"x": None}, {"x": ""}, {"x": []}])
def test_answers_when_a_field_is_empty_then_nothing_is_made_up(empty: dict[str, object]) -> None:
    read = answered(empty, "x"), number(empty, "x"), words(empty, "x"), word(empty, "x"), rows(empty, "x")
    assert (*read, day(empty, "x"), minute_of_day(empty, "x")) == (False, None, (), "", (), None, None)


def test_number_when_it_is_nought_then_it_is_an_answer() -> None:
    assert (answered({"x": 0}, "x"), number({"x": 0}, "x")) == (True, 0)


@pytest.mark.parametrize("bad", ["7", True, float("nan"), float("inf"), [7]])
def test_number_when_the_answer_is_none_then_it_says_where(bad: object) -> None:
    with pytest.raises(InvalidInput, match=r"^x: .* is not a number"):
        number({"x": bad}, "x")


def test_words_when_one_is_chosen_twice_then_it_counts_once() -> None:
    assert words({"x": ["a", "b", "a"]}, "x") == ("a", "b")


def test_words_when_the_answer_is_a_number_then_it_is_refused() -> None:
    with pytest.raises(InvalidInput, match="x: 7 is not in words"):
        words({"x": 7}, "x")


def test_rows_when_the_answer_is_no_table_then_it_is_refused() -> None:
    with pytest.raises(InvalidInput, match="x: 'a' is not a table"):
        rows({"x": "a"}, "x")


@pytest.mark.parametrize(("text", "minute"), [("00:00", 0), ("07:30", 450), ("23:59", 1439)])
def test_minute_of_day_when_a_time_is_read_then_it_counts_from_midnight(text: str, minute: int) -> None:
    assert minute_of_day({"x": text}, "x") == minute


def test_minute_of_day_when_it_is_no_time_then_it_says_what_one_looks_like() -> None:
    with pytest.raises(InvalidInput, match=r"x: 'noon' cannot be read \(expected a time of day, as 07:30\)"):
        minute_of_day({"x": "noon"}, "x")


def test_day_when_it_is_no_date_then_it_is_refused() -> None:
    with pytest.raises(InvalidInput, match="x: 'soon' cannot be read"):
        day({"x": "soon"}, "x")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, date(2026, 7, 2)),
        ({"day": "2026-06-30"}, date(2026, 6, 30)),
        ({"when": "2026-06-29T23:30"}, date(2026, 6, 29)),
        ({"at": "2026-06-29T23:30+00:00"}, date(2026, 6, 30)),
        ({"when": "2019-05-01"}, date(2026, 7, 2)),
        ({"when": "as a child"}, date(2026, 7, 2)),
    ],
    ids=[
        "filled in past midnight of the person", "day answered", "moment of theirs", "moment with a zone",
        "a date of something else", "words",
    ],
)  # fmt: skip
def test_day_of_when_an_entry_is_placed_then_by_the_days_of_the_person(
    values: dict[str, str], expected: date
) -> None:
    assert day_of(entry("2026-07-01T23:30+00:00", **values), ZONE) == expected


def test_week_of_when_asked_then_it_is_the_monday() -> None:
    weeks = {week_of(date(2026, 3, on)) for on in range(2, 9)}
    assert weeks == {date(2026, 3, 2)}


@pytest.mark.parametrize(("amount", "said"), [(4, "4"), (2.5, "2.5"), (2.04, "2"), (-0.25, "-0.2")])
def test_named_when_a_number_is_said_then_as_a_person_does(amount: float, said: str) -> None:
    assert named(amount) == said


def test_moments_when_they_have_no_zone_then_they_are_refused() -> None:
    with pytest.raises(InvalidInput, match="has no time zone"):
        derive.Entry(NOW.replace(tzinfo=None), {}, NAME)


@pytest.mark.parametrize("named_field", ["gone", "grid.gone"])
def test_derive_when_a_field_does_not_exist_then_it_names_the_exercise_and_key(named_field: str) -> None:
    with pytest.raises(DataFileError, match=r"cbt\.sheet: derived\.value: there is no field"):
        found("series", named_field, fields=[table("grid", column("x"))], entries=[entry("2026-03-01")])


def test_derive_when_the_function_does_not_exist_then_it_lists_those_there_are() -> None:
    with pytest.raises(DataFileError, match="there is no function 'guess'; there are diff, row_diff, "):
        found("guess", fields=[item("x")], entries=[])


def test_derive_when_a_value_names_itself_then_it_is_refused() -> None:
    with pytest.raises(DataFileError, match="there is no other derived value 'value'"):
        found("gte", "value", "5", fields=[item("x")], entries=[entry("2026-03-01")])


def test_derive_when_no_entry_is_named_then_the_newest_that_gives_a_value_counts() -> None:
    entries = [entry("2026-03-01", x=2), entry("2026-03-02", x=9), entry("2026-03-03")]
    assert found("radar", "x", fields=[item("x")], entries=entries) == derive.Table(
        ("", "result"), (("x", 9),), n=1
    )
    first = found("radar", "x", fields=[item("x")], entries=entries, shown=entries[0])
    assert first == derive.Table(("", "result"), (("x", 2),), n=1)


def test_derive_when_the_file_says_fewest_then_that_counts_else_the_functions_own() -> None:
    entries = [entry(f"2026-03-0{on}", x=5) for on in (1, 2, 3)]
    usual = exercise(item("x"), derived=[{"function": "average_curve", "of": ["x"]}])
    assert derive.needed(usual.derived[0]) == 3
    assert found("average_curve", "x", fields=[item("x")], entries=entries[:2]) is None
    assert found("average_curve", "x", fields=[item("x")], entries=entries) is not None
    assert found("average_curve", "x", fields=[item("x")], entries=entries, fewest=4) is None


def test_for_therapists_when_read_then_they_are_the_numbers_a_patient_is_not_to_read() -> None:
    assert sorted(derive.FOR_THERAPISTS) == ["classify_relief", "correlate", "no_gain"]
