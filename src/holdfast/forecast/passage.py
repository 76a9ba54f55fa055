"""When severity first reaches a level: chances by day, integrated over whole paths of the exact joint Gaussian.

Severity on the days ahead is Gaussian and strongly dependent from day to day, so the chance of having stayed below a
level until a day is a Gaussian integral in as many dimensions as there are days. It is taken by quasi-Monte Carlo on
fixed points: the direction of the state that moves the path most is integrated exactly, the other four and what D
gathers (its principal components, largest first) run over a scrambled Sobol sequence.

**Error**: against plain Monte Carlo on many paths the chances are within 0.006, and within 0.0015 on average
(`tests/forecast/test_passage.py`). The points are fixed, so the same record gives the same chances.

**Source**: Sobol 1967 with the scrambling of Owen 1998, as in `scipy.stats.qmc`; conditioning on one dimension as in
Genz 1992, doi:10.1080/10618600.1992.10477010.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from jaxtyping import Float64

from holdfast.forecast.model import STATES, Population
from holdfast.forecast.path import Path, gathered

POINTS: Final = 1024
"""A power of two, as Sobol points must be."""

_SEED: Final = 20


def chance_below(path: Path, level: float) -> Float64[np.ndarray, "day"]:
    """Chance of having been below `level` on every day of the path up to each."""
    from holdfast.forecast import kernel

    directions = _directions(path)
    state, drift = _points(tuple(path.days.tolist()), path.posterior.parameters.population)
    chance: Float64[np.ndarray, "day"] = kernel.staying_below(
        level, path.mean, directions[:, 0].copy(), directions[:, 1:].copy(), state, drift
    )
    return chance


def _directions(path: Path) -> Float64[np.ndarray, "day 5"]:
    """How independent standard normal directions of the state move the path, the strongest direction first."""
    value, vector = np.linalg.eigh(path.posterior.covariance)
    spread = path.loading @ (vector * np.sqrt(np.maximum(value, 0.0)))
    _, turn = np.linalg.eigh(spread.T @ spread)
    return spread @ turn[:, ::-1]


@lru_cache(maxsize=8)
def _points(
    days: tuple[float, ...], population: Population
) -> tuple[Float64[np.ndarray, "point 4"], Float64[np.ndarray, "point day"]]:
    """Points for the four directions left of the state, and what D gathers by each day on the same paths."""
    from scipy.special import ndtri
    from scipy.stats import qmc

    value, vector = np.linalg.eigh(gathered(np.array(days), population))
    spread = (vector * np.sqrt(np.maximum(value, 0.0)))[:, ::-1]
    sobol = qmc.Sobol(STATES - 1 + len(days), scramble=True, rng=np.random.default_rng(_SEED))
    normal = ndtri(sobol.random(POINTS))
    return np.ascontiguousarray(normal[:, : STATES - 1]), normal[:, STATES - 1 :] @ spread.T
