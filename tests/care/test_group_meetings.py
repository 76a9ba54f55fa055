"""A meeting is written down once and lands in each member's own record, with nothing of anyone else in it."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from holdfast.access import Role, Viewer
from holdfast.care import coaching, courses, group_meetings
from holdfast.care.group_meetings import Meeting, Row
from holdfast.errors import Conflict, InvalidInput, NotFound
from holdfast.records.models import (
    Alert,
    CoachingCall,
    GroupAttendance,
    GroupMeeting,
    GroupMember,
    TherapySession,
)
from holdfast.records.queries import group_notes, groups, patient, therapy
from tests import make

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FIRST = make.NOW - 34 * DAY
THERE = Row("present", homework="done_shared", leaving="ok")


class Evening:
    """Ada, Ben and Cleo in a group, on the evening of its first meeting."""

    def __init__(self, therapist: Viewer) -> None:
        self.by = therapist
        self.group_id = make.make_group(by=therapist)
        self.ada, self.ben, self.cleo = (
            make.make_member(self.group_id, by=therapist, code=f"G-{n}", shown_as=called, name=name)
            for n, (called, name) in enumerate(
                (("Ada", "Adelaide Alder"), ("Will", "William Birch"), ("Cleo", "Cleopatra Cedar"))
            )
        )

    def meeting(self, **changes: object) -> Meeting:
        rows = dict.fromkeys((self.ada, self.ben, self.cleo), THERE)
        usual = Meeting(
            week=1,
            happened_at=FIRST,
            leader_id=self.by.account_id,
            summary="Three states of mind.",
            rows=rows,
        )
        return replace(usual, **changes)  # type: ignore[arg-type]

    def record(self, *, uid: uuid.UUID | None = None, **changes: object) -> uuid.UUID:
        uid = uid or uuid.uuid4()
        group_meetings.record(self.group_id, self.meeting(**changes), by=self.by, at=FIRST + DAY, uid=uid)
        return uid

    def correct(self, uid: uuid.UUID, **changes: object) -> uuid.UUID:
        new = uuid.uuid4()
        group_meetings.correct(
            uid, self.meeting(**changes), reason="slip", by=self.by, at=FIRST + 2 * DAY, new_uid=new
        )
        return new

    def refused(self, **changes: object) -> list[tuple[str, str, str]]:
        with pytest.raises(InvalidInput) as refused:
            self.record(uid=uuid.uuid4(), **changes)
        assert GroupMeeting.objects.count() == 0
        return [(one.where, one.what, one.expected) for one in refused.value.problems]

    def rows(self, **changes: Row) -> dict[int, Row]:
        return {getattr(self, name): row for name, row in {**self._usual(), **changes}.items()}

    def _usual(self) -> dict[str, Row]:
        return dict.fromkeys(("ada", "ben", "cleo"), THERE)

    def episode(self, member_id: int) -> int:
        return GroupMember.objects.values_list("course__episode_id", flat=True).get(pk=member_id)


@pytest.fixture
def evening(therapist: Viewer) -> Evening:
    return Evening(therapist)


def test_record_when_kept_then_each_member_has_it_in_their_own_record(evening: Evening) -> None:
    ben = Row("late", homework="tried", obstacle="forgot", leaving="co_leader_spoke", note="Sat by the door.")
    evening.record(rows=evening.rows(ben=ben))
    (note,) = group_notes.notes(evening.by, evening.episode(evening.ben))
    assert (note.week.title, note.summary) == ("Three states of mind", "Three states of mind.")
    assert (note.state, note.homework, note.obstacle) == ("late", "tried", "forgot")
    assert (note.leaving, note.note) == ("the co-leader spoke with them", "Sat by the door.")
    (adas,) = group_notes.notes(evening.by, evening.episode(evening.ada))
    assert (adas.summary, adas.state, adas.note) == ("Three states of mind.", "present", "")


def test_record_when_sent_twice_then_it_is_kept_once(evening: Evening) -> None:
    uid = evening.record()
    evening.record(uid=uid)
    assert (GroupMeeting.objects.count(), GroupAttendance.objects.count()) == (1, 3)
    assert TherapySession.objects.count() == 3


def test_record_when_that_day_is_written_down_already_then_it_is_a_conflict(evening: Evening) -> None:
    evening.record()
    with pytest.raises(Conflict):
        evening.record(happened_at=FIRST + timedelta(hours=2))
    assert GroupMeeting.objects.count() == 1


def test_record_when_a_row_lacks_what_it_needs_then_member_and_field_are_named(evening: Evening) -> None:
    rows = evening.rows(
        ada=Row(""), ben=Row("present"), cleo=Row("absent_told", homework="lost", note="x" * 1001)
    )
    assert evening.refused(rows=rows) == [
        (
            f"state-{evening.ada}",
            "is not told",
            "present or late or left early or absent, told us or absent, no word",
        ),
        (
            f"leaving-{evening.ben}",
            "is not told",
            "ok or wants a call or the co-leader spoke with them or the duty clinician was called",
        ),
        (
            f"homework-{evening.cleo}",
            "'lost' is not known",
            "done, shared or done, kept to themselves or tried or not this time",
        ),
        (f"note-{evening.cleo}", "is too long", "at most 1000 letters"),
    ]


def test_record_when_the_meeting_itself_cannot_be_then_every_problem_is_named(evening: Evening) -> None:
    changes = {"week": 25, "happened_at": FIRST + 2 * DAY, "leader_id": -1, "summary": " "}
    assert [one[:2] for one in evening.refused(**changes)] == [
        ("week", "25 is not in the curriculum"),
        ("time", "lies too far ahead"),
        ("leader", "is not of this group's team"),
        ("summary", "is empty"),
    ]


def test_record_when_someone_not_of_the_group_has_a_row_then_it_is_refused(evening: Evening) -> None:
    rows = {**evening.rows(), 999_999: THERE}
    assert evening.refused(rows=rows) == [
        ("members", "1 were not of the group then", "those who belonged to it that day")
    ]


@pytest.mark.parametrize(
    ("summary", "named"),
    [
        ("Good evening, ada told of her week.", "ada"),
        ("Adelaide stayed.", "Adelaide"),
        ("We heard Cleo's story.", "Cleo"),
        ("WILL spoke first", None),
        ("Will spoke first.", "Will"),
        ("We will practise; a birch stood outside.", None),
        ("Adapt the plan. Cleopatras needle.", None),
    ],
)
def test_record_when_the_summary_names_a_member_then_it_is_refused_with_the_name(
    evening: Evening, summary: str, named: str | None
) -> None:
    if named is None:
        evening.record(summary=summary)
        assert GroupMeeting.objects.get().summary == summary
        return
    assert evening.refused(summary=summary) == [
        (
            "summary",
            f"names {named}, and lands in everyone's own note",
            "no names; what is about one member goes into the note beside them",
        )
    ]


def test_record_when_a_note_about_one_names_another_then_it_is_refused(evening: Evening) -> None:
    about_ada = replace(THERE, note="Ada sat beside Cleo.")
    assert evening.refused(rows=evening.rows(ada=about_ada)) == [
        (
            f"note-{evening.ada}",
            "names Cleo, and lands in this member's own record",
            "words about this member alone",
        )
    ]


def test_record_when_someone_wants_a_call_then_an_alert_goes_out_with_the_meeting(evening: Evening) -> None:
    rows = evening.rows(ada=replace(THERE, leaving="wants_call"), ben=replace(THERE, leaving="duty_called"))
    evening.record(rows=rows)
    raised = Alert.objects.order_by("level").values_list("episode_id", "kind", "level", "instrument", "item")
    assert list(raised) == [
        (evening.episode(evening.ada), "distress", 1, "dbt.skills group", "wants a call after the group"),
        (evening.episode(evening.ben), "duty_called", 2, "dbt.skills group", "duty clinician was called"),
    ]


def test_correct_when_made_then_the_first_version_stays_and_the_new_one_counts(evening: Evening) -> None:
    uid = evening.record()
    away = Row("absent_no_word")
    evening.correct(uid, week=2, summary="How to notice.", rows=evening.rows(ben=away))
    (note,) = group_notes.notes(evening.by, evening.episode(evening.ben))
    assert (note.week.week, note.summary, note.state) == (2, "How to notice.", "absent, no word")
    assert (GroupMeeting.objects.count(), GroupAttendance.objects.count()) == (2, 6)
    group = groups.one(evening.by, evening.group_id, at=make.NOW)
    assert (group.taught, group.upcoming.week) == ((2,), 3)
    states = TherapySession.current.order_by("course_id").values_list("number", "attendance")
    assert list(states) == [(1, "attended"), (1, "did_not_attend"), (1, "attended")]


def test_correct_when_sent_twice_or_late_then_it_counts_once(evening: Evening) -> None:
    uid, new = evening.record(), uuid.uuid4()
    for _ in range(2):
        group_meetings.correct(
            uid, evening.meeting(), reason="slip", by=evening.by, at=FIRST + DAY, new_uid=new
        )
    assert GroupMeeting.objects.count() == 2
    with pytest.raises(Conflict):
        evening.correct(uid)


def test_correct_when_it_was_not_held_after_all_then_rows_and_sessions_are_withdrawn(
    evening: Evening,
) -> None:
    uid = evening.record()
    evening.correct(uid, held=False, rows={}, summary="")
    assert group_notes.notes(evening.by, evening.episode(evening.ada)) == ()
    assert GroupAttendance.current.count() == TherapySession.current.count() == 0
    assert groups.one(evening.by, evening.group_id, at=make.NOW).upcoming.week == 1


def test_correct_when_a_call_was_wanted_before_then_no_second_alert_goes_out(evening: Evening) -> None:
    wanted = replace(THERE, leaving="wants_call")
    uid = evening.record(rows=evening.rows(ada=wanted))
    evening.correct(uid, rows=evening.rows(ada=wanted, ben=wanted))
    assert sorted(Alert.objects.values_list("episode_id", flat=True)) == [
        evening.episode(evening.ada),
        evening.episode(evening.ben),
    ]


def test_record_when_a_course_is_one_to_one_then_the_group_is_no_session_of_it(evening: Evening) -> None:
    dora = make.make_member(
        evening.group_id, by=evening.by, code="G-9", shown_as="Dora", track="individual", at=FIRST - DAY
    )
    evening.record(rows={**evening.rows(), dora: THERE})
    assert TherapySession.objects.filter(course__groupmember=dora).count() == 0
    assert GroupAttendance.objects.filter(member=dora).count() == 1


def test_record_when_the_course_is_held_in_the_group_then_its_timeline_and_progress_count_it(
    evening: Evening,
) -> None:
    evening.record(rows=evening.rows(ada=Row("absent_told")))
    facts = {
        name: [
            (one.number, one.attendance)
            for one in patient.timeline(evening.by, evening.episode(pk))
            if isinstance(one, patient.SessionRow)
        ]
        for name, pk in (("ada", evening.ada), ("ben", evening.ben))
    }
    assert facts == {"ada": [(1, "cancelled_by_patient")], "ben": [(1, "attended")]}
    course = therapy.running(evening.by, evening.episode(evening.ben))
    assert course is not None
    assert course.progress(at=make.NOW).attended == 1


def test_cancelled_when_ahead_then_it_is_kept_without_rows_and_the_day_is_passed_over(
    evening: Evening,
) -> None:
    cancelled = Meeting(week=1, happened_at=make.NOW + DAY, leader_id=evening.by.account_id, held=False)
    group_meetings.record(evening.group_id, cancelled, by=evening.by, at=make.NOW)
    group = groups.one(evening.by, evening.group_id, at=make.NOW)
    assert group.next_on.isoformat() == "2026-03-10"
    assert GroupAttendance.objects.count() == 0


def test_missed_weeks_when_read_then_say_what_is_lacking_and_how_many_in_a_row(evening: Evening) -> None:
    evening.record()
    for week, row in ((2, Row("absent_told")), (3, Row("absent_no_word"))):
        make.make_meeting(
            evening.group_id, by=evening.by, at=FIRST + 7 * (week - 1) * DAY, rows={evening.ada: row}
        )
    group = groups.one(evening.by, evening.group_id, at=make.NOW)
    (ada,) = [one for one in group.active if one.shown_as == "Ada"]
    standing = group.standing(ada)
    assert (sorted(standing.met), standing.missed, standing.missed_in_a_row) == ([1], (2, 3), 2)
    assert [(one.name, one.lacks) for one in standing.modules][:2] == [
        ("Noticing", (2, 9, 10, 18, 19)),
        ("Hard moments", (3, 4, 5, 6, 7, 8)),
    ]
    assert group.day_of(9).isoformat() == "2026-04-07"


def dbt_course(episode_id: int, therapist: Viewer, slug: str = "dbt") -> int:
    return courses.start(episode_id, slug, started_at=FIRST, by=therapist, at=FIRST)


def call(course_id: int, by: Viewer, **changes: object) -> None:
    usual: dict[str, object] = {
        "minutes": 8, "about": "A row with a friend", "skill": "Asking clearly", "happened_at": make.NOW - DAY,
    }  # fmt: skip
    coaching.record_call(course_id, by=by, at=make.NOW, **{**usual, **changes})  # type: ignore[arg-type]


def test_coaching_call_when_kept_then_it_is_in_the_log_once(therapist: Viewer, episode_id: int) -> None:
    course_id, uid = dbt_course(episode_id, therapist), uuid.uuid4()
    call(course_id, therapist, uid=uid)
    call(course_id, therapist, uid=uid)
    (row,) = group_notes.calls(therapist, episode_id)
    assert (row.minutes, row.about, row.skill, row.safety) == (
        8,
        "A row with a friend",
        "Asking clearly",
        False,
    )
    assert Alert.objects.count() == 0


def test_coaching_call_when_it_became_one_about_safety_then_an_alert_goes_out(
    therapist: Viewer, episode_id: int
) -> None:
    call(dbt_course(episode_id, therapist), therapist, safety=True)
    alert = Alert.objects.get()
    assert (alert.episode_id, alert.kind, alert.level) == (episode_id, "suicide", 2)


def test_coaching_call_when_it_cannot_be_then_every_problem_is_named(
    therapist: Viewer, episode_id: int
) -> None:
    with pytest.raises(InvalidInput) as refused:
        call(
            dbt_course(episode_id, therapist, "cbt"),
            therapist,
            minutes=0,
            about=" ",
            skill="x" * 81,
            happened_at=make.NOW + DAY,
        )
    assert [one.where for one in refused.value.problems] == [
        "course", "minutes", "what it was about", "skill", "time",
    ]  # fmt: skip
    assert CoachingCall.objects.count() == 0


def test_meeting_when_of_another_clinic_then_nothing_is_known_of_it(evening: Evening) -> None:
    quinn = make.make_account(Role.THERAPIST, clinic_id=make.make_clinic("inland"), username="quinn")
    uid = evening.record()
    with pytest.raises(NotFound):
        group_meetings.correct(uid, evening.meeting(), reason="slip", by=quinn, at=make.NOW)
    assert len(group_notes.notes(evening.by, evening.episode(evening.ada))) == 1
    assert group_notes.notes(quinn, evening.episode(evening.ada)) == ()
