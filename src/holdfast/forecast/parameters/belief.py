"""What was thought of a number before data: its value and spread, on the scale on which any real number is possible."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

_BENT: Final[Mapping[str, tuple[Callable[[float], float], Callable[[float], float]]]] = MappingProxyType(
    {
        "as it is": (lambda x: x, lambda x: x),
        "logarithm": (np.log, np.exp),
        "logit": (lambda x: np.log(x / (1 - x)), lambda x: 1 / (1 + np.exp(-x))),
        "Fisher's z": (np.arctanh, np.tanh),
    }
)
"""How a number is bent so that any real one is possible, and back."""

_STEP: Final = 1e-5


@dataclass(frozen=True)
class Belief:
    """A normal belief about a number: its value, and how unsure that is (a standard deviation) on its scale."""

    value: float
    sd: float
    scale: str = "as it is"

    @property
    def start(self) -> float:
        """The value on its scale."""
        return float(_BENT[self.scale][0](self.value))

    def number(self, at: float) -> float:
        """The number at a place on the scale."""
        return float(_BENT[self.scale][1](at))

    def slope(self, at: float) -> float:
        """By how much the number moves for a step on its scale."""
        return (self.number(at + _STEP) - self.number(at - _STEP)) / (2 * _STEP)

    def estimate(self, at: float, error: float) -> "Estimate":
        """What data made of the belief: the place on the scale reached, and its standard error there."""
        return Estimate(
            value=self.number(at),
            standard_error=error * self.slope(at),
            moved=(at - self.start) / self.sd,
            learned=1 - (error / self.sd) ** 2,
        )


@dataclass(frozen=True)
class Estimate:
    """A number as estimated; `moved` is its distance from the belief in that belief's standard deviations.

    `learned` is the share of the belief's variance that the data took away: near 0, they say nothing of it.
    """

    value: float
    standard_error: float
    moved: float
    learned: float
