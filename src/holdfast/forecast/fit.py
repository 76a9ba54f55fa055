"""Population parameters from records: the most likely ones, given the records and what was thought before.

Maximum a posteriori by the exact gradient of the marginal likelihood (the person's own state is integrated out by the
filter). A trust-region search with the outer product of the people's slopes for curvature (Berndt, Hall, Hall and
Hausman 1974); standard errors from the same, beliefs included. A number the records say nothing of stays where it was
thought to be, and the estimate says so.

Sites: the durable response of each site named in the cohort moves by an effect of its own, drawn from all sites'
spread; with three sites or more that spread is estimated too, by turns (EM).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.filtering import columns_of
from holdfast.forecast.model import SCORE, THERAPIES, Population
from holdfast.forecast.parameters import Parameters, Release, parameters_of
from holdfast.forecast.parameters.belief import Belief, Estimate
from holdfast.forecast.parameters.model import Link, SiteEffect, Value
from holdfast.forecast.scales import instruments
from holdfast.forecast.shapes import NumberByNumber, PerNumber, PerPerson, PersonByNumber
from holdfast.forecast.sharing import share

FIXED: Final = ("sigma_site", "tau_on", "tau_lag", "tau_z")
"""Letters that are not estimated: records of weeks say nothing of hours or of years; sites have a step of their own."""

FEWEST_PEOPLE: Final = 20
"""Fewer say next to nothing of how people differ. Source: site default of this project."""

FEWEST_SITES: Final = 3
"""With fewer, the spread between sites stays where it was."""

_WIDTHS: Final[Mapping[str, tuple[float, str]]] = MappingProxyType(
    {
        **dict.fromkeys(("mu_B", "d_0", "mu_f", "mu_s", "mu_e"), (5.0, "as it is")),
        **dict.fromkeys(
            ("sigma_B", "sigma_D0", "sigma_D", "sigma_f", "sigma_s", "sigma_e"), (0.7, "logarithm")
        ),
        **dict.fromkeys(("tau_D", "tau_f", "tau_s", "tau_e", "c_v", "beta", "noise"), (0.7, "logarithm")),
        **dict.fromkeys(("phi_f", "phi_s", "phi_e", "kappa"), (1.0, "logit")),
        "rho": (0.7, "Fisher's z"),
    }
)
"""How unsure each number is before records, and on which scale: wide, so that a few hundred people move it."""

_SITE_ROUNDS: Final = 5
_WORTH_A_THREAD: Final = 500
_SETTLED: Final = 0.01
_TOLERANCE: Final = 1e-3


@dataclass(frozen=True)
class Fit:
    """The release that was fitted, with what stands behind it.

    `estimates` are by name: letters of the model, `beta` (one for all therapies) or `beta.cbt` and so on,
    `noise.phq9` and so on, `site.harbour` and so on. `log_likelihood` is of the records alone.
    """

    release: Release
    estimates: Mapping[str, Estimate]
    beliefs: Mapping[str, Belief]
    log_likelihood: float
    people: int
    scores: int
    iterations: int
    converged: bool

    @property
    def parameters(self) -> Parameters:
        """The numbers as the forecast uses them."""
        return parameters_of(self.release)


def beliefs_of(
    release: Release,
    cohort: Cohort,
    *,
    therapies_apart: bool = False,
    but: Mapping[str, Belief] | None = None,
) -> dict[str, Belief]:
    """What is thought before the records: the release's numbers, widely; `but` replaces single beliefs.

    Only noise of instruments the cohort holds and effects of its own sites are asked for. One effect for all therapies
    starts at the mean of the release's.

    **Errors**: `InvalidInput` for a name in `but` that is none of them.
    """
    parameters = parameters_of(release)
    held = sorted({instruments()[code] for code in np.unique(cohort.code[cohort.kind == SCORE])})
    start = {name: getattr(parameters.population, name) for name in Population._fields if name not in FIXED}
    effects = parameters.therapy_effect
    beta = {f"beta.{one}": effect for one, effect in effects.items()}
    start |= beta if therapies_apart else {"beta": sum(effects.values()) / len(effects)}
    start |= {f"noise.{slug}": parameters.scales[slug].noise_sd for slug in held if slug in parameters.scales}
    beliefs = {name: _belief(name, value) for name, value in start.items()}
    beliefs |= {
        f"site.{name}": Belief(0.0, parameters.population.sigma_site)
        for name in sorted(set(cohort.site_names))
    }
    unknown = set(but or {}) - set(beliefs)
    if unknown:
        expected = ", ".join(beliefs)
        raise InvalidInput(
            Problem("beliefs", f"{', '.join(sorted(unknown))} is not estimated here", expected)
        )
    return {**beliefs, **(but or {})}


def fit(
    cohort: Cohort,
    start: Release,
    *,
    name: str,
    made_on: date,
    beliefs: Mapping[str, Belief] | None = None,
    told: Callable[[int, float], None] = lambda _, __: None,
) -> Fit:
    """Fit the numbers to a cohort, from the release `start`; `told` hears of every step: its number and how likely.

    **Errors**: `InvalidInput` for fewer than 20 people, people without a score, or an instrument without a link.
    """
    _refuse_too_few(cohort)
    asked = dict(beliefs_of(start, cohort) if beliefs is None else beliefs)
    at = np.array([belief.start for belief in asked.values()])
    iterations = 0
    for _ in range(_SITE_ROUNDS):
        search = _Search(cohort, start, asked, told, first=iterations)
        found = search.run(at)
        iterations += int(found.nit)
        at, errors = found.x, search.errors(found.x)
        spread = _spread_of_sites(asked, at, errors)
        if spread is None or abs(spread / _site_belief(asked).sd - 1) < _SETTLED:
            break
        asked |= {key: Belief(0.0, spread) for key in asked if key.startswith("site.")}
    estimates = {
        key: belief.estimate(float(place), float(error))
        for (key, belief), place, error in zip(asked.items(), at, errors, strict=True)
    }
    return Fit(
        release=_release(start, estimates, asked, name=name, made_on=made_on, method=_method(cohort, found)),
        estimates=MappingProxyType(estimates),
        beliefs=MappingProxyType(asked),
        log_likelihood=float(search.log_likelihood(at).sum()),
        people=len(cohort),
        scores=int((cohort.kind == SCORE).sum()),
        iterations=iterations,
        converged=bool(found.success),
    )


class _Search:
    """The negative log posterior of the numbers, with slope and curvature, and the search for its least."""

    def __init__(
        self,
        cohort: Cohort,
        start: Release,
        beliefs: Mapping[str, Belief],
        told: Callable[[int, float], None],
        *,
        first: int,
    ) -> None:
        self.cohort, self.start, self.beliefs, self.told = cohort, start, beliefs, told
        self.began = np.array([belief.start for belief in beliefs.values()])
        self.precision = np.array([belief.sd**-2 for belief in beliefs.values()])
        self.most = int(np.diff(cohort.offsets).max())
        self.known: tuple[bytes, float, PerNumber, NumberByNumber] | None = None
        self.step = first

    def run(self, at: PerNumber) -> Any:
        """The search's end, as scipy tells it."""
        from scipy.optimize import minimize

        return minimize(
            lambda x: self._at(x)[1],
            at,
            jac=lambda x: self._at(x)[2],
            hess=lambda x: self._at(x)[3],
            method="trust-exact",
            options={"gtol": _TOLERANCE * max(1.0, np.sqrt(len(self.cohort))), "maxiter": 200},
            callback=self._tell,
        )

    def errors(self, at: PerNumber) -> PerNumber:
        """Standard errors on the scales of the beliefs."""
        errors: PerNumber = np.sqrt(np.diag(np.linalg.inv(self._at(at)[3])))
        return errors

    def log_likelihood(self, at: PerNumber) -> PerPerson:
        """Of every person's scores."""
        return self._people(self._parameters(at))[0]

    def _tell(self, at: PerNumber) -> None:
        self.step += 1
        self.told(self.step, -self._at(at)[1])

    def _at(self, x: PerNumber) -> tuple[bytes, float, PerNumber, NumberByNumber]:
        """The negative log posterior, its slope and curvature; kept, since the search asks for them one by one."""
        key = x.tobytes()
        if self.known is None or self.known[0] != key:
            log_likelihood, by_person = self._slopes(x)
            away = x - self.began
            value = -float(log_likelihood.sum()) + 0.5 * float(self.precision @ away**2)
            slope = self.precision * away - by_person.sum(axis=0)
            self.known = (key, value, slope, by_person.T @ by_person + np.diag(self.precision))
        return self.known

    def _slopes(self, x: PerNumber) -> tuple[PerPerson, PersonByNumber]:
        """Every person's slope on the scales of the beliefs."""
        log_likelihood, raw = self._people(self._parameters(x))
        columns = [
            self._column(raw, key) * belief.slope(float(place))
            for (key, belief), place in zip(self.beliefs.items(), x, strict=True)
        ]
        return log_likelihood, np.stack(columns, axis=1)

    def _people(self, parameters: Parameters) -> tuple[PerPerson, PersonByNumber]:
        from holdfast.forecast import gradient

        people = len(self.cohort)
        offsets, day, kind, code, amount, _, site, *numbers = columns_of(self.cohort, parameters)
        log_likelihood = np.empty(people)
        raw = np.empty((people, gradient.NOISE_SD + len(instruments()) + 1))
        own_site = self.cohort.site >= 0
        columns = (offsets, day, kind, code, amount, site, own_site, *numbers, self.most)
        share(
            people,
            lambda first, last: gradient.slopes(*columns, first, last, log_likelihood, raw),
            worth_a_thread=_WORTH_A_THREAD,
        )
        return log_likelihood, raw

    def _column(self, raw: PersonByNumber, key: str) -> PerPerson:
        """Slopes in one of the numbers asked for, from those in the numbers of the kernel."""
        from holdfast.forecast import gradient

        part, _, which = key.partition(".")
        places = [gradient.PLACE[key]] if key in gradient.PLACE else [-1]
        if part == "beta":
            places = [gradient.BETA + THERAPIES.index(one) for one in ([which] if which else THERAPIES)]
        if part == "noise":
            places = [gradient.NOISE_SD + instruments().index(which)]
        slopes: PerPerson = raw[:, places].sum(axis=1)
        return (
            slopes * (self.cohort.site == self.cohort.site_names.index(which)) if part == "site" else slopes
        )

    def _parameters(self, x: PerNumber) -> Parameters:
        values = {
            key: belief.number(float(at)) for (key, belief), at in zip(self.beliefs.items(), x, strict=True)
        }
        return parameters_of(_updated(self.start, values, {}, as_known=True))


