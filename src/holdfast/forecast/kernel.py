"""The arithmetic of the model: inputs over time, what a score says of the state, one exact filter.

Letters and equations are those of `model.py`. State and inputs are tuples of numbers, written out, because a compiler
keeps those in registers: several times faster than small arrays. Everything here is compiled into the functions of
`passes`, `crossing`, `slopes` and `virtual`, so that one record, a cohort and a batch of a data frame go through the
same code.

numba reads types off the arguments; `no_type_check` keeps run-time checkers of tests off these functions, because what
they wrap can no longer be compiled.
"""

import math
from typing import Final, NamedTuple, no_type_check

import numpy as np

from holdfast.forecast.compiling import inlined
from holdfast.forecast.model import INACTIVE, INFUSION, SCORE, STATES, UNTREATED, Exposure

INTERCEPT, PER_SLOPE, NOISE, ROUNDING, MINIMUM, MAXIMUM, LOG_SLOPE = range(7)
"""Columns of the table of scales, see `scales.Scale.row`; variances in points of severity."""

LOG_2PI: Final = math.log(2.0 * math.pi)
_SQRT_HALF: Final = math.sqrt(0.5)
_FAR: Final = -30.0


_HALVES: Final = np.ldexp(1.0, -np.arange(1022))


class Belief(NamedTuple):
    """What is known of a person's state: means, then the upper triangle of the covariance. E is G_e, S G_s, F G_f."""

    B: float
    D: float
    F: float
    S: float
    E: float
    Z: float
    BB: float
    BD: float
    BF: float
    BS: float
    BE: float
    BZ: float
    DD: float
    DF: float
    DS: float
    DE: float
    DZ: float
    FF: float
    FS: float
    FE: float
    FZ: float
    SS: float
    SE: float
    SZ: float
    EE: float
    EZ: float
    ZZ: float


class Rates(NamedTuple):
    """How fast compartments and episode empty, by the name of their time-scale; what enters is multiplied by into_…."""

    on: float
    f: float
    s: float
    e: float
    lag: float
    z: float
    D: float
    into_f: float
    into_s: float
    into_e: float
    into_z: float
    spread: float


@inlined
@no_type_check
def fade(x):
    """e^(−x) for x ≥ 0: 2^(−n) e^r with r within ± ln 2 / 2 by its series.

    As exact as the library's, but without a call, for which everything kept in registers would have to be put away.
    """
    x = min(x, 700.0)
    n = int(x * 1.4426950408889634 + 0.5)
    r = n * 0.6931471803691238 - x + n * 1.9082149292705877e-10
    r2 = r * r
    r4 = r2 * r2
    low = (
        (1.0 + r)
        + r2 * (0.5 + r * (1.0 / 6.0))
        + r4 * ((1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0)))
    )
    high = (
        (1.0 / 40320.0 + r * (1.0 / 362880.0))
        + r2 * (1.0 / 3628800.0 + r * (1.0 / 39916800.0))
        + r4 * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0))
    )
    return (low + r4 * r4 * high) * _HALVES[n]


@inlined
@no_type_check
def rates_of(population):
    """The rates at which compartments empty, and the factors of what enters them, worked out once."""
    q = population
    return Rates(
        1.0 / q.tau_on, 1.0 / q.tau_f, 1.0 / q.tau_s, 1.0 / q.tau_e, 1.0 / q.tau_lag, 1.0 / q.tau_z, 1.0 / q.tau_D,
        q.tau_f / (q.tau_f - q.tau_on), q.tau_s / (q.tau_s - q.tau_on), q.tau_e / (q.tau_e - q.tau_on),
        q.tau_z / (q.tau_z - q.tau_lag),
        q.sigma_D**2,
    )  # fmt: skip


@inlined
@no_type_check
def elapse(e, days, rates):
    """The exposure after some days without treatment: da/dt = −a/τ_on, du/dt = a/τ_on − u/τ, solved exactly."""
    infused, in_therapy = e.a_e != 0.0 or e.u_e != 0.0, e.z_a != 0.0 or e.z != 0.0
    return elapse_by(e, shares_kept(days, infused, in_therapy, rates), rates)


@inlined
@no_type_check
def shares_kept(days, infused, in_therapy, rates):
    """What is kept after some days in the compartments of τ_on, τ_f, τ_s, τ_e, τ_lag and τ_z."""
    on, f, s, e, lag, z = 1.0, 1.0, 1.0, 1.0, 1.0, 1.0
    if days > 0.0 and infused:
        on, f = fade(days * rates.on), fade(days * rates.f)
        s, e = fade(days * rates.s), fade(days * rates.e)
    if days > 0.0 and in_therapy:
        lag, z = fade(days * rates.lag), fade(days * rates.z)
    return on, f, s, e, lag, z


