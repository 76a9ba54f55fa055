"""Rows of files as scores, infusions and sessions for the forecast; what is wrong is named by line and column.

The files are those that `holdfast import` reads, but for the column `instrument`, which must be there. Beyond them, a
column `day` may stand for `date`, `site` may say where someone is treated, and an infusion may be inactive. Nothing
here needs a database.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal, TypeVar, cast, get_args

from holdfast import units
from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.model import InfusionEvent, SessionEvent
from holdfast.instruments.loader import all_instruments, load
from holdfast.instruments.scoring import score, score_total
from holdfast.jobs.tables import Table
from holdfast.pathway.history import ATTENDED, Attendance

_ITEM: Final = re.compile(r"q[1-9][0-9]?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# 1.0 is what programs write for a 1 in a column with gaps.
_WHOLE: Final = re.compile(r"([0-9]{1,9})(\.0+)?")
_DECIMAL: Final = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6})?")

_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]*)?([eE][-+]?[0-9]{1,2})?")

Clock = Literal["date", "day"]
"""The column that says when: dates, or days since each person's own day 0."""

DAY_ZERO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for day 0 in a file that counts days; only what lies between two moments is used."""

LAST_DAY: Final = 36_525
"""A hundred years: a greater number is a date as spreadsheets count it, no day of an episode."""

_KEPT: Final = 100_000
"""Cells of one column whose reading is kept: most are written many times."""

_KINDS: Final = ("infusion", "inactive", "session")

Read = TypeVar("Read")


@dataclass(frozen=True)
class ScoreRow:
    """One answered instrument. No total: too much was left out for one. `row` is its place in the table, from 0."""

    row: int
    person: str
    at: datetime
    instrument: str
    total: int | None
    site: str | None = None


@dataclass(frozen=True)
class InfusionRow:
    """One infusion; the dose is None for an inactive drug. **Units**: dose relative to 0.5 mg/kg."""

    row: int
    person: str
    at: datetime
    dose: float | None


@dataclass(frozen=True)
class SessionRow:
    """One therapy session that was planned, and whether it took place."""

    row: int
    person: str
    at: datetime
    therapy: str
    attended: bool


EventRow = InfusionRow | SessionRow
Row = TypeVar("Row", ScoreRow, EventRow)


class _Cells:
    """The cells of one row. What is wrong with them is gathered, to be said all at once."""

    def __init__(self, table: Table, row: int) -> None:
        self.table, self.row = table, row
        self.problems: list[Problem] = []

    def read(self, column: str, reader: Callable[[str], Read]) -> Read:
        """The cell as a value; of a cell that is none, the problem is kept and the value is of no use."""
        try:
            return reader(self.table.text(self.row, column).strip())
        except InvalidInput as error:
            self.refuse(column, error.problems)
            return cast(Read, None)  # a row with a problem is dropped before anyone looks at its values

    def refuse(self, column: str, problems: Sequence[Problem]) -> None:
        """Keep the problems, with the place of the cell they are in."""
        self.problems += [replace(problem, where=self.table.place(self.row, column)) for problem in problems]


def clock_of(table: Table) -> Clock:
    """Which column of a file says when. Errors: `InvalidInput` when it has both."""
    if "day" in table.names and "date" in table.names:
        raise InvalidInput(Problem(table.file, "has a column date and a column day", "one of the two"))
    return "day" if "day" in table.names else "date"


def scores(table: Table) -> tuple[list[ScoreRow], list[Problem]]:
    """The scores of a file with a column `score`, or with one column an item, and all that is wrong in it."""
    items = tuple(name for name in table.names if _ITEM.fullmatch(name))
    if items and "score" in table.names:
        raise InvalidInput(Problem(table.file, "has a column score and item columns", "one of the two"))
    clock = clock_of(table)
    table.require("person", clock, "instrument", *(() if items else ("score",)))
    found, problems = _rows(
        table,
        lambda cells: _score(cells, clock, items),
        clock=clock,
        alike=lambda row: (row.person, row.instrument),
    )
    return found, problems + _two_sites(table, found)


def events(
    table: Table, *, known: frozenset[str], clock: Clock = "date"
) -> tuple[list[EventRow], list[Problem]]:
    """The infusions and sessions of a file, of people who are `known` by their scores, and all that is wrong in it.

    `clock` is that of the file of scores: days of one file cannot be set beside dates of another.
    """
    own = clock_of(table)
    if own != clock and own in table.names:
        what, expected = (
            f"has no column {clock}, which the file of scores has",
            "dates in both, or days in both",
        )
        raise InvalidInput(Problem(table.file, what, expected))
    table.require("person", clock, "event", "detail")

    def person(text: str) -> str:
        if _person(text) not in known:
            raise _wrong("has no score in the other file", "a person with at least one score")
        return text

    return _rows(
        table,
        lambda cells: _event(cells, clock, person),
        clock=clock,
        alike=lambda row: (row.person, type(row).__name__),
    )


def _rows(
    table: Table, read: Callable[[_Cells], Row], *, clock: Clock, alike: Callable[[Row], tuple[str, str]]
) -> tuple[list[Row], list[Problem]]:
    """Every row, and every problem. Rows that are `alike` must come by time: a step back is mostly a slip."""
    found: list[Row] = []
    problems: list[Problem] = []
    last: dict[tuple[str, str], datetime] = {}
    for cells in (_Cells(table, number) for number in range(len(table.rows))):
        row = read(cells)
        if not cells.problems and row.at < last.get(alike(row), row.at):
            what = "is before the row above it of the same person and kind"
            cells.refuse(clock, [Problem("", what, f"rows by {clock}")])
        problems += cells.problems
        if not cells.problems:
            found.append(row)
            last[alike(row)] = row.at
    return found, problems


def _two_sites(table: Table, rows: Sequence[ScoreRow]) -> list[Problem]:
    """Rows that name another site than one above of the same person; rows that name none are in order."""
    of: dict[str, str] = {}
    return [
        Problem(
            table.place(row.row, "site"),
            "is another site than above for the same person",
            "one site a person",
        )
        for row in rows
        if row.site is not None and of.setdefault(row.person, row.site) != row.site
    ]


def _score(cells: _Cells, clock: Clock, items: tuple[str, ...]) -> ScoreRow:
    instrument = cells.read("instrument", _instrument)
    return ScoreRow(
        row=cells.row,
        person=cells.read("person", _person),
        at=cells.read(clock, _CLOCKS[clock]),
        instrument=instrument,
        total=_scored(cells, instrument, items)
        if items
        else cells.read("score", lambda text: _total(instrument, text)),
        site=(cells.read("site", str) or None) if "site" in cells.table.names else None,
    )


def _scored(cells: _Cells, instrument: str | None, items: tuple[str, ...]) -> int | None:
    """The total of the answers in item columns, by the instrument's own rule for missing ones."""
    answers = {item: cells.read(item, _answer) for item in items}
    if cells.problems or instrument is None:
        return None
    own = load(instrument).item_ids
    given = {item: value for item, value in answers.items() if item in own or value is not None}
    try:
        return score(load(instrument), given).total
    except InvalidInput as error:
        for problem in error.problems:
            cells.refuse(problem.where if problem.where in items else "instrument", [problem])
        return None


