"""What the pages before a first infusion share: only the person on them, few questions of the database, links."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from holdfast.care import consents, eligibility, site_limits, weights
from holdfast.records.queries import eligibility as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.making.eligibility import make_ready, nothing_found
from tests.web import seen
from tests.web.infusing import KETAMINE, address

DAYS = timedelta(days=1)


@pytest.fixture
def nurse(cast: Cast) -> Client:
    return logged_in(cast.okoro)


@pytest.fixture
def prescriber(cast: Cast) -> Client:
    return logged_in(cast.rivera)


def test_withdraw_when_the_entry_is_of_another_person_is_not_found(cast: Cast, nurse: Client) -> None:
    make_ready(cast.bens_episode, by=cast.okoro)
    of_ben = queries.standing(cast.okoro, cast.bens_episode, treatment=KETAMINE, at=make.NOW)
    entries = {"eligibility": of_ben.review, "consent": of_ben.consent, "weight": of_ben.weight}

    sent = [
        nurse.post(address(cast, page), {"act": "withdraw", "fact": str(one.uid), "why": "Wrong"}).status_code
        for page, one in entries.items()
        if one is not None
    ]

    assert sent == [404, 404, 404]
    assert queries.standing(cast.okoro, cast.bens_episode, treatment=KETAMINE, at=make.NOW) == of_ben


def _queries(browser: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(url).status_code == 200
    return len(caught)


def _more(cast: Cast, page: str, day: int) -> None:
    """One more of what the page lists."""
    when: dict[str, Any] = {"happened_at": make.NOW - day * DAYS, "by": cast.okoro, "at": make.NOW}
    if page == "eligibility":
        eligibility.review(
            cast.adas_episode, treatment=KETAMINE, found=nothing_found(psychosis="present"), **when
        )
    elif page == "consent":
        consents.sign(cast.adas_episode, treatment=KETAMINE, form_version="1", **when)
    elif page == "weight":
        weights.record(cast.adas_episode, weight_kg=Decimal(70), **when)
    else:
        site_limits.set_limit(
            treatment=KETAMINE,
            name="hold_systolic",
            value=150 + day,
            reason="So",
            by=cast.rivera,
            at=make.NOW,
        )


@pytest.mark.parametrize("name", ["eligibility", "consent", "weight", "site_limits"])
def test_page_when_there_are_more_rows_asks_the_database_no_more(
    cast: Cast, prescriber: Client, name: str
) -> None:
    _more(cast, name, 1)
    prescriber.get(address(cast, name))  # the first look is noted in the trail, the ones after it are not
    one = _queries(prescriber, address(cast, name))

    for day in range(2, 6):
        _more(cast, name, day)

    assert _queries(prescriber, address(cast, name)) == one


def test_pages_when_the_treatment_is_not_known_are_not_found(cast: Cast, nurse: Client) -> None:
    names = [reverse(name, args=[cast.adas_episode, "cbt"]) for name in ("eligibility", "consent")]

    found = [nurse.get(url).status_code for url in (*names, reverse("site_limits", args=["cbt"]))]

    assert found == [404, 404, 404]


def test_pages_when_they_link_to_one_another_name_where_the_reader_is(cast: Cast, nurse: Client) -> None:
    page = nurse.get(address(cast, "consent"))

    (here_now,) = [
        one for one in seen.elements(page, "a") if dict(one.attributes).get("aria-current") == "page"
    ]
    assert re.sub(r"\s+", " ", seen.text(here_now)) == "Consent, Ketamine infusions"
