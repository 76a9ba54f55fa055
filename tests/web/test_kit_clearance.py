"""Cold water and hard exercise in a kit: kept back until the clinic has checked, as the newest check says."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from holdfast.care import courses
from holdfast.records.queries import therapy
from tests import make
from tests.cast import Cast, logged_in
from tests.web.seen import elements
from tests.web.seen import text as words
from tests.web.writing import begin, course, write

KIT = "dbt.hard_moment_kit"
THINGS = {"body": ["slow breath", "ice on my wrist"], "top3": ["slow breath"]}
CHECKED = "Your clinic checked this with you on 2 March 2026."


@pytest.fixture
def phone(cast: Cast) -> Client:
    return logged_in(cast.ada)


@pytest.fixture
def course_id(cast: Cast) -> int:
    return course(cast, "dbt")


def check(cast: Cast, course_id: int, *values: str) -> None:
    """Decide so, one after another, the last at `make.NOW`."""
    for days, value in zip(range(len(values) - 1, -1, -1), values, strict=True):
        at = make.NOW - timedelta(days=days)
        courses.decide(course_id, "health", value, reason="seen by the doctor", by=cast.bell, at=at)


@pytest.mark.parametrize(
    ("decided", "health", "shown"),
    [
        (["cleared"], "yes", True),
        (["held_back"], "no", False),
        (["held_back", "cleared"], "yes", True),
        (["cleared", "held_back"], "no", False),
    ],
)
def test_kit_when_the_clinic_has_checked_follows_the_newest_check(
    cast: Cast, phone: Client, course_id: int, decided: list[str], health: str, shown: bool
) -> None:
    check(cast, course_id, *decided)
    page = phone.get(write(course_id, KIT, {**THINGS, "health": health}, by=cast.ada))
    assert [words(one) for one in elements(page, "p", class_="kit-text")] == [
        "slow breath",
        *(["ice on my wrist"] if shown else []),
    ]
    assert ("What is kept back ice on my wrist" in words(page)) is not shown
    assert CHECKED in words(page)


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        ("cleared", "You may use cold water and hard exercise."),
        ("held_back", "Leave out cold water and hard exercise for now."),
    ],
)
def test_form_when_the_clinic_has_checked_says_so_whatever_is_answered(
    cast: Cast, phone: Client, course_id: int, decided: str, said: str
) -> None:
    check(cast, course_id, decided)
    page = phone.get(begin(phone, KIT))
    assert f"{said} {CHECKED}" in words(page)
    assert "data-health-note" not in page.content.decode()


def test_form_when_nobody_has_checked_asks_to_leave_them_out(phone: Client, course_id: int) -> None:
    page = phone.get(begin(phone, KIT))
    (note,) = elements(page, "p", class_="banner-warn")
    assert words(note) == "Leave out cold water and hard exercise until a clinician has checked with you."
    assert "Your clinic checked" not in words(page)


def test_kit_when_the_clinic_has_checked_takes_one_query_more_however_often(
    cast: Cast, phone: Client, course_id: int
) -> None:
    """The one more asks since when a health issue has been named."""
    entry = write(course_id, KIT, {**THINGS, "health": "yes"}, by=cast.ada)

    def counted() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert phone.get(entry).status_code == 200
        return len(caught)

    counted()
    before = counted()
    check(cast, course_id, "held_back", "cleared")
    assert counted() == before + 1


@pytest.mark.parametrize(("slug", "offered"), [("dbt", True), ("cbt", False), ("ipt", False)])
def test_course_page_when_the_therapy_has_no_health_question_offers_no_check(
    cast: Cast, slug: str, offered: bool
) -> None:
    page = logged_in(cast.bell).get(reverse("therapy_course", args=[course(cast, slug)]))
    assert bool(elements(page, "select", id="health_value")) is offered


def test_check_when_sent_from_the_course_page_is_kept_and_listed(cast: Cast, course_id: int) -> None:
    desk, place = logged_in(cast.bell), reverse("course_decide", args=[course_id])
    sent = {"uid": str(uuid.uuid4()), "kind": "health", "value": "cleared"}

    refused = desk.post(place, {**sent, "reason": ""})
    assert (refused.status_code, therapy.decisions(cast.bell, course_id)) == (422, ())

    page = desk.post(place, {**sent, "reason": "Dr Rivera, ECG normal"}, follow=True)
    assert "Cold water and hard exercise: cleared, a clinician has checked" in words(page)
    assert "Dr Rivera, ECG normal" in words(page)


def test_kit_when_a_health_issue_is_named_after_the_check_holds_the_cards_back_again(
    cast: Cast, phone: Client, course_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = write(course_id, KIT, {**THINGS, "health": "no"}, by=cast.ada)
    check(cast, course_id, "cleared")
    later = make.NOW + timedelta(days=3)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    changed = phone.post(f"{page}go-on/").headers["Location"]
    phone.post(changed, {"health": "yes", "outcome": "done"})

    said = words(phone.get(page))

    assert "What is kept back ice on my wrist" in said
    assert CHECKED not in said
