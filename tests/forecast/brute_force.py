"""The model once more, the slow way: one joint Gaussian of all scores and all days asked for, by dense algebra.

Shares no code with the filter: inputs come from matrix exponentials of the differential equations, and every number is
conditioned on at once. Holds for scores off floor and ceiling, where the model is Gaussian.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm
from scipy.stats import multivariate_normal

from holdfast.forecast.model import (
    InactiveEvent,
    InfusionEvent,
    Population,
    Record,
    SessionEvent,
    Treatment,
)
from holdfast.forecast.parameters import Parameters

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """What the joint Gaussian says: of the scores, and of severity on the days asked for given the scores."""

    log_likelihood: float
    mean: Array
    covariance: Array


def joint(record: Record, parameters: Parameters, days: Array, planned: tuple[Treatment, ...] = ()) -> Answer:
    """The answer for a record, at `days` since its day 0, with planned treatments counted too."""
    q = parameters.population
    score_days = np.array([score.day for score in record.scores], dtype=float)
    links = [parameters.scales[score.instrument] for score in record.scores]
    intercept, slope, noise = (
        np.array([getattr(link, name) for link in links]) for name in ("intercept", "slope", "noise_sd")
    )
    when = np.concatenate([score_days, days])
    treatments = (*record.infusions, *record.sessions, *planned)
    site = parameters.site_effect(record.site)
    mean, covariance = _severity(when, treatments, parameters, q, site)
    n = len(links)
    scores = np.array([score.value for score in record.scores], dtype=float)
    expected = intercept + slope * mean[:n]
    between = np.outer(slope, slope) * covariance[:n, :n] + np.diag(noise**2 + 1 / 12)
    across = slope[:, None] * covariance[:n, n:]
    gain = np.linalg.solve(between, across).T
    return Answer(
        log_likelihood=float(multivariate_normal.logpdf(scores, expected, between)) if n else 0.0,
        mean=mean[n:] + gain @ (scores - expected),
        covariance=covariance[n:, n:] - gain @ across,
    )


def _severity(
    when: Array,
    treatments: tuple[Treatment, ...],
    parameters: Parameters,
    q: Population,
    site: tuple[float, float],
) -> tuple[Array, Array]:
    u_f, u_s, u_e, W = _inputs(when, treatments, parameters)
    ones = np.ones_like(when)
    loading = np.column_stack([ones, -u_f, -u_s, -u_e, -q.c_v * W])
    spread = np.diag([q.sigma_B**2, q.sigma_f**2, q.sigma_s**2 + site[1], q.sigma_e**2, 1.0])
    spread[1, 2] = spread[2, 1] = q.rho * q.sigma_f * q.sigma_s
    since = np.abs(when[:, None] - when[None, :])
    both = when[:, None] + when[None, :]
    episode = q.sigma_D0**2 * np.exp(-both / q.tau_D)
    episode += q.sigma_D**2 * (np.exp(-since / q.tau_D) - np.exp(-both / q.tau_D))
    mean = (
        loading @ np.array([q.mu_B, q.mu_f, q.mu_s + site[0], q.mu_e, 0.0])
        + q.d_0 * np.exp(-when / q.tau_D)
        - W
    )
    return mean, loading @ spread @ loading.T + episode


def _inputs(
    when: Array, treatments: tuple[Treatment, ...], parameters: Parameters
) -> tuple[Array, Array, Array, Array]:
    q = parameters.population
    infusions = sorted(
        (e for e in treatments if isinstance(e, InfusionEvent | InactiveEvent)), key=lambda e: e.day
    )
    sessions = sorted((e for e in treatments if isinstance(e, SessionEvent)), key=lambda e: e.day)

    def infused(phi: float, tau: float) -> Array:
        def fill(held: Array, event: Treatment) -> Array:
            dose = event.dose if isinstance(event, InfusionEvent) else 0.0
            return np.array([min(1.0, phi * dose) * (1.0 - held.sum()), 0.0])

        return _two_boxes(when, tuple(infusions), fill, q.tau_on, tau)[:, 1]

    def expected(held: Array, event: Treatment) -> Array:
        return np.array([q.phi_e * (1.0 - held.sum()), 0.0])

    def learned(held: Array, event: Treatment) -> Array:
        assert isinstance(event, SessionEvent)
        gain = q.kappa * (1.0 - held[0] - held[1])
        return np.array([gain, 0.0, parameters.therapy_effect[event.therapy] * gain, 0.0])

    therapy = _two_boxes(when, tuple(sessions), learned, q.tau_lag, q.tau_z)
    expectancy = _two_boxes(when, tuple(infusions), expected, q.tau_on, q.tau_e)[:, 1]
    return infused(q.phi_f, q.tau_f), infused(q.phi_s, q.tau_s), expectancy, therapy[:, -1]


def _two_boxes(
    when: Array,
    events: tuple[Treatment, ...],
    added: Callable[[Array, Treatment], Array],
    tau_in: float,
    tau_out: float,
) -> Array:
    """What stands in pairs of boxes (entering, held) at each time, just before any event of that time."""
    flow = np.array([[-1 / tau_in, 0.0], [1 / tau_in, -1 / tau_out]])
    pairs = 1 if not events else len(added(np.zeros(4), events[0])) // 2
    whole = np.kron(np.eye(pairs), flow)
    found = np.zeros((len(when), 2 * pairs))
    held, now, waiting = np.zeros(2 * pairs), 0.0, list(events)
    for place in np.argsort(when):
        while waiting and waiting[0].day < when[place]:
            event = waiting.pop(0)
            held = expm(whole * (event.day - now)) @ held
            held, now = held + added(held, event), float(event.day)
        found[place] = expm(whole * (when[place] - now)) @ held
    return found
