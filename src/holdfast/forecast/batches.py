r"""The forecast inside a query: batches of Arrow columns in, batches of Arrow columns out, by the same kernel.

Embedded, with DuckDB:

    rows = duckdb.sql(QUERY).to_arrow_reader()            # QUERY reads a table or Parquet file named `events`
    for batch in forecast_batches(rows): …

On a cluster, with Apache Spark; everyone's rows have to lie in one partition, in any order within it:

    spark.sql(QUERY).repartition("person").sortWithinPartitions("person") \
        .mapInArrow(forecast_batches, SPARK_SCHEMA)

The columns of `events`: `person` (text or whole number), `day` (days since the person's day 0), `kind` (score,
infusion, inactive or session), `name` (the instrument of a score, the therapy of a session), `amount` (the score; the
dose relative to 0.5 mg/kg) and `as_of_day` (the day the forecast is made, the same in all rows of a person).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast import parameters
from holdfast.forecast.ahead import CohortForecast, forecast_cohort
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.model import INACTIVE, INFUSION, KETAMINE, SCORE, SESSION, THERAPIES
from holdfast.forecast.scales import instruments

QUERY: Final = "SELECT person, day, kind, name, amount, as_of_day FROM events ORDER BY person"
"""The same text on DuckDB and on Spark."""

SPARK_SCHEMA: Final = (
    "person string, as_of_day double, n_scores bigint, too_little_data boolean, log_likelihood double, "
    "latent_mean array<double>, latent_sd array<double>, p_relapse_by array<double>"
)
"""What comes out, one row a person, as Spark wants it told: twelve weeks by week, see `ahead.CohortForecast`."""

COLUMNS: Final = ("person", "day", "kind", "name", "amount", "as_of_day")

PEOPLE_AT_ONCE: Final = 50_000
"""Rows of this many people or more are worked out together; memory stays that of one such batch."""

_KINDS: Final[Mapping[str, tuple[int, Callable[[], tuple[str, ...]]]]] = {
    "score": (SCORE, instruments),
    "infusion": (INFUSION, tuple),
    "inactive": (INFUSION, tuple),
    "session": (SESSION, lambda: THERAPIES),
}
"""The kernel's kind of each word, and the names that an event of that kind may have."""


def forecast_batches(batches: Iterable[Any], *, release: str = parameters.CURRENT) -> Iterator[Any]:
    """Forecasts of everyone in the batches; a person's rows lie together, and may run over from one batch to the next.

    **Errors**: `InvalidInput` for a missing column, an unknown kind, instrument or therapy, an empty cell, or what
    `Cohort` refuses, naming the person.
    """
    import pyarrow as pa

    numbers, waiting = parameters.load(release), None
    for batch in batches:
        _refuse_other_columns(batch)
        table = pa.Table.from_batches([batch.select(list(COLUMNS))])
        table = table if waiting is None else pa.concat_tables([waiting, table])
        starts = _starts(table.column("person"))
        if len(starts) <= PEOPLE_AT_ONCE:
            waiting = table
            continue
        waiting = table.slice(int(starts[-1]))
        yield from _forecast(table.slice(0, int(starts[-1])), numbers)
    if waiting is not None and len(waiting):
        yield from _forecast(waiting, numbers)


def _forecast(table: Any, numbers: parameters.Parameters) -> Iterator[Any]:
    person, cohort = _cohort(table.combine_chunks())
    yield _columns(person, forecast_cohort(cohort, numbers))


def _cohort(table: Any) -> tuple[Any, Cohort]:
    """The people of a table, and their events as the kernel takes them."""
    person = table.column("person")
    starts = _starts(person)
    ends = np.append(starts[1:], len(table))
    whose = np.repeat(np.arange(len(starts)), ends - starts)
    kind, code = _codes(table, person)
    day, amount = _numbers(table, "day", person), _numbers(table, "amount", person, empty=kind != SCORE)
    # A session and an inactive infusion have no amount; the kernel's is 1.
    amount = np.where((kind == SESSION) | ((kind == INFUSION) & (code == INACTIVE)), 1.0, amount)
    order = np.lexsort((kind, day, whose))
    cohort = Cohort(
        offsets=np.append(starts, len(table)).astype(np.int64),
        day=day[order],
        kind=kind[order],
        code=code[order],
        amount=amount[order],
        as_of_day=_numbers(table, "as_of_day", person)[starts],
    )
    return person.take(starts), cohort


