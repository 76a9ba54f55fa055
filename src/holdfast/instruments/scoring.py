"""Answers to a score: one person's, or a whole table's column by column, with the same result.

Missing is missing: a left-out answer is never counted as 0. What a total may do without is the instrument's own
rule, and an alert needs no total.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from holdfast.errors import InvalidInput, Problem
from holdfast.instruments.model import Answers, Instrument, Item, ItemAlert, Score, ScoreTable

Column = NDArray[np.float64]

TOTAL = "total"
"""Stands for an item in an alert that the total sent."""


@dataclass(frozen=True)
class Part:
    """What is counted once: the highest answer among its items.

    `choices` lists what must be answered; of the items of one choice any one will do (a form asks whether weight
    fell or rose, never both).
    """

    choices: tuple[tuple[str, ...], ...]

    def points(self, given: Mapping[str, int]) -> int | None:
        """Its points; None while any of its choices is unanswered, for that answer could be the highest."""
        answers = [[given[item] for item in choice if item in given] for choice in self.choices]
        return max(map(max, answers)) if all(answers) else None

    def column(self, columns: Mapping[str, Column]) -> Column:
        """Its points in every row, NaN where `points` would give None."""
        # fmax passes over a missing item of a choice, maximum does not pass over a missing choice.
        answers = [reduce(np.fmax, [columns[item] for item in choice]) for choice in self.choices]
        return reduce(np.maximum, answers)


def sum_of_items(instrument: Instrument) -> tuple[Part, ...]:
    """Every item counts; the total is their sum.

    Source: Kroenke 2001, doi:10.1046/j.1525-1497.2001.016009606.x (PHQ-9); Spitzer 2006,
    doi:10.1001/archinte.166.10.1092 (GAD-7).
    """
    return tuple(Part(((item,),)) for item in instrument.item_ids)


def qids_domains(instrument: Instrument) -> tuple[Part, ...]:  # noqa: ARG001  one shape for every method
    """The nine domains of the QIDS: three are the highest of several items, six are one item each.

    Sleep is the highest of 1 to 4, appetite and weight of 6 to 9, psychomotor of 15 and 16. The form asks for one
    of 6 and 7 (appetite less or more) and one of 8 and 9 (weight less or more): a pair counts as answered when
    either is, and both count if both are. Every other item of a domain must be answered, as the missing one could
    be the highest.

    Source: Rush 2003, doi:10.1016/S0006-3223(02)01866-8; ids-qids.org.
    """
    return _QIDS


_QIDS = (
    Part((("q1",), ("q2",), ("q3",), ("q4",))),  # sleep
    Part((("q5",),)),  # sad mood
    Part((("q6", "q7"), ("q8", "q9"))),  # appetite and weight
    *(Part(((item,),)) for item in ("q10", "q11", "q12", "q13", "q14")),
    Part((("q15",), ("q16",))),  # psychomotor
)


def total_only(instrument: Instrument) -> tuple[Part, ...]:  # noqa: ARG001  one shape for every method
    """Nothing is counted: the total is entered as it stands on the official form.

    Source: the licence of the instrument, which does not let us keep its items.
    """
    return ()


Method = Callable[[Instrument], tuple[Part, ...]]

METHODS: Mapping[str, Method] = {
    "sum": sum_of_items,
    "qids_domains": qids_domains,
    "total_only": total_only,
}
"""Scoring methods by the name that instrument files give: which parts make the total."""


def score(instrument: Instrument, answers: Answers) -> Score:
    """The score of one set of answers; an item that is absent or None is missing.

    H-010: a total stands only on the instrument's own missing rule. A marked answer alerts all the same.
    Errors: `InvalidInput` for an unknown item or a value that is no option.
    """
    given = _given(instrument, answers)
    parts = METHODS[instrument.method](instrument)
    points = [found for part in parts if (found := part.points(given)) is not None]
    total = _total(instrument, parts=len(parts), answered=len(points), points=sum(points))
    complete = 0 < len(parts) == len(points)
    return Score(
        instrument=instrument.slug,
        version=instrument.version,
        total=total,
        band=None if total is None else band_of(instrument, total),
        complete=complete,
        prorated=total is not None and not complete,
        missing=() if complete else _missing(instrument, parts, given),
        alerts=tuple(_alerts(instrument, given, total)),
    )


def score_total(instrument: Instrument, total: int) -> Score:
    """The score of a total that was rated by a clinician or read off a form; without items only the total can alert.

    Errors: `InvalidInput` for anything but a whole number in the instrument's range.
    """
    low, high = instrument.minimum, instrument.maximum
    if not _is_whole(total) or not low <= total <= high:
        what = "is not a whole number" if not _is_whole(total) else f"{total} lies outside {low} to {high}"
        raise InvalidInput(
            Problem("score", what, f"a whole number from {low} to {high} for {instrument.name}")
        )
    return Score(
        instrument=instrument.slug,
        version=instrument.version,
        total=total,
        band=band_of(instrument, total),
        complete=True,
        prorated=False,
        missing=(),
        alerts=tuple(_alerts(instrument, {}, total)),
    )


def score_table(instrument: Instrument, columns: Mapping[str, Column]) -> ScoreTable:
    """The scores of a whole table, equal row by row to those of `score`.

    **Shapes**: one column for each item of the instrument, all of one length, NaN for a missing answer.
    Errors: `InvalidInput` for a column that is missing, unknown, of another length, or holds a value that is no
    option; it names column and row, counted from 1.
    """
    checked = _checked(instrument, columns)
    rows = len(checked[instrument.item_ids[0]])
    parts = METHODS[instrument.method](instrument)
    points, answered = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    for part in parts:
        found = part.column(checked)
        known = ~np.isnan(found)
        answered += known
        points += np.where(known, found, 0).astype(np.int64)
    total = _totals(instrument, parts=len(parts), answered=answered, points=points)
    return ScoreTable(
        total=total,
        band=_bands(instrument, total),
        complete=answered == len(parts),
        alert=_alert_levels(instrument, checked, total),
    )


def band_of(instrument: Instrument, total: int) -> str | None:
    """The slug of the band a total lies in; None outside the instrument's range."""
    return next((band.slug for band in instrument.bands if band.low <= total <= band.high), None)


