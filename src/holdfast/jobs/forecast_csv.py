"""`holdfast forecast`: the twelve weeks ahead of every person in a CSV file, without a server or a database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast import parameters
from holdfast.forecast.ahead import WEEK_DAYS, Forecast, ReliefHolds, forecast
from holdfast.forecast.filtering import filter_record
from holdfast.forecast.model import InfusionEvent, Record, ScoreEvent, SessionEvent
from holdfast.forecast.scales import scale_of, scales
from holdfast.forecast.shapes import PerDay
from holdfast.jobs import forecast_rows, tables
from holdfast.jobs.forecast_rows import InfusionRow, Row, ScoreRow, SessionRow
from holdfast.outcomes.definitions import Reading, baseline
from holdfast.units import days_between

WEEKS = 12
HEADER = (
    "person", "instrument", "as_of", "week", "expected", "lower50", "upper50", "lower80", "upper80", "lower95",
    "upper95", "p_response", "p_remission", "p_relapse_by", "days_relief_holds", "days_relief_holds_lower80",
    "days_relief_holds_upper80", "note",
)  # fmt: skip
NUMBERS = len(HEADER) - 5
"""Columns between `week` and `note`; empty when there is too little data."""

NOTHING_READABLE = "No score of an instrument the forecast can read."


@dataclass(frozen=True)
class Person:
    """What the files say of one person."""

    scores: tuple[ScoreRow, ...]
    events: tuple[InfusionRow | SessionRow, ...]

    @property
    def starts_at(self) -> datetime:
        """The moment of the first row; day 0 of the forecast."""
        return min(row.at for row in (*self.scores, *self.events))

    @property
    def ends_at(self) -> datetime:
        """The moment of the last row; the forecast is made as of then."""
        return max(row.at for row in (*self.scores, *self.events))

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Totals of the instruments that are linked to severity, by time."""
        totals = [
            Reading(at=row.at, instrument=row.instrument, total=row.total)
            for row in self.scores
            if row.total is not None and row.instrument in scales()
        ]
        return tuple(sorted(totals, key=lambda reading: reading.at))

    @property
    def first_infusion_at(self) -> datetime | None:
        """When infusions began, if they did."""
        return min((row.at for row in self.events if isinstance(row, InfusionRow)), default=None)


def forecast_file(file: Path, *, events: Path | None, out: Path | None) -> None:
    """Write the forecast of every person in `file`, a line a week, to `out` or standard output.

    Each person is forecast as of the date of their last row in either file, on the instrument of their latest score;
    scores of instruments without a link to severity are passed over. Errors: `InvalidInput` naming every bad cell by
    line and column, and then nothing is written.
    """
    _refuse_same(out, file, events)
    people = _people(file, events)
    if not people:
        raise InvalidInput(Problem(file.name, "has no rows", "at least one score"))
    lines = [line for name, person in people.items() for line in _lines(name, person)]
    tables.write(out, header=HEADER, rows=lines)


def _refuse_same(out: Path | None, *sources: Path | None) -> None:
    if out is not None and out.exists() and any(source and out.samefile(source) for source in sources):
        raise InvalidInput(Problem(str(out), "is a file that is read", "another file to write to"))


def _people(file: Path, events: Path | None) -> dict[str, Person]:
    """Everyone in the files, in the order of their first score."""
    scores, problems = forecast_rows.scores(tables.read(file))
    happenings: list[InfusionRow | SessionRow] = []
    if events is not None:
        known = frozenset(row.person for row in scores)
        happenings, more = forecast_rows.events(tables.read(events), known=known)
        problems += (
            more if not problems else []
        )  # a score that is refused makes its person unknown: not their fault
    tables.refuse(problems)
    scores_of, events_of = _by_person(scores), _by_person(happenings)
    return {name: Person(tuple(scores_of[name]), tuple(events_of[name])) for name in list(scores_of)}


def _by_person(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.person].append(row)
    return grouped


def _lines(name: str, person: Person) -> Iterator[tuple[object, ...]]:
    """The lines of one person: numbers and an empty note, or a note alone."""
    instrument = person.readings[-1].instrument if person.readings else person.scores[-1].instrument
    head = (name, instrument, person.ends_at.date().isoformat())
    ahead = forecast(filter_record(_record(person), parameters.load()))
    reason = ahead.too_little_data_reason if person.readings else NOTHING_READABLE
    if reason is not None:
        yield from ((*head, week, *[""] * NUMBERS, reason) for week in range(WEEKS + 1))
        return
    columns = (*_scores(ahead, instrument), *_chances(ahead, person, instrument), *_relief(ahead))
    for week in range(WEEKS + 1):
        yield (*head, week, *(column[week] for column in columns), "")


def _record(person: Person) -> Record:
    def day(at: datetime) -> float:
        return days_between(person.starts_at, at)

    return Record(
        scores=tuple(ScoreEvent(day(one.at), one.instrument, one.total) for one in person.readings),
        infusions=tuple(
            InfusionEvent(day(row.at), row.dose) for row in person.events if isinstance(row, InfusionRow)
        ),
        sessions=tuple(
            SessionEvent(day(row.at), row.therapy)
            for row in person.events
            if isinstance(row, SessionRow) and row.attended
        ),
        as_of_day=day(person.ends_at),
    )


def _scores(ahead: Forecast, instrument: str) -> Iterator[list[str]]:
    """Expected score and band ends by week."""
    fan = ahead.scores(instrument)
    yield [f"{expected:.1f}" for expected in _weekly(fan.mean)]
    for band in (50, 80, 95):
        yield [f"{end:.0f}" for end in _weekly(getattr(fan, f"lower{band}"))]
        yield [f"{end:.0f}" for end in _weekly(getattr(fan, f"upper{band}"))]


def _chances(ahead: Forecast, person: Person, instrument: str) -> Iterator[list[str]]:
    """Chances of response, remission and relapse by week; empty where the instrument or the start leaves none."""
    scale = scale_of(instrument)
    start = baseline(person.readings, instrument=instrument, first_infusion_at=person.first_infusion_at)
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
