"""Everyone in a file of scores and a file of events, as the records that the forecast and the fit are made from."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.ahead import HORIZON_DAYS
from holdfast.forecast.model import InactiveEvent, InfusionEvent, Record, ScoreEvent, SessionEvent, Treatment
from holdfast.jobs import forecast_rows, tables
from holdfast.jobs.forecast_rows import DAY_ZERO, Clock, EventRow, InfusionRow, Row, ScoreRow, SessionRow
from holdfast.jobs.tables import Table
from holdfast.outcomes.definitions import Reading
from holdfast.units import days_between


@dataclass(frozen=True)
class Person:
    """What the files say of one person. `place` is where their first score stands; `planned` lies ahead."""

    place: str
    clock: Clock
    scores: tuple[ScoreRow, ...]
    events: tuple[EventRow, ...]
    planned: tuple[EventRow, ...] = ()

    @cached_property
    def starts_at(self) -> datetime:
        """Day 0 of the record: as the file counts days, else the moment of the first row."""
        return DAY_ZERO if self.clock == "day" else min(row.at for row in (*self.scores, *self.events))

    @cached_property
    def ends_at(self) -> datetime:
        """The moment of the last row; the forecast is made as of then."""
        return max(row.at for row in (*self.scores, *self.events))

    @property
    def as_of(self) -> str:
        """The last row's date, or its day, as the file has it."""
        if self.clock == "date":
            return self.ends_at.date().isoformat()
        return f"{self.day(self.ends_at):.6f}".rstrip("0").rstrip(".")

    @property
    def site(self) -> str | None:
        """Where the person is treated, if any row says so."""
        return next((row.site for row in self.scores if row.site is not None), None)

    @property
    def first_infusion_at(self) -> datetime | None:
        """When infusions began, of whatever drug, if they did."""
        return min((row.at for row in self.events if isinstance(row, InfusionRow)), default=None)

    @property
    def treatments_planned(self) -> tuple[Treatment, ...]:
        """Infusions and sessions ahead, on the clock of the record."""
        return (*self._infusions(self.planned), *self._sessions(self.planned))

    def day(self, at: datetime) -> float:
        """Days from the start of the record."""
        return days_between(self.starts_at, at)

    def readings(self, linked: Collection[str]) -> tuple[Reading, ...]:
        """Totals of the instruments that are linked to severity, by time."""
        totals = [
            Reading(at=row.at, instrument=row.instrument, total=row.total)
            for row in self.scores
            if row.total is not None and row.instrument in linked
        ]
        return tuple(sorted(totals, key=lambda reading: reading.at))

    def record(self, linked: Collection[str]) -> Record:
        """The person as the forecast knows them; scores of instruments that are not linked are left out."""
        return Record(
            scores=tuple(
                ScoreEvent(self.day(one.at), one.instrument, one.total) for one in self.readings(linked)
            ),
            infusions=self._infusions(self.events),
            sessions=self._sessions(self.events),
            as_of_day=self.day(self.ends_at),
            site=self.site,
        )

    def _infusions(self, rows: Iterable[EventRow]) -> tuple[InfusionEvent | InactiveEvent, ...]:
        given = ((self.day(row.at), row.dose) for row in rows if isinstance(row, InfusionRow))
        return tuple(InactiveEvent(day) if dose is None else InfusionEvent(day, dose) for day, dose in given)

    def _sessions(self, rows: Iterable[EventRow]) -> tuple[SessionEvent, ...]:
        sessions = (row for row in rows if isinstance(row, SessionRow) and row.attended)
        return tuple(SessionEvent(self.day(row.at), row.therapy) for row in sessions)


def read(file: Path, *, events: Path | None, planned: Path | None = None) -> dict[str, Person]:
    """Everyone in the files, in the order of their first score.

    Errors: `InvalidInput` naming every bad cell by line and column; a file without rows; an event of someone without a
    score; a planned event before a person's last row, or further ahead than a forecast goes.
    """
    table = tables.read_any(file)
    scores, problems = forecast_rows.scores(table)
    clock, known = forecast_rows.clock_of(table), frozenset(row.person for row in scores)
    found: list[list[EventRow]] = [[], []]
    at = [None if one is None else tables.read_any(one) for one in (events, planned)]
    for place, other in enumerate(at):
        if other is not None:
            found[place], more = forecast_rows.events(other, known=known, clock=clock)
            # A score that is refused makes its person unknown: not their fault.
            problems += more if not problems else []
    tables.refuse(problems)
    if not scores:
        raise InvalidInput(Problem(file.name, "has no rows", "at least one score"))
    people = _people(table, clock, scores, *found)
    if at[1] is not None:
        tables.refuse(_not_ahead(at[1], people))
    return people


def _people(
    table: Table,
    clock: Clock,
    scores: Iterable[ScoreRow],
    events: Iterable[EventRow],
    planned: Iterable[EventRow],
) -> dict[str, Person]:
    scores_of, events_of, planned_of = _by_person(scores), _by_person(events), _by_person(planned)
    return {
        name: Person(
            place=table.place(rows[0].row, "person"),
            clock=clock,
            scores=tuple(rows),
            events=tuple(events_of[name]),
            planned=tuple(planned_of[name]),
        )
        for name, rows in scores_of.items()
    }


def _by_person(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.person].append(row)
    return grouped


def _not_ahead(table: Table, people: Mapping[str, Person]) -> list[Problem]:
    """Planned events that do not lie between a person's last row and the end of the forecast."""
    problems = []
    for person in people.values():
        for row in person.planned:
            ahead = days_between(person.ends_at, row.at)
            what = "is before the person's last row" if ahead < 0 else "is beyond the end of the forecast"
            if not 0 <= ahead <= HORIZON_DAYS:
                expected = f"within the {HORIZON_DAYS} days after the last row"
                problems.append(Problem(table.place(row.row, person.clock), what, expected))
    return problems
