"""Estimates the parameters from published results: those under which the simulation comes closest to them.

Least squares on the z of every target and of every number against a stated starting belief, so that what the results do
not tell stays where it was thought to be. Large misfits count less than their square (soft L1): results of different
trials contradict each other, and none may bend all the others. One seed for every trial of numbers, so that the sum is
smooth. Two sets come out, for drug-free trials and for routine care: they differ in `CONTEXT` alone.

Standard errors are from the curvature at the end (Gauss-Newton), the starting beliefs included.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from holdfast.forecast.model import THERAPIES
from holdfast.forecast.parameters import Release, parameters_of
from holdfast.forecast.parameters.belief import Belief, Estimate
from holdfast.forecast.parameters.model import Provenance, Value
from holdfast.forecast.published.reproduce import SEED, Context, published, reproduce
from holdfast.forecast.shapes import AnyNumbers, RowByNumber

PEOPLE: Final = 20_000
ENTRY_SEVERITY: Final = 32.0
"""μ_B + d_0: the mean MADRS at entry of the trials."""

_MOST_Z: Final = 20.0
_STEP: Final = 0.03

BELIEFS: Final[Mapping[str, Belief]] = MappingProxyType(
    {
        "mu_B": Belief(20.0, 2.0),
        "sigma_B": Belief(5.0, 0.3, "logarithm"),
        "sigma_D0": Belief(4.0, 0.3, "logarithm"),
        "sigma_D": Belief(10.0, 0.3, "logarithm"),
        "tau_D": Belief(150.0, 0.4, "logarithm"),
        "mu_f": Belief(8.0, 3.0),
        "sigma_f": Belief(5.0, 0.4, "logarithm"),
        "mu_s": Belief(7.0, 4.0),
        "sigma_s": Belief(12.0, 0.4, "logarithm"),
        "rho": Belief(0.5, 0.5, "Fisher's z"),
        "mu_e": Belief(10.0, 3.0),
        "sigma_e": Belief(7.0, 0.4, "logarithm"),
        "phi_f": Belief(0.9, 0.7, "logit"),
        "phi_s": Belief(0.4, 0.7, "logit"),
        "phi_e": Belief(0.7, 0.7, "logit"),
        "tau_f": Belief(7.0, 0.4, "logarithm"),
        "tau_s": Belief(100.0, 0.4, "logarithm"),
        "tau_e": Belief(8.0, 0.4, "logarithm"),
        "c_v": Belief(0.6, 0.3, "logarithm"),
        "kappa": Belief(0.13, 0.3, "logarithm"),
        "beta": Belief(8.0, 0.3, "logarithm"),
        "leave.cbt": Belief(-4.5, 0.5),
        "leave.dbt": Belief(-4.6, 0.5),
        "leave.act": Belief(-4.4, 0.5),
        "leave_slope": Belief(0.6, 0.4, "logarithm"),
        "feedback_gain": Belief(0.8, 1.5, "logarithm"),
        "routine care, more mu_s": Belief(6.0, 4.0),
        "routine care, times tau_s": Belief(2.0, 0.7, "logarithm"),
    }
)
"""Every number that is estimated. `beta` is one for all therapies: no result sets one apart."""

CONTEXT: Final = ("mu_s", "tau_s")
"""What differs between drug-free trials and routine care: size and length of the durable response.

