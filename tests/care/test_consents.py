"""Consent is kept once, holds as long as the site allows, and ends when it is taken back."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import consents, site_limits
from holdfast.errors import Conflict
from holdfast.pathway.eligibility import ConsentState
from holdfast.records.models import Consent
from tests import make
from tests.making.eligibility import refusal, signed, standing, taken_back

pytestmark = pytest.mark.django_db

KETAMINE = "ketamine_iv"
DAYS = timedelta(days=1)


@pytest.fixture
def prescriber(clinic_id: int) -> Viewer:
    return make.make_account(Role.PRESCRIBER, clinic_id=clinic_id, username="rivera", name="Dr Rivera")


def test_consent_when_signed_without_a_last_day_holds_as_long_as_the_site_allows(
    episode_id: int, nurse: Viewer
) -> None:
    signed(episode_id, by=nurse)

    found = standing(episode_id, nurse).consent
    assert found is not None
    assert (found.given, found.form_version, found.expires_on) == (True, "2026-01", date(2027, 3, 2))


def test_consent_when_the_site_allows_less_holds_for_that(
    episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    site_limits.set_limit(
        treatment=KETAMINE,
        name="consent_valid_for",
        value=90,
        reason="Talk sooner",
        by=prescriber,
        at=make.NOW,
    )

    signed(episode_id, by=nurse)

    found = standing(episode_id, nurse).consent
    assert found is not None
    assert found.expires_on == date(2026, 5, 31)


def test_consent_when_signed_near_midnight_counts_from_the_day_at_the_clinic(
    episode_id: int, nurse: Viewer
) -> None:
    # 23:30 UTC on 29 June is the 30th in London.
    evening = datetime(2026, 6, 29, 23, 30, tzinfo=UTC)
    consents.sign(episode_id, treatment=KETAMINE, form_version="1", happened_at=evening, by=nurse, at=evening)

    found = standing(episode_id, nurse, at=evening)
    assert found.consent is not None
    assert (found.today, found.consent.expires_on) == (date(2026, 6, 30), date(2027, 6, 30))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"form_version": " "},
         [("form", "has no version", "the version printed on the form, such as 2026-01")]),
        ({"happened_at": make.NOW + timedelta(minutes=1)},
         [("time", "lies in the future", "a moment that has passed")]),
        ({"expires_on": date(2027, 3, 3)},
         [("last day", "is later than 365 days allow", "2026-03-02 to 2027-03-02, or empty for the latest")]),
        ({"expires_on": date(2026, 3, 1)},
         [("last day", "lies before the signing", "2026-03-02 to 2027-03-02, or empty for the latest")]),
    ],
)  # fmt: skip
def test_consent_when_it_cannot_be_right_is_refused(
    episode_id: int, nurse: Viewer, given: dict[str, Any], said: list[tuple[str, str, str]]
) -> None:
    assert refusal(signed, episode_id, by=nurse, **given) == said
    assert not Consent.objects.exists()


@pytest.mark.parametrize("last", [date(2026, 3, 2), date(2027, 3, 2)])
def test_consent_when_its_last_day_is_the_first_or_last_allowed_is_kept(
    episode_id: int, nurse: Viewer, last: date
) -> None:
    signed(episode_id, by=nurse, expires_on=last)

    assert standing(episode_id, nurse).consent_holds(last)


def test_consent_when_taken_back_holds_no_longer(episode_id: int, nurse: Viewer) -> None:
    signed(episode_id, by=nurse)

    taken_back(episode_id, by=nurse)

    found = standing(episode_id, nurse)
    assert (found.consent_state, found.consent_holds(found.today)) == (ConsentState.TAKEN_BACK, False)


def test_consent_when_refused_from_the_start_is_on_record(episode_id: int, nurse: Viewer) -> None:
    taken_back(episode_id, by=nurse)

    assert standing(episode_id, nurse).consent_state is ConsentState.TAKEN_BACK


def test_consent_when_signed_again_after_it_was_taken_back_holds(episode_id: int, nurse: Viewer) -> None:
    signed(episode_id, by=nurse, happened_at=make.NOW - 2 * DAYS)
    taken_back(episode_id, by=nurse, happened_at=make.NOW - DAYS)

    signed(episode_id, by=nurse)

    assert standing(episode_id, nurse).consent_state is ConsentState.IN_DATE


def test_take_back_when_it_was_already_is_a_conflict(episode_id: int, nurse: Viewer) -> None:
    taken_back(episode_id, by=nurse)

    with pytest.raises(Conflict):
        taken_back(episode_id, by=nurse)


def test_take_back_when_sent_twice_counts_once(episode_id: int, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        taken_back(episode_id, by=nurse, uid=uid)

    assert Consent.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"note": ""}, ["note"]),
        ({"happened_at": make.NOW + timedelta(minutes=1)}, ["time"]),
        ({"happened_at": make.NOW - timedelta(minutes=1), "note": " "}, ["note", "time"]),
    ],
)
def test_take_back_when_it_would_leave_the_consent_standing_is_refused(
    episode_id: int, nurse: Viewer, given: dict[str, Any], where: list[str]
) -> None:
    signed(episode_id, by=nurse)

    assert [one[0] for one in refusal(taken_back, episode_id, by=nurse, **given)] == where
    assert standing(episode_id, nurse).consent_state is ConsentState.IN_DATE


def test_consent_when_to_another_treatment_does_not_count(episode_id: int, nurse: Viewer) -> None:
    consents.sign(
        episode_id,
        treatment="esketamine_nasal",
        form_version="1",
        happened_at=make.NOW,
        by=nurse,
        at=make.NOW,
    )

    assert standing(episode_id, nurse).consent_state is ConsentState.NONE
