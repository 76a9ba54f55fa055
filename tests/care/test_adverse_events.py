"""Adverse events are recorded, corrected when more is known, and withdrawn; nothing is lost."""

import uuid

import pytest

from holdfast.access import Viewer
from holdfast.care import adverse_events
from holdfast.errors import InvalidInput, NotAllowed, NotFound
from holdfast.records.models import AdverseEvent
from holdfast.records.queries import adverse_events as queries
from tests import make
from tests.making import flow, home


def told(episode_id: int, *, by: Viewer) -> list[tuple[str, str, str]]:
    return [(row.what, row.outcome, row.withdrawn) for row in queries.of_episode(by, episode_id)]


def test_record_when_sent_twice_then_it_is_there_once(episode_id: int, nurse: Viewer) -> None:
    visit, uid = flow.make_started(episode_id, by=nurse), uuid.uuid4()
    for _ in range(2):
        adverse_events.record(
            episode_id, visit_uid=visit, what=" Headache ", severity="mild", serious=False, related="possible",
            action="Rest", outcome="recovered", happened_at=make.NOW, by=nurse, at=make.NOW, uid=uid,
        )  # fmt: skip
    (row,) = AdverseEvent.objects.all()
    assert (row.what, row.visit and row.visit.uid, row.recorded_by_id) == (
        "Headache",
        visit,
        nurse.account_id,
    )


def test_record_when_fields_are_wrong_then_all_are_named_at_once(episode_id: int, nurse: Viewer) -> None:
    with pytest.raises(InvalidInput) as error:
        adverse_events.record(
            episode_id, what=" ", severity="awful", serious=False, related="sure", action="", outcome="died",
            happened_at=make.NOW.replace(year=2027), by=nurse, at=make.NOW,
        )  # fmt: skip
    assert [problem.where for problem in error.value.problems] == [
        "severity",
        "related",
        "what",
        "serious",
        "time",
    ]


def test_correct_when_the_outcome_is_known_then_the_newer_counts_and_the_older_stays(
    episode_id: int, nurse: Viewer
) -> None:
    uid = home.make_event(episode_id, by=nurse, what="Fall")
    changes = {"outcome": "lasting", "serious": True}
    adverse_events.correct(uid, changes=changes, reason="The scan came back", by=nurse, at=make.NOW)
    assert told(episode_id, by=nurse) == [
        ("Fall", "lasting", ""),
        ("Fall", "recovered", "The scan came back"),
    ]


def test_correct_when_it_makes_lasting_harm_not_serious_is_refused(episode_id: int, nurse: Viewer) -> None:
    uid = home.make_event(episode_id, by=nurse)
    with pytest.raises(InvalidInput, match="death and lasting harm are serious"):
        adverse_events.correct(uid, changes={"outcome": "lasting"}, reason="Worse", by=nurse, at=make.NOW)


def test_withdraw_when_entered_in_error_then_it_no_longer_counts_and_can_be_read(
    episode_id: int, nurse: Viewer
) -> None:
    uid = home.make_event(episode_id, by=nurse)
    adverse_events.withdraw(uid, reason="Of someone else", by=nurse, at=make.NOW)
    assert told(episode_id, by=nurse) == [("Headache", "recovered", "Of someone else")]
    assert queries.current(nurse, episode_id) == ()


def test_verbs_when_not_theirs_to_use_are_refused(
    episode_id: int, nurse: Viewer, therapist: Viewer, stranger: Viewer
) -> None:
    uid = home.make_event(episode_id, by=nurse)
    with pytest.raises(NotAllowed):
        home.make_event(episode_id, by=therapist)
    with pytest.raises(NotFound):
        home.make_event(episode_id, by=stranger)
    with pytest.raises(NotFound):
        adverse_events.withdraw(uid, reason="Mine", by=stranger, at=make.NOW)


def test_record_when_the_visit_is_of_someone_else_is_refused(episode_id: int, nurse: Viewer) -> None:
    """H-023."""
    others = flow.make_started(make.make_episode(by=nurse, code="P-2"), by=nurse)
    with pytest.raises(NotFound):
        home.make_event(episode_id, by=nurse, visit_uid=others)
    assert not AdverseEvent.objects.exists()
