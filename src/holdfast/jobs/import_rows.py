"""Rows of CSV files as entries of an import; a row that is none says in which columns and why."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from holdfast.care.import_entries import CheckInEntry, Entry, InfusionEntry, SessionEntry
from holdfast.errors import InvalidInput, Problem
from holdfast.instruments.loader import all_instruments
from holdfast.jobs.tables import Table
from holdfast.pathway.history import ATTENDED

EVENT_COLUMNS = ("person", "date", "event", "detail")
LONGEST_CODE = 64
"""Characters of a person's code, as the record keeps it."""

EARLIEST_YEAR = 1900

_ITEM = re.compile(r"q[1-9][0-9]?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# 1.0 is what programs write for a 1 in a column with gaps.
_WHOLE = re.compile(r"([0-9]{1,9})(\.0+)?")
_DECIMAL = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6})?")
_LONGEST_SHOWN = 6

Session = tuple[str, int | None, str]
"""Therapy, number in its protocol if given, attendance."""

Doses = tuple[Decimal, Decimal | None, Decimal | None]
"""mg/kg; mg and kg if given."""

_NO_SESSION: Session = ("", None, "")
_NO_DOSES: Doses = (Decimal(0), None, None)

Read = TypeVar("Read")


@dataclass(frozen=True)
class Clock:
    """Where the clinic is, and the moment of the import."""

    zone: ZoneInfo
    at: datetime


@dataclass(frozen=True)
class BadRow:
    """A row that is no entry; `problems` name its columns."""

    line: int
    problems: tuple[Problem, ...]


class _Row:
    """The cells of one row by column. What is wrong with them is gathered, to be said all at once."""

    def __init__(self, line: int, cells: Mapping[str, str]) -> None:
        self.line, self.cells = line, cells
        self.problems: list[Problem] = []

    def read(self, column: str, reader: Callable[[str], Read], *, unread: Read) -> Read:
        """The cell as a value. For one that is none the problem is kept, and `unread` fills a row refused anyway."""
        try:
            return reader(self.cells[column].strip())
        except InvalidInput as error:
            self.problems += [replace(problem, where=column) for problem in error.problems]
            return unread


def check_ins(table: Table, *, instrument: str | None, clock: Clock) -> Iterator[Entry | BadRow]:
    """The check-ins of a file with a column `score`, or with one column an item.

    `instrument` is that of every row when the file names none. Errors: `InvalidInput` when the columns do not say
    which instrument, or which answers.
    """
    items = item_columns(table)
    _refuse_unclear(table, items=items, instrument=instrument)
    _refuse_bare(table)
    for row in _rows(table):
        entry = _check_in(row, items=items, instrument=instrument, clock=clock)
        yield BadRow(row.line, tuple(row.problems)) if row.problems else entry


def events(table: Table, *, clock: Clock) -> Iterator[Entry | BadRow]:
    """The infusions and sessions of a file with the columns person, date, event and detail."""
    table.require(*EVENT_COLUMNS)
    _refuse_bare(table)
    for row in _rows(table):
        entry = _event(row, clock=clock)
        yield BadRow(row.line, tuple(row.problems)) if row.problems else entry


def item_columns(table: Table) -> tuple[str, ...]:
    """The columns q1, q2, … of a file."""
    return tuple(name for name in table.names if _ITEM.fullmatch(name))


def _refuse_unclear(table: Table, *, items: tuple[str, ...], instrument: str | None) -> None:
    named = "instrument" in table.names
    if named and instrument is not None:
        raise InvalidInput(
            Problem("--instrument", f"{table.file} names the instrument of each row", "one of the two")
        )
    if items and "score" in table.names:
        raise InvalidInput(Problem(table.file, "has a column score and item columns", "one of the two"))
    if instrument is not None:
        _slug(instrument)
    table.require("person", "date", *(() if instrument else ("instrument",)), *(() if items else ("score",)))


def _refuse_bare(table: Table) -> None:
    if not table.rows:
        raise InvalidInput(Problem(table.file, "has no rows below its first line", "one row for each entry"))


def _rows(table: Table) -> Iterator[_Row]:
    for line, cells in zip(table.lines, table.rows, strict=True):
        yield _Row(line, dict(zip(table.names, cells, strict=True)))


def _check_in(row: _Row, *, items: tuple[str, ...], instrument: str | None, clock: Clock) -> CheckInEntry:
    written, happened_at = row.read("date", lambda text: _moment(text, clock), unread=("", clock.at))
    slug = _slug(instrument) if instrument else row.read("instrument", _slug, unread="")
    answers = {item: row.read(item, _answer, unread=None) for item in items}
    return CheckInEntry(
        line=row.line,
        person=row.read("person", _person, unread=""),
        written=written,
        happened_at=happened_at,
        instrument=slug,
        answers=_asked(slug, answers) if items else None,
        total=None if items else row.read("score", _total, unread=0),
    )


def _asked(slug: str, answers: Mapping[str, int | None]) -> dict[str, int | None]:
    """The answers to the items of the instrument; an empty cell in a column it does not have is no answer to it."""
    own = all_instruments()[slug].item_ids if slug in all_instruments() else ()
    return {item: value for item, value in answers.items() if item in own or value is not None}


