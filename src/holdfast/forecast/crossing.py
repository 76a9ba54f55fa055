"""The compiled arithmetic of the days ahead: severity by day, and the chance of having stayed below a level."""

import math
from typing import Final, no_type_check

import numpy as np

from holdfast.forecast.compiling import compiled, inlined
from holdfast.forecast.kernel import (
    drift,
    drift_by,
    elapse_by,
    fade,
    filter_one,
    prior_belief,
    rates_of,
    severity_of,
    shares_kept,
    unpack,
)  # fmt: skip
from holdfast.forecast.model import SCORE, STATES

_REACH, _STEPS = 8.0, 128
_NOTHING_LEFT: Final = 1e-10


def _table_of_normal_cdf() -> np.ndarray:
    """Φ on an even grid; straight lines between its points are off by less than 2e-6."""
    grid = np.arange(-_REACH, _REACH + 1.5 / _STEPS, 1.0 / _STEPS)
    return np.array([0.5 * math.erfc(-x / math.sqrt(2.0)) for x in grid])


_TABLE: Final = _table_of_normal_cdf()


@inlined
@no_type_check
def _quick_cdf(x):
    """Φ(x) from the table."""
    place = (min(max(x, -_REACH), _REACH) + _REACH) * _STEPS
    left = int(place)
    return _TABLE[left] + (place - left) * (_TABLE[left + 1] - _TABLE[left])


@compiled
@no_type_check
def directions(loading, covariance):
    """How independent standard normal directions of the state move severity on each day, the strongest first.

    Cholesky's decomposition on the days' severities, each time with the day that has most variance left as pivot.
    **Shapes**: loading [day, state]; the result [direction, day], with rows of zeros once nothing is left.
    """
    days = loading.shape[0]
    left = covariance.copy()
    moved = np.zeros((STATES, days))
    column, most_at_first = np.empty(STATES), 0.0
    for direction in range(STATES):
        pivot, most = 0, -1.0
        for day in range(days):
            variance = _quadratic(left, loading[day])
            if variance > most:
                pivot, most = day, variance
        most_at_first = max(most, most_at_first)
        if most <= _NOTHING_LEFT * most_at_first:
            break
        for i in range(STATES):
            column[i] = 0.0
            for j in range(STATES):
                column[i] += left[i, j] * loading[pivot, j]
            column[i] /= math.sqrt(most)
        for i in range(STATES):
            for j in range(STATES):
                left[i, j] -= column[i] * column[j]
        for day in range(days):
            for i in range(STATES):
                moved[direction, day] += loading[day, i] * column[i]
    return moved


@inlined
@no_type_check
def _quadratic(matrix, vector):
    total = 0.0
    for i in range(STATES):
        for j in range(STATES):
            total += vector[i] * matrix[i, j] * vector[j]
    return total


@compiled
@no_type_check
def staying_below(level, mean, loading, covariance, points, gathered, chance):
    """Fill `chance` with the chance of having been below `level` on every day up to each.

    The path on day t is mean_t + first_t ξ + rest_t · point + gathered_t. Given the point, ξ ~ N(0, 1) keeps it below
    the level within an interval that shrinks from day to day, so that one dimension is integrated exactly.

    **Shapes**: mean and chance [day], loading [day, state], points [direction, point], gathered [day, point].
    """
    moved = directions(loading, covariance)
    many = points.shape[1]
    room, lowest, highest = np.empty(many), np.full(many, -np.inf), np.full(many, np.inf)
    for day in range(mean.shape[0]):
        for p in range(many):
            room[p] = level - mean[day] - gathered[day, p]
        for direction in range(1, STATES):
            weight = moved[direction, day]
            for p in range(many):
                room[p] -= weight * points[direction - 1, p]
        _narrow(room, moved[0, day], lowest, highest)
        total = 0.0
        for p in range(many):
            total += max(0.0, _quick_cdf(highest[p]) - _quick_cdf(lowest[p]))
        chance[day] = total / many


@inlined
@no_type_check
def _narrow(room, first, lowest, highest):
    """Narrow each point's interval of ξ to where first · ξ stays below the room there is."""
    if first > 0.0:
        for p in range(room.shape[0]):
            highest[p] = min(highest[p], room[p] / first)
    elif first < 0.0:
        for p in range(room.shape[0]):
            lowest[p] = max(lowest[p], room[p] / first)
    else:
        for p in range(room.shape[0]):
            highest[p] = highest[p] if room[p] > 0.0 else -np.inf


@compiled
@no_type_check
def look_ahead(
    offsets, day, kind, code, amount, as_of_day, site, population, beta, scales, horizons, level, points, gathered,
    first, last, out,
):  # fmt: skip
    """The days ahead of people `first` to `last` without further treatment, filtered and looked ahead in one pass.

    `horizons` are days from `as_of_day`. With no points, chances of reaching `level` are left out. **Shapes**: `out` is
    mean and sd of severity and the chance of having reached the level, [person, horizon], and by person mean and sd of
    severity now, the sd there would be without a score, the log-likelihood and the number of scores.
    """
    means, sds, chances, now_mean, now_sd, prior_sd, log_likelihood, scores = out
    events, rates, days = (day, kind, code, amount), rates_of(population), horizons.shape[0]
    mean, covariance = np.empty((1, STATES)), np.empty((1, STATES, STATES))
    loading = np.empty((days, STATES))
    for i in range(first, last):
        start, stop = offsets[i], offsets[i + 1]
        prior = prior_belief(population, site[i, 0], site[i, 1])
        b, exposure, log_likelihood[i] = filter_one(
            events, start, stop, as_of_day[i], prior, population, rates, beta, scales
        )
        now_mean[i], variance, _ = severity_of(b, exposure, population.c_v)
        now_sd[i] = math.sqrt(variance)
        _, variance, _ = severity_of(drift(prior, as_of_day[i], rates), exposure, population.c_v)
        prior_sd[i] = math.sqrt(variance)
        scores[i] = 0
        for event in range(start, stop):
            scores[i] += kind[event] == SCORE
        unpack(b, mean, covariance, 0)
        now, step, kept, kept_D, all_kept_D = 0.0, -1.0, shares_kept(0.0, True, True, rates), 1.0, 1.0
        for place in range(days):
            if horizons[place] - now != step:
                step = horizons[place] - now
                kept, kept_D = shares_kept(step, True, True, rates), fade(step * rates.D)
            now, all_kept_D = horizons[place], all_kept_D * kept_D
            exposure, b = elapse_by(exposure, kept, rates), drift_by(b, kept_D, rates)
            means[i, place], variance, _ = severity_of(b, exposure, population.c_v)
            sds[i, place] = math.sqrt(variance)
            set_loading(loading, place, exposure, all_kept_D, population)
        if points.shape[1] > 0:
            staying_below(level, means[i], loading, covariance[0], points, gathered, chances[i])
            for place in range(days):
                chances[i, place] = 1.0 - chances[i, place]


@inlined
@no_type_check
def set_loading(loading, day, exposure, kept_D, population):
    """Fill how severity on a day depends on the state now: (1, e^(−t/τ_D), −u_f, −u_s, −u_e, −c_v W)."""
    loading[day, 0], loading[day, 1] = 1.0, kept_D
    loading[day, 2], loading[day, 3], loading[day, 4] = -exposure.u_f, -exposure.u_s, -exposure.u_e
    loading[day, 5] = -population.c_v * exposure.W
