"""The prescriber sees every number before signing, signs what was seen, and a second one looks where it takes two."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from holdfast.care import site_limits
from holdfast.records.models import InfusionOrder
from holdfast.records.queries import orders as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.making.orders import make_infusion_course, make_order, make_prescriber, make_weight
from tests.web import seen

ABOVE = {"dose_mg_per_kg": Decimal("0.75"), "reason": "partial response at the usual dose"}
USUAL = {
    "basis": "actual_weight", "dose_mg_per_kg": "0,5", "minutes": "40", "vial_mg_per_ml": "50",
    "diluted_to_ml": "50", "reason": "",
}  # fmt: skip


@pytest.fixture
def course_id(cast: Cast) -> int:
    make_weight(cast.adas_episode, by=cast.okoro)
    return make_infusion_course(cast.adas_episode, by=cast.okoro)


@pytest.fixture
def desk(cast: Cast) -> Client:
    """Dr Rivera's browser."""
    return logged_in(cast.rivera)


def page(course_id: int) -> str:
    return reverse("order_sign", args=[course_id])


def filled(**changes: str) -> dict[str, str]:
    return {"uid": str(uuid.uuid4()), **USUAL, **changes}


def sent_to_sign(answer: Any, typed: dict[str, str], password: str = make.PASSWORD) -> dict[str, str]:
    """What the second form sends: all that was typed, the numbers that are shown, and the password."""
    shown = seen.typed(answer, "shown")
    return {**typed, "shown": shown, "password": password, "sign": "1"}


def signed(cast: Cast, course_id: int) -> queries.OrderRow:
    row = queries.in_force(cast.rivera, course_id, at=make.NOW)
    assert row is not None
    return row


def test_new_order_when_opened_shows_what_it_rests_on_and_no_vial(desk: Client, course_id: int) -> None:
    answer = desk.get(page(course_id))
    words = seen.text(answer)
    assert "Weight 72 kg, 2 Mar 2026 13:00 (today 13:00)" in words
    assert "Height 175 cm Body-mass index 23.5 kg/m²" in words
    assert [seen.typed(answer, name) for name in ("basis", "dose_mg_per_kg", "minutes", "vial_mg_per_ml")] == [
        "actual_weight", "0.5", "40", "",
    ]  # fmt: skip
    assert "Look at every number" not in words


def test_order_when_worked_out_shows_every_number_and_signs_nothing(desk: Client, course_id: int) -> None:
    answer = desk.post(page(course_id), filled())
    assert answer.status_code == 200
    assert seen.table(answer, "How it was worked out") == [
        ["Body-mass index", "72 kg ÷ (1.75 m)²", "23.5 kg/m²"],
        ["Dose", "0.5 mg/kg × 72 kg", "36 mg"],
        ["Volume to draw", "36 mg ÷ 50 mg/mL", "0.72 mL"],
        ["Diluent to add", "50 mL − 0.72 mL", "49.28 mL"],
        ["Then it holds", "36 mg ÷ 50 mL", "0.72 mg/mL"],
        ["Rate of the pump", "50 mL ÷ 40 min × 60 min/h", "75 mL/h"],
    ]
    assert InfusionOrder.objects.count() == 0


def test_order_when_signed_keeps_what_was_shown_and_shows_it(
    cast: Cast, desk: Client, course_id: int
) -> None:
    typed = filled()
    answer = desk.post(page(course_id), sent_to_sign(desk.post(page(course_id), typed), typed), follow=True)

    assert seen.messages(answer) == ["The order is signed."]
    assert answer.redirect_chain == [(reverse("order", args=[typed["uid"]]), 302)]
    assert "In force It holds until 13 Apr 2026" in seen.text(answer)
    row = signed(cast, course_id)
    assert (str(row.uid), row.dose_mg, row.rate_ml_per_hour) == (typed["uid"], Decimal(36), Decimal(75))


