"""What a site has set for itself, shown to all who care there and signed by a prescriber."""

from typing import Any

import pytest
from django.test import Client

from holdfast.care import site_limits
from holdfast.pathway.limit_pairs import adjustable
from holdfast.protocols.loader import infusions
from holdfast.records.queries import limit_settings
from holdfast.records.queries import site_limits as limit_queries
from holdfast.web.clinician.infusions.site_limits import GROUPS, Limit, grouped
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen
from tests.web.infusing import KETAMINE, address, said, send


@pytest.fixture
def nurse(cast: Cast) -> Client:
    return logged_in(cast.okoro)


@pytest.fixture
def prescriber(cast: Cast) -> Client:
    return logged_in(cast.rivera)


def set_limit(browser: Client, cast: Cast, **fields: object) -> Any:
    usual = {"act": "set", "name": "hold_systolic", "value": "150", "reason": "Agreed with cardiology",
             "password": make.PASSWORD}  # fmt: skip
    return send(browser, cast, "site_limits", **{**usual, **fields})


def here(cast: Cast) -> float:
    return limit_queries.of_clinic(cast.okoro.clinic_id, treatment=KETAMINE).number("hold_systolic")


def row_of(response: Any, name: str) -> list[str]:
    (row,) = seen.elements(response, "tr", id=f"limit-{name}")
    return [seen.text(cell) for cell in seen.elements(row, "td")]


def test_limits_when_opened_show_each_with_its_range_and_source(cast: Cast, nurse: Client) -> None:
    response = nurse.get(address(cast, "site_limits"))

    assert row_of(response, "hold_systolic") == [
        "160 mmHg", "160 mmHg (140 to 180)",
        "Site default: start limits of clinics lie between 140/90 and 160/100; untested",
    ]  # fmt: skip
    assert row_of(response, "usual_dose_mg_per_kg")[2] == (
        "Murrough 2013, doi:10.1176/appi.ajp.2013.13030392; Anand 2023, doi:10.1056/NEJMoa2302399"
    )


def test_limit_when_set_holds_and_says_who_set_it_and_why(
    cast: Cast, prescriber: Client, nurse: Client
) -> None:
    response = set_limit(prescriber, cast)

    assert said(prescriber, response) == [
        "Signed. Systolic pressure from which not to start: 150 from now on."
    ]
    assert here(cast) == 150
    page = nurse.get(address(cast, "site_limits"))
    assert row_of(page, "hold_systolic")[0] == (
        "150 mmHg set here Dr Rivera, 2 Mar 2026: Agreed with cardiology"
    )
    assert [seen.text(one) for one in seen.elements(page, "tr")[-1:]] == [
        "2 Mar 2026 15:00 Systolic pressure from which not to start 150 mmHg Dr Rivera Agreed with cardiology"
    ]


def test_limit_when_set_back_is_the_protocols_and_the_history_keeps_both(
    cast: Cast, prescriber: Client
) -> None:
    said(prescriber, set_limit(prescriber, cast))

    response = set_limit(prescriber, cast, act="set_back", value="", reason="Too many sent home")

    assert said(prescriber, response) == [
        "Signed. Systolic pressure from which not to start: set back to the protocol's."
    ]
    assert here(cast) == 160
    kept = limit_settings.settings(cast.okoro, treatment=KETAMINE)
    assert [(one.value, one.reason) for one in kept] == [
        (None, "Too many sent home"), (150, "Agreed with cardiology"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"password": "not mine"}, "Your password, to sign: Does not fit. Expected: your own password, to sign."),
        ({"reason": ""}, "Why this site does so: This field is required."),
        ({"value": ""},
         "New value, mmHg: This is empty. Expected: a number, or the button that sets it back."),
        ({"value": "190"},
         "New value, mmHg: 190 lies outside what a site may set. Expected: 140 to 180 mmHg."),
        ({"value": "1e9"}, "New value, mmHg: This is too long. Expected: at most 6 digits."),
        ({"name": "no_such_limit"}, "Limit: No limit is chosen. Expected: one of the table below."),
        ({"name": "relief_fall"}, "Limit: No limit is chosen. Expected: one of the table below."),
        ({"act": "set_back"}, "New value, mmHg: Is so already. Expected: another value, or leave it as it is."),
    ],
)  # fmt: skip
def test_limit_when_something_is_wrong_is_not_set_and_keeps_what_was_typed(
    cast: Cast, prescriber: Client, fields: dict[str, str], problem: str
) -> None:
    response = set_limit(prescriber, cast, **fields)

    assert (response.status_code, seen.errors(response)) == (422, [problem])
    assert here(cast) == 160
    if "name" not in fields:
        assert seen.typed(response, "value") == fields.get("value", "150")
    assert make.PASSWORD not in response.content.decode()


def test_limit_when_it_contradicts_another_says_which(cast: Cast, prescriber: Client) -> None:
    site_limits.set_limit(
        treatment=KETAMINE, name="weigh_systolic", value=155, reason="So", by=cast.rivera, at=make.NOW
    )

    response = set_limit(prescriber, cast)

    assert seen.errors(response) == [
        "New value, mmHg: 150 mmHg lies below “Systolic pressure from which to weigh before starting”, "
        "which is 155 mmHg here. Expected: at least 155 mmHg, or set that one first."
    ]


@pytest.mark.parametrize("who", ["okoro", "bell", "mo"])
def test_limits_when_opened_by_who_may_not_set_them_offer_no_form(cast: Cast, who: str) -> None:
    browser = logged_in(cast.everyone[who])

    response = browser.get(address(cast, "site_limits") + "?set=hold_systolic")

    assert response.status_code == 200
    assert (seen.links(response, "Set"), seen.elements(response, "input", type="password")) == ([], [])
    assert set_limit(browser, cast).status_code == 403


@pytest.mark.parametrize("treatment", ["ketamine_iv", "esketamine_nasal"])
def test_limits_when_grouped_each_stands_once_and_under_a_heading_of_its_own_kind(treatment: str) -> None:
    limits = adjustable(infusions(treatment))
    groups = grouped([Limit(name, one, one, None) for name, one in limits.items()])

    assert sorted(one.name for _, lines in groups for one in lines) == sorted(limits)
    assert [title for title, _ in groups] == [title for title, _ in GROUPS]
