"""A calendar feed as a calendar program reads it, and the page on which it is made, made anew and ended."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar, Event

from holdfast.care import appointments, calendar_feeds, courses, infusion_bookings
from holdfast.notify import calendar
from holdfast.records.models import AuditEvent, CalendarFeed, Chair, Clinic, InfusionBooking
from tests import make
from tests.cast import Cast, logged_in
from tests.making import after
from tests.web import seen

TOKEN = "a" * 43
PAGE = "/calendar-feed/"
FEED_QUERIES = 7


def events(token: str = TOKEN) -> list[Event]:
    """What a calendar program gets, which is logged in as nobody."""
    response = Client().get(reverse("feed", args=[token]))
    assert response.status_code == 200
    return list(Calendar.from_ical(response.content.decode()).walk("VEVENT"))


def told(token: str = TOKEN) -> list[tuple[str, str, str, int]]:
    """Title, beginning in UTC, status and version of each entry."""
    return [
        (str(one["SUMMARY"]), f"{one.start:%Y-%m-%d %H:%M}", str(one["STATUS"]), int(one["SEQUENCE"]))
        for one in events(token)
    ]


@pytest.fixture
def booking(cast: Cast) -> object:
    """Ada's infusion on Thursday at 9:00 with Nurse Okoro, whose feed stands under `TOKEN`."""
    course = after.make_infusion_course(cast.adas_episode, by=cast.okoro)
    uid = after.make_booked(course, days=3, nurse=cast.okoro, by=cast.okoro)
    calendar_feeds.make(TOKEN, by=cast.okoro, at=make.NOW)
    return uid


def move(cast: Cast, starts_at: datetime) -> None:
    row = InfusionBooking.current.get()
    infusion_bookings.move(
        row.uid, starts_at=starts_at, chair_id=Chair.objects.get().pk, nurse_id=cast.okoro.account_id,
        reason="bus strike", by=cast.okoro, at=make.NOW + timedelta(hours=1),
    )  # fmt: skip


def test_feed_of_staff_when_read_tells_time_clinic_and_code_alone(cast: Cast, booking: object) -> None:
    (one,) = events()

    assert (str(one["SUMMARY"]), str(one["CLASS"])) == ("Appointment, Harbour, H-001", "PRIVATE")
    assert (one.start, one.end - one.start) == (datetime(2026, 3, 5, 9, tzinfo=UTC), timedelta(minutes=150))
    assert str(one["UID"]) == str(booking)
    assert sorted(one) == [
        "CLASS", "DTEND", "DTSTAMP", "DTSTART", "LAST-MODIFIED", "SEQUENCE", "STATUS", "SUMMARY", "UID",
    ]  # fmt: skip


def test_feed_of_a_patient_when_read_has_both_kinds_under_the_same_words(cast: Cast, booking: object) -> None:
    course = courses.start(cast.adas_episode, "cbt", started_at=make.NOW, by=cast.bell, at=make.NOW)
    appointments.book(
        course, starts_at=make.NOW + timedelta(days=5), minutes=50, channel="video",
        link="https://video.example/ada", by=cast.bell, at=make.NOW,
    )  # fmt: skip
    calendar_feeds.make("b" * 43, by=cast.ada, at=make.NOW)

    assert told("b" * 43) == [
        ("Appointment, Harbour", "2026-03-05 09:00", "CONFIRMED", 0),
        ("Appointment, Harbour", "2026-03-07 15:00", "CONFIRMED", 0),
    ]


@pytest.mark.parametrize("who", ["ada", "okoro"])
def test_feed_when_read_has_no_name_and_no_word_of_what_it_is_for(
    cast: Cast, booking: object, who: str
) -> None:
    calendar_feeds.make("b" * 43, by=cast.everyone[who], at=make.NOW)

    content = Client().get(reverse("feed", args=["b" * 43])).content.decode().lower()

    # The unfolded file holds what could tell: the entry itself is there.
    assert "appointment\\, harbour" in content
    tells = ("ada", "alder", "okoro", "ketamin", "infusion", "depress", "therap", "chair", "http", "@")
    assert [word for word in tells if word in content] == []


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Harbour", "Appointment, Harbour"),
        ("Harbour Ketamine Centre", "Appointment"),
        ("Institute of Psychotherapy", "Appointment"),
        ("The Depression Clinic", "Appointment"),
        ("Esketamine Bay", "Appointment"),
    ],
)
def test_feed_when_the_name_of_the_clinic_tells_what_for_leaves_it_out(
    cast: Cast, booking: object, name: str, title: str
) -> None:
    Clinic.objects.filter(pk=cast.ada.clinic_id).update(name=name)
    calendar_feeds.make("b" * 43, by=cast.ada, at=make.NOW)

    assert [one[0] for one in told("b" * 43)] == [title]


def test_entry_when_moved_keeps_its_uid_and_counts_up(cast: Cast, booking: object) -> None:
    (before,) = events()

    move(cast, datetime(2026, 3, 6, 10, tzinfo=UTC))

    (now,) = events()
    assert told() == [("Appointment, Harbour, H-001", "2026-03-06 10:00", "CONFIRMED", 1)]
    assert now["UID"] == before["UID"]
    assert now["DTSTAMP"].dt - before["DTSTAMP"].dt == timedelta(hours=1)


