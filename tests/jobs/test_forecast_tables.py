"""`holdfast forecast` beyond dates in CSV: days, sites, inactive infusions, plans, Parquet, JSON and plots."""

import csv
import io
import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from holdfast.errors import InvalidInput
from holdfast.forecast import parameters
from holdfast.forecast.ahead import Forecast, forecast
from holdfast.forecast.filtering import filter_record
from holdfast.forecast.model import (
    InactiveEvent,
    InfusionEvent,
    Record,
    ScoreEvent,
    SessionEvent,
    Treatment,
)
from holdfast.forecast.parameters.model import SiteEffect
from holdfast.jobs import people
from tests.jobs.science_files import (
    ADA,
    ADAS_EVENTS,
    make_events,
    make_parquet,
    make_table,
    names_in,
    refusal,
    run,
    size_of,
)

ADAS_SCORES = ((0, 21), (4, 12), (10, 6), (14.5, 5))
SITE = "person,day,instrument,score,site"


def make_record(
    *, site: str | None = None, infusions: tuple[InfusionEvent | InactiveEvent, ...] = ()
) -> Record:
    return Record(
        scores=tuple(ScoreEvent(day, "phq9", value) for day, value in ADAS_SCORES),
        infusions=infusions,
        sessions=(SessionEvent(8, "cbt"), SessionEvent(15, "cbt")) if infusions else (),
        as_of_day=15 if infusions else 14.5,
        site=site,
    )


def expected(ahead: Forecast) -> list[str]:
    return [f"{mean:.1f}" for mean in ahead.scores("phq9").mean[::7]]


def forecast_of(record: Record, *planned: Treatment, release: str = parameters.CURRENT) -> list[str]:
    return expected(forecast(filter_record(record, parameters.load(release)), planned=planned))


