"""Booking the infusions of a course: days by the plan, what stands against each, all at once or none."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from holdfast.care import appointments, infusion_courses
from holdfast.records.queries import infusion_courses as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.making import courses
from tests.web import seen

DAYS = timedelta(days=1)


@pytest.fixture
def course_id(cast: Cast) -> int:
    courses.make_chair(by=cast.okoro)
    return courses.make_course(cast.adas_episode, by=cast.okoro)


def book(course_id: int) -> str:
    return reverse("infusion_book", args=[course_id])


def days(response: Any) -> list[str]:
    count = len(seen.elements(response, "legend"))
    return [seen.typed(response, f"day_{number}") for number in range(1, count + 1)]


def filled(response: Any) -> dict[str, Any]:
    """What the form holds when the page is opened."""
    count = len(days(response))
    names = [f"{name}_{n}" for n in range(1, count + 1) for name in ("day", "time", "chair", "nurse")]
    return {"rows": count, **{name: seen.typed(response, name) for name in (*names, "uid", "minutes")}}


def starts(cast: Cast, course_id: int) -> list[str]:
    return [f"{one.starts_at:%a %d %b %H:%M}" for one in queries.course(cast.okoro, course_id).booked]


def test_page_when_opened_proposes_the_rest_of_the_plan_from_tomorrow(cast: Cast, course_id: int) -> None:
    response = logged_in(cast.okoro).get(book(course_id))
    assert days(response) == [
        "2026-03-03", "2026-03-06", "2026-03-10", "2026-03-13", "2026-03-17", "2026-03-20",
    ]  # fmt: skip
    assert [seen.typed(response, name) for name in ("time_1", "minutes")] == ["09:00", "150"]
    assert seen.text(seen.elements(response, "legend")[1]) == (
        "Infusion 2, Fri 6 Mar 2026, 3 days after the one before"
    )


def test_page_when_some_are_booked_proposes_what_is_left(cast: Cast, course_id: int) -> None:
    for number in (1, 4):
        courses.make_booking(course_id, by=cast.okoro, starts_at=make.NOW + number * DAYS)
    assert days(logged_in(cast.okoro).get(book(course_id))) == [
        "2026-03-10", "2026-03-13", "2026-03-17", "2026-03-20",
    ]  # fmt: skip


def test_page_when_a_day_is_closed_says_that_it_moved_it(cast: Cast, course_id: int) -> None:
    chair = courses.make_chair(by=cast.okoro)
    asked: dict[str, Any] = {
        "first": "2026-03-05",
        "number": 2,
        "time": "10:00",
        "chair": chair,
        "nurse": cast.okoro.account_id,
    }
    response = logged_in(cast.okoro).get(book(course_id), {**asked, "closed": "2026-03-09"})
    assert days(response) == ["2026-03-05", "2026-03-10"]
    assert "moved By the plan it is Sun 8 Mar 2026, a closed day." in seen.text(response)
    open_too = logged_in(cast.okoro).get(book(course_id), {**asked, "weekends": "on"})
    assert days(open_too) == ["2026-03-05", "2026-03-08"]


@pytest.mark.parametrize(
    ("field", "value"), [("closed", "Easter"), ("first", "soon"), ("number", "40"), ("time", "9ish")]
)
def test_page_when_the_question_is_unfit_says_so_and_proposes_nothing(
    cast: Cast, course_id: int, field: str, value: str
) -> None:
    chair = courses.make_chair(by=cast.okoro)
    asked: dict[str, Any] = {
        "first": "2026-03-05",
        "number": 2,
        "time": "10:00",
        "chair": chair,
        "nurse": cast.okoro.account_id,
    }
    response = logged_in(cast.okoro).get(book(course_id), {**asked, field: value})
    assert response.status_code == 200
    assert days(response) == []
    assert len(seen.elements(response, "ul", class_="errorlist")) == 1


def test_page_when_there_is_no_chair_leads_to_opening_one(cast: Cast) -> None:
    course_id = courses.make_course(cast.adas_episode, by=cast.okoro)
    assert seen.links(logged_in(cast.okoro).get(book(course_id)), "Open a chair") == [reverse("chairs")]


def test_page_when_a_therapist_looks_shows_what_stands_against_a_day_and_no_button(
    cast: Cast, course_id: int
) -> None:
    therapy = make.make_course(cast.adas_episode, by=cast.bell)
    for hours in (18, 19 + 24 * 4):
        appointments.book(
            therapy,
            starts_at=make.NOW + timedelta(hours=hours),
            minutes=50,
            channel="phone",
            by=cast.bell,
            at=make.NOW,
        )
    response = logged_in(cast.bell).get(book(course_id))
    found = seen.text(response)
    assert "taken Ada Alder has a therapy session 09:00 to 09:50." in found
    assert "therapy too soon A therapy session is booked on Sat 7 Mar 10:00" not in found
    assert "Therapy fits from Wed 4 Mar 09:00" in found
    assert "Book these infusions" not in found
    assert logged_in(cast.bell).post(book(course_id), filled(response)).status_code == 403


def test_page_when_therapy_lies_within_a_day_after_names_it(cast: Cast, course_id: int) -> None:
    """H-016."""
    therapy = make.make_course(cast.adas_episode, by=cast.bell)
    appointments.book(
        therapy,
        starts_at=make.NOW + timedelta(hours=24),
        minutes=50,
        channel="phone",
        by=cast.bell,
        at=make.NOW,
    )
    browser = logged_in(cast.okoro)
    response = browser.get(book(course_id))
    assert "A therapy session is booked on Tue 3 Mar 15:00, within a day after." in seen.text(response)
    kept = browser.post(book(course_id), filled(response), follow=True)
    assert seen.messages(kept) == [
        "6 infusions booked: from 3 Mar 2026 09:00.",
        "The therapy session of 3 Mar 2026 15:00 lies within a day after an infusion: move it, so that they have "
        "slept.",
    ]


def test_schedule_when_sent_is_booked_whole_and_sent_again_not_twice(cast: Cast, course_id: int) -> None:
    browser = logged_in(cast.okoro)
    sent = filled(browser.get(book(course_id)))
    for _ in range(2):
        assert browser.post(book(course_id), sent)["Location"] == reverse("infusion_course", args=[course_id])
    assert starts(cast, course_id) == [
        "Tue 03 Mar 09:00", "Fri 06 Mar 09:00", "Tue 10 Mar 09:00", "Fri 13 Mar 09:00", "Tue 17 Mar 09:00",
        "Fri 20 Mar 09:00",
    ]  # fmt: skip


def test_schedule_when_one_is_taken_books_none_and_says_so_beside_it(cast: Cast, course_id: int) -> None:
    """H-033."""
    browser = logged_in(cast.okoro)
    sent = filled(browser.get(book(course_id)))
    bens = courses.make_course(cast.bens_episode, by=cast.okoro)
    courses.make_booking(
        bens,
        by=cast.okoro,
        nurse_id=cast.rivera.account_id,
        starts_at=make.NOW + 4 * DAYS - timedelta(hours=5),
    )
    answer = browser.post(book(course_id), {**sent, "time_1": "08:15"})
    assert answer.status_code == 422
    assert seen.errors(answer) == [
        "Chair of infusion 2: Chair 1 is taken 10:00 to 12:30. Expected: a free time, or another chair or nurse."
    ]
    assert seen.typed(answer, "time_1") == "08:15"
    assert starts(cast, course_id) == []
    left_out = {**sent, "out_2": "on"}
    assert browser.post(book(course_id), left_out).status_code == 302
    assert len(starts(cast, course_id)) == 5


def test_schedule_when_everything_is_left_out_or_wrong_says_what_is_missing(
    cast: Cast, course_id: int
) -> None:
    browser = logged_in(cast.okoro)
    sent = filled(browser.get(book(course_id)))
    nothing = browser.post(book(course_id), {**sent, **{f"out_{n}": "on" for n in range(1, 7)}})
    assert seen.errors(nothing) == ["Every one is left out. Expected: one or more to book."]
    skipped = {**sent, "day_1": "2026-03-29", "time_1": "01:30", "day_2": "soon"}
    assert seen.errors(browser.post(book(course_id), skipped)) == [
        "Time of infusion 1: 01:30 does not exist on 29.03.2026: clocks in Europe/London go forward over it. Expected: "
        "an hour later or earlier.",
        "Day of infusion 2: This is not a day. Expected: for example 2026-03-02.",
    ]
    assert starts(cast, course_id) == []


def test_booster_when_decided_is_booked_outside_the_plan(cast: Cast, course_id: int) -> None:
    infusion_courses.decide(
        course_id, kind="booster", reason="low", happened_at=make.NOW, by=cast.rivera, at=make.NOW
    )
    browser = logged_in(cast.okoro)
    assert f"{book(course_id)}?booster=1" in seen.links(
        browser.get(reverse("infusion_course", args=[course_id])), "Book the booster"
    )
    response = browser.get(book(course_id), {"booster": "1"})
    assert len(days(response)) == 1
    browser.post(book(course_id), {**filled(response), "booster": "1"})
    (row,) = queries.course(cast.okoro, course_id).booked
    assert row.booster
