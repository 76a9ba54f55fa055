"""What one record, or a whole cohort, says: the exact posterior of each person's state, in one pass over the events."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.model import SCORE, STATES, Exposure, Record
from holdfast.forecast.parameters import Parameters
from holdfast.forecast.scales import instruments
from holdfast.forecast.shapes import (
    CountPerPerson,
    PerPerson,
    PersonByExposure,
    PersonBySite,
    PersonByState,
    PersonByStateByState,
    State,
    StateByState,
)
from holdfast.forecast.sharing import share


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is known of one person on `as_of_day`: Gaussian state, exposure to treatment, and what it rests on.

    `baseline_severity` is what the last score at or before the first infusion stands for, else the first score, else
    the mean of people entering care. `log_likelihood` is of all scores: log densities, and log chances at floor and
    ceiling.

    **Shapes**: the state is (B, D, G_f, G_s, G_e, Z), see `model`. **Units**: points of severity, days.
    """

    parameters: Parameters
    as_of_day: float
    mean: State
    covariance: StateByState
    exposure: Exposure
    n_scores: int
    baseline_severity: float
    log_likelihood: float
    site: str | None = None

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
        _, covariance = prior(self.parameters, day=self.as_of_day, site=self.site)
        return float(np.sqrt(self._loading @ covariance @ self._loading))

    @cached_property
    def _loading(self) -> State:
        e = self.exposure
        return np.array([1.0, 1.0, -e.u_f, -e.u_s, -e.u_e, -self.parameters.population.c_v * e.W])


@dataclass(frozen=True, eq=False)
class FilteredCohort:
    """The posteriors of a cohort as columns, one row a person in the cohort's order; fields as in `Posterior`.

    **Shapes**: `exposure` holds the parts of `Exposure` in their order.
    """

    parameters: Parameters
    cohort: Cohort
    mean: PersonByState
    covariance: PersonByStateByState
    exposure: PersonByExposure
    log_likelihood: PerPerson
    n_scores: CountPerPerson
    baseline_severity: PerPerson

    def __len__(self) -> int:
        return len(self.mean)

    def __getitem__(self, person: int) -> Posterior:
        site = int(self.cohort.site[person])
        return Posterior(
            parameters=self.parameters,
            as_of_day=float(self.cohort.as_of_day[person]),
            mean=self.mean[person],
            covariance=self.covariance[person],
            exposure=Exposure(*self.exposure[person].tolist()),
            n_scores=int(self.n_scores[person]),
            baseline_severity=float(self.baseline_severity[person]),
            log_likelihood=float(self.log_likelihood[person]),
            site=self.cohort.site_names[site] if site >= 0 else None,
        )

    def __iter__(self) -> Iterator[Posterior]:
        return (self[person] for person in range(len(self)))


def filter_record(record: Record, parameters: Parameters) -> Posterior:
    """The posterior of one person given everything in the record. Errors: as `filter_cohort`."""
    return filter_cohort(Cohort.of([record]), parameters)[0]


def filter_cohort(cohort: Cohort, parameters: Parameters) -> FilteredCohort:
    """The posterior of every person in the cohort; the same arithmetic as for one.

    **Errors**: `InvalidInput` for a score of an instrument that the parameters do not link to severity.
    """
    from holdfast.forecast import passes

    people = len(cohort)
    found = (
        np.empty((people, STATES)),
        np.empty((people, STATES, STATES)),
        np.empty((people, len(Exposure._fields))),
        np.empty(people),
        np.empty(people, np.int64),
        np.empty(people),
    )
    columns = columns_of(cohort, parameters)
    share(people, lambda first, last: passes.filter_people(*columns, first, last, found))
    return FilteredCohort(parameters, cohort, *found)


def columns_of(cohort: Cohort, parameters: Parameters) -> tuple[Any, ...]:
    """What every pass over a cohort hands to the kernel: events, sites, numbers. Errors: as `filter_cohort`."""
    refuse_unlinked(cohort, parameters)
    events = (cohort.offsets, cohort.day, cohort.kind, cohort.code, cohort.amount, cohort.as_of_day)
    numbers = (parameters.population, parameters.beta, parameters.scale_table)
    return (*events, site_effects(cohort, parameters), *numbers)


def refuse_unlinked(cohort: Cohort, parameters: Parameters) -> None:
    """Errors: `InvalidInput` naming the first score that the parameters do not link to severity."""
    linked = np.isfinite(parameters.scale_table[:, 0])
    unlinked = (cohort.kind == SCORE) & ~linked[np.where(cohort.kind == SCORE, cohort.code, 0)]
    if unlinked.any():
        event = int(np.argmax(unlinked))
        slug = instruments()[cohort.code[event]]
        expected = "one of " + ", ".join(parameters.scales)
        place = cohort.place(event, "instrument")
        raise InvalidInput(Problem(place, f"{slug!r} has no link to severity", expected))


def site_effects(cohort: Cohort, parameters: Parameters) -> PersonBySite:
    """What each person's site adds to mean and variance of the durable response."""
    effects = np.array([parameters.site_effect(name) for name in (*cohort.site_names, None)])
    of_people: PersonBySite = effects[cohort.site]
    return of_people


def prior(parameters: Parameters, *, day: float = 0.0, site: str | None = None) -> tuple[State, StateByState]:
    """Mean and covariance of the state of a person of whom nothing is known, on a day of the episode."""
    from holdfast.forecast import passes

    mean, covariance = np.empty((1, STATES)), np.empty((1, STATES, STATES))
    passes.set_prior(mean, covariance, day, parameters.population, *parameters.site_effect(site))
    return mean[0], covariance[0]
