"""Today: one next thing, in calm words, in the person's own zone; and whose pages these are."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from holdfast.access import Role
from holdfast.care import alerts, checkins, patients
from tests import make
from tests.cast import Cast, logged_in, patient_of
from tests.make import NOW, phq9

PAGES = ("/today/", "/my-course/", "/check-in/phq9/")


def words(page: str) -> str:
    """The page as it is read: without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def today(phone: Client) -> str:
    return words(phone.get("/today/").content.decode())


@pytest.fixture
def phone(cast: Cast) -> Client:
    return logged_in(cast.ada)


@pytest.mark.parametrize("url", [*PAGES, "/check-in/00000000-0000-4000-8000-000000000000/1/"])
def test_patient_pages_when_staff_ask_are_refused_and_when_logged_out_lead_to_log_in(
    cast: Cast, url: str
) -> None:
    staff = [cast.bell, cast.okoro, cast.rivera, cast.mo, cast.sam, cast.stone]
    assert [logged_in(one).get(url).status_code for one in staff] == [403] * 6
    assert Client().get(url).headers["Location"] == f"/log-in/?next={url}"


def test_today_when_care_has_begun_offers_the_first_check_in(phone: Client) -> None:
    said = today(phone)
    assert "Your check-in is due" in said
    assert "Begin" in said
    assert "You last told us" not in said


def test_today_when_nothing_is_due_names_the_day_and_offers_one_quietly(cast: Cast, phone: Client) -> None:
    checkins.submit(cast.adas_episode, "phq9", phq9(1), by=cast.ada, at=NOW - timedelta(days=2))
    said = today(phone)
    assert "Nothing is due now" in said
    assert "Saturday 7 March" in said
    assert "Answer now anyway" in said
    assert "You last told us how you are on Saturday 28 February" in said


def test_today_when_clocks_went_back_names_the_day_of_the_person_who_reads(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven days from 27 October 04:30 UTC, 00:30 in New York, end there on Monday at 23:30: 3 November in UTC."""
    began = datetime(2026, 10, 27, 4, 30, tzinfo=UTC)
    episode = make.make_episode(by=cast.okoro, code="H-003", name="Noor", zone="America/New_York")
    noor = make.make_account(
        Role.PATIENT,
        clinic_id=cast.okoro.clinic_id,
        username="noor",
        patient_id=patient_of(episode),
        zone="America/New_York",
    )
    checkins.submit(episode, "phq9", phq9(1), by=noor, at=began)
    monkeypatch.setattr("django.utils.timezone.now", lambda: began + timedelta(days=1))
    said = today(logged_in(noor))
    assert "Monday 2 November" in said
    assert "You last told us how you are on Tuesday 27 October" in said


def test_today_when_read_says_that_nobody_watches_and_when_someone_would_look(phone: Client) -> None:
    said = today(phone)
    assert "Nobody watches this page live" in said
    assert "someone at your clinic is asked to look within 24 hours" in said


def test_today_when_an_answer_was_marked_says_by_when_and_never_calls_it_an_alert(
    cast: Cast, phone: Client
) -> None:
    checkins.submit(cast.adas_episode, "phq9", phq9(1, 1, 1, 1, 1, 1, 1, 1, 3), by=cast.ada, at=NOW)
    assert [row.level for row in alerts.scope.alerts(cast.okoro)] == [3]
    said = today(phone)
    assert "asked to look at one of your answers by Monday 2 March, 16:00" in said
    assert "alert" not in said.lower()


def test_today_when_the_time_to_look_has_passed_says_what_to_do(
    cast: Cast, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkins.submit(cast.adas_episode, "phq9", phq9(1, 1, 1, 1, 1, 1, 1, 1, 3), by=cast.ada, at=NOW)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=2))
    assert "If nobody has been in touch, please call your clinic, or use Help now" in today(phone)


def test_today_when_all_is_answered_but_not_sent_offers_to_send_it(cast: Cast, phone: Client) -> None:
    draft = checkins.draft(cast.adas_episode, "phq9", by=cast.ada, at=NOW)
    for item, value in phq9(1, 1, 1, 1, 1, 1, 1, 1, 1).items():
        checkins.answer(draft, item, value, by=cast.ada, at=NOW)
    assert "Send it" in today(phone)
    sent = phone.post(f"/check-in/{draft}/9/", {"answer": "go-on"})
    assert sent.headers["Location"] == f"/check-in/{draft}/thanks/"


def test_today_when_care_has_ended_offers_nothing(cast: Cast, phone: Client) -> None:
    patients.close(cast.adas_episode, reason="moved away", by=cast.bell, at=NOW)
    said = today(phone)
    assert "Your care with us has ended" in said
    assert "Begin" not in said
    assert "moved away" not in said


@pytest.mark.parametrize("rows", [1, 3])
def test_today_when_shown_takes_a_fixed_number_of_queries(
    cast: Cast, phone: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(rows):
        at = NOW - timedelta(days=12 - day)
        checkins.submit(cast.adas_episode, "phq9", phq9(1, 1, 1, 1, 1, 1, 1, 1, 1), by=cast.ada, at=at)
        make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=at, at=at)
        make.make_course(cast.adas_episode, by=cast.bell)
    phone.get("/today/")
    with django_assert_num_queries(29):
        phone.get("/today/")


def test_today_when_other_questions_can_be_answered_offers_them_in_plain_words(phone: Client) -> None:
    said = today(phone)
    assert "Other questions you can answer Seven questions about worry Answer these" in said
    assert "MADRS" not in said
