"""Booking, moving and cancelling on their pages; what the record, the phone and the next steps then show."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from holdfast.care import appointments
from holdfast.records.models import Appointment
from holdfast.records.queries import therapy
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen

DAY = timedelta(days=1)
TUESDAY = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)


class Desk:
    """The booking pages of Ada's course, opened and sent as a nurse would."""

    def __init__(self, browser: Client, course_id: int, episode_id: int) -> None:
        self.browser, self.course_id, self.episode_id = browser, course_id, episode_id

    def open(self, page: str = "book/") -> Any:
        return self.browser.get(f"/courses/{self.course_id}/{page}")

    def send(self, page: str = "book/", **fields: object) -> Any:
        form = self.open(page)
        kept = {name: seen.typed(form, name) for name in ("uid", "day", "minutes", "channel")}
        return self.browser.post(f"/courses/{self.course_id}/{page}", {**kept, "time": "10:30", **fields})

    def said(self, response: Any) -> list[str]:
        assert (response.status_code, response["Location"]) == (302, f"/patients/{self.episode_id}/")
        return seen.messages(self.browser.get(response["Location"]))


@pytest.fixture
def desk(cast: Cast) -> Desk:
    course = make.make_course(cast.adas_episode, by=cast.bell)
    return Desk(logged_in(cast.okoro), course, cast.adas_episode)


def book(cast: Cast, desk: Desk, starts_at: datetime = TUESDAY, **more: Any) -> therapy.BookedRow:
    given = {"minutes": 50, "channel": "video", "link": "https://video.example/ada", **more}
    appointments.book(desk.course_id, starts_at=starts_at, **given, by=cast.okoro, at=make.NOW)
    return next(row for row in therapy.booked(cast.okoro, desk.course_id) if row.starts_at == starts_at)


def booked(cast: Cast, desk: Desk) -> list[tuple[datetime, int, str]]:
    return [(row.starts_at, row.minutes, row.channel) for row in therapy.booked(cast.okoro, desk.course_id)]


def test_book_when_opened_has_good_days_and_the_minutes_of_the_session(desk: Desk) -> None:
    form = desk.open()
    days = [element.attributes for element in seen.elements(form, "input", name="day")]
    values = [dict(one)["value"] for one in days]
    assert values == ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", "2026-03-09", "other"]
    assert (seen.typed(form, "minutes"), seen.typed(form, "channel")) == ("45", "in_person")


def test_book_when_a_day_is_picked_says_when_in_the_clinics_time(cast: Cast, desk: Desk) -> None:
    response = desk.send(channel="video", link="video.example/ada")
    assert desk.said(response) == ["Session booked: 3 Mar 2026 10:30."]
    assert booked(cast, desk) == [(TUESDAY, 45, "video")]
    assert Appointment.objects.get().link == "https://video.example/ada"


def test_book_when_sent_twice_books_once(cast: Cast, desk: Desk) -> None:
    form = desk.open()
    fields = {name: seen.typed(form, name) for name in ("uid", "day", "minutes", "channel")}
    for _ in range(2):
        desk.browser.post(f"/courses/{desk.course_id}/book/", {**fields, "time": "10:30"})
    assert booked(cast, desk) == [(TUESDAY, 45, "in_person")]


def test_book_when_something_speaks_against_the_time_books_it_and_says_so(cast: Cast, desk: Desk) -> None:
    make.make_session(desk.course_id, by=cast.bell, happened_at=make.NOW - DAY)
    said = desk.said(desk.send(day="other", other_day="2026-03-30"))
    assert said == [
        "Session booked: 30 Mar 2026 10:30.",
        "To know about this time: 29 days after the last session; the protocol asks for once a week now (1 Mar).",
    ]


def test_book_when_within_a_day_of_an_infusion_is_refused_and_keeps_what_was_typed(
    cast: Cast, desk: Desk
) -> None:
    """H-016."""
    make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=make.NOW - timedelta(hours=1))
    response = desk.send(day="other", other_day="2026-03-03", place="Room 2")
    assert (response.status_code, seen.errors(response)) == (
        422,
        ["Time: Is within a day of an infusion. Expected: 24 hours or more after it, when they have slept."],
    )
    assert (seen.typed(response, "time"), seen.typed(response, "place")) == ("10:30", "Room 2")
    assert booked(cast, desk) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"day": "other"}, "Another day: No day was given. Expected: a day, or one of those above."),
        ({"other_day": "2026-03-20"}, "Day: Another day was given below as well. Expected: one of the two."),
        ({"time": ""}, "Time: This field is required."),
        ({"minutes": "5"}, "Minutes: Ensure this value is greater than or equal to 10."),
        (
            {"day": "other", "other_day": "2026-03-29", "time": "01:30"},
            "Time: 01:30 does not exist on 29.03.2026: clocks in Europe/London go forward over it. "
            "Expected: an hour later or earlier.",
        ),
        (
            {"day": "other", "other_day": "2026-03-01"},
            "Time: Cannot be booked. Expected: a moment ahead, within two years.",
        ),
    ],
)
def test_book_when_something_is_wrong_says_what_would_be_right(
    cast: Cast, desk: Desk, fields: dict[str, str], said: str
) -> None:
    response = desk.send(**fields)
    assert (response.status_code, seen.errors(response)) == (422, [said])
    assert booked(cast, desk) == []


