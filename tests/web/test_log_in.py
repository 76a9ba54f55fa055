"""Log in: what was typed stays, a stranger's address is not followed, the demo is one tap away and only there."""

import re

import pytest
from django.test import Client

from holdfast.access import Role
from holdfast.care import accounts
from tests import cast as people
from tests import make
from tests.cast import Cast
from tests.make import PASSWORD


def log_in(browser: Client, **typed: str) -> object:
    return browser.post("/log-in/", {"username": "ada", "password": PASSWORD, **typed})


@pytest.mark.parametrize(
    ("username", "first_page"),
    [
        ("ada", "/today/"),
        ("bell", "/caseload/"),
        ("okoro", "/caseload/"),
        ("mo", "/caseload/"),
        ("sam", "/accounts/"),
    ],
)
def test_log_in_when_it_fits_leads_to_the_first_page_of_the_role(
    cast: Cast, username: str, first_page: str
) -> None:
    browser = Client()
    assert log_in(browser, username=f" {username.upper()} ").headers["Location"] == "/"
    assert browser.get("/").headers["Location"] == first_page


def test_log_in_when_it_does_not_fit_says_so_and_keeps_the_name(cast: Cast) -> None:
    refused = log_in(Client(), password="wrong")
    assert refused.status_code == 401
    text = refused.content.decode()
    assert "User name and password do not fit together" in text
    assert 'value="ada"' in text
    assert "wrong" not in re.sub(r"<[^>]+>", "", text)


@pytest.mark.parametrize("username", ["nobody", "", "<b>ada</b>", "\u202eada"])
def test_log_in_when_nobody_is_called_that_says_the_same(cast: Cast, username: str) -> None:
    refused = log_in(Client(), username=username)
    assert refused.status_code == 401
    assert "do not fit together" in refused.content.decode()


def test_log_in_when_a_page_was_asked_for_leads_there(cast: Cast) -> None:
    browser = Client()
    asked = browser.get("/my-course/").headers["Location"]
    assert 'name="next" value="/my-course/"' in browser.get(asked).content.decode()
    assert log_in(browser, next="/my-course/").headers["Location"] == "/my-course/"


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_log_in_when_sent_to_a_strangers_address_stays_here(cast: Cast, elsewhere: str) -> None:
    assert log_in(Client(), next=elsewhere).headers["Location"] == "/"


def test_log_in_when_too_many_tries_fail_rests_for_this_person_alone(db: None) -> None:
    """H-009. Without the standing clock of the cast: the lock looks at the time by itself."""
    people.assemble()
    statuses = [log_in(Client(), password="wrong").status_code for _ in range(6)]
    assert statuses == [401, 401, 401, 401, 401, 429]
    rested = log_in(Client())
    assert rested.status_code == 429
    assert "Please wait 15 minutes" in rested.content.decode()
    assert log_in(Client(), username="bell").headers["Location"] == "/"


def test_log_out_when_tapped_ends_the_session_and_when_visited_does_not(cast: Cast) -> None:
    browser = Client()
    log_in(browser)
    assert browser.get("/log-out/").status_code == 405
    assert browser.get("/today/").status_code == 200
    assert browser.post("/log-out/").headers["Location"] == "/log-in/"
    assert browser.get("/today/").headers["Location"] == "/log-in/?next=/today/"


@pytest.fixture
def demo_clinic(db: None) -> None:
    pk = accounts.open_clinic(slug="demo", name="Demo", zone="UTC", at=make.NOW, is_demo=True)
    for role, name in ((Role.LEAD, "mo"), (Role.NURSE, "okoro")):
        accounts.open_account(
            username=name,
            name=name.title(),
            role=role,
            clinic_id=pk,
            password=accounts.DEMO_PASSWORD,
            by=accounts.operator(pk),
            at=make.NOW,
        )


def test_log_in_when_in_the_demo_logs_each_role_in_with_one_tap(demo_clinic: None, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    text = Client().get("/log-in/").content.decode()
    assert "Use this log-in:" in text
    assert re.findall(r'data-role="(\w+)">(\w+)<', text) == [("lead", "mo"), ("nurse", "okoro")]
    forms = re.findall(
        r'name="username" value="(\w+)">\s*<input type="hidden" name="password" value="([\w-]+)"', text
    )
    assert forms == [("mo", accounts.DEMO_PASSWORD), ("okoro", accounts.DEMO_PASSWORD)]
    browser = Client()
    assert log_in(browser, username=forms[0][0], password=forms[0][1]).headers["Location"] == "/"


def test_log_in_when_not_in_the_demo_shows_no_name_and_no_password(demo_clinic: None) -> None:
    """H-008."""
    text = Client().get("/log-in/").content.decode()
    assert accounts.DEMO_PASSWORD not in text
    assert "okoro" not in text


@pytest.mark.parametrize("username", ["ada\x00", "a" * 5000, "\x00"])
def test_log_in_when_the_name_is_impossible_is_refused_like_any_other(db: None, username: str) -> None:
    response = Client().post("/log-in/", {"username": username, "password": "x"})
    assert response.status_code == 401
