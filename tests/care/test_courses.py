"""A therapy course is opened, and an episode closed, once; a health check is kept with its reason."""

import pytest

from holdfast.access import Viewer
from holdfast.care import courses, patients
from holdfast.errors import Conflict, InvalidInput
from holdfast.records.models import CourseDecision, EpisodeEnd, TherapyCourse
from holdfast.records.queries import therapy
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


def test_health_check_when_decided_is_kept_with_its_reason(episode_id: int, therapist: Viewer) -> None:
    course_id = make.make_course(episode_id, by=therapist, slug="dbt")
    courses.decide(course_id, "health", "cleared", reason="ECG was normal", by=therapist, at=make.NOW)
    (made,) = therapy.decisions(therapist, course_id)
    assert (made.kind, made.value, made.reason) == ("health", "cleared", "ECG was normal")


@pytest.mark.parametrize(
    ("slug", "value", "reason", "where"),
    [
        ("dbt", "cleared", " ", "reason"),
        ("dbt", "held_back", "", "reason"),
        ("dbt", "yes", "ECG was normal", "decision"),
        ("cbt", "cleared", "ECG was normal", "decision"),
    ],
)
def test_health_check_when_it_lacks_something_is_refused(
    episode_id: int, therapist: Viewer, slug: str, value: str, reason: str, where: str
) -> None:
    course_id = make.make_course(episode_id, by=therapist, slug=slug)
    with pytest.raises(InvalidInput) as refused:
        courses.decide(course_id, "health", value, reason=reason, by=therapist, at=make.NOW)
    assert [one.where for one in refused.value.problems] == [where]
    assert not CourseDecision.objects.exists()
