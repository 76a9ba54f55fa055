"""`holdfast forecast`: the twelve weeks ahead of every person in a file, without a server or a database."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from holdfast.forecast import parameters
from holdfast.forecast.ahead import RELAPSE_INSTRUMENT, WEEK_DAYS, Forecast, ReliefHolds, forecast
from holdfast.forecast.filtering import filter_record
from holdfast.forecast.parameters import Parameters
from holdfast.forecast.shapes import PerDay
from holdfast.jobs import outputs, people, plots, progress, sheets, tables
from holdfast.jobs.people import Person
from holdfast.outcomes.definitions import baseline

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WEEKS = 12
COLUMNS: Final[sheets.Columns] = MappingProxyType(
    {
        "person": "text",
        "instrument": "text",
        "as_of": "text",
        "week": "whole",
        "expected": "number",
        "lower50": "whole",
        "upper50": "whole",
        "lower80": "whole",
        "upper80": "whole",
        "lower95": "whole",
        "upper95": "whole",
        "p_response": "number",
        "p_remission": "number",
        "p_relapse_by": "number",
        "days_relief_holds": "text",
        "days_relief_holds_lower80": "text",
        "days_relief_holds_upper80": "text",
        "note": "text",
    }
)
"""Days are text for what lies beyond the horizon: >84."""

HEADER = tuple(COLUMNS)
NUMBERS = len(HEADER) - 5
"""Columns between `week` and `note`; empty when there is too little data."""

ENDINGS: Final = ("", ".csv", ".parquet", ".json")
NOTHING_READABLE = "No score of an instrument the forecast can read."


@dataclass(frozen=True)
class Outlook:
    """What is ahead of one person, on the instrument of their latest score. `reason` says why there are no numbers."""

    name: str
    person: Person
    instrument: str
    ahead: Forecast
    reason: str | None


def forecast_file(
    file: Path,
    *,
    events: Path | None,
    out: Path | None,
    planned: Path | None = None,
    release: str | None = None,
    plot: Path | None = None,
) -> None:
    """Write the forecast of every person in `file`, a line a week, to `out` or standard output, and draw it in `plot`.

    Each person is forecast as of the date of their last row in either file, on the instrument of their latest score,
    with no treatment ahead but what `planned` holds; scores of instruments without a link to severity are passed over.
    Errors: `InvalidInput` naming every bad cell by line and column, and then nothing is written; `NotFound` and
    `DataFileError` for the release.
    """
    outputs.refuse_same(out, plot, read=(file, events, planned))
    numbers = parameters.load(release or parameters.CURRENT)
    everyone = people.read(file, events=events, planned=planned)
    sheet = nullcontext(None) if out is None else sheets.opened(out, COLUMNS, endings=ENDINGS)
    with sheet as add, plots.opened(plot) as draw:
        lines: list[tuple[str, ...]] = []
        outlooks: list[Outlook] = []
        for name, person in progress.shown(everyone.items(), length=len(everyone), label="Forecasting"):
            outlook = _outlook(name, person, numbers)
            lines += _lines(outlook)
            outlooks += [outlook] if len(outlooks) < plots.MOST_PANELS else []
        if add is not None:
            add(list(zip(*lines, strict=True)))
        draw(lambda: _figure(outlooks, everyone=len(everyone)))
    if out is None:
        tables.write(None, header=HEADER, rows=lines)


def _figure(outlooks: Sequence[Outlook], *, everyone: int) -> "Figure":
    from holdfast.jobs import forecast_plot

    return forecast_plot.figure(outlooks, people=everyone)


def _outlook(name: str, person: Person, numbers: Parameters) -> Outlook:
    readings = person.readings(numbers.scales)
    instrument = readings[-1].instrument if readings else person.scores[-1].instrument
    scale = numbers.scales.get(instrument)
    has_cut_off = scale is not None and scale.relapse_at_least is not None
    ahead = forecast(
        filter_record(person.record(numbers.scales), numbers),
        planned=person.treatments_planned,
        relapse_on=instrument if has_cut_off else RELAPSE_INSTRUMENT,
    )
    return Outlook(
        name=name,
        person=person,
        instrument=instrument,
        ahead=ahead,
        reason=ahead.too_little_data_reason if readings else NOTHING_READABLE,
    )


def _lines(outlook: Outlook) -> Iterator[tuple[str, ...]]:
    """The lines of one person: numbers and an empty note, or a note alone."""
    head = (outlook.name, outlook.instrument, outlook.person.as_of)
    if outlook.reason is not None:
        # H-011: too little data, and no number is shown.
        yield from ((*head, str(week), *[""] * NUMBERS, outlook.reason) for week in range(WEEKS + 1))
        return
    ahead, instrument = outlook.ahead, outlook.instrument
    columns = (*_scores(ahead, instrument), *_chances(ahead, outlook.person, instrument), *_relief(ahead))
    for week in range(WEEKS + 1):
        yield (*head, str(week), *(column[week] for column in columns), "")


def _scores(ahead: Forecast, instrument: str) -> Iterator[list[str]]:
    """Expected score and band ends by week."""
    fan = ahead.scores(instrument)
    yield [f"{expected:.1f}" for expected in _weekly(fan.mean)]
    for band in (50, 80, 95):
        yield [f"{end:.0f}" for end in _weekly(getattr(fan, f"lower{band}"))]
        yield [f"{end:.0f}" for end in _weekly(getattr(fan, f"upper{band}"))]


def _chances(ahead: Forecast, person: Person, instrument: str) -> Iterator[list[str]]:
    """Chances of response, remission and relapse by week; empty where the instrument or the start leaves none."""
    scale = ahead.scales[instrument]
    readings = person.readings((instrument,))
    start = baseline(readings, instrument=instrument, first_infusion_at=person.first_infusion_at)
    can_fall = start is not None and start.total > scale.minimum
    yield _chance(ahead.p_response(instrument, start.total)) if start is not None and can_fall else _empty()
    yield _chance(ahead.p_remission(instrument)) if scale.remission_at_most is not None else _empty()
    # Without relief now there is nothing to relapse from: a chance near 1 would be no forecast of a relapse.
    relapse = [f"{chance:.3f}" if ahead.relief_holds else "" for chance in ahead.p_relapse_by]
    yield ["", *relapse]


def _relief(ahead: Forecast) -> Iterator[list[str]]:
    """How long relief is likely to hold, the same on every line; empty when there is none now."""
    holds = ahead.relief_holds
    for days in [""] * 3 if holds is None else _days(holds, horizon=int(ahead.days[-1])):
        yield [days] * (WEEKS + 1)


def _days(holds: ReliefHolds, *, horizon: int) -> Iterable[str]:
    beyond = f">{horizon}"
    middle, late = (beyond if days is None else str(days) for days in (holds.median_days, holds.upper_days))
    return middle, str(holds.lower_days), late


def _chance(chances: PerDay) -> list[str]:
    return [f"{chance:.3f}" for chance in _weekly(chances)]


def _weekly(daily: PerDay) -> list[float]:
    return [float(number) for number in daily[::WEEK_DAYS]]


def _empty() -> list[str]:
    return [""] * (WEEKS + 1)
