"""Layouts about people, days and plans: every field once on every page, and what was written is read again."""

from collections import Counter
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from holdfast.care import exercises
from holdfast.protocols.exercise import Exercise, Item
from holdfast.protocols.loader import therapies
from holdfast.records.queries import exercises as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen
from tests.web.exercising import filled
from tests.web.people_cases import (
    BY_THERAPIST,
    EVERY,
    FOR_PATIENT,
    MINE,
    begun,
    course_of,
    fields,
    finished,
    read,
    told,
)

pytestmark = pytest.mark.pages


@pytest.fixture
def phone(cast: Cast) -> Client:
    return logged_in(cast.ada)


def assert_each_field_once(page: HttpResponse, expected: list[Item]) -> None:
    """Each field, and of tables each cell of the first row, stands on the page once; no id stands there twice."""
    shown = Counter(
        one
        for frame in seen.elements(page, "div", class_="field")
        for key, one in frame.attributes
        if key == "data-field"
    )
    cells = {f"{item.slug}-1-{column.slug}" for item in expected for column in item.columns}
    wanted = {item.slug for item in expected} | cells
    assert {slug for slug in shown if "-" not in slug} == {item.slug for item in expected}
    assert {slug: shown[slug] for slug in wanted} == dict.fromkeys(wanted, 1)
    ids = Counter(
        value for name in ("input", "textarea", "fieldset", "p", "ul") for one in seen.elements(page, name)
        for key, value in one.attributes if key == "id"
    )  # fmt: skip
    assert [one for one, count in ids.items() if count > 1] == []


def test_library_when_read_has_an_exercise_for_each_of_these_layouts() -> None:
    assert {one.widget for plan in therapies() for one in plan.exercises.values()} >= MINE


@pytest.mark.parametrize("name", FOR_PATIENT)
def test_form_when_empty_and_when_gone_on_with_holds_every_field_once(
    cast: Cast, phone: Client, name: str
) -> None:
    course = course_of(cast, name)
    exercise = course.plan.exercises[name]
    page = begun(phone, course, name)
    assert_each_field_once(phone.get(page), fields(exercise))

    sent = filled(exercise, options=queries.options(course))
    thread = (
        phone.post(page, {**sent, "outcome": "done"}).headers["Location"].partition("?")[0].split("/")[-2]
    )
    again = phone.post(reverse("practice_go_on", args=[thread])).headers["Location"]

    assert_each_field_once(phone.get(again), fields(exercise))


@pytest.mark.parametrize("name", [name for name in FOR_PATIENT if not name.endswith("none")])
def test_form_when_small_holds_the_fields_of_a_bad_day_once(cast: Cast, phone: Client, name: str) -> None:
    course = course_of(cast, name)
    exercise = course.plan.exercises[name]
    page = phone.get(begun(phone, course, name, small="1"))
    assert_each_field_once(page, [one for one in fields(exercise) if one.slug in exercise.low_energy])


@pytest.mark.parametrize("name", BY_THERAPIST)
def test_form_when_the_therapist_fills_it_in_holds_their_fields_once(cast: Cast, name: str) -> None:
    course = course_of(cast, name)
    bell = logged_in(cast.bell)
    page = bell.get(begun(bell, course, name, by_patient=False))
    assert_each_field_once(page, fields(course.plan.exercises[name], by_therapist=True))


@pytest.mark.parametrize("name", FOR_PATIENT)
def test_form_when_something_is_wrong_shows_every_field_once_and_says_where(
    cast: Cast, phone: Client, name: str
) -> None:
    course = course_of(cast, name)
    exercise = course.plan.exercises[name]
    wrong, where = a_wrong_answer(exercise)

    answer = phone.post(begun(phone, course, name), {**wrong, "outcome": "done"})

    assert answer.status_code == 422
    assert_each_field_once(answer, fields(exercise))
    frames = [
        one
        for one in seen.elements(answer, "div", class_="field-wrong")
        if ("data-field", where) in one.attributes
    ]
    assert len(frames) == 1
    assert seen.elements(frames[0], "ul", class_="errorlist")


def a_wrong_answer(exercise: Exercise) -> tuple[dict[str, Any], str]:
    """Something no field of that kind can hold, and where it is told."""
    for item in exercise.fields:
        if item.by is not None:
            continue
        if item.type == "table":
            cell = f"{item.slug}-1-{item.columns[0].slug}"
            column = next((one for one in item.columns if one.type in ("scale_0_10", "choice", "date")), None)
            if column is None:
                return {cell: "x" * 600}, cell
            return {
                cell: "x",
                f"{item.slug}-1-{column.slug}": "no such answer",
            }, f"{item.slug}-1-{column.slug}"
        if item.type in ("scale_0_10", "choice", "time", "yes_no") and not item.options_from:
            return {item.slug: "no such answer"}, item.slug
    longest = next(item for item in exercise.fields if item.type == "long_text" and item.by is None)
    return {longest.slug: "x" * 20_000}, longest.slug


@pytest.mark.parametrize("name", FOR_PATIENT)
def test_entry_when_read_says_all_that_was_written_to_the_person_and_to_their_therapist(
    cast: Cast, phone: Client, name: str
) -> None:
    course = course_of(cast, name)
    exercise = course.plan.exercises[name]
    written = {item.slug: told(item, number) for number, item in enumerate(fields(exercise))}
    thread = finished(
        cast, course, name, {slug: value for slug, (value, _) in written.items() if value is not None}
    )
    exercises.share(thread, audience="therapist", shown=True, by=cast.ada, at=make.NOW)

    mine = read(phone, thread)
    theirs = (
        logged_in(cast.bell).get(reverse("exercise_entry", args=[course.course_id, thread])).content.decode()
    )

    for _, words in written.values():
        assert words in mine
        assert words in theirs


@pytest.mark.parametrize("name", sorted(EVERY))
def test_protocol_page_when_opened_shows_the_layout_without_a_person(cast: Cast, name: str) -> None:
    slug = EVERY[name]
    page = logged_in(cast.bell).get(reverse("protocol_exercise", args=[slug, name]))
    assert page.status_code == 200
    assert 'name="' in page.content.decode()
