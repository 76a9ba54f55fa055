"""What someone typed into an exercise, checked field by field: the one place where raw answers become values."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from holdfast.errors import InvalidInput, Problem
from holdfast.protocols.exercise import Column, Exercise, Item

Values = dict[str, Any]
"""Field to value: text, whole numbers for scales, "yes" or "no", lists, and tables as lists of rows. An empty one is
absent.
"""

BODY: Final = (
    "head", "face", "throat", "shoulders", "chest", "belly", "back", "arms", "hands", "legs", "feet", "all over",
)  # fmt: skip
"""Places on a body map."""

LONGEST: Final[Mapping[str, int]] = {"text": 500, "long_text": 10_000, "person": 80, "choice": 200}
_LIST_ENTRY: Final = 300
_MOST_ROWS: Final = 60
_LONGEST_TIMER: Final = 3600

Options = Mapping[str, Sequence[str]]
"""Source of options, as `options_from` names it, to what can be chosen; a source that is absent allows any words."""


class _Refused(ValueError):
    """What is wrong with one value, and what would be right."""

    def __init__(self, what: str, expected: str) -> None:
        super().__init__(what)
        self.what, self.expected = what, expected


def checked(exercise: Exercise, raw: Mapping[str, Any], *, options: Options | None = None) -> Values:
    """The values of an exercise from what was typed or sent; nothing is required, and what is empty is left out.

    Errors: `InvalidInput` naming every field, and in tables every row, that cannot be read.
    """
    values, problems = sorted_out(exercise, raw, options=options)
    if problems:
        raise InvalidInput(*problems)
    return values


def sorted_out(
    exercise: Exercise, raw: Mapping[str, Any], *, options: Options | None = None
) -> tuple[Values, list[Problem]]:
    """The values that can be read, and what is wrong with the others; for a draft, which keeps both."""
    values: Values = {}
    problems = [
        Problem(slug, "is no field of this exercise", ", ".join(item.slug for item in exercise.fields))
        for slug in raw
        if exercise.item(slug) is None
    ]
    for item in exercise.fields:
        try:
            value = _field(item, raw.get(item.slug), options or {})
        except _Refused as refused:
            problems.append(Problem(item.slug, refused.what, refused.expected))
        except InvalidInput as error:
            problems += error.problems
        else:
            if value not in (None, [], ""):
                values[item.slug] = value
    return values, problems


def _field(item: Item, raw: Any, options: Options) -> Any:
    if raw in (None, "", [], {}):
        return None
    if item.type == "table":
        return _table(item, raw, options)
    if item.type in ("list", "multichoice", "body_map") or item.several:
        known = BODY if item.type == "body_map" else _known(item, options)
        most = item.most or _MOST_ROWS
        return _entries(raw, known if item.type != "list" else None, most=most)
    if item.type == "audio_timer":
        return _whole(raw, 0, _LONGEST_TIMER)
    return _single(item, raw, options)


def _table(item: Item, raw: Any, options: Options) -> list[Values]:
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise _Refused("is not a table", "rows")
    rows, problems = [], []
    for place, given in enumerate(raw, start=1):
        row: Values = {}
        for column in item.columns:
            try:
                value = _column(column, given.get(column.slug), options)
            except _Refused as refused:
                where = f"{item.slug}, row {place}, {column.slug}"
                problems.append(Problem(where, refused.what, refused.expected))
            else:
                if value not in (None, []):
                    row[column.slug] = value
        rows += [row] if row else []
    if problems:
        raise InvalidInput(*problems)
    if len(rows) > (item.most or _MOST_ROWS):
        raise _Refused(f"has {len(rows)} rows", f"at most {item.most or _MOST_ROWS}")
    return rows


def _column(column: Column, raw: Any, options: Options) -> Any:
    if raw in (None, "", []):
        return None
    if column.type == "multichoice":
        return _entries(raw, column.options or None, most=_MOST_ROWS)
    return _single(column, raw, options)


def _single(column: Column, raw: Any, options: Options) -> Any:
    if isinstance(raw, Mapping) or (isinstance(raw, Sequence) and not isinstance(raw, str)):
        raise _Refused("has more than one answer", "one")
    if column.range is not None:
        return _whole(raw, *column.range)
    reader = _READERS.get(column.type)
    if reader is not None:
        return reader(str(raw).strip())
    text = _text(raw, LONGEST.get(column.type, LONGEST["text"]))
    known = _known(column, options)
    if column.type == "choice" and known is not None and text not in known:
        raise _Refused(f"{text!r} is not an answer to choose", " or ".join(known))
    return text


def _known(column: Column, options: Options) -> Sequence[str] | None:
    source = column.options_from if isinstance(column, Item) else ""
    return options.get(source) if source else column.options or None


def _entries(raw: Any, known: Sequence[str] | None, *, most: int) -> list[str]:
    given = [raw] if isinstance(raw, str) else raw
    if not isinstance(given, Sequence):
        raise _Refused("is not a list", "entries")
    entries = list(dict.fromkeys(text for text in (_text(one, _LIST_ENTRY) for one in given) if text))
    unknown = [one for one in entries if known is not None and one not in known]
    if unknown:
        raise _Refused(f"{unknown[0]!r} is not an answer to choose", " or ".join(known or ()))
    if len(entries) > most:
        raise _Refused(f"has {len(entries)} entries", f"at most {most}")
    return entries


def _text(raw: Any, longest: int) -> str:
    text = str(raw).replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > longest:
        raise _Refused(f"is {len(text)} characters long", f"at most {longest}")
    return text


def _whole(raw: Any, low: int, high: int) -> int:
    try:
        number = float(str(raw).replace(",", "."))
    except ValueError:
        number = math.nan
    if not (low <= number <= high and number == int(number)):
        raise _Refused(f"{raw!r} is not on the scale", f"a whole number from {low} to {high}")
    return int(number)


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or abs(number) > 1e6:
        raise _Refused(f"{text!r} is not a number", "for example 7 or 7.5")
    return int(number) if number == int(number) else number


def _yes_no(text: str) -> str:
    if text not in ("yes", "no"):
        raise _Refused(f"{text!r} is neither yes nor no", "yes or no")
    return text


def _iso(read: Callable[[str], date | time | datetime], example: str) -> Callable[[str], str]:
    def reader(text: str) -> str:
        try:
            read(text)
        except ValueError:
            raise _Refused(f"{text!r} cannot be read", f"for example {example}") from None
        return text

    return reader


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "number": _number,
    "yes_no": _yes_no,
    "date": _iso(date.fromisoformat, "2026-03-02"),
    "time": _iso(time.fromisoformat, "07:30"),
    "datetime": _iso(datetime.fromisoformat, "2026-03-02T07:30"),
}


def words(values: Values) -> Iterator[str]:
    """Every text in the values: what a reader might have to look at for danger, since nothing else reads it."""
    for value in values.values():
        for one in value if isinstance(value, list) else [value]:
            yield from (str(cell) for cell in (one.values() if isinstance(one, dict) else [one]))