def reach(instrument: Instrument) -> tuple[int, int]:
    """The lowest and the highest total its items can give; its stated range when only totals can be kept."""
    if not instrument.items:
        return instrument.minimum, instrument.maximum
    parts = METHODS[instrument.method](instrument)
    lowest = {item.id: item.values[0] for item in instrument.items}
    highest = {item.id: item.values[-1] for item in instrument.items}
    return sum(part.points(lowest) or 0 for part in parts), sum(part.points(highest) or 0 for part in parts)


def _given(instrument: Instrument, answers: Answers) -> dict[str, int]:
    given = {item: value for item, value in answers.items() if value is not None}
    values = {item.id: item.values for item in instrument.items}
    problems = [
        Problem(
            item, f"is not an item of {instrument.name}", _listed(instrument.item_ids, none="a total alone")
        )
        for item in answers
        if item not in values
    ]
    problems += [
        Problem(item, "is not one of the answers", _listed(values[item]))
        for item, value in given.items()
        if item in values and not (_is_whole(value) and value in values[item])
    ]
    if problems:
        raise InvalidInput(*problems)
    return given


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _listed(values: Sequence[object], *, none: str = "") -> str:
    *first, last = map(str, values or (none,))
    return f"{', '.join(first)} or {last}" if first else last


def _missing(instrument: Instrument, parts: tuple[Part, ...], given: Mapping[str, int]) -> tuple[str, ...]:
    """The items that would have answered a choice that nobody answered, in the order of the form."""
    open_choices = (choice for part in parts for choice in part.choices if given.keys().isdisjoint(choice))
    wanted = {item for choice in open_choices for item in choice}
    return tuple(item for item in instrument.item_ids if item in wanted)


def _alerts(instrument: Instrument, given: Mapping[str, int], total: int | None) -> Iterator[ItemAlert]:
    """One for each marked item, and for the total, that meets a rule: that of the gravest rule met."""
    marked = [(item.id, given[item.id], item.alerts) for item in instrument.items if item.id in given]
    marked += [] if total is None else [(TOTAL, total, instrument.alerts)]
    for name, value, rules in marked:
        met = [rule for rule in rules if value >= rule.at_least]
        if met:
            yield ItemAlert(item=name, value=value, level=met[-1].level, kind=met[-1].kind)


def _total(instrument: Instrument, *, parts: int, answered: int, points: int) -> int | None:
    if answered == 0 or parts - answered > instrument.missing.prorate_up_to:
        return None
    # Mean of the answered parts times their number, halves rounded up; whole arithmetic, so never a stray 0.5.
    return (2 * points * parts + answered) // (2 * answered)


def _totals(
    instrument: Instrument, *, parts: int, answered: NDArray[np.int64], points: NDArray[np.int64]
) -> Column:
    """As `_total`, in every row; NaN for None."""
    stands = (answered > 0) & (parts - answered <= instrument.missing.prorate_up_to)
    divisor = np.where(stands, 2 * answered, 1)
    return np.where(stands, (2 * points * parts + answered) // divisor, np.nan)


def _bands(instrument: Instrument, total: Column) -> NDArray[np.str_]:
    names = np.array(["", *(band.slug for band in instrument.bands)])
    lows = [band.low for band in instrument.bands]
    reached = np.searchsorted(lows, total, side="right")
    return names[np.where(np.isnan(total), 0, reached)]


def _alert_levels(instrument: Instrument, columns: Mapping[str, Column], total: Column) -> NDArray[np.int64]:
    levels = np.zeros(len(total), np.int64)
    marked = [*((columns[item.id], item.alerts) for item in instrument.items), (total, instrument.alerts)]
    for column, rules in marked:
        for rule in rules:
            np.maximum(levels, np.where(column >= rule.at_least, rule.level, 0), out=levels)
    return levels


def _checked(instrument: Instrument, columns: Mapping[str, Column]) -> dict[str, Column]:
    expected = _listed(instrument.item_ids, none="a total alone")
    lacking = [item for item in instrument.item_ids if item not in columns]
    unknown = [name for name in columns if name not in instrument.item_ids]
    problems = [Problem(name, "this column is missing", expected) for name in lacking]
    problems += [Problem(name, f"is not an item of {instrument.name}", expected) for name in unknown]
    if problems or not instrument.items:
        raise InvalidInput(*problems or [Problem(instrument.slug, "has no items to score", "a total alone")])
    checked = {item.id: np.asarray(columns[item.id], np.float64) for item in instrument.items}
    if len({column.shape for column in checked.values()}) != 1:
        raise InvalidInput(Problem("columns", "differ in length", "one entry a row in each"))
    problems = [
        found for item in instrument.items if (found := _bad_cell(item, checked[item.id])) is not None
    ]
    if problems:
        raise InvalidInput(*problems)
    return checked


def _bad_cell(item: Item, column: Column) -> Problem | None:
    bad = np.flatnonzero(~(np.isin(column, item.values) | np.isnan(column)))
    if bad.size == 0:
        return None
    what = f"{column[bad[0]]:g} is not one of the answers; so in {bad.size} rows"
    return Problem(f"{item.id}, row {bad[0] + 1}", what, f"{_listed(item.values)}, or NaN for missing")