def table(*arguments: object) -> list[dict[str, str]]:
    result = run("forecast", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return list(csv.DictReader(io.StringIO(result.stdout)))


def means(*arguments: object) -> list[str]:
    return [row["expected"] for row in table(*arguments)]


TREATED = (InfusionEvent(1, 1.0), InfusionEvent(3, 1.0))


def test_forecast_when_the_files_count_days_then_is_that_of_those_days(tmp_path: Path) -> None:
    rows = table(make_table(tmp_path, *ADA), "--events", make_events(tmp_path, *ADAS_EVENTS))
    assert [row["expected"] for row in rows] == forecast_of(make_record(infusions=TREATED))
    assert {row["as_of"] for row in rows} == {"15"}


def test_forecast_when_the_last_day_is_no_whole_one_then_says_it_as_it_stands(tmp_path: Path) -> None:
    assert {row["as_of"] for row in table(make_table(tmp_path, *ADA))} == {"14.5"}


def test_forecast_when_the_first_day_is_late_then_day_zero_is_still_the_start(tmp_path: Path) -> None:
    late = Record(scores=(ScoreEvent(30, "phq9", 18), ScoreEvent(37, "phq9", 16)), as_of_day=37)
    assert means(make_table(tmp_path, "bo,30,phq9,18", "bo,37,phq9,16")) == forecast_of(late)


def test_forecast_when_an_infusion_was_inactive_then_is_not_that_of_ketamine(tmp_path: Path) -> None:
    inactive = ("ada,1,inactive,", "ada,3,inactive,", *ADAS_EVENTS[2:])
    found = means(make_table(tmp_path, *ADA), "--events", make_events(tmp_path, *inactive))
    assert found == forecast_of(make_record(infusions=(InactiveEvent(1), InactiveEvent(3))))
    assert found != forecast_of(make_record(infusions=TREATED))


def test_forecast_when_treatment_is_planned_then_is_made_with_it(tmp_path: Path) -> None:
    plan = make_events(
        tmp_path, "ada,14.5,infusion,0.25", "ada,20,session,cbt", "ada,98,inactive,", name="plan.csv"
    )
    planned = (InfusionEvent(14.5, 0.5), SessionEvent(20, "cbt"), InactiveEvent(98))
    found = means(make_table(tmp_path, *ADA), "--planned", plan)
    assert found == forecast_of(make_record(), *planned)
    assert found != forecast_of(make_record())


def test_forecast_when_a_planned_session_is_called_off_then_it_changes_nothing(tmp_path: Path) -> None:
    plan = make_events(tmp_path, "ada,20,session,cbt:cancelled_by_clinic", name="plan.csv")
    assert means(make_table(tmp_path, *ADA), "--planned", plan) == forecast_of(make_record())


def test_forecast_when_a_plan_does_not_lie_ahead_then_names_its_line(tmp_path: Path) -> None:
    plan = make_events(tmp_path, "ada,14,infusion,0.5", "ada,98.6,session,cbt", name="plan.csv")
    assert refusal(run("forecast", make_table(tmp_path, *ADA), "--planned", plan)) == (
        "plan.csv, line 2, column day: is before the person's last row (expected within the 84 days after the last "
        "row); plan.csv, line 3, column day: is beyond the end of the forecast (expected within the 84 days after the "
        "last row)"
    )


def test_forecast_when_the_release_knows_the_site_then_its_effect_counts(tmp_path: Path) -> None:
    release = parameters.release(parameters.CURRENT)
    sites = {"harbour": SiteEffect(mean=12.0, sd=0.1)}
    own = release.model_copy(update={"release": "own", "site": sites})
    parameters.write(own, tmp_path / "own.toml")
    there = make_table(tmp_path, *(f"{line},harbour" for line in ADA), header=SITE)
    events = make_events(tmp_path, *ADAS_EVENTS)
    found = means(there, "--events", events, "--parameters", tmp_path / "own.toml")
    record = make_record(site="harbour", infusions=TREATED)
    assert found == forecast_of(record, release=str(tmp_path / "own.toml"))
    assert found != means(there, "--events", events)


def test_forecast_when_a_site_is_left_out_on_some_rows_then_the_others_say_it(tmp_path: Path) -> None:
    lines = (f"{ADA[0]},", f"{ADA[1]},harbour", f"{ADA[2]},")
    (ada,) = people.read(make_table(tmp_path, *lines, header=SITE), events=None).values()
    assert ada.site == "harbour"


def test_forecast_when_the_parameters_are_others_then_uses_them(tmp_path: Path) -> None:
    found = means(make_table(tmp_path, *ADA), "--parameters", "drug_free_2")
    assert found == forecast_of(make_record(), release="drug_free_2")


def test_forecast_when_the_parameters_are_unknown_then_names_those_there_are(tmp_path: Path) -> None:
    said = refusal(run("forecast", make_table(tmp_path, *ADA), "--parameters", "mine"))
    names = ", ".join(parameters.releases())
    assert said == f"no parameters 'mine'; there are {names}, or the path of a TOML file"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ada,-1,phq9,9", "column day: is no day (expected a number of days since the start, 0 to 36525)"),
        ("ada,nan,phq9,9", "column day: is no day (expected a number of days since the start, 0 to 36525)"),
        ("ada,46000,phq9,9", "column day: is no day (expected a number of days since the start, 0 to 36525)"),
        ("ada,,phq9,9", "column day: is empty (expected a number of days since the start, 0 to 36525)"),
        (
            "ada,3,phq9,9",
            "column day: is before the row above it of the same person and kind (expected rows by day)",
        ),
        (
            "ada,5,phq9,28",
            "column score: 28 lies outside 0 to 27 (expected a whole number from 0 to 27 for PHQ-9)",
        ),
        ("ada,5,phq9,NaN", "column score: is no score (expected a whole number)"),
        ("ada,5,phq9,7.5", "column score: is no score (expected a whole number)"),
        (",5,phq9,7", "column person: is empty (expected a code for the person)"),
    ],
    ids=[
        "negative",
        "nan",
        "a spreadsheet's date",
        "no day",
        "backwards",
        "too high",
        "no number",
        "half",
        "nobody",
    ],
)
def test_forecast_when_a_cell_is_bad_then_names_line_and_column(tmp_path: Path, line: str, said: str) -> None:
    result = run("forecast", make_table(tmp_path, "ada,4,phq9,20", line), "--out", tmp_path / "ahead.csv")
    assert refusal(result) == f"scores.csv, line 3, {said}"
    assert names_in(tmp_path) == {"scores.csv"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "ada,1,infusion,0",
            "column detail: not a dose of ketamine for depression (expected more than 0 and at most 4 times 0.5 mg/kg)",
        ),
        (
            "ada,1,inactive,midazolam",
            "column detail: says more of an infusion without a drug (expected an empty cell)",
        ),
        ("ada,1,placebo,", "column event: names no event (expected infusion or inactive or session)"),
        (
            "bo,1,inactive,",
            "column person: has no score in the other file (expected a person with at least one score)",
        ),
    ],
    ids=["no dose", "a drug that is none", "no event", "no score"],
)
def test_forecast_when_an_event_is_bad_then_names_line_and_column(
    tmp_path: Path, line: str, said: str
) -> None:
    events = make_events(tmp_path, line)
    assert (
        refusal(run("forecast", make_table(tmp_path, *ADA), "--events", events))
        == f"events.csv, line 2, {said}"
    )


