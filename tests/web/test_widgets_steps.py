"""Layouts of exercises: every field stands there once, and what was written is read again in its place."""

import re
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse

from holdfast.protocols.exercise import Exercise
from tests.cast import Cast, logged_in
from tests.web.exercising import filled
from tests.web.seen import elements
from tests.web.writing import EVERY, begin, course, exercise_of, write

pytestmark = pytest.mark.pages

NONSENSE = {
    "slider_0_100": "900",
    "scale_0_10": "11",
    "datetime": "soon",
    "date": "soon",
    "yes_no": "perhaps",
}


@pytest.fixture
def phone(cast: Cast) -> Client:
    return logged_in(cast.ada)


def fields(page: str) -> Counter[str]:
    return Counter(re.findall(r'data-field="([^"]+)"', page))


def twice(page: str) -> list[str]:
    ids = Counter(re.findall(r'\sid="([^"]+)"', page))
    return [one for one, count in ids.items() if count > 1]


def names_of(exercise: Exercise, slugs: set[str]) -> set[str]:
    """What the inputs of these fields are called; of a table those of its first row."""
    found = set()
    for item in exercise.fields:
        if item.slug in slugs:
            found |= {f"{item.slug}-1-{one.slug}" for one in item.columns} or {item.slug}
    return found


def assert_each_once(page: str, exercise: Exercise, slugs: set[str]) -> None:
    shown = fields(page)
    assert {item.slug: shown[item.slug] for item in exercise.fields} == {
        item.slug: int(item.slug in slugs) for item in exercise.fields
    }
    assert names_of(exercise, slugs) <= set(re.findall(r'\sname="([^"]+)"', page))
    assert twice(page) == []


@pytest.mark.parametrize(("slug", "name"), EVERY)
def test_form_when_whole_has_every_field_once(cast: Cast, phone: Client, slug: str, name: str) -> None:
    course(cast, slug)
    exercise = exercise_of(name)
    page = phone.get(begin(phone, name)).content.decode()
    assert_each_once(page, exercise, {item.slug for item in exercise.fields})


@pytest.mark.parametrize(("slug", "name"), EVERY)
def test_form_when_small_has_its_few_fields_once(cast: Cast, phone: Client, slug: str, name: str) -> None:
    course(cast, slug)
    exercise = exercise_of(name)
    page = phone.get(begin(phone, name, small="1")).content.decode()
    assert_each_once(page, exercise, set(exercise.low_energy))


@pytest.mark.parametrize(("slug", "name"), EVERY)
def test_form_when_gone_on_with_has_every_field_once_and_the_later_part_unfolded(
    cast: Cast, phone: Client, slug: str, name: str
) -> None:
    course_id = course(cast, slug)
    exercise = exercise_of(name)
    first = next(item.slug for item in exercise.fields if item.slug in filled(exercise))
    entry = write(course_id, name, {first: filled(exercise)[first]}, by=cast.ada)
    answer = phone.get(phone.post(f"{entry}go-on/").headers["Location"])
    page = answer.content.decode()
    assert_each_once(page, exercise, {item.slug for item in exercise.fields})
    later = [item.slug for item in exercise.fields if item.later]
    folded = {slug for one in elements(answer, "details") for slug in fields(str(one))}
    assert folded.isdisjoint(later)


@pytest.mark.parametrize(("slug", "name"), EVERY)
def test_form_when_a_field_is_wrong_shows_it_unfolded_with_its_message(
    cast: Cast, phone: Client, slug: str, name: str
) -> None:
    course(cast, slug)
    exercise = exercise_of(name)
    wrong = [item for item in exercise.fields if item.type in NONSENSE]
    sent = {item.slug: NONSENSE[item.type] for item in wrong}
    if not sent:  # The ladder and the loop have such fields in rows, or for later, alone.
        sent = {"steps-1-effort": "11"}
    answer = phone.post(begin(phone, name), {**sent, "outcome": "done"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert_each_once(page, exercise, {item.slug for item in exercise.fields})
    closed = [
        one
        for one in elements(answer, "details")
        if "open" not in dict(one.attributes) and "field-wrong" in str(one)
    ]
    assert closed == []
    assert {slug for slug in sent if f'id="f-{slug}-wrong"' not in page} == set()


@pytest.mark.parametrize(("slug", "name"), EVERY)
def test_form_when_read_by_staff_before_anyone_fills_it_in_has_every_field_once(
    cast: Cast, slug: str, name: str
) -> None:
    page = logged_in(cast.bell).get(reverse("protocol_exercise", args=[slug, name])).content.decode()
    exercise = exercise_of(name)
    assert_each_once(page, exercise, {item.slug for item in exercise.fields})
