"""Entries made in error are withdrawn: still there to read, no longer counted."""

from datetime import timedelta

import pytest

from holdfast.access import Viewer
from holdfast.care import checkins, corrections
from holdfast.errors import InvalidInput, NotAllowed, NotFound
from holdfast.records.models import Infusion
from holdfast.records.queries import patient
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db


def test_withdraw_when_done_keeps_the_row_and_stops_counting_it(episode_id: int, nurse: Viewer) -> None:
    make.make_infusion(episode_id, by=nurse, happened_at=NOW - timedelta(days=1))
    uid = Infusion.objects.get().uid
    corrections.withdraw("infusion", uid, reason="other patient", by=nurse, at=NOW)
    assert Infusion.objects.get(uid=uid).dose_mg == 35
    assert patient.history(nurse, episode_id).infusions == ()
    assert patient.timeline(nurse, episode_id) == ()
    (row,) = patient.withdrawn(nurse, episode_id)
    assert (row.uid, row.was, row.reason, row.corrected_by) == (uid, "0.50 mg/kg", "other patient", "Okoro")


def test_withdraw_when_done_before_is_not_found(episode_id: int, nurse: Viewer) -> None:
    kept = checkins.enter_score(episode_id, "madrs", 40, by=nurse, at=NOW)
    corrections.withdraw("check-in", kept.uid, reason="wrong form", by=nurse, at=NOW)
    with pytest.raises(NotFound):
        corrections.withdraw("check-in", kept.uid, reason="wrong form", by=nurse, at=NOW)


def test_withdraw_without_a_reason_is_refused(episode_id: int, nurse: Viewer) -> None:
    kept = checkins.enter_score(episode_id, "madrs", 40, by=nurse, at=NOW)
    with pytest.raises(InvalidInput, match="reason"):
        corrections.withdraw("check-in", kept.uid, reason=" ", by=nurse, at=NOW)
    assert [row.uid for row in patient.timeline(nurse, episode_id)] == [kept.uid]


def test_withdraw_by_a_role_that_may_not_record_it_is_refused(
    episode_id: int, nurse: Viewer, therapist: Viewer
) -> None:
    make.make_infusion(episode_id, by=nurse, happened_at=NOW)
    with pytest.raises(NotAllowed):
        corrections.withdraw("infusion", Infusion.objects.get().uid, reason="x", by=therapist, at=NOW)


def test_withdraw_by_another_site_is_not_found(episode_id: int, nurse: Viewer, stranger: Viewer) -> None:
    make.make_infusion(episode_id, by=nurse, happened_at=NOW)
    with pytest.raises(NotFound):
        corrections.withdraw("infusion", Infusion.objects.get().uid, reason="x", by=stranger, at=NOW)
