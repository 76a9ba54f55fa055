"""Layouts about people, days and plans as they are read: maps, lines, cards, letters and plans."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from holdfast.care import exercises
from holdfast.web.parts import widgets_people_calls
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen
from tests.web.people_cases import FOR_PATIENT, course_of, fields, finished, read, told

pytestmark = pytest.mark.pages


@pytest.fixture
def phone(cast: Cast) -> Client:
    return logged_in(cast.ada)


def test_map_when_read_draws_rings_and_wished_moves_but_never_who_feels_unsafe(
    cast: Cast, phone: Client
) -> None:
    course = course_of(cast, "ipt.people_map")
    people = [
        {"who": "Sam", "ring": "far", "wish_ring": "close", "changed": "yes"},
        {"who": "Alex", "ring": "close", "unsafe": "yes"},
    ]
    page = read(phone, finished(cast, course, "ipt.people_map", {"people": people}))
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert "Sam: far, wished: close, changed when I got ill; Alex: close" in drawing
    assert drawing.count("map-wish") == 1
    assert "unsafe" not in drawing


def test_life_line_when_a_point_is_kept_shut_tells_nothing_of_it(cast: Cast, phone: Client) -> None:
    course = course_of(cast, "psychodynamic.life_line")
    points = [
        {"age": "about 8", "what": "the sea", "mood": 7},
        {"age": "12", "what": "the long winter", "mood": 1, "keep_shut": "yes"},
    ]
    page = read(phone, finished(cast, course, "psychodynamic.life_line", {"points": points}))
    assert "the sea" in page
    assert "the long winter" not in page
    assert "2: kept shut" in page
    assert "line-closed" in page


def test_mood_line_when_read_has_the_infusions_of_its_time(cast: Cast, phone: Client) -> None:
    course = course_of(cast, "ipt.mood_line")
    for days in (400, 10):
        make.make_infusion(
            cast.adas_episode, by=cast.okoro, happened_at=make.NOW - timedelta(days=min(days, 50))
        )
    points = [
        {"when": "2026-02-01", "mood": 3, "event": "moved"},
        {"when": "2026-03-01", "mood": 6, "event": "a friend"},
    ]
    page = read(phone, finished(cast, course, "ipt.mood_line", {"points": points}))
    assert page.count('class="line-infusion"') == 1
    assert "Infusions: 1." in page


def test_talk_when_read_marks_the_turn_between_its_lines(cast: Cast, phone: Client) -> None:
    course = course_of(cast, "ipt.talk_replay")
    lines = [{"speaker": "me", "said": "You are late"}, {"speaker": "them", "said": "Not again"}]
    page = read(phone, finished(cast, course, "ipt.talk_replay", {"lines": lines, "turn": "You are late"}))
    assert page.index("You are late") < page.index("It turned here") < page.index("Not again")


def test_card_when_changed_stands_beside_what_it_said_before(cast: Cast, phone: Client) -> None:
    name = "psychodynamic.pattern_card"
    course = course_of(cast, name)
    thread = finished(cast, course, name, {"i_am": "the one who waits", "costs": "sleep"})
    draft = exercises.go_on(thread, by=cast.ada, at=make.NOW)
    changed = {"i_am": "the one who asks", "costs": "sleep"}
    exercises.finish(draft, changed, outcome="done", by=cast.ada, at=make.NOW)
    answer = phone.get(reverse("practised", args=[thread]))
    rows = [[seen.text(cell) for cell in seen._cells(row)] for row in seen.elements(answer, "tr")]
    assert ["In this pattern I am", "the one who asks changed", "the one who waits"] in rows
    assert [row[0] for row in rows if row[0] == "It costs me"] == []


def test_rhythm_when_three_days_are_kept_says_how_many_minutes_apart_they_lie(
    cast: Cast, phone: Client
) -> None:
    course = course_of(cast, "ipt.daily_rhythm")
    for day, up in (("2026-02-28", "08:00"), ("2026-03-01", "09:30"), ("2026-03-02", "08:10")):
        thread = finished(cast, course, "ipt.daily_rhythm", {"day": day, "up": up})
    table = seen.table(phone.get(reverse("practised", args=[thread])), "Times of the week")
    assert ["Out of bed", "90", "08:00", "09:30", "08:10"] in table


def test_stories_when_read_by_the_therapist_stand_in_lanes_and_between_us_last(cast: Cast) -> None:
    name = "psychodynamic.story"
    course = course_of(cast, name)
    for who in ("My therapist", "Sam", "Sam"):
        thread = finished(
            cast, course, name, {"who": who, "wish": ["to be close"], "they": ["helped"]}, by=cast.bell
        )
    page = logged_in(cast.bell).get(reverse("exercise_entry", args=[course.course_id, thread]))
    heads = [seen.text(one) for one in seen.elements(page, "th") if ("scope", "rowgroup") in one.attributes]
    assert heads == ["Sam", "between us My therapist"]
    assert "There are 3 stories" in seen.text(page)


def test_safe_plan_when_read_numbers_its_steps_and_makes_only_numbers_a_button(
    cast: Cast, phone: Client
) -> None:
    name = "shared.staying_safe"
    course = course_of(cast, name)
    values = {
        "signs": ["round and round"],
        "around": [{"who": "Library", "how": "12 Mill Street"}],
        "ask": [{"who": "Sam", "how": "0151 496 0000"}],
    }
    finished(cast, course, name, values)
    answer = phone.get(reverse("my_plan", args=["staying_safe"]))
    (steps,) = seen.elements(answer, "ol", class_="plan-steps")
    assert [seen.text(one) for one in seen.elements(steps, "h2")] == [
        "How do I know a crisis may be starting?",
        "People or places that take my mind off it",
        "People I can ask for help",
    ]
    dialled = [dict(one.attributes)["href"] for one in seen.elements(steps, "a")]
    assert dialled == ["tel:01514960000"]
    assert "12 Mill Street" in seen.text(steps)


def test_well_plan_when_read_names_its_lights_in_words(cast: Cast, phone: Client) -> None:
    name = "shared.staying_well"
    course = course_of(cast, name)
    finished(
        cast,
        course,
        name,
        {"green_habits": ["a walk"], "amber_signs": ["early nights"], "red_signs": ["no way"]},
    )
    said = seen.text(phone.get(reverse("my_plan", args=["staying_well"])))
    assert said.index("Green: I am well") < said.index("a walk") < said.index("Amber: I am dipping")
    assert said.index("early nights") < said.index("Red: I need help now") < said.index("no way")


def test_letters_when_the_therapist_shows_theirs_stand_side_by_side_with_earlier_drafts(
    cast: Cast, phone: Client
) -> None:
    name = "psychodynamic.ending"
    course = course_of(cast, name)
    theirs = finished(cast, course, name, {"letter": "Dear Ada, first words."}, by=cast.bell)
    draft = exercises.go_on(theirs, by=cast.bell, at=make.NOW)
    exercises.finish(draft, {"letter": "Dear Ada, better words."}, outcome="done", by=cast.bell, at=make.NOW)
    mine = finished(cast, course, name, {"to_you": "Dear you."})
    assert "better words" not in read(phone, mine)

    exercises.share(theirs, audience="patient", shown=True, by=cast.bell, at=make.NOW)

    page = read(phone, mine)
    assert (
        page.index("Dear you.")
        < page.index("better words")
        < page.index("1 earlier draft")
        < page.index("first words")
    )


def test_private_page_when_not_shared_says_that_only_the_person_reads_it(cast: Cast, phone: Client) -> None:
    name = "psychodynamic.private_page"
    course = course_of(cast, name)
    thread = finished(cast, course, name, {"page": "mine alone", "share": "no"})
    assert "Only you can read this." in read(phone, thread)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("0151 496 0000", "01514960000"),
        ("+44 (0)151 496-0000", "+4401514960000"),
        ("116 123, day and night", "116123"),
        ("999", "999"),
        ("12 Mill Street", ""),
        ("the library", ""),
        ("12, Mill Street", ""),
        ("...", ""),
        ("", ""),
    ],
)
def test_number_when_a_text_is_one_can_be_dialled_and_else_not(text: str, digits: str) -> None:
    assert widgets_people_calls.call("Jo", text).dial == digits


@pytest.mark.parametrize("name", sorted(set(FOR_PATIENT) - {"psychodynamic.private_page"}))
def test_entry_when_there_are_many_takes_the_same_queries(cast: Cast, phone: Client, name: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    course = course_of(cast, name)
    exercise = course.plan.exercises[name]
    values = {
        item.slug: value for n, item in enumerate(fields(exercise)) if (value := told(item, n)[0]) is not None
    }
    thread = finished(cast, course, name, values)

    def counted() -> int:
        with CaptureQueriesContext(connection) as caught:
            read(phone, thread)
        return len(caught)

    counted()
    few = counted()
    for _ in range(4):
        finished(cast, course, name, values)
    assert counted() == few


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("psychodynamic.story", {"who": "Sam", "gist": "a quiet one", "full": 9}),
    ],
)
def test_session_room_when_both_look_at_it_keeps_the_therapists_own_off_the_screen(
    cast: Cast, name: str, values: dict[str, Any]
) -> None:
    course = course_of(cast, name)
    thread = finished(cast, course, name, values, by=cast.bell)
    desk = logged_in(cast.bell)
    own = desk.get(reverse("exercise_entry", args=[course.course_id, thread])).content.decode()
    assert "9 of 10" in own

    room = reverse("session_room", args=[course.course_id])
    desk.post(room, {"begin": "1"})
    page = desk.get(f"{room}?exercise={name}").content.decode()

    assert "9 of 10" not in page
    assert "Stories by person" not in page


def test_plain_form_when_gone_on_with_and_nothing_is_for_later_stands_open(cast: Cast, phone: Client) -> None:
    course = course_of(cast, "shared.staying_well")
    thread = finished(cast, course, "shared.goals", {"goals": [{"goal": "see people"}]})
    page = phone.get(phone.post(reverse("practice_go_on", args=[thread])).headers["Location"])
    folded = [
        one for frame in seen.elements(page, "details") for one in seen.elements(frame, "div", class_="field")
    ]
    assert {dict(one.attributes).get("data-field") for one in folded} <= {None}
    assert seen.typed(page, "goals-1-goal") == "see people"
