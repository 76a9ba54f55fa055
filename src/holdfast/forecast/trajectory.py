"""The joint Gaussian of severity on the days ahead, given everything known, with treatment as planned or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.cohort import columns
from holdfast.forecast.filtering import Posterior
from holdfast.forecast.model import Population, Treatment
from holdfast.forecast.shapes import DayByDay, DayByInput, DayByState, PerDay


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Severity on `days`, counted from the day of the posterior: mean, and covariance between all days.

    Severity on a day is loading · x − W, and what the episode D gathers until then. `held` is the exposure u_f, u_s,
    u_e, W on each day.

    **Shapes**: x, the state now, is (B, D, G_f, G_s, G_e, Z) as in `model`. **Units**: points of severity, days.
    """

    posterior: Posterior
    days: PerDay
    held: DayByInput

    @property
    def population(self) -> Population:
        """The numbers of the model."""
        return self.posterior.parameters.population

    @cached_property
    def loading(self) -> DayByState:
        """How each day's severity depends on the state now: (1, e^(−t/τ_D), −u_f, −u_s, −u_e, −c_v W)."""
        u_f, u_s, u_e, W = self.held.T
        kept = np.exp(-self.days / self.population.tau_D)
        return np.column_stack([np.ones_like(kept), kept, -u_f, -u_s, -u_e, -self.population.c_v * W])

    @cached_property
    def mean(self) -> PerDay:
        """Expected severity on each day."""
        mean: PerDay = self.loading @ self.posterior.mean - self.held[:, 3]
        return mean

    @cached_property
    def sd(self) -> PerDay:
        """Standard deviation of severity on each day: the square root of the diagonal of `covariance`."""
        known = np.einsum("ti,ij,tj->t", self.loading, self.posterior.covariance, self.loading)
        kept = np.exp(-2 * self.days / self.population.tau_D)
        sd: PerDay = np.sqrt(known + self.population.sigma_D**2 * (1 - kept))
        return sd

    def covariance(self) -> DayByDay:
        """Covariance of severity between days."""
        known = self.loading @ self.posterior.covariance @ self.loading.T
        covariance: DayByDay = known + gathered(self.days, self.population)
        return covariance

    def score_moments(self, instrument: str) -> tuple[PerDay, DayByDay]:
        """Mean and covariance of one instrument's scores, noise included, before rounding and clipping."""
        scale = self.posterior.parameters.scales[instrument]
        noise = np.eye(len(self.days)) * scale.noise_sd**2
        return scale.intercept + scale.slope * self.mean, scale.slope**2 * self.covariance() + noise


def trajectory(posterior: Posterior, *, days: PerDay, planned: Sequence[Treatment] = ()) -> Trajectory:
    """The trajectory over `days` from now, rising from 0 or later, with planned treatments on the record's clock.

    A treatment planned for the moment of the record counts from then on.

    **Errors**: `InvalidInput` for one planned before that.
    """
    from holdfast.forecast import passes

    early = [place for place, event in enumerate(planned) if event.day < posterior.as_of_day]
    if early:
        where, expected = f"planned[{early[0]}].day", "the record's as_of_day or later"
        raise InvalidInput(Problem(where, "before the day of the record", expected))
    q = posterior.parameters
    day, kind, code, amount = columns(planned)
    ahead = day - posterior.as_of_day
    held = passes.exposures(posterior.exposure, kind, ahead, code, amount, days, q.population, q.beta)
    return Trajectory(posterior=posterior, days=days, held=held)


def gathered(days: PerDay, population: Population) -> DayByDay:
    """Covariance of what D gathers from now on: σ_D² (e^(−|t−t'|/τ_D) − e^(−(t+t')/τ_D))."""
    one, other = days[:, None], days[None, :]
    apart, both = np.abs(one - other), one + other
    gathered: DayByDay = population.sigma_D**2 * (
        np.exp(-apart / population.tau_D) - np.exp(-both / population.tau_D)
    )
    return gathered
