"""Scores of many check-ins at once, column by column, with the results of scoring each alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from holdfast.errors import InvalidInput, NotFound, Problem
from holdfast.instruments.loader import load
from holdfast.instruments.model import Answers, Instrument, ItemAlert, Score
from holdfast.instruments.scoring import score, score_table, score_total


@dataclass(frozen=True, slots=True)
class Asked:
    """What was answered: items of an instrument, or its total alone."""

    instrument: str
    answers: Answers | None
    total: int | None


@dataclass(frozen=True, slots=True)
class Scored:
    """What the record keeps of a score."""

    version: str
    total: int | None
    band: str
    complete: bool
    alerts: tuple[ItemAlert, ...]


Problems = tuple[Problem, ...]


def score_all(asked: Sequence[Asked]) -> list[Scored | Problems]:
    """The score of each, or what is wrong with it, in the order given."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(asked):
        places[one.instrument].append(place)
    found: dict[int, Scored | Problems] = {}
    for slug, those in places.items():
        found.update(zip(those, _of_instrument(slug, [asked[place] for place in those]), strict=True))
    return [found[place] for place in range(len(asked))]


def _of_instrument(slug: str, asked: Sequence[Asked]) -> Iterator[Scored | Problems]:
    try:
        instrument = load(slug)
    except NotFound as error:
        what, _, known = str(error).partition("; ")
        return iter([(Problem("instrument", what, known),)] * len(asked))
    answered = _table(instrument, [one.answers for one in asked if one.answers is not None])
    entered = _totals(instrument, {one.total for one in asked if one.answers is None})
    return (next(answered) if one.answers is not None else entered[one.total] for one in asked)


def _totals(instrument: Instrument, totals: set[int | None]) -> Mapping[int | None, Scored | Problems]:
    """A table's totals repeat: each is looked up once."""
    return {total: _entered(instrument, total) for total in totals}


def _entered(instrument: Instrument, total: int | None) -> Scored | Problems:
    if total is None:
        return (Problem("score", "is missing", "a whole number"),)
    try:
        return _kept(score_total(instrument, total))
    except InvalidInput as error:
        return error.problems


def _table(instrument: Instrument, rows: Sequence[Answers]) -> Iterator[Scored | Problems]:
    allowed = {item.id: frozenset(item.values) for item in instrument.items}
    fits = [bool(allowed) and _fits(answers, allowed) for answers in rows]
    table = _scored_table(instrument, [answers for answers, fit in zip(rows, fits, strict=True) if fit])
    return (
        next(table) if fit else _alone(instrument, answers) for answers, fit in zip(rows, fits, strict=True)
    )


def _fits(answers: Answers, allowed: Mapping[str, frozenset[int]]) -> bool:
    """Whether the table can take the row: every answer is one of its item's, and there is one at all."""
    given = [(item, value) for item, value in answers.items() if value is not None]
    known = all(value in allowed.get(item, ()) for item, value in given)
    return known and bool(given) and answers.keys() <= allowed.keys()


def _alone(instrument: Instrument, answers: Answers) -> Scored | Problems:
    """Scored singly: for the reason why the table could not take it."""
    if all(value is None for value in answers.values()):
        return (Problem("q1", "has no answer, nor has any other item", "one answer at least, or no row"),)
    try:
        return _kept(score(instrument, answers))
    except InvalidInput as error:
        return error.problems


def _scored_table(instrument: Instrument, rows: Sequence[Answers]) -> Iterator[Scored]:
    if not rows:
        return
    columns = {
        item: np.array([_or_nan(answers.get(item)) for answers in rows], np.float64)
        for item in instrument.item_ids
    }
    table = score_table(instrument, columns)
    totals = [None if np.isnan(total) else int(total) for total in table.total]
    for answers, total, band, complete, level in zip(
        rows, totals, table.band.tolist(), table.complete.tolist(), table.alert.tolist(), strict=True
    ):
        # Only a marked row is scored again, alone: the table tells how grave it is, not which item it was.
        alerts = score(instrument, answers).alerts if level else ()
        yield Scored(instrument.version, total, band, complete, alerts)


def _or_nan(value: int | None) -> float:
    return np.nan if value is None else float(value)


def _kept(result: Score) -> Scored:
    return Scored(result.version, result.total, result.band or "", result.complete, result.alerts)
