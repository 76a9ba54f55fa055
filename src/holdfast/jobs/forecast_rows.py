"""Rows of CSV files as scores, infusions and sessions for the forecast; what is wrong is named by line and column.

The files are those that `holdfast import` reads, but for the column `instrument`, which must be there. Nothing here
needs a database.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Final, TypeVar, cast, get_args

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

Read = TypeVar("Read")


@dataclass(frozen=True)
class ScoreRow:
    """One answered instrument. No total: too much was left out for one."""

    person: str
    at: datetime
    instrument: str
    total: int | None


@dataclass(frozen=True)
class InfusionRow:
    """One infusion. **Units**: dose relative to 0.5 mg/kg."""

    person: str
    at: datetime
    dose: float


@dataclass(frozen=True)
class SessionRow:
    """One therapy session that was planned, and whether it took place."""

    person: str
    at: datetime
    therapy: str
    attended: bool


Row = TypeVar("Row", ScoreRow, InfusionRow | SessionRow)


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


def scores(table: Table) -> tuple[list[ScoreRow], list[Problem]]:
    """The scores of a file with a column `score`, or with one column an item, and all that is wrong in it."""
    items = tuple(name for name in table.names if _ITEM.fullmatch(name))
    if items and "score" in table.names:
        raise InvalidInput(Problem(table.file, "has a column score and item columns", "one of the two"))
    table.require("person", "date", "instrument", *(() if items else ("score",)))
    return _rows(table, lambda cells: _score(cells, items), alike=lambda row: (row.person, row.instrument))


def events(table: Table, *, known: frozenset[str]) -> tuple[list[InfusionRow | SessionRow], list[Problem]]:
    """The infusions and sessions of a file, of people who are `known` by their scores, and all that is wrong in it."""
    table.require("person", "date", "event", "detail")

    def person(text: str) -> str:
        if _person(text) not in known:
            raise _wrong("has no score in the other file", "a person with at least one score")
        return text

    return _rows(
        table, lambda cells: _event(cells, person), alike=lambda row: (row.person, type(row).__name__)
    )


def _rows(
    table: Table, read: Callable[[_Cells], Row], *, alike: Callable[[Row], tuple[str, str]]
) -> tuple[list[Row], list[Problem]]:
    """Every row, and every problem. Rows that are `alike` must come by date: a step back is mostly a slip."""
    found: list[Row] = []
    problems: list[Problem] = []
    last: dict[tuple[str, str], datetime] = {}
    for cells in (_Cells(table, number) for number in range(len(table.rows))):
        row = read(cells)
        if not cells.problems and row.at < last.get(alike(row), row.at):
            backwards = Problem("", "is before the row above it of the same person and kind", "rows by date")
            cells.refuse("date", [backwards])
        problems += cells.problems
        if not cells.problems:
            found.append(row)
            last[alike(row)] = row.at
    return found, problems


def _score(cells: _Cells, items: tuple[str, ...]) -> ScoreRow:
    instrument = cells.read("instrument", _instrument)
    return ScoreRow(
        person=cells.read("person", _person),
        at=cells.read("date", _moment),
        instrument=instrument,
        total=_scored(cells, instrument, items) if items else cells.read("score", _total_of(instrument)),
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


def _event(cells: _Cells, person: Callable[[str], str]) -> InfusionRow | SessionRow:
    who, at = cells.read("person", person), cells.read("date", _moment)
    kind = cells.read("event", _kind)
    if kind == "session":
        return SessionRow(who, at, cells.read("detail", _therapy), cells.read("detail", _took_place))
    return InfusionRow(who, at, cells.read("detail", _dose) if kind == "infusion" else 0.0)


def _wrong(what: str, expected: str) -> InvalidInput:
    """A problem of a cell whose place is filled in by who reads it; the cell is not shown, it may hold a name."""
    return InvalidInput(Problem("", what, expected))


def _person(text: str) -> str:
    if not text:
        raise _wrong("is empty", "a code for the person")
    return text


def _instrument(text: str) -> str:
    if text.lower() not in all_instruments():
        raise _wrong("is empty" if not text else "names no instrument", " or ".join(all_instruments()))
    return text.lower()


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


def _total_of(instrument: str | None) -> Callable[[str], int | None]:
    def total(text: str) -> int | None:
        if not _WHOLE.fullmatch(text):
            raise _wrong("is empty" if not text else "is no score", "a whole number")
        value = int(text.partition(".")[0])
        return value if instrument is None else score_total(load(instrument), value).total

    return total


def _answer(text: str) -> int | None:
    """H-010: a code for missing, such as -999, is refused; only an empty cell is a missing answer."""
    if text and not _WHOLE.fullmatch(text):
        raise _wrong("is no answer", "one of the answers, or nothing for a missing answer")
    return int(text.partition(".")[0]) if text else None


def _kind(text: str) -> str:
    if text.lower() not in ("infusion", "session"):
        raise _wrong("is empty" if not text else "names no event", "infusion or session")
    return text.lower()


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


def _parts(text: str) -> tuple[str, list[str], list[str]]:
    """Therapy, numbers and words of the description of a session."""
    therapy, *rest = (part.strip().lower() for part in text.split(":"))
    numbers = [part for part in rest if re.fullmatch("[0-9]{1,6}", part)]
    return therapy, numbers, [part for part in rest if part not in numbers]
