"""`holdfast calibrate`: the simulation beside published results, printed, written and drawn, through the command."""

import json
import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest

from holdfast.forecast import parameters
from holdfast.forecast.parameters.belief import Estimate
from holdfast.forecast.published.matching import BELIEFS, Matched
from holdfast.forecast.published.reproduce import Outcome, published, reproduce
from holdfast.jobs import calibrate_report
from holdfast.jobs.calibrate_files import RELEASES, write_match
from tests.jobs.science_files import names_in, refusal, rows_of, run, size_of

PEOPLE = 1000
FEW = ("--people", PEOPLE, "--seed", 7)


@pytest.fixture(scope="module")
def outcomes() -> tuple[Outcome, ...]:
    """What the simulation itself makes of every target."""
    numbers = {context: parameters.load(name) for context, name in RELEASES.items()}
    return tuple(reproduce(numbers, people=PEOPLE, seed=7))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the report in every form, and its plot."""
    folder = tmp_path_factory.mktemp("calibrated")
    for name in ("report.md", "report.csv", "report.json"):
        plot = ("--plot", folder / "plot.svg") if name == "report.md" else ()
        assert run("calibrate", *FEW, "--out", folder / name, *plot).exit_code == 0
    return folder


def met(outcomes: tuple[Outcome, ...], role: str) -> tuple[int, int]:
    inside = [one.inside for one in outcomes if one.target.role == role]
    return sum(inside), len(inside)


def verdict(outcomes: tuple[Outcome, ...]) -> tuple[str, str]:
    (inside, targets), (held, anchors) = met(outcomes, "match"), met(outcomes, "anchor")
    return (
        f"{inside} of {targets} targets inside their interval",
        f"{held} of {anchors} anchors inside their interval",
    )


def test_calibrate_when_nothing_is_to_be_written_then_prints_a_line_a_target_and_the_verdict(
    outcomes: tuple[Outcome, ...],
) -> None:
    result = run("calibrate", *FEW)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    told = {line[:3]: line for line in lines if line[:3] in {one.target.id for one in outcomes}}
    assert list(told) == [
        one.target.id for one in sorted(outcomes, key=lambda one: one.target.role != "match")
    ]
    assert {name for name, line in told.items() if line.endswith("outside")} == {
        one.target.id for one in outcomes if not one.inside
    }
    assert tuple(lines[-2:]) == verdict(outcomes)


def test_calibrate_when_written_as_a_table_then_holds_what_the_simulation_finds(
    written: Path, outcomes: tuple[Outcome, ...]
) -> None:
    rows = rows_of(written / "report.csv")
    assert [row["id"] for row in rows] == [one.target.id for one in outcomes]
    assert [float(row["simulated"]) for row in rows] == [round(one.simulated, 4) for one in outcomes]
    assert [float(row["z"]) for row in rows] == [round(one.z, 2) for one in outcomes]
    assert [row["inside"] for row in rows] == ["yes" if one.inside else "no" for one in outcomes]
    assert (rows[0]["target"], rows[0]["source"]) == (outcomes[0].target.about, outcomes[0].target.source)


def test_calibrate_when_written_as_json_then_is_the_same_table(written: Path) -> None:
    in_json = json.loads((written / "report.json").read_text(encoding="utf-8"))
    assert [{key: str(value) for key, value in row.items()} for row in in_json] == rows_of(
        written / "report.csv"
    )


def test_calibrate_when_written_as_markdown_then_tells_targets_anchors_numbers_and_ends_with_the_verdict(
    written: Path, outcomes: tuple[Outcome, ...]
) -> None:
    text = (written / "report.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# Calibration: published results and the simulation", "## Targets", "## Anchors",
        "## What the results tell of each number", "## Verdict",
    ]  # fmt: skip
    assert "with 1,000 virtual people an arm, seed 7; parameters `drug_free_2` of " in text
    anchors = text.partition("## Anchors")[2].partition("## What")[0]
    for one in outcomes:
        assert (f"| {one.target.id} | {one.target.about} (" in anchors) is (one.target.role == "anchor")
        assert f"({one.target.interval})" in text
        assert one.target.source in text
    assert text.endswith("".join(f"- {line}\n" for line in verdict(outcomes)))


def test_calibrate_when_written_twice_then_is_the_same_file(written: Path, tmp_path: Path) -> None:
    given = ("--out", tmp_path / "again.md", "--plot", tmp_path / "again.svg")
    assert run("calibrate", *FEW, *given).exit_code == 0
    assert (tmp_path / "again.md").read_bytes() == (written / "report.md").read_bytes()
    assert (tmp_path / "again.svg").read_bytes() == (written / "plot.svg").read_bytes()


def test_calibrate_when_written_then_says_no_more_than_the_verdict(
    tmp_path: Path, outcomes: tuple[Outcome, ...]
) -> None:
    result = run("calibrate", *FEW, "--out", tmp_path / "report.csv")
    assert tuple(result.output.splitlines()) == verdict(outcomes)


def test_calibrate_when_a_plot_is_asked_for_then_has_a_row_for_every_target(
    written: Path, outcomes: tuple[Outcome, ...]
) -> None:
    drawn = (written / "plot.svg").read_text(encoding="utf-8")
    assert verdict(outcomes)[0] in drawn
    for one in outcomes:
        assert f"  {one.target.id}<" in drawn
    for words in (
        "Share who leave ACT  R09",
        "published interval",
        "simulated, inside",
        "standard errors from",
    ):
        assert words in drawn


def test_calibrate_when_the_plot_is_a_png_then_it_is_a_picture_of_some_size(tmp_path: Path) -> None:
    assert run("calibrate", *FEW, "--plot", tmp_path / "plot.png").exit_code == 0
    width, height = size_of(tmp_path / "plot.png")
    assert 1000 < width < 2400
    assert 1000 < height < 2400


def test_estimates_when_read_from_the_releases_then_are_what_was_matched() -> None:
    releases = {context: parameters.release(name) for context, name in RELEASES.items()}
    found = calibrate_report.estimates_of(releases)
    assert set(BELIEFS) - set(found) == {"routine care, more mu_s", "routine care, times tau_s"}
    sigma, belief = releases["drug free"].population["sigma_D"], BELIEFS["sigma_D"]
    assert sigma.standard_error is not None
    error = sigma.standard_error / sigma.value  # the belief is on the logarithm
    one = found["sigma_D"]
    assert (one.value, one.standard_error, one.moved, one.learned) == pytest.approx(
        (
            sigma.value,
            sigma.standard_error,
            math.log(sigma.value / belief.value) / belief.sd,
            1 - (error / belief.sd) ** 2,
        )
    )


def make_matched() -> Matched:
    """What a match would find, had it moved nothing."""
    releases = {context: parameters.release(name) for context, name in RELEASES.items()}
    estimates: Mapping[str, Estimate] = {
        name: belief.estimate(belief.start, belief.sd / 2) for name, belief in BELIEFS.items()
    }
    dated = {
        context: one.model_copy(
            update={"provenance": one.provenance.model_copy(update={"made_on": date(2026, 3, 2)})}
        )
        for context, one in releases.items()
    }
    return Matched(MappingProxyType(dated), MappingProxyType(estimates), evaluations=3, cost=1.5)


def test_match_when_written_then_there_are_two_releases_and_what_was_learned(tmp_path: Path) -> None:
    write_match(make_matched(), tmp_path)
    assert names_in(tmp_path) == {"drug_free_2.toml", "routine_care_2.toml", "estimates.csv"}
    read = parameters.read(tmp_path / "drug_free_2.toml")
    assert read.provenance.made_on == date(2026, 3, 2)
    assert read.population == parameters.release("drug_free_2").population
    rows = rows_of(tmp_path / "estimates.csv")
    assert [row["number"] for row in rows] == list(BELIEFS)
    assert {(row["moved"], row["learned"]) for row in rows} == {("0.0", "0.75")}
    assert rows[0] == {
        "number": "mu_B", "belief": "20.0", "belief_sd": "2.0", "scale": "as it is", "value": "20.0",
        "standard_error": "1.0", "moved": "0.0", "learned": "0.75",
    }  # fmt: skip


def test_match_when_a_release_is_there_then_refuses_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "drug_free_2.toml").write_text("used", encoding="utf-8")
    assert refusal(run("calibrate", "--match", tmp_path)) == (
        f"{tmp_path}: holds drug_free_2.toml already; a release is never overwritten (expected another folder)"
    )
    assert names_in(tmp_path) == {"drug_free_2.toml"}


def test_match_when_the_folder_cannot_be_made_then_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = refusal(run("calibrate", "--match", tmp_path / "file" / "matched"))
    assert said.startswith(f"{tmp_path}/file/matched: cannot be made: Not a directory")


def test_calibrate_when_the_ending_is_another_then_names_those_there_are(tmp_path: Path) -> None:
    assert refusal(run("calibrate", "--out", tmp_path / "report.txt")) == (
        f"{tmp_path}/report.txt: cannot be written in this form (expected the ending .md or .csv or .json)"
    )


def test_calibrate_when_there_are_too_few_people_then_is_refused() -> None:
    result = run("calibrate", "--people", 999)
    assert result.exit_code == 2
    assert "999 is not in the range x>=1000" in result.stderr


def test_targets_when_listed_then_every_role_is_in_the_report(outcomes: tuple[Outcome, ...]) -> None:
    assert {one.target.role for one in outcomes} == {"match", "anchor"}
    assert len(outcomes) == len(published().targets)
