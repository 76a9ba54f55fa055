"""The pages of a course of infusions: begun, looked at by everyone, decided about by those who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from holdfast.care import appointments, infusion_bookings, infusion_courses
from holdfast.records.queries import infusion_courses as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.making import courses, orders
from tests.web import seen

DAYS = timedelta(days=1)
TOMORROW = make.NOW + DAYS


@pytest.fixture
def course_id(cast: Cast) -> int:
    return courses.make_course(cast.adas_episode, by=cast.okoro)


def hub(course_id: int) -> str:
    return reverse("infusion_course", args=[course_id])


def rows(response: object) -> list[list[str]]:
    return seen.table(response, "Infusions of this course")


def test_start_when_sent_begins_the_course_and_sent_again_leads_to_the_same(cast: Cast) -> None:
    browser, place = logged_in(cast.okoro), reverse("infusion_start", args=[cast.adas_episode])
    opened = browser.get(place)
    sent = {
        "uid": seen.typed(opened, "uid"),
        "happened_at": seen.typed(opened, "happened_at"),
        "plan": "ketamine_iv.three_weekly",
    }
    led = [browser.post(place, sent)["Location"] for _ in range(2)]
    (course,) = queries.courses(cast.okoro, cast.adas_episode)
    assert led == [hub(course.course_id)] * 2
    assert (course.treatment, course.schedule) == ("ketamine_iv", "three_weekly")


def test_start_when_nothing_was_chosen_says_so_and_keeps_what_was_typed(cast: Cast) -> None:
    browser, place = logged_in(cast.okoro), reverse("infusion_start", args=[cast.adas_episode])
    opened = browser.get(place)
    typed = {"uid": seen.typed(opened, "uid"), "happened_at": "2026-03-01T10:00"}
    answer = browser.post(place, typed)
    assert answer.status_code == 422
    assert seen.errors(answer) == ["Treatment and schedule: None was chosen. Expected: one of those below."]
    assert seen.typed(answer, "happened_at") == "2026-03-01T10:00"


def test_start_when_one_goes_on_says_so(cast: Cast, course_id: int) -> None:
    browser, place = logged_in(cast.okoro), reverse("infusion_start", args=[cast.adas_episode])
    opened = browser.get(place)
    names = {name: seen.typed(opened, name) for name in ("uid", "happened_at")}
    answer = browser.post(place, {**names, "plan": "ketamine_iv.twice_weekly"})
    assert seen.errors(answer) == [
        "Treatment and schedule: Has a course that goes on. Expected: that course, or it stopped first."
    ]


def test_courses_when_there_are_none_lead_to_the_first(cast: Cast) -> None:
    place = reverse("infusion_courses", args=[cast.adas_episode])
    start = reverse("infusion_start", args=[cast.adas_episode])
    assert seen.links(logged_in(cast.okoro).get(place), "Begin a course") == [start]
    assert seen.links(logged_in(cast.bell).get(place), "Begin a course") == []


def test_courses_when_some_are_booked_say_what_comes_next(cast: Cast, course_id: int) -> None:
    courses.make_booking(course_id, by=cast.okoro)
    found = seen.text(logged_in(cast.bell).get(reverse("infusion_courses", args=[cast.adas_episode])))
    assert "Twice a week for 3 weeks. 0 of 6 given, next: first course." in found
    assert "Booked: Tue 3 Mar 2026 15:00, Chair 1, Nurse Okoro." in found


def test_course_when_booked_moved_and_cancelled_shows_what_became_of_each(cast: Cast, course_id: int) -> None:
    uids = [courses.make_booking(course_id, by=cast.okoro, starts_at=TOMORROW + n * DAYS) for n in range(3)]
    chair = courses.make_chair(by=cast.okoro)
    moved: dict[str, Any] = {
        "starts_at": TOMORROW + 4 * DAYS,
        "chair_id": chair,
        "nurse_id": cast.okoro.account_id,
    }
    infusion_bookings.move(uids[1], **moved, reason="bus strike", by=cast.okoro, at=make.NOW)
    infusion_bookings.cancel(uids[2], whose="patient", reason="a cold", by=cast.okoro, at=make.NOW)
    assert rows(logged_in(cast.bell).get(hub(course_id))) == [
        ["Tue 3 Mar 2026 15:00 infusion 1", "Chair 1 Nurse Okoro, 150 min", "booked", ""],
        ["Thu 5 Mar 2026 15:00", "Chair 1 Nurse Okoro, 150 min", "cancelled by the patient: a cold", ""],
        ["Sat 7 Mar 2026 15:00 infusion 2", "Chair 1 Nurse Okoro, 150 min", "booked moved: bus strike", ""],
    ]


def test_course_when_held_warns_of_what_is_booked_before_it_may_go_on(cast: Cast, course_id: int) -> None:
    courses.make_booking(course_id, by=cast.okoro)
    browser = logged_in(cast.okoro)
    opened = browser.get(hub(course_id))
    sent = {"kind": "hold", "value": "2026-03-10", "reason": "surgery", "uid": seen.typed(opened, "uid")}
    answer = browser.post(hub(course_id), sent, follow=True)
    assert seen.messages(answer) == ["Held: kept."]
    assert rows(answer)[0][2].startswith("booked course is held until Tue 10 Mar 2026 Move or cancel it.")


def test_course_when_a_decision_cannot_be_kept_shows_it_with_what_was_typed(
    cast: Cast, course_id: int
) -> None:
    browser = logged_in(cast.okoro)
    sent = {
        "kind": "hold",
        "value": "2026-03-01",
        "reason": "surgery",
        "uid": seen.typed(browser.get(hub(course_id)), "uid"),
    }
    answer = browser.post(hub(course_id), sent)
    assert answer.status_code == 422
    assert seen.errors(answer) == [
        "May go on from: '2026-03-01' does not fit. Expected: the day from which it may go on, after today, as "
        "2026-12-20."
    ]
    assert seen.typed(answer, "reason") == "surgery"


def test_course_when_a_prescriber_looks_offers_what_lets_more_be_given(cast: Cast, course_id: int) -> None:
    offered = {
        name: [
            seen.text(one)
            for one in seen.elements(logged_in(getattr(cast, name)).get(hub(course_id)), "summary")
        ]
        for name in ("bell", "okoro", "rivera")
    }
    assert offered == {
        "bell": [],
        "okoro": ["Hold it until a day", "Stop it"],
        "rivera": [
            "Hold it until a day",
            "Go on in a maintenance pattern",
            "Give a booster outside the plan",
            "Stop it",
        ],
    }


def test_course_when_a_nurse_sends_what_is_for_a_prescriber_is_refused(cast: Cast, course_id: int) -> None:
    browser = logged_in(cast.okoro)
    sent = {"kind": "booster", "reason": "low", "uid": seen.typed(browser.get(hub(course_id)), "uid")}
    assert browser.post(hub(course_id), sent).status_code == 403
    assert queries.course(cast.okoro, course_id).decisions == ()


def test_course_when_nothing_is_ready_says_what_it_still_needs(cast: Cast, course_id: int) -> None:
    needs = seen.elements(logged_in(cast.okoro).get(hub(course_id)), "ul", class_="needs")
    assert [seen.text(one) for one in seen.elements(needs[0], "li")] == [
        "Eligibility not looked at, or too long ago",
        "Consent none yet",
        "Weight none yet",
        "Order none signed A prescriber signs it.",
    ]


def test_course_when_an_order_is_signed_shows_its_dose(cast: Cast, course_id: int) -> None:
    orders.make_weight(cast.adas_episode, by=cast.okoro)
    orders.make_order(course_id, by=cast.rivera)
    found = seen.text(logged_in(cast.okoro).get(hub(course_id)))
    assert "Weight 72.0 kg, in date" in found
    assert "Order 36 mg, 0.5 mg/kg to" in found


def test_course_when_therapy_lies_within_a_day_after_an_infusion_leads_to_moving_it(
    cast: Cast, course_id: int
) -> None:
    """H-016."""
    therapy = make.make_course(cast.adas_episode, by=cast.bell)
    for later in (timedelta(hours=20), 3 * DAYS):
        appointments.book(
            therapy, starts_at=TOMORROW + later, minutes=50, channel="phone", by=cast.bell, at=make.NOW
        )
    courses.make_booking(course_id, by=cast.okoro)
    response = logged_in(cast.bell).get(hub(course_id))
    assert seen.text(response).count("within a day after an infusion") == 1
    assert len(seen.links(response, "Move this session")) == 1
    assert seen.links(response, "Book another session") == [reverse("book_session", args=[therapy])]


def test_course_when_a_booked_day_has_passed_asks_what_became_of_it(cast: Cast, course_id: int) -> None:
    before = make.NOW - 3 * DAYS
    courses.make_booking(course_id, by=cast.okoro, starts_at=make.NOW - 2 * DAYS, at=before)
    (row,) = rows(logged_in(cast.okoro).get(hub(course_id)))
    assert "day has passed Nobody said what became of it" in row[2]


def test_move_when_sent_is_moved_and_an_unfit_time_says_why(cast: Cast, course_id: int) -> None:
    bens = courses.make_course(cast.bens_episode, by=cast.okoro)
    courses.make_booking(bens, by=cast.okoro, starts_at=TOMORROW + DAYS)
    uid = courses.make_booking(course_id, by=cast.okoro)
    browser, place = logged_in(cast.okoro), reverse("booking_move", args=[uid])
    sent = {name: seen.typed(browser.get(place), name) for name in ("day", "time", "chair", "nurse")}
    assert (sent["day"], sent["time"]) == ("2026-03-03", "15:00")
    answer = browser.post(place, {**sent, "day": "2026-03-04", "reason": "bus"})
    assert answer.status_code == 422
    assert seen.errors(answer) == [
        "Chair: Chair 1 is taken 15:00 to 17:30. Expected: a free time, or another chair or nurse.",
        "Nurse: Nurse Okoro looks after another infusion 15:00 to 17:30. Expected: a free time, or another chair or "
        "nurse.",
    ]
    kept = browser.post(place, {**sent, "day": "2026-03-05", "reason": "bus"}, follow=True)
    assert seen.messages(kept) == ["Moved to 5 Mar 2026 15:00."]
    assert browser.get(place).status_code == 404


def test_cancel_when_sent_says_whose_doing_it_was(cast: Cast, course_id: int) -> None:
    uid = courses.make_booking(course_id, by=cast.okoro)
    browser, place = logged_in(cast.okoro), reverse("booking_cancel", args=[uid])
    answer = browser.post(place, {"whose": "clinic", "reason": "pump broken"}, follow=True)
    assert seen.messages(answer) == ["Infusion of 3 Mar 2026 15:00: cancelled, by the clinic."]
    assert browser.post(place, {"whose": "clinic", "reason": "again"}).status_code == 409


def test_chairs_when_opened_and_taken_out_of_use_say_so(cast: Cast) -> None:
    browser, place = logged_in(cast.okoro), reverse("chairs")
    assert seen.messages(browser.post(place, {"name": "Chair 9"}, follow=True)) == ["Chair 9 can be booked."]
    chair = courses.make_chair(by=cast.okoro, name="Chair 9")
    browser.post(place, {"chair": chair, "use": "off"})
    assert seen.table(browser.get(place), "Chairs")[-1] == ["Chair 9", "0", "out of use Use again: Chair 9"]


@pytest.mark.parametrize("page", ["infusion_courses", "infusion_course", "infusion_book"])
def test_page_when_more_is_booked_given_and_decided_takes_the_same_queries(
    cast: Cast, course_id: int, page: str
) -> None:
    browser = logged_in(cast.rivera)
    therapy = make.make_course(cast.adas_episode, by=cast.bell)

    def live(number: int) -> None:
        later = 7 * number * DAYS
        courses.make_booking(course_id, by=cast.okoro, starts_at=TOMORROW + later)
        make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=make.NOW - later - 2 * DAYS)
        appointments.book(
            therapy,
            starts_at=TOMORROW + later + 2 * DAYS,
            minutes=50,
            channel="phone",
            by=cast.bell,
            at=make.NOW,
        )
        infusion_courses.decide(
            course_id, kind="booster", reason="low", happened_at=make.NOW, by=cast.rivera, at=make.NOW
        )

    def counted() -> int:
        subject = cast.adas_episode if page == "infusion_courses" else course_id
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(reverse(page, args=[subject])).status_code == 200
        return len(caught)

    live(0)
    counted()
    few = counted()
    live(1)
    live(2)
    assert counted() == few


def test_course_when_stopped_offers_no_booking_and_says_since_when(cast: Cast, course_id: int) -> None:
    courses.make_booking(course_id, by=cast.okoro)
    infusion_courses.decide(
        course_id, kind="stop", reason="enough", happened_at=make.NOW, by=cast.okoro, at=make.NOW
    )
    response = logged_in(cast.okoro).get(hub(course_id))
    assert rows(response)[0][2] == "booked course is stopped since 2 Mar 2026 Cancel it."
    assert seen.links(response, "Book infusions") == []
