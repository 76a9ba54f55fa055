"""Orders of infusions are signed once, by who may, with the numbers that were seen; they are replaced and stopped."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import infusion_courses, orders, site_limits
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.pathway.dosing import Basis
from holdfast.records.models import AuditEvent, Infusion, InfusionOrder
from holdfast.records.queries import orders as queries
from tests import make
from tests.making.eligibility import standing
from tests.making.orders import (
    BY_WEIGHT,
    FIXED,
    make_infusion_course,
    make_order,
    make_prescriber,
    make_weight,
)

NOW = make.NOW
ABOVE = {"dose_mg_per_kg": Decimal("0.75"), "reason": "partial response at the usual dose"}


@pytest.fixture
def rivera(clinic_id: int) -> Viewer:
    return make_prescriber(clinic_id)


@pytest.fixture
def lind(clinic_id: int) -> Viewer:
    return make_prescriber(clinic_id, username="lind", name="Dr Lind")


@pytest.fixture
def course_id(episode_id: int, nurse: Viewer) -> int:
    make_weight(episode_id, by=nurse)
    return make_infusion_course(episode_id, by=nurse)


def found(course_id: int, by: Viewer, at: Any = NOW) -> queries.OrderRow:
    row = queries.in_force(by, course_id, at=at)
    assert row is not None
    return row


def wheres(error: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [problem.where for problem in error.value.problems]


def test_sign_when_all_fits_keeps_every_number_with_its_formula(course_id: int, rivera: Viewer) -> None:
    uid = make_order(course_id, by=rivera)

    row = found(course_id, rivera)
    assert (row.uid, row.signed_by, row.signed_at, row.usable) == (uid, "Dr Rivera", NOW, True)
    assert (row.basis, row.dose_mg, row.drawn_ml) == (Basis.ACTUAL_WEIGHT, Decimal(36), Decimal("0.72"))
    assert (row.minutes, row.rate_ml_per_hour) == (40, Decimal(75))
    assert [str(line) for line in row.lines if line.name == "Dose"] == ["0.5 mg/kg × 72 kg = 36 mg"]
    assert row.valid_until == date(2026, 4, 13)


def test_sign_when_sent_twice_counts_once(course_id: int, rivera: Viewer) -> None:
    uid = uuid.uuid4()
    first = make_order(course_id, by=rivera, uid=uid)
    again = make_order(course_id, by=rivera, uid=uid)
    assert (first, again, InfusionOrder.objects.count()) == (uid, uid, 1)


@pytest.mark.parametrize("role", [Role.NURSE, Role.THERAPIST, Role.LEAD, Role.ADMINISTRATOR])
def test_sign_when_not_a_prescriber_is_refused(course_id: int, clinic_id: int, role: Role) -> None:
    other = make.make_account(role, clinic_id=clinic_id, username="someone")
    with pytest.raises(NotAllowed):
        orders.sign(course_id, **BY_WEIGHT, by=other, at=NOW)
    assert InfusionOrder.objects.count() == 0


def test_sign_when_of_another_site_is_not_found(course_id: int, stranger: Viewer) -> None:
    with pytest.raises(NotFound):
        orders.sign(course_id, **BY_WEIGHT, by=stranger, at=NOW)
    assert InfusionOrder.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"dose_mg_per_kg": Decimal(5)}, ["dose"]),
        ({"dose_mg_per_kg": Decimal("0.05")}, ["dose"]),
        ({"dose_mg_per_kg": Decimal("0.505"), "reason": "x"}, ["dose"]),
        ({"dose_mg_per_kg": Decimal("NaN")}, ["dose"]),
        ({"dose_mg_per_kg": Decimal("-0.5")}, ["dose"]),
        ({"dose_mg_per_kg": Decimal("0.6")}, ["reason"]),
        ({"dose_mg_per_kg": None}, ["dose"]),
        ({"dose_mg": Decimal(36)}, ["dose"]),
        ({"minutes": 4}, ["minutes"]),
        ({"minutes": 400}, ["minutes"]),
        ({"vial_mg_per_ml": Decimal(5)}, ["vial"]),
        ({"diluted_to_ml": Decimal(5000)}, ["diluted to"]),
        ({"diluted_to_ml": Decimal(0)}, ["diluted to"]),
        ({"basis": "ideal_weight"}, ["basis"]),
        ({"basis": "fixed"}, ["basis"]),
        ({"basis": "pounds"}, ["basis"]),
        (dict.fromkeys(("minutes", "vial_mg_per_ml", "diluted_to_ml")), ["minutes", "vial", "diluted to"]),
    ],
)
def test_sign_when_something_does_not_fit_says_where_and_keeps_nothing(
    course_id: int, rivera: Viewer, changes: dict[str, Any], where: list[str]
) -> None:
    with pytest.raises(InvalidInput) as error:
        make_order(course_id, by=rivera, **changes)
    assert (wheres(error), InfusionOrder.objects.count()) == (where, 0)


def test_sign_when_a_tenfold_dose_is_typed_names_the_dose_it_is_ten_times_of(
    course_id: int, rivera: Viewer
) -> None:
    with pytest.raises(InvalidInput) as error:
        make_order(course_id, by=rivera, dose_mg_per_kg=Decimal("5.0"), reason="typed so")
    assert str(error.value) == (
        "dose: 5 mg/kg is above the highest dose here, and ten times 0.5 mg/kg (expected 0.1 mg/kg to 1 mg/kg)"
    )


def test_sign_when_the_weight_is_too_old_is_refused(episode_id: int, nurse: Viewer, rivera: Viewer) -> None:
    course_id = make_infusion_course(episode_id, by=nurse)
    make_weight(episode_id, by=nurse, at=NOW - timedelta(days=15))
    with pytest.raises(InvalidInput) as error:
        make_order(course_id, by=rivera)
    assert "72 kg is 15 days old" in str(error.value)


def test_sign_when_it_is_the_last_day_of_the_weight_then_it_holds_to_midnight(
    episode_id: int, nurse: Viewer, rivera: Viewer
) -> None:
    """H-024: an order goes by the same day as the page of the weight and the list of the day."""
    course_id = make_infusion_course(episode_id, by=nurse)
    weighed_at = NOW - timedelta(days=14, hours=6)
    make_weight(episode_id, by=nurse, at=weighed_at)
    assert standing(episode_id, nurse, at=NOW).weight_in_date
    make_order(course_id, by=rivera)
    assert found(course_id, rivera).why_not == ()


def test_sign_when_nobody_was_weighed_is_refused(episode_id: int, nurse: Viewer, rivera: Viewer) -> None:
    course_id = make_infusion_course(episode_id, by=nurse)
    with pytest.raises(InvalidInput) as error:
        make_order(course_id, by=rivera)
    assert wheres(error) == ["weight"]


def test_sign_when_the_weight_may_be_pounds_wants_it_looked_at_and_said(
    episode_id: int, course_id: int, nurse: Viewer, rivera: Viewer
) -> None:
    make_weight(episode_id, "159.0", by=nurse, at=NOW)
    with pytest.raises(InvalidInput) as error:
        make_order(course_id, by=rivera)
    assert wheres(error) == ["reason"]
    assert "159 lb is 72.1 kg" in str(error.value)


def test_sign_when_the_weight_changed_since_it_was_shown_is_a_conflict(
    episode_id: int, course_id: int, nurse: Viewer, rivera: Viewer
) -> None:
    ground = queries.ground(rivera, course_id, at=NOW)
    shown = orders.from_ground(orders.chosen(**BY_WEIGHT), ground).digest
    make_weight(episode_id, "70.0", by=nurse, at=NOW)

    with pytest.raises(Conflict):
        make_order(course_id, by=rivera, shown=shown)
    assert InfusionOrder.objects.count() == 0


def test_sign_when_the_limits_changed_since_it_was_shown_is_a_conflict(
    course_id: int, rivera: Viewer
) -> None:
    choice = orders.chosen(**BY_WEIGHT)
    shown = orders.from_ground(choice, queries.ground(rivera, course_id, at=NOW)).digest
    site_limits.set_limit(
        treatment="ketamine_iv", name="usual_dose_mg_per_kg", value=0.4, reason="pharmacy", by=rivera, at=NOW
    )

    # It would need a second signature by now, which the numbers on the screen did not say.
    with pytest.raises(Conflict):
        make_order(course_id, by=rivera, shown=shown, reason="said")


def test_sign_when_the_course_was_stopped_is_a_conflict(course_id: int, rivera: Viewer) -> None:
    infusion_courses.decide(course_id, kind="stop", reason="own wish", happened_at=NOW, by=rivera, at=NOW)
    with pytest.raises(Conflict):
        make_order(course_id, by=rivera)


def test_order_when_the_course_is_stopped_later_is_not_usable(course_id: int, rivera: Viewer) -> None:
    make_order(course_id, by=rivera)
    infusion_courses.decide(course_id, kind="stop", reason="own wish", happened_at=NOW, by=rivera, at=NOW)
    assert found(course_id, rivera).why_not == ("The course has been stopped.",)


def test_order_when_a_newer_is_signed_gives_way_to_it(course_id: int, rivera: Viewer, lind: Viewer) -> None:
    first = make_order(course_id, by=rivera)
    second = make_order(course_id, by=lind, dose_mg_per_kg=Decimal("0.4"))

    assert found(course_id, rivera).uid == second
    old = queries.order(rivera, first, at=NOW)
    assert (old.ended_by, old.stopped, old.usable) == ("Dr Lind", False, False)
    assert old.why_not == ("A newer order has taken its place.",)
    assert InfusionOrder.objects.get(uid=second).replaces.uid == first


def test_stop_when_a_newer_order_is_stopped_does_not_bring_the_older_back(
    course_id: int, rivera: Viewer
) -> None:
    make_order(course_id, by=rivera)
    newer = make_order(course_id, by=rivera, dose_mg_per_kg=Decimal("0.4"))

    orders.stop(newer, reason="blood pressure", by=rivera, at=NOW)

    assert queries.in_force(rivera, course_id, at=NOW) is None
    row = queries.order(rivera, newer, at=NOW)
    assert (row.stopped, row.ended_why, row.why_not) == (True, "blood pressure", ("It was stopped.",))


def test_stop_when_without_a_reason_is_refused(course_id: int, rivera: Viewer) -> None:
    uid = make_order(course_id, by=rivera)
    with pytest.raises(InvalidInput):
        orders.stop(uid, reason=" ", by=rivera, at=NOW)
    assert found(course_id, rivera).usable


def test_stop_when_not_a_prescriber_is_refused(course_id: int, rivera: Viewer, nurse: Viewer) -> None:
    uid = make_order(course_id, by=rivera)
    with pytest.raises(NotAllowed):
        orders.stop(uid, reason="slip", by=nurse, at=NOW)


def test_stop_when_stopped_already_is_not_found(course_id: int, rivera: Viewer) -> None:
    uid = make_order(course_id, by=rivera)
    orders.stop(uid, reason="slip", by=rivera, at=NOW)
    with pytest.raises(NotFound):
        orders.stop(uid, reason="slip", by=rivera, at=NOW)


def test_order_when_above_the_usual_dose_waits_for_a_second_signature(
    course_id: int, rivera: Viewer, lind: Viewer
) -> None:
    uid = make_order(course_id, by=rivera, **ABOVE)
    assert found(course_id, rivera).why_not == ("A second prescriber has not signed it.",)

    orders.sign_second(uid, by=lind, at=NOW + timedelta(minutes=5))

    row = found(course_id, rivera)
    assert (row.usable, row.second_by, row.second_at) == (True, "Dr Lind", NOW + timedelta(minutes=5))


def test_sign_second_when_sent_twice_counts_once(course_id: int, rivera: Viewer, lind: Viewer) -> None:
    uid = make_order(course_id, by=rivera, **ABOVE)
    orders.sign_second(uid, by=lind, at=NOW)
    orders.sign_second(uid, by=lind, at=NOW + timedelta(minutes=1))
    assert found(course_id, rivera).second_at == NOW


def test_sign_second_when_by_the_first_is_refused(course_id: int, rivera: Viewer) -> None:
    uid = make_order(course_id, by=rivera, **ABOVE)
    with pytest.raises(InvalidInput):
        orders.sign_second(uid, by=rivera, at=NOW)
    assert not found(course_id, rivera).usable


def test_sign_second_when_a_third_comes_later_is_a_conflict(
    clinic_id: int, course_id: int, rivera: Viewer, lind: Viewer
) -> None:
    uid = make_order(course_id, by=rivera, **ABOVE)
    orders.sign_second(uid, by=lind, at=NOW)
    third = make_prescriber(clinic_id, username="third", name="Dr Third")
    with pytest.raises(Conflict):
        orders.sign_second(uid, by=third, at=NOW)


@pytest.mark.parametrize("who", ["nurse", "therapist", "stranger"])
def test_sign_second_when_not_theirs_to_sign_is_refused(
    course_id: int, rivera: Viewer, who: str, request: pytest.FixtureRequest
) -> None:
    uid = make_order(course_id, by=rivera, **ABOVE)
    with pytest.raises((NotAllowed, NotFound)):
        orders.sign_second(uid, by=request.getfixturevalue(who), at=NOW)
    assert not found(course_id, rivera).usable


def test_sign_second_when_the_dose_is_usual_is_refused(course_id: int, rivera: Viewer, lind: Viewer) -> None:
    uid = make_order(course_id, by=rivera)
    with pytest.raises(InvalidInput):
        orders.sign_second(uid, by=lind, at=NOW)


def test_order_when_its_last_day_has_passed_is_no_longer_in_force(course_id: int, rivera: Viewer) -> None:
    make_order(course_id, by=rivera)
    assert queries.in_force(rivera, course_id, at=NOW + timedelta(days=42)) is not None
    assert queries.in_force(rivera, course_id, at=NOW + timedelta(days=43)) is None


def test_order_when_the_site_lowers_its_highest_dose_is_not_usable(
    course_id: int, rivera: Viewer, lind: Viewer
) -> None:
    uid = make_order(course_id, by=rivera, **ABOVE)
    orders.sign_second(uid, by=lind, at=NOW)
    site_limits.set_limit(
        treatment="ketamine_iv",
        name="highest_dose_mg_per_kg",
        value=0.7,
        reason="pharmacy",
        by=rivera,
        at=NOW,
    )
    assert found(course_id, rivera).why_not == (
        "0.75 mg/kg is above the highest dose here by now, 0.7 mg/kg.",
    )


def test_sign_when_the_dose_is_fixed_counts_the_devices(
    episode_id: int, nurse: Viewer, rivera: Viewer
) -> None:
    course_id = make_infusion_course(episode_id, treatment="esketamine_nasal", schedule="label", by=nurse)
    make_order(course_id, by=rivera)
    row = found(course_id, rivera)
    assert (row.basis, row.dose_mg, row.minutes, row.usable) == (Basis.FIXED, Decimal(56), None, True)
    assert [str(line) for line in row.lines] == ["56 mg ÷ 28 mg a device = 2 devices, 5 minutes apart"]


def test_sign_when_the_first_fixed_dose_is_too_high_is_refused(
    episode_id: int, nurse: Viewer, rivera: Viewer
) -> None:
    course_id = make_infusion_course(episode_id, treatment="esketamine_nasal", schedule="label", by=nurse)
    with pytest.raises(InvalidInput) as error:
        make_order(course_id, by=rivera, dose_mg=Decimal(84))
    assert "84 mg is more than a first dose (expected 56 mg first, then 56 mg or 84 mg)" in str(error.value)


def test_sign_when_one_was_given_already_may_be_the_higher_fixed_dose(
    episode_id: int, nurse: Viewer, rivera: Viewer
) -> None:
    course_id = make_infusion_course(episode_id, treatment="esketamine_nasal", schedule="label", by=nurse)
    Infusion.objects.create(
        episode_id=episode_id, drug="esketamine_nasal", dose_mg=Decimal(56),
        happened_at=NOW - timedelta(hours=8), recorded_at=NOW, recorded_by_id=nurse.account_id,
    )  # fmt: skip
    make_order(course_id, by=rivera, dose_mg=Decimal(84))
    assert found(course_id, rivera).dose_mg == 84


def test_order_when_the_course_is_on_hold_is_not_usable_until_the_hold_ends(
    course_id: int, rivera: Viewer
) -> None:
    make_order(course_id, by=rivera)
    infusion_courses.decide(
        course_id, kind="hold", value="2026-03-09", reason="on holiday", happened_at=NOW, by=rivera, at=NOW
    )
    assert found(course_id, rivera).why_not == ("The course is on hold.",)
    assert found(course_id, rivera, at=NOW + timedelta(days=7)).usable


def test_orders_when_signed_and_stopped_leave_a_trail_of_identifiers(
    course_id: int, rivera: Viewer, lind: Viewer
) -> None:
    uid = make_order(course_id, by=rivera, **ABOVE)
    orders.sign_second(uid, by=lind, at=NOW)
    orders.stop(uid, reason="slip", by=lind, at=NOW)
    trail = AuditEvent.objects.filter(subject="order", subject_id=str(uid)).order_by("number")
    assert list(trail.values_list("action", "actor_id", "detail")) == [
        ("order signed", rivera.account_id, {"course": course_id}),
        ("order signed second", lind.account_id, {}),
        ("order stopped", lind.account_id, {}),
    ]


def test_basis_when_kept_is_one_the_record_knows() -> None:
    assert [one.value for one in Basis] == InfusionOrder.Basis.values
    assert FIXED["basis"] == Basis.FIXED
