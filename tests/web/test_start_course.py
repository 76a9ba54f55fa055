"""A course is started on the track and with the therapist that were chosen."""

import pytest
from django.test import Client
from django.urls import reverse

from holdfast.records.queries import therapy
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen


@pytest.fixture
def desk(cast: Cast) -> Client:
    return logged_in(cast.bell)


def send(desk: Client, episode_id: int, **fields: str) -> object:
    place = reverse("start_course", args=[episode_id])
    given = {"uid": seen.typed(desk.get(place), "uid"), "happened_at": "2026-03-02T14:30", **fields}
    return desk.post(place, given)


def test_course_when_a_track_is_chosen_runs_on_it_with_its_therapist(cast: Cast, desk: Client) -> None:
    send(desk, cast.adas_episode, therapy="ipt", track="ipt.adolescent", therapist=str(cast.bell.account_id))

    (course,) = therapy.of_episode(cast.bell, cast.adas_episode)
    assert course.progress(at=make.NOW).track.slug == "adolescent"
    assert course.therapist_id == cast.bell.account_id


def test_course_when_the_track_is_of_another_therapy_is_refused(cast: Cast, desk: Client) -> None:
    response = send(desk, cast.adas_episode, therapy="cbt", track="ipt.adolescent")

    assert seen.errors(response) == [
        "Track: This is a track of another therapy. Expected: one of the therapy you chose."
    ]
    assert therapy.of_episode(cast.bell, cast.adas_episode) == ()