def test_entry_when_cancelled_stays_as_cancelled(cast: Cast, booking: object) -> None:
    infusion_bookings.cancel(booking, whose="clinic", reason="nurse ill", by=cast.okoro, at=make.NOW)  # type: ignore[arg-type]

    assert told() == [("Appointment, Harbour, H-001", "2026-03-05 09:00", "CANCELLED", 1)]


@pytest.mark.parametrize(
    ("starts_at", "shown"),
    [
        (datetime(2026, 3, 28, 9, tzinfo=UTC), "2026-03-28 09:00 GMT"),
        (datetime(2026, 3, 29, 8, tzinfo=UTC), "2026-03-29 09:00 BST"),
    ],
)
def test_entry_when_clocks_change_is_at_the_time_on_the_wall(
    cast: Cast, booking: object, starts_at: datetime, shown: str
) -> None:
    move(cast, starts_at)

    (one,) = events()
    there = one.start.astimezone(ZoneInfo("Europe/London"))
    assert f"{there:%Y-%m-%d %H:%M %Z}" == shown
    assert one.end - one.start == timedelta(minutes=150)


def test_entry_when_it_runs_over_the_change_of_clocks_keeps_its_length() -> None:
    night = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("Europe/London"))
    one = calendar.Appointment(
        uid=uuid.uuid4(), version=0, changed_at=make.NOW, starts_at=night, minutes=120, cancelled=False, title="A"
    )  # fmt: skip

    (event,) = Calendar.from_ical(calendar.written("Appointments", [one]).decode()).walk("VEVENT")

    assert (event.start, event.end) == (
        datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )  # fmt: skip


def test_feed_when_read_asks_to_be_read_again_and_is_kept_by_nobody_else(cast: Cast, booking: object) -> None:
    response = Client().get(reverse("feed", args=[TOKEN]))

    lines = response.content.decode().split("\r\n")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-cache"
    assert {"REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H", "VERSION:2.0"} <= set(lines)
    assert max(len(line.encode()) for line in lines) <= 75


def test_feed_when_read_twice_is_the_same_to_the_byte(cast: Cast, booking: object) -> None:
    first, second = (Client().get(reverse("feed", args=[TOKEN])).content for _ in range(2))

    assert first == second


def test_feed_when_read_is_in_the_trail_once_an_hour_as_its_owners(cast: Cast, booking: object) -> None:
    for _ in range(2):
        events()

    (link,) = AuditEvent.objects.filter(action="viewed", subject="calendar feed")
    assert (link.actor_id, TOKEN in str(vars(link))) == (cast.okoro.account_id, False)


@pytest.mark.parametrize("token", ["b" * 43, "x", "ends 1", TOKEN.upper(), TOKEN + "a", "é" * 20])
def test_feed_when_the_secret_is_not_one_is_not_found(cast: Cast, booking: object, token: str) -> None:
    assert Client().get(reverse("feed", args=[token])).status_code == 404


@pytest.mark.parametrize("people", [1, 3])
def test_feed_when_more_is_booked_takes_the_same_queries(cast: Cast, booking: object, people: int) -> None:
    for number in range(people - 1):
        episode = make.make_episode(by=cast.okoro, code=f"H-1{number}", name=f"Nell {number}")
        course = after.make_infusion_course(episode, by=cast.okoro)
        after.make_booked(course, days=10 + number, nurse=cast.okoro, by=cast.okoro)
    events()

    with CaptureQueriesContext(connection) as caught:
        assert len(events()) == people
    assert len(caught) == FEED_QUERIES


def make_feed(desk: Client) -> str:
    """Make a feed on the page; gives its secret."""
    page = desk.post(PAGE, {"make": "1"})
    (area,) = seen.elements(page, "textarea", id="address")
    (found,) = re.findall(r"^http://testserver/calendar/([\w-]+)\.ics$", seen.text(area))
    return str(found)


@pytest.mark.parametrize("who", ["ada", "okoro", "mo"])
def test_address_when_made_is_shown_once_and_opens_the_feed(cast: Cast, who: str) -> None:
    desk = logged_in(cast.everyone[who])

    secret = make_feed(desk)

    again = desk.get(PAGE)
    assert len(secret) == 43
    assert secret not in again.content.decode()
    assert "You have an address, made on 2 March 2026 at 15:00." in seen.text(again)
    assert events(secret) == []


def test_address_when_made_anew_ends_the_old_one(cast: Cast) -> None:
    desk = logged_in(cast.ada)
    first = make_feed(desk)

    second = make_feed(desk)

    codes = [Client().get(reverse("feed", args=[one])).status_code for one in (first, second)]
    assert codes == [404, 200]


def test_address_when_ended_leads_nowhere_and_the_page_says_so(cast: Cast) -> None:
    desk = logged_in(cast.ada)
    secret = make_feed(desk)

    response = desk.post(PAGE, {"end": "1"}, follow=True)

    assert "You have no address now" in seen.text(response)
    assert Client().get(reverse("feed", args=[secret])).status_code == 404


def test_page_when_opened_makes_nothing_and_shows_the_words_a_calendar_will_show(cast: Cast) -> None:
    pages = [seen.text(logged_in(one).get(PAGE)) for one in (cast.ada, cast.okoro)]

    assert not CalendarFeed.objects.exists()
    assert "these words: Appointment, Harbour It does not say your name" in pages[0]
    assert "these words: Appointment, Harbour, H-001 The last part is the person's code here." in pages[1]
