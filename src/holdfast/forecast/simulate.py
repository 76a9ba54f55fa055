"""Virtual people: severity drawn from the model under given treatments, and the scores they would report."""

from collections.abc import Sequence

import numpy as np

from holdfast.forecast.cohort import columns
from holdfast.forecast.filtering import prior
from holdfast.forecast.model import G_F, G_S, UNTREATED, B, D, Treatment, Z
from holdfast.forecast.parameters import Parameters
from holdfast.forecast.scales import scale_of
from holdfast.forecast.shapes import AnyNumbers, AnyScores, PerDay, PerPerson, PersonByDay


def draw(
    parameters: Parameters,
    *,
    people: int,
    days: PerDay,
    treatments: Sequence[Treatment] = (),
    rng: np.random.Generator,
) -> PersonByDay:
    """Severity of people on `days`, rising from 0 or later, who all get the same treatments.

    Severity on the day of a treatment is from before it, as in `model`.
    """
    from holdfast.forecast import kernel

    q = parameters.population
    mean, covariance = prior(parameters)
    x = rng.multivariate_normal(mean, covariance, size=people)
    day, kind, code, amount = columns(treatments)
    u_f, u_s, W = kernel.exposures(UNTREATED, kind, day, code, amount, days, q, parameters.beta).T
    course = _episode(x[:, D], days=days, tau=q.tau_D, sd=q.sigma_D, rng=rng)
    relief = np.outer(x[:, G_F], u_f) + np.outer(x[:, G_S], u_s)
    severity: PersonByDay = x[:, [B]] + course - relief - np.outer(1 + q.c_v * x[:, Z], W)
    return severity


def draw_scores(severity: AnyNumbers, *, instrument: str, rng: np.random.Generator) -> AnyScores:
    """Scores of one instrument at these severities, with its noise, rounded and clipped to its range."""
    scale = scale_of(instrument)
    value = scale.intercept + scale.slope * severity + scale.noise_sd * rng.standard_normal(severity.shape)
    return np.clip(np.floor(value + 0.5), scale.minimum, scale.maximum).astype(np.int64)


def _episode(
    start: PerPerson,
    *,
    days: PerDay,
    tau: float,
    sd: float,
    rng: np.random.Generator,
) -> PersonByDay:
    """D on each day, from its value on day 0: each step is exact, however long."""
    course, now, before = np.empty((len(start), len(days))), start, 0.0
    for place, day in enumerate(days):
        kept = np.exp(-(day - before) / tau)
        now = kept * now + sd * np.sqrt(1 - kept**2) * rng.standard_normal(len(start))
        course[:, place], before = now, day
    return course
