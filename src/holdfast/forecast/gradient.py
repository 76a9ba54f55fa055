"""The compiled gradient of the log-likelihood: one pass forward as the filter makes it, one backward for every number.

Reverse mode, written out: each step hands back what the log-likelihood gains when its inputs move (a name with `_bar`),
so that one backward pass gives the slope in all numbers at once, at the cost of a few filters. Exact also where scores
are censored: what is differentiated is the arithmetic of the kernel itself, moment matching included. Checked against
differences in `tests/forecast/test_fit.py`.
"""

import math
from typing import Final, no_type_check

import numpy as np

from holdfast.forecast.compiling import compiled, inlined
from holdfast.forecast.kernel import (
    INTERCEPT,
    MAXIMUM,
    MINIMUM,
    NOISE,
    PER_SLOPE,
    ROUNDING,
    drift,
    elapse,
    evidence,
    fade,
    learn,
    mills,
    prior_belief,
    rates_of,
    severity_of,
    shares_kept,
    treat,
    unpack,
)  # fmt: skip
from holdfast.forecast.model import (
    INACTIVE,
    INFUSION,
    SCORE,
    STATES,
    THERAPIES,
    UNTREATED,
    Exposure,
    Population,
)

PLACE: Final = {name: place for place, name in enumerate(Population._fields)}
BETA: Final = len(PLACE)
"""Place of the first therapy's β among the slopes."""

NOISE_SD: Final = BETA + len(THERAPIES)
"""Place of the first instrument's noise among the slopes; then comes the site's shift."""

(
    _MU_B, _SIGMA_B, _D_0, _SIGMA_D0, _SIGMA_D, _TAU_D, _MU_F, _SIGMA_F, _MU_S, _SIGMA_S, _RHO, _MU_E, _SIGMA_E,
    _SIGMA_SITE, _PHI_F, _PHI_S, _PHI_E, _TAU_ON, _TAU_F, _TAU_S, _TAU_E, _C_V, _KAPPA, _TAU_LAG, _TAU_Z,
) = range(BETA)  # fmt: skip
_DRIFTING: Final = 1
_PARTS: Final = len(Exposure._fields)


@compiled
@no_type_check
def slopes(
    offsets, day, kind, code, amount, site, own_site, population, beta, scales, most, first, last, log_likelihood, out
):  # fmt: skip
    """Log-likelihood of people `first` to `last`, and its slope in every number, one row a person.

    `most` is the greatest number of events of one person; `own_site` says whose site has an effect of its own, so that
    the spread of sites is not theirs. **Shapes**: `out` is [person, number]: the letters of `Population`, β by therapy,
    noise by instrument, and the shift of the person's site.
    """
    events, rates = (day, kind, code, amount), rates_of(population)
    before, met = np.empty((most, _PARTS)), np.empty((most, _PARTS))
    means, covariances = np.empty((most, STATES)), np.empty((most, STATES, STATES))
    pull, mean_bar, covariance_bar = np.zeros((most, 4)), np.empty(STATES), np.empty((STATES, STATES))
    room, bar = np.empty((4, STATES)), np.empty(_PARTS)
    for i in range(first, last):
        span = (offsets[i], offsets[i + 1])
        prior = prior_belief(population, site[i, 0], site[i, 1])
        log_likelihood[i] = _forward(
            events, span, prior, population, rates, beta, scales, before, met, means, covariances
        )
        out[i, :] = 0.0
        mean_bar[:] = 0.0
        covariance_bar[:] = 0.0
        _scores_backward(
            events,
            span,
            population,
            scales,
            met,
            means,
            covariances,
            pull,
            mean_bar,
            covariance_bar,
            room,
            out,
            i,
        )
        _prior_backward(mean_bar, covariance_bar, population, own_site[i], out, i)
        _treatment_backward(events, span, population, rates, beta, before, pull, bar, out, i)


