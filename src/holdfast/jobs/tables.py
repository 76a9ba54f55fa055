"""Tables in and out: cells are found by line and column name, and a result file is there whole or not at all.

CSV files, and for some jobs Parquet files too, whose cells are taken as the text they would be in CSV.
"""

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from holdfast.errors import InvalidInput, Problem
from holdfast.jobs import outputs, parquet

MOST_LISTED = 20
"""Problems named one by one; of more than that only the number is said."""


@dataclass(frozen=True)
class Table:
    """A table as text: every cell exactly as it stands in the file.

    `lines` gives the line of a CSV file on which each row begins, counted from 1 (the header's); of a Parquet file,
    which has no lines, the number of each row, from 1. `unit` is the word for it.
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    unit: str = "line"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The column names, without blanks around them."""
        return tuple(name.strip() for name in self.header)

    def column(self, name: str) -> tuple[str, ...]:
        """The cells of a column from the first row to the last. Errors: `ValueError` when there is none."""
        index = self.names.index(name)
        return tuple(row[index] for row in self.rows)

    def text(self, row: int, column: str) -> str:
        """What stands in a cell; rows count from 0 as in `rows`."""
        return self.rows[row][self.names.index(column)]

    def place(self, row: int, column: str) -> str:
        """Where a cell is, in words for a `Problem`; rows count from 0 as in `rows`."""
        return f"{self.file}, {self.unit} {self.lines[row]}, column {column}"

    def require(self, *columns: str) -> None:
        """Refuse, with `InvalidInput` naming them all, a table that lacks any of the columns."""
        lacking = [name for name in columns if name not in self.names]
        if lacking:
            hint = "; columns must be separated by commas" if _separated_otherwise(self.header) else ""
            what = f"has no column {', '.join(lacking)}{hint}"
            expected = f"a first line that names the columns {', '.join(columns)}"
            raise InvalidInput(Problem(self.file, what, expected))


def read_any(path: Path) -> Table:
    """The table in a Parquet file, known by its ending, or in a CSV file.

    Errors: as `read`; `InvalidInput` for a file that is no Parquet; `HoldfastError` for one when pyarrow is missing.
    """
    if path.suffix.lower() != parquet.ENDING:
        return read(path)
    header, rows = parquet.read(path)
    lines = tuple(range(1, len(rows) + 1))
    table = Table(file=path.name, header=header, rows=rows, lines=lines, unit="row")
    _refuse_two_of_a_name(table)
    return table


def read(path: Path) -> Table:
    """The table in a UTF-8 CSV file, with or without a byte-order mark; blank lines are passed over.

    Errors: `InvalidInput` for a file that cannot be read, is not UTF-8, has no header, names a column twice, has
    broken quotes or rows of another length.
    """
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    found: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            if cells:
                found.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        where = f"{path.name}, line {begins}"
        raise InvalidInput(Problem(where, f"is no CSV: {error}", "every quote closed")) from error
    if not found:
        raise InvalidInput(Problem(path.name, "is empty", "a first line that names the columns"))
    (_, header), *rows = found
    table = Table(
        file=path.name,
        header=tuple(header),
        rows=tuple(tuple(cells) for _, cells in rows),
        lines=tuple(line for line, _ in rows),
    )
    _refuse_two_of_a_name(table)
    _refuse_ragged(table)
    return table


def write(out: Path | None, *, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as UTF-8 CSV to a file, or to standard output when `out` is None.

    The file is written beside its place and moved there when it is whole, so a failure leaves what was there
    before. Errors: `InvalidInput` when it cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    content = text.getvalue().encode()
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    with outputs.whole(out) as part:
        part.write_bytes(content)


def refuse(problems: Sequence[Problem]) -> None:
    """Raise `InvalidInput` for the problems, if any: the first `MOST_LISTED` by name, the others by number."""
    if not problems:
        return
    listed, more = problems[:MOST_LISTED], len(problems) - MOST_LISTED
    if more > 0:
        listed = [*listed, Problem("further down", f"{more} more such problems", "the same there")]
    raise InvalidInput(*listed)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = Problem(str(path), f"cannot be read: {error.strerror}", "a CSV file")
        raise InvalidInput(problem) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = Problem(f"{path.name}, line {line}", "is not UTF-8", "CSV saved with the encoding UTF-8")
        raise InvalidInput(problem) from error


def _refuse_two_of_a_name(table: Table) -> None:
    twice = sorted({name for name in table.names if name and table.names.count(name) > 1})
    refuse([Problem(table.file, f"names the column {name} more than once", "each once") for name in twice])


def _refuse_ragged(table: Table) -> None:
    width = len(table.header)
    refuse(
        [
            Problem(f"{table.file}, line {line}", f"has {len(row)} cells", f"{width}, as in the first line")
            for line, row in zip(table.lines, table.rows, strict=True)
            if len(row) != width
        ]
    )


def _separated_otherwise(header: Sequence[str]) -> bool:
    return len(header) == 1 and any(sign in header[0] for sign in ";\t|")
