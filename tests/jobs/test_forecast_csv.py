"""`holdfast forecast`: scores and events in files to twelve weeks ahead, through the command as people call it."""

import csv
import io
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from holdfast.cli import main
from holdfast.errors import InvalidInput
from holdfast.forecast import parameters
from holdfast.forecast.ahead import forecast
from holdfast.forecast.filtering import filter_record
from holdfast.forecast.model import InfusionEvent, Record, ScoreEvent, SessionEvent
from holdfast.jobs.forecast_csv import HEADER, forecast_file

SOURCE = Path(__file__).parents[2] / "src"
ADA = ("ada,2026-03-02,phq9,21", "ada,2026-03-06,phq9,12", "ada,2026-03-12,phq9,6", "ada,2026-03-16,phq9,5")
ADAS_EVENTS = (
    "ada,2026-03-03,infusion,0.5",
    "ada,2026-03-05,infusion,0.5;35;70",
    "ada,2026-03-09,infusion,1.0",
    "ada,2026-03-10,session,cbt:1",
    "ada,2026-03-13,session,cbt:2:did_not_attend",
    "ada,2026-03-17,session,cbt",
)


def make_scores(folder: Path, *lines: str, header: str = "person,date,instrument,score") -> Path:
    file = folder / "scores.csv"
    file.write_text("\n".join((header, *lines, "")), encoding="utf-8")
    return file


def make_events(folder: Path, *lines: str, header: str = "person,date,event,detail") -> Path:
    file = folder / "events.csv"
    file.write_text("\n".join((header, *lines, "")), encoding="utf-8")
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["forecast", *map(str, arguments)])


def table(result: Result) -> list[dict[str, str]]:
    assert (result.exit_code, result.stderr) == (0, "")
    return list(csv.DictReader(io.StringIO(result.stdout)))


def refusal(file: Path, events: Path | None = None) -> list[str]:
    with pytest.raises(InvalidInput) as error:
        forecast_file(file, events=events, out=None)
    return [str(problem) for problem in error.value.problems]


def test_forecast_when_files_are_good_then_writes_what_the_forecast_itself_says(tmp_path: Path) -> None:
    rows = table(run(make_scores(tmp_path, *ADA), "--events", make_events(tmp_path, *ADAS_EVENTS)))
    ahead = forecast(
        filter_record(
            Record(
                scores=tuple(ScoreEvent(d, "phq9", v) for d, v in ((0, 21), (4, 12), (10, 6), (14, 5))),
                infusions=(InfusionEvent(1, 1.0), InfusionEvent(3, 1.0), InfusionEvent(7, 2.0)),
                sessions=(SessionEvent(8, "cbt"), SessionEvent(15, "cbt")),
                as_of_day=15,
            ),
            parameters.load(),
        ),
        relapse_on="phq9",
    )
    fan, response, holds = ahead.scores("phq9"), ahead.p_response("phq9", 21), ahead.relief_holds
    assert holds is not None
    assert [row["week"] for row in rows] == [str(week) for week in range(13)]
    assert {row["person"] for row in rows} == {"ada"}
    assert {row["instrument"] for row in rows} == {"phq9"}
    assert {row["as_of"] for row in rows} == {"2026-03-17"}
    assert [row["expected"] for row in rows] == [f"{mean:.1f}" for mean in fan.mean[::7]]
    assert [row["lower95"] for row in rows] == [str(score) for score in fan.lower95[::7]]
    assert [row["upper50"] for row in rows] == [str(score) for score in fan.upper50[::7]]
    assert [row["p_response"] for row in rows] == [f"{chance:.3f}" for chance in response[::7]]
    assert [row["p_remission"] for row in rows] == [f"{p:.3f}" for p in ahead.p_remission("phq9")[::7]]
    assert [row["p_relapse_by"] for row in rows] == ["", *(f"{p:.3f}" for p in ahead.p_relapse_by)]
    assert {row["days_relief_holds_lower80"] for row in rows} == {str(holds.lower_days)}
    assert {row["days_relief_holds_upper80"] for row in rows} == {">84"}
    assert {row["note"] for row in rows} == {""}
    assert tuple(rows[0]) == HEADER


def test_forecast_when_there_is_one_score_then_says_too_little_and_carries_no_numbers(tmp_path: Path) -> None:
    rows = table(run(make_scores(tmp_path, ADA[0])))
    assert [row["week"] for row in rows] == [str(week) for week in range(13)]
    assert {row["note"] for row in rows} == {"Only 1 of the 2 scores a forecast needs."}
    assert {row[name] for row in rows for name in HEADER[4:-1]} == {""}


