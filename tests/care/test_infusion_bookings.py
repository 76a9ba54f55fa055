"""Infusions on chairs: booked, moved and cancelled, and never two in one place."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import appointments, infusion_bookings
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.records.models import AuditEvent, InfusionBooking, InfusionEvent, InfusionVisit
from holdfast.records.queries import infusion_clashes
from holdfast.records.queries import infusion_courses as queries
from holdfast.records.queries.infusion_clashes import Slot
from holdfast.records.queries.infusion_courses import State
from tests import make
from tests.making import courses

DAYS = timedelta(days=1)
TOMORROW = make.NOW + DAYS


@pytest.fixture
def course_id(episode_id: int, nurse: Viewer) -> int:
    return courses.make_course(episode_id, by=nurse)


@pytest.fixture
def bens_course(nurse: Viewer) -> int:
    return courses.make_course(make.make_episode(by=nurse, code="P-2"), by=nurse)


@pytest.fixture
def colleague(clinic_id: int) -> Viewer:
    return make.make_account(Role.NURSE, clinic_id=clinic_id, username="adeyemi")


def slot(starts_at: datetime, *, by: Viewer, chair: str = "Chair 1") -> Slot:
    return Slot(starts_at, 150, courses.make_chair(by=by, name=chair), by.account_id)


def book_all(course_id: int, *slots: Slot, by: Viewer, uid: uuid.UUID | None = None) -> tuple[uuid.UUID, ...]:
    return infusion_bookings.book_all(course_id, slots, by=by, at=make.NOW, uid=uid or uuid.uuid4())


def refused(caught: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [f"{one.where}: {one.what}" for one in caught.value.problems]


def move(uid: uuid.UUID, starts_at: datetime, *, by: Viewer, chair: str = "Chair 1") -> uuid.UUID:
    chair_id = courses.make_chair(by=by, name=chair)
    return infusion_bookings.move(
        uid, starts_at=starts_at, chair_id=chair_id, nurse_id=by.account_id, reason="bus", by=by, at=make.NOW
    )


def cancel(uid: uuid.UUID, *, by: Viewer, whose: str = "patient", at: datetime = make.NOW) -> None:
    infusion_bookings.cancel(uid, whose=whose, reason="a cold", by=by, at=at)


def arrive(uid: uuid.UUID, *, by: Viewer, at: datetime = TOMORROW) -> InfusionVisit:
    booking = InfusionBooking.objects.get(uid=uid)
    written = {"happened_at": at, "recorded_at": at, "recorded_by_id": by.account_id}
    return InfusionVisit.objects.create(episode_id=booking.course.episode_id, booking=booking, **written)


def state(course_id: int, *, by: Viewer) -> State:
    (row,) = queries.course(by, course_id).bookings
    return row.state


def test_book_when_free_is_booked_for_as_long_as_the_site_keeps_a_chair(
    course_id: int, nurse: Viewer
) -> None:
    uid = courses.make_booking(course_id, by=nurse)
    (row,) = queries.course(nurse, course_id).booked
    assert (row.uid, row.minutes, row.chair, row.nurse) == (uid, 150, "Chair 1", "Okoro")
    assert AuditEvent.objects.filter(action="infusion booked", subject_id=str(course_id)).count() == 1


def test_book_when_sent_twice_books_once(course_id: int, nurse: Viewer) -> None:
    uid, one = uuid.uuid4(), slot(TOMORROW, by=nurse)
    for _ in range(2):
        assert book_all(course_id, one, by=nurse, uid=uid) == (uuid.uuid5(uid, "1"),)
    assert InfusionBooking.objects.count() == 1


def test_book_when_chair_and_nurse_are_taken_names_both(
    course_id: int, bens_course: int, nurse: Viewer
) -> None:
    """H-033."""
    courses.make_booking(course_id, by=nurse)
    with pytest.raises(InvalidInput) as caught:
        courses.make_booking(bens_course, by=nurse, starts_at=TOMORROW + timedelta(minutes=149))
    assert refused(caught) == [
        "chair: Chair 1 is taken 15:00 to 17:30",
        "nurse: Okoro looks after another infusion 15:00 to 17:30",
    ]


def test_book_when_one_ends_as_the_next_begins_is_booked(
    course_id: int, bens_course: int, nurse: Viewer
) -> None:
    courses.make_booking(course_id, by=nurse)
    courses.make_booking(bens_course, by=nurse, starts_at=TOMORROW + timedelta(minutes=150))
    assert InfusionBooking.objects.count() == 2


def test_book_when_another_chair_and_nurse_are_free_is_booked(
    course_id: int, bens_course: int, nurse: Viewer, colleague: Viewer
) -> None:
    courses.make_booking(course_id, by=nurse)
    courses.make_booking(bens_course, by=colleague, chair="Chair 2")
    assert InfusionBooking.objects.count() == 2


def test_book_when_the_person_has_an_infusion_that_day_is_refused(
    course_id: int, episode_id: int, nurse: Viewer, colleague: Viewer
) -> None:
    """H-033: also of another course, on another chair, at another hour of the clinic's day."""
    other = courses.make_course(episode_id, by=nurse, treatment="esketamine_nasal", schedule="label")
    courses.make_booking(course_id, by=nurse)
    with pytest.raises(InvalidInput) as caught:
        courses.make_booking(
            other, by=colleague, chair="Chair 2", starts_at=TOMORROW + timedelta(hours=8, minutes=59)
        )
    assert refused(caught) == ["person: has an infusion on that day already, 15:00 to 17:30"]
    courses.make_booking(other, by=colleague, chair="Chair 2", starts_at=TOMORROW + timedelta(hours=9))


