"""The compiled arithmetic of the model: inputs over time, one exact filter, scores' chances, first passage.

Letters and equations are those of `model.py`. Everything is plain floats and arrays, so that one record, a cohort and
a table handed over by a database go through the same code. All compiled functions stand in this one file, because
a change in another file would not make numba compile again what it keeps on disk.
"""

import math
from typing import Final, no_type_check

import numpy as np
from numba import njit

from holdfast.forecast.model import G_F, G_S, INFUSION, SCORE, STATES, UNTREATED, B, D, Exposure, Z

INTERCEPT, SLOPE, NOISE_SD, MINIMUM, MAXIMUM = range(5)
"""Columns of the table of scales."""

ROUNDING_VARIANCE: Final = 1.0 / 12.0
"""Of a number known to the nearest whole (Sheppard's correction)."""

_LOG_2PI: Final = math.log(2.0 * math.pi)
_SQRT_HALF: Final = math.sqrt(0.5)
_FAR: Final = -30.0

# numba reads types off the arguments itself; `no_type_check` keeps run-time checkers of tests off these functions,
# because what they wrap can no longer be compiled.
_compiled = njit(cache=True, error_model="numpy")


@_compiled
@no_type_check
def elapse(exposure, days, population):
    """The exposure after some days without treatment: da/dt = −a/τ_on, du/dt = a/τ_on − u/τ, solved exactly."""
    q = population
    a_f, u_f = _pass_on(exposure.a_f, exposure.u_f, days, q.tau_on, q.tau_f)
    a_s, u_s = _pass_on(exposure.a_s, exposure.u_s, days, q.tau_on, q.tau_s)
    z_a, z = _pass_on(exposure.z_a, exposure.z, days, q.tau_lag, q.tau_z)
    W_a, W = _pass_on(exposure.W_a, exposure.W, days, q.tau_lag, q.tau_z)
    return Exposure(a_f, u_f, a_s, u_s, z_a, z, W_a, W)


@_compiled
@no_type_check
def treat(exposure, kind, code, amount, population, beta):
    """The exposure just after an infusion of dose `amount`, or a session of the therapy with that code."""
    if kind == INFUSION:
        return _infuse(exposure, amount, population)
    return _attend(exposure, beta[code], population.kappa)


@_compiled
@no_type_check
def exposures(start, kind, day, code, amount, on_days, population, beta):
    """Exposure on each of `on_days`, counted from now, with treatments on `day`; those on the same day come after.

    **Shapes**: events are arrays of one length in order of time; the result is [day, 3] of u_f, u_s, W.
    """
    held = np.empty((on_days.shape[0], 3))
    exposure, now, event = start, 0.0, 0
    for place in range(on_days.shape[0]):
        while event < day.shape[0] and day[event] < on_days[place]:
            exposure = elapse(exposure, day[event] - now, population)
            exposure = treat(exposure, kind[event], code[event], amount[event], population, beta)
            now = day[event]
            event += 1
        exposure = elapse(exposure, on_days[place] - now, population)
        now = on_days[place]
        held[place, 0], held[place, 1], held[place, 2] = exposure.u_f, exposure.u_s, exposure.W
    return held


@_compiled
@no_type_check
def filter_people(offsets, day, kind, code, amount, as_of_day, population, beta, scales):
    """Posterior of every person in a cohort; see `filtering.FilteredCohort` for what is given back."""
    people = as_of_day.shape[0]
    means = np.empty((people, STATES))
    covariances = np.empty((people, STATES, STATES))
    held = np.empty((people, 8))
    log_likelihood = np.empty(people)
    scores = np.zeros(people, dtype=np.int64)
    baseline = np.empty(people)
    for i in range(people):
        start, stop = offsets[i], offsets[i + 1]
        events = (day[start:stop], kind[start:stop], code[start:stop], amount[start:stop])
        exposure, log_likelihood[i] = _filter_one(
            events, as_of_day[i], population, beta, scales, means[i], covariances[i]
        )
        _keep(exposure, held[i])
        scores[i], baseline[i] = _count_and_baseline(events, scales, population.mu_B + population.d_0)
    return means, covariances, held, log_likelihood, scores, baseline


@_compiled
@no_type_check
def score_chances(mean, sd, scale):
    """Chance of each whole score, floor to ceiling, where severity is N(mean, sd²). **Shapes**: [day, score]."""
    low, high = int(scale[MINIMUM]), int(scale[MAXIMUM])
    chances = np.empty((mean.shape[0], high - low + 1))
    for place in range(mean.shape[0]):
        centre = scale[INTERCEPT] + scale[SLOPE] * mean[place]
        spread = math.sqrt((scale[SLOPE] * sd[place]) ** 2 + scale[NOISE_SD] ** 2)
        below = 0.0
        for score in range(low, high):
            up_to = normal_cdf((score + 0.5 - centre) / spread)
            chances[place, score - low] = up_to - below
            below = up_to
        chances[place, high - low] = 1.0 - below
    return chances


