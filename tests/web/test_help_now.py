"""Help now and who sees what: open to everyone, true to the clinic's own facts, and light."""

import pytest
from django.test import Client

from holdfast.access import PERMISSIONS, Permission, Role
from holdfast.care import accounts
from holdfast.records.queries import clinic
from holdfast.web import help_now, who_sees_what
from tests import make
from tests.cast import Cast, logged_in
from tests.web.test_patient_today import words


def test_help_when_logged_out_gives_emergency_numbers_and_no_clinic(cast: Cast) -> None:
    page = Client().get("/help/")
    text = page.content.decode()
    assert page.status_code == 200
    assert [f'href="tel:{number}"' in text for number in ("112", "999", "911")] == [True] * 3
    assert "Crisis line of the tests" not in text


def test_help_when_logged_in_gives_the_contacts_of_ones_own_clinic(cast: Cast) -> None:
    for person in (cast.ada, cast.bell):
        text = logged_in(person).get("/help/").content.decode()
        assert '<a class="button button-wide help" href="tel:0000000">Call 0000 000</a>' in text
        assert "Your clinic checked this on 1 February 2026." in text
        assert "made up" not in text


def test_help_when_in_the_demo_says_that_its_numbers_are_made_up(cast: Cast, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    assert "made up and reach nobody" in logged_in(cast.ada).get("/help/").content.decode()


def test_help_when_the_clinic_has_no_contacts_says_so(db: None) -> None:
    bare = accounts.open_clinic(slug="bare", name="Bare", zone="UTC", at=make.NOW)
    sam = make.make_account(Role.ADMINISTRATOR, clinic_id=bare)
    said = words(logged_in(sam).get("/help/").content.decode())
    assert "Your clinic has not put its own numbers here yet" in said
    assert "112" in said


def test_contact_when_its_text_is_one_number_can_be_tapped_and_else_is_only_read(db: None) -> None:
    given = [
        {"label": "A", "phone": "+44 (0)20 7946-0000", "text": "85258", "hours": "day and night"},
        {"label": "B", "phone": "116 123", "text": "SHOUT to 85258", "verified_on": "2026-13-40"},
        {"label": "C", "phone": "0800 111 0 111 / 0800 111 0 222"},
    ]
    pk = accounts.open_clinic(slug="x", name="X", zone="UTC", at=make.NOW, crisis_contacts=given)
    assert [(one.dial, one.sms, one.checked_on) for one in help_now.contacts(pk)] == [
        ("+4402079460000", "85258", None),
        ("116123", "", None),
        ("", "", None),
    ]
    assert clinic.crisis_contacts(pk)[0].hours == help_now.contacts(pk)[0].hours


def test_help_when_posted_to_is_refused_and_when_asked_for_its_head_answers(db: None) -> None:
    assert (Client().post("/help/").status_code, Client().head("/help/").status_code) == (405, 200)


@pytest.mark.parametrize("url", ["/help/", "/who-sees-what/"])
def test_public_page_when_logged_out_needs_no_query_and_is_small(
    db: None, url: str, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        page = Client().get(url)
    assert len(page.content) < 8_000


def test_every_patient_page_when_shown_leads_to_help_in_one_tap(cast: Cast) -> None:
    phone = logged_in(cast.ada)
    question = phone.post("/check-in/phq9/").headers["Location"]
    for url in ("/today/", question, "/my-course/", "/who-sees-what/", "/log-in/", "/no-such-page/"):
        assert '<a class="help" href="/help/"' in phone.get(url).content.decode(), url


def test_words_of_permissions_and_roles_when_compared_leave_none_out() -> None:
    assert set(who_sees_what.WORDS) == set(Permission)
    assert set(who_sees_what.ROLES) == set(Role)


def test_who_sees_what_when_shown_says_what_the_table_of_permissions_says(db: None) -> None:
    shown = {(what, who) for group in who_sees_what.groups() for what in group.may for who in group.who}
    assert shown == {
        (who_sees_what.WORDS[permission], who_sees_what.ROLES[role])
        for role in Role
        for permission in PERMISSIONS[role]
    }
    said = words(Client().get("/who-sees-what/").content.decode())
    assert "Therapists, nurses, doctors who prescribe, the head of the programme Read your record" in said
    assert "You See your own pages Answer your check-ins" in said


def test_page_when_there_is_none_says_so_kindly(cast: Cast) -> None:
    missing = logged_in(cast.ada).get("/no-such-page/")
    assert missing.status_code == 404
    assert "You did nothing wrong." in missing.content.decode()


def test_page_when_something_breaks_says_that_answers_are_safe_and_tells_no_cause(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("ada@example")

    monkeypatch.setattr("holdfast.web.patient.today.patient_next", broken)
    phone = logged_in(cast.ada)
    phone.raise_request_exception = False
    shown = phone.get("/today/")
    assert shown.status_code == 500
    assert "Something broke on our side" in shown.content.decode()
    assert "ada@example" not in shown.content.decode()


def test_error_when_shown_to_staff_has_no_patient_places(cast: Cast) -> None:
    text = logged_in(cast.bell).get("/today/").content.decode()
    assert "This page is not for your role." in text
    assert "My course" not in text
