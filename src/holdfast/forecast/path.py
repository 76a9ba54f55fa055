"""The joint Gaussian of severity on the days ahead, given everything known, with treatment as planned or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.cohort import Row, row
from holdfast.forecast.filtering import Posterior
from holdfast.forecast.model import D, Population, Treatment
from holdfast.forecast.scales import scale_of


@dataclass(frozen=True, eq=False)
class Path:
    """Severity on `days`, counted from the day of the posterior: mean, and covariance between all days.

    Severity on a day is loading · x − W + what D gathers until then, x being the state now. `held` is the exposure
    u_f, u_s, W on each day.

    **Shapes**: x is (B, D, G_f, G_s, Z) as in `model`. **Units**: points of severity, days.
    """

    posterior: Posterior
    days: Float64[np.ndarray, "day"]
    held: Float64[np.ndarray, "day 3"]

    @cached_property
    def loading(self) -> Float64[np.ndarray, "day 5"]:
        """How each day's severity depends on the state now: (1, e^(−t/τ_D), −u_f, −u_s, −c_v W)."""
        q = self.posterior.parameters.population
        u_f, u_s, W = self.held.T
        return np.column_stack([np.ones_like(u_f), np.exp(-self.days / q.tau_D), -u_f, -u_s, -q.c_v * W])

    @cached_property
    def mean(self) -> Float64[np.ndarray, "day"]:
        """Expected severity on each day."""
        return self.loading @ self.posterior.mean - self.held[:, 2]

    @cached_property
    def sd(self) -> Float64[np.ndarray, "day"]:
        """Standard deviation of severity on each day: the square root of the diagonal of `covariance`."""
        known = np.einsum("ti,ij,tj->t", self.loading, self.posterior.covariance, self.loading)
        kept = np.exp(-2 * self.days / self.posterior.parameters.population.tau_D)
        return np.sqrt(known + self.posterior.parameters.population.sigma_D**2 * (1 - kept))

    def covariance(self) -> Float64[np.ndarray, "day day"]:
        """Covariance of severity between days."""
        known = self.loading @ self.posterior.covariance @ self.loading.T
        return known + gathered(self.days, self.posterior.parameters.population)

    def score_moments(self, instrument: str) -> tuple[Float64[np.ndarray, "day"], Float64[np.ndarray, "day day"]]:
        """Mean and covariance of one instrument's scores, noise included, before rounding and clipping."""
        scale = scale_of(instrument)
        noise = np.eye(len(self.days)) * scale.noise_sd**2
        return scale.intercept + scale.slope * self.mean, scale.slope**2 * self.covariance() + noise


def path(posterior: Posterior, *, days: Float64[np.ndarray, "day"], planned: Sequence[Treatment] = ()) -> Path:
    """The path over `days` from now, rising from 0, with the planned treatments on the clock of the record.

    A planned event on the day of the record itself counts from then on.

    **Errors**: `InvalidInput` for a planned event before the record's day.
    """
    from holdfast.forecast import kernel

    rows = sorted((_ahead(event, posterior.as_of_day) for event in planned), key=lambda one: one[:2])
    day, kind, code, amount = zip(*rows, strict=True) if rows else ((), (), (), ())
    held = kernel.exposures(
        posterior.exposure,
        np.array(kind, dtype=np.int8),
        np.array(day, dtype=np.float64),
        np.array(code, dtype=np.int8),
        np.array(amount, dtype=np.float64),
        days,
        posterior.parameters.population,
        posterior.parameters.beta,
    )
    return Path(posterior=posterior, days=days, held=held)


def gathered(days: Float64[np.ndarray, "day"], population: Population) -> Float64[np.ndarray, "day day"]:
    """Covariance of what D gathers from now on: σ_D² (e^(−|t−t'|/τ_D) − e^(−(t+t')/τ_D))."""
    one, other = days[:, None], days[None, :]
    return population.sigma_D**2 * (
        np.exp(-np.abs(one - other) / population.tau_D) - np.exp(-(one + other) / population.tau_D)
    )


def drift_ahead(path: Path) -> Float64[np.ndarray, "day"]:
    """Expected D on each day: the part of severity that is the episode running its course."""
    return path.loading[:, D] * path.posterior.mean[D]


def _ahead(event: Treatment, as_of_day: float) -> Row:
    if event.day < as_of_day:
        raise InvalidInput(Problem("planned.day", "before the day of the record", "the record's day or later"))
    day, kind, code, amount = row(event)
    return day - as_of_day, kind, code, amount
