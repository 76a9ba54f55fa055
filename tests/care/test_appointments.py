"""Sessions are booked, moved and cancelled: never within a day of an infusion, never twice at one time."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from holdfast.access import Viewer
from holdfast.care import appointments, infusion_bookings, therapy
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.records.models import Appointment, TherapySession
from holdfast.records.queries import therapy as queries
from tests import make
from tests.making.courses import make_booking
from tests.making.courses import make_course as infusion_course

TOMORROW = make.NOW + timedelta(days=1)


@pytest.fixture
def course_id(episode_id: int, therapist: Viewer) -> int:
    return make.make_course(episode_id, by=therapist)


def book(course_id: int, *, by: Viewer, starts_at: datetime = TOMORROW, uid: uuid.UUID | None = None) -> None:
    appointments.book(
        course_id, starts_at=starts_at, minutes=50, channel="in_person", by=by, at=make.NOW, uid=uid
    )


def booked(course_id: int, *, by: Viewer) -> list[datetime]:
    return [row.starts_at for row in queries.booked(by, course_id)]


def test_book_when_sent_twice_books_once(course_id: int, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        book(course_id, by=nurse, uid=uid)
    assert booked(course_id, by=nurse) == [TOMORROW]


@pytest.mark.parametrize(("hours", "minutes"), [(0, 0), (12, 0), (23, 59)])
def test_book_when_within_a_day_of_an_infusion_is_refused(
    course_id: int, episode_id: int, nurse: Viewer, hours: int, minutes: int
) -> None:
    """H-016."""
    given = make.NOW - timedelta(minutes=30)
    make.make_infusion(episode_id, by=nurse, happened_at=given)
    with pytest.raises(InvalidInput, match="within a day of an infusion"):
        book(course_id, by=nurse, starts_at=given + timedelta(hours=hours, minutes=minutes))
    assert booked(course_id, by=nurse) == []


@pytest.mark.parametrize("hours", [-0.5, 0, 23.9])
def test_book_when_an_infusion_is_booked_then_or_within_a_day_before_is_refused(
    course_id: int, episode_id: int, nurse: Viewer, hours: float
) -> None:
    """H-016, H-033."""
    infusion = make.NOW + timedelta(days=3)
    make_booking(infusion_course(episode_id, by=nurse), by=nurse, starts_at=infusion)
    with pytest.raises(InvalidInput, match="is over a booked infusion, or within a day after it"):
        book(course_id, by=nurse, starts_at=infusion + timedelta(hours=hours))
    assert booked(course_id, by=nurse) == []


def test_book_when_the_infusion_that_day_was_cancelled_is_kept(
    course_id: int, episode_id: int, nurse: Viewer
) -> None:
    infusion = make.NOW + timedelta(days=3)
    booking = make_booking(infusion_course(episode_id, by=nurse), by=nurse, starts_at=infusion)
    infusion_bookings.cancel(booking, whose="clinic", reason="Nurse ill", by=nurse, at=make.NOW)
    book(course_id, by=nurse, starts_at=infusion)
    assert booked(course_id, by=nurse) == [infusion]


def test_book_when_exactly_a_day_after_an_infusion_is_kept(
    course_id: int, episode_id: int, nurse: Viewer
) -> None:
    make.make_infusion(episode_id, by=nurse, happened_at=make.NOW)
    book(course_id, by=nurse, starts_at=make.NOW + timedelta(hours=24))
    assert booked(course_id, by=nurse) == [make.NOW + timedelta(hours=24)]


def test_book_when_clocks_go_forward_in_between_then_a_day_is_still_24_hours(
    course_id: int, episode_id: int, nurse: Viewer
) -> None:
    """H-016: 09:30 on the day after the night of 28 March 2026 in London is 23 hours after 09:30."""
    given = datetime(2026, 3, 28, 9, 30, tzinfo=UTC)
    make.make_infusion(episode_id, by=nurse, happened_at=given, at=given)
    half_past_nine = datetime(2026, 3, 29, 8, 30, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="within a day of an infusion"):
        appointments.book(
            course_id, starts_at=half_past_nine, minutes=50, channel="phone", by=nurse, at=given
        )


def test_book_when_it_overlaps_another_of_the_person_or_the_therapist_is_refused(
    course_id: int, nurse: Viewer, therapist: Viewer
) -> None:
    book(course_id, by=nurse)
    other = make.make_course(make.make_episode(by=nurse, code="P-2"), by=therapist)
    for course in (course_id, other):
        with pytest.raises(InvalidInput, match="overlaps another session"):
            book(course, by=nurse, starts_at=TOMORROW + timedelta(minutes=49))
    book(other, by=nurse, starts_at=TOMORROW + timedelta(minutes=50))
    assert booked(other, by=nurse) == [TOMORROW + timedelta(minutes=50)]


@pytest.mark.parametrize(
    ("starts_at", "minutes", "channel"),
    [
        (make.NOW - timedelta(hours=2), 50, "video"),
        (make.NOW + timedelta(days=800), 50, "video"),
        (TOMORROW, 5, "video"),
        (TOMORROW, 50, "telepathy"),
    ],
)
def test_book_when_something_is_unfit_is_refused(
    course_id: int, nurse: Viewer, starts_at: datetime, minutes: int, channel: str
) -> None:
    with pytest.raises(InvalidInput):
        appointments.book(
            course_id, starts_at=starts_at, minutes=minutes, channel=channel, by=nurse, at=make.NOW
        )
    assert not Appointment.objects.exists()


def test_book_by_another_site_or_a_patient_is_refused(course_id: int, stranger: Viewer, ada: Viewer) -> None:
    with pytest.raises(NotFound):
        book(course_id, by=stranger)
    with pytest.raises(NotAllowed):
        book(course_id, by=ada)


def test_move_when_kept_has_the_new_time_and_leaves_the_old_readable(course_id: int, nurse: Viewer) -> None:
    book(course_id, by=nurse)
    (row,) = queries.booked(nurse, course_id)
    later = TOMORROW + timedelta(days=1)
    appointments.move(row.uid, starts_at=later, reason="dentist", by=nurse, at=make.NOW)
    assert booked(course_id, by=nurse) == [later]
    assert list(Appointment.objects.order_by("pk").values_list("happened_at", "correction_reason")) == [
        (TOMORROW, ""),
        (later, "dentist"),
    ]


def test_move_when_it_would_lie_within_a_day_of_an_infusion_is_refused(
    course_id: int, episode_id: int, nurse: Viewer
) -> None:
    """H-016."""
    book(course_id, by=nurse, starts_at=TOMORROW + timedelta(days=3))
    make.make_infusion(episode_id, by=nurse, happened_at=make.NOW)
    (row,) = queries.booked(nurse, course_id)
    with pytest.raises(InvalidInput, match="within a day of an infusion"):
        appointments.move(
            row.uid, starts_at=make.NOW + timedelta(hours=3), reason="sooner", by=nurse, at=make.NOW
        )
    assert booked(course_id, by=nurse) == [row.starts_at]


def test_move_when_someone_moved_it_before_is_not_found(course_id: int, nurse: Viewer) -> None:
    book(course_id, by=nurse)
    (row,) = queries.booked(nurse, course_id)
    appointments.move(row.uid, starts_at=TOMORROW + timedelta(days=1), reason="bus", by=nurse, at=make.NOW)
    with pytest.raises(NotFound, match="moved since you opened it"):
        appointments.move(
            row.uid, starts_at=TOMORROW + timedelta(days=2), reason="bus", by=nurse, at=make.NOW
        )


def test_cancel_when_kept_is_a_session_that_did_not_take_place_with_what_got_in_the_way(
    course_id: int, nurse: Viewer
) -> None:
    book(course_id, by=nurse)
    (row,) = queries.booked(nurse, course_id)
    appointments.cancel(row.uid, attendance="cancelled_by_patient", reason=" no bus ", by=nurse, at=make.NOW)
    assert booked(course_id, by=nurse) == []
    assert list(TherapySession.current.values_list("attendance", "reason", "happened_at")) == [
        ("cancelled_by_patient", "no bus", make.NOW)
    ]


def test_cancel_when_cancelled_before_or_no_cancellation_is_refused(course_id: int, nurse: Viewer) -> None:
    book(course_id, by=nurse)
    (row,) = queries.booked(nurse, course_id)
    with pytest.raises(InvalidInput, match="is no cancellation"):
        appointments.cancel(row.uid, attendance="attended", by=nurse, at=make.NOW)
    appointments.cancel(row.uid, attendance="cancelled_by_clinic", by=nurse, at=make.NOW)
    with pytest.raises(Conflict, match="held or cancelled already"):
        appointments.cancel(row.uid, attendance="cancelled_by_clinic", by=nurse, at=make.NOW)
    assert TherapySession.objects.count() == 1


def test_session_when_recorded_on_the_day_of_a_booking_closes_it(course_id: int, therapist: Viewer) -> None:
    at = TOMORROW + timedelta(hours=5)
    book(course_id, by=therapist)
    therapy.record_session(
        course_id, number=1, attendance="did_not_attend", happened_at=TOMORROW, by=therapist, at=at,
        held=therapy.Held(reason="slept in"),
    )  # fmt: skip
    assert booked(course_id, by=therapist) == []
    assert TherapySession.current.get().reason == "slept in"


def test_session_when_recorded_for_another_day_leaves_the_booking_open(
    course_id: int, therapist: Viewer
) -> None:
    book(course_id, by=therapist)
    make.make_session(course_id, by=therapist, happened_at=make.NOW - timedelta(days=2))
    assert booked(course_id, by=therapist) == [TOMORROW]
