"""The register on the page: lots, lines and forms, each signed by a witness beside the viewer."""

import uuid
from typing import Any

import pytest
from django.urls import reverse

from holdfast.records.models import DrugEntry
from tests import make
from tests.cast import Cast, logged_in
from tests.making import flow, home
from tests.making.counted import queries_of
from tests.web import seen

REGISTER = "/infusions/register/ketamine_iv/"
WITNESS = {"witness_name": "rivera", "witness_password": make.PASSWORD}
RECEIVED = {"act": "receive", "lot": "ket-1", "expires_on": "2027-06-30", "amount_mg": "500", **WITNESS}
USED = {"lot": "KET-1", "drawn_mg": "50", "given_mg": "35", "wasted_mg": "15", **WITNESS}


@pytest.fixture
def lot(cast: Cast) -> None:
    """500 mg of KET-1."""
    home.make_lot(by=cast.okoro, witness=cast.rivera)


@pytest.fixture
def visit(cast: Cast) -> str:
    """The drug of a visit of Ada at which 35 mg were given."""
    return reverse("visit_drug", args=[home.make_given(cast.adas_episode, by=cast.okoro)])


def send(address: str, cast: Cast, **fields: str) -> Any:
    return logged_in(cast.okoro).post(address, {"uid": str(uuid.uuid4()), **fields})


def shown(cast: Cast) -> str:
    return seen.text(logged_in(cast.okoro).get(REGISTER))


def test_register_when_a_lot_comes_in_then_it_stands_there_with_its_witness(cast: Cast) -> None:
    response = send(REGISTER, cast, **RECEIVED)
    assert (response.status_code, response["Location"]) == (302, REGISTER)
    assert "KET-1 30 Jun 2027 500 0 0 500 never" in shown(cast)
    assert "2 Mar 2026 15:00 Received KET-1 500 500 Nurse Okoro, Dr Rivera" in shown(cast)


@pytest.mark.parametrize(
    ("witness", "error"),
    [
        (
            {"witness_password": "another password"},
            "Does not fit. Expected: a colleague's own name and password.",
        ),
        ({"witness_name": "okoro"}, "Is your own. Expected: someone else's."),
        (
            {"witness_name": "bell"},
            "A therapist may not sign this. Expected: who may run the day of an infusion.",
        ),
    ],
)
def test_register_when_the_witness_does_not_fit_then_nothing_is_kept_but_what_was_typed(
    cast: Cast, witness: dict[str, str], error: str
) -> None:
    """H-032."""
    response = send(REGISTER, cast, **{**RECEIVED, **witness})
    assert response.status_code == 422
    assert seen.errors(response) == [f"Witness: their own password: {error}"]
    assert seen.typed(response, "amount_mg") == "500"
    assert make.PASSWORD not in response.content.decode()
    assert not DrugEntry.objects.exists()


def test_register_when_a_count_differs_then_the_page_asks_why_and_keeps_the_difference(
    cast: Cast, lot: None
) -> None:
    """H-032."""
    count = {"act": "count", "lot": "KET-1", "amount_mg": "480", **WITNESS}
    refused = send(REGISTER, cast, **count)
    assert seen.errors(refused) == [
        "Note: Is empty, and 20 mg missing. Expected: what is known of it, and who was told."
    ]
    assert send(REGISTER, cast, **count, note="Told the lead").status_code == 302
    assert "20 mg missing found 480 mg" in shown(cast)
    assert "▲ 20 mg missing. Told the lead" in shown(cast)


def test_register_when_a_line_is_withdrawn_then_it_stays_with_the_reason(cast: Cast, lot: None) -> None:
    address = reverse("drug_withdraw", args=[DrugEntry.objects.get().uid])
    assert send(address, cast, reason="Wrong pack", **WITNESS).status_code == 302
    assert "Withdrawn by Nurse Okoro: Wrong pack." in shown(cast)
    assert "Nothing was received yet." in shown(cast)


def test_visit_when_what_was_drawn_is_kept_then_nothing_is_left_to_account_for(
    cast: Cast, lot: None, visit: str
) -> None:
    before = seen.text(logged_in(cast.okoro).get(visit))
    assert "Given, by the flow sheet 35 mg On the register 0 mg Still to account for ▲ 35 mg" in before
    assert send(visit, cast, **USED).status_code == 302
    after = logged_in(cast.okoro).get(visit)
    assert "On the register 35 mg Still to account for ✓ 0 mg" in seen.text(after)
    assert seen.elements(after, "button", class_="button") == []
    assert "Drawn KET-1 50 given 35 wasted 15 450 H-001 Nurse Okoro, Dr Rivera" in shown(cast)


def test_visit_when_the_sums_differ_then_the_difference_is_named_beside_its_field(
    cast: Cast, lot: None, visit: str
) -> None:
    """H-032."""
    response = send(visit, cast, **{**USED, "wasted_mg": "10"})
    assert response.status_code == 422
    assert seen.errors(response) == ["Drawn: 5 mg not accounted for. Expected: drawn = given + wasted."]
    assert not DrugEntry.objects.filter(kind="used").exists()


def test_visit_when_no_lot_holds_anything_then_the_register_is_offered(cast: Cast, visit: str) -> None:
    page = logged_in(cast.okoro).get(visit)
    assert seen.links(page, "Open the register") == [REGISTER]


def test_visit_when_the_infusion_runs_then_nothing_is_written_yet(cast: Cast, lot: None) -> None:
    running = flow.make_started(cast.adas_episode, by=cast.okoro)
    page = logged_in(cast.okoro).get(reverse("visit_drug", args=[running]))
    assert "What was given is known once the infusion has ended." in seen.text(page)
    assert seen.elements(page, "input", name="drawn_mg") == []


def test_pages_when_the_register_grows_then_the_number_of_queries_does_not(
    cast: Cast, lot: None, visit: str
) -> None:
    send(visit, cast, **USED)
    counts = []
    for names in (["KET-2"], ["KET-3", "KET-4"]):
        for name in names:
            home.make_lot(name, by=cast.okoro, witness=cast.rivera)
        counts.append([queries_of(logged_in(cast.okoro), path) for path in (REGISTER, visit)])
    assert counts[0] == counts[1]
