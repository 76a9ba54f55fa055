"""`holdfast score`: answers in a file to scores in a file, through the command as people call it."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from holdfast.cli import main
from holdfast.errors import InvalidInput, NotFound
from holdfast.instruments.loader import load
from holdfast.jobs.score_csv import score_file

ITEMS = ",".join(f"q{number}" for number in range(1, 10))


def make_answers(folder: Path, *lines: str, header: str = f"person,{ITEMS}") -> Path:
    file = folder / "answers.csv"
    file.write_text("\n".join((header, *lines, "")), encoding="utf-8")
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["score", *map(str, arguments)])


def refusal(file: Path, *, slug: str = "phq9", out: Path | None = None) -> list[str]:
    with pytest.raises(InvalidInput) as error:
        score_file(slug, source=file, out=out)
    return [str(problem) for problem in error.value.problems]


def test_score_when_every_cell_is_good_then_writes_the_results_beside_the_columns(tmp_path: Path) -> None:
    file = make_answers(tmp_path, "P-1,1,1,1,1,1,1,1,1,1", "P-2,3,3,2,3,1,2,2,1,0", "P-3,0,0,0,0,0,0,0,0,3")
    result = run("phq9", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"person,{ITEMS},total,band,complete,alert\n"
        "P-1,1,1,1,1,1,1,1,1,1,9,mild,yes,1\n"
        "P-2,3,3,2,3,1,2,2,1,0,17,moderately_severe,yes,0\n"
        "P-3,0,0,0,0,0,0,0,0,3,3,minimal,yes,3\n"
    )


def test_score_when_a_cell_is_empty_then_there_is_no_total_but_the_alert_stands(tmp_path: Path) -> None:
    file = make_answers(tmp_path, "P-1,3,3,,3,3,3,3,3,2", "P-2,1,1,1,1,1,1,1,1, ")
    assert [line.split(",")[10:] for line in run("phq9", file).stdout.splitlines()[1:]] == [
        ["", "", "no", "2"],
        ["", "", "no", "0"],
    ]


def test_score_when_there_are_other_columns_then_they_come_through_unchanged_and_in_order(
    tmp_path: Path,
) -> None:
    header = f'"note, long",{ITEMS},när'
    file = make_answers(tmp_path, '" kept, as ""is"" ",0,0,0,0,0,0,0,0,0,007', header=header)
    rows = list(csv.reader(io.StringIO(run("phq9", file).stdout)))
    assert rows == [
        ["note, long", *ITEMS.split(","), "när", "total", "band", "complete", "alert"],
        [' kept, as "is" ', *"000000000", "007", "0", "minimal", "yes", "0"],
    ]


def test_score_when_items_stand_in_another_order_then_each_is_found_by_its_name(tmp_path: Path) -> None:
    header = ",".join(reversed(ITEMS.split(",")))
    file = make_answers(tmp_path, "3,0,0,0,0,0,0,0,0", header=header)
    assert run("phq9", file).stdout.splitlines()[1] == "3,0,0,0,0,0,0,0,0,3,minimal,yes,3"


def test_score_when_saved_with_a_byte_order_mark_and_whole_floats_then_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_bytes(f"\ufeff{ITEMS}\r\n1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0, 1 \r\n".encode())
    lines = run("phq9", file).stdout.splitlines()
    assert lines == [f"{ITEMS},total,band,complete,alert", f"{'1.0,' * 8} 1 ,9,mild,yes,1"]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("-999", "-999"),
        ("4", "4"),
        ("1.5", "1.5"),
        ("-1", "-1"),
        ("x", "this cell"),
        ("NA", "this cell"),
        ("nan", "this cell"),
        ("1e0", "this cell"),
        ("1_0", "this cell"),
        ("２", "this cell"),
        ("Ada Example", "this cell"),
        ("19840229", "this cell"),
        ("1" * 5000, "this cell"),
    ],
)
def test_score_when_a_cell_is_bad_then_it_is_named_and_shown_only_if_it_is_a_short_number(
    tmp_path: Path, cell: str, shown: str
) -> None:
    file = make_answers(tmp_path, "P-1,0,0,0,0,0,0,0,0,0", f"P-2,0,0,{cell},0,0,0,0,0,0")
    assert refusal(file) == [
        f"answers.csv, line 3, column q3: {shown} is no answer "
        "(expected 0, 1, 2 or 3, or nothing for a missing answer)"
    ]


def test_score_when_a_cell_is_bad_then_exit_status_is_two_and_nothing_is_written(tmp_path: Path) -> None:
    out = tmp_path / "scored.csv"
    out.write_text("before")
    file = make_answers(tmp_path, "P-1,0,0,0,0,0,0,0,0,-999")
    for result in (run("phq9", file, "--out", out), run("phq9", file)):
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == (
            "holdfast: answers.csv, line 2, column q9: -999 is no answer "
            "(expected 0, 1, 2 or 3, or nothing for a missing answer)\n"
        )
    assert sorted(found.name for found in tmp_path.iterdir()) == ["answers.csv", "scored.csv"]
    assert out.read_text() == "before"


def test_score_when_many_cells_are_bad_then_names_them_row_by_row_and_says_how_many_more(
    tmp_path: Path,
) -> None:
    file = make_answers(tmp_path, "P-1,9,0,0,0,0,0,0,0,9", *["P-2,0,9,0,0,0,0,0,0,0"] * 23)
    problems = refusal(file)
    assert [problem.split(":")[0] for problem in problems[:4]] == [
        "answers.csv, line 2, column q1",
        "answers.csv, line 2, column q9",
        "answers.csv, line 3, column q2",
        "answers.csv, line 4, column q2",
    ]
    assert problems[20:] == ["further down: 5 more such problems (expected the same there)"]


def test_score_when_columns_are_missing_then_names_them(tmp_path: Path) -> None:
    file = make_answers(tmp_path, "P-1,0,0", header="person,q1,q3")
    assert refusal(file) == [
        "answers.csv: has no column q2, q4, q5, q6, q7, q8, q9 "
        "(expected a first line that names the columns q1, q2, q3, q4, q5, q6, q7, q8, q9)"
    ]


def test_score_when_a_column_stands_twice_then_refuses(tmp_path: Path) -> None:
    file = make_answers(tmp_path, "0,0,0,0,0,0,0,0,0,3", header=f"{ITEMS},q9")
    assert refusal(file) == ["answers.csv: names the column q9 more than once (expected each once)"]


def test_score_when_results_are_there_already_then_refuses(tmp_path: Path) -> None:
    file = make_answers(tmp_path, "0,0,0,0,0,0,0,0,0,x,x", header=f"{ITEMS},total, alert")
    assert [problem.split(":")[0] for problem in refusal(file)] == [
        "answers.csv, column total",
        "answers.csv, column alert",
    ]


def test_score_when_there_are_no_rows_then_writes_the_header_alone(tmp_path: Path) -> None:
    assert run("phq9", make_answers(tmp_path)).stdout == f"person,{ITEMS},total,band,complete,alert\n"


def test_score_when_out_is_the_file_that_is_read_then_refuses(tmp_path: Path) -> None:
    file = make_answers(tmp_path, "P-1,0,0,0,0,0,0,0,0,0")
    before = file.read_text()
    assert refusal(file, out=file) == [
        f"{file}: is the file that is read (expected another file to write to)"
    ]
    assert file.read_text() == before


def test_score_when_out_is_given_then_writes_there_and_nothing_to_standard_output(tmp_path: Path) -> None:
    file, out = make_answers(tmp_path, "P-1,0,0,0,0,0,0,0,0,0"), tmp_path / "scored.csv"
    result = run("phq9", file, "--out", out)
    assert (result.exit_code, result.output) == (0, "")
    assert out.read_text() == (
        f"person,{ITEMS},total,band,complete,alert\nP-1,0,0,0,0,0,0,0,0,0,0,minimal,yes,0\n"
    )


def test_score_when_the_qids_is_given_by_item_then_scores_its_domains(tmp_path: Path) -> None:
    items = load("qids_sr16").item_ids
    file = make_answers(tmp_path, "1,2,0,0,2,1,,0,,1,1,0,2,2,1,0", header=",".join(items))
    assert run("qids_sr16", file).stdout.splitlines()[1].split(",")[16:] == ["12", "moderate", "yes", "0"]


def test_score_when_the_instrument_is_kept_as_a_total_then_says_so(tmp_path: Path) -> None:
    assert refusal(make_answers(tmp_path), slug="madrs") == [
        "madrs: is kept as a total and has no items to score (expected phq9, for example)"
    ]


def test_score_when_the_instrument_is_unknown_then_lists_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no instrument 'phq'; there are aaq2, bads_sf"):
        score_file("phq", source=make_answers(tmp_path), out=None)


def test_score_when_run_then_needs_no_django(tmp_path: Path) -> None:
    file = make_answers(tmp_path, "P-1,0,0,0,0,0,0,0,0,0")
    code = "import sys; sys.modules['django'] = None; from holdfast.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "score", "phq9", file], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.splitlines()[1:] == [b"P-1,0,0,0,0,0,0,0,0,0,0,minimal,yes,0"]
