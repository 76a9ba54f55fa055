"""Passes over people: what the kernel's arithmetic makes of the events of a cohort, row by row of its columns.

Each fills the rows `first` to `last` of arrays that are given, so that threads can share the people between them.
"""

from typing import no_type_check

import numpy as np

from holdfast.forecast.compiling import compiled, inlined
from holdfast.forecast.kernel import (
    INTERCEPT,
    PER_SLOPE,
    drift,
    elapse,
    filter_one,
    normal_cdf,
    prior_belief,
    rates_of,
    treat,
    unpack,
)
from holdfast.forecast.model import INFUSION, SCORE


@compiled
@no_type_check
def exposures(start, kind, day, code, amount, on_days, population, beta):
    """Exposure on each of `on_days`, counted from now, with treatments on `day`; those on the same day come after.

    **Shapes**: events are arrays of one length in order of time; the result is [day, 4] of u_f, u_s, u_e, W.
    """
    held, rates = np.empty((on_days.shape[0], 4)), rates_of(population)
    exposure, now, event = start, 0.0, 0
    for place in range(on_days.shape[0]):
        while event < day.shape[0] and day[event] < on_days[place]:
            exposure = elapse(exposure, day[event] - now, rates)
            exposure = treat(exposure, kind[event], code[event], amount[event], population, beta)
            now = day[event]
            event += 1
        exposure = elapse(exposure, on_days[place] - now, rates)
        now = on_days[place]
        held[place, 0], held[place, 1] = exposure.u_f, exposure.u_s
        held[place, 2], held[place, 3] = exposure.u_e, exposure.W
    return held


@compiled
@no_type_check
def set_prior(means, covariances, day, population, site_shift, site_variance):
    """Fill mean and covariance, in row 0, with what is known on a day of a person of whom there is no score."""
    belief = drift(prior_belief(population, site_shift, site_variance), day, rates_of(population))
    unpack(belief, means, covariances, 0)


@compiled
@no_type_check
def filter_people(
    offsets, day, kind, code, amount, as_of_day, site, population, beta, scales, first, last, out
):
    """Posterior of the people `first` to `last` of a cohort, written to their rows of `out`.

    `site` holds what a site adds to mean and variance of the durable response, [person, 2]; `out` is the arrays of
    `filtering.FilteredCohort` in their order: mean, covariance, exposure, log-likelihood, scores, baseline.
    """
    means, covariances, held, log_likelihood, scores, baseline = out
    events, rates = (day, kind, code, amount), rates_of(population)
    for i in range(first, last):
        prior = prior_belief(population, site[i, 0], site[i, 1])
        b, exposure, log_likelihood[i] = filter_one(
            events, offsets[i], offsets[i + 1], as_of_day[i], prior, population, rates, beta, scales
        )
        unpack(b, means, covariances, i)
        for part in range(len(exposure)):
            held[i, part] = exposure[part]
        scores[i], baseline[i] = _count_and_baseline(
            events, offsets[i], offsets[i + 1], scales, population.mu_B + population.d_0
        )


@compiled
@no_type_check
def score_chances(centre, spread, low, high):
    """Chance of each whole score from `low` to `high`, the ends included and taking all beyond them.

    **Shapes**: centre and spread of the score before rounding [day]; the result [day, score].
    """
    chances = np.empty((centre.shape[0], high - low + 1))
    for place in range(centre.shape[0]):
        below = 0.0
        for score in range(low, high):
            up_to = normal_cdf((score + 0.5 - centre[place]) / spread[place])
            chances[place, score - low] = up_to - below
            below = up_to
        chances[place, high - low] = 1.0 - below
    return chances


@inlined
@no_type_check
def _count_and_baseline(events, start, stop, scales, without_scores):
    """Number of scores, and the severity the last one at or before the first infusion stands for, else the first."""
    _, kind, code, amount = events
    count, infused, first, last_before = 0, False, without_scores, without_scores
    for event in range(start, stop):
        infused = infused or kind[event] == INFUSION
        if kind[event] == SCORE:
            scale = scales[code[event]]
            severity = (amount[event] - scale[INTERCEPT]) * scale[PER_SLOPE]
            first = severity if count == 0 else first
            last_before = severity if count == 0 or not infused else last_before
            count += 1
    return count, last_before if infused else first
