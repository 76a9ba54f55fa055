"""Pages of a therapy cost the same however much was written and held."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from holdfast.care import courses, exercises
from tests import make
from tests.cast import Cast, logged_in


def counted(browser: Client, place: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(place).status_code == 200
    return len(caught)


def live(cast: Cast, course_id: int, times: int, *, week: int) -> None:
    """So many sessions held with a note, exercises written and decisions made, from that week on."""
    for number in range(times):
        at = make.NOW - timedelta(days=7 * (7 - week - number))
        make.make_note(course_id, by=cast.bell, at=at)
        uid = exercises.begin(course_id, "cbt.thought_record", by=cast.ada, at=at)
        exercises.finish(uid, {"moment": "at work"}, outcome="done", by=cast.ada, at=at)
        courses.decide(course_id, "review", "go_on", by=cast.bell, at=at)


@pytest.mark.parametrize(
    ("place", "as_staff"),
    [
        (lambda course_id: reverse("therapy_course", args=[course_id]), True),
        (lambda course_id: reverse("course_exercises", args=[course_id]), True),
        (lambda course_id: reverse("exercises_as_file", args=[course_id]), True),
        (lambda course_id: reverse("private_notes", args=[course_id]), True),
        (lambda _course_id: reverse("my_therapy"), False),
        (lambda _course_id: reverse("so_far"), False),
        (lambda _course_id: reverse("so_far_on_paper"), False),
    ],
    ids=["course", "exercises", "file", "private notes", "my therapy", "so far", "paper"],
)
def test_page_when_more_was_held_and_written_takes_the_same_queries(
    cast: Cast, place: Callable[[int], str], as_staff: bool
) -> None:
    course_id = make.make_course(cast.adas_episode, by=cast.bell, started_at=make.NOW - timedelta(days=55))
    browser = logged_in(cast.bell if as_staff else cast.ada)
    live(cast, course_id, 1, week=0)
    counted(browser, place(course_id))
    few = counted(browser, place(course_id))
    live(cast, course_id, 3, week=1)
    assert counted(browser, place(course_id)) == few