def _event(row: _Row, *, clock: Clock) -> InfusionEntry | SessionEntry:
    written, happened_at = row.read("date", lambda text: _moment(text, clock), unread=("", clock.at))
    person = row.read("person", _person, unread="")
    kind = row.read("event", _kind, unread="")
    if kind == "session":
        therapy, number, attendance = row.read("detail", _session, unread=_NO_SESSION)
        return SessionEntry(row.line, person, written, happened_at, therapy, number, attendance)
    doses = row.read("detail", _doses, unread=_NO_DOSES) if kind else _NO_DOSES
    return InfusionEntry(row.line, person, written, happened_at, *doses)


def _person(text: str) -> str:
    if not text or len(text) > LONGEST_CODE or not text.isprintable():
        what = "is empty" if not text else "is no code the record can keep"
        raise InvalidInput(
            Problem("", what, f"the clinic's code of the person, {LONGEST_CODE} characters at most")
        )
    return text


def _moment(text: str, clock: Clock) -> tuple[str, datetime]:
    """The moment as written, to know it again, and as it happened, UTC. A day stands for its noon at the clinic."""
    try:
        if not _DAY.match(text):
            raise ValueError
        read = datetime.fromisoformat(text)
    except ValueError:
        expected = "2026-03-02, or 2026-03-02T09:30"
        raise InvalidInput(Problem("", "is empty" if not text else "is no date", expected)) from None
    if read.year < EARLIEST_YEAR:
        raise InvalidInput(Problem("", "is no likely date", f"a day since {EARLIEST_YEAR}"))
    if _DAY.fullmatch(text):
        return text, _noon(read, clock)
    happened_at = (read if read.tzinfo else read.replace(tzinfo=clock.zone)).astimezone(UTC)
    return happened_at.isoformat(), happened_at


def _noon(day: datetime, clock: Clock) -> datetime:
    """Noon of the day at the clinic; before noon today it is now, for noon has not happened yet."""
    noon = datetime.combine(day, time(12), tzinfo=clock.zone).astimezone(UTC)
    today = clock.at.astimezone(clock.zone).date()
    return min(noon, clock.at) if day.date() == today else noon


def _slug(text: str) -> str:
    slug = text.lower()
    if slug not in all_instruments():
        what = "is empty" if not slug else "names no instrument"
        raise InvalidInput(Problem("instrument", what, " or ".join(all_instruments())))
    return slug


def _total(text: str) -> int:
    if not text:
        raise InvalidInput(Problem("", "is empty", "a whole number, or no row"))
    return _whole(text, expected="a whole number")


def _answer(text: str) -> int | None:
    """H-010: a code for missing, such as -999, is refused; only an empty cell is a missing answer."""
    return _whole(text, expected="one of the answers, or nothing for a missing answer") if text else None


def _whole(text: str, *, expected: str) -> int:
    whole = _WHOLE.fullmatch(text)
    if whole is None:
        raise InvalidInput(Problem("", f"{_shown(text)} is no answer", expected))
    return int(whole[1])


def _kind(text: str) -> str:
    kind = text.lower()
    if kind not in ("infusion", "session"):
        raise InvalidInput(Problem("", "is empty" if not kind else "names no event", "infusion or session"))
    return kind


def _doses(text: str) -> Doses:
    """mg/kg alone, or mg/kg, mg and kg. **Units**: as named."""
    parts = [part.strip() for part in text.split(";")]
    if len(parts) not in (1, 3) or not all(_DECIMAL.fullmatch(part) for part in parts):
        expected = "mg/kg, such as 0.5; or mg/kg;mg;kg, such as 0.5;35;70"
        raise InvalidInput(Problem("", "is empty" if not text else "is no dose", expected))
    mg_per_kg, *rest = (Decimal(part) for part in parts)
    mg, kg = (part.quantize(Decimal("0.1"), ROUND_HALF_UP) for part in rest) if rest else (None, None)
    return mg_per_kg.quantize(Decimal("0.01"), ROUND_HALF_UP), mg, kg


def _session(text: str) -> Session:
    """Therapy, number and attendance of `cbt`, `cbt:3`, `cbt:did_not_attend` or `cbt:3:did_not_attend`."""
    therapy, *rest = (part.strip().lower() for part in text.split(":"))
    numbers = [int(part) for part in rest if re.fullmatch("[0-9]{1,6}", part)]
    words = [part for part in rest if not re.fullmatch("[0-9]{1,6}", part)]
    if not therapy or len(numbers) > 1 or len(words) > 1:
        expected = "cbt, cbt:3, cbt:did_not_attend or cbt:3:did_not_attend"
        raise InvalidInput(Problem("", "is empty" if not text else "is no session", expected))
    return therapy, numbers[0] if numbers else None, words[0] if words else ATTENDED


def _shown(text: str) -> str:
    """Short numbers alone are shown: where columns have slipped, the cell may hold a name or a birthday."""
    return text if _NUMBER.fullmatch(text) and len(text) <= _LONGEST_SHOWN else "this cell"