@inlined
@no_type_check
def elapse_by(x, kept, rates):
    """The exposure of which these shares are kept."""
    on, f, s, e, lag, z = kept
    return Exposure(
        x.a_f * on, x.u_f * f + x.a_f * rates.into_f * (f - on),
        x.a_s * on, x.u_s * s + x.a_s * rates.into_s * (s - on),
        x.a_e * on, x.u_e * e + x.a_e * rates.into_e * (e - on),
        x.z_a * lag, x.z * z + x.z_a * rates.into_z * (z - lag),
        x.W_a * lag, x.W * z + x.W_a * rates.into_z * (z - lag),
    )  # fmt: skip


@inlined
@no_type_check
def treat(e, kind, code, amount, population, beta):
    """The exposure just after an infusion of dose `amount`, or a session of the therapy with that code (amount 1).

    A ← a + min(1, φ δ) (1 − u − a) on each route of an infusion; z_a ← z_a + g and W_a ← W_a + β g of a session, with
    g = κ (1 − z − z_a).
    """
    q = population
    if kind == INFUSION:
        dose = 0.0 if code == INACTIVE else amount
        a_f = e.a_f + min(1.0, q.phi_f * dose) * (1.0 - e.u_f - e.a_f)
        a_s = e.a_s + min(1.0, q.phi_s * dose) * (1.0 - e.u_s - e.a_s)
        a_e = e.a_e + q.phi_e * (1.0 - e.u_e - e.a_e)
        return Exposure(a_f, e.u_f, a_s, e.u_s, a_e, e.u_e, e.z_a, e.z, e.W_a, e.W)
    gain = q.kappa * amount * (1.0 - e.z - e.z_a)
    W_a = e.W_a + beta[code] * gain
    return Exposure(e.a_f, e.u_f, e.a_s, e.u_s, e.a_e, e.u_e, e.z_a + gain, e.z, W_a, e.W)


@inlined
@no_type_check
def prior_belief(population, site_shift, site_variance):
    """What is known of a person on day 0, before any score; the site moves the durable response."""
    q = population
    return Belief(
        q.mu_B, q.d_0, q.mu_f, q.mu_s + site_shift, q.mu_e, 0.0,
        q.sigma_B**2, 0.0, 0.0, 0.0, 0.0, 0.0,
        q.sigma_D0**2, 0.0, 0.0, 0.0, 0.0,
        q.sigma_f**2, q.rho * q.sigma_f * q.sigma_s, 0.0, 0.0,
        q.sigma_s**2 + site_variance, 0.0, 0.0,
        q.sigma_e**2, 0.0,
        1.0,
    )  # fmt: skip


@inlined
@no_type_check
def drift(b, days, rates):
    """The belief some days on: the episode D goes on, the other states are constant."""
    return b if days == 0.0 else drift_by(b, fade(days * rates.D), rates)


@inlined
@no_type_check
def drift_by(b, k, rates):
    """The belief when the share k of the episode is kept."""
    DD = b.DD * k * k + rates.spread * (1.0 - k * k)
    return Belief(
        b.B, b.D * k, b.F, b.S, b.E, b.Z,
        b.BB, b.BD * k, b.BF, b.BS, b.BE, b.BZ,
        DD, b.DF * k, b.DS * k, b.DE * k, b.DZ * k,
        b.FF, b.FS, b.FE, b.FZ, b.SS, b.SE, b.SZ, b.EE, b.EZ, b.ZZ,
    )  # fmt: skip


@inlined
@no_type_check
def reach(b, f, s, e, z):
    """Covariance of each state with h·x, for h = (1, 1, f, s, e, z)."""
    return (
        b.BB + b.BD + f * b.BF + s * b.BS + e * b.BE + z * b.BZ,
        b.BD + b.DD + f * b.DF + s * b.DS + e * b.DE + z * b.DZ,
        b.BF + b.DF + f * b.FF + s * b.FS + e * b.FE + z * b.FZ,
        b.BS + b.DS + f * b.FS + s * b.SS + e * b.SE + z * b.SZ,
        b.BE + b.DE + f * b.FE + s * b.SE + e * b.EE + z * b.EZ,
        b.BZ + b.DZ + f * b.FZ + s * b.SZ + e * b.EZ + z * b.ZZ,
    )


@inlined
@no_type_check
def severity_of(b, exposure, c_v):
    """Expected severity, its variance, and its covariance with each state: s = h·x − W."""
    f, s, e, z = -exposure.u_f, -exposure.u_s, -exposure.u_e, -c_v * exposure.W
    r = reach(b, f, s, e, z)
    mean = b.B + b.D + f * b.F + s * b.S + e * b.E + z * b.Z - exposure.W
    return mean, r[0] + r[1] + f * r[2] + s * r[3] + e * r[4] + z * r[5], r


