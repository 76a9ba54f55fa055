"""Enrolling a person: once, with everything the record needs, or back to the form with what was typed."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from holdfast.records.queries import patient as queries
from tests.cast import Cast, logged_in
from tests.web import seen

TODAY, AT_THAT_TIME = "2026-03-02T14:30", datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
BORN_WHEN = "Date of birth: Nobody in care was born then. Expected: a day in the last 120 years."

ENROLMENT = {
    "name": "Dora Dogwood", "code": "H-077", "born_on": "1970-02-28", "instrument": "madrs",
    "zone": "Europe/Paris", "started_at": TODAY,
}  # fmt: skip


@pytest.fixture
def doctor(cast: Cast) -> Client:
    return logged_in(cast.rivera)


def test_enrolment_when_complete_opens_the_persons_page(cast: Cast, doctor: Client) -> None:
    response = doctor.post("/patients/new/", ENROLMENT)

    dora = queries.by_code(cast.rivera, "H-077")
    assert dora is not None
    assert response["Location"] == f"/patients/{dora.episode_id}/"
    assert (dora.name, str(dora.born_on), dora.instrument, dora.zone, dora.started_at) == (
        "Dora Dogwood", "1970-02-28", "madrs", "Europe/Paris", AT_THAT_TIME,
    )  # fmt: skip


def test_enrolment_when_sent_twice_enrols_once_and_opens_the_same_page(doctor: Client) -> None:
    sent = [doctor.post("/patients/new/", ENROLMENT) for _ in range(2)]

    assert sent[0]["Location"] == sent[1]["Location"]


def test_enrolment_when_the_code_is_someone_elses_keeps_what_was_typed(doctor: Client) -> None:
    response = doctor.post("/patients/new/", {**ENROLMENT, "code": "H-001"})

    assert (response.status_code, seen.errors(response)) == (
        409, ["A patient with this code is in this clinic already."],
    )  # fmt: skip
    assert seen.typed(response, "name") == "Dora Dogwood"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", " ", "Name: This field is required."),
        ("code", "", "Code: This field is required."),
        ("born_on", "1850-01-01", BORN_WHEN),
        ("born_on", "2026-03-03", BORN_WHEN),
        ("born_on", "30 Feb", "Date of birth: This is not a date. Expected: for example 1985-04-30."),
        ("zone", "Mars/Base", "Time zone the person lives in: 'Mars/Base' is not known. "
         "Expected: an IANA name such as Europe/London."),
        ("instrument", "tarot", "Questionnaire that judges the course: "
         "Select a valid choice. tarot is not one of the available choices."),
        ("instrument", "wai_sr", "Questionnaire that judges the course: "
         "Select a valid choice. wai_sr is not one of the available choices."),
        ("started_at", "2036-01-01T00:00", "When care began: Lies in the future. "
         "Expected: a moment that has passed; it is now 2026-03-02 15:00 in Europe/London."),
    ],
)  # fmt: skip
def test_enrolment_when_something_is_wrong_says_what_would_be_right(
    cast: Cast, doctor: Client, field: str, value: str, said: str
) -> None:
    response = doctor.post("/patients/new/", {**ENROLMENT, field: value})

    assert (response.status_code, seen.errors(response)) == (422, [said])
    assert queries.by_code(cast.rivera, "H-077") is None
