"""My treatment: the next one with what to do before, what happens, afterwards, and how past ones went."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from holdfast.care import infusion_bookings, site_limits
from holdfast.records.models import Discharge, InfusionBooking, InfusionVisit
from holdfast.web.patient.my_infusions import THE_DAY_AFTER, in_pairs, span
from tests import make
from tests.cast import Cast, logged_in
from tests.making import after
from tests.protocols.patient_words import grade
from tests.web import seen

PAGE = "/my-infusions/"


def told(cast: Cast, who: str = "ada") -> str:
    return seen.text(logged_in(cast.everyone[who]).get(PAGE))


@pytest.fixture
def course_id(cast: Cast) -> int:
    return after.make_infusion_course(cast.adas_episode, by=cast.okoro)


def test_page_when_a_treatment_is_booked_says_when_where_and_how_long(cast: Cast, course_id: int) -> None:
    after.make_booked(course_id, days=3, nurse=cast.okoro, by=cast.okoro, chair="Room B")

    words = told(cast)

    assert "Your next treatment Thursday 5 March, 09:00 Ketamine infusions. Room B, Harbour." in words
    assert "Plan for 2 hours and 30 minutes with us." in words


def test_page_when_a_treatment_is_booked_says_from_when_to_eat_and_drink_nothing(
    cast: Cast, course_id: int
) -> None:
    site_limits.set_limit(
        treatment="ketamine_iv", name="no_food_for", value=6, reason="our anaesthetist asks for it", by=cast.rivera,
        at=make.NOW,
    )  # fmt: skip
    after.make_booked(course_id, days=3, nurse=cast.okoro, by=cast.okoro)

    words = told(cast)

    assert "Eat nothing for 6 hours before. That is from Thursday, 03:00." in words
    assert "Drink nothing for 2 hours before. That is from Thursday, 07:00." in words


def test_page_when_several_are_booked_shows_the_soonest_and_then_the_others(
    cast: Cast, course_id: int
) -> None:
    for days in (10, 3):
        after.make_booked(course_id, days=days, nurse=cast.okoro, by=cast.okoro)

    assert "After that: Thursday 12 March, 09:00" in told(cast)


def test_page_when_the_treatment_is_under_way_says_today(
    cast: Cast, course_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    after.make_booked(course_id, days=3, nurse=cast.okoro, by=cast.okoro)
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 3, 5, 10, tzinfo=UTC))

    assert "Today is your treatment Thursday 5 March, 09:00" in told(cast)


def test_page_when_they_have_gone_home_shows_that_treatment_as_next_no_more(
    cast: Cast, course_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = after.make_booked(course_id, days=3, nurse=cast.okoro, by=cast.okoro)
    at = datetime(2026, 3, 5, 11, tzinfo=UTC)
    written = {"happened_at": at, "recorded_at": at, "recorded_by_id": cast.okoro.account_id}
    booking = InfusionBooking.objects.get(uid=uid)
    visit = InfusionVisit.objects.create(episode_id=cast.adas_episode, booking=booking, **written)
    Discharge.objects.create(visit=visit, criteria={}, escort_name="Max", **written)
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)

    assert "No treatment is booked now" in told(cast)


def test_page_when_a_treatment_was_cancelled_says_that_it_does_not_take_place(
    cast: Cast, course_id: int
) -> None:
    uid = after.make_booked(course_id, days=3, nurse=cast.okoro, by=cast.okoro)
    infusion_bookings.cancel(uid, whose="clinic", reason="the pump is broken", by=cast.okoro, at=make.NOW)

    words = told(cast)

    assert "No treatment is booked now" in words
    assert "The one on Thursday 5 March, 09:00, does not take place." in words
    assert "pump" not in words


def test_page_when_there_is_a_plan_says_what_happens_what_to_do_afterwards_and_whom_to_call(
    cast: Cast, course_id: int
) -> None:
    words = told(cast)

    assert "Ketamine is a medicine that goes slowly into a vein in your arm." in words
    assert "Go straight home with the person who came for you." in words
    assert "Crisis line of the tests" in words


def test_page_when_nothing_is_planned_says_so_plainly(cast: Cast) -> None:
    words = told(cast)

    assert "You have no treatment with medicine planned here." in words
    assert "Ketamine" not in words


@pytest.mark.parametrize(
    ("before", "then", "felt"),
    [
        (2, 1, "your answers told of a better mood"),
        (1, 2, "your answers told of a lower mood"),
        (2, 2, "your answers were much as before"),
        (2, None, "We have no answer from the day after."),
        (None, 1, "You told us how you felt the day after."),
    ],
)
def test_past_treatment_when_answers_came_the_day_after_tells_what_they_said(
    cast: Cast, course_id: int, before: int | None, then: int | None, felt: str
) -> None:
    scores = [(7.5, before), (6, then)]
    after.make_scores(
        cast.adas_episode, [(day, one) for day, one in scores if one is not None], by=cast.okoro
    )
    after.make_given(cast.adas_episode, 7, by=cast.okoro)

    words = told(cast)
    assert "Monday 23 February 2026 Ketamine infusions." in words
    assert felt in words


def test_answer_when_of_the_same_evening_or_three_days_on_is_not_that_of_the_day_after(
    cast: Cast, course_id: int
) -> None:
    after.make_scores(cast.adas_episode, [(7.5, 2), (6.6, 1), (4, 1)], by=cast.okoro)
    after.make_given(cast.adas_episode, 7, by=cast.okoro)

    assert "We have no answer from the day after." in told(cast)


def test_page_of_ben_when_only_ada_has_treatments_shows_nothing_of_them(cast: Cast, course_id: int) -> None:
    after.make_booked(course_id, days=3, nurse=cast.okoro, by=cast.okoro, chair="Room B")
    after.make_given(cast.adas_episode, 7, by=cast.okoro)

    words = told(cast, "ben")

    assert "You have no treatment with medicine planned here." in words
    assert [one for one in ("Room B", "5 March", "23 February") if one in words] == []


def test_page_when_more_is_booked_and_given_takes_the_same_queries(cast: Cast, course_id: int) -> None:
    browser, counts = logged_in(cast.ada), []
    for times, first in ((1, 10), (3, 20)):
        for number in range(times):
            after.make_booked(course_id, days=first + number, nurse=cast.okoro, by=cast.okoro)
            after.make_given(cast.adas_episode, first + number, by=cast.okoro)
        browser.get(PAGE)
        with CaptureQueriesContext(connection) as caught:
            browser.get(PAGE)
        counts.append(len(caught))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(240, "4 hours"), (60, "1 hour"), (30, "30 minutes"), (150, "2 hours and 30 minutes")],
)
def test_length_of_time_when_said_is_in_hours_and_minutes(minutes: int, words: str) -> None:
    assert span(timedelta(minutes=minutes)) == words


def test_page_when_read_is_for_a_reader_of_about_ten(cast: Cast, course_id: int) -> None:
    after.make_booked(course_id, days=3, nurse=cast.okoro, by=cast.okoro)
    page = logged_in(cast.ada).get(PAGE)
    running = [seen.text(one) for kind in ("p", "li") for one in seen.elements(page, kind)]
    text = " ".join(one if one.endswith((".", "?")) else f"{one}." for one in running if len(one.split()) > 3)

    assert grade(text) < 5
    assert max(len(part.split()) for part in text.replace("?", ".").split(".")) <= 20
    assert all(len(one.split()) <= 20 for one in THE_DAY_AFTER.values())


def test_text_when_long_is_told_in_paragraphs_of_two_sentences() -> None:
    assert in_pairs("One is. Two is? Three is.\n") == ("One is. Two is?", "Three is.")
