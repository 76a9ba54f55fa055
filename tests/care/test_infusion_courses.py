"""Courses of infusions: begun once, decided about by those who may, and what they then take."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import infusion_bookings, infusion_courses, patients, visits
from holdfast.errors import InvalidInput, NotAllowed, NotFound
from holdfast.pathway.infusion_plan import Stands
from holdfast.records.models import AuditEvent, InfusionCourse, InfusionCourseDecision, SpacingDecision
from holdfast.records.queries import infusion_courses as queries
from holdfast.records.queries.infusion_care import infusion_care
from tests import make
from tests.making import courses

DAYS = timedelta(days=1)


@pytest.fixture
def prescriber(clinic_id: int) -> Viewer:
    return make.make_account(Role.PRESCRIBER, clinic_id=clinic_id, username="rivera")


@pytest.fixture
def course_id(episode_id: int, nurse: Viewer) -> int:
    return courses.make_course(episode_id, by=nurse)


def begin(episode_id: int, *, by: Viewer, **changes: Any) -> int:
    usual: dict[str, Any] = {
        "treatment": "ketamine_iv",
        "schedule": "twice_weekly",
        "happened_at": make.NOW,
        "at": make.NOW,
    }
    return infusion_courses.begin(episode_id, **{**usual, **changes}, by=by)


def decide(course_id: int, kind: str, value: str = "", *, by: Viewer, **changes: Any) -> None:
    usual: dict[str, Any] = {"reason": "as talked over", "happened_at": make.NOW, "at": make.NOW}
    infusion_courses.decide(course_id, kind=kind, value=value, **{**usual, **changes}, by=by)


def stands(course_id: int, *, by: Viewer) -> Stands:
    course = queries.course(by, course_id)
    return course.standing(course.day(make.NOW)).stands


def test_begin_when_kept_is_the_persons_course_and_is_in_the_trail(episode_id: int, nurse: Viewer) -> None:
    course_id = begin(episode_id, by=nurse)
    (course,) = queries.courses(nurse, episode_id)
    assert (course.course_id, course.treatment, course.schedule) == (course_id, "ketamine_iv", "twice_weekly")
    assert (course.name, course.code, course.begun_by) == ("Ada Example", "P-1", "Okoro")
    assert AuditEvent.objects.filter(action="infusion course begun", subject_id=str(course_id)).count() == 1


def test_begin_when_sent_twice_begins_one(episode_id: int, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    assert begin(episode_id, by=nurse, uid=uid) == begin(episode_id, by=nurse, uid=uid)
    assert InfusionCourse.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"treatment": "cbt"}, "treatment: is not in the library"),
        ({"schedule": "daily"}, "schedule: 'daily' is not one of this treatment"),
        ({"happened_at": make.NOW + timedelta(minutes=1)}, "time: lies in the future"),
    ],
)
def test_begin_when_something_is_unfit_is_refused(
    episode_id: int, nurse: Viewer, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        begin(episode_id, by=nurse, **changes)
    assert not InfusionCourse.objects.exists()


def test_begin_when_one_of_the_treatment_goes_on_is_refused_until_it_is_stopped(
    course_id: int, episode_id: int, nurse: Viewer
) -> None:
    with pytest.raises(InvalidInput, match="has a course that goes on"):
        begin(episode_id, by=nurse)
    begin(episode_id, by=nurse, treatment="esketamine_nasal", schedule="label")
    decide(course_id, "stop", by=nurse)
    assert begin(episode_id, by=nurse) > course_id


def test_begin_when_care_has_ended_is_refused(episode_id: int, nurse: Viewer) -> None:
    patients.close(episode_id, reason="moved away", by=nurse, at=make.NOW)
    with pytest.raises(InvalidInput, match="care has ended"):
        begin(episode_id, by=nurse)


def test_begin_by_who_may_not_book_is_refused(
    episode_id: int, therapist: Viewer, stranger: Viewer, ada: Viewer
) -> None:
    for other in (therapist, ada):
        with pytest.raises(NotAllowed):
            begin(episode_id, by=other)
    with pytest.raises(NotFound):
        begin(episode_id, by=stranger)


def test_decide_when_a_nurse_holds_it_is_held_until_the_day(course_id: int, nurse: Viewer) -> None:
    decide(course_id, "hold", "2026-03-10", by=nurse)
    assert stands(course_id, by=nurse) is Stands.HELD


@pytest.mark.parametrize(
    ("kind", "value"),
    [("go_on", ""), ("maintenance", "two_weekly"), ("booster", ""), ("review", "change_dose")],
)
def test_decide_when_it_lets_more_be_given_is_for_a_prescriber(
    course_id: int, nurse: Viewer, prescriber: Viewer, kind: str, value: str
) -> None:
    decide(course_id, "stop", by=nurse)
    with pytest.raises(NotAllowed):
        decide(course_id, kind, value, by=nurse)
    decide(course_id, kind, value, by=prescriber)
    assert queries.course(nurse, course_id).decisions[-1].kind == kind


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("hold", "soon", "the day from which it may go on"),
        ("hold", "2026-03-02", "the day from which it may go on"),
        ("go_on", "", "a course that is held or stopped"),
        ("maintenance", "hourly", "tapering or weekly_4"),
        ("review", "", "go_on or change_dose or stop"),
        ("review", "no_gain", "go_on or change_dose or stop"),
        ("stop", "now", "no value"),
        ("pause", "", "hold or go_on"),
    ],
)
def test_decide_when_the_value_does_not_fit_says_what_would(
    course_id: int, prescriber: Viewer, kind: str, value: str, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        decide(course_id, kind, value, by=prescriber)
    assert not InfusionCourseDecision.objects.exists()


def test_decide_when_reason_and_time_are_wrong_names_both(course_id: int, nurse: Viewer) -> None:
    with pytest.raises(InvalidInput) as caught:
        decide(course_id, "stop", by=nurse, reason=" ", happened_at=make.NOW + DAYS)
    assert [one.where for one in caught.value.problems] == ["reason", "time"]


def test_decide_when_sent_twice_counts_once(course_id: int, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        decide(course_id, "stop", by=nurse, uid=uid)
    assert InfusionCourseDecision.objects.count() == 1


def test_hold_when_the_course_was_stopped_is_refused_so_that_it_does_not_go_on_by_itself(
    course_id: int, nurse: Viewer
) -> None:
    decide(course_id, "stop", by=nurse)
    with pytest.raises(InvalidInput, match="a course that is not stopped"):
        decide(course_id, "hold", "2026-03-10", by=nurse)
    assert stands(course_id, by=nurse) is Stands.STOPPED


def test_hold_when_it_would_end_sooner_than_the_one_that_stands_is_refused(
    course_id: int, nurse: Viewer
) -> None:
    decide(course_id, "hold", "2026-03-10", by=nurse)
    with pytest.raises(InvalidInput, match="2026-03-10 or later"):
        decide(course_id, "hold", "2026-03-09", by=nurse)
    decide(course_id, "hold", "2026-03-20", by=nurse)
    course = queries.course(nurse, course_id)
    assert str(course.standing(course.day(make.NOW)).until) == "2026-03-20"


def test_decide_when_it_lies_before_the_one_that_stands_is_refused(
    course_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    decide(course_id, "hold", "2026-03-10", by=nurse)
    with pytest.raises(InvalidInput, match="time: lies before the last decision"):
        decide(course_id, "stop", by=nurse, happened_at=make.NOW - DAYS)
    with pytest.raises(InvalidInput, match="time: lies before the last decision"):
        decide(course_id, "review", "stop", by=prescriber, happened_at=make.NOW - DAYS)
    decide(course_id, "review", "go_on", by=prescriber, happened_at=make.NOW - DAYS)


def test_decide_when_two_are_of_the_same_minute_then_the_one_recorded_later_holds(
    course_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    decide(course_id, "hold", "2026-03-10", by=nurse)
    decide(course_id, "go_on", by=prescriber)
    assert stands(course_id, by=nurse) is Stands.RUNNING
    decide(course_id, "stop", by=nurse)
    assert stands(course_id, by=nurse) is Stands.STOPPED
    episode_id = queries.course(nurse, course_id).episode_id
    assert infusion_care([episode_id])[episode_id].stopped_at == make.NOW


def test_review_when_it_comes_to_stop_stops_the_course_with_it(
    course_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        decide(course_id, "review", "stop", by=prescriber, uid=uid, reason="It did not help")
    kept = [(one.kind, one.value, one.reason) for one in queries.course(nurse, course_id).decisions]
    assert kept == [("review", "stop", "It did not help"), ("stop", "", "It did not help")]
    assert stands(course_id, by=nurse) is Stands.STOPPED
    assert AuditEvent.objects.filter(action="infusion course decided about").count() == 2


def test_review_when_it_comes_to_stop_and_the_course_was_stopped_already_is_kept_alone(
    course_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    decide(course_id, "stop", by=nurse)
    decide(course_id, "review", "stop", by=prescriber)
    assert [one.kind for one in queries.course(nurse, course_id).decisions] == ["stop", "review"]


def test_book_when_the_course_was_stopped_is_refused(course_id: int, nurse: Viewer) -> None:
    decide(course_id, "stop", by=nurse)
    with pytest.raises(InvalidInput, match="course: was stopped"):
        courses.make_booking(course_id, by=nurse)


def test_book_when_the_course_is_held_is_refused_before_the_day_it_ends(
    course_id: int, nurse: Viewer
) -> None:
    decide(course_id, "hold", "2026-03-10", by=nurse)
    with pytest.raises(InvalidInput, match="time: is within the hold until 2026-03-10"):
        courses.make_booking(course_id, by=nurse, starts_at=make.NOW + 7 * DAYS)
    courses.make_booking(course_id, by=nurse, starts_at=make.NOW + 8 * DAYS)
    assert len(queries.course(nurse, course_id).booked) == 1


def test_book_a_booster_when_no_prescriber_decided_on_one_is_refused(
    course_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    with pytest.raises(InvalidInput, match="booster: is not decided"):
        courses.make_booking(course_id, by=nurse, booster=True)
    decide(course_id, "booster", by=prescriber)
    uid = courses.make_booking(course_id, by=nurse, booster=True)
    with pytest.raises(InvalidInput, match="booster: is not decided"):
        courses.make_booking(course_id, by=nurse, booster=True, starts_at=make.NOW + 2 * DAYS)
    infusion_bookings.cancel(uid, whose="clinic", reason="closed", by=nurse, at=make.NOW)
    courses.make_booking(course_id, by=nurse, booster=True, starts_at=make.NOW + 2 * DAYS)


def test_planned_when_someone_is_here_for_it_counts_it_with_those_given_and_coming(
    course_id: int, nurse: Viewer
) -> None:
    booked = courses.make_booking(course_id, by=nurse, starts_at=make.NOW)
    visits.arrive(booked, by=nurse, at=make.NOW)
    course = queries.course(nurse, course_id)
    assert (course.coming(at=make.NOW), [one.uid for one in course.here]) == ((), [booked])
    assert (course.planned(at=make.NOW), str(course.next_day(at=make.NOW))) == (1, "2026-03-05")


def test_next_day_when_some_were_given_and_one_is_booked_follows_the_last(
    course_id: int, episode_id: int, nurse: Viewer
) -> None:
    make.make_infusion(episode_id, by=nurse, happened_at=make.NOW)
    course = queries.course(nurse, course_id)
    assert (course.done, str(course.next_day(at=make.NOW))) == (1, "2026-03-05")
    courses.make_booking(course_id, by=nurse, starts_at=make.NOW + 3 * DAYS)
    assert str(queries.course(nurse, course_id).next_day(at=make.NOW)) == "2026-03-09"


def test_next_day_when_a_plan_has_not_begun_is_free_to_choose(
    course_id: int, episode_id: int, nurse: Viewer
) -> None:
    assert queries.course(nurse, course_id).next_day(at=make.NOW) is None
    make.make_infusion(episode_id, by=nurse, happened_at=make.NOW - 9 * DAYS)
    assert queries.course(nurse, course_id).next_day(at=make.NOW) is None


def test_next_day_when_maintenance_was_decided_follows_the_pattern(
    course_id: int, episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    make.make_infusion(episode_id, by=nurse, happened_at=make.NOW - DAYS / 2)
    decide(course_id, "maintenance", "two_weekly", by=prescriber)
    course = queries.course(nurse, course_id)
    assert (course.done, course.plan.schedule.slug) == (0, "two_weekly")
    assert str(course.next_day(at=make.NOW)) == "2026-03-16"


def test_next_day_when_a_spacing_was_decided_counts_its_days(
    course_id: int, episode_id: int, nurse: Viewer, prescriber: Viewer
) -> None:
    make.make_infusion(episode_id, by=nurse, happened_at=make.NOW)
    written = {"happened_at": make.NOW, "recorded_at": make.NOW, "recorded_by_id": prescriber.account_id}
    SpacingDecision.objects.create(course_id=course_id, choice="stretch", days=10, reason="well", **written)
    assert str(queries.course(nurse, course_id).next_day(at=make.NOW)) == "2026-03-12"


def test_course_when_of_another_site_or_seen_by_a_patient_is_not_there(
    course_id: int, stranger: Viewer, ada: Viewer
) -> None:
    for other in (stranger, ada):
        with pytest.raises(NotFound):
            queries.course(other, course_id)
