"""What a release of parameters is: the model's numbers with their provenance, refused when they cannot be."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Annotated, Final

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from holdfast.forecast.model import THERAPIES, Population
from holdfast.forecast.shapes import PerTherapy

_POSITIVE: Final = (
    "sigma_B",
    "sigma_D0",
    "sigma_D",
    "tau_D",
    "sigma_f",
    "sigma_s",
    "tau_on",
    "tau_f",
    "tau_s",
)
_POSITIVE_OF_THERAPY: Final = ("c_v", "kappa", "tau_lag", "tau_z")
_SHARES: Final = ("phi_f", "phi_s", "kappa")
_TRANSFERS: Final = (("tau_on", "tau_f"), ("tau_on", "tau_s"), ("tau_lag", "tau_z"))

Words = Annotated[str, Field(min_length=1)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class _Part(BaseModel):
    """A part of a release: never changed after loading, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Value(_Part):
    """One number: `standing` is fitted, fixed (set before fitting) or assumed (no direct evidence)."""

    value: Number
    unit: Words
    about: Words
    standing: Annotated[str, Field(pattern="^(fitted|fixed|assumed)$")]
    note: str = ""


class Provenance(_Part):
    """Where a release comes from, for whom it holds, and what it cannot tell."""

    made_on: date
    population: Words
    method: Words
    sources: Annotated[tuple[Words, ...], Field(min_length=1)]
    not_known: Annotated[tuple[Words, ...], Field(min_length=1)]


class Release(_Part):
    """A parameter file as written: every letter of the model once, every therapy once."""

    release: Words
    provenance: Provenance
    population: Annotated[Mapping[str, Value], AfterValidator(MappingProxyType)]
    therapy_effect: Annotated[Mapping[str, Value], AfterValidator(MappingProxyType)]

    @model_validator(mode="after")
    def _complete(self) -> "Release":
        _refuse_other_keys("population", given=set(self.population), asked=set(Population._fields))
        _refuse_other_keys("therapy_effect", given=set(self.therapy_effect), asked=set(THERAPIES))
        return self

    @model_validator(mode="after")
    def _possible(self) -> "Release":
        number = {name: value.value for name, value in self.population.items()}
        wrong = [name for name in _POSITIVE + _POSITIVE_OF_THERAPY if not number[name] > 0]
        wrong += [name for name in _SHARES if not 0 < number[name] <= 1]
        wrong += ["rho"] if not -1 < number["rho"] < 1 else []
        wrong += [f"{a} = {b}" for a, b in _TRANSFERS if math.isclose(number[a], number[b])]
        if wrong:
            raise ValueError(f"outside what the model allows: {', '.join(sorted(set(wrong)))}")
        return self


@dataclass(frozen=True)
class Parameters:
    """The model's numbers of one release.

    `therapy_effect` is β by therapy: the points of severity a full course takes off, at average responsiveness.
    """

    release: str
    population: Population
    therapy_effect: Mapping[str, float]
    provenance: Provenance

    @property
    def beta(self) -> PerTherapy:
        """β in the order of `THERAPIES`, as the kernel reads it."""
        return np.array([self.therapy_effect[therapy] for therapy in THERAPIES])


def parameters_of(release: Release) -> Parameters:
    """The numbers of a release as the forecast uses them."""
    return Parameters(
        release=release.release,
        population=Population(**{name: release.population[name].value for name in Population._fields}),
        therapy_effect=MappingProxyType({name: release.therapy_effect[name].value for name in THERAPIES}),
        provenance=release.provenance,
    )


def _refuse_other_keys(where: str, *, given: set[str], asked: set[str]) -> None:
    if given != asked:
        raise ValueError(f"{where}: {', '.join(sorted(given ^ asked))}: missing, or unknown to the model")