@_compiled
@no_type_check
def staying_below(level, mean, first, rest, state, drift):
    """Chance of having been below `level` on every day up to each, averaged over quasi-random paths.

    The path on day t is mean_t + first_t ξ + rest_t · state + drift_t. Given the other points, ξ ~ N(0, 1) keeps it
    below the level within an interval that shrinks from day to day, so that one dimension is integrated exactly.

    **Shapes**: mean and first [day], rest [day, 4], state [point, 4], drift [point, day]; the result [day].
    """
    chance = np.zeros(mean.shape[0])
    for point in range(state.shape[0]):
        lowest, highest = -np.inf, np.inf
        under, up_to = 0.0, 1.0
        for place in range(mean.shape[0]):
            room = level - mean[place] - drift[point, place]
            for part in range(rest.shape[1]):
                room -= rest[place, part] * state[point, part]
            now_lowest, now_highest = _still_below(room, first[place], lowest, highest)
            if now_lowest > lowest:
                lowest, under = now_lowest, normal_cdf(now_lowest)
            if now_highest < highest:
                highest, up_to = now_highest, normal_cdf(now_highest)
            if up_to <= under:
                break
            chance[place] += up_to - under
    return chance / state.shape[0]


@_compiled
@no_type_check
def normal_cdf(x):
    """Φ(x), the chance that a standard normal number is at most x."""
    return 0.5 * math.erfc(-x * _SQRT_HALF)


@_compiled
@no_type_check
def _pass_on(entering, held, days, tau_in, tau_out):
    """What is still entering and what is held after some days; τ_in and τ_out differ."""
    kept_entering, kept = math.exp(-days / tau_in), math.exp(-days / tau_out)
    arrived = entering * tau_out / (tau_out - tau_in) * (kept - kept_entering)
    return entering * kept_entering, held * kept + arrived


@_compiled
@no_type_check
def _infuse(e, dose, population):
    """A ← a + min(1, φ δ) (1 − u − a) on both routes."""
    a_f = e.a_f + min(1.0, population.phi_f * dose) * (1.0 - e.u_f - e.a_f)
    a_s = e.a_s + min(1.0, population.phi_s * dose) * (1.0 - e.u_s - e.a_s)
    return Exposure(a_f, e.u_f, a_s, e.u_s, e.z_a, e.z, e.W_a, e.W)


@_compiled
@no_type_check
def _attend(e, effect, kappa):
    """z_a ← z_a + g and W_a ← W_a + β g, with g = κ (1 − z − z_a)."""
    gain = kappa * (1.0 - e.z - e.z_a)
    return Exposure(e.a_f, e.u_f, e.a_s, e.u_s, e.z_a + gain, e.z, e.W_a + effect * gain, e.W)


@_compiled
@no_type_check
def _filter_one(events, as_of_day, population, beta, scales, mean, covariance):
    """Fills mean and covariance with the posterior on `as_of_day`; gives the exposure then and the log-likelihood."""
    day, kind, code, amount = events
    set_prior(mean, covariance, population)
    exposure, now, looked, log_likelihood = UNTREATED, 0.0, 0.0, 0.0
    for event in range(day.shape[0]):
        exposure = elapse(exposure, day[event] - now, population)
        now = day[event]
        if kind[event] == SCORE:
            drift(mean, covariance, now - looked, population)
            looked = now
            log_likelihood += _learn(
                mean, covariance, exposure, amount[event], scales[code[event]], population.c_v
            )
        else:
            exposure = treat(exposure, kind[event], code[event], amount[event], population, beta)
    drift(mean, covariance, as_of_day - looked, population)
    return elapse(exposure, as_of_day - now, population), log_likelihood


@_compiled
@no_type_check
def set_prior(mean, covariance, population):
    """Fills mean and covariance with what is known of a person on day 0, before any score."""
    q = population
    mean[B], mean[D], mean[G_F], mean[G_S], mean[Z] = q.mu_B, q.d_0, q.mu_f, q.mu_s, 0.0
    covariance[:] = 0.0
    covariance[B, B], covariance[D, D], covariance[Z, Z] = q.sigma_B**2, q.sigma_D0**2, 1.0
    covariance[G_F, G_F], covariance[G_S, G_S] = q.sigma_f**2, q.sigma_s**2
    covariance[G_F, G_S] = covariance[G_S, G_F] = q.rho * q.sigma_f * q.sigma_s