@inlined
@no_type_check
def learn(b, r, shift, shrink):
    """The belief whose mean moved by `shift` along r, and whose covariance lost `shrink` times r rᵀ."""
    B, D, F, S, E, Z = (
        shrink * r[0],
        shrink * r[1],
        shrink * r[2],
        shrink * r[3],
        shrink * r[4],
        shrink * r[5],
    )
    return Belief(
        b.B + r[0] * shift, b.D + r[1] * shift, b.F + r[2] * shift,
        b.S + r[3] * shift, b.E + r[4] * shift, b.Z + r[5] * shift,
        b.BB - B * r[0], b.BD - B * r[1], b.BF - B * r[2], b.BS - B * r[3], b.BE - B * r[4], b.BZ - B * r[5],
        b.DD - D * r[1], b.DF - D * r[2], b.DS - D * r[3], b.DE - D * r[4], b.DZ - D * r[5],
        b.FF - F * r[2], b.FS - F * r[3], b.FE - F * r[4], b.FZ - F * r[5],
        b.SS - S * r[3], b.SE - S * r[4], b.SZ - S * r[5],
        b.EE - E * r[4], b.EZ - E * r[5],
        b.ZZ - Z * r[5],
    )  # fmt: skip


@inlined
@no_type_check
def filter_one(events, start, stop, as_of_day, prior, population, rates, beta, scales):
    """Belief and exposure on `as_of_day`, and the log-likelihood of the scores, from the events `start` to `stop`."""
    day, kind, code, amount = events
    b, exposure, now, looked, log_likelihood = prior, UNTREATED, 0.0, 0.0, 0.0
    for event in range(start, stop):
        exposure = elapse(exposure, day[event] - now, rates)
        now = day[event]
        if kind[event] == SCORE:
            b = drift(b, now - looked, rates)
            looked = now
            mean, spread, r = severity_of(b, exposure, population.c_v)
            weight, shift, shrink, gained = evidence(mean, spread, amount[event], scales[code[event]])
            b = learn(b, r, shift * weight, shrink * weight)
            log_likelihood += gained
        else:
            exposure = treat(exposure, kind[event], code[event], amount[event], population, beta)
    return (
        drift(b, as_of_day - looked, rates),
        elapse(exposure, as_of_day - now, rates),
        log_likelihood,
    )


@inlined
@no_type_check
def unpack(b, means, covariances, row):
    """Fill a row of means and covariances with a belief."""
    place = STATES
    for i in range(STATES):
        means[row, i] = b[i]
        for j in range(i, STATES):
            covariances[row, i, j] = covariances[row, j, i] = b[place]
            place += 1


@inlined
@no_type_check
def evidence(expected, spread, value, scale):
    """What a score says of the noisy severity behind it.

    One over its variance before, how far its mean moves, the share of its variance that goes, and the log-likelihood of
    the score.
    """
    if value <= scale[MINIMUM]:
        limit = (value + 0.5 - scale[INTERCEPT]) * scale[PER_SLOPE]
        return beyond(expected, spread + scale[NOISE], limit, 1.0)
    if value >= scale[MAXIMUM]:
        limit = (value - 0.5 - scale[INTERCEPT]) * scale[PER_SLOPE]
        return beyond(expected, spread + scale[NOISE], limit, -1.0)
    variance = spread + scale[NOISE] + scale[ROUNDING]
    weight = 1.0 / variance
    shift = (value - scale[INTERCEPT]) * scale[PER_SLOPE] - expected
    log_density = -0.5 * (LOG_2PI + math.log(variance) + shift * shift * weight) - scale[LOG_SLOPE]
    return weight, shift, 1.0, log_density


@inlined
@no_type_check
def beyond(expected, variance, limit, side):
    """As `evidence`, for a value known only to lie below (`side` 1) or above (−1) a limit."""
    sd = math.sqrt(variance)
    alpha = side * (limit - expected) / sd
    ratio, log_chance = mills(alpha)
    return 1.0 / variance, -side * sd * ratio, ratio * (alpha + ratio), log_chance


@inlined
@no_type_check
def mills(alpha):
    """φ(α)/Φ(α) and log Φ(α), by the asymptotic series where Φ is too small to divide by."""
    if alpha > _FAR:
        chance = normal_cdf(alpha)
        return math.exp(-0.5 * (alpha * alpha + LOG_2PI)) / chance, math.log(chance)
    inverse = 1.0 / (alpha * alpha)
    series = 1.0 - inverse * (1.0 - inverse * (3.0 - 15.0 * inverse))
    return -alpha / series, -0.5 * (alpha * alpha + LOG_2PI) - math.log(-alpha) + math.log(series)


@inlined
@no_type_check
def normal_cdf(x):
    """Φ(x), the chance that a standard normal number is at most x."""
    return 0.5 * math.erfc(-x * _SQRT_HALF)
