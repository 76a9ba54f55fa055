"""The administrator's page: who has a log-in here, and opening one more."""

from typing import Any

import pytest
from django.test import Client

from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen

NEW = {
    "name": "Dr Quill", "username": "Quill", "role": "therapist", "patient_code": "", "email": "quill@example.org",
    "password": make.PASSWORD, "zone": "Europe/London",
}  # fmt: skip

NOBODY = "Patient's code: Nobody here has this code, or they have a log-in already. Expected: a code from the caseload."


@pytest.fixture
def administrator(cast: Cast) -> Client:
    return logged_in(cast.sam)


def send(administrator: Client, **fields: str) -> Any:
    return administrator.post("/accounts/", {**NEW, **fields}, follow=True)


def log_ins(response: Any) -> list[str]:
    return [row[1] for row in seen.table(response, "")]


def test_log_ins_when_listed_are_those_of_the_own_clinic(administrator: Client) -> None:
    assert sorted(log_ins(administrator.get("/accounts/"))) == [
        "ada",
        "bell",
        "ben",
        "mo",
        "okoro",
        "rivera",
        "sam",
    ]


def test_log_in_when_opened_works_and_is_listed(administrator: Client) -> None:
    response = send(administrator)

    assert seen.messages(response) == ["Log-in opened for Dr Quill: quill."]
    assert "quill" in log_ins(response)
    assert Client().login(request=response.wsgi_request, username="quill", password=make.PASSWORD)


def test_log_in_when_for_a_patient_is_tied_to_the_persons_code(cast: Cast, administrator: Client) -> None:
    make.make_episode(by=cast.okoro, code="H-003", name="Cora Clay")

    response = send(administrator, role="patient", patient_code=" H-003 ", username="cora", name="Cora")

    assert seen.messages(response) == ["Log-in opened for Cora: cora."]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"username": ""}, 422, "User name: This field is required."),
        ({"username": "OKORO"}, 409, "There is an account okoro already."),
        ({"password": "short"}, 422, "Password: This password is too short. It must contain at least 12 characters. "
         "Expected: 12 or more characters."),
        ({"role": "patient"}, 422, "Patient's code: Does not fit the role. "
         "Expected: a patient for role patient, none for staff."),
        ({"patient_code": "H-003"}, 422, "Patient's code: Does not fit the role. "
         "Expected: a patient for role patient, none for staff."),
        ({"role": "patient", "patient_code": "I-001"}, 422, NOBODY),
        ({"role": "patient", "patient_code": "H-001"}, 422, NOBODY),
        ({"zone": "Mars/Base"}, 422, "Time zone: 'Mars/Base' is not known. "
         "Expected: an IANA name such as Europe/London."),
        ({"email": "quill"}, 422, "E-mail: Enter a valid email address."),
        ({"role": "owner"}, 422, "Role: Select a valid choice. owner is not one of the available choices."),
    ],
)  # fmt: skip
def test_log_in_when_something_is_wrong_says_so_and_keeps_all_but_the_password(
    cast: Cast, administrator: Client, fields: dict[str, str], status: int, said: str
) -> None:
    make.make_episode(by=cast.okoro, code="H-003", name="Cora Clay")

    response = send(administrator, **fields)

    assert (response.status_code, seen.errors(response)) == (status, [said])
    typed = {**NEW, **fields, "password": ""}
    assert {name: seen.typed(response, name) for name in typed if name != "role"} == {
        name: value for name, value in typed.items() if name != "role"
    }
    assert "quill" not in log_ins(response)
