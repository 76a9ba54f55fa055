"""Doses worked out for anyone: never over the limits, what is drawn holds the dose, what is signed is what was seen."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from holdfast.errors import InvalidInput
from holdfast.pathway import weighing
from holdfast.pathway.dosing import IDEAL_BMI, Basis, Body, Choice, Worked, work_out
from holdfast.pathway.limits import SiteLimits, threshold
from holdfast.units import (
    Centimetres,
    Kilograms,
    MilligramsPerKilogram,
    MilligramsPerMillilitre,
    Millilitres,
    Minutes,
)

TODAY = date(2026, 3, 2)
LIMITS = SiteLimits()
BODY = Body(Kilograms(Decimal("72.0")), TODAY, Centimetres(Decimal("175.0")))
CHOICE = Choice(
    Basis.ACTUAL_WEIGHT,
    dose_per_kg=MilligramsPerKilogram(Decimal("0.5")),
    minutes=Minutes(Decimal(40)),
    vial=MilligramsPerMillilitre(Decimal(50)),
    diluted_to=Millilitres(Decimal(50)),
    reason="as the tests have it",
)


def amounts(lowest: str, highest: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(lowest, highest, places=places)


def a_choice(basis: Basis, dose: Decimal, minutes: int, vial: int, bag: Decimal) -> Choice:
    return replace(
        CHOICE,
        basis=basis,
        dose_per_kg=MilligramsPerKilogram(dose),
        minutes=Minutes(Decimal(minutes)),
        vial=MilligramsPerMillilitre(Decimal(vial)),
        diluted_to=Millilitres(bag),
    )


CHOICES = st.builds(
    a_choice,
    st.sampled_from([Basis.ACTUAL_WEIGHT, Basis.IDEAL_WEIGHT]),
    amounts("0.1", "1", 2),
    st.integers(30, 120),
    st.sampled_from([10, 50, 100]),
    amounts("40", "1000", 1),
)
BODIES = st.builds(
    lambda weight, height: Body(Kilograms(weight), TODAY, Centimetres(height)),
    amounts("25", "350", 1),
    amounts("140", "220", 1),
)


def limited_to(highest: str) -> SiteLimits:
    """The limits of a site that has lowered its highest dose."""
    named = threshold("highest_dose_mg_per_kg").model_copy(update={"value": float(highest)})
    return SiteLimits(settings=MappingProxyType({"highest_dose_mg_per_kg": named}))


def worked(choice: Choice, body: Body, limits: SiteLimits = LIMITS) -> Worked:
    assume(choice.basis in body.bases(limits))
    return work_out(choice, body=body, limits=limits, today=TODAY)


@given(CHOICES, BODIES)
def test_order_when_worked_out_is_what_was_chosen_times_the_weight(choice: Choice, body: Body) -> None:
    found = worked(choice, body)
    assert found.dosing_weight == (body.weight if choice.basis is Basis.ACTUAL_WEIGHT else body.ideal_weight)
    assert choice.dose_per_kg is not None
    assert found.dosing_weight is not None
    exact = choice.dose_per_kg * found.dosing_weight
    assert abs(found.dose.value - exact.value) < Decimal("0.1")


@given(CHOICES, BODIES, amounts("0.5", "1", 2))
def test_order_when_rounded_is_never_over_the_highest_dose(choice: Choice, body: Body, most: Decimal) -> None:
    assume(choice.dose_per_kg is not None and choice.dose_per_kg <= MilligramsPerKilogram(most))
    found = worked(choice, body, limited_to(str(most)))
    assert found.dosing_weight is not None
    assert found.vial is not None
    assert found.drawn is not None
    highest = MilligramsPerKilogram(most) * found.dosing_weight
    assert found.dose <= highest
    assert found.vial * found.drawn <= highest


@given(CHOICES, BODIES)
def test_order_when_drawn_and_run_gives_the_dose_within_the_rounding(choice: Choice, body: Body) -> None:
    found = worked(choice, body)
    assert found.vial is not None
    assert found.drawn is not None
    assert found.rate is not None
    assert found.minutes is not None
    assert found.diluted_to is not None
    assert abs((found.vial * found.drawn - found.dose).value) < found.vial.value * Decimal("0.01")
    ran = found.rate * found.minutes
    assert abs((ran - found.diluted_to).value) <= Decimal("0.05") * found.minutes.value / 60 + Decimal(
        "1e-20"
    )


@given(CHOICES, BODIES, st.integers(1, 50))
def test_order_when_more_is_chosen_is_never_less(choice: Choice, body: Body, more: int) -> None:
    assert choice.dose_per_kg is not None
    higher = MilligramsPerKilogram(choice.dose_per_kg.value + Decimal(more) / 100)
    assume(higher <= MilligramsPerKilogram(Decimal(1)))
    assert worked(choice, body).dose <= worked(replace(choice, dose_per_kg=higher), body).dose


@given(BODIES)
def test_ideal_weight_when_offered_is_never_the_heavier(body: Body) -> None:
    assume(Basis.IDEAL_WEIGHT in body.bases(LIMITS))
    assert body.ideal_weight is not None
    assert body.ideal_weight < body.weight
    assert body.bmi is not None
    assert body.bmi > IDEAL_BMI


@given(BODIES)
def test_body_mass_index_when_shown_is_the_one_the_weight_page_shows(body: Body) -> None:
    assert body.bmi is not None
    assert body.height is not None
    assert body.bmi.value == weighing.body_mass_index(body.weight.value, body.height.value)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_order_when_any_number_is_chosen_is_refused_or_within_the_limits(dose: Decimal) -> None:
    choice = replace(CHOICE, dose_per_kg=MilligramsPerKilogram(dose))
    try:
        found = work_out(choice, body=BODY, limits=LIMITS, today=TODAY)
    except InvalidInput:
        return
    assert Decimal("7.2") <= found.dose.value <= Decimal(72)


@pytest.mark.parametrize(
    "other",
    [
        replace(BODY, weight=Kilograms(Decimal("72.1"))),
        replace(BODY, height=Centimetres(Decimal("174.0"))),
        replace(BODY, before=Kilograms(Decimal("60.0"))),
    ],
)
def test_digest_when_the_weight_is_another_is_another(other: Body) -> None:
    shown = work_out(CHOICE, body=BODY, limits=LIMITS, today=TODAY)
    assert work_out(CHOICE, body=other, limits=LIMITS, today=TODAY).digest != shown.digest


@pytest.mark.parametrize(
    "other",
    [
        replace(CHOICE, dose_per_kg=MilligramsPerKilogram(Decimal("0.49"))),
        replace(CHOICE, minutes=Minutes(Decimal(41))),
        replace(CHOICE, vial=MilligramsPerMillilitre(Decimal(100))),
        replace(CHOICE, diluted_to=Millilitres(Decimal("50.1"))),
    ],
)
def test_digest_when_something_else_is_chosen_is_another(other: Choice) -> None:
    shown = work_out(CHOICE, body=BODY, limits=LIMITS, today=TODAY)
    assert work_out(other, body=BODY, limits=LIMITS, today=TODAY).digest != shown.digest


def test_digest_when_nothing_changed_is_the_same() -> None:
    shown = work_out(CHOICE, body=BODY, limits=LIMITS, today=TODAY)
    again = work_out(CHOICE, body=BODY, limits=LIMITS, today=TODAY + timedelta(days=1))
    assert again.digest == shown.digest
