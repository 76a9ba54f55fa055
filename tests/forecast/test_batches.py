"""The forecast inside a query: embedded on DuckDB it gives the numbers of the library, whatever the batches."""

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from holdfast.errors import InvalidInput
from holdfast.forecast import batches, parameters
from holdfast.forecast.ahead import forecast_cohort
from holdfast.forecast.batches import QUERY, forecast_batches
from holdfast.forecast.cohort import Cohort
from tests.forecast.events import make_events
from tests.forecast.people import make_random

RECORDS = [make_random(np.random.default_rng(seed)) for seed in range(60)]


def _direct() -> Any:
    return forecast_cohort(Cohort.of(RECORDS), parameters.load())


def _through_duckdb(rows: int) -> pa.Table:
    database = duckdb.connect()
    database.register("events", make_events(RECORDS).take(np.random.default_rng(1).permutation(_count())))
    # DuckDB hands out batches of 2,048 rows at least: cut smaller, so that people run over from one to the next.
    whole = database.sql(QUERY).to_arrow_reader()
    cut = (batch.slice(start, rows) for batch in whole for start in range(0, len(batch), rows))
    return pa.Table.from_batches(list(forecast_batches(cut)))


def _count() -> int:
    return len(make_events(RECORDS))


@pytest.mark.parametrize("rows", [7, 100_000])
def test_query_when_run_on_duckdb_then_gives_the_numbers_of_the_library(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PEOPLE_AT_ONCE", 9)
    found, expected = _through_duckdb(rows), _direct()
    assert found.column("person").to_pylist() == [f"p{place:03}" for place in range(len(RECORDS))]
    assert found.column("n_scores").to_pylist() == expected.n_scores.tolist()
    assert found.column("too_little_data").to_pylist() == expected.too_little_data.tolist()
    for name in ("latent_mean", "latent_sd", "p_relapse_by"):
        rows_found = np.array(found.column(name).to_pylist())
        np.testing.assert_allclose(rows_found, getattr(expected, name), rtol=0, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(found.column("log_likelihood").to_numpy(), expected.log_likelihood, atol=1e-12)


def test_batches_when_there_is_nobody_then_nothing_comes_out() -> None:
    assert list(forecast_batches([])) == []


def _one(**changes: Any) -> Iterator[pa.RecordBatch]:
    row = {"person": "x", "day": 0.0, "kind": "score", "name": "phq9", "amount": 20.0, "as_of_day": 3.0}
    yield pa.RecordBatch.from_pylist([row | changes])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "scan"}, "person x, kind: unknown (expected score or infusion or inactive or session)"),
        ({"kind": None}, "person x, kind: unknown"),
        ({"name": "mood"}, "person x, name: unknown for a score (expected aaq2, bads_sf"),
        ({"kind": "session", "name": "emdr"}, "person x, name: unknown for a session (expected cbt, dbt"),
        ({"amount": None}, "person x, amount: is empty (expected a number)"),
        ({"amount": 28.0}, "person 0, event 0, amount: impossible"),
        ({"kind": "infusion", "name": "", "amount": 0.0}, "person 0, event 0, amount: impossible"),
        ({"kind": "infusion", "name": "", "amount": None}, "person 0, event 0, amount: impossible"),
        ({"day": None}, "person x, day: is empty"),
        ({"day": float("nan")}, "person 0, event 0, day: not a day of the episode"),
        ({"day": 4.0}, "person 0, event 0, day: later than the person's as_of_day"),
        ({"name": "gad7"}, "person 0, event 0, instrument: 'gad7' has no link to severity"),
    ],
)
def test_batch_when_a_cell_is_wrong_then_names_person_and_column(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput) as error:
        list(forecast_batches(_one(**changes)))
    assert str(error.value).startswith(said)


def test_batch_when_a_column_is_missing_then_names_it() -> None:
    with pytest.raises(InvalidInput, match="batch: has no column amount"):
        list(forecast_batches(batch.drop_columns(["amount"]) for batch in _one()))
