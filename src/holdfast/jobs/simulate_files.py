"""`holdfast simulate`: virtual people taken through a scenario, as files that `holdfast forecast` and `fit` read."""

from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast import parameters, scenario, simulate
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.model import INACTIVE, INFUSION, SCORE, THERAPIES
from holdfast.forecast.parameters import Parameters
from holdfast.forecast.scales import instruments
from holdfast.forecast.scenario import Scenario
from holdfast.jobs import outputs, plots, progress, sheets
from holdfast.jobs.simulate_tally import Tally
from holdfast.units import USUAL_DOSE_MG_PER_KG

SCORES: Final[sheets.Columns] = MappingProxyType(
    {"person": "whole", "day": "whole", "instrument": "text", "score": "whole"}
)
EVENTS: Final[sheets.Columns] = MappingProxyType(
    {"person": "whole", "day": "whole", "event": "text", "detail": "text"}
)

Piece = tuple[Any, ...]
"""Columns of a table."""


def simulate_file(
    file: Path,
    *,
    people: int,
    seed: int,
    out: Path,
    events: Path | None = None,
    until: int | None = None,
    release: str | None = None,
    plot: Path | None = None,
    piece: int = simulate.PIECE,
) -> None:
    """Take so many people through the scenario in `file`, and write their scores to `out`.

    `events` gets infusions and attended sessions; both hold what happens up to the day `until`. People are numbered
    from 1; the same seed gives the same people. They are worked out and written `piece` at a time, in bounded memory.

    Errors: `DataFileError` naming file and key for a fault in the scenario; `InvalidInput` for numbers that cannot be,
    a scenario nobody meets, or a result that cannot be written; `NotFound` for the release. Then nothing is written.
    """
    outputs.refuse_same(out, events, plot, read=(file,))
    planned, numbers = scenario.read(file), parameters.load(release or parameters.CURRENT)
    _refuse_unlinked(file, planned, numbers)
    last = _last_day(planned, until)
    tally = Tally(planned, numbers.scales, last=last)
    with (
        outputs.stopping_cleanly(),
        sheets.opened(out, SCORES) as add_scores,
        sheets.perhaps(events, EVENTS) as add_events,
        plots.opened(plot) as draw,
    ):
        first = 1
        found = simulate.run(planned, numbers, people=people, seed=seed, piece=piece)
        for some in progress.shown(found, length=people, label="Simulating", size=len):
            cohort = some.cohort(until=last)
            add_scores(_scores(cohort, first))
            if add_events is not None:
                add_events(_events(cohort, first))
            tally.add(some)
            first += len(some)
        draw(tally.figure)


def _refuse_unlinked(file: Path, planned: Scenario, numbers: Parameters) -> None:
    """A score of an instrument without a link to severity cannot be drawn."""
    unlinked = [visits.instrument for visits in planned.visits if visits.instrument not in numbers.scales]
    if unlinked:
        what = f"{', '.join(unlinked)} has no link to severity"
        raise InvalidInput(Problem(f"{file.name}, visits", what, f"one of {', '.join(numbers.scales)}"))


def _last_day(planned: Scenario, until: int | None) -> int:
    if until is not None and not 0 <= until <= planned.days:
        what = f"{until} is no day of the scenario"
        raise InvalidInput(Problem("--until", what, f"a day from 0 to {planned.days}"))
    return planned.days if until is None else until


def _scores(cohort: Cohort, first: int) -> Piece:
    """The columns of the table of scores, of people numbered from `first`."""
    rows = cohort.kind == SCORE
    slugs = np.array(instruments(), dtype=object)
    whole = (_person(cohort, first), cohort.day.astype(np.int64), cohort.amount.astype(np.int64))
    person, day, score = (column[rows].tolist() for column in whole)
    return person, day, slugs[cohort.code[rows]].tolist(), score


def _events(cohort: Cohort, first: int) -> Piece:
    """The columns of the table of infusions and attended sessions."""
    rows = cohort.kind != SCORE
    kind, code, amount = cohort.kind[rows].tolist(), cohort.code[rows].tolist(), cohort.amount[rows].tolist()
    told = [_told(*event) for event in zip(kind, code, amount, strict=True)]
    person, day = _person(cohort, first)[rows].tolist(), cohort.day[rows].astype(np.int64).tolist()
    return person, day, [event for event, _ in told], [detail for _, detail in told]


def _told(kind: int, code: int, amount: float) -> tuple[str, str]:
    """What happened, and its detail. **Units**: of an infusion, mg/kg."""
    if kind != INFUSION:
        return "session", THERAPIES[code]
    return ("inactive", "") if code == INACTIVE else ("infusion", f"{amount * float(USUAL_DOSE_MG_PER_KG):g}")


def _person(cohort: Cohort, first: int) -> Any:
    return first + np.repeat(np.arange(len(cohort)), np.diff(cohort.offsets))
