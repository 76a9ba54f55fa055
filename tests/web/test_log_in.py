"""Log in: what was typed stays, a stranger's address is not followed, the demo is one tap away and only there."""

import re

import pytest
from django.test import Client

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


def test_log_in_when_too_many_tries_fail_rests_for_this_person_alone(
    everyone_in_place: Cast, db: None
) -> None:
    """H-009. Without the standing clock of the cast: the lock looks at the time by itself."""
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