def test_forecast_when_only_anxiety_was_measured_then_says_that_nothing_can_be_read(tmp_path: Path) -> None:
    rows = table(run(make_scores(tmp_path, "bo,2026-03-02,gad7,15", "bo,2026-03-09,gad7,12")))
    assert {row["note"] for row in rows} == {"No score of an instrument the forecast can read."}
    assert {row["instrument"] for row in rows} == {"gad7"}


@pytest.mark.parametrize("measure", ["core10", "wai_sr", "bads_sf", "aaq2", "ders16", "vq"])
def test_forecast_when_only_a_process_was_measured_then_says_that_nothing_can_be_read(
    tmp_path: Path, measure: str
) -> None:
    rows = table(run(make_scores(tmp_path, f"bo,2026-03-02,{measure},20", f"bo,2026-03-09,{measure},25")))
    assert {row["note"] for row in rows} == {"No score of an instrument the forecast can read."}
    assert {row[name] for row in rows for name in HEADER[4:-1]} == {""}


def test_forecast_when_anxiety_was_measured_too_then_it_changes_nothing_but_the_date(tmp_path: Path) -> None:
    alone = table(run(make_scores(tmp_path, *ADA)))
    both = table(run(make_scores(tmp_path, *ADA, "ada,2026-03-16,gad7,9")))
    assert both == alone


def test_forecast_when_there_is_no_relief_then_leaves_its_days_empty(tmp_path: Path) -> None:
    rows = table(run(make_scores(tmp_path, "bo,2026-03-02,phq9,21", "bo,2026-03-09,phq9,20")))
    names = ("days_relief_holds", "days_relief_holds_lower80", "days_relief_holds_upper80")
    assert {row[name] for row in rows for name in names} == {""}
    assert rows[0]["note"] == ""


def test_forecast_when_baseline_is_zero_then_leaves_response_empty(tmp_path: Path) -> None:
    rows = table(run(make_scores(tmp_path, "bo,2026-03-02,phq9,0", "bo,2026-03-09,phq9,3")))
    assert {row["p_response"] for row in rows} == {""}
    assert rows[0]["p_remission"] != ""


def test_forecast_when_there_are_several_people_then_each_is_as_alone(tmp_path: Path) -> None:
    bo = ("bo,2025-01-10,madrs,34", "bo,2025-01-20,madrs,30")
    mixed = (ADA[0], bo[0], *ADA[1:], bo[1])
    together = table(run(make_scores(tmp_path, *mixed)))
    assert [row for row in together if row["person"] == "ada"] == table(run(make_scores(tmp_path, *ADA)))
    assert [row for row in together if row["person"] == "bo"] == table(run(make_scores(tmp_path, *bo)))


def test_forecast_when_answers_stand_by_item_then_is_that_of_their_totals(tmp_path: Path) -> None:
    items = "person,date,instrument," + ",".join(f"q{number}" for number in range(1, 10))
    by_item = make_scores(
        tmp_path,
        "ada,2026-03-02,phq9,3,3,3,3,3,2,2,1,1",
        "ada,2026-03-04,phq9,3,,3,3,3,2,2,1,",
        "ada,2026-03-06,phq9,2,2,2,2,2,1,1,0,0",
        header=items,
    )
    found = table(run(by_item))
    assert found == table(run(make_scores(tmp_path, *ADA[:2])))


def test_forecast_when_out_is_given_then_writes_there_and_nothing_to_the_screen(tmp_path: Path) -> None:
    file = make_scores(tmp_path, *ADA)
    result = run(file, "--out", tmp_path / "ahead.csv")
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "ahead.csv").read_text(encoding="utf-8") == run(file).stdout


def test_forecast_when_cells_are_bad_then_names_line_and_column_of_each(tmp_path: Path) -> None:
    file = make_scores(
        tmp_path,
        ADA[0],
        "ada,02.03.2026,phq9,12",
        "ada,2026-03-06,mood,12",
        ",2026-03-06,phq9,28",
        "ada,2026-03-08,phq9,nan",
        "ada,2026-03-08,phq9,",
        "ada,2026-03-01,phq9,9",
    )
    place = "scores.csv, line"
    assert refusal(file) == [
        f"{place} 3, column date: is no date (expected 2026-03-02, or 2026-03-02T09:30)",
        f"{place} 4, column instrument: names no instrument "
        "(expected aaq2 or bads_sf or bdi2 or core10 or cssrs_screen or ders16 or gad7 or hamd17 or madrs or phq9 "
        "or qids_sr16 or vq or wai_sr or wsas)",
        f"{place} 5, column person: is empty (expected a code for the person)",
        f"{place} 5, column score: 28 lies outside 0 to 27 (expected a whole number from 0 to 27 for PHQ-9)",
        f"{place} 6, column score: is no score (expected a whole number)",
        f"{place} 7, column score: is empty (expected a whole number)",
        f"{place} 8, column date: is before the row above it of the same person and kind (expected rows by date)",
    ]


