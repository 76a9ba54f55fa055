"""A treatment is data: a second one brings its own course and limits, and what is shared stays shared."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from holdfast.errors import NotFound
from holdfast.outcomes.definitions import Reading
from holdfast.pathway import limits
from holdfast.pathway.history import History, InfusionFact
from holdfast.pathway.infusion_care import InfusionCare, InfusionDecisionFact, SpacingFact
from holdfast.pathway.infusion_course import first_course, first_course_over_at
from holdfast.protocols.loader import infusions

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def given(*days: int, drug: str = "ketamine_iv") -> tuple[InfusionFact, ...]:
    """Infusions of a drug on these days."""
    per_kg = Decimal("0.5") if drug == "ketamine_iv" else None
    return tuple(InfusionFact(START + timedelta(days=day), drug, Decimal(56), per_kg) for day in days)


def history(*facts: InfusionFact) -> History:
    """Someone with a first score and these infusions."""
    return History(
        started_at=START, instrument="phq9", readings=(Reading(START, "phq9", 20),), infusions=facts
    )


def test_first_course_when_it_is_a_spray_then_it_has_the_eight_of_its_protocol() -> None:
    spray = history(*given(1, 4, 8, 11, 15, 18, 22, 25, 32, drug="esketamine_nasal"))
    by_vein = history(*given(1, 4, 8, 11, 15, 18, 22, 25, 32))

    assert (len(first_course(spray)), len(first_course(by_vein))) == (8, 6)


def test_first_course_when_the_drug_is_changed_then_it_ends_with_its_own_last() -> None:
    changed = history(*given(1, 4, 8), *given(15, 18, drug="esketamine_nasal"))

    assert len(first_course(changed)) == 3
    assert first_course_over_at(changed, at=START + timedelta(days=19)) == START + timedelta(days=8)


def test_first_course_when_stopped_by_decision_then_it_is_over_from_then_on() -> None:
    stop = InfusionDecisionFact(START + timedelta(days=9), "stop", "")
    stopped = replace(history(*given(1, 4, 8)), infusion_care=InfusionCare(decisions=(stop,)))

    assert first_course_over_at(stopped, at=START + timedelta(days=10)) == stop.at
    assert first_course_over_at(history(*given(1, 4, 8)), at=START + timedelta(days=10)) is None


def test_stopped_when_infusions_were_gone_on_with_later_then_they_are_not() -> None:
    stop, on = (
        SpacingFact(START + timedelta(days=day), choice) for day, choice in ((9, "stop"), (12, "hold"))
    )

    assert InfusionCare(spacings=(stop,)).stopped_at == stop.at
    assert InfusionCare(spacings=(stop, on)).stopped_at is None
    assert InfusionCare(spacings=(stop, on)).as_of(stop.at).stopped_at == stop.at


def test_threshold_when_a_treatment_does_not_state_it_then_it_is_the_shared_one() -> None:
    spray = limits.SiteLimits("esketamine_nasal")

    assert (spray.number("observe_minutes"), limits.number("observe_minutes")) == (120, 60)
    assert "relief_fall" not in infusions("esketamine_nasal").thresholds
    assert spray.number("relief_fall") == limits.number("relief_fall") == 50


def test_threshold_when_nobody_has_it_then_its_name_and_treatment_are_said() -> None:
    with pytest.raises(NotFound, match=r"^protocol esketamine_nasal has no threshold 'moon'$"):
        limits.threshold("moon", treatment="esketamine_nasal")


def test_threshold_when_the_site_has_set_it_then_it_is_cited_as_the_sites_own() -> None:
    own = limits.threshold("hold_systolic").model_copy(
        update={"value": 170.0, "set_by": "Dr Rivera, 2026-03-02: older people here"}
    )
    site = limits.SiteLimits("ketamine_iv", {"hold_systolic": own})

    assert (site.number("hold_systolic"), limits.number("hold_systolic")) == (170, 160)
    assert (
        site.threshold("hold_systolic").cited == "Set by this site: Dr Rivera, 2026-03-02: older people here"
    )


@pytest.mark.parametrize("slug", ["ketamine_iv", "esketamine_nasal"])
def test_treatment_when_shipped_then_the_list_of_the_day_asks_who_it_is_and_stops_for_suicidal_intent(
    slug: str,
) -> None:
    checks = infusions(slug).go_checks
    assert checks[0].slug == "right_person"
    assert [one.slug for one in checks if one.stops_the_list] == ["suicidal"]
    # Nobody may go on without these, whoever signs.
    never = {"right_person", "suicidal", "consent", "eligibility", "order", "no_driving", "mental_state"}
    assert {one.slug for one in checks if one.override is None} >= never


def test_esketamine_when_shipped_then_pressure_is_due_before_at_40_minutes_and_before_leaving() -> None:
    spray = infusions("esketamine_nasal")
    assert (spray.rows_due, spray.doses_mg, spray.thresholds["observe_minutes"].value) == (
        (0, 40, 80, 120),
        (56, 84),
        120,
    )
