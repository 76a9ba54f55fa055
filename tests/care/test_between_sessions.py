"""What people do between sessions reaches the next steps: practice, feedback, the plan, bookings, the choice."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from holdfast.access import Viewer
from holdfast.care import appointments, exercises
from holdfast.pathway.history import CourseFact
from holdfast.records.queries.history import histories
from tests import make

DAY = timedelta(days=1)
PRACTICE = "cbt.good_minute"


@pytest.fixture
def course_id(episode_id: int, therapist: Viewer) -> int:
    return make.make_course(episode_id, by=therapist)


def course(episode_id: int) -> CourseFact:
    found = histories([episode_id])[episode_id].course
    assert found is not None
    return found


def finish(
    course_id: int,
    name: str,
    values: dict[str, str],
    *,
    outcome: str = "done",
    by: Viewer,
    more: timedelta = DAY,
) -> None:
    draft = exercises.begin(course_id, name, by=by, at=make.NOW + more)
    exercises.finish(draft, values, outcome=outcome, obstacle="", by=by, at=make.NOW + more)


def test_practice_when_given_is_not_done_until_some_version_of_it_is(
    course_id: int, episode_id: int, therapist: Viewer, ada: Viewer
) -> None:
    exercises.give(course_id, PRACTICE, number=1, by=therapist, at=make.NOW)
    exercises.give(course_id, "cbt.five_parts", number=1, optional=True, by=therapist, at=make.NOW)
    assert [(one.number, one.done_at) for one in course(episode_id).practice] == [(1, None)]
    finish(course_id, PRACTICE, {}, outcome="not_this_time", by=ada)
    assert [one.done_at for one in course(episode_id).practice] == [None]
    finish(course_id, PRACTICE, {"what": "tea"}, outcome="small", by=ada, more=2 * DAY)
    assert [one.done_at for one in course(episode_id).practice] == [make.NOW + 2 * DAY]


@pytest.mark.parametrize(("heard", "low"), [("6", True), ("7", False)])
def test_feedback_when_given_tells_only_whether_it_asks_to_look_at_how_they_work(
    course_id: int, episode_id: int, ada: Viewer, heard: str, low: bool
) -> None:
    answers = {"heard": heard, "focus": "9", "pace": "about right", "worse": "no"}
    finish(course_id, "shared.session_feedback", answers, by=ada)
    assert [(one.at, one.low) for one in course(episode_id).feedback] == [(make.NOW + DAY, low)]


def test_plan_when_finished_is_known_with_its_day(course_id: int, episode_id: int, ada: Viewer) -> None:
    assert course(episode_id).plan_kept_at is None
    finish(course_id, "shared.staying_well", {"amber_signs": "I stop answering"}, by=ada)
    assert course(episode_id).plan_kept_at == make.NOW + DAY


def test_booking_when_made_lies_ahead_and_when_cancelled_is_gone(
    course_id: int, episode_id: int, nurse: Viewer
) -> None:
    appointments.book(course_id, starts_at=make.NOW + DAY, minutes=50, channel="phone", by=nurse, at=make.NOW)
    history = histories([episode_id])[episode_id]
    assert (course(episode_id).booked, [one.at for one in history.planned]) == (
        (make.NOW + DAY,),
        [make.NOW + DAY],
    )


def test_histories_when_more_courses_are_read_take_the_same_queries(
    course_id: int, episode_id: int, nurse: Viewer, therapist: Viewer, ada: Viewer
) -> None:
    exercises.give(course_id, PRACTICE, number=1, by=therapist, at=make.NOW)
    finish(course_id, PRACTICE, {"what": "tea"}, by=ada)
    with CaptureQueriesContext(
        connection,
    ) as one:
        histories([episode_id])
    others = [make.make_episode(by=nurse, code=f"P-{n}") for n in (2, 3)]
    for other in others:
        row = make.make_course(other, by=therapist)
        exercises.give(row, PRACTICE, number=1, by=therapist, at=make.NOW)
    with CaptureQueriesContext(connection) as three:
        histories([episode_id, *others])
    assert len(three) == len(one)