def _event(cells: _Cells, clock: Clock, person: Callable[[str], str]) -> EventRow:
    who, at = cells.read("person", person), cells.read(clock, _CLOCKS[clock])
    match cells.read("event", _kind):
        case "session":
            therapy, took_place = cells.read("detail", _therapy), cells.read("detail", _took_place)
            return SessionRow(cells.row, who, at, therapy, took_place)
        case "inactive":
            cells.read("detail", _nothing)
            return InfusionRow(cells.row, who, at, None)
        case "infusion":
            return InfusionRow(cells.row, who, at, cells.read("detail", _dose))
        case _:
            return InfusionRow(cells.row, who, at, None)  # the kind is a problem already: the row is dropped


def _wrong(what: str, expected: str) -> InvalidInput:
    """A problem of a cell whose place is filled in by who reads it; the cell is not shown, it may hold a name."""
    return InvalidInput(Problem("", what, expected))


def _person(text: str) -> str:
    if not text:
        raise _wrong("is empty", "a code for the person")
    return text


@lru_cache(_KEPT)
def _instrument(text: str) -> str:
    if text.lower() not in all_instruments():
        raise _wrong("is empty" if not text else "names no instrument", " or ".join(all_instruments()))
    return text.lower()


@lru_cache(_KEPT)
def _moment(text: str) -> datetime:
    """A day stands for its noon; a moment without a zone is taken as UTC, which only shifts all days alike."""
    try:
        if not _DAY.match(text):
            raise ValueError
        read = datetime.fromisoformat(text)
    except ValueError:
        raise _wrong("is empty" if not text else "is no date", "2026-03-02, or 2026-03-02T09:30") from None
    at = datetime.combine(read, time(12)) if _DAY.fullmatch(text) else read
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


