"""What the forecast needs to know of an instrument: its link to severity, its range and its cut-offs."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.shapes import Plain
from holdfast.instruments.loader import all_instruments


@dataclass(frozen=True)
class Scale:
    """One instrument's whole-number scale, tied to severity: score = intercept + slope · severity + noise.

    **Units**: all in points of the instrument; `slope` in its points a point of severity. `None` = no such cut-off.
    """

    instrument: str
    intercept: float
    slope: float
    noise_sd: float
    minimum: int
    maximum: int
    remission_at_most: int | None
    relapse_at_least: int | None
    response_fall_percent: int

    def severity(self, score: float | int) -> float:
        """The severity at which this score is expected."""
        return (score - self.intercept) / self.slope

    @property
    def row(self) -> tuple[float, ...]:
        """What the kernel reads: intercept, 1 / slope, variance of noise and of rounding as severity, range, log slope.

        A number known to the nearest whole has 1/12 more variance (Sheppard's correction).
        """
        noise, rounding = (self.noise_sd / self.slope) ** 2, 1 / 12 / self.slope**2
        return (
            self.intercept, 1 / self.slope, noise, rounding, float(self.minimum), float(self.maximum),
            math.log(self.slope),
        )  # fmt: skip

    def response_at_most(self, baseline: int) -> int:
        """The highest score that is a response to this baseline. Errors: `InvalidInput` where nothing can fall."""
        if not self.minimum < baseline <= self.maximum:
            expected = f"a total above {self.minimum} and at most {self.maximum}"
            raise InvalidInput(Problem("baseline", f"no total of {self.instrument} to fall from", expected))
        return baseline * (100 - self.response_fall_percent) // 100

    def to_json(self) -> Plain:
        """Plain values, to be stored with a forecast: a link may be refitted after it was shown."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Scale":
        """The scale that `to_json` stored."""
        return cls(**stored)


@cache
def instruments() -> tuple[str, ...]:
    """The slugs of all instruments; an instrument's code in a cohort is its place here."""
    return tuple(all_instruments())


def range_of(instrument: str) -> tuple[int, int]:
    """Lowest and highest total. Errors: `InvalidInput` for an instrument that is not in the library."""
    if instrument not in all_instruments():
        expected = "one of " + ", ".join(instruments())
        raise InvalidInput(Problem("instrument", f"{instrument!r} is unknown", expected))
    return all_instruments()[instrument].minimum, all_instruments()[instrument].maximum


@cache
def scales() -> Mapping[str, Scale]:
    """The scale of every instrument whose file has a link to severity, by slug.

    A release of parameters may have links of its own instead; see `parameters.Parameters.scales`.
    """
    return MappingProxyType(
        {
            one.slug: scale(
                one.slug, intercept=one.link.intercept, slope=one.link.slope, noise_sd=one.link.noise_sd
            )
            for one in all_instruments().values()
            if one.link is not None
        }
    )


def scale_of(instrument: str) -> Scale:
    """The scale of one instrument. Errors: `InvalidInput` when it is unknown or has no link to severity."""
    if instrument in scales():
        return scales()[instrument]
    known = instrument in all_instruments()
    what = "has no link to severity: too little is known to forecast it" if known else "is unknown"
    raise InvalidInput(Problem("instrument", f"{instrument!r} {what}", "one of " + ", ".join(scales())))


def scale(instrument: str, *, intercept: float, slope: float, noise_sd: float) -> Scale:
    """The scale of an instrument of the library, tied to severity by this link.

    Errors: `InvalidInput` when its file does not say what a response is, for then no forecast could tell one.
    """
    one = all_instruments()[instrument]
    if one.cutoffs.response_fall_percent is None:
        what = f"too little is known to forecast {one.name}: its file does not say what a response is"
        raise InvalidInput(Problem(f"link.{instrument}", what, "an instrument with response_fall_percent"))
    return Scale(
        instrument=instrument,
        intercept=intercept,
        slope=slope,
        noise_sd=noise_sd,
        minimum=one.minimum,
        maximum=one.maximum,
        remission_at_most=one.cutoffs.remission_at_most,
        relapse_at_least=one.cutoffs.relapse_at_least,
        response_fall_percent=one.cutoffs.response_fall_percent,
    )
