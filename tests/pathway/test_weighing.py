"""Which numbers look like a slip of the scale, the unit or the decimal point."""

from decimal import Decimal

import pytest

from holdfast.pathway.weighing import (
    body_mass_index,
    change_percent,
    height_doubt,
    in_stones,
    weight_doubt,
)


@pytest.mark.parametrize(
    ("weight_kg", "height_cm", "index"),
    [("80", "180", "24.7"), ("70", "175", "22.9"), ("45.5", "150.5", "20.1"), ("120", "160", "46.9")],
)
def test_body_mass_index_when_given_both_is_this(weight_kg: str, height_cm: str, index: str) -> None:
    assert body_mass_index(Decimal(weight_kg), Decimal(height_cm)) == Decimal(index)


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [("88", "80", "10.0"), ("72", "80", "-10.0"), ("80", "80", "0.0"), ("88.04", "80", "10.1")],
)
def test_change_percent_when_given_both_is_of_the_one_before(now: str, before: str, change: str) -> None:
    assert change_percent(Decimal(now), Decimal(before)) == Decimal(change)


@pytest.mark.parametrize(
    ("weight_kg", "height_cm", "before_kg", "doubt"),
    [
        ("80", None, "80", ""),
        ("88", None, "80", ""),
        ("72", None, "80", ""),
        ("88.1", None, "80", "is 10.1 % more than the last, 80 kg"),
        ("71.9", None, "80", "is 10.1 % less than the last, 80 kg"),
        ("176", None, "80", "is 120 % more than the last, 80 kg. It may be pounds: 176 lb is 79.8 kg"),
        ("165", "175", None, "gives a body-mass index of 53.9. It may be pounds: 165 lb is 74.8 kg"),
        ("150", "175", None, ""),
        ("130", None, None, "is a lot. It may be pounds: 130 lb is 59 kg"),
        ("129.9", None, None, ""),
        # Who was weighed before is held against that alone: a heavy person is not asked each time.
        ("180", "170", "178", ""),
    ],
)
def test_weight_when_it_looks_like_a_slip_is_asked_about(
    weight_kg: str, height_cm: str | None, before_kg: str | None, doubt: str
) -> None:
    found = weight_doubt(
        Decimal(weight_kg),
        height_cm=None if height_cm is None else Decimal(height_cm),
        before_kg=None if before_kg is None else Decimal(before_kg),
        change_most=10,
    )

    assert found == doubt


@pytest.mark.parametrize(
    ("height_cm", "before_cm", "doubt"),
    [
        ("170", None, ""),
        ("174.9", "170", ""),
        ("175", "170", "is not the 170 cm measured before"),
        ("165", "170", "is not the 170 cm measured before"),
    ],
)
def test_height_when_it_is_not_the_one_before_is_asked_about(
    height_cm: str, before_cm: str | None, doubt: str
) -> None:
    assert (
        height_doubt(Decimal(height_cm), before_cm=None if before_cm is None else Decimal(before_cm)) == doubt
    )


@pytest.mark.parametrize(
    ("number", "words"), [("11", "11 stone is 69.9 kg"), ("3.9", ""), ("4", "4 stone is 25.4 kg")]
)
def test_stones_when_they_make_a_weight_are_named(number: str, words: str) -> None:
    assert in_stones(Decimal(number)) == words
