"""`holdfast score`: the scores of every row of a CSV file of answers."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holdfast.errors import InvalidInput, Problem
from holdfast.instruments.loader import load
from holdfast.instruments.model import Instrument, Item, ScoreTable
from holdfast.instruments.scoring import score_table
from holdfast.jobs import tables
from holdfast.jobs.tables import Table

RESULTS = ("total", "band", "complete", "alert")
"""The columns written beside those of the file: whole number or empty, slug or empty, yes or no, level 0 to 3."""

# 1.0 is what programs write for a 1 in a column with gaps.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_WHOLE = re.compile(r"([0-9]{1,9})(\.0+)?")
_LONGEST_SHOWN = 6


def score_file(slug: str, *, source: Path, out: Path | None) -> None:
    """Score every row of `source` and write it, with the results beside it, to `out` or standard output.

    The file has one column for each item (q1, q2, …); an empty cell is a missing answer, and other columns are
    carried through as they are. Errors: `NotFound` for the instrument; `InvalidInput` naming every bad cell, and
    then nothing is written.
    """
    instrument = load(slug)
    if not instrument.items:
        raise InvalidInput(Problem(slug, "is kept as a total and has no items to score", "phq9, for example"))
    if out is not None and out.exists() and out.samefile(source):
        raise InvalidInput(Problem(str(out), "is the file that is read", "another file to write to"))
    table = tables.read(source)
    table.require(*instrument.item_ids)
    _refuse_taken_names(table)
    scores = score_table(instrument, _columns(table, instrument))
    tables.write(out, header=(*table.header, *RESULTS), rows=_rows(table, scores))


def _refuse_taken_names(table: Table) -> None:
    taken = [name for name in RESULTS if name in table.names]
    what = "is a column already; the result would stand beside it under the same name"
    tables.refuse([Problem(f"{table.file}, column {name}", what, "that column renamed") for name in taken])


def _columns(table: Table, instrument: Instrument) -> dict[str, NDArray[np.float64]]:
    """The item columns as numbers, NaN for an empty cell. Every cell that is neither is refused at once."""
    columns = {item.id: _numbers(table.column(item.id), item) for item in instrument.items}
    bad = [
        (int(row), item) for item in instrument.items for row in np.flatnonzero(np.isinf(columns[item.id]))
    ]
    in_order = sorted(bad, key=lambda found: found[0])
    tables.refuse([_problem(table, row, item) for row, item in in_order])
    return columns


def _numbers(cells: tuple[str, ...], item: Item) -> NDArray[np.float64]:
    """The cells of an item as numbers; infinity marks what is no answer."""
    read = {cell: _number(cell, item) for cell in set(cells)}
    return np.array([read[cell] for cell in cells], np.float64)


def _number(cell: str, item: Item) -> float:
    text = cell.strip()
    if not text:
        return np.nan
    whole = _WHOLE.fullmatch(text)
    return float(whole[1]) if whole and int(whole[1]) in item.values else np.inf


def _problem(table: Table, row: int, item: Item) -> Problem:
    """What is wrong with a cell. H-010: a code for missing, such as -999, is refused, never added to a total.

    Only short numbers are shown: in a file whose columns have slipped the cell may hold a name or a birthday.
    """
    text = table.text(row, item.id).strip()
    shown = text if _NUMBER.fullmatch(text) and len(text) <= _LONGEST_SHOWN else "this cell"
    *first, last = map(str, item.values)
    expected = f"{', '.join(first)} or {last}, or nothing for a missing answer"
    return Problem(table.place(row, item.id), f"{shown} is no answer", expected)


def _rows(table: Table, scores: ScoreTable) -> Iterator[tuple[object, ...]]:
    results = zip(
        scores.total.tolist(),
        scores.band.tolist(),
        scores.complete.tolist(),
        scores.alert.tolist(),
        strict=True,
    )
    for row, (total, band, complete, alert) in zip(table.rows, results, strict=True):
        yield (*row, "" if np.isnan(total) else int(total), band, "yes" if complete else "no", alert)
