"""Calendar feeds: the secret is shown once and never kept, and opens nothing but its owner's bookings."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from holdfast.access import Role, Viewer
from holdfast.care import appointments, calendar_feeds, courses, infusion_bookings
from holdfast.errors import InvalidInput, NotAllowed
from holdfast.records.models import Account, AuditEvent, CalendarFeed, Chair, InfusionBooking
from holdfast.records.queries import calendar_feeds as queries
from tests import make
from tests.making import after

FIRST, SECOND = "a" * 43, "b" * 43


def test_secret_when_a_feed_is_made_opens_it_and_is_not_kept(nurse: Viewer) -> None:
    calendar_feeds.make(FIRST, by=nurse, at=make.NOW)

    opened = queries.of_token(FIRST)
    kept = CalendarFeed.objects.get()
    assert opened == nurse
    assert (kept.token_digest, len(kept.token_digest)) == (queries.digest(FIRST), 64)
    assert FIRST not in str(CalendarFeed.objects.values()) + str(AuditEvent.objects.values())


def test_secret_when_a_new_one_is_made_opens_nothing_any_more(nurse: Viewer) -> None:
    calendar_feeds.make(FIRST, by=nurse, at=make.NOW)
    calendar_feeds.make(SECOND, by=nurse, at=make.NOW)

    assert [queries.of_token(FIRST), queries.of_token(SECOND)] == [None, nurse]


def test_secret_when_the_feed_was_ended_opens_nothing(nurse: Viewer) -> None:
    calendar_feeds.make(FIRST, by=nurse, at=make.NOW)
    ended = CalendarFeed.objects.get().pk
    calendar_feeds.end(by=nurse, at=make.NOW)

    opened = [queries.of_token(one) for one in (FIRST, f"ends {ended}", "")]
    assert opened == [None, None, None]
    assert queries.newest(nurse) is None


def test_feed_when_ended_twice_or_never_made_changes_nothing(nurse: Viewer) -> None:
    calendar_feeds.end(by=nurse, at=make.NOW)
    calendar_feeds.make(FIRST, by=nurse, at=make.NOW)
    for _ in range(2):
        calendar_feeds.end(by=nurse, at=make.NOW)

    assert [row.revoked for row in CalendarFeed.objects.order_by("pk")] == [False, True]


def test_secret_when_the_log_in_is_closed_opens_nothing(nurse: Viewer) -> None:
    calendar_feeds.make(FIRST, by=nurse, at=make.NOW)
    Account.objects.filter(pk=nurse.account_id).update(is_active=False)

    assert queries.of_token(FIRST) is None


def test_secret_when_its_owner_may_no_longer_have_a_feed_opens_nothing(nurse: Viewer) -> None:
    calendar_feeds.make(FIRST, by=nurse, at=make.NOW)
    Account.objects.filter(pk=nurse.account_id).update(role=Role.ADMINISTRATOR)

    assert queries.of_token(FIRST) is None


def test_secret_when_of_someone_else_does_not_end_with_mine(nurse: Viewer, therapist: Viewer) -> None:
    calendar_feeds.make(FIRST, by=nurse, at=make.NOW)
    calendar_feeds.make(SECOND, by=therapist, at=make.NOW)
    calendar_feeds.end(by=therapist, at=make.NOW)

    assert [queries.of_token(FIRST), queries.of_token(SECOND)] == [nurse, None]


def test_secret_when_it_could_be_guessed_is_refused(nurse: Viewer) -> None:
    with pytest.raises(InvalidInput, match="too short"):
        calendar_feeds.make("x" * 31, by=nurse, at=make.NOW)


def test_feed_when_made_by_an_administrator_is_refused(clinic_id: int) -> None:
    sam = make.make_account(Role.ADMINISTRATOR, clinic_id=clinic_id, username="sam")

    with pytest.raises(NotAllowed):
        calendar_feeds.make(FIRST, by=sam, at=make.NOW)


@pytest.fixture
def course_id(episode_id: int, nurse: Viewer) -> int:
    return after.make_infusion_course(episode_id, by=nurse)


@pytest.fixture
def other_nurse(clinic_id: int) -> Viewer:
    return make.make_account(Role.NURSE, clinic_id=clinic_id, username="vega")


def make_session(episode_id: int, *, therapist: Viewer, days: float) -> int:
    course = courses.start(
        episode_id, "cbt", therapist_id=therapist.account_id, started_at=make.NOW, by=therapist, at=make.NOW
    )
    appointments.book(
        course,
        starts_at=make.NOW + timedelta(days=days),
        minutes=50,
        channel="in_person",
        by=therapist,
        at=make.NOW,
    )
    return course


def seen(viewer: Viewer, at: datetime = make.NOW) -> list[tuple[str, int, bool, int]]:
    """Day of the month, version, whether cancelled, and minutes of each booking in the viewer's feed."""
    return [
        (f"{one.starts_at:%d %b}", one.version, one.cancelled, one.minutes)
        for one in queries.bookings(viewer, at=at)
    ]


def test_bookings_when_of_both_kinds_are_those_of_nurse_therapist_and_patient(
    episode_id: int, course_id: int, nurse: Viewer, other_nurse: Viewer, therapist: Viewer, ada: Viewer
) -> None:
    after.make_booked(course_id, days=3, nurse=nurse, by=nurse)
    make_session(episode_id, therapist=therapist, days=5)

    infusion, session = ("05 Mar", 0, False, 150), ("07 Mar", 0, False, 50)
    assert [seen(one) for one in (nurse, therapist, ada, other_nurse)] == [
        [infusion], [session], [infusion, session], [],
    ]  # fmt: skip


