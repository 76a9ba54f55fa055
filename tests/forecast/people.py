"""Records for the tests of the forecast: of people with a name, and at random."""

import numpy as np

from holdfast.forecast.model import THERAPIES, InactiveEvent, InfusionEvent, Record, ScoreEvent, SessionEvent
from holdfast.forecast.scales import scales

INDUCTION_DAYS = (1.0, 3.0, 5.0, 8.0, 10.0, 12.0)
"""Six infusions in two weeks."""


def make_scores(*values: int, instrument: str = "phq9", every: float = 4.0) -> tuple[ScoreEvent, ...]:
    """Scores at even distances from day 0."""
    return tuple(ScoreEvent(place * every, instrument, value) for place, value in enumerate(values))


def make_infusions(*days: float, dose: float = 1.0) -> tuple[InfusionEvent, ...]:
    """Infusions on those days."""
    return tuple(InfusionEvent(day, dose) for day in days)


def make_sessions(*days: float, therapy: str = "cbt") -> tuple[SessionEvent, ...]:
    """Attended sessions on those days."""
    return tuple(SessionEvent(day, therapy) for day in days)


def make_ada(*, as_of_day: float = 20.0) -> Record:
    """Ada, who got better with six infusions and has begun therapy."""
    return Record(
        scores=make_scores(21, 15, 9, 7, 5),
        infusions=make_infusions(*INDUCTION_DAYS),
        sessions=make_sessions(11.0, 14.0, 18.0),
        as_of_day=as_of_day,
    )


def make_random(rng: np.random.Generator) -> Record:
    """Irregular times, several instruments, infusions of several doses, sessions of several therapies, ties."""
    horizon = float(rng.uniform(20, 150))

    def some_days(most: int) -> list[float]:
        days = rng.uniform(0, horizon, size=rng.integers(0, most))
        return [float(np.floor(day) if rng.random() < 0.4 else day) for day in days]

    slugs = list(scales())
    scores = [
        ScoreEvent(day, slug, int(rng.integers(scales()[slug].minimum + 1, scales()[slug].maximum)))
        for day in [0.0, *some_days(14)]
        for slug in rng.choice(slugs, size=rng.integers(1, 3))
    ]
    return Record(
        scores=tuple(scores),
        infusions=tuple(
            InactiveEvent(day)
            if rng.random() < 0.2
            else InfusionEvent(day, float(rng.choice([0.2, 1.0, 1.5, 2.0])))
            for day in some_days(9)
        ),
        sessions=tuple(SessionEvent(day, str(rng.choice(THERAPIES))) for day in some_days(12)),
        as_of_day=horizon,
    )
