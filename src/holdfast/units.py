"""Doses, durations and days since a moment: the only arithmetic that mixes units."""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

USUAL_DOSE_MG_PER_KG = Decimal("0.5")
"""Racemic ketamine by infusion over 40 minutes. Source: Murrough 2013, doi:10.1176/appi.ajp.2013.13030392."""

_TENTH = Decimal("0.1")
_HUNDREDTH = Decimal("0.01")
_DAY = timedelta(days=1)


def dose_mg(*, dose_mg_per_kg: Decimal, weight_kg: Decimal) -> Decimal:
    """Dose in mg, to 0.1 mg: mg/kg times kg."""
    return (dose_mg_per_kg * weight_kg).quantize(_TENTH, ROUND_HALF_UP)


def dose_mg_per_kg(*, dose_mg: Decimal, weight_kg: Decimal) -> Decimal:
    """Dose in mg/kg, to 0.01 mg/kg: mg divided by kg."""
    return (dose_mg / weight_kg).quantize(_HUNDREDTH, ROUND_HALF_UP)


def relative_dose(*, dose_mg_per_kg: Decimal) -> float:
    """Dose as a multiple of the usual 0.5 mg/kg; the forecast's unit of dose."""
    return float(dose_mg_per_kg / USUAL_DOSE_MG_PER_KG)


def days_between(start: datetime, end: datetime) -> float:
    """Elapsed days from `start` to `end`, as a real number; negative when `end` is earlier.

    Both moments carry a time zone, so a day of 23 or 25 hours counts as the time that really passed.
    """
    # Two moments of one zone would be subtracted by the clock on the wall, an hour off across a change of it.
    return (end.astimezone(UTC) - start.astimezone(UTC)) / _DAY
