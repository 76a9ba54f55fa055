"""What the forecast needs to know of an instrument: its link to severity, its range and its cut-offs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.shapes import Plain
from holdfast.instruments.loader import all_instruments
from holdfast.instruments.model import Cutoffs, SeverityLink


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
def scales() -> Mapping[str, Scale]:
    """The scale of every instrument that has a link to severity, by slug."""
    return MappingProxyType(
        {
            one.slug: _scale(
                one.slug, minimum=one.minimum, maximum=one.maximum, link=one.link, cutoffs=one.cutoffs
            )
            for one in all_instruments().values()
            if one.link is not None
        }
    )


def scale_of(instrument: str) -> Scale:
    """The scale of one instrument. Errors: `InvalidInput` when it is unknown or has no link to severity."""
    if instrument in scales():
        return scales()[instrument]
    what = "has no link to severity" if instrument in all_instruments() else "is unknown"
    raise InvalidInput(Problem("instrument", f"{instrument!r} {what}", "one of " + ", ".join(scales())))


def _scale(slug: str, *, minimum: int, maximum: int, link: SeverityLink, cutoffs: Cutoffs) -> Scale:
    return Scale(
        instrument=slug,
        intercept=link.intercept,
        slope=link.slope,
        noise_sd=link.noise_sd,
        minimum=minimum,
        maximum=maximum,
        remission_at_most=cutoffs.remission_at_most,
        relapse_at_least=cutoffs.relapse_at_least,
        response_fall_percent=cutoffs.response_fall_percent,
    )
