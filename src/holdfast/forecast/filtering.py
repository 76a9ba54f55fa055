"""What one record, or a whole cohort, says: the exact posterior of each person's state, in one pass over the events."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from holdfast.forecast.cohort import Cohort
from holdfast.forecast.model import STATES, Exposure, Record
from holdfast.forecast.parameters import Parameters
from holdfast.forecast.scales import scales
from holdfast.forecast.shapes import (
    CountPerPerson,
    InstrumentByColumn,
    PerPerson,
    PersonByExposure,
    PersonByState,
    PersonByStateByState,
    State,
    StateByState,
)


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is known of one person on `as_of_day`: Gaussian state, exposure to treatment, and what it rests on.

    `baseline_severity` is what the last score at or before the first infusion stands for, else the first score, else
    the mean of people entering care. `log_likelihood` is of all scores: log densities, and log chances at floor and
    ceiling.

    **Shapes**: the state is (B, D, G_f, G_s, Z), see `model`. **Units**: points of severity, days.
    """

    parameters: Parameters
    as_of_day: float
    mean: State
    covariance: StateByState
    exposure: Exposure
    n_scores: int
    baseline_severity: float
    log_likelihood: float

    @property
    def severity_mean(self) -> float:
        """Expected severity now."""
        return float(self._loading @ self.mean) - self.exposure.W

    @property
    def severity_sd(self) -> float:
        """How unsure severity now is, as a standard deviation."""
        return float(np.sqrt(self._loading @ self.covariance @ self._loading))

    @property
    def prior_severity_sd(self) -> float:
        """How unsure it would be after the same treatments without a single score."""
        _, covariance = prior(self.parameters, day=self.as_of_day)
        return float(np.sqrt(self._loading @ covariance @ self._loading))

    @cached_property
    def _loading(self) -> State:
        e = self.exposure
        return np.array([1.0, 1.0, -e.u_f, -e.u_s, -self.parameters.population.c_v * e.W])


@dataclass(frozen=True, eq=False)
class FilteredCohort:
    """The posteriors of a cohort as columns, one row a person in the cohort's order; fields as in `Posterior`.

    **Shapes**: `exposure` holds the parts of `Exposure` in their order.
    """

    parameters: Parameters
    as_of_day: PerPerson
    mean: PersonByState
    covariance: PersonByStateByState
    exposure: PersonByExposure
    n_scores: CountPerPerson
    baseline_severity: PerPerson
    log_likelihood: PerPerson

    def __len__(self) -> int:
        return len(self.as_of_day)

    def __getitem__(self, person: int) -> Posterior:
        return Posterior(
            parameters=self.parameters,
            as_of_day=float(self.as_of_day[person]),
            mean=self.mean[person],
            covariance=self.covariance[person],
            exposure=Exposure(*self.exposure[person].tolist()),
            n_scores=int(self.n_scores[person]),
            baseline_severity=float(self.baseline_severity[person]),
            log_likelihood=float(self.log_likelihood[person]),
        )

    def __iter__(self) -> Iterator[Posterior]:
        return (self[person] for person in range(len(self)))


def filter_record(record: Record, parameters: Parameters) -> Posterior:
    """The posterior of one person given everything in the record."""
    return filter_cohort(Cohort.of([record]), parameters)[0]


def filter_cohort(cohort: Cohort, parameters: Parameters) -> FilteredCohort:
    """The posterior of every person in the cohort; the same arithmetic as for one."""
    from holdfast.forecast import kernel

    mean, covariance, exposure, log_likelihood, n_scores, baseline = kernel.filter_people(
        cohort.offsets,
        cohort.day,
        cohort.kind,
        cohort.code,
        cohort.amount,
        cohort.as_of_day,
        parameters.population,
        parameters.beta,
        scale_table(),
    )
    return FilteredCohort(
        parameters=parameters,
        as_of_day=cohort.as_of_day,
        mean=mean,
        covariance=covariance,
        exposure=exposure,
        n_scores=n_scores,
        baseline_severity=baseline,
        log_likelihood=log_likelihood,
    )


def prior(parameters: Parameters, *, day: float = 0.0) -> tuple[State, StateByState]:
    """Mean and covariance of the state of a person of whom nothing is known, on a day of the episode."""
    from holdfast.forecast import kernel

    mean, covariance = np.empty(STATES), np.empty((STATES, STATES))
    kernel.set_prior(mean, covariance, parameters.population)
    kernel.drift(mean, covariance, day, parameters.population)
    return mean, covariance


@cache
def scale_table() -> InstrumentByColumn:
    """Intercept, slope, noise and range of every linked instrument, in the order of their codes."""
    return np.array(
        [(one.intercept, one.slope, one.noise_sd, one.minimum, one.maximum) for one in scales().values()]
    )
