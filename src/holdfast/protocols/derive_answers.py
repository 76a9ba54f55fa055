"""Answers of an entry as the functions need them: typed, and None where a field was left empty."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from holdfast.errors import DataFileError, InvalidInput, Problem
from holdfast.protocols.derive_values import Asked, Entry
from holdfast.protocols.exercise import Column

Answers = Mapping[str, Any]
"""Values of an entry, or of one row of a table."""

WEEK: Final = timedelta(days=7)

_EMPTY: Final[tuple[object, ...]] = (None, "", [])
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d")


def answered(answers: Answers, slug: str) -> bool:
    """Whether the field was filled in."""
    return answers.get(slug) not in _EMPTY


def number(answers: Answers, slug: str) -> float | None:
    """The number answered. Errors: `InvalidInput` for an answer that is none."""
    value = answers.get(slug)
    if value in _EMPTY:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidInput(Problem(slug, f"{value!r} is not a number", "a number"))
    return value


def words(answers: Answers, slug: str) -> tuple[str, ...]:
    """What was answered, or each thing that was chosen; nothing for an empty field.

    Errors: `InvalidInput` for an answer that is not in words.
    """
    value = answers.get(slug)
    if value in _EMPTY:
        return ()
    chosen = [value] if isinstance(value, str) else value
    if not isinstance(chosen, Sequence) or not all(isinstance(one, str) for one in chosen):
        raise InvalidInput(Problem(slug, f"{value!r} is not in words", "text, or a list of texts"))
    return tuple(dict.fromkeys(chosen))


def word(answers: Answers, slug: str) -> str:
    """The one thing that was answered; empty for an empty field."""
    return next(iter(words(answers, slug)), "")


def rows(answers: Answers, slug: str) -> tuple[Answers, ...]:
    """The rows of a table. Errors: `InvalidInput` for an answer that is no table."""
    value = answers.get(slug)
    if value in _EMPTY:
        return ()
    if not isinstance(value, Sequence) or not all(isinstance(row, Mapping) for row in value):
        raise InvalidInput(Problem(slug, f"{value!r} is not a table", "a list of rows"))
    return tuple(value)


def day(answers: Answers, slug: str) -> date | None:
    """The day answered. Errors: `InvalidInput` for an answer that is no date."""
    answer = word(answers, slug)
    return _moment(answer, slug).date() if answer else None


def local_day(at: datetime, zone: str) -> date:
    """The day it was there and then."""
    return at.astimezone(ZoneInfo(zone)).date()


def day_of(entry: Entry, zone: str) -> date:
    """The day an entry is about: its answer to `day`, `when` or `at`, else the day it was filled in.

    A `when` or `at` counts only with a time of day: a date alone is of something else, such as a death.
    """
    for slug, wanted in (("day", _DATE), ("when", _MOMENT), ("at", _MOMENT)):
        answer = entry.values.get(slug)
        if isinstance(answer, str) and wanted.match(answer):
            at = _moment(answer, slug)
            return at.date() if at.tzinfo is None else local_day(at, zone)
    return local_day(entry.at, zone)


def week_of(on: date) -> date:
    """The Monday of its week."""
    return on - timedelta(days=on.weekday())


def minute_of_day(answers: Answers, slug: str) -> int | None:
    """A time of day in minutes since midnight. Errors: `InvalidInput` for an answer that is no time."""
    answer = word(answers, slug)
    if not answer:
        return None
    try:
        at = time.fromisoformat(answer)
    except ValueError as error:
        raise InvalidInput(Problem(slug, f"{answer!r} cannot be read", "a time of day, as 07:30")) from error
    return at.hour * 60 + at.minute


def _moment(answer: str, slug: str) -> datetime:
    try:
        return datetime.fromisoformat(answer)
    except ValueError as error:
        raise InvalidInput(
            Problem(slug, f"{answer!r} cannot be read", "a date or time, as 2026-03-02")
        ) from error


@dataclass(frozen=True)
class Ref:
    """What one of `of` names: a field, or a column of a table, of this exercise or another."""

    exercise: str
    field: str
    column: str = ""

    def read(self, answers: Answers) -> tuple[Answers, ...]:
        """Where `slug` is answered: in each row of the table, or once in the entry."""
        return rows(answers, self.field) if self.column else (answers,)

    @property
    def slug(self) -> str:
        """The slug of the column, or of the field."""
        return self.column or self.field


def refs(asked: Asked) -> tuple[Ref, ...]:
    """Everything `of` names, in order. Errors: `DataFileError` for a field that this exercise does not have."""
    return tuple(ref(asked, named) for named in asked.derived.of)


def ref(asked: Asked, named: str) -> Ref:
    """What a name of `of` names. Errors: `DataFileError` for a field that this exercise does not have."""
    own = asked.exercise.name
    match named.split("."):
        case [therapy, exercise, field]:
            return Ref(f"{therapy}.{exercise}", field)
        case [table, column]:
            found = Ref(own, table, column)
        case _:
            found = Ref(own, named)
    column_of(asked, found)
    return found


def column_of(asked: Asked, ref: Ref) -> Column:
    """The field or column of this exercise. Errors: `DataFileError` where there is none."""
    item = asked.exercise.item(ref.field)
    column = next((one for one in item.columns if one.slug == ref.column), None) if item else None
    found = column if ref.column else item
    if found is None:
        raise DataFileError(
            file=asked.exercise.name,
            key=f"derived.{asked.derived.slug}",
            what=f"there is no field {ref.field} {ref.column}".rstrip(),
        )
    return found


def label(asked: Asked, ref: Ref) -> str:
    """What the field is called; of another exercise, its slug."""
    return column_of(asked, ref).label if ref.exercise == asked.exercise.name else ref.field


def entries_of(asked: Asked, ref: Ref, own: Sequence[Entry]) -> Sequence[Entry]:
    """Entries the field is in: the exercise's own, or those of the other exercise."""
    return own if ref.exercise == asked.exercise.name else asked.context.entries.get(ref.exercise, ())


def first_column(asked: Asked, table: str, kind: str = "") -> str:
    """Slug of a table's first column, or of its first of that type. Errors: `DataFileError` where there is none."""
    item = asked.exercise.item(table)
    for column in item.columns if item else ():
        if kind in ("", column.type):
            return column.slug
    raise DataFileError(
        file=asked.exercise.name,
        key=f"derived.{asked.derived.slug}",
        what=f"{table} has no column of type {kind or 'any'}",
    )


def named(amount: float) -> str:
    """A number as a person says it: 4, 2.5."""
    return f"{round(amount, 1):g}"
