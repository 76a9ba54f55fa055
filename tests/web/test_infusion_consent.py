"""Consent is signed and taken back on its page, which says where it stands."""

import uuid
from datetime import date, timedelta

import pytest
from django.test import Client

from holdfast.care import consents
from holdfast.pathway.eligibility import ConsentState
from tests import make
from tests.cast import Cast, logged_in
from tests.making.eligibility import make_ready
from tests.web import seen
from tests.web.infusing import KETAMINE, NOW_TYPED, address, said, send, standing

DAYS = timedelta(days=1)


@pytest.fixture
def nurse(cast: Cast) -> Client:
    return logged_in(cast.okoro)


def test_consent_when_signed_is_kept_and_in_date(cast: Cast, nurse: Client) -> None:
    response = send(nurse, cast, "consent", form_version="2026-01", note="Talked it over")

    assert said(nurse, response) == ["Consent kept: version 2026-01, 2 Mar 2026 15:00."]
    (banner,) = seen.elements(nurse.get(address(cast, "consent")), "section", class_="banner-good")
    assert seen.text(banner) == (
        "Consent in date Version 2026-01, signed 2 Mar 2026 15:00. Last day: 2 Mar 2027. Recorded by Nurse Okoro. "
        "Talked it over"
    )


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"form_version": ""}, "Version of the form: This field is required."),
        ({"expires_on": "2027-03-03"}, "Last day it holds: Is later than 365 days allow. "
         "Expected: 2026-03-02 to 2027-03-02, or empty for the latest."),
        ({"expires_on": "soon"}, "Last day it holds: This is not a date. Expected: for example 2026-03-02."),
        ({"happened_at": "2026-03-02T15:01"}, "When they signed: Lies in the future. "
         "Expected: a moment that has passed; it is now 2026-03-02 15:00 in Europe/London."),
    ],
)  # fmt: skip
def test_consent_when_something_is_wrong_is_not_kept(
    cast: Cast, nurse: Client, fields: dict[str, str], problem: str
) -> None:
    typed = {"form_version": "2026-01", "expires_on": "", "happened_at": NOW_TYPED, **fields}

    response = send(nurse, cast, "consent", **typed)

    assert (response.status_code, seen.errors(response)) == (422, [problem])
    assert {name: seen.typed(response, name) for name in typed} == typed
    assert standing(cast).consent is None


@pytest.mark.parametrize(
    ("days", "style", "words"),
    [
        (0, "good", "Consent in date"),
        (1, "warn", "Consent ends soon"),
        (14, "warn", "Consent ends soon"),
        (15, "danger", "Consent has ended"),
    ],
)
def test_consent_when_near_its_last_day_says_so(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, days: int, style: str, words: str
) -> None:
    # The last day, 29 March, is the one on which clocks go forward in London: its last minute is 22:59 UTC.
    last = date(2026, 3, 29)
    consents.sign(
        cast.adas_episode,
        treatment=KETAMINE,
        form_version="1",
        expires_on=last,
        happened_at=make.NOW,
        by=cast.okoro,
        at=make.NOW,
    )
    moment = make.NOW.replace(day=15, hour=22, minute=59) + days * DAYS
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    (banner,) = seen.elements(logged_in(cast.okoro).get(address(cast, "consent")), "section", class_="banner")

    assert dict(banner.attributes)["class"] == f"banner banner-{style}"
    assert seen.text(seen.elements(banner, "h2")[0]) == words


def test_consent_when_taken_back_says_what_they_said_and_holds_no_longer(cast: Cast, nurse: Client) -> None:
    make_ready(cast.adas_episode, by=cast.okoro)

    response = send(nurse, cast, "consent", act="take_back", note="Too strange for me")

    assert said(nurse, response) == ["Kept: consent taken back or refused, 2 Mar 2026 15:00."]
    assert standing(cast).consent_state is ConsentState.TAKEN_BACK
    (banner,) = seen.elements(nurse.get(address(cast, "consent")), "section", class_="banner-danger")
    assert seen.text(banner) == (
        "Consent taken back or refused 2 Mar 2026 15:00: Too strange for me Recorded by Nurse Okoro."
    )


def test_take_back_when_sent_twice_counts_once_and_by_a_second_form_is_a_conflict(
    cast: Cast, nurse: Client
) -> None:
    fields = {"uid": str(uuid.uuid4()), "act": "take_back", "note": "No"}

    sent = [send(nurse, cast, "consent", **fields).status_code for _ in range(2)]
    again = send(nurse, cast, "consent", act="take_back", note="No")

    assert sent == [302, 302]
    assert (again.status_code, seen.errors(again)) == (409, ["Consent was taken back already."])


def test_consent_when_withdrawn_counts_no_longer(cast: Cast, nurse: Client) -> None:
    make_ready(cast.adas_episode, by=cast.okoro)
    kept = standing(cast).consent
    assert kept is not None

    response = nurse.post(
        address(cast, "consent"), {"act": "withdraw", "fact": str(kept.uid), "why": "Another person's"}
    )

    assert said(nurse, response) == ["The consent is marked as entered in error and counts no longer."]
    assert standing(cast).consent is None
