"""Forecast scores on an instrument's own whole-number scale, noise of the instrument included."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from jaxtyping import Float64, Int64

from holdfast.forecast.scales import Scale

BANDS: Final = (50, 80, 95)
"""Per cent of forecasts that a band should hold."""


@dataclass(frozen=True, eq=False)
class ScoreFan:
    """The score an instrument would show on each day, had the person answered then.

    `mean` is of the whole-number score. Median and band ends are scores that can occur: the chance of a score below
    a band is at most half of what the band leaves out, and so is the chance of one above it. Rounding makes bands
    hold somewhat more than they promise.

    **Units**: days from now; points of the instrument.
    """

    instrument: str
    days: Float64[np.ndarray, "day"]
    mean: Float64[np.ndarray, "day"]
    median: Int64[np.ndarray, "day"]
    lower50: Int64[np.ndarray, "day"]
    upper50: Int64[np.ndarray, "day"]
    lower80: Int64[np.ndarray, "day"]
    upper80: Int64[np.ndarray, "day"]
    lower95: Int64[np.ndarray, "day"]
    upper95: Int64[np.ndarray, "day"]


def score_fan(
    scale: Scale,
    *,
    days: Float64[np.ndarray, "day"],
    latent_mean: Float64[np.ndarray, "day"],
    latent_sd: Float64[np.ndarray, "day"],
) -> ScoreFan:
    """The fan of one instrument over days on which severity is Gaussian."""
    ends = {
        f"{end}{band}": _quantile(scale, latent_mean, latent_sd, 0.5 + side * band / 200)
        for band in BANDS
        for end, side in (("lower", -1), ("upper", 1))
    }
    chances = score_chances(scale, latent_mean=latent_mean, latent_sd=latent_sd)
    return ScoreFan(
        instrument=scale.instrument,
        days=days,
        mean=chances @ np.arange(scale.minimum, scale.maximum + 1, dtype=np.float64),
        median=_quantile(scale, latent_mean, latent_sd, 0.5),
        **ends,
    )


def score_chances(
    scale: Scale, *, latent_mean: Float64[np.ndarray, "day"], latent_sd: Float64[np.ndarray, "day"]
) -> Float64[np.ndarray, "day score"]:
    """Chance of each score from the instrument's minimum to its maximum, on each day."""
    from holdfast.forecast import kernel

    row = np.array([scale.intercept, scale.slope, scale.noise_sd, scale.minimum, scale.maximum])
    chances: Float64[np.ndarray, "day score"] = kernel.score_chances(latent_mean, latent_sd, row)
    return chances


def chance_at_most(
    scale: Scale,
    limit: int,
    *,
    latent_mean: Float64[np.ndarray, "day"],
    latent_sd: Float64[np.ndarray, "day"],
) -> Float64[np.ndarray, "day"]:
    """Chance of a score of `limit` or less on each day."""
    chances = score_chances(scale, latent_mean=latent_mean, latent_sd=latent_sd)
    return np.minimum(chances[:, : limit - scale.minimum + 1].sum(axis=1), 1.0)


def _quantile(
    scale: Scale,
    latent_mean: Float64[np.ndarray, "day"],
    latent_sd: Float64[np.ndarray, "day"],
    chance: float,
) -> Int64[np.ndarray, "day"]:
    """The lowest score that is not exceeded with at least this chance."""
    centre = scale.intercept + scale.slope * latent_mean
    spread = np.hypot(scale.slope * latent_sd, scale.noise_sd)
    score = np.ceil(centre + spread * NormalDist().inv_cdf(chance) - 0.5)
    return np.clip(score, scale.minimum, scale.maximum).astype(np.int64)
