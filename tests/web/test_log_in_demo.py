"""The log-in page of the demo names its log-ins; any other clinic's page names nobody."""

import re

import pytest
from django.test import Client

from holdfast.access import Role
from holdfast.care import accounts
from tests import make
from tests.web.test_log_in import log_in


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
