"""`holdfast fit`: records in files to a release of parameters, its card and its plot, through the command."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from holdfast.forecast import fit, parameters
from holdfast.forecast.cohort import Cohort
from holdfast.jobs import people
from tests.jobs.science_files import falling, make_scenario, make_table, names_in, refusal, run, size_of

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Scores and events of 60 virtual people, half of them at a site with a name."""
    folder = tmp_path_factory.mktemp("records")
    drawn, scores, events = folder / "drawn.csv", folder / "scores.csv", folder / "events.csv"
    given = ("--people", 60, "--out", drawn, "--events", events)
    assert run("simulate", make_scenario(folder), *given).exit_code == 0
    header, *lines = drawn.read_text(encoding="utf-8").splitlines()
    sited = [f"{line},{'harbour' if int(line.partition(',')[0]) % 2 else ''}" for line in lines]
    scores.write_text("\n".join((f"{header},site", *sited, "")), encoding="utf-8")
    return scores, events


@pytest.fixture(scope="module")
def fitted(records: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """What the command said, and the folder with what it wrote."""
    folder = tmp_path_factory.mktemp("fitted")
    scores, events = records
    result = run(
        "fit", scores, "--events", events, "--name", "Sixty people", "--out", folder / "mine.toml",
        "--card", folder / "mine.md", "--plot", folder / "mine.svg",
    )  # fmt: skip
    return result, folder


def make_people(folder: Path, count: int) -> Path:
    """People with four scores each."""
    return make_table(folder, *falling(count))


def make_alike(folder: Path) -> Path:
    """Twenty people who all fall by seven points: noise and spreads have no least value above zero."""
    lines = [f"p{n},{day},phq9,{20 - day - n % 5}" for n in range(20) for day in (0, 7)]
    return make_table(folder, *lines)


def test_fit_when_records_are_good_then_writes_what_the_fit_itself_finds(
    records: tuple[Path, Path], fitted: tuple[Result, Path]
) -> None:
    result, folder = fitted
    assert (result.exit_code, result.stdout) == (0, "")
    start, linked = parameters.release(parameters.CURRENT), parameters.load().scales
    everyone = people.read(records[0], events=records[1]).values()
    cohort = Cohort.of([person.record(linked) for person in everyone])
    found = fit.fit(cohort, start, name="mine", made_on=TODAY)
    written = parameters.load(str(folder / "mine.toml"))
    assert written.release == "mine"
    assert written.population == pytest.approx(found.parameters.population)
    assert written.sites == found.parameters.sites
    assert written.scales["phq9"].noise_sd == found.estimates["noise.phq9"].value


def test_fit_when_it_searches_then_tells_every_step_and_how_it_ended(fitted: tuple[Result, Path]) -> None:
    first, *steps, last = fitted[0].stderr.splitlines()
    assert first.startswith("Fitting the records of 60 people, ")
    assert [step.partition(":")[0] for step in steps] == [
        f"step {number}" for number in range(1, len(steps) + 1)
    ]
    likely = [float(step.rpartition(" ")[2]) for step in steps]
    assert likely == sorted(likely)
    assert last.startswith(f"Converged after {len(steps)} steps at a log-likelihood of -")


def test_fit_when_a_release_is_written_then_says_whose_records_it_is_from(
    fitted: tuple[Result, Path],
) -> None:
    provenance = parameters.read(fitted[1] / "mine.toml").provenance
    assert (provenance.population, provenance.made_on) == ("Sixty people", TODAY)
    assert provenance.sources[0].startswith("Records: Sixty people. 60 people followed for ")
    assert (
        provenance.sources[1] == f"What was thought before, and what is fixed: release {parameters.CURRENT}."
    )
    assert provenance.not_known[0].startswith(
        "Not identifiable from these records; stayed at what was thought"
    )


def test_fit_when_a_number_was_hardly_learned_then_release_and_card_say_so(
    fitted: tuple[Result, Path],
) -> None:
    release = parameters.read(fitted[1] / "mine.toml")
    hardly = {name for name, value in release.population.items() if value.note.startswith("Not identifiable")}
    assert hardly != set()
    card = (fitted[1] / "mine.md").read_text(encoding="utf-8")
    section = card.partition("## Not identifiable from these records")[2].partition("\n## ")[0]
    assert all(f"- `{name}` (" in section for name in hardly)
    assert "`sigma_D`" not in section


def test_fit_when_a_card_is_asked_for_then_tells_records_search_numbers_sites_and_caveats(
    fitted: tuple[Result, Path],
) -> None:
    card = (fitted[1] / "mine.md").read_text(encoding="utf-8")
    headings = [line.removeprefix("## ") for line in card.splitlines() if line.startswith("## ")]
    assert headings == [
        "Records", "Search", "Numbers",
        "Not identifiable from these records; stayed at what was thought before", "Sites", "Not estimated", "Caveats",
    ]  # fmt: skip
    for words in (
        f"Fitted on {TODAY} by `holdfast fit`, from `{parameters.CURRENT}`.", "- Sixty people\n", " PHQ-9\n",
        "infusions of ketamine, ", "- Sessions attended: ", "Converged after ", "Before the fit it was -",
        "| number | meaning | before | after | standard error | moved | learned |", "| `mu_B` | Mean usual severity",
        "| harbour | 30 | ", "(as before: fewer than 3 sites)", "- `tau_on` = 0.25 days",
        "Effects of therapy (beta) and how they differ between people (c_v) are biased by that.",
    ):  # fmt: skip
        assert words in card


def test_fit_when_a_plot_is_asked_for_then_shows_every_number(fitted: tuple[Result, Path]) -> None:
    drawn = (fitted[1] / "mine.svg").read_text(encoding="utf-8")
    for words in (
        "mine, from 60 people", f"mu_B  {parameters.load().population.mu_B:.3g} → ",
        "noise.phq9  2.3 → ", "site.harbour  0 → ", "not identifiable",
        "thought before, 95 %", "standard deviations of what was thought before",
    ):  # fmt: skip
        assert words in drawn


def test_fit_when_done_then_the_forecast_is_made_with_it(fitted: tuple[Result, Path], tmp_path: Path) -> None:
    file = make_people(tmp_path, 1)
    result = run("forecast", file, "--parameters", fitted[1] / "mine.toml")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout != run("forecast", file).stdout


def test_fit_when_it_starts_from_a_fit_then_what_was_thought_before_is_that(
    fitted: tuple[Result, Path], tmp_path: Path
) -> None:
    given = (
        "--start",
        fitted[1] / "mine.toml",
        "--out",
        tmp_path / "next.toml",
        "--card",
        tmp_path / "next.md",
    )
    assert run("fit", make_people(tmp_path, 20), *given).exit_code == 0
    assert "from `mine`." in (tmp_path / "next.md").read_text(encoding="utf-8")
    sources = parameters.read(tmp_path / "next.toml").provenance.sources
    assert sources[0].startswith("Records: scores.csv. 20 people followed for 28 to 28 days (median 28); ")


def test_fit_when_therapies_are_told_apart_then_each_has_its_own_effect(
    records: tuple[Path, Path], tmp_path: Path
) -> None:
    given = ("--therapies-apart", "--out", tmp_path / "apart.toml", "--card", tmp_path / "apart.md")
    assert run("fit", records[0], "--events", records[1], *given).exit_code == 0
    card = (tmp_path / "apart.md").read_text(encoding="utf-8")
    assert ("| `beta.act` |" in card, "| `beta` |" in card) == (True, False)
    release = parameters.read(tmp_path / "apart.toml")
    assert release.therapy_effect["dbt"].note.startswith("Not identifiable")
    assert release.therapy_effect["dbt"].value == pytest.approx(
        parameters.load().therapy_effect["dbt"], rel=1e-3
    )


def test_fit_when_the_search_does_not_converge_then_ends_with_status_1_and_the_card_says_so(
    tmp_path: Path,
) -> None:
    result = run("fit", make_alike(tmp_path), "--out", tmp_path / "a.toml", "--card", tmp_path / "a.md")
    said = "NOT CONVERGED: do not use these numbers. Stopped after "
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith(said)
    assert f"\n{said}" in (tmp_path / "a.md").read_text(encoding="utf-8")


def test_fit_when_there_are_dates_then_the_card_says_which(tmp_path: Path) -> None:
    lines = [
        re.sub(r",(\d+),", lambda day: f",2026-03-{int(day[1]) + 2:02},", line, count=1)
        for line in falling(20)
    ]
    file = make_table(tmp_path, *lines, header="person,date,instrument,score")
    assert run("fit", file, "--out", tmp_path / "a.toml", "--card", tmp_path / "a.md").exit_code == 0
    card = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert "- Between 2026-03-02 and 2026-03-30\n" in card
    assert "The records name no site." in card


def test_fit_when_some_scores_cannot_be_read_then_the_card_counts_them(tmp_path: Path) -> None:
    file = make_people(tmp_path, 20)
    file.write_text(file.read_text(encoding="utf-8") + "p3,9,gad7,5\n", encoding="utf-8")
    assert run("fit", file, "--out", tmp_path / "a.toml", "--card", tmp_path / "a.md").exit_code == 0
    card = (tmp_path / "a.md").read_text(encoding="utf-8")
    assert "- 80 scores: 80 PHQ-9\n- Passed over, incomplete or without a link to severity: 1 GAD-7\n" in card


def test_fit_when_the_plot_is_a_png_then_it_is_a_picture_of_some_size(tmp_path: Path) -> None:
    given = ("--out", tmp_path / "a.toml", "--plot", tmp_path / "a.png")
    assert run("fit", make_people(tmp_path, 20), *given).exit_code == 0
    width, height = size_of(tmp_path / "a.png")
    assert 700 < width < 1600
    assert 600 < height < 1600


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "a.txt"), "a.txt: cannot be written in this form (expected the ending .toml)"),
        (
            ("--out", "a.toml", "--card", "a.pdf"),
            "a.pdf: cannot be written in this form (expected the ending .md)",
        ),
        (
            ("--out", "routine_care_2.toml"),
            "routine_care_2.toml: has the name of a release there is (expected another name)",
        ),
        (
            ("--out", "a.toml", "--start", "none"),
            "no parameters 'none'; there are drug_free_2, ",
        ),
        (("--out", "gone/a.toml"), "gone/a.toml: cannot be written: No such file or directory"),
    ],
    ids=["ending", "card", "taken", "start", "folder"],
)
def test_fit_when_it_cannot_be_written_then_refuses_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(run("fit", make_people(tmp_path, 20).name, *arguments)).startswith(said)
    assert names_in(tmp_path) == {"scores.csv"}


