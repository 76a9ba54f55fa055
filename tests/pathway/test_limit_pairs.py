"""Limits that belong together: none contradicts another as shipped, and a site cannot make them."""

import pytest

from holdfast.pathway.limit_pairs import IN_ORDER, adjustable, contradictions
from holdfast.pathway.limits import SiteLimits, threshold
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import all_protocols

TREATMENTS = [one for one in all_protocols().values() if isinstance(one, InfusionProtocol)]


def limits(**values: float) -> SiteLimits:
    """The limits of a site that has set these values."""
    return SiteLimits(
        "ketamine_iv",
        {name: threshold(name).model_copy(update={"value": value}) for name, value in values.items()},
    )


@pytest.mark.parametrize("protocol", TREATMENTS, ids=lambda one: one.slug)
def test_limits_as_shipped_contradict_none(protocol: InfusionProtocol) -> None:
    shipped = SiteLimits(protocol.slug)

    assert [one for name in adjustable(protocol) for one in contradictions(shipped, name=name)] == []


def test_pairs_name_limits_that_a_treatment_has_side_by_side() -> None:
    known = [set(one.thresholds) for one in TREATMENTS]

    assert [pair for pair in IN_ORDER if not any(names >= set(pair) for names in known)] == []


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("weigh_systolic", {"weigh_systolic": 160}, None),
        ("weigh_systolic", {"weigh_systolic": 160, "hold_systolic": 150},
         ("160 mmHg lies above “Systolic pressure from which not to start”, which is 150 mmHg here",
          "at most 150 mmHg, or set that one first")),
        ("hold_systolic", {"weigh_systolic": 160, "hold_systolic": 150},
         ("150 mmHg lies below “Systolic pressure from which to weigh before starting”, which is 160 mmHg here",
          "at least 160 mmHg, or set that one first")),
        ("lowest_dose_mg_per_kg", {"lowest_dose_mg_per_kg": 0.5, "usual_dose_mg_per_kg": 0.4},
         ("0.5 mg/kg lies above “Usual dose: above it a second prescriber signs”, which is 0.4 mg/kg here",
          "at most 0.4 mg/kg, or set that one first")),
        ("hold_systolic", {"hold_systolic": 180, "alert_systolic": 160},
         ("180 mmHg lies above “Systolic pressure from which to act”, which is 160 mmHg here",
          "at most 160 mmHg, or set that one first")),
        # A contradiction elsewhere is not the fault of this one.
        ("row_every", {"hold_systolic": 180, "alert_systolic": 160}, None),
    ],
)  # fmt: skip
def test_limit_when_it_crosses_another_says_which(
    name: str, values: dict[str, float], said: tuple[str, str] | None
) -> None:
    found = [(one.what, one.expected) for one in contradictions(limits(**values), name=name)]

    assert found == ([] if said is None else [said])
