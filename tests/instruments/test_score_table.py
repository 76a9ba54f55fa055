"""Whole tables are scored as each row would be alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from holdfast.errors import InvalidInput
from holdfast.instruments.loader import load
from holdfast.instruments.model import Instrument
from holdfast.instruments.scoring import score, score_table
from tests.instruments.making import answers, make_instrument, make_prorated, make_rule

Row = dict[str, int | None]

INSTRUMENTS = [
    *map(load, ("phq9", "gad7", "qids_sr16", "core10")),
    make_prorated(up_to=1),
    make_prorated(up_to=3),
    make_instrument(alerts=[make_rule(at_least=10, level=1), make_rule(at_least=15, level=3)]),
]
# Mostly answered, or hardly any row would have a total to compare.
VALUES = st.sampled_from([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, None])


@st.composite
def tables(draw: st.DrawFn) -> tuple[Instrument, list[Row]]:
    """An instrument, and up to 30 rows of answers to it."""
    instrument = draw(st.sampled_from(INSTRUMENTS))
    row = st.fixed_dictionaries(dict.fromkeys(instrument.item_ids, VALUES))
    return instrument, draw(st.lists(row, max_size=30))


def columns(instrument: Instrument, rows: list[Row]) -> dict[str, NDArray[np.float64]]:
    return {item: np.array([row[item] for row in rows], np.float64) for item in instrument.item_ids}


@given(tables())
def test_table_when_scored_then_every_row_is_as_scored_alone(table: tuple[Instrument, list[Row]]) -> None:
    instrument, rows = table
    whole = score_table(instrument, columns(instrument, rows))
    alone = [score(instrument, row) for row in rows]
    totals = [None if np.isnan(total) else total for total in whole.total]
    assert totals == [one.total for one in alone]
    assert whole.band.tolist() == [one.band or "" for one in alone]
    assert whole.complete.tolist() == [one.complete for one in alone]
    assert whole.prorated.tolist() == [one.prorated for one in alone]
    assert whole.alert.tolist() == [max((a.level for a in one.alerts), default=0) for one in alone]


@given(tables())
def test_total_when_it_stands_then_lies_in_range_and_never_below_what_was_answered(
    table: tuple[Instrument, list[Row]],
) -> None:
    instrument, rows = table
    for row in rows:
        result = score(instrument, row)
        if result.total is not None:
            assert instrument.minimum <= result.total <= instrument.maximum
            if instrument.method == "sum":
                assert result.total >= sum(value for value in row.values() if value is not None)


@given(st.lists(st.integers(0, 3), min_size=16, max_size=16))
def test_qids_when_everything_is_answered_then_it_is_the_published_formula(values: list[int]) -> None:
    q = [0, *values]
    expected = max(q[1:5]) + q[5] + max(q[6:10]) + sum(q[10:15]) + max(q[15:17])
    assert score(load("qids_sr16"), answers(*values)).total == expected


@given(tables(), st.integers(0, 15))
def test_answer_when_taken_away_then_the_total_goes_unless_the_rule_lets_it_stand(
    table: tuple[Instrument, list[Row]], number: int
) -> None:
    instrument, rows = table
    item = instrument.item_ids[number % len(instrument.item_ids)]
    in_a_pair = instrument.slug == "qids_sr16" and item in {"q6", "q7", "q8", "q9"}
    for row in rows:
        after = score(instrument, {**row, item: None})
        assert after.total is None or in_a_pair or after.prorated


def test_table_when_empty_then_gives_empty_columns() -> None:
    result = score_table(load("phq9"), columns(load("phq9"), []))
    assert [len(column) for column in (result.total, result.band, result.complete, result.alert)] == [0] * 4


def test_table_when_given_integers_then_scores_them() -> None:
    ones = {item: np.ones(2, np.int64) for item in load("phq9").item_ids}
    assert score_table(load("phq9"), ones).total.tolist() == [9, 9]  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [-999.0, 4.0, 1.5, np.inf])
def test_table_when_a_value_is_no_option_then_names_column_row_and_how_often(value: float) -> None:
    given_columns = columns(load("phq9"), [dict.fromkeys(load("phq9").item_ids, 1)] * 3)
    given_columns["q4"][1:] = value
    with pytest.raises(InvalidInput) as error:
        score_table(load("phq9"), given_columns)
    assert str(error.value) == (
        f"q4, row 2: {value:g} is not one of the answers; so in 2 rows (expected 0, 1, 2 or 3, or NaN for missing)"
    )


def test_table_when_a_column_is_missing_or_unknown_then_names_it() -> None:
    given_columns = columns(load("gad7"), [dict.fromkeys(load("gad7").item_ids, 1)])
    given_columns["q8"] = given_columns.pop("q7")
    with pytest.raises(InvalidInput) as error:
        score_table(load("gad7"), given_columns)
    assert [(problem.where, problem.what) for problem in error.value.problems] == [
        ("q7", "this column is missing"),
        ("q8", "is not an item of GAD-7"),
    ]


def test_table_when_columns_differ_in_length_then_refuses() -> None:
    given_columns = columns(load("gad7"), [dict.fromkeys(load("gad7").item_ids, 1)] * 2)
    given_columns["q7"] = np.ones(3)
    with pytest.raises(InvalidInput, match="differ in length"):
        score_table(load("gad7"), given_columns)


def test_table_when_only_totals_are_kept_then_refuses() -> None:
    with pytest.raises(InvalidInput, match="madrs: has no items to score"):
        score_table(load("madrs"), {})
