"""Parquet files are read as the text they would be in CSV: the same cells, the same checks, rows instead of lines."""

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from holdfast.errors import HoldfastError, InvalidInput
from holdfast.jobs import tables
from tests.jobs.science_files import make_parquet

NOON = datetime(2026, 3, 2, 12, 30)  # noqa: DTZ001  a moment without a zone is what is tested
MIDNIGHT = datetime(2026, 3, 2)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        ([1, 2, None], ("1", "2", "")),
        ([1.0, 0.5, None], ("1.0", "0.5", "")),
        ([float("nan"), 2.0], ("nan", "2.0")),
        ([date(2026, 3, 2), None], ("2026-03-02", "")),
        ([MIDNIGHT, None, datetime(2026, 3, 9)], ("2026-03-02", "", "2026-03-09")),  # noqa: DTZ001
        ([MIDNIGHT, NOON], ("2026-03-02T00:00:00", "2026-03-02T12:30:00")),
        ([datetime(2026, 3, 2, tzinfo=UTC)], ("2026-03-02T00:00:00+00:00",)),
        ([Decimal("0.50")], ("0.50",)),
        (["ø", "", None], ("ø", "", "")),
        (pa.array(["a", "b", None, "a"]).dictionary_encode(), ("a", "b", "", "a")),
        (pa.array([1_772_454_600_000_000_001], pa.timestamp("ns")), ("2026-03-02T12:30:00",)),
    ],
    ids=[
        "whole", "real", "not a number", "days", "moments that are days", "moments", "moments of a zone", "decimal",
        "text", "categories", "nanoseconds",
    ],
)  # fmt: skip
def test_read_when_cells_are_typed_then_gives_them_as_text(
    tmp_path: Path, cells: object, read: tuple[str, ...]
) -> None:
    table = tables.read_any(make_parquet(tmp_path, {"x": cells}))
    assert table.column("x") == read


def test_place_when_the_file_is_parquet_then_counts_rows_from_one(tmp_path: Path) -> None:
    table = tables.read_any(make_parquet(tmp_path, {"a": [1, 2], "b": ["x", "y"]}))
    assert (table.header, table.rows) == (("a", "b"), (("1", "x"), ("2", "y")))
    assert table.place(1, "b") == "scores.parquet, row 2, column b"


def test_read_when_the_file_has_no_rows_then_gives_its_columns(tmp_path: Path) -> None:
    table = tables.read_any(make_parquet(tmp_path, {"a": pa.array([], pa.int64())}))
    assert (table.header, table.rows, table.lines) == (("a",), (), ())


def test_read_when_a_column_is_named_twice_then_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="names the column a more than once"):
        tables.read_any(make_parquet(tmp_path, {"a": [1], "a ": [2]}))


@pytest.mark.parametrize("cells", [[[1, 2]], [{"k": 1}], [b"bytes"]], ids=["list", "record", "bytes"])
def test_read_when_a_column_is_neither_text_nor_number_then_names_it(tmp_path: Path, cells: object) -> None:
    with pytest.raises(InvalidInput) as error:
        tables.read_any(make_parquet(tmp_path, {"x": cells}))
    assert str(error.value) == (
        "scores.parquet, column x: holds no text, number or date (expected one of these)"
    )


def test_read_when_the_file_is_something_else_then_says_so(tmp_path: Path) -> None:
    file = tmp_path / "scores.parquet"
    file.write_text("person,day\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"scores\.parquet: is no Parquet file"):
        tables.read_any(file)


def test_read_when_there_is_no_such_file_then_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"gone\.parquet: cannot be read: No such file or directory"):
        tables.read_any(tmp_path / "gone.parquet")


def test_read_when_pyarrow_is_missing_then_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make_parquet(tmp_path, {"a": [1]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(HoldfastError) as error:
        tables.read_any(file)
    assert str(error.value) == "scores.parquet needs pyarrow: install it with `make science`"
