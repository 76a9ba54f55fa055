"""The pages before a first infusion, opened and sent as a person would."""

import uuid
from typing import Any

from django.test import Client
from django.urls import reverse

from holdfast.pathway.eligibility import Standing
from holdfast.records.queries import eligibility as queries
from tests import make
from tests.cast import Cast
from tests.web import seen

KETAMINE = "ketamine_iv"
NOW_TYPED = "2026-03-02T15:00"
"""`make.NOW`, in the clinic's time."""


def address(cast: Cast, name: str) -> str:
    """Where the page of that name is, about Ada and ketamine."""
    of_a_person = [cast.adas_episode] if name == "weight" else [cast.adas_episode, KETAMINE]
    return reverse(name, args=[KETAMINE] if name == "site_limits" else of_a_person)


def send(browser: Client, cast: Cast, page: str, /, **fields: object) -> Any:
    """Send the page's form with these fields, at `make.NOW`."""
    once = {"uid": str(uuid.uuid4()), "happened_at": NOW_TYPED}
    return browser.post(address(cast, page), {**once, **fields})


def said(browser: Client, response: Any) -> list[str]:
    """What the page says after it kept something."""
    assert response.status_code == 302, seen.errors(response)
    return seen.messages(browser.get(response["Location"]))


def standing(cast: Cast) -> Standing:
    """Where Ada stands towards ketamine."""
    return queries.standing(cast.okoro, cast.adas_episode, treatment=KETAMINE, at=make.NOW)
