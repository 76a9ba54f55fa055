"""No member's words reach another member or another's record on any page; what a member sees of their own group."""

import uuid
from typing import Any

import pytest

from holdfast.access import Viewer
from holdfast.care import groups
from holdfast.care.group_meetings import Row
from holdfast.records.queries import group_notes
from holdfast.records.queries import groups as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen
from tests.web.grouping import Harbour

MINE = Row("late", "tried", "upset", "co_leader_spoke", "Adas cough.")
THEIRS = Row("left_early", "not_this_time", "too_hard", "duty_called", "Benno cried over a letter.")

OF_ADA = ("Alder", "H-001", "Adas cough", "upset", "late;")
OF_BEN = ("Ben", "Birch", "H-002", "letter", "left early", "too hard", "duty clinician was called")
"""What would give each of them away on a page that is not theirs."""


@pytest.fixture
def harbour(cast: Cast) -> Harbour:
    found = Harbour(cast, link="https://video.example.org/room")
    found.held(2, {found.ada: MINE, found.ben: THEIRS})
    return found


def leaked(page: Any, words: tuple[str, ...]) -> list[str]:
    return [one for one in words if one in page.content.decode()]


def own_pages(viewer: Viewer) -> list[Any]:
    """Every page of their own on which something of the group could stand."""
    browser = logged_in(viewer)
    return [browser.get(path) for path in ("/my-group/", "/today/", "/my-course/", "/my-therapy/")]


def test_member_pages_when_opened_by_a_member_then_hold_nothing_of_another(
    cast: Cast, harbour: Harbour
) -> None:
    adas, bens = own_pages(cast.ada), own_pages(cast.ben)
    assert [page.status_code for page in (*adas, *bens)] == [200] * 8
    assert [leaked(page, OF_BEN) for page in adas] == [[]] * 4
    assert [leaked(page, OF_ADA) for page in bens] == [[]] * 4
    assert "Harbour class" not in adas[0].content.decode()


def test_record_of_a_member_when_opened_by_staff_then_holds_their_own_row_and_nobody_elses(
    cast: Cast, harbour: Harbour
) -> None:
    pages = {
        episode: [
            harbour.browser.get(f"/patients/{episode}/{part}") for part in ("", "group/", "group/leave/")
        ]
        for episode in (cast.adas_episode, cast.bens_episode)
    }
    assert [leaked(page, OF_BEN) for page in pages[cast.adas_episode]] == [[]] * 3
    assert [leaked(page, OF_ADA) for page in pages[cast.bens_episode]] == [[]] * 3
    adas = seen.text(pages[cast.adas_episode][1])
    assert "How to notice: late; practice tried (upset); left: the co-leader spoke with them" in adas


def test_group_notes_when_read_then_each_holds_one_persons_words(cast: Cast, harbour: Harbour) -> None:
    told = {
        episode: str(group_notes.notes(cast.bell, episode))
        for episode in (cast.adas_episode, cast.bens_episode)
    }
    assert [one for one in OF_BEN if one in told[cast.adas_episode]] == []
    assert [one for one in OF_ADA if one in told[cast.bens_episode]] == []
    assert "Adas cough." in told[cast.adas_episode]


def test_own_group_when_read_then_no_member_is_in_what_it_gives(cast: Cast, harbour: Harbour) -> None:
    told = str(group_notes.own(cast.ada, at=make.NOW))
    assert [one for one in (*OF_BEN, *OF_ADA, "Benno") if one in told] == []


def test_meeting_when_a_note_or_the_summary_names_another_then_nothing_is_kept(
    cast: Cast, harbour: Harbour
) -> None:
    given = harbour.filled_in(happened_at="2026-02-24T17:30")
    answers = [
        harbour.send("meeting/", {**given, **changes, "uid": uuid.uuid4()})
        for changes in (
            {"summary": "BENNO was quiet."},
            {"summary": "We heard of Birch."},
            {f"note-{harbour.ada}": "Paired with Benno."},
        )
    ]
    assert [one.status_code for one in answers] == [422, 422, 422]
    assert len(queries.one(cast.bell, harbour.group_id, at=make.NOW).meetings) == 2


def test_group_pages_when_tried_by_a_member_then_are_not_theirs(cast: Cast, harbour: Harbour) -> None:
    paths = ("", "meeting/", "roster/", "details/", "weeks/1/")
    ada = logged_in(cast.ada)
    answers = [ada.get(f"/groups/{harbour.group_id}/{path}") for path in paths]
    assert [one.status_code for one in answers] == [403] * 5
    assert [leaked(one, (*OF_BEN, "Benno")) for one in answers] == [[]] * 5


def test_my_group_when_in_none_then_says_so(cast: Cast) -> None:
    assert "You are not in a group." in seen.text(logged_in(cast.ada).get("/my-group/"))


def test_my_group_when_it_meets_today_then_says_when_where_and_what(cast: Cast, harbour: Harbour) -> None:
    page = logged_in(cast.ada).get("/my-group/")
    words = seen.text(page)
    assert "We meet next on Monday 2 March 17:30, 120 minutes with a break Room 2" in words
    assert seen.links(page, "Open the video room") == ["https://video.example.org/room"]
    assert "What comes next Stop and choose" in words
    assert "What we practise now How to notice What it is: Noticing means seeing what is here, now." in words
    assert "Led by Dr Bell." in words
    assert "crisis survival" not in words


def test_my_group_when_todays_meeting_is_over_then_tells_of_the_next(
    cast: Cast, harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = make.NOW.replace(hour=19, minute=31)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)
    words = seen.text(logged_in(cast.ada).get("/my-group/"))
    assert "We meet next on Monday 9 March" in words
    assert "What we practise now Stop and choose" in words
    assert "What comes next Calm the body fast" in words


def test_my_group_when_they_begin_later_then_tells_of_that_day(cast: Cast, harbour: Harbour) -> None:
    groups.end(harbour.ben, why="left", by=cast.bell, at=make.NOW)
    assert "You are not in a group." in seen.text(logged_in(cast.ben).get("/my-group/"))
    course_id = group_notes.belonging(cast.bell, cast.bens_episode, at=make.NOW).member.course_id  # type: ignore[union-attr]
    groups.enrol(
        harbour.group_id, course_id, shown_as="Benno", week=9, agreed=True, by=cast.bell, at=make.NOW
    )
    words = seen.text(logged_in(cast.ben).get("/my-group/"))
    assert "You begin on Monday 13 April" in words
    assert "What you begin with Balanced mind, again" in words
    assert "What we practise now" not in words


def test_my_group_when_they_pause_then_says_that_the_place_is_kept(cast: Cast, harbour: Harbour) -> None:
    back = make.NOW.date().replace(day=30)
    groups.end(harbour.ada, why="paused", back_on=back, by=cast.bell, at=make.NOW)
    words = seen.text(logged_in(cast.ada).get("/my-group/"))
    assert "Your place is kept. You planned to come back on Monday 30 March." in words
    assert "What comes next" not in words


def test_my_group_when_there_are_more_members_then_takes_the_same_queries(
    cast: Cast, harbour: Harbour, django_assert_num_queries: Any
) -> None:
    browser = logged_in(cast.ada)
    for more in (0, 1, 2):
        if more:
            harbour.add(more)
        browser.get("/my-group/")
        with django_assert_num_queries(13):
            browser.get("/my-group/")
