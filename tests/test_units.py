"""Doses, volumes, rates and durations: the arithmetic with units."""

import itertools
import operator
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mypy import api as mypy

from holdfast import units
from holdfast.units import (
    Centimetres,
    Kilograms,
    KilogramsPerSquareMetre,
    Milligrams,
    MilligramsPerKilogram,
    MilligramsPerMillilitre,
    Millilitres,
    MillilitresPerHour,
    Minutes,
    Quantity,
    SquareMetres,
)

LONDON = ZoneInfo("Europe/London")

KINDS: tuple[type[Quantity], ...] = (
    Centimetres, Kilograms, KilogramsPerSquareMetre, Milligrams, MilligramsPerKilogram, MilligramsPerMillilitre,
    Millilitres, MillilitresPerHour, Minutes, SquareMetres,
)  # fmt: skip

LAWFUL: dict[tuple[Callable[[Any, Any], Any], type, type], type] = {
    (operator.mul, MilligramsPerKilogram, Kilograms): Milligrams,
    (operator.mul, MilligramsPerMillilitre, Millilitres): Milligrams,
    (operator.mul, MillilitresPerHour, Minutes): Millilitres,
    (operator.mul, KilogramsPerSquareMetre, SquareMetres): Kilograms,
    (operator.truediv, Milligrams, Kilograms): MilligramsPerKilogram,
    (operator.truediv, Milligrams, MilligramsPerMillilitre): Millilitres,
    (operator.truediv, Milligrams, Millilitres): MilligramsPerMillilitre,
    (operator.truediv, Milligrams, Milligrams): Decimal,
    (operator.truediv, Millilitres, Minutes): MillilitresPerHour,
    (operator.truediv, Kilograms, SquareMetres): KilogramsPerSquareMetre,
    (operator.truediv, Kilograms, Kilograms): Decimal,
    **{(way, kind, kind): kind for way in (operator.add, operator.sub) for kind in KINDS},
    **{
        (way, kind, kind): bool
        for way in (operator.lt, operator.le, operator.gt, operator.ge)
        for kind in KINDS
    },
}
"""Every lawful pair and what it gives; all others are refused."""

WAYS = (
    operator.add, operator.sub, operator.mul, operator.truediv, operator.lt, operator.le, operator.gt, operator.ge,
)  # fmt: skip
UNLAWFUL = [
    (way, one, other)
    for way, one, other in itertools.product(WAYS, KINDS, (*KINDS, Decimal, int, float))
    if (way, one, other) not in LAWFUL
]


def amounts(lowest: str, highest: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(lowest, highest, places=places)


DOSES, WEIGHTS, VIALS = amounts("0.01", "2", 2), amounts("25", "350", 1), st.sampled_from([10, 25, 50, 100])


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=LONDON), datetime(2026, 3, 29, 12, tzinfo=LONDON), 23),
        (datetime(2026, 10, 24, 12, tzinfo=LONDON), datetime(2026, 10, 25, 12, tzinfo=LONDON), 25),
        (datetime(2026, 6, 1, 12, tzinfo=LONDON), datetime(2026, 6, 1, 12, tzinfo=UTC), 1),
        (datetime(2026, 6, 2, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC), -24),
    ],
)
def test_days_between_when_clocks_change_counts_the_time_that_passed(
    start: datetime, end: datetime, hours: float
) -> None:
    assert units.days_between(start, end) == hours / 24


@pytest.mark.parametrize("pair", LAWFUL, ids=str)
def test_quantities_when_lawfully_joined_give_the_kind_of_the_table(pair: Any) -> None:
    way, one, other = pair
    assert type(way(one(Decimal(6)), other(Decimal(3)))) is LAWFUL[pair]


def test_quantities_when_joined_in_any_other_way_are_refused() -> None:
    allowed = []
    for way, one, other in UNLAWFUL:
        try:
            way(one(Decimal(6)), other(3))
        except TypeError:
            continue
        allowed.append((way.__name__, one.__name__, other.__name__))
    assert (len(UNLAWFUL), allowed) == (len(WAYS) * len(KINDS) * (len(KINDS) + 3) - len(LAWFUL), [])


def test_quantities_when_joined_in_any_other_way_are_refused_by_the_types_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs = dict(zip(WAYS, ("+", "-", "*", "/", "<", "<=", ">", ">="), strict=True))
    pairs = [*LAWFUL, *UNLAWFUL]
    written = [
        f"{one.__name__}(Decimal(6)) {signs[way]} {other.__name__}({'3' if other in (int, float) else 'Decimal(3)'})"
        for way, one, other in pairs
    ]
    snippet = tmp_path / "snippet.py"
    snippet.write_text("\n".join(["from decimal import Decimal; from holdfast.units import *", *written]))
    monkeypatch.setenv("MYPYPATH", str(Path(units.__file__).parents[1]))
    told, _, _ = mypy.run(
        ["--strict", "--config-file=", f"--cache-dir={tmp_path}", "--no-error-summary", str(snippet)]
    )
    wrong = {int(line.split(":")[1]) - 2 for line in told.splitlines() if ": error:" in line}
    assert {pairs[number] for number in wrong} == set(UNLAWFUL)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [36, 36.0, "36", True, None])