def test_forecast_when_a_person_is_at_two_sites_then_names_the_line(tmp_path: Path) -> None:
    file = make_table(tmp_path, f"{ADA[0]},harbour", f"{ADA[1]},moor", header=SITE)
    assert refusal(run("forecast", file)) == (
        "scores.csv, line 3, column site: is another site than above for the same person (expected one site a person)"
    )


def test_forecast_when_one_file_has_days_and_the_other_dates_then_is_refused(tmp_path: Path) -> None:
    events = make_events(tmp_path, "ada,2026-03-02,infusion,0.5", header="person,date,event,detail")
    assert refusal(run("forecast", make_table(tmp_path, *ADA), "--events", events)) == (
        "events.csv: has no column day, which the file of scores has (expected dates in both, or days in both)"
    )


def test_forecast_when_a_file_has_days_and_dates_then_is_refused(tmp_path: Path) -> None:
    file = make_table(tmp_path, header="person,day,date,instrument,score")
    assert refusal(run("forecast", file)) == (
        "scores.csv: has a column date and a column day (expected one of the two)"
    )


PARQUET = {
    "person": ["ada"] * 4,
    "day": [0.0, 4.0, 10.0, 14.5],
    "instrument": ["phq9"] * 4,
    "score": [21, 12, 6, 5],
}


def test_forecast_when_the_files_are_parquet_then_is_that_of_the_same_in_csv(tmp_path: Path) -> None:
    events = {
        "person": ["ada", "ada"],
        "day": [1, 3],
        "event": ["infusion", "inactive"],
        "detail": [0.5, None],
    }
    scores, given = make_parquet(tmp_path, PARQUET), make_parquet(tmp_path, events, name="events.parquet")
    in_csv = make_events(tmp_path, "ada,1,infusion,0.5", "ada,3,inactive,")
    assert table(scores, "--events", given) == table(make_table(tmp_path, *ADA), "--events", in_csv)


@pytest.mark.parametrize(
    ("column", "cells", "said"),
    [
        ("score", [21, None, 6, 5], "row 2, column score: is empty (expected a whole number)"),
        (
            "score",
            [21.0, float("nan"), 6.0, 5.0],
            "row 2, column score: is no score (expected a whole number)",
        ),
        ("day", [0.0, 4.0, float("inf"), 14.5], "row 3, column day: is no day"),
        ("day", [0.0, 4.0, 3.0, 14.5], "row 3, column day: is before the row above it"),
        ("instrument", ["phq9", "phq9", "phq9", "mood"], "row 4, column instrument: names no instrument"),
        ("person", ["ada", None, "ada", "ada"], "row 2, column person: is empty"),
    ],
    ids=["null", "NaN", "infinite", "backwards", "unknown", "nobody"],
)
def test_forecast_when_a_cell_of_parquet_is_bad_then_names_row_and_column(
    tmp_path: Path, column: str, cells: list[object], said: str
) -> None:
    file = make_parquet(tmp_path, {**PARQUET, column: cells})
    assert refusal(run("forecast", file)).startswith(f"scores.parquet, {said}")


def test_forecast_when_written_as_parquet_or_json_then_holds_the_numbers_of_csv(tmp_path: Path) -> None:
    file = make_table(tmp_path, *ADA, "bo,0,phq9,20")
    for ending in ("csv", "parquet", "json"):
        assert run("forecast", file, "--out", tmp_path / f"ahead.{ending}").output == ""
    in_parquet = pq.read_table(tmp_path / "ahead.parquet").to_pylist()
    assert in_parquet == json.loads((tmp_path / "ahead.json").read_text(encoding="utf-8"))
    in_csv = table(file)
    assert [row["week"] for row in in_parquet] == [int(row["week"]) for row in in_csv]
    assert [row["expected"] for row in in_parquet] == [
        float(row["expected"]) if row["expected"] else None for row in in_csv
    ]
    assert in_parquet[-1]["note"] == "Only 1 of the 2 scores a forecast needs."


