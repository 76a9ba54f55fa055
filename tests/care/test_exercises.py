"""Exercises: kept as typed, finished once, their gates watched at every save, shown to whom their writer likes."""

import uuid
from datetime import timedelta

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import exercises
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.records.models import Alert, EntryLook, ExerciseDraft, ExerciseEntry, Practice
from holdfast.records.queries import exercises as queries
from holdfast.records.queries import therapy
from tests import make
from tests.cast import patient_of

pytestmark = pytest.mark.django_db

DIARY = "dbt.diary_card"


@pytest.fixture
def patient(episode_id: int, therapist: Viewer) -> Viewer:
    return make.make_account(
        Role.PATIENT, clinic_id=therapist.clinic_id, username="ada", patient_id=patient_of(episode_id)
    )


@pytest.fixture
def course_id(episode_id: int, therapist: Viewer) -> int:
    return make.make_course(episode_id, by=therapist, slug="dbt")


def finish(course_id: int, name: str, by: Viewer, /, *, outcome: str = "done", **values: object) -> uuid.UUID:
    draft = exercises.begin(course_id, name, by=by, at=make.NOW)
    return exercises.finish(draft, values, outcome=outcome, by=by, at=make.NOW).thread


def test_begin_when_tapped_twice_is_one_draft(course_id: int, patient: Viewer) -> None:
    first, second = (exercises.begin(course_id, DIARY, by=patient, at=make.NOW) for _ in range(2))
    assert first == second
    assert ExerciseDraft.objects.count() == 1


def test_begin_when_the_exercise_is_the_therapists_is_not_the_patients(
    episode_id: int, therapist: Viewer, patient: Viewer
) -> None:
    course_id = make.make_course(episode_id, by=therapist, slug="psychodynamic")
    with pytest.raises(NotFound):
        exercises.begin(course_id, "psychodynamic.notes", by=patient, at=make.NOW)


@pytest.mark.parametrize("role", [Role.NURSE, Role.PRESCRIBER, Role.LEAD, Role.ADMINISTRATOR])
def test_begin_when_not_a_therapist_nor_the_patient_is_refused(
    course_id: int, therapist: Viewer, role: Role
) -> None:
    other = make.make_account(role, clinic_id=therapist.clinic_id, username=f"other-{role.value}")
    with pytest.raises(NotAllowed):
        exercises.begin(course_id, DIARY, by=other, at=make.NOW)


def test_save_when_the_page_is_older_is_a_conflict_and_undoes_nothing(
    course_id: int, patient: Viewer
) -> None:
    draft = exercises.begin(course_id, DIARY, by=patient, at=make.NOW)
    exercises.keep_typed(draft, {"good_thing": "newer"}, revision=0, by=patient, at=make.NOW)
    with pytest.raises(Conflict):
        exercises.keep_typed(draft, {"good_thing": "older"}, revision=0, by=patient, at=make.NOW)
    assert ExerciseDraft.objects.get().values == {"good_thing": "newer"}


def test_save_when_far_too_much_is_sent_is_refused(course_id: int, patient: Viewer) -> None:
    draft = exercises.begin(course_id, DIARY, by=patient, at=make.NOW)
    with pytest.raises(InvalidInput):
        exercises.keep_typed(draft, {"good_thing": "x" * 200_001}, revision=0, by=patient, at=make.NOW)


def test_save_when_an_answer_says_danger_raises_its_alert_though_nothing_is_finished(
    course_id: int, patient: Viewer
) -> None:
    """H-004: a person may stop half-way; H-001: draft and alert are kept together."""
    draft = exercises.begin(course_id, DIARY, by=patient, at=make.NOW)
    first = exercises.keep_typed(draft, {"urge_suicide": "9"}, revision=0, by=patient, at=make.NOW)
    again = exercises.keep_typed(draft, {"urge_suicide": "9"}, revision=1, by=patient, at=make.NOW)
    assert first.help_now
    assert again.help_now
    assert list(Alert.objects.values_list("instrument", "item", "kind", "level")) == [
        (DIARY, "urge_suicide", "suicide", 2)
    ]


def test_save_when_the_urge_rises_after_many_cards_is_judged_against_the_newest(
    course_id: int, patient: Viewer
) -> None:
    for day in range(70):
        at = make.NOW - timedelta(days=80 - day)
        draft = exercises.begin(course_id, DIARY, by=patient, at=at)
        low = "3" if day < 65 else "0"
        exercises.finish(draft, {"urge_suicide": low}, outcome="done", by=patient, at=at)
    before = Alert.objects.count()
    draft = exercises.begin(course_id, DIARY, by=patient, at=make.NOW)
    exercises.keep_typed(draft, {"urge_suicide": "3"}, revision=0, by=patient, at=make.NOW)
    rise = next(
        test.risen_by
        for gate in therapy.course(patient, course_id).plan.exercises[DIARY].gates
        for test in gate.any_of
        if test.risen_by is not None and test.field == "urge_suicide"
    )
    assert (Alert.objects.count() > before) is (rise <= 3)


