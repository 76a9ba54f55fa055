"""Parquet files: cells read as the text they would be in CSV, so that the same checks hold; tables written by pieces.

pyarrow is loaded when the first such file is met: the command line works without it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from holdfast.errors import InvalidInput, Problem
from holdfast.jobs import outputs

ENDING: Final = ".parquet"


def read(path: Path) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Names of the columns, and every row as text: an empty cell is an empty text.

    A whole number is written without a point, a real one with; a day as 2026-03-02; a moment in ISO 8601, but as a
    day in a column where all stand at midnight (so programs write days).

    Errors: `InvalidInput` for a file that cannot be read or is no Parquet file, and for a column of lists or the like.
    """
    table = _table(path)
    columns = [
        _texts(path, name, column) for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    return tuple(table.column_names), tuple(zip(*columns, strict=True))


@contextmanager
def opened(path: Path, columns: Mapping[str, str]) -> Iterator[Callable[[Sequence[Sequence[object]]], None]]:
    """A table to be written, by name and kind of its columns: whole, number or text. Takes columns, piece by piece."""
    pa = _pyarrow(path)
    from pyarrow.parquet import ParquetWriter

    types = {"whole": pa.int64(), "number": pa.float64(), "text": pa.string()}
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])

    def add(piece: Sequence[Sequence[object]]) -> None:
        arrays = [pa.array(cells, one.type) for cells, one in zip(piece, schema, strict=True)]
        writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

    with ParquetWriter(path, schema) as writer:
        yield add


def refuse_without_pyarrow(path: Path) -> None:
    """Errors: `HoldfastError` when this file needs pyarrow and it is not installed."""
    if path.suffix.lower() == ENDING:
        _pyarrow(path)


def _pyarrow(path: Path) -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise outputs.missing(path.name, "pyarrow") from error
    return pyarrow


def _table(path: Path) -> Any:
    pa = _pyarrow(path)
    from pyarrow import parquet

    try:
        content = path.read_bytes()
    except OSError as error:
        problem = Problem(str(path), f"cannot be read: {error.strerror}", "a Parquet file")
        raise InvalidInput(problem) from error
    try:
        return parquet.read_table(pa.BufferReader(content))
    except (OSError, pa.ArrowException) as error:
        raise InvalidInput(Problem(path.name, "is no Parquet file", "a file written as Parquet")) from error


def _texts(path: Path, name: str, column: Any) -> list[str]:
    """The cells of a column as text."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        return _texts(path, name, column.cast(kind.value_type))
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        problem = Problem(f"{path.name}, column {name}", "holds no text, number or date", "one of these")
        raise InvalidInput(problem)
    if pa.types.is_timestamp(kind):
        return _moments(column.cast(pa.timestamp("us", kind.tz), safe=False).to_pylist())
    return ["" if cell is None else str(cell) for cell in column.to_pylist()]


def _moments(cells: Sequence[Any]) -> list[str]:
    midnight = all(
        (one.hour, one.minute, one.second, one.microsecond) == (0, 0, 0, 0) for one in cells if one
    )
    days_alone = midnight and not any(one.tzinfo for one in cells if one)
    return ["" if one is None else (one.date() if days_alone else one).isoformat() for one in cells]
