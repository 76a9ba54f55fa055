"""Tests of answers: the hints and gates of an exercise. A field left empty meets no test."""

from collections.abc import Sequence
from datetime import date, timedelta

from holdfast.protocols.derive_answers import Answers, answered, day_of, number, rows, words
from holdfast.protocols.derive_values import Asked, Entry, Number, Truth, Value
from holdfast.protocols.exercise import Condition

_A_DAY = timedelta(days=1)


def any_of(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """Whether any test is met by the entry; None where no field that is tested was filled in."""
    return _truth(asked, entries[0], met=_met(asked, entries[0]))


def days_in_row(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """Whether the tests are met on so many days one after another, that of the entry among them.

    A day counts when any of its entries meets a test; a day without an entry ends the row.
    """
    met = _met(asked, entries[0])
    zone = asked.context.zone
    days = {day_of(one, zone) for one in (*_own(asked), *entries) if _met(asked, one)}
    long_enough = _in_a_row(days, day_of(entries[0], zone)) >= (asked.derived.in_a_row or 1)
    return _truth(asked, entries[0], met=met if long_enough else ())


def gte(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """Whether a number, as of a row by its place or another derived value, is at least the one given."""
    of, least = asked.derived.of
    amount = _amount(asked, entries[0], of)
    return None if amount is None else Truth(amount >= float(least), n=1, fields=(of,))


def _truth(asked: Asked, entry: Entry, *, met: tuple[str, ...]) -> Truth | None:
    if any(_answers(test, entry) for test in asked.derived.any_of):
        return Truth(bool(met), n=1, fields=met)
    return None


def _met(asked: Asked, entry: Entry) -> tuple[str, ...]:
    """Fields of the tests that the entry meets, each once."""
    return tuple(
        dict.fromkeys(
            f"{test.field}.{test.row}".rstrip(".")
            for test in asked.derived.any_of
            if _meets(asked, test, entry)
        )
    )


def _meets(asked: Asked, test: Condition, entry: Entry) -> bool:
    slug, answers = test.row or test.field, _answers(test, entry)
    if test.equals is not None:
        return any(test.equals in words(one, slug) for one in answers)
    if test.differs_from is not None:
        return any(test.differs_from not in words(one, slug) for one in answers)
    amounts = _numbers(test, entry)
    if test.at_least is not None:
        return any(amount >= test.at_least for amount in amounts)
    if test.at_most is not None:
        return any(amount <= test.at_most for amount in amounts)
    before = _day_before(asked, test, entry)
    return bool(amounts and before) and max(amounts) - max(before) >= (test.risen_by or 0)


def _answers(test: Condition, entry: Entry) -> list[Answers]:
    """Where the tested field was filled in: the entry, or rows of its table."""
    if test.row:
        return [row for row in rows(entry.values, test.field) if answered(row, test.row)]
    return [entry.values] if answered(entry.values, test.field) else []


def _numbers(test: Condition, entry: Entry) -> list[float]:
    slug = test.row or test.field
    found = (number(one, slug) for one in _answers(test, entry))
    return [amount for amount in found if amount is not None]


def _day_before(asked: Asked, test: Condition, entry: Entry) -> list[float]:
    """The numbers of the newest earlier day that has any: a blank day must not hide a rise."""
    zone = asked.context.zone
    earlier = [
        (day_of(one, zone), amounts)
        for one in _own(asked)
        if day_of(one, zone) < day_of(entry, zone) and (amounts := _numbers(test, one))
    ]
    newest = max((on for on, _ in earlier), default=None)
    return [amount for on, amounts in earlier if on == newest for amount in amounts]


def _own(asked: Asked) -> Sequence[Entry]:
    return asked.context.entries.get(asked.exercise.name, ())


def _in_a_row(days: set[date], on: date) -> int:
    """How many of the days lie in a row around one of them."""
    if on not in days:
        return 0
    first = last = on
    while first - _A_DAY in days:
        first -= _A_DAY
    while last + _A_DAY in days:
        last += _A_DAY
    return (last - first).days + 1


def _amount(asked: Asked, entry: Entry, of: str) -> float | None:
    table, bracket, rest = of.partition("[")
    if not bracket:
        if asked.exercise.item(of) is not None:
            return number(entry.values, of)
        derived = asked.work_out(of, entry)
        return derived.value if isinstance(derived, Number) else None
    place, _, column = rest.partition("].")
    found = rows(entry.values, table)
    return number(found[int(place)], column) if int(place) < len(found) else None
