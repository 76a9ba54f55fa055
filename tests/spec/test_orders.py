"""Orders come to the numbers of the tables, are refused as they say, and may be used or not as they say."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from holdfast.errors import InvalidInput
from holdfast.pathway import order_use
from holdfast.pathway.dosing import Basis, Body, Choice, Worked, work_out
from holdfast.pathway.infusion_plan import Standing, Stands
from holdfast.pathway.limits import SiteLimits, threshold
from holdfast.units import (
    Centimetres,
    Kilograms,
    Milligrams,
    MilligramsPerKilogram,
    MilligramsPerMillilitre,
    Millilitres,
    Minutes,
)
from tests.spec.tables import table

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
TODAY = NOW.date()
COURSES = {
    "goes on": Standing(),
    "stopped": Standing(Stands.STOPPED, NOW),
    "held": Standing(Stands.HELD, NOW, TODAY + timedelta(days=7)),
    "held until today": Standing(Stands.RUNNING, NOW, TODAY),
}


def limits(case: dict[str, Any]) -> SiteLimits:
    treatment = case.get("treatment", "ketamine_iv")
    shipped = {name: threshold(name, treatment=treatment) for name in case.get("site", {})}
    set_here = {name: one.model_copy(update={"value": case["site"][name]}) for name, one in shipped.items()}
    return SiteLimits(treatment, MappingProxyType(set_here))


def body(case: dict[str, Any]) -> Body | None:
    if case.get("weight") == "none":
        return None
    return Body(
        weight=Kilograms(Decimal(case.get("weight", "72"))),
        weighed_on=TODAY - timedelta(days=case.get("weighed_days_before", 0)),
        height=Centimetres(Decimal(case["height"])) if "height" in case else None,
        before=Kilograms(Decimal(case["before"])) if "before" in case else None,
    )


def choice(case: dict[str, Any]) -> Choice:
    reason = case.get("reason", "")
    if "treatment" in case:
        return Choice(Basis.FIXED, dose=Milligrams(Decimal(case["dose"])), reason=reason)
    return Choice(
        basis=Basis(case.get("basis", "actual_weight")),
        dose_per_kg=MilligramsPerKilogram(Decimal(case.get("dose", "0.5"))),
        minutes=Minutes(Decimal(case.get("minutes", 40))),
        vial=MilligramsPerMillilitre(Decimal(case.get("vial", "50"))),
        diluted_to=Millilitres(Decimal(case.get("made_up_to", "50"))),
        reason=reason,
    )


def worked(case: dict[str, Any]) -> Worked:
    given = case.get("given_before", False)
    return work_out(choice(case), body=body(case), limits=limits(case), today=TODAY, given_before=given)


@pytest.mark.parametrize("case", table("orders"))
def test_order_when_worked_out_comes_to_the_numbers_of_the_table(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(InvalidInput) as error:
            worked(case)
        assert [str(problem) for problem in error.value.problems] == case["refused"]
        return
    found = worked(case)
    assert [f"{line.name}: {line}" for line in found.lines] == case["comes_to"].strip().splitlines()
    assert found.needs_second == case.get("second", False)


@pytest.mark.parametrize("case", table("orders_in_use"))
def test_signed_order_when_it_is_to_be_used_then_the_table_says_what_speaks_against_it(
    case: dict[str, Any],
) -> None:
    fixed = "fixed" in case
    per_kg = None if fixed else MilligramsPerKilogram(Decimal(case.get("dose", "0.5")))
    weight = None if fixed else Kilograms(Decimal(72))
    signed = order_use.Signed(
        dose=per_kg * weight if per_kg and weight else Milligrams(Decimal(case["fixed"])),
        valid_until=TODAY + timedelta(days=case.get("days_left", 7)),
        needs_second=case.get("needs_second", False),
        has_second=case.get("has_second", False),
        dose_per_kg=per_kg,
        weight=weight,
    )
    course = COURSES[case.get("course", "goes on")]
    found = order_use.why_not(signed, body=body(case), limits=limits(case), today=TODAY, course=course)
    assert list(found) == case["says"]