def _release(
    start: Release,
    estimates: Mapping[str, Estimate],
    beliefs: Mapping[str, Belief],
    *,
    name: str,
    made_on: date,
    method: str,
) -> Release:
    values = {key: one.value for key, one in estimates.items()}
    errors = {key: one.standard_error for key, one in estimates.items()}
    release = _updated(start, values, errors, as_known=False)
    if sum(key.startswith("site.") for key in beliefs) >= FEWEST_SITES:
        spread = release.population["sigma_site"].model_copy(
            update={"value": _site_belief(beliefs).sd, "standing": "fitted", "note": ""}
        )
        release = release.model_copy(update={"population": {**release.population, "sigma_site": spread}})
    provenance = release.provenance.model_copy(update={"made_on": made_on, "method": method})
    return release.model_copy(update={"release": name, "provenance": provenance})


def _updated(
    start: Release, values: Mapping[str, float], errors: Mapping[str, float], *, as_known: bool
) -> Release:
    """The release with these numbers. `as_known`: sites count as known for certain, while their effects are sought."""

    def known(old: Value, key: str) -> Value:
        if key not in values:
            return old
        update: dict[str, Any] = {"value": values[key], "standing": "fitted", "note": ""}
        return old.model_copy(update=update | ({"standard_error": errors[key]} if key in errors else {}))

    beta = "beta" if "beta" in values else "beta.{}"
    parameters = parameters_of(start)
    links = {
        slug: Link(intercept=scale.intercept, slope=scale.slope, noise_sd=values[f"noise.{slug}"])
        for slug, scale in parameters.scales.items()
        if f"noise.{slug}" in values
    }
    sites = {
        key.removeprefix("site."): SiteEffect(mean=value, sd=1e-9 if as_known else errors[key])
        for key, value in values.items()
        if key.startswith("site.")
    }
    return start.model_copy(
        update={
            "population": {key: known(old, key) for key, old in start.population.items()},
            "therapy_effect": {
                key: known(old, beta.format(key)) for key, old in start.therapy_effect.items()
            },
            "link": {**start.link, **links},
            "site": {**start.site, **sites},
        }
    )