@_compiled
@no_type_check
def drift(mean, covariance, days, population):
    """Carries the episode D forward by some days, in place; the other states are constant."""
    kept = math.exp(-days / population.tau_D)
    mean[D] *= kept
    for other in range(STATES):
        covariance[D, other] *= kept
        covariance[other, D] *= kept
    covariance[D, D] += population.sigma_D**2 * (1.0 - kept * kept)


@_compiled
@no_type_check
def _learn(mean, covariance, exposure, value, scale, c_v):
    """Conditions mean and covariance on one score, in place, and gives its log-likelihood.

    Severity is h·x − W with h = (1, 1, −u_f, −u_s, −c_v W); `reach` is its covariance with each state.
    """
    h = (1.0, 1.0, -exposure.u_f, -exposure.u_s, -c_v * exposure.W)
    reach = np.zeros(STATES)
    expected, spread = -exposure.W, 0.0
    for i in range(STATES):
        expected += h[i] * mean[i]
        for j in range(STATES):
            reach[i] += covariance[i, j] * h[j]
        spread += h[i] * reach[i]
    variance, shift, shrink, log_likelihood = _evidence(expected, spread, value, scale)
    for i in range(STATES):
        mean[i] += reach[i] * shift / variance
        for j in range(STATES):
            covariance[i, j] -= reach[i] * reach[j] * shrink / variance
    return log_likelihood


@_compiled
@no_type_check
def _evidence(expected, spread, value, scale):
    """What a score says of the noisy severity behind it: its variance before, how far its mean moves, the share of its
    variance that goes, and the log-likelihood of the score.
    """
    slope, noise = scale[SLOPE], (scale[NOISE_SD] / scale[SLOPE]) ** 2
    if value <= scale[MINIMUM]:
        limit = (value + 0.5 - scale[INTERCEPT]) / slope
        return _beyond(expected, spread + noise, limit, 1.0)
    if value >= scale[MAXIMUM]:
        limit = (value - 0.5 - scale[INTERCEPT]) / slope
        return _beyond(expected, spread + noise, limit, -1.0)
    variance = spread + noise + ROUNDING_VARIANCE / slope**2
    shift = (value - scale[INTERCEPT]) / slope - expected
    log_density = -0.5 * (_LOG_2PI + math.log(variance) + shift * shift / variance) - math.log(slope)
    return variance, shift, 1.0, log_density


@_compiled
@no_type_check
def _beyond(expected, variance, limit, side):
    """As `_evidence`, for a value known only to lie below (`side` 1) or above (−1) a limit."""
    sd = math.sqrt(variance)
    alpha = side * (limit - expected) / sd
    ratio, log_chance = _mills(alpha)
    return variance, -side * sd * ratio, ratio * (alpha + ratio), log_chance


@_compiled
@no_type_check
def _mills(alpha):
    """φ(α)/Φ(α) and log Φ(α), by the asymptotic series where Φ is too small to divide by."""
    if alpha > _FAR:
        chance = normal_cdf(alpha)
        return math.exp(-0.5 * (alpha * alpha + _LOG_2PI)) / chance, math.log(chance)
    inverse = 1.0 / (alpha * alpha)
    series = 1.0 - inverse * (1.0 - inverse * (3.0 - 15.0 * inverse))
    return -alpha / series, -0.5 * (alpha * alpha + _LOG_2PI) - math.log(-alpha) + math.log(series)


@_compiled
@no_type_check
def _still_below(room, weight, lowest, highest):
    """The interval of ξ in which weight · ξ also stays below the room there is."""
    if weight > 0.0:
        return lowest, min(highest, room / weight)
    if weight < 0.0:
        return max(lowest, room / weight), highest
    return (lowest, highest) if room > 0.0 else (lowest, -np.inf)


@_compiled
@no_type_check
def _count_and_baseline(events, scales, without_scores):
    """Number of scores, and the severity the last one at or before the first infusion stands for, else the first."""
    _, kind, code, amount = events
    count, infused, first, last_before = 0, False, without_scores, without_scores
    for event in range(kind.shape[0]):
        infused = infused or kind[event] == INFUSION
        if kind[event] == SCORE:
            scale = scales[code[event]]
            severity = (amount[event] - scale[INTERCEPT]) / scale[SLOPE]
            first = severity if count == 0 else first
            last_before = severity if count == 0 or not infused else last_before
            count += 1
    return count, last_before if infused else first


@_compiled
@no_type_check
def _keep(exposure, row):
    for part in range(8):
        row[part] = exposure[part]