@inlined
@no_type_check
def _forward(events, span, prior, population, rates, beta, scales, before, met, means, covariances):
    """The filter, keeping what the way back needs: exposure before each event and at it, belief before each score."""
    day, kind, code, amount = events
    b, exposure, now, looked, log_likelihood = prior, UNTREATED, 0.0, 0.0, 0.0
    for event in range(span[0], span[1]):
        place = event - span[0]
        for part in range(_PARTS):
            before[place, part] = exposure[part]
        exposure = elapse(exposure, day[event] - now, rates)
        now = day[event]
        for part in range(_PARTS):
            met[place, part] = exposure[part]
        if kind[event] == SCORE:
            b = drift(b, now - looked, rates)
            looked = now
            unpack(b, means, covariances, place)
            mean, spread, r = severity_of(b, exposure, population.c_v)
            weight, shift, shrink, gained = evidence(mean, spread, amount[event], scales[code[event]])
            b = learn(b, r, shift * weight, shrink * weight)
            log_likelihood += gained
        else:
            exposure = treat(exposure, kind[event], code[event], amount[event], population, beta)
    return log_likelihood


@inlined
@no_type_check
def _scores_backward(
    events, span, population, scales, met, means, covariances, pull, mean_bar, covariance_bar, room, out, i
):  # fmt: skip
    """Back through the scores, last first: `pull` becomes what each gains from u_f, u_s, u_e and W when taken."""
    day, kind, code, amount = events
    h, r, h_bar, r_bar = room[0], room[1], room[2], room[3]
    for event in range(span[1] - 1, span[0] - 1, -1):
        place = event - span[0]
        if kind[event] != SCORE:
            continue
        m, P, W = means[place], covariances[place], met[place, 9]
        h[0], h[1] = 1.0, 1.0
        h[2], h[3], h[4], h[5] = -met[place, 1], -met[place, 3], -met[place, 5], -population.c_v * W
        scale = scales[code[event]]
        expected, spread = _reach(m, P, h, W, r)
        g, k, slope = _evidence_and_slopes(expected, spread, amount[event], scale)
        g_bar, k_bar = 0.0, 0.0
        for a in range(STATES):
            pulled = 0.0
            for b in range(STATES):
                pulled += covariance_bar[a, b] * r[b]
            r_bar[a] = mean_bar[a] * g - 2.0 * k * pulled
            g_bar += mean_bar[a] * r[a]
            k_bar -= r[a] * pulled
        e_bar = g_bar * slope[0] + k_bar * slope[2] + slope[4]
        V_bar = g_bar * slope[1] + k_bar * slope[3] + slope[5]
        out[i, NOISE_SD + code[event]] += V_bar * 2.0 * math.sqrt(scale[NOISE]) * scale[PER_SLOPE]
        for a in range(STATES):
            r_bar[a] += h[a] * V_bar
            h_bar[a] = r[a] * V_bar + m[a] * e_bar
            mean_bar[a] += h[a] * e_bar
        for a in range(STATES):
            for b in range(STATES):
                h_bar[a] += P[a, b] * r_bar[b]
                covariance_bar[a, b] += 0.5 * (r_bar[a] * h[b] + h[a] * r_bar[b])
        pull[place, 0], pull[place, 1], pull[place, 2] = -h_bar[2], -h_bar[3], -h_bar[4]
        pull[place, 3] = -e_bar - population.c_v * h_bar[5]
        out[i, _C_V] -= W * h_bar[5]
        since = 0.0
        for earlier in range(event - 1, span[0] - 1, -1):
            if kind[earlier] == SCORE:
                since = day[earlier]
                break
        _drift_backward(day[event] - since, m, P, population, mean_bar, covariance_bar, out, i)


@inlined
@no_type_check
def _reach(m, P, h, W, r):
    """Fills r = P h; gives expected severity and its variance."""
    expected, spread = -W, 0.0
    for a in range(STATES):
        r[a] = 0.0
        for b in range(STATES):
            r[a] += P[a, b] * h[b]
        expected += h[a] * m[a]
        spread += h[a] * r[a]
    return expected, spread