def test_book_when_the_person_has_therapy_then_is_refused(
    course_id: int, episode_id: int, nurse: Viewer, therapist: Viewer
) -> None:
    """H-033."""
    therapy = make.make_course(episode_id, by=therapist)
    appointments.book(
        therapy, starts_at=TOMORROW + timedelta(hours=2), minutes=50, channel="phone", by=nurse, at=make.NOW
    )
    with pytest.raises(InvalidInput) as caught:
        courses.make_booking(course_id, by=nurse)
    assert refused(caught) == ["person: has a therapy session 17:00 to 17:50"]


def test_book_when_therapy_lies_within_a_day_after_is_booked_and_the_session_is_named(
    course_id: int, episode_id: int, nurse: Viewer, therapist: Viewer
) -> None:
    """H-016."""
    therapy, uid = make.make_course(episode_id, by=therapist), uuid.uuid4()
    for later, one in ((timedelta(hours=23), uid), (timedelta(hours=24), uuid.uuid4())):
        appointments.book(
            therapy, starts_at=TOMORROW + later, minutes=50, channel="phone", by=nurse, at=make.NOW, uid=one
        )
    courses.make_booking(course_id, by=nurse)
    course = queries.course(nurse, course_id)
    (found,) = infusion_clashes.of_slots(nurse, [slot(TOMORROW, by=nurse)], course=course)
    assert [one.uid for one in found.too_soon] == [uid]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"starts_at": make.NOW - timedelta(hours=2)}, "time: cannot be booked"),
        ({"starts_at": make.NOW + timedelta(days=731)}, "time: cannot be booked"),
        ({"minutes": 5}, "minutes: 5 is not how long it takes"),
    ],
)
def test_book_when_something_is_unfit_is_refused(
    course_id: int, nurse: Viewer, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        courses.make_booking(course_id, by=nurse, **changes)
    assert not InfusionBooking.objects.exists()


def test_book_on_a_chair_and_nurse_of_another_site_is_refused(
    course_id: int, nurse: Viewer, stranger: Viewer
) -> None:
    chair = courses.make_chair(by=stranger)
    with pytest.raises(InvalidInput) as caught:
        book_all(course_id, Slot(TOMORROW, 150, chair, stranger.account_id), by=nurse)
    assert refused(caught) == ["chair: is not in use here", "nurse: cannot run an infusion here"]


def test_book_with_a_therapist_at_the_chair_is_refused(
    course_id: int, nurse: Viewer, therapist: Viewer
) -> None:
    with pytest.raises(InvalidInput, match="nurse: cannot run an infusion here"):
        courses.make_booking(course_id, by=nurse, nurse_id=therapist.account_id)


def test_book_by_who_may_not_is_refused(
    course_id: int, nurse: Viewer, therapist: Viewer, ada: Viewer, stranger: Viewer
) -> None:
    one = slot(TOMORROW, by=nurse)
    for other in (therapist, ada):
        with pytest.raises(NotAllowed):
            book_all(course_id, one, by=other)
    with pytest.raises(NotFound):
        book_all(course_id, one, by=stranger)


def test_book_all_when_everything_is_free_books_each(course_id: int, nurse: Viewer) -> None:
    days = [TOMORROW + number * DAYS for number in (0, 3, 7)]
    book_all(course_id, *(slot(one, by=nurse) for one in days), by=nurse)
    assert [one.starts_at for one in queries.course(nurse, course_id).booked] == days


def test_book_all_when_some_are_taken_books_none_and_names_every_clash(
    course_id: int, bens_course: int, nurse: Viewer, colleague: Viewer
) -> None:
    """H-033."""
    courses.make_booking(bens_course, by=nurse, starts_at=TOMORROW + 3 * DAYS)
    courses.make_booking(bens_course, by=colleague, starts_at=TOMORROW + 7 * DAYS)
    with pytest.raises(InvalidInput) as caught:
        book_all(course_id, *(slot(TOMORROW + days * DAYS, by=nurse) for days in (0, 3, 7)), by=nurse)
    assert refused(caught) == [
        "infusion 2, chair: Chair 1 is taken 15:00 to 17:30",
        "infusion 2, nurse: Okoro looks after another infusion 15:00 to 17:30",
        "infusion 3, chair: Chair 1 is taken 15:00 to 17:30",
    ]
    assert queries.course(nurse, course_id).booked == ()


def test_book_all_when_two_of_the_list_are_on_a_day_is_refused(course_id: int, nurse: Viewer) -> None:
    """H-033."""
    later = slot(TOMORROW + timedelta(hours=4), by=nurse)
    with pytest.raises(InvalidInput) as caught:
        book_all(course_id, slot(TOMORROW, by=nurse), later, by=nurse)
    assert refused(caught) == ["infusion 2, person: has an infusion on that day already, 15:00 to 17:30"]


def test_book_all_when_the_list_is_empty_or_too_long_is_refused(course_id: int, nurse: Viewer) -> None:
    for count in (0, 31):
        with pytest.raises(InvalidInput, match=f"schedule: has {count} infusions"):
            book_all(course_id, *(slot(TOMORROW + day * DAYS, by=nurse) for day in range(count)), by=nurse)


def test_move_when_kept_has_the_new_time_and_leaves_the_old_readable(course_id: int, nurse: Viewer) -> None:
    first = courses.make_booking(course_id, by=nurse)
    # An hour later overlaps the booking itself, which is no clash.
    moved = move(first, TOMORROW + timedelta(hours=1), by=nurse)
    (row,) = queries.course(nurse, course_id).bookings
    assert (row.uid, row.starts_at, row.moved_for) == (moved, TOMORROW + timedelta(hours=1), "bus")
    assert InfusionBooking.objects.get(uid=first).happened_at == TOMORROW


def test_move_when_the_chair_is_taken_then_is_refused(
    course_id: int, bens_course: int, nurse: Viewer, colleague: Viewer
) -> None:
    """H-033."""
    courses.make_booking(bens_course, by=colleague, starts_at=TOMORROW + DAYS)
    uid = courses.make_booking(course_id, by=nurse)
    with pytest.raises(InvalidInput, match="chair: Chair 1 is taken"):
        move(uid, TOMORROW + DAYS, by=nurse)
    assert queries.course(nurse, course_id).booked[0].starts_at == TOMORROW


def test_move_when_someone_moved_it_before_is_not_found(course_id: int, nurse: Viewer) -> None:
    uid = courses.make_booking(course_id, by=nurse)
    move(uid, TOMORROW + DAYS, by=nurse)
    with pytest.raises(NotFound, match="moved since you opened it"):
        move(uid, TOMORROW + 2 * DAYS, by=nurse)


def test_move_when_they_have_come_is_a_conflict(course_id: int, nurse: Viewer) -> None:
    uid = courses.make_booking(course_id, by=nurse)
    arrive(uid, by=nurse)
    with pytest.raises(Conflict, match="arrived already"):
        move(uid, TOMORROW + DAYS, by=nurse)


def test_cancel_when_kept_frees_the_place_and_says_whose_doing_it_was(
    course_id: int, bens_course: int, nurse: Viewer
) -> None:
    cancel(courses.make_booking(course_id, by=nurse), by=nurse)
    (row,) = queries.course(nurse, course_id).bookings
    assert (row.state, row.whose, row.why) == (State.CANCELLED, "patient", "a cold")
    courses.make_booking(bens_course, by=nurse)


def test_cancel_when_cancelled_before_is_a_conflict(course_id: int, nurse: Viewer) -> None:
    uid = courses.make_booking(course_id, by=nurse)
    cancel(uid, by=nurse)
    with pytest.raises(Conflict, match="cancelled already"):
        cancel(uid, by=nurse)


@pytest.mark.parametrize("whose", ["not_go", "did_not_come", "fate"])
def test_cancel_when_that_cannot_be_known_yet_is_refused(course_id: int, nurse: Viewer, whose: str) -> None:
    uid = courses.make_booking(course_id, by=nurse)
    with pytest.raises(InvalidInput, match="whose"):
        cancel(uid, by=nurse, whose=whose)
    assert state(course_id, by=nurse) is State.BOOKED


def test_cancel_when_they_did_not_come_is_kept_once_the_time_has_passed(
    course_id: int, nurse: Viewer
) -> None:
    cancel(courses.make_booking(course_id, by=nurse), by=nurse, whose="did_not_come", at=TOMORROW)
    assert state(course_id, by=nurse) is State.CANCELLED


def test_cancel_when_the_drug_was_begun_is_a_conflict(course_id: int, nurse: Viewer) -> None:
    uid = courses.make_booking(course_id, by=nurse)
    visit = arrive(uid, by=nurse)
    written = {"happened_at": TOMORROW, "recorded_at": TOMORROW, "recorded_by_id": nurse.account_id}
    InfusionEvent.objects.create(visit=visit, kind="start", **written)
    with pytest.raises(Conflict, match="started already"):
        cancel(uid, by=nurse, at=TOMORROW)


def test_state_when_the_day_goes_on_follows_it(course_id: int, nurse: Viewer) -> None:
    from holdfast.records.models import Discharge

    written = {"happened_at": TOMORROW, "recorded_at": TOMORROW, "recorded_by_id": nurse.account_id}
    uid = courses.make_booking(course_id, by=nurse)
    found = [state(course_id, by=nurse)]
    visit = arrive(uid, by=nurse)
    found.append(state(course_id, by=nurse))
    for kind in ("start", "end"):
        InfusionEvent.objects.create(visit=visit, kind=kind, **written)
        found.append(state(course_id, by=nurse))
    Discharge.objects.create(visit=visit, criteria={}, escort_name="Jo", **written)
    found.append(state(course_id, by=nurse))
    assert found == [State.BOOKED, State.ARRIVED, State.STARTED, State.GIVEN, State.HOME]