def test_book_when_the_course_was_ended_says_so(cast: Cast, desk: Desk) -> None:
    from holdfast.care import courses

    courses.decide(desk.course_id, "end", "enough", reason="their wish", by=cast.bell, at=make.NOW)
    assert "This course was ended" in seen.text(desk.open())


def test_move_when_kept_says_the_new_time(cast: Cast, desk: Desk) -> None:
    row = book(cast, desk)
    response = desk.send(f"bookings/{row.uid}/move/", day="other", other_day="2026-03-05", reason="dentist")
    assert desk.said(response) == ["Session moved: 5 Mar 2026 10:30."]
    assert [at for at, _, _ in booked(cast, desk)] == [datetime(2026, 3, 5, 10, 30, tzinfo=UTC)]
    assert desk.open(f"bookings/{row.uid}/move/").status_code == 404


def test_cancel_when_kept_says_whose_doing_it_was_and_shows_what_got_in_the_way(
    cast: Cast, desk: Desk
) -> None:
    row = book(cast, desk)
    path = f"/courses/{desk.course_id}/bookings/{row.uid}/cancel/"
    response = desk.browser.post(path, {"attendance": "cancelled_by_patient", "reason": "no bus"})
    assert desk.said(response) == ["Session of 3 Mar 2026 10:30: cancelled by the patient."]
    assert "The preparation missed: cancelled by the patient; what got in the way: no bus" in seen.text(
        desk.browser.get(f"/patients/{desk.episode_id}/")
    )


def test_booking_of_another_course_when_asked_for_is_not_found(cast: Cast, desk: Desk) -> None:
    other = make.make_course(cast.bens_episode, by=cast.bell)
    row = book(cast, desk)
    assert desk.browser.get(f"/courses/{other}/bookings/{row.uid}/move/").status_code == 404


def test_patient_page_when_a_session_is_booked_shows_it_with_its_links(cast: Cast, desk: Desk) -> None:
    row = book(cast, desk)
    page = desk.browser.get(f"/patients/{desk.episode_id}/")
    assert "Booked: Tue 3 Mar 2026 10:30, 50 min, by video" in seen.text(page)
    assert seen.links(page, "Move the session of 3 Mar 10:30") == [
        f"/courses/{desk.course_id}/bookings/{row.uid}/move/"
    ]


def test_patient_page_when_someone_stays_away_has_the_words_for_the_call(cast: Cast, desk: Desk) -> None:
    for days in (9, 2):
        make.make_session(
            desk.course_id, by=cast.bell, happened_at=make.NOW - days * DAY, attendance="did_not_attend"
        )
    page = desk.browser.get(f"/patients/{desk.episode_id}/")
    words = seen.text(page)
    assert "Make a warm call and offer an easy way back" in words
    assert "what got in the way?" in words
    assert seen.links(page, "Book a session: Make a warm call and offer an easy way back") == [
        f"/courses/{desk.course_id}/book/"
    ]


def test_caseload_when_filtered_by_drifting_shows_only_them(cast: Cast, desk: Desk) -> None:
    for days in (9, 2):
        make.make_session(
            desk.course_id, by=cast.bell, happened_at=make.NOW - days * DAY, attendance="did_not_attend"
        )
    rows = seen.table(desk.browser.get("/caseload/?drifting=1"), "People in care")
    assert [row[0] for row in rows] == ["Ada Alder H-001 drifting"]
    assert rows[0][1].startswith("today Make a warm call and offer an easy way back")


def test_today_when_a_session_is_booked_says_when_and_how_until_it_is_over(cast: Cast, desk: Desk) -> None:
    make.make_check_in(cast.adas_episode, 1, by=cast.ada)
    book(cast, desk, make.NOW - timedelta(minutes=30))
    book(cast, desk, TUESDAY + 7 * DAY, link="", channel="in_person", place="Room 2")
    phone = logged_in(cast.ada)
    now = seen.text(phone.get("/today/"))
    assert "Your next session Monday 2 March, 14:30 It takes about 50 minutes. You meet by video." in now
    assert seen.links(phone.get("/today/"), "Open the video room") == ["https://video.example/ada"]


def test_record_session_when_missed_keeps_what_got_in_the_way(cast: Cast, desk: Desk) -> None:
    bell = logged_in(cast.bell)
    form = bell.get(f"/patients/{cast.adas_episode}/session/")
    fields = {name: seen.typed(form, name) for name in ("uid", "course", "number", "happened_at")}
    assert fields["number"] == "0"
    sent = {**fields, "attendance": "did_not_attend", "reason": "slept in"}
    response = bell.post(f"/patients/{cast.adas_episode}/session/", sent)
    assert desk.said(response) == []
    assert "what got in the way: slept in" in seen.text(bell.get(f"/patients/{cast.adas_episode}/"))


@pytest.mark.parametrize("page", ["book/", "move/", "cancel/"])
def test_page_when_more_is_booked_takes_the_same_queries(cast: Cast, desk: Desk, page: str) -> None:
    row = book(cast, desk)
    path = page if page == "book/" else f"bookings/{row.uid}/{page}"
    desk.open(path)
    with CaptureQueriesContext(connection) as one:
        desk.open(path)
    for days in (2, 4, 7):
        book(cast, desk, TUESDAY + days * DAY)
        make.make_session(desk.course_id, by=cast.bell, happened_at=make.NOW - days * DAY, number=days)
    with CaptureQueriesContext(connection) as more:
        desk.open(path)
    assert len(more) == len(one)
