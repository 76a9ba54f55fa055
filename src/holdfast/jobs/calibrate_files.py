"""`holdfast calibrate`: the simulation held against published results, and the parameters estimated from them anew."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import click
import numpy as np

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast import parameters
from holdfast.forecast.parameters import Release
from holdfast.forecast.published import matching
from holdfast.forecast.published.matching import Matched
from holdfast.forecast.published.reproduce import Context, Outcome, published, reproduce
from holdfast.jobs import calibrate_report, outputs, plots, progress, releases, sheets
from holdfast.jobs.calibrate_report import Calibration

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENDINGS: Final = (".md", ".csv", ".json")
RELEASES: Final[Mapping[Context, str]] = MappingProxyType(
    {"drug free": "drug_free_2", "routine care": "routine_care_2"}
)
"""Whose numbers each target is simulated with, by what people of its study were treated with besides."""

ESTIMATES: Final = "estimates.csv"
"""The file of `match` with what the results made of every number."""


def calibrate(
    *, people: int, seed: int, out: Path | None = None, plot: Path | None = None, match: Path | None = None
) -> None:
    """Simulate every published target with so many people an arm, and write the comparison, or print it in short.

    With `match`, the parameters are first estimated anew from the targets; the two releases and a table of what was
    learned are written into that folder, and the comparison is made with them.

    Errors: `InvalidInput` for results that cannot be written, releases that are there already, or too few people for a
    figure. Then no comparison is written.
    """
    outputs.refuse_same(out, plot)
    if out is not None:
        outputs.refuse_ending(out, ENDINGS)
    if match is not None:
        _refuse_there(match)
    with outputs.perhaps(out) as part, plots.opened(plot) as draw:
        done = _done(people=people, seed=seed, match=match)
        if out is not None and part is not None:
            _write(done, part, ending=out.suffix.lower())
        draw(lambda: _figure(done))
    click.echo(calibrate_report.verdict(done.outcomes) if out else calibrate_report.short(done))


def write_match(matched: Matched, folder: Path) -> None:
    """Write the two releases and the table of estimates. Errors: `InvalidInput` where that cannot be done."""
    for release in matched.releases.values():
        with outputs.whole(folder / f"{release.release}.toml") as part:
            part.write_bytes(releases.content(release))
    rows = calibrate_report.estimate_rows(matched.estimates)
    with sheets.opened(folder / ESTIMATES, calibrate_report.ESTIMATE_COLUMNS) as add:
        add(list(zip(*rows, strict=True)))


def _done(*, people: int, seed: int, match: Path | None) -> Calibration:
    used: dict[Context, Release] = {context: parameters.release(name) for context, name in RELEASES.items()}
    estimates = calibrate_report.estimates_of(used)
    if match is not None:
        matched = _matched(used["routine care"], people=people, seed=seed)
        write_match(matched, match)
        used, estimates = dict(matched.releases), dict(matched.estimates)
    return Calibration(_outcomes(used, people=people, seed=seed), used, estimates, people=people, seed=seed)


def _outcomes(used: Mapping[Context, Release], *, people: int, seed: int) -> tuple[Outcome, ...]:
    numbers = {context: parameters.parameters_of(release) for context, release in used.items()}
    with np.errstate(divide="ignore", invalid="ignore"):  # a figure of nobody is refused by name below
        found = reproduce(numbers, people=people, seed=seed)
        outcomes = tuple(progress.shown(found, length=len(published().targets), label="Simulating trials"))
    empty = [one.target.id for one in outcomes if not np.isfinite(one.simulated)]
    if empty:
        what = f"{people:,} are too few for a figure of {', '.join(empty)}"
        raise InvalidInput(Problem("--people", what, "more people an arm"))
    return outcomes


def _matched(start: Release, *, people: int, seed: int) -> Matched:
    results, numbers = len(published().targets), len(matching.BELIEFS)
    click.echo(f"Estimating {numbers} numbers from {results} results: this takes minutes, silently", err=True)
    people = min(people, matching.PEOPLE)
    matched = matching.match(start, made_on=datetime.now(UTC).date(), people=people, seed=seed)
    click.echo(f"Done in {matched.evaluations} rounds; misfit {2 * matched.cost:.2f}", err=True)
    return matched


def _refuse_there(folder: Path) -> None:
    """Make the folder where it is missing; refuse one that holds what would be written, before minutes of work."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot be made: {error.strerror}"
        raise InvalidInput(Problem(str(folder), what, "a folder to write to")) from error
    names = (*(f"{name}.toml" for name in RELEASES.values()), ESTIMATES)
    there = [name for name in names if (folder / name).exists()]
    if there:
        what = f"holds {', '.join(there)} already; a release is never overwritten"
        raise InvalidInput(Problem(str(folder), what, "another folder"))


def _write(done: Calibration, part: Path, *, ending: str) -> None:
    if ending == ".md":
        part.write_text(calibrate_report.text(done), encoding="utf-8")
        return
    rows = calibrate_report.rows(done.outcomes)
    with sheets.into(part, calibrate_report.COLUMNS, ending=ending) as add:
        add(list(zip(*rows, strict=True)))


def _figure(done: Calibration) -> "Figure":
    from holdfast.jobs import calibrate_plot

    return calibrate_plot.figure(done.outcomes)
