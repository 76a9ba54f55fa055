"""What a site has signed holds, as long as the protocol still has it and allows it."""

import pytest

from holdfast.access import Role
from holdfast.records.models import ThresholdSetting
from holdfast.records.queries import site_limits
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "value", "holds"),
    [
        ("hold_systolic", 170.0, True),
        ("hold_systolic", 400.0, False),
        ("induction_infusions", 9.0, False),
        ("dropped_by_a_new_version", 3.0, False),
    ],
)
def test_setting_when_the_protocol_does_not_allow_it_any_more_then_it_falls_away(
    name: str, value: float, holds: bool
) -> None:
    clinic = make.make_clinic()
    rivera = make.make_account(Role.PRESCRIBER, clinic_id=clinic)
    ThresholdSetting.objects.create(
        clinic_id=clinic, treatment="ketamine_iv", name=name, value=value, reason="Agreed here",
        happened_at=make.NOW, recorded_at=make.NOW, recorded_by_id=rivera.account_id,
    )  # fmt: skip

    limits = site_limits.of_clinic(clinic, treatment="ketamine_iv")

    assert dict(limits.settings) == ({name: limits.threshold(name)} if holds else {})
    assert limits.number("hold_systolic") == (170 if holds else 160)
