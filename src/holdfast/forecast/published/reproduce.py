"""Does the simulation reproduce what was published? Each target beside the simulated figure, its interval and z."""

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from holdfast.errors import DataFileError
from holdfast.forecast.parameters import Parameters
from holdfast.forecast.published.statistics import RATIOS, STATISTICS
from holdfast.forecast.scenario import Scenario
from holdfast.forecast.shapes import Statistic
from holdfast.forecast.simulate import People, everyone

FILE: Final = Path(__file__).parent / "targets.toml"
PEOPLE: Final = 40_000
SEED: Final = 20_261_126

SYSTOLIC: Final = "systolic_rise"
"""A statistic that is an input of the simulation itself."""

Context = Literal["drug free", "routine care"]
Words = Annotated[str, Field(min_length=1)]

_TWO_SIDED_95: Final = 2 * NormalDist().inv_cdf(0.975)


class Target(BaseModel):
    """One published result: its value and interval, where it comes from, and how to ask the simulation for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Words
    about: Words
    population: Words
    statistic: Words
    value: float
    lower: float
    upper: float
    interval: Words
    source: Words
    context: Context
    role: Literal["match", "anchor"]
    arms: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]
    asked: Mapping[str, Any] = Field(default_factory=dict)
    note: str = ""

    @model_validator(mode="after")
    def _possible(self) -> "Target":
        if not self.lower < self.value < self.upper:
            raise ValueError("the value must lie within its interval")
        if self.statistic not in STATISTICS and self.statistic != SYSTOLIC:
            raise ValueError(f"{self.statistic} is none of {', '.join(STATISTICS)}")
        return self

    @property
    def standard_error(self) -> float:
        """Half the width of the interval over 1.96; of a ratio, on the logarithmic scale."""
        return (self._scaled(self.upper) - self._scaled(self.lower)) / _TWO_SIDED_95

    def z(self, simulated: Statistic) -> float:
        """How many standard errors the simulated figure lies above the published one."""
        return (self._scaled(simulated) - self._scaled(self.value)) / self.standard_error

    def _scaled(self, number: float) -> float:
        return math.log(number) if self.statistic in RATIOS else number


class Published(BaseModel):
    """All targets and the scenarios they are met in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    targets: tuple[Target, ...]
    scenarios: Mapping[str, Scenario]

    @model_validator(mode="after")
    def _known(self) -> "Published":
        unknown = {arm for target in self.targets for arm in target.arms} - set(self.scenarios)
        if unknown:
            raise ValueError(f"arms without a scenario: {', '.join(sorted(unknown))}")
        return self


@dataclass(frozen=True)
class Outcome:
    """A target and what the simulation makes of it."""

    target: Target
    simulated: float

    @property
    def z(self) -> float:
        """How many standard errors the simulated figure lies above the published one."""
        return self.target.z(self.simulated)

    @property
    def inside(self) -> bool:
        """Whether the simulated figure lies within the published interval."""
        return self.target.lower <= self.simulated <= self.target.upper


@cache
def published() -> Published:
    """The targets of the library. Errors: `DataFileError` naming file and key."""
    try:
        return Published.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataFileError(file=FILE.name, key="(see message)", what=str(error)) from error


def reproduce(
    parameters: Mapping[Context, Parameters],
    *,
    people: int = PEOPLE,
    seed: int = SEED,
    targets: Sequence[Target] | None = None,
) -> Iterator[Outcome]:
    """Simulate the arms of every target with the parameters of its context, and compare; one outcome a target."""
    arms: dict[tuple[Context, str], People] = {}
    for target in published().targets if targets is None else targets:
        if target.statistic == SYSTOLIC:
            yield Outcome(target, parameters[target.context].conduct.systolic_rise)
            continue
        for arm in target.arms:
            if (target.context, arm) not in arms:
                scenario = published().scenarios[arm]
                arms[target.context, arm] = everyone(
                    scenario, parameters[target.context], people=people, seed=seed
                )
        groups = [arms[target.context, arm] for arm in target.arms]
        yield Outcome(target, STATISTICS[target.statistic](*groups, **target.asked))
