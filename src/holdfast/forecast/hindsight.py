"""A forecast as it was shown, looked back on once a score has come."""

from dataclasses import dataclass

import numpy as np

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.ahead import Forecast
from holdfast.forecast.calibration import Predicted, coverage, crps, pit
from holdfast.forecast.score_fan import before_rounding
from holdfast.forecast.shapes import Real


@dataclass(frozen=True)
class Hindsight:
    """One score against the forecast of it: the mean that was said, whether each band held it, PIT and CRPS.

    **Units**: points of the instrument; PIT from 0 to 1.
    """

    expected: float
    within50: bool
    within80: bool
    within95: bool
    pit: float
    crps: float


def look_back(forecast: Forecast, *, instrument: str, days_ahead: Real, total: int) -> Hindsight:
    """How a score that came `days_ahead` after the forecast was made lay in what it said of that day.

    **Errors**: `InvalidInput` for a day outside the forecast; `NotFound` for an instrument it says nothing of.
    """
    fan, place = forecast.scores(instrument), round(days_ahead)
    if not 0 <= place < len(forecast.days):
        expected = f"0 to {len(forecast.days) - 1} days"
        raise InvalidInput(Problem("days_ahead", "outside what was forecast", expected))
    on = slice(place, place + 1)
    scale = forecast.scales[instrument]
    centre, spread = before_rounding(
        scale, latent_mean=forecast.latent_mean[on], latent_sd=forecast.latent_sd[on]
    )
    predicted, came = Predicted(scale, centre, spread), np.array([total], dtype=np.int64)
    held = {band: share == 1.0 for band, share in coverage(predicted, came).items()}
    return Hindsight(
        expected=float(fan.mean[place]),
        within50=held[50],
        within80=held[80],
        within95=held[95],
        pit=float(pit(predicted, came)[0]),
        crps=float(crps(predicted, came)[0]),
    )
