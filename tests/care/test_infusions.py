"""An infusion given is a dose, a weight and a moment; slips are refused with what would be right."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import units
from holdfast.access import Viewer
from holdfast.care import infusions
from holdfast.errors import InvalidInput, NotAllowed
from holdfast.records.models import Infusion
from tests.make import NOW

pytestmark = pytest.mark.django_db


def test_record_when_usual_gives_the_dose_in_mg_per_kg(episode_id: int, nurse: Viewer) -> None:
    given_dose = infusions.record(
        episode_id, dose_mg=Decimal("35.5"), weight_kg=Decimal("71"), happened_at=NOW, by=nurse, at=NOW
    )
    row = Infusion.objects.get()
    assert (given_dose, row.dose_mg, row.dose_mg_per_kg, row.weight_kg) == (
        Decimal("0.50"),
        Decimal("35.5"),
        Decimal("0.50"),
        Decimal("71.0"),
    )


@pytest.mark.parametrize(
    ("dose_mg", "weight_kg"),
    [("350", "70"), ("3.5", "70"), ("0", "70"), ("35", "7"), ("35", "700"), ("-35", "70")],
)
def test_record_when_a_slip_of_the_decimal_point_is_refused(
    episode_id: int, nurse: Viewer, dose_mg: str, weight_kg: str
) -> None:
    """H-005."""
    with pytest.raises(InvalidInput):
        infusions.record(
            episode_id,
            dose_mg=Decimal(dose_mg),
            weight_kg=Decimal(weight_kg),
            happened_at=NOW,
            by=nurse,
            at=NOW,
        )
    assert Infusion.objects.count() == 0


def test_record_when_sent_twice_counts_once(episode_id: int, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        infusions.record(
            episode_id, dose_mg=Decimal(35), weight_kg=Decimal(70), happened_at=NOW, by=nurse, at=NOW, uid=uid
        )
    assert Infusion.objects.count() == 1


def test_record_by_a_therapist_is_refused(episode_id: int, therapist: Viewer) -> None:
    with pytest.raises(NotAllowed):
        infusions.record(
            episode_id, dose_mg=Decimal(35), weight_kg=Decimal(70), happened_at=NOW, by=therapist, at=NOW
        )


def test_record_when_in_the_future_is_refused(episode_id: int, nurse: Viewer) -> None:
    with pytest.raises(InvalidInput, match="future"):
        infusions.record(
            episode_id,
            dose_mg=Decimal(35),
            weight_kg=Decimal(70),
            happened_at=NOW + timedelta(seconds=1),
            by=nurse,
            at=NOW,
        )


@given(
    dose=st.decimals("0.10", "1.00", places=2),
    weight=st.decimals("40.0", "200.0", places=1),
)
def test_dose_when_turned_to_mg_and_back_is_the_same_to_the_last_place(
    dose: Decimal, weight: Decimal
) -> None:
    milligrams = units.dose_mg(dose_mg_per_kg=dose, weight_kg=weight)
    back = units.dose_mg_per_kg(dose_mg=milligrams, weight_kg=weight)
    assert abs(back - dose) <= Decimal("0.01")
