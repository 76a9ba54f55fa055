"""Answers come in: nothing is lost, nothing counts twice, and safety comes before statistics."""

import uuid
from datetime import timedelta

import pytest

from holdfast.access import Viewer
from holdfast.care import alerts, checkins, outlooks
from holdfast.errors import InvalidInput, NotAllowed, NotFound
from holdfast.records.models import Alert, AuditEvent, CaseloadEntry, CheckIn, CheckInDraft, Outlook
from holdfast.records.queries import patient
from holdfast.records.queries.alerts import waiting
from tests.make import NOW, phq9

pytestmark = pytest.mark.django_db


def test_submit_when_complete_keeps_answers_score_and_outlook(episode_id: int, ada: Viewer) -> None:
    kept = checkins.submit(episode_id, "phq9", phq9(2), by=ada, at=NOW)
    row = CheckIn.objects.get(uid=kept.uid)
    assert (row.total, row.band, row.complete, row.source) == (16, "moderately_severe", True, "patient")
    assert row.answers == phq9(2)
    assert Outlook.objects.filter(episode_id=episode_id).order_by("-made_at")[0].made_at == NOW


def test_submit_when_an_item_is_missing_keeps_the_answers_without_a_total(
    episode_id: int, ada: Viewer
) -> None:
    answers = {**phq9(2), "q3": None}
    kept = checkins.submit(episode_id, "phq9", answers, by=ada, at=NOW)
    row = CheckIn.objects.get(uid=kept.uid)
    assert (row.total, row.band, row.complete, row.answers) == (None, "", False, answers)


def test_submit_when_sent_twice_counts_once(episode_id: int, ada: Viewer) -> None:
    uid = uuid.uuid4()
    answers = phq9(1, 1, 1, 1, 1, 1, 1, 1, 2)
    first = checkins.submit(episode_id, "phq9", answers, by=ada, at=NOW, uid=uid)
    second = checkins.submit(episode_id, "phq9", answers, by=ada, at=NOW + timedelta(minutes=1), uid=uid)
    assert first == second
    assert (CheckIn.objects.count(), Alert.objects.count()) == (1, 1)


