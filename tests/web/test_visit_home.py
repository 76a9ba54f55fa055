"""Going home on the page: what holds and what does not, who signs, and that nobody leaves past it."""

import uuid
from typing import Any

import pytest
from django.urls import reverse

from holdfast.records.models import Discharge, Override
from holdfast.records.queries import visits
from tests import make
from tests.cast import Cast, logged_in
from tests.making import courses, flow, home
from tests.making.counted import queries_of
from tests.web import seen

ANSWERS = {f"answer_{slug}": answer for slug, answer in home.ALL_YES.items()}


@pytest.fixture
def visit(cast: Cast) -> uuid.UUID:
    """Ada may go but for the next contact."""
    return home.make_given(cast.adas_episode, by=cast.okoro)


@pytest.fixture
def booked(cast: Cast, visit: uuid.UUID) -> None:
    """Her next infusion."""
    courses.make_booking(visits.visit(cast.okoro, visit, at=make.NOW).course_id, by=cast.okoro)


def address(visit: uuid.UUID) -> str:
    return reverse("visit_home", args=[visit])


def send(visit: uuid.UUID, *, by: Any, **fields: str) -> Any:
    browser = logged_in(by)
    page = browser.get(address(visit))
    given = {"uid": seen.typed(page, "uid"), "escort_name": seen.typed(page, "escort_name"), **fields}
    return browser.post(address(visit), given)


def sign(visit: uuid.UUID, criterion: str, *, by: Any, username: str, **fields: str) -> Any:
    given = {
        "sign": criterion,
        f"{criterion}-uid": str(uuid.uuid4()),
        f"{criterion}-reason": "Lives next door",
        f"{criterion}-username": username,
        f"{criterion}-password": make.PASSWORD,
        **fields,
    }
    return logged_in(by).post(address(visit), given)


def test_page_when_opened_then_every_criterion_says_how_it_stands(cast: Cast, visit: uuid.UUID) -> None:
    words = seen.text(logged_in(cast.okoro).get(address(visit)))
    assert "80 of 60 minutes watched since the infusion ended" in words
    assert "118/76, began at 118/76: within 20 mmHg" in words
    assert "6 of 13 still hold this up" in words
    assert seen.typed(logged_in(cast.okoro).get(address(visit)), "escort_name") == "Bo Alder"


def test_page_when_everything_is_answered_then_she_leaves_and_the_page_says_how_it_stood(
    cast: Cast, visit: uuid.UUID, booked: None
) -> None:
    response = send(visit, by=cast.okoro, **ANSWERS)
    assert (response.status_code, response["Location"]) == (302, address(visit))
    page = logged_in(cast.okoro).get(address(visit))
    assert "Went home at 15:00, 2 Mar 2026" in seen.text(page)
    assert "With Bo Alder. Let go by Nurse Okoro." in seen.text(page)
    assert Discharge.objects.get().happened_at == make.NOW


def test_page_when_something_is_left_out_then_she_stays_and_what_was_typed_is_kept(
    cast: Cast, visit: uuid.UUID, booked: None
) -> None:
    """H-028."""
    given = {**ANSWERS, "answer_walks": "no", "note": "Tired"}
    response = send(visit, by=cast.okoro, **given)
    assert response.status_code == 422
    assert seen.errors(response) == ["Walks steadily: Answered no. Expected: Stay until they do."]
    assert (seen.typed(response, "answer_walks"), seen.typed(response, "note")) == ("no", "Tired")
    assert not Discharge.objects.exists()


def test_page_when_left_at_a_moment_too_early_then_it_is_judged_at_that_moment(
    cast: Cast, visit: uuid.UUID, booked: None
) -> None:
    response = send(visit, by=cast.okoro, happened_at="2026-03-02T14:00", **ANSWERS)
    assert response.status_code == 422
    assert "20 of 60 minutes watched" in seen.text(response)


