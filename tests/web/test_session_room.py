"""The session as a therapist holds it: since last time, agenda, exercise beside it, practice, a note locked."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from holdfast.care import exercises
from holdfast.errors import NotFound
from holdfast.protocols.exercise import Sight
from holdfast.protocols.loader import therapies
from holdfast.records.queries import exercises as queries
from holdfast.records.queries import rooms, therapy
from tests import make
from tests.cast import Cast, logged_in
from tests.web.seen import text as words

NOTE = {"note__happened": "Went through the week", "note__safety": "Asked; no thoughts of suicide"}


@pytest.fixture
def desk(cast: Cast) -> Client:
    return logged_in(cast.bell)


def begun(cast: Cast, desk: Client, slug: str = "cbt") -> int:
    course_id = make.make_course(cast.adas_episode, by=cast.bell, slug=slug)
    desk.post(reverse("session_room", args=[course_id]), {"begin": "1"})
    return course_id


def ticked(cast: Cast, course_id: int) -> dict[str, str]:
    """Every point of the agenda done."""
    row = rooms.room(cast.bell, course_id)
    assert row is not None
    outline = therapy.course(cast.bell, course_id).plan.sessions[row.outline]
    return {f"tick__{item.slug}": "done" for item in outline.agenda}


@pytest.mark.parametrize("slug", [plan.slug for plan in therapies()])
def test_course_when_each_session_is_signed_goes_from_preparation_on(
    cast: Cast, desk: Client, slug: str
) -> None:
    course_id = make.make_course(cast.adas_episode, by=cast.bell, slug=slug)
    place = reverse("session_room", args=[course_id])
    held = []
    for _ in range(3):
        desk.post(place, {"begin": "1"})
        row = rooms.room(cast.bell, course_id)
        assert row is not None
        held.append(row.outline)
        answer = desk.post(place, {**ticked(cast, course_id), **NOTE, "sign": "1"})
        assert answer.status_code == 302, words(answer)
    plan = therapy.course(cast.bell, course_id).plan
    first = [one for phase in plan.tracks[0].phases for one in phase.outlines]
    assert held == [plan.preparation, *first[:2]]
    assert [row.number for row in rooms.held(cast.bell, course_id)] == [2, 1, 0]


def test_session_when_signed_keeps_note_practice_and_session_together(cast: Cast, desk: Client) -> None:
    course_id = begun(cast, desk)
    sent = {
        **ticked(cast, course_id),
        **NOTE,
        "give": ["cbt.good_minute"],
        "dose__cbt.good_minute": "once, outside",
        "sign": "1",
    }
    desk.post(reverse("session_room", args=[course_id]), sent)

    (held,) = rooms.held(cast.bell, course_id)
    note = rooms.note(cast.bell, course_id, held.uid)
    assert note.parts == {"happened": "Went through the week", "safety": "Asked; no thoughts of suicide"}
    assert {point["state"] for point in note.agenda} == {"done"}
    (given,) = therapy.given(cast.ada, course_id)
    assert (given.exercise, given.dose) == ("cbt.good_minute", "once, outside")
    assert rooms.room(cast.bell, course_id) is None


def test_session_when_the_safety_point_is_passed_over_is_not_signed_without_the_reason(
    cast: Cast, desk: Client
) -> None:
    """H-017: what guards safety is not left out without a word."""
    course_id = begun(cast, desk)
    row = rooms.room(cast.bell, course_id)
    assert row is not None
    outline = therapy.course(cast.bell, course_id).plan.sessions[row.outline]
    locked = next(item.slug for item in outline.agenda if item.locked)
    sent = {k: v for k, v in ticked(cast, course_id).items() if k != f"tick__{locked}"}
    place = reverse("session_room", args=[course_id])

    refused = desk.post(place, {**sent, **NOTE, "sign": "1"})

    assert refused.status_code == 422
    assert "Guards safety and was not done" in words(refused)
    assert "Went through the week" in refused.content.decode()
    assert rooms.held(cast.bell, course_id) == ()
    signed = desk.post(
        place, {**sent, **NOTE, f"reason__{locked}": "seen by the prescriber an hour ago", "sign": "1"}
    )
    assert signed.status_code == 302


def test_session_when_the_note_is_empty_is_not_signed_and_says_what_is_missing(
    cast: Cast, desk: Client
) -> None:
    course_id = begun(cast, desk)
    answer = desk.post(reverse("session_room", args=[course_id]), {**ticked(cast, course_id), "sign": "1"})
    assert answer.status_code == 422
    assert "What we did" in words(answer)


def test_session_when_the_page_saves_by_itself_is_kept_as_typed(cast: Cast, desk: Client) -> None:
    course_id = begun(cast, desk)
    told = desk.post(
        reverse("session_save", args=[course_id]),
        "note__happened=half+a+sentence&revision=0",
        content_type="application/x-www-form-urlencoded",
    )
    assert told.json() == {"revision": 1, "help": False, "problems": {}}
    assert "half a sentence" in desk.get(reverse("session_room", args=[course_id])).content.decode()


def test_session_when_an_older_page_is_sent_is_refused_with_what_was_typed(cast: Cast, desk: Client) -> None:
    course_id = begun(cast, desk)
    place = reverse("session_room", args=[course_id])
    desk.post(place, {"note__happened": "newer", "revision": "0", "keep": "1"})

    answer = desk.post(place, {"note__happened": "older words", "revision": "0", "keep": "1"})

    assert answer.status_code == 409
    assert "older words" in answer.content.decode()


def test_since_last_when_something_happened_says_scores_with_change_practice_and_why_not(
    cast: Cast, desk: Client
) -> None:
    course_id = make.make_course(cast.adas_episode, by=cast.bell)
    week = timedelta(days=7)
    make.make_check_in(cast.adas_episode, 2, by=cast.ada, at=make.NOW - 2 * week)
    make.make_session(course_id, by=cast.bell, happened_at=make.NOW - week)
    exercises.give(course_id, "cbt.good_minute", number=1, by=cast.bell, at=make.NOW - week)
    make.make_check_in(cast.adas_episode, 1, by=cast.ada, at=make.NOW - timedelta(days=1))
    make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=make.NOW - timedelta(days=3))
    uid = exercises.begin(course_id, "cbt.good_minute", by=cast.ada, at=make.NOW - timedelta(days=2))
    exercises.finish(
        uid,
        {},
        outcome="not_this_time",
        obstacle="no time alone",
        by=cast.ada,
        at=make.NOW - timedelta(days=2),
    )
    desk.post(reverse("session_room", args=[course_id]), {"begin": "1"})

    said = words(desk.get(reverse("session_room", args=[course_id])))

    assert "8 (mild), 1 Mar 2026; 8 lower than on 16 Feb 2026" in said
    assert "number 1, 3 days ago" in said
    assert "not this time: no time alone" in said


def test_exercise_when_opened_in_the_session_stands_beside_it_and_is_marked_as_looked_at(
    cast: Cast, desk: Client
) -> None:
    course_id = begun(cast, desk)
    uid = exercises.begin(course_id, "cbt.thought_record", by=cast.ada, at=make.NOW)
    exercises.finish(uid, {"moment": "waiting for the bus"}, outcome="done", by=cast.ada, at=make.NOW)
    place = reverse("session_room", args=[course_id])

    there = desk.post(place, {"open": "cbt.thought_record", "note__happened": "so far"}).headers["Location"]
    shown = desk.get(there.partition("#")[0])
    assert "waiting for the bus" in words(shown)
    assert "so far" in shown.content.decode()

    desk.post(place, {"looked": str(uid), "exercise": "cbt.thought_record"})
    (row,) = queries.entries(cast.bell, therapy.course(cast.bell, course_id))
    assert row.looked_at_together


def test_exercise_when_filled_in_together_is_the_therapists_and_leads_back_to_the_session(
    cast: Cast, desk: Client
) -> None:
    course_id = begun(cast, desk)
    start = reverse("exercise_begin", args=[course_id, "shared.staying_safe"])
    page = desk.post(start, {"revision": "0", "note__happened": "kept on the way"}).headers["Location"]
    back = desk.post(page, {"signs": ["cannot sleep"], "outcome": "done"}).headers["Location"]
    assert back == reverse("session_room", args=[course_id])
    assert "kept on the way" in desk.get(back).content.decode()
    (row,) = queries.entries(cast.bell, therapy.course(cast.bell, course_id))
    assert row.by_therapist


def test_note_when_signed_is_locked_and_takes_only_additions(cast: Cast, desk: Client) -> None:
    course_id = begun(cast, desk)
    desk.post(reverse("session_room", args=[course_id]), {**ticked(cast, course_id), **NOTE, "sign": "1"})
    (held,) = rooms.held(cast.bell, course_id)
    place = reverse("session_note", args=[course_id, held.uid])

    assert desk.post(place, {"text": ""}).status_code == 422
    desk.post(place, {"text": "Called in the evening: well"})

    said = words(desk.get(place))
    assert said.index("Went through the week") < said.index("Called in the evening: well")


def test_private_note_when_written_is_sealed_and_read_by_its_author_alone(cast: Cast, desk: Client) -> None:
    """The note is not in the database as written, and no other role or therapist opens it."""
    from holdfast.access import Role
    from holdfast.records.models import PrivateNote

    course_id = make.make_course(cast.adas_episode, by=cast.bell)
    place = reverse("private_notes", args=[course_id])
    form = words(desk.get(place))
    assert "None yet." in form
    uid = "6f0e3a52-0c88-4a6e-9d9c-000000000001"
    desk.post(place, {"uid": uid, "text": "I felt protective today"})

    assert "I felt protective today" in words(desk.get(place))
    assert "protective" not in PrivateNote.objects.get().sealed
    other = make.make_account(
        Role.THERAPIST, clinic_id=cast.bell.clinic_id, username="novak", name="Dr Novak"
    )
    assert "protective" not in words(logged_in(other).get(place))
    desk.post(place, {"reader": str(other.account_id)})
    assert "I felt protective today" in words(logged_in(other).get(place))
    desk.post(place, {"reader": str(other.account_id), "close": "1"})
    assert "protective" not in words(logged_in(other).get(place))


def test_decision_when_recorded_moves_the_course_and_without_its_reason_is_refused(
    cast: Cast, desk: Client
) -> None:
    course_id = make.make_course(cast.adas_episode, by=cast.bell, slug="ipt")
    place = reverse("course_decide", args=[course_id])
    uid = "6f0e3a52-0c88-4a6e-9d9c-000000000002"
    desk.post(place, {"uid": uid, "kind": "focus", "value": "role_change", "reason": ""})
    focus = [one for one in therapy.decisions(cast.bell, course_id) if one.kind == "focus"]
    plan = therapy.course(cast.bell, course_id).plan
    slugs = [one.slug for one in plan.playbooks]
    assert [one.value for one in focus] == (["role_change"] if "role_change" in slugs else [])

    uid = "6f0e3a52-0c88-4a6e-9d9c-000000000003"
    refused = desk.post(place, {"uid": uid, "kind": "end", "value": "stopped", "reason": ""})
    assert refused.status_code == 422
    assert therapy.running(cast.bell, cast.adas_episode) is not None
    desk.post(place, {"uid": uid, "kind": "end", "value": "stopped", "reason": "moved away"})
    assert therapy.running(cast.bell, cast.adas_episode) is None


def test_room_when_more_is_on_record_takes_the_same_queries(cast: Cast, desk: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    course_id = begun(cast, desk)
    place = reverse("session_room", args=[course_id])

    def counted() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(place).status_code == 200
        return len(caught)

    def write(count: int) -> None:
        for _ in range(count):
            uid = exercises.begin(course_id, "cbt.thought_record", by=cast.ada, at=make.NOW)
            exercises.finish(uid, {"moment": "at work"}, outcome="done", by=cast.ada, at=make.NOW)

    write(1)
    counted()
    few = counted()
    write(4)
    assert counted() == few


@pytest.mark.parametrize("plan", [plan.slug for plan in therapies()])
def test_protocol_when_read_by_staff_shows_its_draft_status_and_every_session_opens(
    cast: Cast, desk: Client, plan: str
) -> None:
    found = next(one for one in therapies() if one.slug == plan)
    said = words(desk.get(reverse("protocol", args=[plan])))
    assert "Draft: no clinician has signed this protocol for use yet" in said
    for slug, outline in found.sessions.items():
        page = desk.get(reverse("protocol_session", args=[plan, slug]))
        assert outline.title in words(page)
    for name in found.exercises:
        assert desk.get(reverse("protocol_exercise", args=[plan, name])).status_code == 200


def test_process_notes_when_asked_for_are_written_sealed_and_never_as_an_exercise(
    cast: Cast, desk: Client
) -> None:
    """H-021: what a therapist notes on process lies in no entry, list or file."""
    course_id = make.make_course(cast.adas_episode, by=cast.bell, slug="psychodynamic")
    begin = desk.post(reverse("exercise_begin", args=[course_id, "psychodynamic.notes"]))
    assert begin.headers["Location"].startswith(reverse("private_notes", args=[course_id]))
    assert "How the person was with me; how I felt:" in desk.get(begin.headers["Location"]).content.decode()
    with pytest.raises(NotFound):
        exercises.begin(course_id, "psychodynamic.notes", by=cast.bell, at=make.NOW)


def test_process_note_field_when_another_therapist_looks_is_its_authors_alone(
    cast: Cast, desk: Client
) -> None:
    from holdfast.access import Role

    course_id = make.make_course(cast.adas_episode, by=cast.bell, slug="psychodynamic")
    story = therapy.course(cast.bell, course_id).plan.exercises["psychodynamic.story"]
    (note,) = [item.slug for item in story.fields if item.sight is Sight.PROCESS_NOTE]
    uid = exercises.begin(course_id, story.name, by=cast.bell, at=make.NOW)
    exercises.finish(uid, {"who": "Sam", note: "9"}, outcome="done", by=cast.bell, at=make.NOW)
    other = make.make_account(Role.THERAPIST, clinic_id=cast.bell.clinic_id, username="novak")
    course = therapy.course(cast.bell, course_id)
    (mine,), (theirs,) = (queries.entries(one, course) for one in (cast.bell, other))
    assert mine.values == {"who": "Sam", note: 9}
    assert theirs.values == {"who": "Sam"}
    (held,) = desk.get(reverse("exercises_as_file", args=[course_id])).json()["exercises"]
    assert held["values"] == {"who": "Sam"}
    with pytest.raises(NotFound):
        exercises.go_on(uid, by=other, at=make.NOW)