def test_finish_when_sent_twice_keeps_one_entry(course_id: int, patient: Viewer) -> None:
    draft = exercises.begin(course_id, DIARY, by=patient, at=make.NOW)
    threads = {
        exercises.finish(draft, {"good_thing": "got up"}, outcome="done", by=patient, at=make.NOW).thread
        for _ in range(2)
    }
    assert threads == {draft}
    assert ExerciseEntry.objects.count() == 1
    assert ExerciseDraft.objects.count() == 0


def test_finish_when_nothing_was_filled_in_is_refused_and_not_this_time_is_fine(
    course_id: int, patient: Viewer
) -> None:
    draft = exercises.begin(course_id, DIARY, by=patient, at=make.NOW)
    with pytest.raises(InvalidInput):
        exercises.finish(draft, {}, outcome="done", by=patient, at=make.NOW)
    exercises.finish(draft, {}, outcome="not_this_time", obstacle=" too tired ", by=patient, at=make.NOW)
    row = ExerciseEntry.objects.get()
    assert (row.outcome, row.obstacle, row.values) == ("not_this_time", "too tired", {})


def test_finish_when_a_field_cannot_be_read_keeps_what_was_typed(course_id: int, patient: Viewer) -> None:
    draft = exercises.begin(course_id, DIARY, by=patient, at=make.NOW)
    with pytest.raises(InvalidInput) as caught:
        exercises.finish(draft, {"urge_suicide": "lots"}, outcome="done", by=patient, at=make.NOW)
    assert [problem.where for problem in caught.value.problems] == ["urge_suicide"]
    assert ExerciseDraft.objects.get().values == {"urge_suicide": "lots"}


def test_finish_when_a_patient_sends_a_field_of_the_therapist_leaves_it_out(
    episode_id: int, therapist: Viewer, patient: Viewer
) -> None:
    course_id = make.make_course(episode_id, by=therapist, slug="psychodynamic")
    finish(course_id, "psychodynamic.ending", patient, keep="our talks", letter="forged")
    assert ExerciseEntry.objects.get().values == {"keep": "our talks"}


def test_go_on_when_finished_replaces_the_entry_and_keeps_the_first(course_id: int, patient: Viewer) -> None:
    thread = finish(course_id, DIARY, patient, good_thing="got up")
    draft = exercises.go_on(thread, by=patient, at=make.NOW)
    exercises.finish(draft, {"good_thing": "got up, rang Ana"}, outcome="done", by=patient, at=make.NOW)
    (row,) = queries.entries(patient, therapy.course(patient, course_id))
    assert row.values == {"good_thing": "got up, rang Ana"}
    assert ExerciseEntry.objects.count() == 2


def test_share_when_someone_else_tries_is_refused(course_id: int, patient: Viewer, therapist: Viewer) -> None:
    thread = finish(course_id, DIARY, patient, good_thing="got up")
    with pytest.raises(NotFound):
        exercises.share(thread, audience="group_leader", shown=True, by=therapist, at=make.NOW)


def test_look_when_marked_twice_is_noted_once(course_id: int, patient: Viewer, therapist: Viewer) -> None:
    thread = finish(course_id, DIARY, patient, good_thing="got up")
    for _ in range(2):
        exercises.look(thread, together=True, by=therapist, at=make.NOW)
    assert EntryLook.objects.count() == 1


def test_give_when_sent_twice_gives_once_and_an_unknown_exercise_is_not_found(
    course_id: int, therapist: Viewer
) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        exercises.give(course_id, DIARY, number=1, by=therapist, at=make.NOW, uid=uid)
    assert Practice.objects.count() == 1
    with pytest.raises(NotFound):
        exercises.give(course_id, "dbt.nothing", number=1, by=therapist, at=make.NOW)


def test_exercises_when_another_clinics_therapist_asks_are_not_found(course_id: int, patient: Viewer) -> None:
    thread = finish(course_id, DIARY, patient, good_thing="got up")
    inland = make.make_clinic("inland")
    stranger = make.make_account(Role.THERAPIST, clinic_id=inland, username="stranger")
    with pytest.raises(NotFound):
        queries.entry(stranger, thread)
    with pytest.raises(NotFound):
        exercises.look(thread, together=True, by=stranger, at=make.NOW)
