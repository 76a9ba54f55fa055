"""CSV files in and out: cells are found by line and column name, and a result file is there whole or not at all."""

import csv
import io
import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.errors import InvalidInput, Problem

MOST_LISTED = 20
"""Problems named one by one; of more than that only the number is said."""


@dataclass(frozen=True)
class Table:
    """A CSV file as text: every cell exactly as it stands there.

    `lines` gives the line of the file on which each row begins, counted from 1 (the header's).
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    @property
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
        return f"{self.file}, line {self.lines[row]}, column {column}"

    def require(self, *columns: str) -> None:
        """Refuse, with `InvalidInput` naming them all, a table that lacks any of the columns."""
        lacking = [name for name in columns if name not in self.names]
        if lacking:
            hint = "; columns must be separated by commas" if _separated_otherwise(self.header) else ""
            what = f"has no column {', '.join(lacking)}{hint}"
            expected = f"a first line that names the columns {', '.join(columns)}"
            raise InvalidInput(Problem(self.file, what, expected))


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
    try:
        _put(out.resolve(), content)
    except OSError as error:
        what = f"cannot be written: {error.strerror}"
        raise InvalidInput(Problem(str(out), what, "a folder that is there and may be written to")) from error


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


def _put(out: Path, content: bytes) -> None:
    if out.exists() and not out.is_file():
        out.write_bytes(content)  # a device or a pipe: moving a file over it would take its place
        return
    part = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if out.exists():
            shutil.copymode(out, part)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
