"""The work every contestant of the forecast's benchmark is given: synthetic people, drawn anew from a seed.

A person has 12 scores of the PHQ-9 and about 14 treatments (2 to 10 infusions, 4 to 12 attended sessions), 26 events in
the mean, at irregular times over a hundred days. Scores lie inside the instrument's range, where the model is Gaussian,
so that filters without censored observations can give the same answer. Everyone has the same number of scores, and one
on day 0: both spare filters that work on even arrays any filling up. Times are what is measured, so scores are drawn
without the model.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.forecast import parameters
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.model import INFUSION, KETAMINE, SCORE, SESSION, THERAPIES
from holdfast.forecast.scales import instruments

PARAMETERS: Final = parameters.load()
INSTRUMENT: Final = "phq9"
SCORES: Final = 12
INFUSIONS: Final = (2, 10)
SESSIONS: Final = (4, 12)
HORIZONS: Final = np.arange(7.0, 85.0, 7.0)
"""Twelve weeks by week, counted from each person's day of forecast."""

_LAST_DAY, _LAST_INFUSION, _FIRST_SESSION = 100.0, 40.0, 14.0

Numbers = NDArray[np.float64]


class Events(NamedTuple):
    """The columns of a cohort that was not looked at yet, in the order in which `Cohort` takes them."""

    offsets: NDArray[np.int64]
    day: Numbers
    kind: NDArray[np.int8]
    code: NDArray[np.int8]
    amount: Numbers
    as_of_day: Numbers

    def cohort(self) -> Cohort:
        """The cohort, which refuses faults in its columns when it is built."""
        return Cohort(*self)


class Answer(NamedTuple):
    """What a contestant makes of people: severity in twelve weeks, and how likely their scores are.

    **Shapes**: mean and sd [person, week], log-likelihood [person].
    """

    mean: Numbers
    sd: Numbers
    log_likelihood: Numbers


def events(people: int, *, seed: int = 0) -> Events:
    """The events of so many people."""
    rng = np.random.default_rng(seed)
    parts = [_scores(people, rng), _infusions(people, rng), _sessions(people, rng)]
    person, day, kind, code, amount = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((kind, day, person))
    ends = np.cumsum(np.bincount(person, minlength=people))
    last = day[order][ends - 1]
    return Events(
        offsets=np.concatenate([[0], ends]).astype(np.int64),
        day=day[order],
        kind=kind[order].astype(np.int8),
        code=code[order].astype(np.int8),
        amount=amount[order],
        as_of_day=last + rng.uniform(0.0, 7.0, people),
    )


def pieces(people: int, *, piece: int) -> Iterator[Events]:
    """The events of many people, so many at a time."""
    for number, first in enumerate(range(0, people, piece)):
        yield events(min(piece, people - first), seed=number)


def farthest(one: Answer, other: Answer) -> float:
    """The largest difference between two answers, in units of 1 plus the size of the number."""
    return max(
        float(np.max(np.abs(mine - theirs) / (1.0 + np.abs(theirs))))
        for mine, theirs in zip(one, other, strict=True)
    )


_Part = tuple[NDArray[np.int64], Numbers, NDArray[np.int64], NDArray[np.int64], Numbers]


def _scores(people: int, rng: np.random.Generator) -> _Part:
    day = rng.uniform(0.0, _LAST_DAY, (people, SCORES))
    day[:, 0] = 0.0
    value = np.clip(np.round(rng.normal(14.0, 5.0, day.shape)), 1.0, 26.0)
    return _part(np.full(people, SCORES), day.ravel(), SCORE, instruments().index(INSTRUMENT), value.ravel())


def _infusions(people: int, rng: np.random.Generator) -> _Part:
    many = rng.integers(INFUSIONS[0], INFUSIONS[1] + 1, people)
    day = rng.uniform(0.0, _LAST_INFUSION, many.sum())
    return _part(many, day, INFUSION, KETAMINE, rng.choice([1.0, 1.5, 2.0], many.sum()))


def _sessions(people: int, rng: np.random.Generator) -> _Part:
    many = rng.integers(SESSIONS[0], SESSIONS[1] + 1, people)
    day = rng.uniform(_FIRST_SESSION, _LAST_DAY, many.sum())
    return _part(many, day, SESSION, rng.integers(0, len(THERAPIES), many.sum()), 1.0)


def _part(
    many: NDArray[np.int64], day: Numbers, kind: int, code: int | NDArray[np.int64], amount: float | Numbers
) -> _Part:
    """Person, day, kind, code and amount of events of one kind, of which each person has `many`."""
    return (
        np.repeat(np.arange(len(many)), many),
        day,
        np.full(len(day), kind),
        np.broadcast_to(code, len(day)),
        np.broadcast_to(amount, len(day)),
    )