In routine care people keep their antidepressant and other treatment, and go on being seen; in those trials they did
not.
"""


@dataclass(frozen=True)
class Matched:
    """The two releases, what was estimated for each number, and how the search ended."""

    releases: Mapping[Context, Release]
    estimates: Mapping[str, Estimate]
    evaluations: int
    cost: float


def match(
    base: Release, *, made_on: date, people: int = PEOPLE, seed: int = SEED, most_evaluations: int = 60
) -> Matched:
    """Search from the starting beliefs; `base` gives what is fixed, and the words for every number."""
    from scipy.optimize import least_squares

    start = np.array([one.start for one in BELIEFS.values()])
    spread = np.array([one.sd for one in BELIEFS.values()])

    def misfit(x: AnyNumbers) -> AnyNumbers:
        parameters = {name: parameters_of(release) for name, release in _releases(base, _values(x)).items()}
        z = np.array([outcome.z for outcome in reproduce(parameters, people=people, seed=seed)])
        return np.concatenate([_softened(z), (x - start) / spread])

    found = least_squares(misfit, start, diff_step=_STEP, x_scale=spread, max_nfev=most_evaluations)
    errors = _errors(found.jac)
    estimates = {
        name: belief.estimate(float(at), float(error))
        for (name, belief), at, error in zip(BELIEFS.items(), found.x, errors, strict=True)
    }
    releases = _releases(base, _values(found.x), estimates=estimates, made_on=made_on)
    return Matched(
        MappingProxyType(releases), MappingProxyType(estimates), int(found.nfev), float(found.cost)
    )


def _softened(z: AnyNumbers) -> AnyNumbers:
    """Z so bent that its square is the soft L1 loss, 2 (√(1 + z²) − 1): z² where small, 2 |z| where large."""
    z = np.clip(z, -_MOST_Z, _MOST_Z)
    softened: AnyNumbers = np.sign(z) * np.sqrt(2 * (np.sqrt(1 + z**2) - 1))
    return softened


def _values(x: AnyNumbers) -> dict[str, float]:
    return {name: belief.number(float(at)) for (name, belief), at in zip(BELIEFS.items(), x, strict=True)}


def _errors(jacobian: RowByNumber) -> AnyNumbers:
    errors: AnyNumbers = np.sqrt(np.diag(np.linalg.inv(jacobian.T @ jacobian)))
    return errors


def _releases(
    base: Release,
    values: Mapping[str, float],
    *,
    estimates: Mapping[str, Estimate] = MappingProxyType({}),
    made_on: date | None = None,
) -> dict[Context, Release]:
    """The base with these numbers in place, for each context."""
    errors = {name: one.standard_error for name, one in estimates.items()}
    more, times = values["routine care, more mu_s"], values["routine care, times tau_s"]
    by_context: dict[Context, dict[str, float]] = {
        "drug free": {"mu_s": values["mu_s"], "tau_s": values["tau_s"]},
        "routine care": {"mu_s": values["mu_s"] + more, "tau_s": values["tau_s"] * times},
    }
    return {
        context: _release(base, {**values, **own}, errors, context=context, made_on=made_on)
        for context, own in by_context.items()
    }


def _release(
    base: Release,
    values: Mapping[str, float],
    errors: Mapping[str, float],
    *,
    context: Context,
    made_on: date | None,
) -> Release:
    def known(old: Value, name: str) -> Value:
        if name not in values:
            return old
        update: dict[str, Any] = {"value": _rounded(values[name])}
        if name in errors:
            update["standard_error"] = _rounded(errors[name])
        if context == "routine care" and name in ("mu_s", "tau_s"):
            update["note"] = OF_THE_OTHER
        return old.model_copy(update=update)

    def part(mapping: Mapping[str, Value], name_of: Callable[[str], str]) -> dict[str, Value]:
        return {key: known(old, name_of(key)) for key, old in mapping.items()}

    population = part(base.population, lambda key: key)
    height = ENTRY_SEVERITY - population["mu_B"].value
    population["d_0"] = base.population["d_0"].model_copy(update={"value": _rounded(height)})
    leaving = {therapy: therapy if f"leave.{therapy}" in values else "cbt" for therapy in THERAPIES}
    update: dict[str, Any] = {
        "release": f"{context.replace(' ', '_')}_2",
        "population": population,
        "therapy_effect": part(base.therapy_effect, lambda _: "beta"),
        "conduct": part(base.conduct, lambda key: key),
        "leave": part(base.leave, lambda key: f"leave.{leaving[key]}"),
    }
    if made_on is not None:
        update["provenance"] = _provenance(context, made_on)
    return base.model_copy(update=update)


def _rounded(number: float) -> float:
    """To four digits: standard errors are in the second."""
    return float(f"{number:.4g}")


def _provenance(context: Context, made_on: date) -> Provenance:
    cared_for = {
        "routine care": "given ketamine infusions in routine outpatient care, usually beside an antidepressant",
        "drug free": "in trials of ketamine infusions without any other antidepressant",
    }
    used = [f"{one.id}, {one.context}: {one.about}: {one.source}" for one in published().targets]
    return Provenance(
        made_on=made_on,
        population=f"Adults with treatment-resistant depression {cared_for[context]}.",
        method=METHOD,
        sources=tuple(dict.fromkeys(used)),
        not_known=NOT_KNOWN,
    )


METHOD: Final = """\
Matched to published group results, not to people's records, by `holdfast calibrate --match`: simulated trials against
the targets and anchors of `forecast/published/targets.toml`, with the starting beliefs of `published/matching.py`.
The sets for routine care and for drug-free trials share every number but mu_s and tau_s, the size and the length of the
durable response: in routine care people keep their antidepressant and other treatment. Standard errors include the
starting beliefs; how much the results added to each is in docs/calibration.md.
"""

OF_THE_OTHER: Final = (
    "The value of drug-free trials, moved by an estimate of its own; the standard error is that of the value it was "
    "moved from, so too small."
)

NOT_KNOWN: Final = (
    "Standard errors are of group results: they say how well the average person is known, and the bands of a person "
    "leave them out.",
    "Expectancy is told apart from the drug by two small arms, with midazolam and with saline.",
    "Differences between sites are an assumption; published response ranges from 26 to 72 %.",
    "Whether therapy makes relief last: the one trial of CBT after ketamine (28 people) missed its primary outcome.",
    "Therapies apart: one effect for all, because no result sets one apart in resistant depression.",
    "People who are not severely depressed at the start: mu_B + d_0 = 32 on the MADRS scale, with a spread of 6.",
)
