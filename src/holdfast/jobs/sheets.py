"""Tables of results written piece by piece as CSV, Parquet or JSON, whichever the ending of the file asks for."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from holdfast.jobs import outputs, parquet

Kind = Literal["text", "whole", "number"]
Columns = Mapping[str, Kind]

Add = Callable[[Sequence[Sequence[object]]], None]
"""Takes a piece of a table: its columns, in their order, as lists or arrays."""


@contextmanager
def opened(out: Path, columns: Columns, *, endings: tuple[str, ...] = (".csv", ".parquet")) -> Iterator[Add]:
    """A table to be written to `out`, by name and kind of its columns; there whole when the block ends well.

    Cells may be text: in Parquet and JSON they are the numbers it stands for, and null where it is empty.

    Errors: `InvalidInput` for another ending or a place that cannot be written; `HoldfastError` when pyarrow is needed
    and not installed.
    """
    outputs.refuse_ending(out, endings)
    parquet.refuse_without_pyarrow(out)
    with outputs.whole(out) as part, into(part, columns, ending=out.suffix.lower()) as add:
        yield add


@contextmanager
def into(part: Path, columns: Columns, *, ending: str) -> Iterator[Add]:
    """A table to be written as the ending says into a file that someone else has opened; CSV where it says nothing."""
    with _WRITERS.get(ending, _csv)(part, columns) as add:
        yield add


@contextmanager
def perhaps(out: Path | None, columns: Columns) -> Iterator[Add | None]:
    """As `opened`, for a table that was perhaps not asked for."""
    if out is None:
        yield None
        return
    with opened(out, columns) as add:
        yield add


@contextmanager
def _csv(part: Path, columns: Columns) -> Iterator[Add]:
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        yield lambda piece: writer.writerows(zip(*piece, strict=True))


@contextmanager
def _json(part: Path, columns: Columns) -> Iterator[Add]:
    """One object a line, in a list."""
    before = "[\n"

    def add(piece: Sequence[Sequence[object]]) -> None:
        nonlocal before
        for row in zip(*_typed(piece, columns), strict=True):
            file.write(before + json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False))
            before = ",\n"

    with part.open("w", encoding="utf-8") as file:
        yield add
        file.write("[]\n" if before == "[\n" else "\n]\n")


@contextmanager
def _parquet(part: Path, columns: Columns) -> Iterator[Add]:
    with parquet.opened(part, columns) as add:
        yield lambda piece: add(_typed(piece, columns))


def _typed(piece: Sequence[Sequence[object]], columns: Columns) -> list[Sequence[object]]:
    return [
        [_value(cell, kind) for cell in cells] if isinstance(cells, list | tuple) else cells
        for cells, kind in zip(piece, columns.values(), strict=True)
    ]


def _value(cell: object, kind: Kind) -> object:
    if not isinstance(cell, str):
        return cell
    if not cell:
        return None
    return {"text": str, "whole": int, "number": float}[kind](cell)


_WRITERS: Final[Mapping[str, Callable[[Path, Columns], AbstractContextManager[Add]]]] = MappingProxyType(
    {".csv": _csv, ".json": _json, ".parquet": _parquet}
)
