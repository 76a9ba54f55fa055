"""When severity first reaches a level: chances by day, integrated over whole paths of the exact joint Gaussian.

Severity on the days ahead is Gaussian and strongly dependent from day to day, so the chance of having stayed below a
level until a day is a Gaussian integral in as many dimensions as there are days. It is taken by quasi-Monte Carlo on
fixed points: the direction of the state that moves the path most is integrated exactly, the others and what D gathers
(its principal components, largest first) run over a scrambled Sobol sequence.

**Error**: measured against plain Monte Carlo in `tests/forecast/test_first_passage.py`. The points are fixed, so the
same record gives the same chances.

**Source**: Sobol 1967 with the linear scrambling of Matousek 1998, as in `scipy.stats.qmc`; conditioning on one
dimension as in Genz 1992, doi:10.1080/10618600.1992.10477010.
"""

from functools import lru_cache
from typing import Final

import numpy as np

from holdfast.forecast.model import STATES, Population
from holdfast.forecast.shapes import DayByPoint, DirectionByPoint, PerDay
from holdfast.forecast.trajectory import Trajectory, gathered

POINTS: Final = 512
"""For one person: chances within 0.006 on weekly points. A power of two, as Sobol points must be."""

COHORT_POINTS: Final = 128
"""For a cohort, where speed counts more: chances within 0.02."""

_SEED: Final = 20


def chance_below(trajectory: Trajectory, level: float) -> PerDay:
    """Chance of having been below `level` on every day of the trajectory up to each."""
    from holdfast.forecast import crossing

    state, drift = points(tuple(trajectory.days.tolist()), trajectory.population, count=POINTS)
    chance = np.empty(len(trajectory.days))
    covariance = trajectory.posterior.covariance
    crossing.staying_below(level, trajectory.mean, trajectory.loading, covariance, state, drift, chance)
    return chance


@lru_cache(maxsize=8)
def points(
    days: tuple[float, ...], population: Population, *, count: int
) -> tuple[DirectionByPoint, DayByPoint]:
    """Points for the directions left of the state, and what D gathers by each day on the same paths; none for 0."""
    from scipy.special import ndtri
    from scipy.stats import qmc

    if not count:
        return np.empty((STATES - 1, 0)), np.empty((len(days), 0))
    value, vector = np.linalg.eigh(gathered(np.array(days), population))
    spread = (vector * np.sqrt(np.maximum(value, 0.0)))[:, ::-1]
    sobol = qmc.Sobol(STATES - 1 + len(days), scramble=True, rng=np.random.default_rng(_SEED))
    normal = ndtri(sobol.random(count)).T
    return np.ascontiguousarray(normal[: STATES - 1]), np.ascontiguousarray(spread @ normal[STATES - 1 :])