def _codes(table: Any, person: Any) -> tuple[Any, Any]:
    """The kernel's kind and code of every row, from words; looked up once a word, not once a row."""
    kinds, kind_words = _words(table, "kind")
    names, name_words = _words(table, "name")
    number = np.array([_KINDS[word][0] if word in _KINDS else -1 for word in kind_words], np.int8)
    kind = number[kinds]
    if (kind < 0).any():
        _refuse(person, int(np.argmin(kind)), "kind", "unknown", " or ".join(_KINDS))
    code_of = np.array([[_code(word, name) for name in name_words] for word in kind_words], np.int8)
    code = code_of[kinds, names]
    if (code < 0).any():
        row = int(np.argmin(code))
        word = kind_words[kinds[row]]
        _refuse(person, row, "name", f"unknown for a {word}", ", ".join(_KINDS[word][1]()))
    return kind, code


def _code(kind: str, name: str) -> int:
    """The code of an event of that kind and name; -1 where there is none."""
    if kind not in _KINDS or kind == "infusion":
        return KETAMINE
    if kind == "inactive":
        return INACTIVE
    known = _KINDS[kind][1]()
    return known.index(name) if name in known else -1


def _words(table: Any, column: str) -> tuple[Any, list[str]]:
    """Where each row's word stands in the list of words; an empty cell is the empty word."""
    import pyarrow as pa

    coded = table.column(column).cast(pa.string()).fill_null("").combine_chunks().dictionary_encode()
    return coded.indices.to_numpy(), coded.dictionary.to_pylist()


def _numbers(table: Any, column: str, person: Any, *, empty: Any = False) -> Any:
    """The column as numbers; only where `empty` says so may a cell be."""
    import pyarrow as pa

    values = table.column(column).cast(pa.float64())
    missing = values.is_null().to_numpy() & ~np.broadcast_to(empty, len(values))
    if missing.any():
        _refuse(person, int(np.argmax(missing)), column, "is empty", "a number")
    return values.fill_null(np.nan).to_numpy()


def _starts(person: Any) -> Any:
    """The row on which each person begins."""
    import pyarrow.compute as pc

    if not len(person):
        return np.empty(0, np.int64)
    column = person.combine_chunks()
    changes = pc.not_equal(column.slice(1), column.slice(0, len(column) - 1)).to_numpy(zero_copy_only=False)
    return np.concatenate([[0], np.flatnonzero(changes) + 1]).astype(np.int64)


def _columns(person: Any, forecast: CohortForecast) -> Any:
    import pyarrow as pa

    chances = forecast.p_relapse_by
    columns = {
        "person": person.cast(pa.string()).combine_chunks(),
        "as_of_day": pa.array(forecast.cohort.as_of_day),
        "n_scores": pa.array(forecast.n_scores),
        "too_little_data": pa.array(forecast.too_little_data),
        "log_likelihood": pa.array(forecast.log_likelihood),
        "latent_mean": _lists(forecast.latent_mean),
        "latent_sd": _lists(forecast.latent_sd),
        "p_relapse_by": _lists(chances if chances is not None else np.empty((len(forecast.cohort), 0))),
    }
    return pa.RecordBatch.from_pydict(columns)


def _lists(rows: Any) -> Any:
    import pyarrow as pa

    offsets = np.arange(len(rows) + 1, dtype=np.int32) * rows.shape[1]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(rows.ravel()))


def _refuse_other_columns(batch: Any) -> None:
    lacking = [name for name in COLUMNS if name not in batch.schema.names]
    if lacking:
        raise InvalidInput(Problem("batch", f"has no column {', '.join(lacking)}", ", ".join(COLUMNS)))


def _refuse(person: Any, row: int, column: str, what: str, expected: str) -> None:
    raise InvalidInput(Problem(f"person {person[row].as_py()}, {column}", what, expected))