def _belief(name: str, value: float) -> Belief:
    sd, scale = _WIDTHS[name.partition(".")[0]]
    return Belief(value, sd, scale)


def _site_belief(beliefs: Mapping[str, Belief]) -> Belief:
    return next(belief for key, belief in beliefs.items() if key.startswith("site."))


def _spread_of_sites(beliefs: Mapping[str, Belief], at: PerNumber, errors: PerNumber) -> float | None:
    """The spread between sites that fits their effects best, or None where there are too few to tell."""
    places = [place for place, key in enumerate(beliefs) if key.startswith("site.")]
    if len(places) < FEWEST_SITES:
        return None
    return float(np.sqrt(np.mean(at[places] ** 2 + errors[places] ** 2)))


def _refuse_too_few(cohort: Cohort) -> None:
    if len(cohort) < FEWEST_PEOPLE:
        expected = f"at least {FEWEST_PEOPLE} people"
        raise InvalidInput(Problem("cohort", f"has {len(cohort)} people", expected))
    scored = np.add.reduceat(np.append(cohort.kind == SCORE, False), cohort.offsets[:-1])
    scored[np.diff(cohort.offsets) == 0] = 0
    if (scored == 0).any():
        person = int(np.argmin(scored))
        raise InvalidInput(Problem(f"person {person}", "has no score", "at least one score"))


def _method(cohort: Cohort, found: Any) -> str:
    scores = int((cohort.kind == SCORE).sum())
    ended = "converged" if found.success else f"stopped: {found.message}"
    return (
        f"Maximum a posteriori fit to the records of {len(cohort)} people with {scores} scores by `holdfast fit`; "
        f"the search {ended} after {found.nit} steps. Standard errors from the outer product of slopes, with beliefs."
    )
