"""`holdfast fit`: the numbers of the model from people's records, as a release of their own with a model card."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast import filtering, parameters
from holdfast.forecast import fit as fitting
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.parameters import Release
from holdfast.jobs import fit_card, outputs, people, plots, releases, tables
from holdfast.jobs.fit_card import Fitted
from holdfast.jobs.fit_records import Everyone, Gathered, gathered

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ENDINGS: Final = (".toml",)
CARD_ENDINGS: Final = (".md",)


def fit_file(
    file: Path,
    *,
    events: Path | None,
    out: Path,
    start: str | None = None,
    name: str | None = None,
    therapies_apart: bool = False,
    card: Path | None = None,
    plot: Path | None = None,
) -> bool:
    """Fit the model to everyone in `file`, and write the numbers to `out` as a release named by its stem.

    The release `start` says what is thought before; `name` is whose records these are, in words. `card` gets what was
    learned and what was not, `plot` the estimates beside what was thought before. Every step of the search is told on
    standard error. The answer is whether the search converged; if it did not, card and last line say so.

    Errors: `InvalidInput` naming every bad cell by line and column, anyone without a score the model can read, fewer
    than 20 people, or a result that cannot be written; `NotFound` and `DataFileError` for the release. Then nothing is
    written.
    """
    outputs.refuse_same(out, card, plot, read=(file, events))
    _refuse_names(out, card)
    before = parameters.release(start or parameters.CURRENT)
    everyone = people.read(file, events=events)
    linked = parameters.parameters_of(before).scales
    _refuse_unreadable(file, everyone, linked=tuple(linked))
    records = gathered(name or file.name, everyone, linked=tuple(linked))
    with outputs.whole(out) as part, outputs.perhaps(card) as card_part, plots.opened(plot) as draw:
        cohort = Cohort.of([person.record(linked) for person in everyone.values()])
        fitted = _fitted(cohort, before, records, name=out.stem, therapies_apart=therapies_apart)
        part.write_bytes(releases.content(fitted.release))
        if card_part is not None:
            card_part.write_text(fit_card.text(fitted), encoding="utf-8")
        draw(lambda: _figure(fitted))
    click.echo(fit_card.sentence(fitted), err=True)
    return fitted.found.converged


def _refuse_names(out: Path, card: Path | None) -> None:
    outputs.refuse_ending(out, ENDINGS)
    if card is not None:
        outputs.refuse_ending(card, CARD_ENDINGS)
    if out.stem in parameters.releases():
        # Stored forecasts name their release: two of one name could not be told apart.
        raise InvalidInput(Problem(str(out), "has the name of a release there is", "another name"))


def _refuse_unreadable(file: Path, everyone: Everyone, *, linked: tuple[str, ...]) -> None:
    what, expected = "has no score that the model can read", f"a complete score of {' or '.join(linked)}"
    tables.refuse(
        [Problem(person.place, what, expected) for person in everyone.values() if not person.readings(linked)]
    )
    if len(everyone) < fitting.FEWEST_PEOPLE:
        expected = f"at least {fitting.FEWEST_PEOPLE}, or nothing can be said of how people differ"
        raise InvalidInput(Problem(file.name, f"has too few people: {len(everyone)}", expected))


def _fitted(
    cohort: Cohort, before: Release, records: Gathered, *, name: str, therapies_apart: bool
) -> Fitted:
    click.echo(
        f"Fitting the records of {records.people:,} people, {sum(records.scores.values()):,} scores", err=True
    )

    def tell(step: int, log_posterior: float) -> None:
        click.echo(f"step {step}: log posterior {log_posterior:.2f}", err=True)

    today = datetime.now(UTC).date()
    beliefs = fitting.beliefs_of(before, cohort, therapies_apart=therapies_apart)
    found = fitting.fit(cohort, before, name=name, made_on=today, beliefs=beliefs, told=tell)
    thought = filtering.filter_cohort(cohort, parameters.parameters_of(before)).log_likelihood
    return Fitted(records=records, before=before, found=found, log_likelihood_before=float(thought.sum()))


def _figure(fitted: Fitted) -> "Figure":
    from holdfast.jobs import fit_plot

    return fit_plot.figure(fitted)