@lru_cache(_KEPT)
def _day(text: str) -> datetime:
    """The moment that stands for a day of the episode."""
    day = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not 0 <= day <= LAST_DAY:
        expected = f"a number of days since the start, 0 to {LAST_DAY}"
        raise _wrong("is empty" if not text else "is no day", expected)
    return DAY_ZERO + timedelta(days=day)


_CLOCKS: Final = {"date": _moment, "day": _day}


@lru_cache(_KEPT)
def _total(instrument: str | None, text: str) -> int | None:
    if not _WHOLE.fullmatch(text):
        raise _wrong("is empty" if not text else "is no score", "a whole number")
    value = int(text.partition(".")[0])
    return value if instrument is None else score_total(load(instrument), value).total


def _answer(text: str) -> int | None:
    """H-010: a code for missing, such as -999, is refused; only an empty cell is a missing answer."""
    if text and not _WHOLE.fullmatch(text):
        raise _wrong("is no answer", "one of the answers, or nothing for a missing answer")
    return int(text.partition(".")[0]) if text else None


def _kind(text: str) -> str:
    if text.lower() not in _KINDS:
        raise _wrong("is empty" if not text else "names no event", " or ".join(_KINDS))
    return text.lower()


def _nothing(text: str) -> None:
    if text:
        raise _wrong("says more of an infusion without a drug", "an empty cell")


@lru_cache(_KEPT)
def _dose(text: str) -> float:
    """mg/kg alone, or mg/kg;mg;kg, as a multiple of 0.5 mg/kg."""
    parts = [part.strip() for part in text.split(";")]
    if len(parts) not in (1, 3) or not all(_DECIMAL.fullmatch(part) for part in parts):
        raise _wrong("is empty" if not text else "is no dose", "mg/kg, such as 0.5; or mg/kg;mg;kg")
    return float(InfusionEvent(0.0, units.relative_dose(dose_mg_per_kg=Decimal(parts[0]))).dose)


def _therapy(text: str) -> str:
    """The therapy of `cbt`, `cbt:3`, `cbt:did_not_attend` or `cbt:3:did_not_attend`."""
    therapy, numbers, words = _parts(text)
    if not therapy or len(numbers) > 1 or len(words) > 1 or not set(words) <= set(get_args(Attendance)):
        expected = f"the therapy alone, or with one of {', '.join(get_args(Attendance))}: cbt:did_not_attend"
        raise _wrong("is empty" if not text else "is no session", expected)
    return SessionEvent(0.0, therapy).therapy


def _took_place(text: str) -> bool:
    _, _, words = _parts(text)
    return words in ([], [ATTENDED])


@lru_cache(_KEPT)
def _parts(text: str) -> tuple[str, list[str], list[str]]:
    """Therapy, numbers and words of the description of a session."""
    therapy, *rest = (part.strip().lower() for part in text.split(":"))
    numbers = [part for part in rest if re.fullmatch("[0-9]{1,6}", part)]
    return therapy, numbers, [part for part in rest if part not in numbers]