def test_override_when_the_prescriber_signs_at_the_nurses_tablet_then_it_is_theirs_and_the_answers_stay(
    cast: Cast, visit: uuid.UUID
) -> None:
    """H-028."""
    response = sign(visit, "escort", by=cast.okoro, username="rivera", answer_walks="yes", note="Waits")
    assert response.status_code == 302
    row = Override.objects.get()
    assert (row.criterion, row.reason, row.recorded_by_id) == (
        "escort",
        "Lives next door",
        cast.rivera.account_id,
    )


def test_override_when_signed_then_what_was_typed_is_there_again(cast: Cast, visit: uuid.UUID) -> None:
    browser = logged_in(cast.okoro)
    given = {
        "sign": "next_contact", "next_contact-uid": str(uuid.uuid4()), "next_contact-reason": "They call",
        "next_contact-username": "okoro", "next_contact-password": make.PASSWORD, "answer_walks": "yes",
        "note": "Waits", "escort_name": "Cy Alder",
    }  # fmt: skip
    assert browser.post(address(visit), given).status_code == 302
    page = browser.get(address(visit))
    assert [seen.typed(page, name) for name in ("answer_walks", "note", "escort_name")] == [
        "yes",
        "Waits",
        "Cy Alder",
    ]
    assert "Signed regardless by Nurse Okoro, 15:00: They call" in seen.text(page)


def test_override_when_the_password_does_not_fit_is_refused(cast: Cast, visit: uuid.UUID) -> None:
    """H-028."""
    wrong = {"next_contact-password": "something else entirely"}
    response = sign(visit, "next_contact", by=cast.okoro, username="okoro", **wrong)
    assert response.status_code == 422
    assert seen.errors(response) == [
        "Their own password: Does not fit. Expected: your own password, to sign."
    ]
    assert not Override.objects.exists()


def test_override_when_a_nurse_signs_what_is_for_a_prescriber_is_refused(
    cast: Cast, visit: uuid.UUID
) -> None:
    """H-028."""
    response = sign(visit, "escort", by=cast.okoro, username="okoro")
    assert response.status_code == 403
    assert not Override.objects.exists()


def test_page_when_the_infusion_runs_then_it_offers_no_way_home(cast: Cast) -> None:
    running = flow.make_started(cast.adas_episode, by=cast.okoro)
    page = logged_in(cast.okoro).get(address(running))
    assert "Who goes home is decided after it has ended." in seen.text(page)
    assert seen.elements(page, "button", name="go") == []


def test_page_when_a_therapist_reads_it_then_there_is_nothing_to_press(cast: Cast, visit: uuid.UUID) -> None:
    page = logged_in(cast.bell).get(address(visit))
    assert (seen.elements(page, "button", name="go"), seen.elements(page, "button", name="sign")) == ([], [])


def test_page_when_the_sheet_grows_then_the_number_of_queries_does_not(cast: Cast, visit: uuid.UUID) -> None:
    browser, counts = logged_in(cast.okoro), []
    for criteria in (("next_contact",), ("walks", "escort")):
        for criterion in criteria:
            flow.make_row(visit, by=cast.okoro, systolic=190)
            assert sign(visit, criterion, by=cast.okoro, username="rivera").status_code == 302
        counts.append(queries_of(browser, address(visit)))
    assert counts[0] == counts[1]


def test_home_when_new_danger_is_found_says_that_an_alert_went_out_and_where_it_came_from(
    cast: Cast, visit: uuid.UUID, booked: None
) -> None:
    """H-031."""
    refused = send(visit, by=cast.okoro, **ANSWERS | {"answer_no_new_danger": "no"})
    assert refused.status_code == 409
    assert seen.errors(refused) == [
        "They stay: an alert has gone out, and a clinician answers it before they go."
    ]
    inbox = seen.text(logged_in(cast.okoro).get(reverse("alerts")))
    assert "Ketamine, going home" in inbox
    assert "“No new thoughts of suicide; mood talked over”: no" in inbox
