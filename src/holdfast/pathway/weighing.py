"""What a weight and a height say: body-mass index, change since the last, and numbers that look like a slip."""

from decimal import ROUND_HALF_UP, Decimal

from holdfast.units import Centimetres, Kilograms

LIGHTEST_KG, HEAVIEST_KG = Decimal(25), Decimal(350)
SHORTEST_CM, TALLEST_CM = Decimal(100), Decimal(250)
"""What an adult may weigh and measure at all: anything else is a slip of unit or decimal point."""

KG_PER_POUND = Decimal("0.45359237")
KG_PER_STONE = Decimal("6.35029318")

POUNDS_FROM_BMI = 50
"""Body-mass index from which a first weight is asked about: 165 read as kilograms at 1.75 m is 54."""

POUNDS_FROM_KG = 130
"""Kilograms from which a first weight without a height is asked about."""

HEIGHT_CHANGE_CM = 5
"""Grown people keep their height: a difference of so much means that one of the two is wrong."""

_TENTH = Decimal("0.1")


def body_mass_index(weight_kg: Decimal, height_cm: Decimal) -> Decimal:
    """Weight over height squared, to 0.1. **Units**: kg/m²."""
    return (Kilograms(weight_kg) / Centimetres(height_cm).squared).rounded().value


def change_percent(weight_kg: Decimal, before_kg: Decimal) -> Decimal:
    """How much heavier than before, to 0.1 percent; lighter is negative."""
    return (100 * (weight_kg - before_kg) / before_kg).quantize(_TENTH, ROUND_HALF_UP)


def weight_doubt(
    weight_kg: Decimal, *, height_cm: Decimal | None, before_kg: Decimal | None, change_most: float
) -> str:
    """What makes this weight look like a slip, in words; empty when nothing does.

    `change_most` is the change since the last weight that is believed unasked, percent.
    """
    if before_kg is not None:
        if abs(change_percent(weight_kg, before_kg)) <= Decimal(str(change_most)):
            return ""
        return _changed(weight_kg, before_kg, change_most)
    if height_cm is not None:
        index = body_mass_index(weight_kg, height_cm)
        return (
            f"gives a body-mass index of {index}. {_as_pounds(weight_kg)}" if index >= POUNDS_FROM_BMI else ""
        )
    return f"is a lot. {_as_pounds(weight_kg)}" if weight_kg >= POUNDS_FROM_KG else ""


def height_doubt(height_cm: Decimal, *, before_cm: Decimal | None) -> str:
    """What makes this height look like a slip, in words; empty when nothing does."""
    if before_cm is None or abs(height_cm - before_cm) < HEIGHT_CHANGE_CM:
        return ""
    return f"is not the {plain(before_cm)} cm measured before"


def in_stones(number: Decimal) -> str:
    """What a number too small for kilograms would be, were it stones; empty when that makes no weight either."""
    weight_kg = number * KG_PER_STONE
    if not LIGHTEST_KG <= weight_kg <= HEAVIEST_KG:
        return ""
    return f"{plain(number)} stone is {_rounded(weight_kg)} kg"


def plain(number: Decimal) -> str:
    """A number without zeros that say nothing: 70.0 is 70."""
    return f"{number.normalize():f}"


def _changed(weight_kg: Decimal, before_kg: Decimal, change_most: float) -> str:
    change = change_percent(weight_kg, before_kg)
    words = (
        f"is {plain(abs(change))} % {'more' if change > 0 else 'less'} than the last, {plain(before_kg)} kg"
    )
    if abs(change_percent(weight_kg * KG_PER_POUND, before_kg)) <= Decimal(str(change_most)):
        return f"{words}. {_as_pounds(weight_kg)}"
    return words


def _as_pounds(weight_kg: Decimal) -> str:
    return f"It may be pounds: {plain(weight_kg)} lb is {_rounded(weight_kg * KG_PER_POUND)} kg"


def _rounded(weight_kg: Decimal) -> str:
    return plain(weight_kg.quantize(_TENTH, ROUND_HALF_UP))
