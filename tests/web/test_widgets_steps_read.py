"""Layouts of exercises, read: every answer is there, each picture says what was written, and nothing is made up."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from holdfast.web.parts import widgets_kit
from tests import make
from tests.cast import Cast, logged_in
from tests.web.seen import elements
from tests.web.seen import text as words
from tests.web.writing import EVERY, begin, course, exercise_of, write

pytestmark = pytest.mark.pages

DAY = timedelta(days=1)


@pytest.fixture
def phone(cast: Cast) -> Client:
    return logged_in(cast.ada)


@pytest.mark.parametrize(("slug", "name"), EVERY)
def test_entry_when_read_shows_every_answer(cast: Cast, phone: Client, slug: str, name: str) -> None:
    course_id = course(cast, slug)
    exercise = exercise_of(name)
    values: dict[str, Any] = {
        item.slug: f"my own {item.slug}"
        for item in exercise.fields
        if item.type in ("text", "long_text", "person")
    }
    values |= {item.slug: [f"my own {item.slug}"] for item in exercise.fields if item.type == "list"}
    for item in exercise.fields:
        if item.type == "table":
            row = {one.slug: f"my own {one.slug}" for one in item.columns if one.type == "text"}
            values[item.slug] = [row or {"name": "ashamed", "before": "73"}]
        elif item.type in ("choice", "multichoice") and item.options:
            values[item.slug] = [item.options[-1]] if item.type == "multichoice" else item.options[-1]
        elif item.type == "slider_0_100":
            values[item.slug] = "37"
    entry = write(course_id, name, values, by=cast.ada)

    for said in (
        words(phone.get(entry)),
        words(logged_in(cast.bell).get(reverse("exercise_entry", args=[course_id, entry.split("/")[-2]]))),
    ):
        texts = [one for value in values.values() for one in (value if isinstance(value, list) else [value])]
        texts = [cell for one in texts for cell in (one.values() if isinstance(one, dict) else [one])]
        assert [one for one in texts if one.casefold() not in said.casefold()] == []


def test_entry_when_read_in_the_session_shows_its_picture_with_what_stands_beside_it(cast: Cast) -> None:
    course_id = course(cast, "cbt")
    write(course_id, "cbt.step_ladder", {"steps": [{"step": "open one letter"}]}, by=cast.ada)
    room, staff = reverse("session_room", args=[course_id]), logged_in(cast.bell)
    staff.post(room, {"begin": "1"})
    assert "The next step open one letter" in words(staff.get(f"{room}?exercise=cbt.step_ladder"))


def test_week_when_planned_and_done_says_so_by_day_and_lays_expected_beside_real(
    cast: Cast, phone: Client
) -> None:
    course_id = course(cast, "cbt")
    name, today = "cbt.activity_calendar", make.NOW.date()
    monday = today - DAY * today.weekday()
    write(
        course_id,
        name,
        {
            "what": "the soup",
            "when": f"{monday}T10:00",
            "done": "yes, the small version",
            "expect": "2",
            "enjoy": "6",
        },
        by=cast.ada,
        at=make.NOW - DAY,
    )
    entry = write(course_id, name, {"what": "the park", "when": f"{monday + 6 * DAY}T15:30"}, by=cast.ada)

    page = phone.get(entry)

    (week,) = elements(page, "ol", class_="week-days")
    days = [words(one) for one in elements(week, "li", class_="week-day")]
    assert days[0].endswith("10:00 the soup ✓ the small version Expected 2 Real 6")
    assert days[6].endswith("15:30 the park ○ planned")
    assert [one for one in days[1:6] if "nothing written" not in one] == []


def test_plan_when_something_was_done_before_offers_it_whole_and_small(cast: Cast, phone: Client) -> None:
    course_id = course(cast, "cbt")
    write(course_id, "cbt.activity_calendar", {"what": "a walk", "small_version": "the door"}, by=cast.ada)
    page = phone.get(begin(phone, "cbt.activity_calendar"))
    (again,) = elements(page, "details", class_="again")
    assert [words(one) for one in elements(again, "button")] == ["a walk", "Low on energy: the door"]


def test_good_days_when_a_day_was_left_blank_leaves_its_boxes_blank(cast: Cast, phone: Client) -> None:
    course_id = course(cast, "dbt")
    write(course_id, "dbt.good_days", {"body": ["moved"]}, by=cast.ada, at=make.NOW - 2 * DAY)
    entry = write(course_id, "dbt.good_days", {"body": ["slept enough"]}, by=cast.ada)

    (grid,) = elements(phone.get(entry), "table", class_="week-grid")

    rows = {words(elements(row, "th")[0]): row for row in elements(grid, "tr")[1:]}
    cells = [words(one) for one in elements(rows["moved"], "td")]
    assert cells[4:] == ["✓ yes", "left blank", "· not ticked"]


def test_diary_when_a_day_is_filled_in_afterwards_is_marked_and_blanks_stay_blank(
    cast: Cast, phone: Client
) -> None:
    course_id = course(cast, "dbt")
    yesterday = (make.NOW - DAY).date()
    entry = write(
        course_id, "dbt.diary_card", {"day": f"{yesterday}", "misery": "8", "joy": "1"}, by=cast.ada
    )

    page = phone.get(entry)

    (grid,) = elements(page, "table", class_="week-grid")
    heads = [words(one) for one in elements(elements(grid, "thead")[0], "th")]
    assert [one.endswith("later") for one in heads] == [False] * 7 + [True]
    misery = [words(one) for one in elements(elements(grid, "tr")[1], "td")]
    assert misery == ["left blank"] * 6 + ["8"]
    assert "1 of 7 days filled in." in words(page)
    assert "Look at first" not in words(page)


@pytest.mark.parametrize(
    ("answers", "first"),
    [
        ({"misery": "9", "urge_avoid": "6"}, "Urge to hide or give up"),
        ({"misery": "9", "urge_suicide": "1", "urge_harm": "8"}, "Urge to end my life (highest today)"),
        ({"urge_suicide": "1", "acted": "yes"}, "Did I hurt myself today?"),
    ],
)
def test_diary_when_a_therapist_reads_it_names_what_comes_first_by_the_agreed_order(
    cast: Cast, answers: dict[str, str], first: str
) -> None:
    course_id = course(cast, "dbt")
    thread = write(course_id, "dbt.diary_card", answers, by=cast.ada).split("/")[-2]
    page = logged_in(cast.bell).get(reverse("exercise_entry", args=[course_id, thread]))
    assert f"Look at first: {first}" in words(page)


def test_ladder_when_some_steps_are_done_shows_the_next_one_first(cast: Cast, phone: Client) -> None:
    course_id = course(cast, "cbt")
    steps = [
        {"step": "the table", "done": "yes"},
        {"step": "two piles", "effort": "8"},
        {"step": "one letter"},
    ]
    page = phone.get(write(course_id, "cbt.step_ladder", {"steps": steps}, by=cast.ada))
    (first, *_) = elements(page, "section", class_="card-first")
    assert words(first) == "The next step two piles This one takes a lot. Can you make it smaller?"
    assert words(page).count("two piles") == 2


def test_five_parts_when_both_days_are_drawn_stand_side_by_side(cast: Cast, phone: Client) -> None:
    course_id = course(cast, "cbt")
    name = "cbt.five_parts"
    write(course_id, name, {"which": "a lighter day", "did": "went out"}, by=cast.ada, at=make.NOW - DAY)
    page = phone.get(write(course_id, name, {"which": "a heavy day", "did": "stayed in"}, by=cast.ada))
    pictures = [words(one) for one in elements(page, "ol", class_="five")]
    assert ["stayed in" in pictures[0], "went out" in pictures[1]] == [True, True]
    assert len(pictures) == 2


def test_experiment_when_it_comes_back_shows_what_was_planned_above_the_later_part(
    cast: Cast, phone: Client
) -> None:
    course_id = course(cast, "cbt")
    values = {"guess": "she is cross", "test": "ring her", "when": "2026-03-01T18:00", "sure_before": "80"}
    entry = write(course_id, "cbt.experiment", values, by=cast.ada)
    page = phone.get(phone.post(f"{entry}go-on/").headers["Location"])
    said = words(page)
    assert (
        said.index("What I planned Sunday 1 March, 18:00")
        < said.index("she is cross")
        < said.index("How it went")
    )


def test_chain_when_a_link_is_to_change_marks_it_and_lays_earlier_chains_under_it(
    cast: Cast, phone: Client
) -> None:
    course_id = course(cast, "dbt")
    name = "dbt.link_by_link"
    write(
        course_id, name, {"links": [{"kind": "body", "text": "heavy legs"}]}, by=cast.ada, at=make.NOW - DAY
    )
    links = [{"kind": "thought", "text": "no use"}, {"kind": "feeling", "text": "shame", "strength": "7"}]
    entry = write(
        course_id, name, {"links": links, "change_link": "shame", "new_move": "make tea"}, by=cast.ada
    )

    page = phone.get(entry)

    chains = elements(page, "ol", class_="chain")
    (changed,) = elements(chains[0], "li", class_="is-changed")
    assert words(changed) == "♡ feeling · 7 shame ✎ The link I change: make tea"
    assert "heavy legs" in words(chains[1])


def test_chain_when_links_are_written_offers_their_words_as_the_one_to_change(
    cast: Cast, phone: Client
) -> None:
    course_id = course(cast, "dbt")
    links = [{"kind": "thought", "text": "no use"}, {"kind": "feeling", "text": "shame"}]
    entry = write(course_id, "dbt.link_by_link", {"links": links}, by=cast.ada)
    page = phone.get(phone.post(f"{entry}go-on/").headers["Location"])
    offered = [dict(one.attributes)["value"] for one in elements(page, "input", name="change_link")]
    assert offered == ["no use", "shame", ""]


KIT = {
    "body": ["slow breath", "ice on my wrist"],
    "hear": ["one song"],
    "touch": ["a mug"],
    "top3": ["a mug"],
}


@pytest.mark.parametrize(("health", "kept_back"), [("yes", True), (None, True), ("no", False)])
def test_kit_when_health_does_not_allow_it_keeps_cold_and_hard_things_back(
    cast: Cast, phone: Client, health: str | None, kept_back: bool
) -> None:
    course_id = course(cast, "dbt")
    values = {**KIT, **({"health": health} if health else {})}
    page = phone.get(write(course_id, "dbt.hard_moment_kit", values, by=cast.ada))
    (cards,) = elements(page, "ul", class_="kit")
    assert ("ice on my wrist" in words(cards)) is not kept_back
    assert ("1 card is kept back until then." in words(page)) is kept_back


def test_kit_when_things_were_used_often_enough_comes_in_the_order_of_what_helped(
    cast: Cast, phone: Client
) -> None:
    course_id = course(cast, "dbt")
    used = [
        {"what": "One song", "before": "80", "after": "40"},
        {"what": "a mug", "before": "70", "after": "65"},
    ]

    def order(uses: list[dict[str, str]]) -> list[str]:
        page = phone.get(
            write(course_id, "dbt.hard_moment_kit", {**KIT, "health": "no", "used": uses}, by=cast.ada)
        )
        return [words(one) for one in elements(page, "p", class_="kit-text")]

    assert order(used)[0] == "a mug"
    assert order([*used, used[0]])[:2] == ["one song", "a mug"]


@pytest.mark.parametrize(
    "thing", ["cold shower", "hold ice", "Running up the stairs", "push-ups", "star jumps"]
)
def test_calmers_when_cold_or_hard_are_known_as_such(thing: str) -> None:
    assert widgets_kit.COLD_OR_HARD.search(thing)


@pytest.mark.parametrize("thing", ["slow breath", "a slice of orange", "a prune", "my notice board"])
def test_calmers_when_gentle_are_not_held(thing: str) -> None:
    assert not widgets_kit.COLD_OR_HARD.search(thing)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("cbt.activity_calendar", {"what": "a walk"}),
        ("dbt.diary_card", {"misery": "4"}),
        ("dbt.hard_moment_kit", {"words": "this passes"}),
    ],
)
def test_entry_when_more_was_written_takes_the_same_queries(
    cast: Cast, phone: Client, name: str, values: dict[str, str]
) -> None:
    course_id = course(cast, name.partition(".")[0])
    entry = write(course_id, name, values, by=cast.ada)

    def counted() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert phone.get(entry).status_code == 200
        return len(caught)

    counted()
    few = counted()
    for days in range(1, 6):
        write(course_id, name, values, by=cast.ada, at=make.NOW - days * DAY)
    assert counted() == few