def test_fit_when_there_are_too_few_people_then_says_how_many_it_takes(tmp_path: Path) -> None:
    assert refusal(run("fit", make_people(tmp_path, 19), "--out", tmp_path / "a.toml")) == (
        "scores.csv: has too few people: 19 (expected at least 20, or nothing can be said of how people differ)"
    )


def test_fit_when_someone_has_no_score_it_can_read_then_names_their_first_line(tmp_path: Path) -> None:
    file = make_people(tmp_path, 20)
    file.write_text(file.read_text(encoding="utf-8") + "cy,0,gad7,5\n", encoding="utf-8")
    assert refusal(run("fit", file, "--out", tmp_path / "a.toml")) == (
        "scores.csv, line 82, column person: has no score that the model can read "
        "(expected a complete score of bdi2 or hamd17 or madrs or phq9 or qids_sr16)"
    )


def test_fit_when_a_cell_is_bad_then_names_it_and_writes_nothing(tmp_path: Path) -> None:
    file = make_people(tmp_path, 20)
    file.write_text(file.read_text(encoding="utf-8") + "cy,0,phq9,nan\n", encoding="utf-8")
    said = refusal(run("fit", file, "--out", tmp_path / "a.toml", "--card", tmp_path / "a.md"))
    assert said == "scores.csv, line 82, column score: is no score (expected a whole number)"
    assert names_in(tmp_path) == {"scores.csv"}
