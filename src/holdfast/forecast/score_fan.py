"""Forecast scores on an instrument's own whole-number scale, noise of the instrument included."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from holdfast.forecast.scales import Scale
from holdfast.forecast.shapes import DayByScore, PerDay, ScorePerDay

BANDS: Final = (50, 80, 95)
"""Per cent of forecasts that a band should hold."""


@dataclass(frozen=True, eq=False)
class ScoreFan:
    """The score an instrument would show on each day, had the person answered then.

    `mean` and `median` are of the whole-number score. A band holds the whole scores between the two quantiles of the
    score as it was before rounding, and the median always: so it holds what it promises on average, more where it
    ends on floor or ceiling, and each end is a score that can occur.

    **Units**: days from now; points of the instrument.
    """

    instrument: str
    days: PerDay
    mean: PerDay
    median: ScorePerDay
    lower50: ScorePerDay
    upper50: ScorePerDay
    lower80: ScorePerDay
    upper80: ScorePerDay
    lower95: ScorePerDay
    upper95: ScorePerDay


def score_fan(
    scale: Scale,
    *,
    days: PerDay,
    latent_mean: PerDay,
    latent_sd: PerDay,
) -> ScoreFan:
    """The fan of one instrument over days on which severity is Gaussian."""
    centre, spread = before_rounding(scale, latent_mean=latent_mean, latent_sd=latent_sd)
    ends = {}
    for band in BANDS:
        ends[f"lower{band}"], ends[f"upper{band}"] = band_ends(scale, centre, spread, band=band)
    chances = chances_of(scale, centre, spread)
    return ScoreFan(
        instrument=scale.instrument,
        days=days,
        mean=chances @ np.arange(scale.minimum, scale.maximum + 1, dtype=np.float64),
        median=_on(scale, np.floor(centre + 0.5)),
        **ends,
    )


def before_rounding(scale: Scale, *, latent_mean: PerDay, latent_sd: PerDay) -> tuple[PerDay, PerDay]:
    """Mean and standard deviation of the score on each day, noise included, before it is rounded and clipped."""
    return scale.intercept + scale.slope * latent_mean, np.hypot(scale.slope * latent_sd, scale.noise_sd)


def band_ends(scale: Scale, centre: PerDay, spread: PerDay, *, band: int) -> tuple[ScorePerDay, ScorePerDay]:
    """Lowest and highest whole score of a band that should hold so many per cent; the median is always within it."""
    reach, median = spread * NormalDist().inv_cdf(0.5 + band / 200), np.floor(centre + 0.5)
    low, high = np.minimum(np.ceil(centre - reach), median), np.maximum(np.floor(centre + reach), median)
    return _on(scale, low), _on(scale, high)


def score_chances(scale: Scale, *, latent_mean: PerDay, latent_sd: PerDay) -> DayByScore:
    """Chance of each score from the instrument's minimum to its maximum, on each day."""
    return chances_of(scale, *before_rounding(scale, latent_mean=latent_mean, latent_sd=latent_sd))


def chances_of(scale: Scale, centre: PerDay, spread: PerDay) -> DayByScore:
    """Chance of each whole score of a normal one with this mean and spread, rounded and clipped."""
    from holdfast.forecast import passes

    chances: DayByScore = passes.score_chances(centre, spread, scale.minimum, scale.maximum)
    return chances


def chance_at_most(
    scale: Scale,
    limit: int,
    *,
    latent_mean: PerDay,
    latent_sd: PerDay,
) -> PerDay:
    """Chance of a score of `limit` or less on each day."""
    chances = score_chances(scale, latent_mean=latent_mean, latent_sd=latent_sd)
    at_most: PerDay = np.minimum(chances[:, : limit - scale.minimum + 1].sum(axis=1), 1.0)
    return at_most


def _on(scale: Scale, score: PerDay) -> ScorePerDay:
    """Whole numbers as scores of the instrument: those off its range are at its ends."""
    whole: ScorePerDay = np.clip(score, scale.minimum, scale.maximum).astype(np.int64)
    return whole
