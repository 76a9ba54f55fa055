"""The pages of a skills group for those who lead it: what comes next, the meeting, the members, what goes on paper."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test.html import Element

from holdfast.access import Viewer
from holdfast.care import exercises, group_meetings
from holdfast.care.group_meetings import Row
from holdfast.records.models import EntryShare, GroupMeeting, GroupMember
from holdfast.records.queries import group_notes
from holdfast.records.queries import groups as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen
from tests.web.grouping import FIRST, WEEK, Harbour, section

AWAY = Row("absent_no_word")


def checked(response: object) -> set[str]:
    """Ids of the taps that are chosen."""

    def attributes(one: Element) -> dict[str, str | None]:
        return dict(one.attributes)

    radios = seen.elements(response, "input", type="radio")
    return {str(attributes(one)["id"]) for one in radios if "checked" in attributes(one)}


def test_list_when_there_is_no_group_then_offers_to_open_the_first(cast: Cast) -> None:
    page = logged_in(cast.bell).get("/groups/")
    assert seen.links(page, "Open the first group") == ["/groups/new/"]


def test_list_when_there_is_a_group_then_shows_counts_and_no_names(cast: Cast) -> None:
    Harbour(cast).held(2)
    page = logged_in(cast.bell).get("/groups/")
    assert seen.table(page, "Skills groups") == [
        [
            "Harbour class Mondays 17:30",
            "Mon 2 Mar",
            "Week 3 Stop and choose",
            "2 of 8 6 free",
            "Mon 13 Apr, week 9 when a module starts",
            "Dr Bell",
        ]
    ]
    assert "Benno" not in seen.text(page)


def test_open_when_sent_then_the_group_is_there_once(cast: Cast) -> None:
    browser = logged_in(cast.bell)
    uid = seen.typed(browser.get("/groups/new/"), "uid")
    given = {
        "uid": uid, "name": "Evening class", "weekday": "1", "begins": "18:00", "mode": "closed", "capacity": "6",
        "leader_id": str(cast.bell.account_id), "co_leader_id": "", "cover_id": "", "channel": "in_person",
        "place": "Room 1", "link": "",
    }  # fmt: skip
    first, second = (browser.post("/groups/new/", given) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    (group,) = queries.of_clinic(cast.bell, at=make.NOW)
    assert (group.details.name, group.details.mode, group.details.capacity) == ("Evening class", "closed", 6)


def test_open_when_something_is_wrong_then_it_is_said_and_what_was_typed_stays(cast: Cast) -> None:
    browser = logged_in(cast.bell)
    given = {
        "uid": uuid.uuid4(), "name": "Evening class", "weekday": "1", "begins": "six", "mode": "closed",
        "capacity": "40", "leader_id": str(cast.bell.account_id), "channel": "in_person", "link": "no link",
    }  # fmt: skip
    page = browser.post("/groups/new/", given)
    assert page.status_code == 422
    assert seen.errors(page) == [
        "Begins at: This is not a time. Expected: for example 17:30.",
        "Link of the video room: This is not a link. Expected: one that begins with https://.",
    ]
    assert (seen.typed(page, "name"), seen.typed(page, "begins")) == ("Evening class", "six")
    page = browser.post("/groups/new/", {**given, "begins": "18:00", "link": ""})
    assert seen.errors(page) == ["Places: 40 does not fit. Expected: 4 to 10 members."]


def test_change_when_someone_was_first_then_says_so_and_keeps_what_was_typed(cast: Cast) -> None:
    harbour = Harbour(cast)
    form = harbour.open("details/")
    names = (
        "uid", "seen", "name", "weekday", "begins", "mode", "capacity", "leader_id", "co_leader_id",
        "cover_id", "channel", "place", "link",
    )  # fmt: skip
    given = {name: seen.typed(form, name) for name in names}
    assert harbour.send("details/", {**given, "place": "Room 9"}).status_code == 302
    page = harbour.send("details/", {**given, "place": "Room 7"})
    assert page.status_code == 409
    assert seen.typed(page, "place") == "Room 7"
    assert queries.one(cast.bell, harbour.group_id, at=make.NOW).details.place == "Room 9"


def test_group_when_opened_then_shows_the_next_week_with_agenda_and_script(cast: Cast) -> None:
    harbour = Harbour(cast)
    harbour.held(2)
    words = seen.text(harbour.open())
    assert "Mon 2 March: week 3, Stop and choose" in words
    assert "17:30 Arrive; one steady minute, eyes open 10 min" in words
    assert "18:35 New skill: why, what, show, try in pairs 43 min" in words
    assert "Script for the new skill Why:" in words
    assert "To look back on" in words


def test_group_when_members_missed_weeks_then_shows_which_and_when_they_come_again(cast: Cast) -> None:
    harbour = Harbour(cast)
    harbour.held(2, {harbour.ben: AWAY})
    rows = seen.table(harbour.open(), "Members with the weeks")
    assert [row[0].split(" What")[0] for row in rows] == [
        "Ada Ada Alder, with Dr Bell", "Benno Ben Birch, with Dr Bell missed last week",
    ]  # fmt: skip
    assert [row[1] for row in rows] == ["2 of 18", "1 of 18"]
    assert rows[0][2] == "2 of 6 week 9 13 Apr week 10 20 Apr week 18 15 Jun week 19 22 Jun"
    assert rows[1][2].startswith("1 of 6 week 2 10 Aug missed week 9 13 Apr")
    assert rows[0][3] == "0 of 6 begins 2 Mar, week 3"


def test_cancel_when_a_day_is_chosen_then_its_week_waits(cast: Cast) -> None:
    harbour = Harbour(cast)
    harbour.held(2)
    given = {"uid": uuid.uuid4(), "on": "2026-03-09", "reason": "a holiday"}
    page = harbour.browser.post(f"/groups/{harbour.group_id}/not-held/", given, follow=True)
    assert seen.messages(page) == ["No meeting on 9 Mar. Tell the members; the week waits."]
    group = queries.one(cast.bell, harbour.group_id, at=make.NOW)
    assert (group.upcoming.week, group.day_of(3).isoformat(), group.day_of(4).isoformat()) == (
        3, "2026-03-02", "2026-03-16",
    )  # fmt: skip


def test_cancel_when_the_day_is_none_of_theirs_then_it_is_refused_and_the_reason_stays(cast: Cast) -> None:
    harbour = Harbour(cast)
    page = harbour.send("not-held/", {"uid": uuid.uuid4(), "on": "2026-03-10", "reason": "a holiday"})
    assert page.status_code == 422
    assert seen.errors(page) == [
        "Which meeting: The group does not meet then. Expected: one of the days offered."
    ]
    assert seen.typed(page, "reason") == "a holiday"


def test_meeting_when_opened_then_nothing_is_filled_in_for_anyone(cast: Cast) -> None:
    harbour = Harbour(cast)
    harbour.held(2)
    form = harbour.open("meeting/")
    assert checked(form) == set()
    assert (seen.typed(form, "week"), seen.typed(form, "summary")) == ("3", "")
    assert seen.typed(form, "happened_at") == "2026-02-23T17:30"
    assert seen.typed(form, "leader") == str(cast.bell.account_id)


def test_meeting_when_sent_twice_then_it_is_kept_once_and_in_each_ones_note(cast: Cast) -> None:
    harbour = Harbour(cast)
    given = harbour.filled_in(**{f"note-{harbour.ada}": "Spoke up twice."})
    first, second = (harbour.send("meeting/", given) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert GroupMeeting.objects.count() == 1
    assert (
        seen.messages(harbour.open())
        == ["The meeting of 23 Feb 2026 is kept, in everyone's own note too: 2 there."] * 2
    )
    adas = section(harbour.browser.get(f"/patients/{cast.adas_episode}/group/"), "Group notes")
    assert "Week 1, Three states of mind: present; left: ok" in adas
    assert "Spoke up twice. A calm evening." in adas


def test_meeting_when_something_is_missing_then_every_place_is_named_and_all_that_was_typed_stays(
    cast: Cast,
) -> None:
    harbour = Harbour(cast)
    given = harbour.filled_in(
        **{
            f"state-{harbour.ada}": "",
            f"leaving-{harbour.ben}": "",
            f"homework-{harbour.ben}": "tried",
            f"obstacle-{harbour.ben}": "too_hard",
            f"note-{harbour.ben}": "Came with a cold.",
        }
    )
    page = harbour.send("meeting/", given)
    assert page.status_code == 422
    assert seen.errors(page) == [
        "Ada: there: Is not told. Expected: present or late or left early or absent, told us or absent, no word.",
        "Benno: left: Is not told. Expected: ok or wants a call or the co-leader spoke with them or the duty "
        "clinician was called.",
    ]
    kept = {
        name: seen.typed(page, f"{name}-{harbour.ben}") for name in ("state", "homework", "obstacle", "note")
    }
    assert kept == {
        "state": "present", "homework": "tried", "obstacle": "too_hard", "note": "Came with a cold.",
    }  # fmt: skip
    assert seen.typed(page, "summary") == "A calm evening."
    assert seen.typed(page, "uid") == str(given["uid"])
    assert GroupMeeting.objects.count() == 0


def test_meeting_when_the_summary_names_a_member_then_it_is_refused_beside_the_summary(cast: Cast) -> None:
    harbour = Harbour(cast)
    page = harbour.send("meeting/", harbour.filled_in(summary="Benno told of his week."))
    assert page.status_code == 422
    assert seen.errors(page) == [
        "Summary, for everyone's own note: Names Benno, and lands in everyone's own note. Expected: no names; what is "
        "about one member goes into the note beside them."
    ]
    assert seen.typed(page, "summary") == "Benno told of his week."


def test_meeting_when_someone_wants_a_call_then_the_alert_is_in_the_inbox(cast: Cast) -> None:
    harbour = Harbour(cast)
    harbour.send("meeting/", harbour.filled_in(**{f"leaving-{harbour.ben}": "wants_call"}))
    inbox = harbour.browser.get("/alerts/")
    assert inbox.status_code == 200
    assert "wants a call after the group" in seen.text(inbox)
    assert seen.links(inbox, "Ben Birch")[:1] == [f"/patients/{cast.bens_episode}/"]


def test_meeting_again_when_corrected_then_the_note_follows_and_a_reason_is_needed(cast: Cast) -> None:
    harbour = Harbour(cast)
    harbour.send("meeting/", harbour.filled_in())
    address = f"/groups/meetings/{GroupMeeting.objects.get().uid}/"
    form = harbour.browser.get(address)
    assert checked(form) == {
        f"id_{name}-{member}_0" for name in ("state", "leaving") for member in (harbour.ada, harbour.ben)
    }
    given = {**harbour.filled_in(), "uid": uuid.uuid4(), "happened_at": "2026-02-23T17:30", "week": "1"}
    given |= {f"state-{harbour.ben}": "absent_told", "reason": ""}
    assert seen.errors(harbour.browser.post(address, given)) == [
        "What was wrong before: This field is required."
    ]
    assert harbour.browser.post(address, {**given, "reason": "mixed up"}).status_code == 302
    (note,) = group_notes.notes(cast.bell, cast.bens_episode)
    assert note.state == "absent, told us"


def test_meeting_again_when_withdrawn_then_it_counts_no_longer(cast: Cast) -> None:
    harbour = Harbour(cast)
    harbour.send("meeting/", harbour.filled_in())
    address = f"/groups/meetings/{GroupMeeting.objects.get().uid}/"
    assert harbour.browser.post(address, {"withdraw": "1", "why": ""}).status_code == 400
    assert harbour.browser.post(address, {"withdraw": "1", "why": "no meeting"}).status_code == 302
    assert queries.one(cast.bell, harbour.group_id, at=make.NOW).meetings == ()
    assert group_notes.notes(cast.bell, cast.adas_episode) == ()


def practised(harbour: Harbour, member: int, viewer: Viewer) -> uuid.UUID:
    """That member's own page of the third week's practice, filled in today; gives its thread."""
    course_id = GroupMember.objects.get(pk=member).course_id
    draft = exercises.begin(course_id, "dbt.weigh_it_up", by=viewer, at=make.NOW)
    words = {"choice_text": f"Text of {member}.", "decide": f"Words of {member}."}
    return exercises.finish(draft, words, outcome="done", by=viewer, at=make.NOW).thread


def test_meeting_when_practice_was_shown_to_the_leader_then_that_alone_is_there(cast: Cast) -> None:
    harbour = Harbour(cast)
    harbour.held(3)
    adas, bens = practised(harbour, harbour.ada, cast.ada), practised(harbour, harbour.ben, cast.ben)
    assert f"Words of {harbour.ada}." not in seen.text(harbour.open("meeting/"))
    exercises.share(adas, field="decide", audience="group_leader", shown=True, by=cast.ada, at=make.NOW)
    exercises.share(bens, audience="therapist", shown=True, by=cast.ben, at=make.NOW)
    words = seen.text(harbour.open("meeting/"))
    assert f"Words of {harbour.ada}." in words
    assert [one for one in (f"Text of {harbour.ada}.", f"Words of {harbour.ben}.") if one in words] == []
    exercises.share(adas, field="decide", audience="group_leader", shown=False, by=cast.ada, at=make.NOW)
    assert f"Words of {harbour.ada}." not in seen.text(harbour.open("meeting/"))
    assert EntryShare.objects.count() == 3


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("/groups/", 12),
        ("/groups/{}/", 13),
        ("/groups/{}/meeting/", 14),
        ("/groups/{}/roster/", 13),
        ("/patients/{}/group/", 42),
    ],
)
def test_group_pages_when_there_are_more_members_then_take_the_same_queries(
    cast: Cast, django_assert_num_queries: Any, address: str, count: int
) -> None:
    harbour = Harbour(cast)
    harbour.held(1)
    path = address.format(cast.adas_episode if "patients" in address else harbour.group_id)
    for more in (0, 1, 2):
        if more:
            harbour.add(more)
        harbour.browser.get(path)
        with django_assert_num_queries(count):
            harbour.browser.get(path)


def test_meeting_when_written_down_from_an_old_page_then_the_second_leader_is_told(cast: Cast) -> None:
    harbour = Harbour(cast)
    given = harbour.filled_in()
    harbour.send("meeting/", given)
    page = harbour.send("meeting/", {**given, "uid": uuid.uuid4(), "summary": "Written by the other leader."})
    assert page.status_code == 409
    assert seen.typed(page, "summary") == "Written by the other leader."
    assert GroupMeeting.objects.count() == 1


def test_usual_moment_when_the_last_meeting_is_written_down_then_it_is_now(cast: Cast) -> None:
    harbour = Harbour(cast)
    due = harbour.open("meeting/")
    assert seen.typed(due, "happened_at") == "2026-02-23T17:30"
    meeting = group_meetings.Meeting(
        week=1,
        happened_at=FIRST + 2 * WEEK + timedelta(hours=2),
        leader_id=cast.bell.account_id,
        summary="Met.",
        rows=dict.fromkeys((harbour.ada, harbour.ben), Row("present", leaving="ok")),
    )
    group_meetings.record(harbour.group_id, meeting, by=cast.bell, at=make.NOW)
    assert seen.typed(harbour.open("meeting/"), "happened_at") == "2026-03-02T15:00"
