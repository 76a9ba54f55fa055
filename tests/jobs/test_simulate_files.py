"""`holdfast simulate`: a scenario to tables that `holdfast forecast` and `fit` read, through the command."""

import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from holdfast.forecast import parameters, scenario, simulate
from holdfast.forecast.cohort import Cohort
from holdfast.jobs import people
from holdfast.jobs.simulate_files import simulate_file
from holdfast.jobs.simulate_tally import Tally
from tests.jobs.science_files import (
    SCENARIO,
    make_scenario,
    make_table,
    names_in,
    refusal,
    rows_of,
    run,
    size_of,
)

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "clinic.toml"


def everyone(folder: Path, *, count: int, seed: int = 1) -> simulate.People:
    return simulate.everyone(scenario.read(make_scenario(folder)), parameters.load(), people=count, seed=seed)


def simulated(folder: Path, *arguments: object, count: int = 40, ending: str = "csv") -> tuple[Path, Path]:
    scores, events = folder / f"s.{ending}", folder / f"e.{ending}"
    given = (make_scenario(folder), "--people", count, "--out", scores, "--events", events, *arguments)
    result = run("simulate", *given)
    assert (result.exit_code, result.output) == (0, "")
    return scores, events


def assert_same(found: Cohort, truth: Cohort) -> None:
    for column in ("offsets", "day", "kind", "code", "amount"):
        np.testing.assert_array_equal(getattr(found, column), getattr(truth, column), err_msg=column)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_simulate_when_its_files_are_read_again_then_holds_the_people_that_were_drawn(
    tmp_path: Path, ending: str
) -> None:
    scores, events = simulated(tmp_path, ending=ending)
    read = people.read(scores, events=events)
    assert list(read) == [str(number) for number in range(1, 41)]
    linked = parameters.load().scales
    found = Cohort.of([person.record(linked) for person in read.values()])
    assert_same(found, everyone(tmp_path, count=40).cohort())


def test_simulate_when_written_then_has_the_form_that_is_read(tmp_path: Path) -> None:
    scores, events = simulated(tmp_path, count=2)
    assert scores.read_text(encoding="utf-8").startswith("person,day,instrument,score\n1,0,phq9,")
    assert events.read_text(encoding="utf-8").splitlines()[:3] == [
        "person,day,event,detail", "1,0,infusion,0.65", "1,3,inactive,",
    ]  # fmt: skip
    assert {row["detail"] for row in rows_of(events) if row["event"] == "session"} == {"act"}


def test_simulate_when_worked_out_in_pieces_then_is_the_same_file(tmp_path: Path) -> None:
    at_once = simulated(tmp_path, count=30)[0].read_bytes()
    simulate_file(make_scenario(tmp_path), people=30, seed=1, out=tmp_path / "pieces.csv", piece=7)
    assert (tmp_path / "pieces.csv").read_bytes() == at_once


def test_simulate_when_the_seed_is_another_then_so_are_the_people(tmp_path: Path) -> None:
    one, other = (simulated(tmp_path, "--seed", seed)[0].read_bytes() for seed in (1, 2))
    assert one != other
    assert simulated(tmp_path, "--seed", 2)[0].read_bytes() == other


def test_simulate_when_it_ends_on_a_day_then_nothing_later_is_written(tmp_path: Path) -> None:
    whole = [rows_of(file) for file in simulated(tmp_path)]
    until = [rows_of(file) for file in simulated(tmp_path, "--until", 20)]
    assert until == [[row for row in rows if int(row["day"]) <= 20] for rows in whole]
    assert max(int(row["day"]) for row in whole[0]) == 60


def test_simulate_when_forecast_then_the_command_reads_it(tmp_path: Path) -> None:
    scores, events = simulated(tmp_path, "--until", 14, count=3)
    result = run("forecast", scores, "--events", events)
    assert (result.exit_code, result.stderr, len(result.stdout.splitlines())) == (0, "", 1 + 3 * 13)


def test_simulate_when_written_as_parquet_then_numbers_are_numbers(tmp_path: Path) -> None:
    scores, _ = simulated(tmp_path, ending="parquet", count=5)
    kinds = [str(kind) for kind in pq.read_schema(scores).types]
    assert kinds == ["int64", "int64", "string", "int64"]


def test_simulate_when_nobody_is_treated_then_events_hold_their_header_alone(tmp_path: Path) -> None:
    file = make_scenario(tmp_path, text=SCENARIO.partition("[infusions]")[0])
    given = (
        "--people",
        3,
        "--out",
        tmp_path / "s.csv",
        "--events",
        tmp_path / "e.csv",
        "--plot",
        tmp_path / "p.svg",
    )
    assert run("simulate", file, *given).exit_code == 0
    assert (tmp_path / "e.csv").read_text(encoding="utf-8") == "person,day,event,detail\n"
    assert "left therapy" not in (tmp_path / "p.svg").read_text(encoding="utf-8")


