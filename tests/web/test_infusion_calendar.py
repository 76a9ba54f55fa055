"""The calendar of infusions: the chairs of a day by the clock, a week, and the therapy of the same people."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from holdfast.care import appointments, infusion_bookings
from holdfast.care import courses as therapies
from holdfast.records.models import Account
from holdfast.records.queries import infusion_calendar as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.making import courses
from tests.web import seen

DAYS = timedelta(days=1)
TOMORROW = make.NOW + DAYS
ON = "2026-03-03"
CHAIRS = "Chairs of the clinic"


@pytest.fixture
def nurse(cast: Cast) -> Client:
    return logged_in(cast.okoro)


@pytest.fixture
def adas(cast: Cast) -> int:
    return courses.make_course(cast.adas_episode, by=cast.okoro)


@pytest.fixture
def bens(cast: Cast) -> int:
    return courses.make_course(
        cast.bens_episode, by=cast.okoro, treatment="esketamine_nasal", schedule="label"
    )


def calendar(browser: Client, **asked: str) -> object:
    return browser.get(reverse("calendar"), asked)


def session(cast: Cast, episode_id: int, *, later: timedelta) -> uuid.UUID:
    uid, therapy = uuid.uuid4(), make.make_course(episode_id, by=cast.bell)
    appointments.book(
        therapy, starts_at=TOMORROW + later, minutes=50, channel="phone", by=cast.bell, at=make.NOW, uid=uid
    )
    return uid


def test_day_when_opened_has_a_column_for_each_chair_and_rows_by_the_clock(
    cast: Cast, nurse: Client, adas: int, bens: int
) -> None:
    courses.make_booking(adas, by=cast.okoro, minutes=90)
    courses.make_booking(
        bens, by=cast.okoro, nurse_id=cast.rivera.account_id, chair="Chair 2", starts_at=TOMORROW + DAYS / 48
    )
    response = calendar(nurse, day=ON)
    assert [seen.text(one) for one in seen.elements(response, "th", scope="col")] == [
        "Time", "Chair 1", "Chair 2", "Therapy",
    ]  # fmt: skip
    rows = {row[0]: row[1:] for row in seen.table(response, CHAIRS)}
    assert rows["15:00"] == ["15:00 to 16:30 Ada Alder H-001 Ketamine, Nurse Okoro booked", "", ""]
    # Ada's chair is held from the row before: what stands next is the other chair.
    assert rows["15:30"] == ["15:30 to 18:30 Ben Birch H-002 Esketamine, Dr Rivera booked", ""]
    assert list(rows) == [
        *(f"{hour:02}:00" for hour in range(8, 16)),
        "15:30",
        "16:00",
        "16:30",
        "17:00",
        "18:30",
    ]


def test_day_when_cells_are_counted_every_row_is_as_wide_as_the_head(
    cast: Cast, nurse: Client, adas: int, bens: int
) -> None:
    courses.make_booking(adas, by=cast.okoro)
    courses.make_booking(bens, by=cast.okoro, starts_at=TOMORROW + timedelta(minutes=150))
    response = calendar(nurse, day=ON)
    spans = [
        int(dict(one.attributes)["rowspan"] or 1) for one in seen.elements(response, "td", class_="taken")
    ]
    rows = seen.table(response, CHAIRS)
    assert sum(len(row) for row in rows) + sum(spans) - len(spans) == 3 * len(rows)


def test_day_when_cancelled_leaves_the_chair_free_and_is_listed_below(
    cast: Cast, nurse: Client, adas: int
) -> None:
    uid = courses.make_booking(adas, by=cast.okoro)
    infusion_bookings.cancel(uid, whose="patient", reason="a cold", by=cast.okoro, at=make.NOW)
    response = calendar(nurse, day=ON)
    assert seen.elements(response, "td", class_="taken") == []
    (cancelled,) = seen.elements(response, "section", aria_labelledby="off-title")
    assert seen.text(cancelled) == (
        "Cancelled 15:00 to 17:30 Ada Alder H-001 Ketamine, Chair 1, Nurse Okoro cancelled by the patient"
    )


def test_day_when_therapy_of_the_same_person_is_booked_stands_in_the_same_view(
    cast: Cast, nurse: Client, adas: int
) -> None:
    """H-016: a session within a day after the infusion says so, with the way to move it."""
    uid = session(cast, cast.adas_episode, later=timedelta(hours=18))
    courses.make_booking(adas, by=cast.okoro)
    response = calendar(nurse, day="2026-03-04")
    rows = {row[0]: row[-1] for row in seen.table(response, CHAIRS)}
    assert rows["09:00"] == (
        "09:00 to 09:50 Ada Alder H-001 Therapy: CBT, Dr Bell within a day after an infusion Move the session of "
        "Ada Alder"
    )
    assert str(uid) in seen.links(response, "Move the session of Ada Alder")[0]


def test_day_when_a_therapist_looks_has_their_own_sessions_too(cast: Cast, nurse: Client) -> None:
    session(cast, cast.bens_episode, later=DAYS * 0)
    courses.make_chair(by=cast.okoro)
    assert "Ben Birch" in seen.text(calendar(logged_in(cast.bell), day=ON))
    assert "Ben Birch" not in seen.text(calendar(nurse, day=ON))


def test_session_when_another_therapist_took_over_names_them(cast: Cast, adas: int) -> None:
    session(cast, cast.adas_episode, later=timedelta(hours=3))
    courses.make_booking(adas, by=cast.okoro)
    ito = make.make_account(cast.bell.role, clinic_id=cast.bell.clinic_id, username="ito", name="Dr Ito")
    (found,) = queries.of_days(cast.okoro, date(2026, 3, 3), days=1).sessions
    therapies.decide(found.course_id, "therapist", str(ito.account_id), by=cast.bell, at=make.NOW)
    (found,) = queries.of_days(cast.okoro, date(2026, 3, 3), days=1).sessions
    assert found.therapist == "Dr Ito"


def test_week_when_asked_for_begins_on_monday_and_marks_today(cast: Cast, nurse: Client, adas: int) -> None:
    courses.make_booking(adas, by=cast.okoro)
    response = calendar(nurse, view="week", day="2026-03-05")
    heads = [seen.text(one) for one in seen.elements(response, "h2")]
    assert heads == [
        "Mon 2 Mar today", "Tue 3 Mar", "Wed 4 Mar", "Thu 5 Mar", "Fri 6 Mar", "Sat 7 Mar", "Sun 8 Mar",
    ]  # fmt: skip
    (tuesday,) = seen.elements(response, "section", aria_labelledby="day-2026-03-03")
    assert "15:00 to 17:30 Ada Alder" in seen.text(tuesday)
    assert seen.links(response, "Next week") == ["?day=2026-03-12&view=week"]


def test_calendar_when_no_day_is_asked_for_or_it_is_none_shows_today(nurse: Client) -> None:
    for asked in ({}, {"day": "soon"}, {"day": "0001-01-01"}, {"day": "9999-12-31"}):
        heading = seen.elements(calendar(nurse, **asked), "h1")[0]
        assert seen.text(heading) == "Infusions, Monday 2 March 2026 today"


def test_day_when_the_reader_is_elsewhere_shows_the_clinics_time_and_says_so(cast: Cast, adas: int) -> None:
    courses.make_booking(adas, by=cast.okoro)
    Account.objects.filter(pk=cast.okoro.account_id).update(zone="America/New_York")
    response = calendar(logged_in(cast.okoro), day=ON)
    assert "Times are those of the clinic, Europe/London." in seen.text(response)
    assert "15:00 to 17:30" in seen.text(response)


def test_calendar_of_another_site_shows_nothing_of_ours(cast: Cast, adas: int) -> None:
    courses.make_booking(adas, by=cast.okoro)
    found = queries.of_days(cast.stone, date(2026, 3, 3), days=1)
    assert (found.infusions, found.sessions, dict(found.chairs)) == ((), (), {})


def test_day_when_more_is_booked_than_is_shown_says_so(
    cast: Cast, nurse: Client, adas: int, bens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    courses.make_booking(adas, by=cast.okoro)
    courses.make_booking(bens, by=cast.okoro, starts_at=TOMORROW + timedelta(hours=3))
    monkeypatch.setattr(queries, "MOST", 1)
    assert "1 more are not shown" in seen.text(calendar(nurse, day=ON))


@pytest.mark.parametrize("view", ["day", "week"])
def test_calendar_when_three_people_are_booked_takes_the_queries_of_one(
    cast: Cast, nurse: Client, adas: int, view: str
) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert calendar(nurse, day=ON, view=view).status_code == 200  # type: ignore[attr-defined]
        return len(caught)

    session(cast, cast.adas_episode, later=timedelta(hours=4))
    courses.make_booking(adas, by=cast.okoro)
    counted()
    few = counted()
    for number in (1, 2):
        episode_id = make.make_episode(by=cast.okoro, code=f"H-1{number}", name="Cy Dent")
        session(cast, episode_id, later=timedelta(hours=4 + number))
        courses.make_booking(
            courses.make_course(episode_id, by=cast.okoro),
            by=cast.okoro,
            starts_at=TOMORROW - number * timedelta(hours=3),
        )
    assert counted() == few