def test_order_when_signed_by_a_double_tap_counts_once(desk: Client, course_id: int) -> None:
    typed = filled()
    sent = sent_to_sign(desk.post(page(course_id), typed), typed)
    answers = [desk.post(page(course_id), sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert InfusionOrder.objects.count() == 1


@pytest.mark.parametrize("password", ["", "not mine"])
def test_order_when_the_password_does_not_fit_is_not_signed_and_the_numbers_stay(
    desk: Client, course_id: int, password: str
) -> None:
    typed = filled()
    answer = desk.post(page(course_id), sent_to_sign(desk.post(page(course_id), typed), typed, password))
    assert answer.status_code == 422
    assert "Does not fit. Expected: your own password, to sign." in seen.errors(answer)[0]
    assert seen.table(answer, "How it was worked out")[1] == ["Dose", "0.5 mg/kg × 72 kg", "36 mg"]
    assert InfusionOrder.objects.count() == 0


def test_order_when_weighed_anew_before_signing_shows_the_new_numbers_first(
    cast: Cast, desk: Client, course_id: int
) -> None:
    typed = filled()
    shown = desk.post(page(course_id), typed)
    make_weight(cast.adas_episode, "70.0", by=cast.okoro, at=make.NOW)

    answer = desk.post(page(course_id), sent_to_sign(shown, typed))

    assert answer.status_code == 409
    assert seen.errors(answer) == ["The numbers are no longer those you saw: look at them again, then sign."]
    assert seen.table(answer, "How it was worked out")[1] == ["Dose", "0.5 mg/kg × 70 kg", "35 mg"]
    assert InfusionOrder.objects.count() == 0
    assert desk.post(page(course_id), sent_to_sign(answer, typed)).status_code == 302


def test_order_when_a_limit_changed_before_signing_shows_it_first(
    cast: Cast, desk: Client, course_id: int
) -> None:
    typed = filled(reason="as agreed")
    shown = desk.post(page(course_id), typed)
    site_limits.set_limit(
        treatment="ketamine_iv", name="usual_dose_mg_per_kg", value=0.4, reason="pharmacy", by=cast.rivera,
        at=make.NOW,
    )  # fmt: skip
    answer = desk.post(page(course_id), sent_to_sign(shown, typed))
    assert answer.status_code == 409
    assert "A second prescriber signs after you." in seen.text(answer)


@pytest.mark.parametrize("missing", ["shown", "all"])
def test_order_when_nothing_was_worked_out_is_not_signed(desk: Client, course_id: int, missing: str) -> None:
    typed = {"sign": "1", "password": make.PASSWORD, **(filled() if missing == "shown" else {})}
    answer = desk.post(page(course_id), typed)
    assert answer.status_code == (409 if missing == "shown" else 422)
    assert InfusionOrder.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"dose_mg_per_kg": "5,0"}, "Dose: 5 mg/kg is above the highest dose here, and ten times 0.5 mg/kg."),
        ({"dose_mg_per_kg": "x"}, "Dose: This is not a number."),
        ({"minutes": "4"}, "How long it runs: 4 min cannot be ordered here."),
        ({"vial_mg_per_ml": ""}, "Vial: This field is required."),
        ({"vial_mg_per_ml": "5"}, "Vial: Select a valid choice."),
        ({"diluted_to_ml": "0.5"}, "Made up to: 0.5 mL is no volume of a syringe or bag."),
        ({"basis": "ideal_weight"}, "Worked out from: Select a valid choice."),
        ({"dose_mg_per_kg": "0.75"}, "Why this dose: Is empty."),
    ],
)
def test_order_when_something_does_not_fit_says_it_beside_its_field_and_keeps_what_was_typed(
    desk: Client, course_id: int, changes: dict[str, str], problem: str
) -> None:
    answer = desk.post(page(course_id), filled(**changes))
    assert answer.status_code == 422
    assert [one for one in seen.errors(answer) if one.startswith(problem)] == seen.errors(answer)
    (name, value), *_ = changes.items()
    assert name in {"vial_mg_per_ml", "basis"} or seen.typed(answer, name) == value


