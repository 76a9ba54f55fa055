"""Doses, volumes, rates and days since a moment: the only arithmetic that mixes units.

Quantities are small types with the lawful operations alone: mg/kg times kg is mg, and anything else is a `TypeError`,
seen by mypy before. They hold a `Decimal`, never a float. Nothing is rounded but by `rounded`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import ClassVar, Self, overload

USUAL_DOSE_MG_PER_KG = Decimal("0.5")
"""Racemic ketamine by infusion over 40 minutes. Source: Murrough 2013, doi:10.1176/appi.ajp.2013.13030392."""

_MINUTES_OF_AN_HOUR = 60
_CENTIMETRES_OF_A_METRE = 100
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Quantity:
    """A number with its unit. Quantities of one kind add and compare; what else a kind can do stands with it.

    `places` are the decimals it is measured and written with. Errors: `TypeError` for anything but a `Decimal`,
    `ValueError` for one that is no number.
    """

    value: Decimal
    unit: ClassVar[str] = ""
    places: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if not isinstance(self.value, Decimal):
            raise TypeError(f"{type(self).__name__} takes a Decimal, not {type(self.value).__name__}")
        if not self.value.is_finite():
            raise ValueError(f"{self.value} is not an amount")

    def rounded(self, *, at_most: Self | None = None) -> Self:
        """The quantity to its `places`, half up; where that would go above `at_most`, down instead."""
        place = Decimal(1).scaleb(-self.places)
        nearest = type(self)(self.value.quantize(place, ROUND_HALF_UP))
        if at_most is None or nearest <= at_most:
            return nearest
        # H-005: rounding alone never carries a dose over its limit.
        return type(self)(self.value.quantize(place, ROUND_DOWN))

    def __add__(self, other: Self) -> Self:
        return type(self)(self.value + other.value) if type(other) is type(self) else NotImplemented

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.value - other.value) if type(other) is type(self) else NotImplemented

    def __lt__(self, other: Self) -> bool:
        return self.value < other.value if type(other) is type(self) else NotImplemented

    def __le__(self, other: Self) -> bool:
        return self.value <= other.value if type(other) is type(self) else NotImplemented

    def __str__(self) -> str:
        # H-005: no zeros at the end, since 5.0 is read as 50 where the point is faint.
        return f"{self.value.normalize():f} {self.unit}"


class Minutes(Quantity):
    """How long something runs."""

    unit, places = "min", 0


class SquareMetres(Quantity):
    """A height squared, which body-mass index divides by."""

    unit, places = "m²", 4


class Centimetres(Quantity):
    """A body height."""

    unit = "cm"

    @property
    def squared(self) -> SquareMetres:
        """The height times itself."""
        return SquareMetres((self.value / _CENTIMETRES_OF_A_METRE) ** 2)


class Kilograms(Quantity):
    """A body weight."""

    unit = "kg"

    @overload
    def __truediv__(self, other: SquareMetres) -> "KilogramsPerSquareMetre": ...
    @overload
    def __truediv__(self, other: "Kilograms") -> Decimal: ...
    def __truediv__(self, other: object) -> object:
        """Body-mass index by height squared; a plain ratio by another weight."""
        if type(other) is SquareMetres:
            return KilogramsPerSquareMetre(self.value / other.value)
        return self.value / other.value if type(other) is Kilograms else NotImplemented


class KilogramsPerSquareMetre(Quantity):
    """A body-mass index."""

    unit = "kg/m²"

    def __mul__(self, other: SquareMetres) -> Kilograms:
        return Kilograms(self.value * other.value) if type(other) is SquareMetres else NotImplemented


class MilligramsPerKilogram(Quantity):
    """A dose for each kilogram of weight."""

    unit, places = "mg/kg", 2

    def __mul__(self, other: Kilograms) -> "Milligrams":
        return Milligrams(self.value * other.value) if type(other) is Kilograms else NotImplemented


class Millilitres(Quantity):
    """A volume."""

    unit, places = "mL", 2

    def __truediv__(self, other: Minutes) -> "MillilitresPerHour":
        """The rate at which it runs in that time."""
        if type(other) is not Minutes:
            return NotImplemented
        return MillilitresPerHour(self.value * _MINUTES_OF_AN_HOUR / other.value)


class MilligramsPerMillilitre(Quantity):
    """How much of a drug is in a volume."""

    unit, places = "mg/mL", 2

    def __mul__(self, other: Millilitres) -> "Milligrams":
        return Milligrams(self.value * other.value) if type(other) is Millilitres else NotImplemented


class MillilitresPerHour(Quantity):
    """How fast a pump runs."""

    unit = "mL/h"

    def __mul__(self, other: Minutes) -> Millilitres:
        if type(other) is not Minutes:
            return NotImplemented
        return Millilitres(self.value * other.value / _MINUTES_OF_AN_HOUR)


class Milligrams(Quantity):
    """An amount of a drug."""

    unit = "mg"

    @overload
    def __truediv__(self, other: Kilograms) -> MilligramsPerKilogram: ...
    @overload
    def __truediv__(self, other: MilligramsPerMillilitre) -> Millilitres: ...
    @overload
    def __truediv__(self, other: Millilitres) -> MilligramsPerMillilitre: ...
    @overload
    def __truediv__(self, other: "Milligrams") -> Decimal: ...
    def __truediv__(self, other: object) -> object:
        """By weight mg/kg, by concentration mL, by volume mg/mL; a plain ratio by another amount."""
        if type(other) is Kilograms:
            return MilligramsPerKilogram(self.value / other.value)
        if type(other) is MilligramsPerMillilitre:
            return Millilitres(self.value / other.value)
        if type(other) is Millilitres:
            return MilligramsPerMillilitre(self.value / other.value)
        return self.value / other.value if type(other) is Milligrams else NotImplemented


def dose_mg(*, dose_mg_per_kg: Decimal, weight_kg: Decimal) -> Decimal:
    """Dose in mg, to 0.1 mg: mg/kg times kg."""
    return (MilligramsPerKilogram(dose_mg_per_kg) * Kilograms(weight_kg)).rounded().value


def dose_mg_per_kg(*, dose_mg: Decimal, weight_kg: Decimal) -> Decimal:
    """Dose in mg/kg, to 0.01 mg/kg: mg divided by kg."""
    return (Milligrams(dose_mg) / Kilograms(weight_kg)).rounded().value


def relative_dose(*, dose_mg_per_kg: Decimal) -> float:
    """Dose as a multiple of the usual 0.5 mg/kg; the forecast's unit of dose."""
    return float(dose_mg_per_kg / USUAL_DOSE_MG_PER_KG)


def days_between(start: datetime, end: datetime) -> float:
    """Elapsed days from `start` to `end`, as a real number; negative when `end` is earlier.

    Both moments carry a time zone, so a day of 23 or 25 hours counts as the time that really passed.
    """
    # Two moments of one zone would be subtracted by the clock on the wall, an hour off across a change of it.
    return (end.astimezone(UTC) - start.astimezone(UTC)) / _DAY
