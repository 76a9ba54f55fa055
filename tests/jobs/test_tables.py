"""CSV files come in with every fault named by its line, and go out whole or not at all."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.errors import InvalidInput, Problem
from holdfast.jobs import tables


def make_csv(folder: Path, content: str | bytes, *, name: str = "answers.csv") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def refusal(folder: Path, content: str | bytes) -> str:
    with pytest.raises(InvalidInput) as error:
        tables.read(make_csv(folder, content))
    return str(error.value)


def test_read_when_well_formed_then_gives_every_cell_as_it_stands(tmp_path: Path) -> None:
    table = tables.read(make_csv(tmp_path, 'person,q1, note \nP-1, 2 ,"a, ""b"""\nP-2,,ø\n'))
    assert table.header == ("person", "q1", " note ")
    assert table.rows == (("P-1", " 2 ", 'a, "b"'), ("P-2", "", "ø"))
    assert table.column("note") == ('a, "b"', "ø")
    assert table.text(1, "note") == "ø"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte-order mark"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_read_when_saved_by_different_programs_then_gives_the_same(
    tmp_path: Path, mark: bytes, ending: str
) -> None:
    table = tables.read(make_csv(tmp_path, mark + f"q1,q2{ending}1,2".encode()))
    assert (table.header, table.rows) == (("q1", "q2"), (("1", "2"),))


def test_place_when_cells_span_lines_and_lines_are_blank_then_names_the_line_a_row_begins_on(
    tmp_path: Path,
) -> None:
    table = tables.read(make_csv(tmp_path, 'note,q1\n"two\nlines",1\n\n\nx,2\n'))
    assert table.lines == (2, 6)
    assert table.place(1, "q1") == "answers.csv, line 6, column q1"


def test_read_when_a_row_is_longer_or_shorter_then_names_each_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, "a,b\n1,2\n1\n1,2,3\n") == (
        "answers.csv, line 3: has 1 cells (expected 2, as in the first line); "
        "answers.csv, line 4: has 3 cells (expected 2, as in the first line)"
    )


def test_read_when_a_quote_is_never_closed_then_names_the_line_it_opens_on(tmp_path: Path) -> None:
    assert refusal(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n') == (
        "answers.csv, line 3: is no CSV: unexpected end of data (expected every quote closed)"
    )


def test_read_when_not_utf8_then_names_the_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"a,b\n1,2\nJos\xe9,3\n") == (
        "answers.csv, line 3: is not UTF-8 (expected CSV saved with the encoding UTF-8)"
    )


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_read_when_nothing_is_in_it_then_says_so(tmp_path: Path, content: str) -> None:
    assert refusal(tmp_path, content) == (
        "answers.csv: is empty (expected a first line that names the columns)"
    )


def test_read_when_a_column_is_named_twice_then_names_it_and_lets_nameless_ones_be(tmp_path: Path) -> None:
    assert refusal(tmp_path, "q1,q2, q1,,\n1,2,3,,\n") == (
        "answers.csv: names the column q1 more than once (expected each once)"
    )
    assert tables.read(make_csv(tmp_path, "q1,,\n1,,\n")).header == ("q1", "", "")


def test_read_when_there_is_no_such_file_then_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"gone\.csv: cannot be read: No such file or directory"):
        tables.read(tmp_path / "gone.csv")


def test_require_when_columns_are_missing_then_names_them_all(tmp_path: Path) -> None:
    table = tables.read(make_csv(tmp_path, "person,q1\nP-1,1\n"))
    table.require("q1", "person")
    with pytest.raises(InvalidInput) as error:
        table.require("q1", "q2", "q3")
    assert str(error.value) == (
        "answers.csv: has no column q2, q3 (expected a first line that names the columns q1, q2, q3)"
    )


def test_require_when_columns_are_separated_by_semicolons_then_says_what_they_must_be(tmp_path: Path) -> None:
    table = tables.read(make_csv(tmp_path, "q1;q2\n1;2\n"))
    with pytest.raises(InvalidInput, match="columns must be separated by commas"):
        table.require("q1", "q2")


def test_refuse_when_there_are_many_problems_then_lists_some_and_says_how_many_more() -> None:
    problems = [Problem(f"line {number}", "is wrong", "right") for number in range(25)]
    with pytest.raises(InvalidInput) as error:
        tables.refuse(problems)
    assert error.value.problems[:20] == tuple(problems[:20])
    assert str(error.value.problems[20:]) == str(
        (Problem("further down", "5 more such problems", "the same there"),)
    )


def test_refuse_when_there_is_no_problem_then_does_nothing() -> None:
    tables.refuse([])


def test_write_when_read_again_then_it_is_the_same(tmp_path: Path) -> None:
    rows = (('a, "b"', "two\nlines"), ("ø", ""))
    tables.write(tmp_path / "out.csv", header=("x", "y"), rows=rows)
    table = tables.read(tmp_path / "out.csv")
    assert (table.header, table.rows) == (("x", "y"), rows)


def test_write_when_no_file_is_named_then_goes_to_standard_output(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    tables.write(None, header=("x",), rows=[("ø",), (1,)])
    assert capfdbinary.readouterr().out == "x\nø\n1\n".encode()


def test_write_when_a_row_fails_then_what_was_there_stays_and_nothing_is_left(tmp_path: Path) -> None:
    out = make_csv(tmp_path, "before")

    def rows() -> Iterator[tuple[int]]:
        yield (1,)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        tables.write(out, header=("x",), rows=rows())
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"answers.csv": "before"}


def test_write_when_the_place_is_taken_by_the_disk_then_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = make_csv(tmp_path, "before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InvalidInput, match="cannot be written: No space left on device"):
        tables.write(out, header=("x",), rows=[(1,)])
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"answers.csv": "before"}


def test_write_when_the_folder_is_missing_then_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written: No such file or directory"):
        tables.write(tmp_path / "gone" / "out.csv", header=("x",), rows=[])


def test_write_when_the_file_was_there_then_keeps_who_may_read_it(tmp_path: Path) -> None:
    out = make_csv(tmp_path, "before")
    out.chmod(0o640)
    tables.write(out, header=("x",), rows=[])
    assert (out.read_text(), stat.S_IMODE(out.stat().st_mode)) == ("x\n", 0o640)


def test_write_when_the_place_is_a_link_then_the_file_behind_it_is_written(tmp_path: Path) -> None:
    out = make_csv(tmp_path, "before")
    link = tmp_path / "link.csv"
    link.symlink_to(out)
    tables.write(link, header=("x",), rows=[])
    assert (link.is_symlink(), out.read_text()) == (True, "x\n")


def test_write_when_the_place_is_a_pipe_then_it_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        tables.write(pipe, header=("x",), rows=[])
        assert (pipe.is_fifo(), os.read(reader, 100)) == (True, b"x\n")
    finally:
        os.close(reader)