def test_bookings_when_of_another_patient_are_not_in_mine(
    clinic_id: int, course_id: int, nurse: Viewer, ada: Viewer
) -> None:
    bens = make.make_episode(by=nurse, code="P-2", name="Ben Birch")
    after.make_booked(after.make_infusion_course(bens, by=nurse), days=4, nurse=nurse, by=nurse)
    after.make_booked(course_id, days=3, nurse=nurse, by=nurse)

    assert [one.code for one in queries.bookings(nurse, at=make.NOW)] == ["P-1", "P-2"]
    assert [one.code for one in queries.bookings(ada, at=make.NOW)] == ["P-1"]


def test_booking_when_moved_keeps_its_uid_and_grows_a_version(course_id: int, nurse: Viewer) -> None:
    uid = after.make_booked(course_id, days=3, nurse=nurse, by=nurse)
    (before,) = queries.bookings(nurse, at=make.NOW)
    moved_at = make.NOW + timedelta(hours=1)

    move(uid, days=4, nurse=nurse, by=nurse, at=moved_at)

    (now,) = queries.bookings(nurse, at=make.NOW)
    assert (before.uid, before.version, before.changed_at) == (uid, 0, make.NOW)
    assert (now.uid, now.version, now.changed_at) == (uid, 1, moved_at)
    assert now.starts_at - before.starts_at == timedelta(days=1)


def move(uid: object, *, days: float, nurse: Viewer, by: Viewer, at: datetime = make.NOW) -> None:
    row = InfusionBooking.current.get(uid=uid)
    infusion_bookings.move(
        row.uid,
        starts_at=(make.NOW + timedelta(days=days)).replace(hour=9),
        chair_id=Chair.objects.get().pk,
        nurse_id=nurse.account_id,
        reason="bus strike",
        by=by,
        at=at,
    )


def test_booking_when_taken_over_by_a_colleague_is_cancelled_in_mine_and_there_in_theirs(
    course_id: int, nurse: Viewer, other_nurse: Viewer, ada: Viewer
) -> None:
    uid = after.make_booked(course_id, days=3, nurse=nurse, by=nurse)

    move(uid, days=3, nurse=other_nurse, by=nurse)

    assert [seen(one) for one in (nurse, other_nurse, ada)] == [
        [("05 Mar", 1, True, 150)], [("05 Mar", 1, False, 150)], [("05 Mar", 1, False, 150)],
    ]  # fmt: skip


def test_booking_when_cancelled_says_so_under_a_new_version(course_id: int, nurse: Viewer) -> None:
    uid = after.make_booked(course_id, days=3, nurse=nurse, by=nurse)
    later = make.NOW + timedelta(hours=2)

    infusion_bookings.cancel(uid, whose="patient", reason="a cold", by=nurse, at=later)

    (now,) = queries.bookings(nurse, at=make.NOW)
    assert (now.uid, now.version, now.cancelled, now.changed_at) == (uid, 1, True, later)


def test_session_when_cancelled_says_so(episode_id: int, therapist: Viewer) -> None:
    from holdfast.records.models import Appointment

    make_session(episode_id, therapist=therapist, days=5)
    appointments.cancel(
        Appointment.current.get().uid, attendance="cancelled_by_clinic", by=therapist, at=make.NOW
    )

    assert seen(therapist) == [("07 Mar", 1, True, 50)]


def test_sessions_when_another_therapist_took_the_course_over_are_theirs(
    clinic_id: int, episode_id: int, therapist: Viewer
) -> None:
    other = make.make_account(Role.THERAPIST, clinic_id=clinic_id, username="cho")
    course = make_session(episode_id, therapist=therapist, days=5)

    courses.decide(course, "therapist", str(other.account_id), reason="leave", by=therapist, at=make.NOW)

    assert [seen(therapist), seen(other)] == [[], [("07 Mar", 0, False, 50)]]


@pytest.mark.parametrize(("days", "listed"), [(-31, False), (-29, True), (179, True), (181, False)])
def test_bookings_when_far_off_are_not_listed(course_id: int, nurse: Viewer, days: int, listed: bool) -> None:
    after.make_booked(course_id, days=3, nurse=nurse, by=nurse)
    starts_at = datetime(2026, 3, 5, 9, tzinfo=UTC)

    assert bool(seen(nurse, at=starts_at - timedelta(days=days))) == listed


@pytest.mark.parametrize("more", [0, 3])
def test_bookings_when_more_take_the_same_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
    episode_id: int,
    course_id: int,
    nurse: Viewer,
    therapist: Viewer,
    ada: Viewer,
    more: int,
) -> None:
    uid = after.make_booked(course_id, days=3, nurse=nurse, by=nurse)
    make_session(episode_id, therapist=therapist, days=5)
    for number in range(more):
        after.make_booked(course_id, days=10 + number, nurse=nurse, by=nurse)
        move(uid, days=20 + number, nurse=nurse, by=nurse)
        uid = InfusionBooking.current.order_by("-pk")[0].uid

    for viewer, queries_made, of_them in ((ada, 4, 2), (nurse, 3, 1), (therapist, 6, 1)):
        with django_assert_num_queries(queries_made):
            assert len(queries.bookings(viewer, at=make.NOW)) == of_them + (
                0 if viewer is therapist else more
            )