@inlined
@no_type_check
def _evidence_and_slopes(expected, spread, value, scale):
    """Shift · weight and shrink · weight; slopes of both and of the log-likelihood in expectation and variance."""
    if scale[MINIMUM] < value < scale[MAXIMUM]:
        w = 1.0 / (spread + scale[NOISE] + scale[ROUNDING])
        v = (value - scale[INTERCEPT]) * scale[PER_SLOPE] - expected
        return v * w, w, (-w, -v * w * w, 0.0, -w * w, v * w, 0.5 * (v * v * w - 1.0) * w)
    side = 1.0 if value <= scale[MINIMUM] else -1.0
    limit = (value + 0.5 * side - scale[INTERCEPT]) * scale[PER_SLOPE]
    V = spread + scale[NOISE]
    sd = math.sqrt(V)
    alpha = side * (limit - expected) / sd
    ratio, _ = mills(alpha)
    delta = ratio * (alpha + ratio)
    delta_slope = ratio * (1.0 - delta) - delta * (alpha + ratio)
    g_V = -side * (delta * alpha - ratio) / (2.0 * V * sd)
    k_e, k_V = -side * delta_slope / (sd * V), -(0.5 * alpha * delta_slope + delta) / (V * V)
    return (
        -side * ratio / sd,
        delta / V,
        (-delta / V, g_V, k_e, k_V, -side * ratio / sd, -0.5 * ratio * alpha / V),
    )


@inlined
@no_type_check
def _drift_backward(days, m, P, population, mean_bar, covariance_bar, out, i):
    """Back through the episode's going on for some days; m and P are after it."""
    tau, variance = population.tau_D, population.sigma_D**2
    k = fade(days / tau)
    if days == 0.0 or k == 0.0:
        return
    D = _DRIFTING
    k_bar = mean_bar[D] * m[D] / k
    for a in range(STATES):
        if a != D:
            k_bar += 2.0 * covariance_bar[D, a] * P[D, a] / k
    before = (P[D, D] - variance * (1.0 - k * k)) / (k * k)
    k_bar += covariance_bar[D, D] * 2.0 * k * (before - variance)
    out[i, _SIGMA_D] += covariance_bar[D, D] * (1.0 - k * k) * 2.0 * population.sigma_D
    out[i, _TAU_D] += k_bar * k * days / (tau * tau)
    mean_bar[D] *= k
    for a in range(STATES):
        covariance_bar[D, a] *= k
        covariance_bar[a, D] *= k


@inlined
@no_type_check
def _prior_backward(mean_bar, C, population, own_site, out, i):
    """What the first belief hands to the numbers it is made of."""
    q = population
    out[i, _MU_B], out[i, _D_0], out[i, _MU_F] = mean_bar[0], mean_bar[1], mean_bar[2]
    out[i, _MU_S], out[i, _MU_E] = mean_bar[3], mean_bar[4]
    out[i, out.shape[1] - 1] = mean_bar[3]
    out[i, _SIGMA_B] = 2.0 * q.sigma_B * C[0, 0]
    out[i, _SIGMA_D0] = 2.0 * q.sigma_D0 * C[1, 1]
    out[i, _SIGMA_F] = 2.0 * (q.sigma_f * C[2, 2] + q.rho * q.sigma_s * C[2, 3])
    out[i, _SIGMA_S] = 2.0 * (q.sigma_s * C[3, 3] + q.rho * q.sigma_f * C[2, 3])
    out[i, _RHO] = 2.0 * q.sigma_f * q.sigma_s * C[2, 3]
    out[i, _SIGMA_E] = 2.0 * q.sigma_e * C[4, 4]
    out[i, _SIGMA_SITE] = 0.0 if own_site else 2.0 * q.sigma_site * C[3, 3]


