"""Fit the model's numbers to a cohort that was simulated with known ones: seconds, and how far off they are.

python -m bench.fitting
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from bench.forecast_work import INSTRUMENT, PARAMETERS
from bench.results import HOLDFAST, Bar, Section, below, release, rounded, show, times
from bench.timing import best_seconds
from holdfast.forecast import fit, parameters
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.model import SCORE
from holdfast.forecast.parameters import Release
from holdfast.forecast.parameters.model import SHARES, Value
from holdfast.forecast.scenario import Scenario
from holdfast.forecast.simulate import everyone

SIZES: Final = (1000, 10_000)
ASKED_S: Final = 7.4
"""What lme4 took for a random intercept and slope of 10,000 people on another machine with 2 cores."""

SCENARIO: Final = Scenario.model_validate(
    {
        "name": "clinic",
        "about": "A course of infusions, then therapy, with check-ins now and then.",
        "days": 130,
        "entry": {"instrument": INSTRUMENT},
        "visits": [
            {
                "instrument": INSTRUMENT,
                "days": (0, 1, 4, 8, 11, 15, 18, 25, 32, 46, 60, 88, 116, 130),
                "answered": 0.85,
            }
        ],
        "infusions": {"days": (0, 3, 7, 10, 14, 17), "maintenance": (21, 28)},
        "therapy": {"therapy": "cbt", "start_days": 20, "sessions": 12, "by_severity": False},
    }
)
"""Coming to sessions does not depend on severity, since the filter takes attendance as given."""

_RELEASE: Final = parameters.release(parameters.CURRENT)
_AWAY: Final = 1.15
"""By how much what is believed beforehand, where the search begins, differs from the numbers of the simulation."""

_HIGHEST_SHARE: Final = 0.95

_MADE_ON: Final = date(2026, 1, 1)


@dataclass(frozen=True)
class Found:
    """One size of cohort: seconds of both fits, steps of Holdfast's, and the root mean square of its z."""

    people: int
    scores: int
    ours_s: float
    steps: int
    converged: bool
    z_rms: float
    mixed_s: float


def measure() -> Section:
    """Fit cohorts of both sizes."""
    found = [_fitted(people) for people in SIZES]
    rows = [
        (f"{HOLDFAST}, {len(fit.beliefs_of(_RELEASE, _cohort(100)))} numbers", "", f"{one.people:,}", f"{one.scores:,}",
         rounded(one.ours_s), str(one.steps), "yes" if one.converged else "no", f"{one.z_rms:.2f}", "")
        for one in found
    ]  # fmt: skip
    rows += [
        ("statsmodels MixedLM, random intercept and slope", release("statsmodels"), f"{one.people:,}",
         f"{one.scores:,}", rounded(one.mixed_s), "", "", "", times(one.mixed_s / one.ours_s))
        for one in found
    ]  # fmt: skip
    return Section(
        title="Fit",
        about=(
            "Records simulated from the model, 12 scores a person in the mean, to all numbers of the model by maximum "
            f"a posteriori. What is believed beforehand, where the search begins, is {_AWAY - 1:.0%} off the truth."
        ),
        headings=(
            "who",
            "version",
            "people",
            "scores",
            "seconds",
            "steps",
            "converged",
            "z rms",
            "Holdfast is",
        ),
        rows=tuple(rows),
        targets=(
            below(f"fit of {found[-1].people:,} people", asked=ASKED_S, measured=found[-1].ours_s, unit="s"),
        ),
        notes=(
            "z is (estimate − truth) / standard error of each number; over many cohorts its root mean square would be "
            "1 where errors are told right. Of one cohort it varies.",
            "MixedLM fits a simpler model, straight lines that differ between people and nothing of treatment; only "
            "its time compares. Its search is lbfgs, the quickest of those that came to an end; it ran once on "
            "10,000 people, without a warm-up.",
            "7.4 s is what lme4 took for that simpler model on another machine with 2 cores; R is not part of "
            "this suite.",
        ),
        bars_unit=f"people fitted a second, of {found[-1].people:,}",
        bars=(
            Bar(HOLDFAST, found[-1].people / found[-1].ours_s),
            Bar("statsmodels MixedLM, a simpler model", found[-1].people / found[-1].mixed_s),
        ),
    )


def _fitted(people: int) -> Found:
    cohort, start = _cohort(people), _start()
    fits = []
    ours = best_seconds(
        lambda: fits.append(fit.fit(cohort, start, name="fitted", made_on=_MADE_ON)),
        repeats=3,
    )
    found = fits[-1]
    z = [(one.value - _truth(name)) / one.standard_error for name, one in found.estimates.items()]
    return Found(
        people=people,
        scores=found.scores,
        ours_s=ours,
        steps=found.iterations,
        converged=found.converged,
        z_rms=float(np.sqrt(np.mean(np.square(z)))),
        mixed_s=_mixed(cohort, repeats=3 if people <= SIZES[0] else 1),
    )


def _cohort(people: int) -> Cohort:
    return everyone(SCENARIO, PARAMETERS, people=people, seed=3).cohort()


def _start() -> Release:
    """The release of the simulation with all that is fitted, noise of the scores apart, moved away from the truth."""
    update = {
        "population": {**_RELEASE.population, **_moved(_RELEASE.population)},
        "therapy_effect": _moved(_RELEASE.therapy_effect),
    }
    return _RELEASE.model_copy(update=update)


def _moved(values: Mapping[str, Value]) -> dict[str, Value]:
    most = dict.fromkeys((*SHARES, "rho"), _HIGHEST_SHARE)
    return {
        name: value.model_copy(update={"value": min(value.value * _AWAY, most.get(name, np.inf))})
        for name, value in values.items()
        if name not in fit.FIXED
    }


def _truth(name: str) -> float:
    part, _, which = name.partition(".")
    if part == "noise":
        return PARAMETERS.scales[which].noise_sd
    return PARAMETERS.therapy_effect["cbt"] if part == "beta" else float(getattr(PARAMETERS.population, name))


def _mixed(cohort: Cohort, *, repeats: int) -> float:
    """Seconds that a linear mixed model of the same scores takes: a straight line over time for each person."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    held = cohort.kind == SCORE
    person = np.repeat(np.arange(len(cohort)), np.diff(cohort.offsets))[held]
    line = np.column_stack([np.ones(held.sum()), cohort.day[held] / 30.0])

    def fitted() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = MixedLM(cohort.amount[held], line, groups=person, exog_re=line).fit(
                reml=True, method="lbfgs"
            )
        assert found.converged

    return best_seconds(fitted, repeats=repeats, warm=False)


if __name__ == "__main__":
    show(measure())