def test_forecast_when_events_are_bad_then_names_line_and_column_of_each(tmp_path: Path) -> None:
    events = make_events(
        tmp_path,
        "ada,2026-03-03,infusion,0",
        "ada,2026-03-03,infusion,40",
        "ada,2026-03-03,infusion,half",
        "ada,2026-03-03,session,talking",
        "ada,2026-03-03,session,cbt:late",
        "ada,2026-03-03,party,cbt",
        "cy,2026-03-03,infusion,0.5",
    )
    found = refusal(make_scores(tmp_path, *ADA), events)
    assert [problem.partition(" (")[0] for problem in found] == [
        "events.csv, line 2, column detail: not a dose of ketamine for depression",
        "events.csv, line 3, column detail: not a dose of ketamine for depression",
        "events.csv, line 4, column detail: is no dose",
        "events.csv, line 5, column detail: no therapy of the model",
        "events.csv, line 6, column detail: is no session",
        "events.csv, line 7, column event: names no event",
        "events.csv, line 8, column person: has no score in the other file",
    ]


def test_forecast_when_an_item_is_a_code_for_missing_then_names_its_column(tmp_path: Path) -> None:
    items = "person,date,instrument," + ",".join(f"q{number}" for number in range(1, 10))
    file = make_scores(tmp_path, "ada,2026-03-02,phq9,-999,3,3,3,3,2,2,1,4", header=items)
    assert [problem.partition(":")[0] for problem in refusal(file)] == ["scores.csv, line 2, column q1"]
    file = make_scores(tmp_path, "ada,2026-03-02,phq9,3,3,3,3,3,2,2,1,4", header=items)
    assert [problem.partition(":")[0] for problem in refusal(file)] == ["scores.csv, line 2, column q9"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("person,date,score", "scores.csv: has no column instrument"),
        ("person,date,instrument", "scores.csv: has no column score"),
        ("person,date,instrument,score,q1", "scores.csv: has a column score and item columns"),
    ],
)
def test_forecast_when_columns_are_unclear_then_says_which(tmp_path: Path, header: str, said: str) -> None:
    (problem,) = refusal(make_scores(tmp_path, header=header))
    assert problem.startswith(said)


def test_forecast_when_file_has_no_rows_then_is_refused(tmp_path: Path) -> None:
    assert refusal(make_scores(tmp_path)) == ["scores.csv: has no rows (expected at least one score)"]


def test_forecast_when_a_cell_is_bad_then_ends_with_status_2_and_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "ahead.csv"
    out.write_text("from last week", encoding="utf-8")
    result = run(make_scores(tmp_path, "ada,2026-03-02,phq9,99"), "--out", out)
    assert result.exit_code == 2
    assert result.stderr.startswith("holdfast: scores.csv, line 2, column score: 99 lies outside 0 to 27")
    assert out.read_text(encoding="utf-8") == "from last week"


def test_forecast_when_out_is_the_file_read_then_is_refused(tmp_path: Path) -> None:
    file = make_scores(tmp_path, *ADA)
    assert "is a file that is read" in run(file, "--out", file).stderr


def test_forecast_when_there_are_two_hundred_people_then_all_of_them_come_out(tmp_path: Path) -> None:
    start = date(2026, 1, 5)
    lines = [
        f"person-{number},{start + timedelta(days=day)},qids_sr16,{max(1, 20 - day - number % 7)}"
        for number in range(200)
        for day in (0, 5, 9)
    ]
    assert len(table(run(make_scores(tmp_path, *lines)))) == 200 * 13


def test_forecast_when_run_then_loads_nothing_of_django(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from holdfast.jobs.forecast_csv import forecast_file; "
        "forecast_file(Path(sys.argv[1]), events=None, out=Path(sys.argv[2])); print('django' in sys.modules)"
    )
    arguments = [str(make_scores(tmp_path, *ADA)), str(tmp_path / "out.csv")]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "False\n", "")


def test_forecast_when_there_is_no_relief_then_says_nothing_of_relapse(tmp_path: Path) -> None:
    rows = table(run(make_scores(tmp_path, "bo,2026-03-02,phq9,20", "bo,2026-03-09,phq9,21")))
    assert {row["p_relapse_by"] for row in rows} == {""}
    assert "" not in {row["p_response"] for row in rows}
