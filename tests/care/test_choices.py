"""A talk over the choice is kept once, as it was looked at; a switch ends one course and begins another."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from holdfast.access import Viewer
from holdfast.care import audit, choices
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.pathway import choosing
from holdfast.records.models import AuditEvent, CourseDecision, TherapyChoice, TherapyCourse
from holdfast.records.queries import choices as kept
from holdfast.records.queries import therapy
from tests import make
from tests.talks import EXAMPLE, TODAY, make_talk, stop

pytestmark = pytest.mark.django_db


def begin(episode_id: int, choice: uuid.UUID, *, by: Viewer, reason: str = "", on: date = TODAY) -> int:
    return choices.begin(episode_id, choice, started_at=make.NOW, reason=reason, on=on, by=by, at=make.NOW)


def test_keep_when_read_again_then_everything_is_as_it_was(
    episode_id: int, nurse: Viewer, ada: Viewer
) -> None:
    answers = replace(EXAMPLE, stops=(stop("no_team", "dbt"),))
    uid = make_talk(episode_id, by=nurse, answers=answers, why="it comes back", disagreement="CBT again")
    row = kept.newest(ada, episode_id)
    assert row is not None
    assert (row.uid, row.answers, row.took_part, row.chosen) == (
        uid,
        answers,
        ("Ada", "Dr Bell"),
        "psychodynamic",
    )
    assert (row.why, row.disagreement, row.aid_version) == ("it comes back", "CBT again", "0.1.0")
    assert row.shown == choices.weigh(episode_id, answers, on=TODAY)
    assert row.chosen_therapy is not None
    assert row.chosen_therapy.score == 0.5


def test_keep_when_sent_twice_keeps_one_and_one_line_in_the_trail(episode_id: int, nurse: Viewer) -> None:
    uid = uuid.uuid4()
    assert [make_talk(episode_id, by=nurse, uid=uid) for _ in range(2)] == [uid, uid]
    assert TherapyChoice.objects.count() == 1
    assert AuditEvent.objects.filter(action="therapy talked over").count() == 1
    assert audit.first_broken_link() is None


def test_keep_when_its_mark_is_of_another_record_is_a_conflict(episode_id: int, nurse: Viewer) -> None:
    uid = make_talk(episode_id, by=nurse)
    other = make.make_episode(by=nurse, code="P-2")
    with pytest.raises(Conflict):
        make_talk(other, by=nurse, uid=uid)


def test_keep_when_the_result_is_another_than_was_looked_at_is_refused(
    episode_id: int, nurse: Viewer
) -> None:
    seen = choosing.digest(choices.weigh(episode_id, EXAMPLE, on=TODAY))
    changed = replace(EXAMPLE, before={})
    with pytest.raises(InvalidInput) as refused:
        choices.keep(
            episode_id,
            changed,
            choices.Talk(took_part=("Ada",), chosen="cbt"),
            seen=seen,
            on=TODAY,
            happened_at=make.NOW,
            by=nurse,
            at=make.NOW,
        )
    assert [problem.where for problem in refused.value.problems] == ["result"]
    assert TherapyChoice.objects.count() == 0


def test_keep_when_several_things_do_not_fit_names_each(episode_id: int, nurse: Viewer) -> None:
    answers = replace(EXAMPLE, stops=(stop("no_team", "dbt", until=date(2026, 3, 1)),))
    result = choices.weigh(episode_id, answers, on=TODAY)
    with pytest.raises(InvalidInput) as refused:
        choices.keep(
            episode_id,
            answers,
            choices.Talk(took_part=(" ",), chosen="everything"),
            seen=choosing.digest(result),
            on=TODAY,
            happened_at=make.NOW + timedelta(hours=1),
            by=nurse,
            at=make.NOW,
        )
    assert [problem.where for problem in refused.value.problems] == [
        "stop no_team", "choice", "who took part", "time",
    ]  # fmt: skip


@pytest.mark.parametrize("chosen", ["not_sure", "none_for_now"])
def test_keep_when_no_therapy_is_chosen_keeps_that_as_the_choice(
    episode_id: int, therapist: Viewer, chosen: str
) -> None:
    uid = make_talk(episode_id, by=therapist, chosen=chosen)
    row = kept.newest(therapist, episode_id)
    assert row is not None
    assert (row.chosen, row.chosen_therapy) == (chosen, None)
    with pytest.raises(InvalidInput, match="not chosen"):
        begin(episode_id, uid, by=therapist)


def test_keep_when_a_therapy_is_held_up_then_it_can_still_be_chosen(
    episode_id: int, therapist: Viewer
) -> None:
    held_up = replace(EXAMPLE, stops=(stop("no_regular_slot", "psychodynamic"),))
    uid = make_talk(episode_id, by=therapist, answers=held_up)
    with pytest.raises(Conflict, match="not now"):
        begin(episode_id, uid, by=therapist)
    assert begin(episode_id, uid, by=therapist, on=date(2026, 4, 2))


def test_talks_when_revisited_are_both_kept_newest_first(episode_id: int, nurse: Viewer) -> None:
    first = make_talk(episode_id, by=nurse, happened_at=make.NOW - timedelta(days=30))
    second = make_talk(episode_id, by=nurse, chosen="ipt")
    assert [(row.uid, row.chosen) for row in kept.of_episode(nurse, episode_id)] == [
        (second, "ipt"), (first, "psychodynamic"),
    ]  # fmt: skip


def test_begin_when_nothing_runs_begins_what_was_chosen_once(episode_id: int, therapist: Viewer) -> None:
    uid = make_talk(episode_id, by=therapist)
    first, second = (begin(episode_id, uid, by=therapist) for _ in range(2))
    assert first == second
    (course,) = TherapyCourse.objects.values_list("pk", "therapy")
    assert course == (first, "psychodynamic")
    assert CourseDecision.objects.count() == 0


def test_begin_when_another_runs_ends_it_with_the_reason_and_keeps_its_history(
    episode_id: int, therapist: Viewer
) -> None:
    before = make.make_course(episode_id, by=therapist)
    make.make_session(before, by=therapist, happened_at=make.NOW - timedelta(days=7))
    uid = make_talk(episode_id, by=therapist)
    after = begin(episode_id, uid, by=therapist, reason="wants to talk freely")

    (decision,) = therapy.decisions(therapist, before)
    assert (decision.kind, decision.value, decision.reason) == ("end", "switched", "wants to talk freely")
    assert [(one.course_id, len(one.fact.sessions)) for one in therapy.of_episode(therapist, episode_id)] == [
        (before, 1), (after, 0),
    ]  # fmt: skip
    running = therapy.running(therapist, episode_id)
    assert running is not None
    assert running.course_id == after
    begin(episode_id, uid, by=therapist, reason="wants to talk freely")
    assert (CourseDecision.objects.count(), TherapyCourse.objects.count()) == (1, 2)


def test_begin_when_a_switch_has_no_reason_changes_nothing(episode_id: int, therapist: Viewer) -> None:
    make.make_course(episode_id, by=therapist)
    uid = make_talk(episode_id, by=therapist)
    with pytest.raises(InvalidInput) as refused:
        begin(episode_id, uid, by=therapist, reason=" ")
    assert [problem.where for problem in refused.value.problems] == ["reason"]
    assert (CourseDecision.objects.count(), TherapyCourse.objects.count()) == (0, 1)


def test_begin_when_the_new_course_cannot_begin_then_the_old_one_has_not_ended(
    episode_id: int, therapist: Viewer
) -> None:
    make.make_course(episode_id, by=therapist)
    uid = make_talk(episode_id, by=therapist)
    with pytest.raises(InvalidInput, match="track"):
        choices.begin(
            episode_id,
            uid,
            started_at=make.NOW,
            track="sideways",
            reason="tried",
            on=TODAY,
            by=therapist,
            at=make.NOW,
        )
    assert (CourseDecision.objects.count(), TherapyCourse.objects.count()) == (0, 1)


def test_begin_when_there_was_another_talk_since_is_a_conflict(episode_id: int, therapist: Viewer) -> None:
    first = make_talk(episode_id, by=therapist, happened_at=make.NOW - timedelta(days=1))
    make_talk(episode_id, by=therapist, chosen="not_sure")
    with pytest.raises(Conflict, match="another talk"):
        begin(episode_id, first, by=therapist)


def test_choice_when_the_role_may_not_is_refused(
    episode_id: int, nurse: Viewer, lead: Viewer, ada: Viewer, stranger: Viewer
) -> None:
    for one in (lead, ada):
        with pytest.raises(NotAllowed):
            make_talk(episode_id, by=one)
    with pytest.raises(NotFound):
        make_talk(episode_id, by=stranger)
    uid = make_talk(episode_id, by=nurse)
    with pytest.raises(NotAllowed):
        begin(episode_id, uid, by=nurse)
    with pytest.raises(NotFound):
        kept.newest(stranger, episode_id)