def test_submit_when_the_transaction_fails_keeps_neither_answer_nor_alert(
    episode_id: int, ada: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-001."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr("holdfast.care.checkins.audit.note", broken)
    with pytest.raises(RuntimeError, match="trail"):
        checkins.submit(episode_id, "phq9", phq9(0, 0, 0, 0, 0, 0, 0, 0, 3), by=ada, at=NOW)
    assert (CheckIn.objects.count(), Alert.objects.count()) == (0, 0)


@pytest.mark.parametrize("failure", [RuntimeError("boom"), MemoryError(), FloatingPointError("nan")])
def test_submit_when_the_forecast_raises_keeps_answer_and_alert(
    episode_id: int, ada: Viewer, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """H-006."""

    def broken(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr("holdfast.care.outlooks.ahead.forecast", broken)
    checkins.submit(episode_id, "phq9", phq9(3, 3, 3, 3, 3, 3, 3, 3, 1), by=ada, at=NOW)
    assert CheckIn.objects.get().total == 25
    assert Alert.objects.get().level == 1
    outlook = Outlook.objects.order_by("-made_at")[0]
    assert outlook.forecast is None
    assert outlook.forecast_failure == f"forecast: {type(failure).__name__}"
    assert CaseloadEntry.objects.get().urgency == 0


def test_submit_when_the_suggestions_raise_keeps_the_forecast(
    episode_id: int, ada: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("rule")

    monkeypatch.setattr("holdfast.care.outlooks.suggest", broken)
    checkins.submit(episode_id, "phq9", phq9(3), by=ada, at=NOW)
    outlook = Outlook.objects.order_by("-made_at")[0]
    assert outlook.forecast is not None
    assert (outlook.suggestions, outlook.forecast_failure) == ([], "suggestions: KeyError")


def test_alert_when_raised_shows_in_the_caseload_before_any_outlook(
    episode_id: int, ada: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-001: even when no outlook can be made at all."""
    monkeypatch.setattr("holdfast.care.checkins.outlooks.refresh", lambda *_, **__: None)
    checkins.submit(episode_id, "phq9", phq9(0, 0, 0, 0, 0, 0, 0, 0, 2), by=ada, at=NOW)
    entry = CaseloadEntry.objects.get()
    assert (entry.urgency, entry.open_alerts, entry.next_step) == (0, 1, "Answer a safety alert")


def test_answer_when_marked_in_a_draft_raises_the_alert_before_sending(episode_id: int, ada: Viewer) -> None:
    """H-004."""
    draft = checkins.draft(episode_id, "phq9", by=ada, at=NOW)
    assert checkins.answer(draft, "q1", 3, by=ada, at=NOW) is False
    assert checkins.answer(draft, "q9", 1, by=ada, at=NOW) is True
    alert = Alert.objects.get()
    assert (alert.checkin_uid, alert.item, alert.value, alert.level) == (draft, "q9", 1, 1)


def test_send_after_a_marked_draft_answer_raises_no_second_alert(episode_id: int, ada: Viewer) -> None:
    draft = checkins.draft(episode_id, "phq9", by=ada, at=NOW)
    for item, value in phq9(1, 1, 1, 1, 1, 1, 1, 1, 1).items():
        checkins.answer(draft, item, value, by=ada, at=NOW)
    kept = checkins.send(draft, by=ada, at=NOW)
    assert (kept.score.total, kept.help_now, Alert.objects.count()) == (9, True, 1)


def test_answer_when_changed_upwards_raises_the_higher_level_too(episode_id: int, ada: Viewer) -> None:
    draft = checkins.draft(episode_id, "phq9", by=ada, at=NOW)
    checkins.answer(draft, "q9", 1, by=ada, at=NOW)
    checkins.answer(draft, "q9", 3, by=ada, at=NOW)
    assert list(Alert.objects.order_by("level").values_list("level", flat=True)) == [1, 3]


def test_draft_when_begun_again_keeps_what_was_typed(episode_id: int, ada: Viewer) -> None:
    draft = checkins.draft(episode_id, "phq9", by=ada, at=NOW)
    checkins.answer(draft, "q1", 2, by=ada, at=NOW)
    assert checkins.draft(episode_id, "phq9", by=ada, at=NOW + timedelta(hours=23)) == draft
    assert patient.draft_answers(ada, draft) == ("phq9", {"q1": 2})


def test_send_when_tapped_twice_gives_the_same_check_in(episode_id: int, ada: Viewer) -> None:
    draft = checkins.draft(episode_id, "gad7", by=ada, at=NOW)
    for number in range(1, 8):
        checkins.answer(draft, f"q{number}", 1, by=ada, at=NOW)
    assert checkins.send(draft, by=ada, at=NOW) == checkins.send(draft, by=ada, at=NOW)
    assert (CheckIn.objects.count(), CheckInDraft.objects.count()) == (1, 0)


def test_submit_when_of_another_site_is_refused_as_not_found(episode_id: int, stranger: Viewer) -> None:
    """H-007."""
    with pytest.raises(NotFound):
        checkins.submit(episode_id, "phq9", phq9(1), by=stranger, at=NOW)
    assert CheckIn.objects.count() == 0


def test_enter_score_by_a_patient_is_refused(episode_id: int, ada: Viewer) -> None:
    with pytest.raises(NotAllowed):
        checkins.enter_score(episode_id, "madrs", 10, by=ada, at=NOW)


@pytest.mark.parametrize("total", [-1, 61])
def test_enter_score_when_out_of_range_is_refused_and_keeps_nothing(
    episode_id: int, nurse: Viewer, total: int
) -> None:
    with pytest.raises(InvalidInput, match="0"):
        checkins.enter_score(episode_id, "madrs", total, by=nurse, at=NOW)
    assert CheckIn.objects.count() == 0


def test_enter_score_when_in_the_future_is_refused(episode_id: int, nurse: Viewer) -> None:
    with pytest.raises(InvalidInput, match="future"):
        checkins.enter_score(
            episode_id, "madrs", 10, by=nurse, at=NOW, happened_at=NOW + timedelta(minutes=1)
        )


def test_enter_score_when_days_old_is_kept_as_backfilled(episode_id: int, nurse: Viewer) -> None:
    checkins.enter_score(episode_id, "madrs", 10, by=nurse, at=NOW, happened_at=NOW - timedelta(days=3))
    assert CheckIn.objects.get().arrival == "backfilled"


def test_correct_when_the_right_result_is_marked_raises_its_alert(episode_id: int, nurse: Viewer) -> None:
    kept = checkins.enter_score(episode_id, "cssrs_screen", 1, by=nurse, at=NOW)
    checkins.correct(kept.uid, total=3, reason="wrong box", by=nurse, at=NOW + timedelta(hours=1))
    assert [(one.item, one.value, one.level) for one in waiting(nurse)] == [("total", 3, 3)]


def test_correct_when_done_leaves_the_old_row_and_counts_the_new(episode_id: int, nurse: Viewer) -> None:
    kept = checkins.enter_score(episode_id, "madrs", 40, by=nurse, at=NOW)
    checkins.correct(kept.uid, total=14, reason="digits swapped", by=nurse, at=NOW + timedelta(hours=1))
    assert CheckIn.objects.get(uid=kept.uid).total == 40
    assert [(r.total, r.correction_reason, r.replaces.total) for r in CheckIn.current.all()] == [
        (14, "digits swapped", 40)
    ]
    assert [row.total for row in patient.timeline(nurse, episode_id)] == [14]


def test_audit_of_a_check_in_holds_no_answer(episode_id: int, ada: Viewer) -> None:
    checkins.submit(episode_id, "phq9", phq9(3), by=ada, at=NOW)
    event = AuditEvent.objects.get(action="check-in submitted")
    assert event.detail == {"episode": episode_id}


def test_refresh_when_nothing_changed_gives_the_same_digest(episode_id: int, ada: Viewer) -> None:
    checkins.submit(episode_id, "phq9", phq9(2), by=ada, at=NOW)
    outlooks.refresh(episode_id, at=NOW + timedelta(hours=1))
    digests = Outlook.objects.order_by("-made_at").values_list("inputs_digest", flat=True)[:2]
    assert digests[0] == digests[1]


def test_draft_when_begun_again_after_a_day_keeps_the_old_one_as_it_stands(
    episode_id: int, ada: Viewer
) -> None:
    old = checkins.draft(episode_id, "phq9", by=ada, at=NOW)
    checkins.answer(old, "q1", 2, by=ada, at=NOW)
    new = checkins.draft(episode_id, "phq9", by=ada, at=NOW + timedelta(days=1))
    row = CheckIn.objects.get(uid=old)
    assert (row.answers, row.total, row.complete, row.happened_at) == ({"q1": 2}, None, False, NOW)
    assert patient.draft_answers(ada, new) == ("phq9", {})


def test_answer_when_marked_again_days_after_the_first_was_looked_at_raises_a_new_alert(
    episode_id: int, ada: Viewer, nurse: Viewer
) -> None:
    """H-004: a page left open for days is still listened to."""
    draft = checkins.draft(episode_id, "phq9", by=ada, at=NOW)
    checkins.answer(draft, "q9", 2, by=ada, at=NOW)
    alerts.acknowledge(Alert.objects.get().pk, action="called", by=nurse, at=NOW)
    checkins.answer(draft, "q9", 2, by=ada, at=NOW + timedelta(days=3))
    assert [row.raised_at for row in waiting(nurse)] == [NOW + timedelta(days=3)]
