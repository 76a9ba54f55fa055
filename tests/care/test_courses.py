"""A therapy course is opened, and an episode closed, once, however often the button is tapped."""

import pytest

from holdfast.access import Viewer
from holdfast.care import patients
from holdfast.errors import Conflict
from holdfast.records.models import EpisodeEnd, TherapyCourse
from tests import make

pytestmark = pytest.mark.django_db


def test_start_course_when_sent_twice_opens_one(episode_id: int, therapist: Viewer) -> None:
    first, second = (make.make_course(episode_id, by=therapist) for _ in range(2))
    assert first == second
    assert TherapyCourse.objects.count() == 1


def test_close_when_closed_already_is_a_conflict(episode_id: int, nurse: Viewer) -> None:
    patients.close(episode_id, reason="moved away", by=nurse, at=make.NOW)
    with pytest.raises(Conflict):
        patients.close(episode_id, reason="moved away", by=nurse, at=make.NOW)
    assert EpisodeEnd.objects.count() == 1