def test_order_when_the_weight_is_too_old_sends_to_the_scale(cast: Cast, desk: Client) -> None:
    course_id = make_infusion_course(cast.adas_episode, by=cast.okoro)
    make_weight(cast.adas_episode, by=cast.okoro, at=make.NOW - timedelta(days=20))
    assert "This weight is too old It holds for 14 days." in seen.text(desk.get(page(course_id)))
    answer = desk.post(page(course_id), filled())
    assert (answer.status_code, len(seen.errors(answer))) == (422, 1)
    assert seen.links(answer, "Record a weight or height") == [reverse("weight", args=[cast.adas_episode])]


def test_order_when_nobody_was_weighed_says_so(cast: Cast, desk: Client) -> None:
    course_id = make_infusion_course(cast.adas_episode, by=cast.okoro)
    answer = desk.get(page(course_id))
    assert "No weight is on record. Weigh them before you order." in seen.text(answer)
    assert desk.post(page(course_id), filled()).status_code == 422


def test_order_when_the_index_is_high_offers_both_weights_and_picks_neither(cast: Cast, desk: Client) -> None:
    course_id = make_infusion_course(cast.adas_episode, by=cast.okoro)
    make_weight(cast.adas_episode, "110.0", height_cm="170.0", by=cast.okoro)
    answer = desk.get(page(course_id))
    assert seen.typed(answer, "basis") == ""
    assert "Actual weight, 110 kg" in seen.text(answer)
    assert "Ideal body weight, 63.6 kg" in seen.text(answer)

    worked = desk.post(page(course_id), filled(basis="ideal_weight"))
    assert ["Ideal body weight", "22 kg/m² × (1.7 m)²", "63.6 kg"] in seen.table(
        worked, "How it was worked out"
    )


def test_order_when_the_weight_may_be_pounds_says_so_before_it_is_signed(cast: Cast, desk: Client) -> None:
    course_id = make_infusion_course(cast.adas_episode, by=cast.okoro)
    make_weight(cast.adas_episode, "159.0", by=cast.okoro)
    refused = desk.post(page(course_id), filled())
    assert "159 lb is 72.1 kg" in seen.errors(refused)[0]
    answer = desk.post(page(course_id), filled(reason="weighed twice, 159 kg"))
    assert "The weight may be a slip 159 kg gives a body-mass index of 51.9." in seen.text(answer)


def test_order_when_the_dose_is_fixed_asks_for_the_dose_alone(cast: Cast, desk: Client) -> None:
    course_id = make_infusion_course(
        cast.adas_episode, treatment="esketamine_nasal", schedule="label", by=cast.okoro
    )
    assert "The first dose is 56 mg." in seen.text(desk.get(page(course_id)))
    typed = {"uid": str(uuid.uuid4()), "dose_mg": "56", "reason": ""}
    worked = desk.post(page(course_id), typed)
    assert seen.table(worked, "How it was worked out") == [
        ["Devices", "56 mg ÷ 28 mg a device", "2 devices, 5 minutes apart"]
    ]
    assert desk.post(page(course_id), sent_to_sign(worked, typed)).status_code == 302
    assert signed(cast, course_id).dose_mg == 56


def test_new_order_when_one_is_in_force_starts_from_it_and_says_it_is_replaced(
    cast: Cast, desk: Client, course_id: int
) -> None:
    make_order(course_id, by=cast.rivera, dose_mg_per_kg=Decimal("0.4"), diluted_to_ml=Decimal(100))
    answer = desk.get(page(course_id))
    assert [seen.typed(answer, name) for name in ("dose_mg_per_kg", "diluted_to_ml", "vial_mg_per_ml")] == [
        "0.4", "100", "",
    ]  # fmt: skip
    assert "A new order takes its place." in seen.text(answer)


def order_page(uid: uuid.UUID) -> str:
    return reverse("order", args=[uid])