def test_simulate_when_the_parameters_are_others_then_uses_them(tmp_path: Path) -> None:
    one, other = (
        simulated(tmp_path, *given)[0].read_bytes() for given in ((), ("--parameters", "drug_free_2"))
    )
    assert one != other


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("answered", "answred", "short.toml: visits.0.answred: Extra inputs are not permitted"),
        ("dose = 1.3", "dose = 0", "short.toml: infusions.dose: Input should be greater than 0"),
        ('name = "short"', "", "short.toml: name: Field required"),
        ("days = 60", "days = ", "short.toml: (syntax): Invalid value (at line 4, column 8)"),
        (
            '"phq9"', '"gad7"',
            "short.toml, visits: gad7 has no link to severity (expected one of bdi2, hamd17, madrs, phq9, qids_sr16)",
        ),
    ],
    ids=["key", "dose", "name", "syntax", "instrument"],
)  # fmt: skip
def test_simulate_when_the_scenario_is_wrong_then_names_the_key_and_writes_nothing(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    file = make_scenario(tmp_path, text=SCENARIO.replace(old, new))
    assert refusal(run("simulate", file, "--people", 3, "--out", tmp_path / "s.csv")) == said
    assert names_in(tmp_path) == {"short.toml"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--out", "s.json"),
            "s.json: cannot be written in this form (expected the ending .csv or .parquet)",
        ),
        (
            ("--out", "s.csv", "--until", 61),
            "--until: 61 is no day of the scenario (expected a day from 0 to 60)",
        ),
        (("--out", "s.csv", "--events", "s.csv"), "s.csv: is to hold two results (expected a file for each)"),
        (("--out", "short.toml"), "short.toml: is a file that is read (expected another file to write to)"),
        (("--out", "s.csv", "--plot", "p.gif"), "p.gif: cannot be written in this form"),
    ],
    ids=["ending", "day", "two results", "what is read", "plot"],
)
def test_simulate_when_it_cannot_be_done_then_says_why_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[object, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    file = make_scenario(tmp_path)
    assert refusal(run("simulate", file.name, "--people", 3, *arguments)).startswith(said)
    assert names_in(tmp_path) == {"short.toml"}


def test_simulate_when_hardly_anyone_fits_the_entry_rule_then_leaves_no_file(tmp_path: Path) -> None:
    ended = SCENARIO.replace('instrument = "phq9"\nat_least = 10', 'instrument = "madrs"\nat_least = 60')
    text = ended.replace("[infusions]", '[[visits]]\ninstrument = "madrs"\ndays = [0]\n[infusions]')
    file = make_scenario(tmp_path, text=text.replace("at_least = 60", "at_least = 60\nat_most = 60"))
    low = make_low_release(tmp_path)
    said = refusal(run("simulate", file, "--people", 2, "--out", tmp_path / "s.csv", "--parameters", low))
    assert said.startswith("entry: hardly anyone has a madrs of 60 to 60 on day 0")
    assert names_in(tmp_path) == {"short.toml", "low.toml"}


def make_low_release(folder: Path) -> Path:
    """Parameters of people who are never severely depressed."""
    release = parameters.release(parameters.CURRENT)
    low = {name: release.population[name].model_copy(update={"value": -40.0}) for name in ("mu_B", "d_0")}
    changed = {"release": "low", "population": {**release.population, **low}}
    parameters.write(release.model_copy(update=changed), folder / "low.toml")
    return folder / "low.toml"


def test_tally_when_counted_by_pieces_then_is_what_the_people_amount_to(tmp_path: Path) -> None:
    drawn = everyone(tmp_path, count=200)
    tally = Tally(drawn.scenario, parameters.load().scales, last=60)
    for piece in simulate.run(drawn.scenario, parameters.load(), people=200, seed=1, piece=64):
        tally.add(piece)
    (course,) = tally.courses()
    days, scores = drawn.scores("phq9")
    answered = np.where(scores >= 0, scores.astype(float), np.nan)
    assert course.days == days
    np.testing.assert_allclose(course.mean, np.nanmean(answered, axis=0))
    for share, edge in ((0.1, course.low), (0.9, course.high)):
        quantile = np.nanquantile(answered, share, axis=0, method="inverted_cdf")
        np.testing.assert_array_equal(edge, quantile)
    assert course.response is not None
    with np.errstate(invalid="ignore"):
        responding = np.nanmean(np.where(scores >= 0, 2 * answered <= answered[:, [0]], np.nan), axis=0)
    np.testing.assert_allclose(course.response, responding)
    staying = tally.staying()
    assert staying is not None
    assert staying[-1] == pytest.approx(1 - (drawn.left_on >= 0).sum() / (drawn.booked > 0).sum())


def test_simulate_when_a_plot_is_asked_for_then_shows_scores_response_and_staying(tmp_path: Path) -> None:
    simulated(tmp_path, "--plot", tmp_path / "p.svg")
    drawn = (tmp_path / "p.svg").read_text(encoding="utf-8")
    for words in (
        "Two infusions, then therapy · 40 virtual people", "PHQ-9 by visit", "10 to 90 % of people", "mean",
        "Share responding", "Have not left therapy, of those who began", "infusions of the course",
    ):  # fmt: skip
        assert words in drawn


def test_simulate_when_the_example_is_taken_then_it_works_and_its_plot_is_a_picture(tmp_path: Path) -> None:
    given = ("--people", 20, "--out", tmp_path / "s.csv", "--plot", tmp_path / "p.png")
    assert run("simulate", EXAMPLE, *given).exit_code == 0
    width, height = size_of(tmp_path / "p.png")
    assert 1200 < width < 2400
    assert 300 < height < 1000


def test_simulate_when_pyarrow_is_missing_then_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = refusal(run("simulate", make_scenario(tmp_path), "--people", 3, "--out", tmp_path / "s.parquet"))
    assert said == "s.parquet needs pyarrow: install it with `make science`"


def test_simulate_when_a_file_was_there_then_a_failure_leaves_it(tmp_path: Path) -> None:
    before = make_table(tmp_path, "1,0,phq9,5", name="s.csv")
    file = make_scenario(tmp_path)
    assert (
        run("simulate", file, "--people", 3, "--out", before, "--plot", tmp_path / "gone" / "p.png").exit_code
        == 2
    )
    assert before.read_text(encoding="utf-8") == "person,day,instrument,score\n1,0,phq9,5\n"
