"""Is the forecast honest here? What it said of the clinic's people against what came, with denominators."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.forecast.calibration import Bin, auc, brier, reliability
from holdfast.records.queries import calibration as queries
from holdfast.records.queries.calibration import Distance, SaidRelapse
from holdfast.web.clinician.naming import instrument_name
from holdfast.web.page import PageRequest, page
from holdfast.web.programme.reliability_chart import reliability_chart

FEWEST = 10
"""With fewer scores or chances a share says nothing and could point at a person. Source: site default."""

BINS = 5


@dataclass(frozen=True)
class Share:
    """How many of how many, and the range in which the true share lies (95 %); `verdict` in words."""

    promised: int
    held: int
    of: int
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Whether the band keeps its promise, as far as these numbers can tell."""
        if self.low <= self.promised / 100 <= self.high:
            return "as promised"
        return "holds more than promised" if self.low > self.promised / 100 else "holds too few"


@dataclass(frozen=True)
class Line:
    """One distance of one instrument as the page shows it."""

    distance: Distance
    name: str
    shares: tuple[Share, ...]


@page(Permission.SEE_PROGRAMME)
@require_safe
def calibration(request: PageRequest) -> HttpResponse:
    """Coverage by distance, and reliability of the chance of relapse."""
    said, judged = queries.relapses(request.viewer), queries.distances(request.viewer)
    known = [one for one in said if one.relapsed is not None]
    bins = _bins(known)
    context = {
        "made": queries.made(request.viewer),
        "lines": [_line(distance) for distance in judged if distance.scores >= FEWEST],
        "too_few": [_words(distance) for distance in judged if distance.scores < FEWEST],
        "fewest": FEWEST,
        "relapses": len(said),
        "known": len(known),
        "unknown": len(said) - len(known),
        "relapsed": sum(bool(one.relapsed) for one in known),
        "bins": bins,
        "chart": reliability_chart(bins) if bins else "",
        "brier": _brier(known),
        "auc": _auc(known),
    }
    return render(request, "programme/calibration.html", context)


def _line(distance: Distance) -> Line:
    held = ((50, distance.within50), (80, distance.within80), (95, distance.within95))
    return Line(
        distance=distance,
        name=_words(distance),
        shares=tuple(_share(band, count, distance.scores) for band, count in held),
    )


def _words(distance: Distance) -> str:
    weeks = f"{distance.weeks} week{'' if distance.weeks == 1 else 's'} on"
    return f"{instrument_name(distance.instrument)}, {weeks}"


def _share(promised: int, held: int, of: int) -> Share:
    """The share with Wilson's interval. Source: Wilson 1927, doi:10.1080/01621459.1927.10502953."""
    z, p = NormalDist().inv_cdf(0.975), held / of
    middle, width = p + z**2 / (2 * of), z * float(np.sqrt(p * (1 - p) / of + z**2 / (4 * of**2)))
    scale = 1 + z**2 / of
    return Share(promised, held, of, max(0.0, (middle - width) / scale), min(1.0, (middle + width) / scale))


def _bins(known: list[SaidRelapse]) -> tuple[Bin, ...]:
    return reliability(*_arrays(known), bins=BINS) if len(known) >= FEWEST else ()


def _brier(known: list[SaidRelapse]) -> float | None:
    return brier(*_arrays(known)) if len(known) >= FEWEST else None


def _auc(known: list[SaidRelapse]) -> float | None:
    return auc(*_arrays(known)) if len(known) >= FEWEST else None


def _arrays(known: list[SaidRelapse]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([one.chance for one in known]), np.array([bool(one.relapsed) for one in known])