def test_signed_order_when_read_by_a_nurse_shows_all_and_offers_nothing_to_sign(
    cast: Cast, course_id: int
) -> None:
    answer = logged_in(cast.okoro).get(order_page(make_order(course_id, by=cast.rivera, **ABOVE)))
    words = seen.text(answer)
    assert "Nothing is given on this order now A second prescriber has not signed it." in words
    assert "Signed Dr Rivera, 2 Mar 2026 15:00" in words
    assert "Why this dose partial response at the usual dose" in words
    assert seen.elements(answer, "button", name="second") == []
    assert seen.elements(answer, "button", name="stop") == []


def test_second_signature_when_by_another_prescriber_in_their_own_log_in_holds(
    cast: Cast, course_id: int
) -> None:
    uid = make_order(course_id, by=cast.rivera, **ABOVE)
    lind = make_prescriber(cast.rivera.clinic_id, username="lind", name="Dr Lind")
    answer = logged_in(lind).post(order_page(uid), {"password": make.PASSWORD, "second": "1"}, follow=True)
    assert seen.messages(answer) == ["The order is signed by two."]
    assert "Signed second Dr Lind, 2 Mar 2026 15:00" in seen.text(answer)


def test_second_signature_when_beside_the_first_takes_the_colleagues_own_password(
    cast: Cast, desk: Client, course_id: int
) -> None:
    uid = make_order(course_id, by=cast.rivera, **ABOVE)
    make_prescriber(cast.rivera.clinic_id, username="lind", name="Dr Lind")
    sent = {"username": "Lind ", "password": make.PASSWORD, "second": "1"}
    assert desk.post(order_page(uid), sent).status_code == 302
    assert signed(cast, course_id).second_by == "Dr Lind"


@pytest.mark.parametrize(
    ("username", "password", "problem"),
    [
        ("rivera", make.PASSWORD, "Is your own. Expected: someone else's."),
        ("okoro", make.PASSWORD, "A nurse may not sign this."),
        ("stone", make.PASSWORD, "Does not fit. Expected: a colleague's own name and password."),
        ("lind", "not theirs", "Does not fit. Expected: a colleague's own name and password."),
        ("", "", "This field is required."),
    ],
)
def test_second_signature_when_it_does_not_fit_is_refused(
    cast: Cast, desk: Client, course_id: int, username: str, password: str, problem: str
) -> None:
    uid = make_order(course_id, by=cast.rivera, **ABOVE)
    make_prescriber(cast.rivera.clinic_id, username="lind", name="Dr Lind")
    answer = desk.post(order_page(uid), {"username": username, "password": password, "second": "1"})
    assert answer.status_code == 422
    assert problem in seen.errors(answer)[0]
    assert signed(cast, course_id).second_by == ""


def test_order_when_stopped_says_by_whom_and_why(cast: Cast, desk: Client, course_id: int) -> None:
    uid = make_order(course_id, by=cast.rivera)
    answer = desk.post(order_page(uid), {"stop": "1", "reason": "blood pressure"}, follow=True)
    assert seen.messages(answer) == ["The order is stopped: nothing is given on it."]
    assert "Stopped Dr Rivera, 2 Mar 2026 15:00: blood pressure" in seen.text(answer)
    assert queries.in_force(cast.rivera, course_id, at=make.NOW) is None


def test_order_when_stopped_without_a_reason_is_not_stopped(cast: Cast, desk: Client, course_id: int) -> None:
    uid = make_order(course_id, by=cast.rivera)
    assert desk.post(order_page(uid), {"stop": "1", "reason": " "}).status_code == 422
    assert signed(cast, course_id).usable


@pytest.mark.parametrize("orders", [1, 3])
def test_pages_of_orders_when_there_are_more_take_no_more_queries(
    cast: Cast, desk: Client, course_id: int, orders: int, django_assert_num_queries: Any
) -> None:
    for _ in range(orders):
        uid = make_order(course_id, by=cast.rivera)
    (
        desk.get(page(course_id)),
        desk.get(order_page(uid)),
    )  # session and the note of who looked are written once
    with django_assert_num_queries(19):
        assert desk.get(page(course_id)).status_code == 200
    with django_assert_num_queries(20):
        assert desk.get(order_page(uid)).status_code == 200