def test_quantity_when_not_a_decimal_is_refused(kind: type[Quantity], value: Any) -> None:
    with pytest.raises(TypeError, match=f"{kind.__name__} takes a Decimal"):
        kind(value)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_quantity_when_not_a_number_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        Milligrams(Decimal(value))


def test_quantities_when_of_two_kinds_are_never_equal() -> None:
    same = [
        (one, other) for one, other in itertools.product(KINDS, KINDS) if one(Decimal(1)) == other(Decimal(1))
    ]
    assert same == [(kind, kind) for kind in KINDS]


@given(DOSES, WEIGHTS)
def test_dose_when_worked_out_is_mg_per_kg_times_kg(dose: Decimal, weight: Decimal) -> None:
    milligrams = MilligramsPerKilogram(dose) * Kilograms(weight)
    assert milligrams.value == dose * weight
    assert abs(milligrams.rounded().value - dose * weight) <= Decimal("0.05")
    assert units.dose_mg(dose_mg_per_kg=dose, weight_kg=weight) == milligrams.rounded().value


@given(DOSES, DOSES, WEIGHTS, WEIGHTS)
def test_dose_when_chosen_higher_or_the_person_heavier_is_never_lower(
    dose: Decimal, other: Decimal, weight: Decimal, heavier: Decimal
) -> None:
    low, high = sorted((dose, other))
    light, heavy = sorted((weight, heavier))
    lower = (MilligramsPerKilogram(low) * Kilograms(light)).rounded()
    assert lower <= (MilligramsPerKilogram(high) * Kilograms(heavy)).rounded()


@given(amounts("0.1", "350", 1), VIALS)
def test_volume_when_rounded_holds_the_dose_within_the_rounding(dose: Decimal, vial: int) -> None:
    concentration = MilligramsPerMillilitre(Decimal(vial))
    volume = (Milligrams(dose) / concentration).rounded()
    assert abs((concentration * volume).value - dose) <= concentration.value * Decimal("0.005")


@given(amounts("1", "1000", 1), st.integers(20, 120))
def test_rate_when_rounded_runs_the_volume_through_in_the_time(volume: Decimal, minutes: int) -> None:
    time = Minutes(Decimal(minutes))
    rate = (Millilitres(volume) / time).rounded()
    # Half of a tenth of a mL per hour, over the time it runs; the last digit of the division beside it.
    slack = Decimal("0.05") * minutes / 60 + Decimal("1e-20")
    assert abs((rate * time).value - volume) <= slack


@given(amounts("0", "400", 3), amounts("0", "400", 3))
def test_rounding_when_there_is_a_limit_never_crosses_it(value: Decimal, most: Decimal) -> None:
    exact, highest = Milligrams(min(value, most)), Milligrams(most)
    rounded = exact.rounded(at_most=highest)
    assert rounded <= highest
    assert abs(rounded.value - exact.value) < Decimal("0.1")
    assert rounded.value == rounded.value.quantize(Decimal("0.1"))


@pytest.mark.parametrize(
    ("value", "at_most", "rounded"),
    [
        ("0.15", None, "0.2"),
        ("0.14", None, "0.1"),
        ("2.25", None, "2.3"),
        ("39.765", "39.765", "39.7"),
        ("3", "3", "3"),
    ],
)
def test_rounding_when_half_way_goes_up_unless_over_the_limit(
    value: str, at_most: str | None, rounded: str
) -> None:
    limit = None if at_most is None else Milligrams(Decimal(at_most))
    assert Milligrams(Decimal(value)).rounded(at_most=limit) == Milligrams(Decimal(rounded))


@given(WEIGHTS, amounts("100", "250", 1))
def test_body_mass_index_when_turned_back_gives_the_weight(weight: Decimal, height: Decimal) -> None:
    squared = Centimetres(height).squared
    back = (Kilograms(weight) / squared) * squared
    assert abs(back.value - weight) <= Decimal("1e-20")


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (Milligrams(Decimal("5.0")), "5 mg"),
        (Milligrams(Decimal("500")), "500 mg"),
        (MilligramsPerKilogram(Decimal("0.50")), "0.5 mg/kg"),
        (Millilitres(Decimal("0.05")), "0.05 mL"),
        (Minutes(Decimal(40)), "40 min"),
    ],
)
def test_quantity_when_written_has_no_zero_to_misread(quantity: Quantity, words: str) -> None:
    assert str(quantity) == words
