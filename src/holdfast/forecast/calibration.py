"""Was the forecast honest? Coverage, CRPS, PIT, reliability, Brier score and AUC of what was said against what came.

A predicted score is a whole number from an instrument's range; its distribution is a normal one, rounded and clipped
(`Predicted`). Whatever says a mean and a spread can be judged here: forecasts and simple rules are judged alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.scales import Scale
from holdfast.forecast.score_fan import BANDS, band_ends, chances_of
from holdfast.forecast.shapes import AnyBools, AnyInts, AnyNumbers

BINS: Final = 10


@dataclass(frozen=True, eq=False)
class Predicted:
    """Scores as they were predicted: mean and spread before rounding and clipping, noise of the instrument included.

    **Shapes**: `centre` and `spread` are of one length, one entry a score. **Units**: points of the instrument.
    **Errors**: `InvalidInput` where a number is missing or a spread is not above 0.
    """

    scale: Scale
    centre: AnyNumbers
    spread: AnyNumbers

    def __post_init__(self) -> None:
        sound = np.isfinite(self.centre) & np.isfinite(self.spread) & (self.spread > 0)
        if not sound.all():
            expected = "a mean and a spread above 0 for every score"
            raise InvalidInput(Problem(f"prediction {int(np.argmin(sound))}", "is no prediction", expected))

    def __len__(self) -> int:
        return len(self.centre)


def coverage(predicted: Predicted, seen: AnyInts) -> Mapping[int, float]:
    """The share of scores within the 50, 80 and 95 % band, by band. Errors: `InvalidInput` without a score."""
    _refuse_none(len(predicted))
    shares = {}
    for band in BANDS:
        low, high = band_ends(predicted.scale, predicted.centre, predicted.spread, band=band)
        shares[band] = float(((seen >= low) & (seen <= high)).mean())
    return shares


def crps(predicted: Predicted, seen: AnyInts) -> AnyNumbers:
    """Continuous ranked probability score of each score: Σ over whole numbers of (F(k) − 1{seen ≤ k})².

    In points of the instrument; 0 is a sure and right prediction, and of a sure and wrong one it is the error. Source:
    Gneiting 2007, doi:10.1198/016214506000001437.
    """
    below = np.cumsum(chances_of(predicted.scale, predicted.centre, predicted.spread), axis=1)
    whole = np.arange(predicted.scale.minimum, predicted.scale.maximum + 1)
    scores: AnyNumbers = ((below - (seen[:, None] <= whole)) ** 2).sum(axis=1)
    return scores


def pit(predicted: Predicted, seen: AnyInts, *, within: AnyNumbers | None = None) -> AnyNumbers:
    """Where each score lay in its prediction, from 0 to 1: even, if the predictions are honest.

    A whole number covers a stretch of that line. `within` is a uniform number for each that picks a place on it;
    without them the middle is taken. Source: Czado 2009, doi:10.1111/j.1541-0420.2009.01191.x.
    """
    chances = chances_of(predicted.scale, predicted.centre, predicted.spread)
    place = (seen - predicted.scale.minimum)[:, None]
    at = np.take_along_axis(chances, place, axis=1)[:, 0]
    up_to = np.take_along_axis(np.cumsum(chances, axis=1), place, axis=1)[:, 0]
    share = 0.5 if within is None else within
    lay: AnyNumbers = np.clip(up_to - at * (1 - share), 0.0, 1.0)
    return lay


def brier(chance: AnyNumbers, happened: AnyBools) -> float:
    """Mean squared distance between the chance that was said and what happened (1 or 0). Source: Brier 1950."""
    _refuse_none(len(chance))
    return float(((chance - happened) ** 2).mean())


def auc(chance: AnyNumbers, happened: AnyBools) -> float | None:
    """Chance that of one who had the event and one who had not, the first had been given the higher chance.

    Ties count half. None where all had it, or nobody. Source: Hanley 1982, doi:10.1148/radiology.143.1.7063747.
    """
    from scipy.stats import rankdata

    had, had_not = int(happened.sum()), int((~happened).sum())
    if not had or not had_not:
        return None
    ranks = rankdata(chance)
    return float((ranks[happened].sum() - had * (had + 1) / 2) / (had * had_not))


@dataclass(frozen=True)
class Bin:
    """Predictions that gave a chance from `low` to `high`: how many, the mean that was said, the share that came."""

    low: float
    high: float
    count: int
    said: float
    came: float


def reliability(chance: AnyNumbers, happened: AnyBools, *, bins: int = BINS) -> tuple[Bin, ...]:
    """Predictions grouped by the chance they gave, in bins of one width; empty ones are left out."""
    edges = np.linspace(0.0, 1.0, bins + 1)
    place = np.clip(np.digitize(chance, edges[1:-1], right=False), 0, bins - 1)
    return tuple(
        Bin(
            low=float(edges[one]),
            high=float(edges[one + 1]),
            count=int((place == one).sum()),
            said=float(chance[place == one].mean()),
            came=float(happened[place == one].mean()),
        )
        for one in range(bins)
        if (place == one).any()
    )


def _refuse_none(count: int) -> None:
    if not count:
        raise InvalidInput(Problem("predictions", "there is none to judge", "at least one"))
