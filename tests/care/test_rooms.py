"""A session being held: kept as typed, signed whole or not at all; its note is added to, never changed."""

import uuid
from datetime import timedelta

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import private_notes, rooms
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.records.models import (
    PrivateNote,
    PrivateNoteLook,
    ProgressNote,
    SessionRoom,
    TherapySession,
)
from holdfast.records.queries import rooms as queries
from holdfast.records.queries import therapy
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def course_id(episode_id: int, therapist: Viewer) -> int:
    return make.make_course(episode_id, by=therapist)


def test_open_when_one_is_open_already_gives_that_one(course_id: int, therapist: Viewer) -> None:
    first = rooms.open_room(course_id, by=therapist, at=make.NOW)
    assert rooms.open_room(course_id, by=therapist, at=make.NOW).uid == first.uid
    other = make.make_account(Role.THERAPIST, clinic_id=therapist.clinic_id, username="novak")
    with pytest.raises(Conflict):
        rooms.open_room(course_id, by=other, at=make.NOW)
    assert SessionRoom.objects.count() == 1


@pytest.mark.parametrize("role", [Role.NURSE, Role.PRESCRIBER, Role.LEAD])
def test_open_when_not_a_therapist_is_refused(course_id: int, therapist: Viewer, role: Role) -> None:
    other = make.make_account(role, clinic_id=therapist.clinic_id, username=f"other-{role.value}")
    with pytest.raises(NotAllowed):
        rooms.open_room(course_id, by=other, at=make.NOW)


def test_open_when_the_course_is_over_says_that_no_session_is_left(course_id: int, therapist: Viewer) -> None:
    from holdfast.care import courses

    courses.decide(course_id, "end", "stopped", reason="moved away", by=therapist, at=make.NOW)
    with pytest.raises(NotFound, match="no session left"):
        rooms.open_room(course_id, by=therapist, at=make.NOW)


def test_sign_when_something_is_missing_keeps_nothing_but_what_was_typed(
    course_id: int, therapist: Viewer
) -> None:
    rooms.open_room(course_id, by=therapist, at=make.NOW)
    room = rooms.Room({}, {"happened": "Talked"}, ())
    with pytest.raises(InvalidInput) as caught:
        rooms.sign(course_id, room, revision=0, by=therapist, at=make.NOW)
    assert "Safety, as asked today" in [problem.where for problem in caught.value.problems]
    assert (TherapySession.objects.count(), ProgressNote.objects.count()) == (0, 0)
    kept = queries.room(therapist, course_id)
    assert kept is not None
    assert kept.note["happened"] == "Talked"


def test_sign_when_done_moves_the_course_on_by_one(course_id: int, therapist: Viewer) -> None:
    for number, days in enumerate((14, 7, 0)):
        at = make.NOW - timedelta(days=days)
        make.make_note(course_id, by=therapist, at=at)
        assert therapy.course(therapist, course_id).progress(at=make.NOW).next_number == number + 1


def test_leave_when_the_note_has_words_is_refused(course_id: int, therapist: Viewer) -> None:
    rooms.open_room(course_id, by=therapist, at=make.NOW)
    rooms.keep_typed(
        course_id, rooms.Room({}, {"happened": "Talked"}, ()), revision=0, by=therapist, at=make.NOW
    )
    with pytest.raises(Conflict):
        rooms.leave(course_id, by=therapist, at=make.NOW)
    rooms.keep_typed(course_id, rooms.Room({}, {"happened": " "}, ()), revision=1, by=therapist, at=make.NOW)
    rooms.leave(course_id, by=therapist, at=make.NOW)
    assert SessionRoom.objects.count() == 0


def test_note_when_added_to_keeps_the_note_and_every_addition(course_id: int, therapist: Viewer) -> None:
    session = make.make_note(course_id, by=therapist)
    note = queries.note(therapist, course_id, session)
    for text in ("first", "second"):
        rooms.add(note.note_id, text, by=therapist, at=make.NOW)
    with pytest.raises(InvalidInput):
        rooms.add(note.note_id, "  ", by=therapist, at=make.NOW)
    after = queries.note(therapist, course_id, session)
    assert after.parts == note.parts
    assert [one.text for one in after.addenda] == ["first", "second"]


def test_private_note_when_read_by_a_supervisor_is_noted_each_time(course_id: int, therapist: Viewer) -> None:
    novak = make.make_account(Role.THERAPIST, clinic_id=therapist.clinic_id, username="novak")
    private_notes.write(course_id, "my thoughts", by=therapist, at=make.NOW)
    assert private_notes.read(course_id, by=novak, at=make.NOW) == ()
    private_notes.allow(course_id, novak.account_id, allowed=True, by=therapist, at=make.NOW)
    for _ in range(2):
        assert [one.text for one in private_notes.read(course_id, by=novak, at=make.NOW)] == ["my thoughts"]
    assert PrivateNoteLook.objects.count() == 2


def test_private_note_when_sent_twice_is_kept_once_and_never_as_written(
    course_id: int, therapist: Viewer
) -> None:
    uid = uuid.uuid4()
    for _ in range(2):
        private_notes.write(course_id, "my thoughts", by=therapist, at=make.NOW, uid=uid)
    assert "thoughts" not in PrivateNote.objects.get().sealed


def test_private_notes_when_keys_change_open_still_and_with_the_wrong_key_say_so(
    course_id: int, therapist: Viewer, settings: object
) -> None:
    from cryptography.fernet import Fernet

    private_notes.write(course_id, "my thoughts", by=therapist, at=make.NOW)
    old, new = settings.NOTES_KEYS, Fernet.generate_key().decode()  # type: ignore[attr-defined]
    settings.NOTES_KEYS = [new, *old]  # type: ignore[attr-defined]
    assert private_notes.reseal() == 1
    settings.NOTES_KEYS = [new]  # type: ignore[attr-defined]
    assert [one.text for one in private_notes.read(course_id, by=therapist, at=make.NOW)] == ["my thoughts"]
    settings.NOTES_KEYS = old  # type: ignore[attr-defined]
    with pytest.raises(private_notes.CannotUnseal):
        private_notes.read(course_id, by=therapist, at=make.NOW)


def test_private_notes_when_a_nurse_asks_are_refused(course_id: int, nurse: Viewer) -> None:
    with pytest.raises(NotAllowed):
        private_notes.read(course_id, by=nurse, at=make.NOW)