@inlined
@no_type_check
def _treatment_backward(events, span, population, rates, beta, before, pull, bar, out, i):
    """Back through infusions, sessions and the days between, with what the scores gain from exposure."""
    day, kind, code, amount = events
    bar[:] = 0.0
    for event in range(span[1] - 1, span[0] - 1, -1):
        place = event - span[0]
        if kind[event] == SCORE:
            bar[1] += pull[place, 0]
            bar[3] += pull[place, 1]
            bar[5] += pull[place, 2]
            bar[9] += pull[place, 3]
        days = day[event] - (day[event - 1] if event > span[0] else 0.0)
        x = before[place]
        infused, in_therapy = x[4] != 0.0 or x[5] != 0.0, x[6] != 0.0 or x[7] != 0.0
        on, f, s, e, lag, z = shares_kept(days, infused, in_therapy, rates)
        if kind[event] == INFUSION:
            active = code[event] != INACTIVE
            _infusion_backward(
                x, on, f, s, e, rates, amount[event] if active else 0.0, population, bar, out, i
            )
        elif kind[event] != SCORE:
            _session_backward(x, lag, z, rates, amount[event], population, beta, code[event], bar, out, i)
        if days > 0.0 and infused:
            q = population
            _passing_backward(x, 0, days, on, f, q.tau_on, q.tau_f, _TAU_ON, _TAU_F, bar, out, i)
            _passing_backward(x, 2, days, on, s, q.tau_on, q.tau_s, _TAU_ON, _TAU_S, bar, out, i)
            _passing_backward(x, 4, days, on, e, q.tau_on, q.tau_e, _TAU_ON, _TAU_E, bar, out, i)
        if days > 0.0 and in_therapy:
            q = population
            _passing_backward(x, 6, days, lag, z, q.tau_lag, q.tau_z, _TAU_LAG, _TAU_Z, bar, out, i)
            _passing_backward(x, 8, days, lag, z, q.tau_lag, q.tau_z, _TAU_LAG, _TAU_Z, bar, out, i)


@inlined
@no_type_check
def _infusion_backward(x, on, f, s, e, rates, dose, population, bar, out, i):
    q = population
    _filling_backward(x, 0, on, f, rates.into_f, q.phi_f * dose, dose, _PHI_F, bar, out, i)
    _filling_backward(x, 2, on, s, rates.into_s, q.phi_s * dose, dose, _PHI_S, bar, out, i)
    _filling_backward(x, 4, on, e, rates.into_e, q.phi_e, 1.0, _PHI_E, bar, out, i)


@inlined
@no_type_check
def _filling_backward(x, a, kept_entering, kept, into, share, dose, number, bar, out, i):
    """Back through a ← a + min(1, share) (1 − u − a); x is from before the days that passed until then."""
    entering = x[a] * kept_entering
    held = x[a + 1] * kept + x[a] * into * (kept - kept_entering)
    if share < 1.0:
        out[i, number] += bar[a] * (1.0 - held - entering) * dose
    taken = min(1.0, share)
    bar[a + 1] -= taken * bar[a]
    bar[a] *= 1.0 - taken


@inlined
@no_type_check
def _session_backward(x, lag, z, rates, amount, population, beta, therapy, bar, out, i):
    """Back through z_a ← z_a + g, W_a ← W_a + β g with g = κ (1 − z − z_a)."""
    room = 1.0 - (x[7] * z + x[6] * rates.into_z * (z - lag)) - x[6] * lag
    gain_bar = bar[6] + beta[therapy] * bar[8]
    out[i, BETA + therapy] += bar[8] * population.kappa * amount * room
    out[i, _KAPPA] += gain_bar * amount * room
    bar[6] -= gain_bar * population.kappa * amount
    bar[7] -= gain_bar * population.kappa * amount


@inlined
@no_type_check
def _passing_backward(x, a, days, kept_entering, kept, tau_in, tau_out, number_in, number_out, bar, out, i):
    """Back through the days in one pair of compartments: entering x[a], held x[a + 1]."""
    apart = tau_out - tau_in
    into = tau_out / apart
    entering_bar, held_bar = bar[a], bar[a + 1]
    in_bar = (entering_bar - held_bar * into) * x[a]
    out_bar = held_bar * (x[a + 1] + x[a] * into)
    into_bar = held_bar * x[a] * (kept - kept_entering)
    out[i, number_in] += in_bar * kept_entering * days / (tau_in * tau_in) + into_bar * tau_out / (
        apart * apart
    )
    out[i, number_out] += out_bar * kept * days / (tau_out * tau_out) - into_bar * tau_in / (apart * apart)
    bar[a] = entering_bar * kept_entering + held_bar * into * (kept - kept_entering)
    bar[a + 1] = held_bar * kept