def test_forecast_when_a_plot_is_asked_for_then_every_person_has_a_panel(tmp_path: Path) -> None:
    dated = make_table(
        tmp_path,
        "A-1,2026-01-05,phq9,20",
        "A-1,2026-01-12,phq9,7",
        "A-2,2026-01-05,gad7,9",
        "A-$2$,2026-01-06,phq9,9",
        header="person,date,instrument,score",
    )
    assert run("forecast", dated, "--plot", tmp_path / "plot.svg").exit_code == 0
    drawn = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    for words in (
        "A-1 · PHQ-9, last entry 2026-01-12", "A-$2$ · PHQ-9, last entry 2026-01-06", "score seen", "median ahead",
        "50 % band", "95 % band", "days from the last entry", "4 or less", "relapse", "No score of an instrument the",
    ):  # fmt: skip
        assert words in drawn
    assert "inactive" not in drawn


def test_forecast_when_there_was_treatment_then_the_plot_tells_its_kinds(tmp_path: Path) -> None:
    scores, events = make_table(tmp_path, *ADA), make_events(tmp_path, *ADAS_EVENTS, "ada,16,inactive,")
    assert run("forecast", scores, "--events", events, "--plot", tmp_path / "plot.svg").exit_code == 0
    drawn = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    for words in ("last entry day 16", ">infusion<", ">inactive infusion<", ">therapy session<"):
        assert words in drawn


def test_forecast_when_there_are_many_people_then_the_plot_says_that_it_shows_the_first(
    tmp_path: Path,
) -> None:
    lines = [f"p{number},{day},phq9,{20 - day}" for number in range(14) for day in (0, 7)]
    assert run("forecast", make_table(tmp_path, *lines), "--plot", tmp_path / "plot.svg").exit_code == 0
    drawn = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert "The first 12 of 14 people" in drawn
    assert ("p11 · " in drawn, "p12 · " in drawn) == (True, False)


def test_forecast_when_there_is_too_little_data_then_the_plot_shows_no_bands(tmp_path: Path) -> None:
    assert run("forecast", make_table(tmp_path, ADA[0]), "--plot", tmp_path / "plot.svg").exit_code == 0
    drawn = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert "Only 1 of the 2 scores" in drawn
    assert "remission" not in drawn


def test_forecast_when_the_plot_is_a_png_then_it_is_a_picture_of_some_size(tmp_path: Path) -> None:
    assert run("forecast", make_table(tmp_path, *ADA), "--plot", tmp_path / "plot.png").exit_code == 0
    width, height = size_of(tmp_path / "plot.png")
    assert 400 < width < 1200
    assert 300 < height < 1000


def test_forecast_when_the_plot_is_a_pdf_then_it_is_one(tmp_path: Path) -> None:
    assert run("forecast", make_table(tmp_path, *ADA), "--plot", tmp_path / "plot.pdf").exit_code == 0
    assert (tmp_path / "plot.pdf").read_bytes().startswith(b"%PDF-")


def test_forecast_when_the_plot_has_another_ending_then_nothing_is_written(tmp_path: Path) -> None:
    result = run(
        "forecast", make_table(tmp_path, *ADA), "--plot", tmp_path / "p.jpg", "--out", tmp_path / "o.csv"
    )
    assert "expected the ending .png or .svg or .pdf" in refusal(result)
    assert names_in(tmp_path) == {"scores.csv"}


def test_forecast_when_matplotlib_is_missing_then_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run(
        "forecast", make_table(tmp_path, *ADA), "--plot", tmp_path / "p.png", "--out", tmp_path / "o.csv"
    )
    assert refusal(result) == "p.png needs matplotlib: install it with `make science`"
    assert names_in(tmp_path) == {"scores.csv"}


def test_people_when_the_file_is_empty_then_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"scores\.csv: has no rows \(expected at least one score\)"):
        people.read(make_table(tmp_path), events=None)
