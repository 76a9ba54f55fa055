"""A table of results is the same in CSV, Parquet and JSON; only what an empty cell is differs."""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from holdfast.errors import HoldfastError, InvalidInput
from holdfast.jobs import sheets
from tests.jobs.science_files import names_in

COLUMNS: sheets.Columns = {"name": "text", "count": "whole", "share": "number"}
ENDINGS = (".csv", ".parquet", ".json")


def write(out: Path, *pieces: list[object]) -> None:
    with sheets.opened(out, COLUMNS, endings=ENDINGS) as add:
        for piece in pieces:
            add(piece)


PIECES = ([["ø", ""], ["1", ""], ["0.5", ""]], [["b"], np.array([7]), np.array([0.25])])


def test_csv_when_written_by_pieces_then_holds_them_one_after_the_other(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", *PIECES)
    assert (tmp_path / "t.csv").read_text(encoding="utf-8") == "name,count,share\nø,1,0.5\n,,\nb,7,0.25\n"


def test_parquet_when_written_by_pieces_then_cells_are_typed_and_empty_ones_are_null(tmp_path: Path) -> None:
    write(tmp_path / "t.parquet", *PIECES)
    table = pq.read_table(tmp_path / "t.parquet")
    assert [str(kind) for kind in table.schema.types] == ["string", "int64", "double"]
    assert table.to_pylist() == [
        {"name": "ø", "count": 1, "share": 0.5},
        {"name": None, "count": None, "share": None},
        {"name": "b", "count": 7, "share": 0.25},
    ]


def test_json_when_written_then_is_a_list_of_rows(tmp_path: Path) -> None:
    write(tmp_path / "t.json", PIECES[0])
    assert json.loads((tmp_path / "t.json").read_text(encoding="utf-8")) == [
        {"name": "ø", "count": 1, "share": 0.5},
        {"name": None, "count": None, "share": None},
    ]


@pytest.mark.parametrize("ending", ENDINGS)
def test_table_when_it_has_no_rows_then_is_there_all_the_same(tmp_path: Path, ending: str) -> None:
    write(tmp_path / f"t{ending}")
    assert names_in(tmp_path) == {f"t{ending}"}
    if ending == ".json":
        assert json.loads((tmp_path / "t.json").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_table_when_the_work_fails_midway_then_leaves_nothing(tmp_path: Path, ending: str) -> None:
    def fail(add: sheets.Add) -> None:
        add(PIECES[0])
        raise RuntimeError

    with pytest.raises(RuntimeError), sheets.opened(tmp_path / f"t{ending}", COLUMNS, endings=ENDINGS) as add:
        fail(add)
    assert names_in(tmp_path) == set()


def test_table_when_the_ending_is_another_then_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"expected the ending \.csv or \.parquet or \.json"):
        write(tmp_path / "t.xlsx")


def test_parquet_when_pyarrow_is_missing_then_says_how_to_get_it_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(HoldfastError, match=r"t\.parquet needs pyarrow: install it with `make science`"):
        write(tmp_path / "t.parquet")
    assert names_in(tmp_path) == set()
