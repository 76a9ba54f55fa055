"""Words that may tell of danger are marked for staff, for reading, and never for the person who wrote them."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from holdfast.protocols.risk_words import cut
from holdfast.records.queries import therapy
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen
from tests.web.people_cases import finished

NOTE = "Marked words are for reading with the person; they are not a score."
THOUGHT = "They would be better off\nwithout me. I want to DIE."


@pytest.fixture
def desk(cast: Cast) -> Client:
    return logged_in(cast.bell)


def course_of(cast: Cast, name: str) -> therapy.Course:
    slug = name.partition(".")[0].replace("shared", "cbt")
    return therapy.course(cast.bell, make.make_course(cast.adas_episode, by=cast.bell, slug=slug))


def marks(page: HttpResponse) -> list[str]:
    return [seen.text(one) for one in seen.elements(page, "mark")]


def read(desk: Client, cast: Cast, name: str, values: dict[str, object]) -> HttpResponse:
    course = course_of(cast, name)
    thread = finished(cast, course, name, values)
    return desk.get(reverse("exercise_entry", args=[course.course_id, thread]))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I want to die", ["die"]),
        ("A DIET, a Diesel, new skills", []),
        ("Suicidal, and killing time", ["Suicidal", "killing"]),
        ("I can\N{RIGHT SINGLE QUOTATION MARK}t go on", ["can\N{RIGHT SINGLE QUOTATION MARK}t go on"]),
        ("no  way\nout", ["no  way\nout"]),
        ("End it all", ["End it all"]),
        ("harmony is cute", []),
        ("", []),
    ],
)
def test_cut_when_a_text_is_read_then_whole_words_of_the_list_are_every_second_piece(
    text: str, found: list[str]
) -> None:
    pieces = cut(text)
    assert list(pieces[1::2]) == found
    assert "".join(pieces) == text


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("cbt.thought_record", {"thought": THOUGHT}, ["better off without", "DIE"]),
        ("dbt.link_by_link", {"what_happened": "I took pills"}, ["pills"]),
        ("act.step_back", {"thought": "I am worthless"}, ["worthless"]),
        ("shared.staying_safe", {"signs": ["all is pointless", "no sleep"]}, ["pointless"]),
        ("shared.staying_well", {"red_signs": ["no way out"]}, ["no way out"]),
    ],
)
def test_entry_when_read_by_staff_then_risk_words_are_marked_and_said_to_be_no_score(
    cast: Cast, desk: Client, name: str, values: dict[str, object], found: list[str]
) -> None:
    page = read(desk, cast, name, values)
    assert marks(page) == found
    assert NOTE in seen.text(page)


def test_entry_when_no_word_is_found_or_its_field_carries_no_risk_then_nothing_is_marked(
    cast: Cast, desk: Client
) -> None:
    page = read(
        desk, cast, "cbt.thought_record", {"thought": "She is late", "fairer": "I will not die of it"}
    )
    assert marks(page) == []
    assert NOTE not in seen.text(page)


def test_entry_when_markup_was_typed_then_it_is_escaped_around_and_inside_the_marks(
    cast: Cast, desk: Client
) -> None:
    text = '<script>alert("die")</script> & <b>hopeless</b>\nend'
    body = read(desk, cast, "act.step_back", {"thought": text}).content.decode()
    assert (
        "&lt;script&gt;alert(&quot;<mark>die</mark>&quot;)&lt;/script&gt; &amp; "
        "&lt;b&gt;<mark>hopeless</mark>&lt;/b&gt;" in body
    )


def test_entry_when_read_by_the_person_then_nothing_is_marked(cast: Cast) -> None:
    thread = finished(cast, course_of(cast, "cbt.thought_record"), "cbt.thought_record", {"thought": THOUGHT})
    phone = logged_in(cast.ada)
    for address in (reverse("practised", args=[thread]), reverse("so_far_on_paper")):
        page = phone.get(address)
        assert "I want to DIE" in seen.text(page)
        assert marks(page) == []
        assert NOTE not in seen.text(page)


def test_entry_when_both_look_at_it_in_the_session_then_nothing_is_marked(cast: Cast, desk: Client) -> None:
    course = course_of(cast, "cbt.thought_record")
    finished(cast, course, "cbt.thought_record", {"thought": THOUGHT})
    room = reverse("session_room", args=[course.course_id])
    desk.post(room, {"begin": "1"})
    page = desk.get(room, {"exercise": "cbt.thought_record"})
    assert "I want to DIE" in seen.text(page)
    assert marks(page) == []
