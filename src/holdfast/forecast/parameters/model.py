"""What a release of parameters is: the model's numbers with their provenance, refused when they cannot be."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Final, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from holdfast.forecast.model import THERAPIES, Population
from holdfast.forecast.scales import Scale, instruments, scale, scales
from holdfast.forecast.shapes import InstrumentByColumn, PerTherapy

POSITIVE: Final = (
    "sigma_B", "sigma_D0", "sigma_D", "tau_D", "sigma_f", "sigma_s", "sigma_e", "sigma_site",
    "tau_on", "tau_f", "tau_s", "tau_e", "c_v", "tau_lag", "tau_z",
)  # fmt: skip
"""Letters that lie above 0."""

SHARES: Final = ("phi_f", "phi_s", "phi_e", "kappa")
"""Letters that lie above 0 and at most at 1."""

_TRANSFERS: Final = (("tau_on", "tau_f"), ("tau_on", "tau_s"), ("tau_on", "tau_e"), ("tau_lag", "tau_z"))

Words = Annotated[str, Field(min_length=1)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Above0 = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0)]


class Conduct(NamedTuple):
    """How people come to therapy in a simulation; in a record it is known what was attended.

    With g = (s − 25) / 10: the chance to attend a session that was booked is logistic in `attend` − `attend_slope` g,
    the chance to leave therapy at a session in `leave` + `leave_slope` g, `leave` by therapy. Progress feedback takes
    `feedback_stay` off the logit of leaving and multiplies what a session gives by 1 + `feedback_gain` while someone
    is not on track. An infusion of 0.5 mg/kg raises systolic pressure at 40 minutes by N(`systolic_rise`,
    `systolic_rise_sd`²) mmHg.
    """

    attend: float
    attend_slope: float
    leave_slope: float
    feedback_stay: float
    feedback_gain: float
    systolic_rise: float
    systolic_rise_sd: float


class _Part(BaseModel):
    """A part of a release: never changed after loading, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Value(_Part):
    """One number: `standing` is fitted, fixed (set before fitting) or assumed (no direct evidence).

    `standard_error` is None where none is known; `note` says more.
    """

    value: Number
    unit: Words
    about: Words
    standing: Annotated[str, Field(pattern="^(fitted|fixed|assumed)$")]
    standard_error: Above0 | None = None
    note: str = ""


class Link(_Part):
    """A link of an instrument to severity that was fitted with this release, instead of the instrument file's."""

    intercept: Number
    slope: Above0
    noise_sd: Above0
    note: str = ""


class SiteEffect(_Part):
    """What is known of a site: how far its mean durable response lies from all sites', and how unsure that is."""

    mean: Number
    sd: Above0


class Provenance(_Part):
    """Where a release comes from, for whom it holds, and what it cannot tell."""

    made_on: date
    population: Words
    method: Words
    sources: Annotated[tuple[Words, ...], Field(min_length=1)]
    not_known: Annotated[tuple[Words, ...], Field(min_length=1)]


Values = Mapping[str, Value]


class Release(_Part):
    """A parameter file as written: every letter of the model once, every therapy once."""

    release: Words
    provenance: Provenance
    population: Values
    therapy_effect: Values
    conduct: Values
    leave: Values
    link: Mapping[str, Link] = Field(default_factory=dict)
    site: Mapping[str, SiteEffect] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _complete(self) -> "Release":
        _refuse_other_keys("population", given=set(self.population), asked=set(Population._fields))
        _refuse_other_keys("therapy_effect", given=set(self.therapy_effect), asked=set(THERAPIES))
        _refuse_other_keys("conduct", given=set(self.conduct), asked=set(Conduct._fields))
        _refuse_other_keys("leave", given=set(self.leave), asked=set(THERAPIES))
        unknown = set(self.link) - set(instruments())
        if unknown:
            raise ValueError(f"link: {', '.join(sorted(unknown))}: no instrument of the library")
        return self

    @model_validator(mode="after")
    def _possible(self) -> "Release":
        number = {name: value.value for name, value in self.population.items()}
        wrong = [name for name in POSITIVE if not number[name] > 0]
        wrong += [name for name in SHARES if not 0 < number[name] <= 1]
        wrong += ["rho"] if not -1 < number["rho"] < 1 else []
        wrong += [f"{a} = {b}" for a, b in _TRANSFERS if math.isclose(number[a], number[b])]
        if wrong:
            raise ValueError(f"outside what the model allows: {', '.join(sorted(set(wrong)))}")
        return self


@dataclass(frozen=True)
class Parameters:
    """The model's numbers of one release.

    `therapy_effect` is β by therapy: the points of severity a full course takes off, at average responsiveness.
    `leave` is the logit of leaving a therapy at a session, at severity 25, for simulation.
    """

    release: str
    population: Population
    therapy_effect: Mapping[str, float]
    provenance: Provenance
    conduct: Conduct
    leave: Mapping[str, float]
    scales: Mapping[str, Scale]
    sites: Mapping[str, SiteEffect]

    @property
    def beta(self) -> PerTherapy:
        """β in the order of `THERAPIES`, as the kernel reads it."""
        return np.array([self.therapy_effect[therapy] for therapy in THERAPIES])

    @cached_property
    def scale_table(self) -> InstrumentByColumn:
        """`Scale.row` of every instrument in the order of codes; not numbers where one is not linked."""
        unlinked = (math.nan,) * 7
        rows = [one.row if one else unlinked for one in map(self.scales.get, instruments())]
        return np.array(rows, dtype=np.float64)

    def site_effect(self, site: str | None) -> tuple[float, float]:
        """What a site adds to mean and variance of the durable response: of an unknown site, the spread of all."""
        known = self.sites.get(site) if site is not None else None
        return (known.mean, known.sd**2) if known else (0.0, self.population.sigma_site**2)


def parameters_of(release: Release) -> Parameters:
    """The numbers of a release as the forecast uses them."""
    own = {
        slug: scale(slug, intercept=one.intercept, slope=one.slope, noise_sd=one.noise_sd)
        for slug, one in release.link.items()
    }
    return Parameters(
        release=release.release,
        population=Population(**{name: release.population[name].value for name in Population._fields}),
        therapy_effect=MappingProxyType({name: release.therapy_effect[name].value for name in THERAPIES}),
        provenance=release.provenance,
        conduct=Conduct(**{name: release.conduct[name].value for name in Conduct._fields}),
        leave=MappingProxyType({name: release.leave[name].value for name in THERAPIES}),
        scales=MappingProxyType(dict(sorted({**scales(), **own}.items()))),
        sites=MappingProxyType(dict(release.site)),
    )


def _refuse_other_keys(where: str, *, given: set[str], asked: set[str]) -> None:
    if given != asked:
        raise ValueError(f"{where}: {', '.join(sorted(given ^ asked))}: missing, or unknown to the model")
