"""Practice on the phone: one thing first, kept as typed, finished whole or small or not this time; whose it is."""

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from holdfast.care import exercises
from holdfast.protocols.loader import therapies
from holdfast.records.queries import alerts, therapy
from holdfast.records.queries import exercises as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.web.exercising import filled
from tests.web.seen import text as words

EVERY = [
    (plan.slug, name)
    for plan in therapies()
    for name, one in plan.exercises.items()
    if (plan.slug == "cbt" or name.startswith(plan.slug)) and not one.is_private_note
]
"""Every exercise once, with a therapy it belongs to; process notes are none, they are sealed."""


@pytest.fixture
def phone(cast: Cast) -> Client:
    return logged_in(cast.ada)


def course(cast: Cast, slug: str = "cbt") -> int:
    return make.make_course(cast.adas_episode, by=cast.bell, slug=slug)


def begin(phone: Client, name: str, **sent: str) -> str:
    return phone.post(reverse("practice_begin", args=[name]), sent).headers["Location"]


def test_my_therapy_when_none_has_begun_says_so_and_asks_nothing(phone: Client) -> None:
    page = phone.get("/my-therapy/")
    assert page.status_code == 200
    assert "has not begun yet" in words(page)


def test_my_therapy_when_practice_was_given_shows_one_thing_first(cast: Cast, phone: Client) -> None:
    course_id = course(cast)
    exercises.give(course_id, "cbt.good_minute", number=1, dose="once", by=cast.bell, at=make.NOW)
    exercises.give(course_id, "cbt.thought_record", number=1, optional=True, by=cast.bell, at=make.NOW)

    said = words(phone.get("/my-therapy/"))

    assert said.index("One thing to try") < said.index("1 other piece of practice")
    assert "Low on energy? The small version" in said


def test_my_therapy_when_more_was_written_takes_the_same_queries(
    cast: Cast, phone: Client, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    course_id = course(cast)

    def counted() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert phone.get("/my-therapy/").status_code == 200
        return len(caught)

    def write(count: int) -> None:
        for _ in range(count):
            uid = exercises.begin(course_id, "cbt.good_minute", by=cast.ada, at=make.NOW)
            exercises.finish(uid, {"what": "tea"}, outcome="done", by=cast.ada, at=make.NOW)

    counted()
    write(1)
    few = counted()
    write(4)
    assert counted() == few


@pytest.mark.pages
@pytest.mark.parametrize(("slug", "name"), EVERY)
def test_exercise_when_filled_in_is_kept_whole_and_shown_again(
    cast: Cast, phone: Client, slug: str, name: str
) -> None:
    course_id = course(cast, slug)
    exercise = therapy.course(cast.bell, course_id).plan.exercises[name]
    by_patient = "patient" in exercise.filled_by
    browser, who = (phone, cast.ada) if by_patient else (logged_in(cast.bell), cast.bell)
    start = (
        reverse("practice_begin", args=[name])
        if by_patient
        else reverse("exercise_begin", args=[course_id, name])
    )
    page = browser.post(start).headers["Location"]
    assert browser.get(page).status_code == 200
    sent = filled(exercise, options=queries.options(therapy.course(who, course_id)))

    answer = browser.post(page, {**sent, "outcome": "done"})

    assert answer.status_code == 302, words(answer)
    (row,) = queries.entries(who, therapy.course(who, course_id))
    expected = {
        item.slug for item in exercise.fields if item.by is None or (item.by == "patient") == by_patient
    }
    assert set(row.values) == expected
    shown = (
        browser.get(reverse("practised", args=[row.thread]))
        if by_patient
        else browser.get(reverse("exercise_entry", args=[course_id, row.thread]))
    )
    assert shown.status_code == 200


@pytest.mark.pages
@pytest.mark.parametrize(("slug", "name"), EVERY)
def test_exercise_when_its_small_version_is_asked_for_shows_its_fields_alone(
    cast: Cast, phone: Client, slug: str, name: str
) -> None:
    course_id = course(cast, slug)
    exercise = therapy.course(cast.bell, course_id).plan.exercises[name]
    if "patient" not in exercise.filled_by or not exercise.low_energy:
        assert phone.post(reverse("practice_begin", args=[name]), {"small": "1"}).status_code in (302, 404)
        return
    page = phone.get(begin(phone, name, small="1")).content.decode()
    shown = {item.slug for item in exercise.fields if f'data-field="{item.slug}"' in page}
    assert shown >= set(exercise.low_energy)
    assert len(shown) < len(exercise.fields) or set(exercise.low_energy) == {i.slug for i in exercise.fields}


def test_draft_when_the_page_saves_by_itself_keeps_right_and_wrong_alike(cast: Cast, phone: Client) -> None:
    course(cast)
    page = begin(phone, "cbt.thought_record")

    told = phone.post(
        f"{page}save/",
        "moment=at+work&believe_before=900&revision=0",
        content_type="application/x-www-form-urlencoded",
    )

    assert told.status_code == 200
    assert list(told.json()["problems"]) == ["believe_before"]
    again = phone.get(page).content.decode()
    assert 'value="at work"' in again
    assert 'value="900"' in again


def test_draft_when_an_older_page_saves_is_refused_and_nothing_is_undone(cast: Cast, phone: Client) -> None:
    course(cast)
    page = begin(phone, "cbt.thought_record")
    form = "application/x-www-form-urlencoded"
    phone.post(f"{page}save/", "moment=new&revision=0", content_type=form)

    told = phone.post(f"{page}save/", "moment=old&revision=0", content_type=form)

    assert told.status_code == 409
    assert 'value="new"' in phone.get(page).content.decode()


def test_practice_when_a_field_cannot_be_read_says_where_and_keeps_what_was_typed(
    cast: Cast, phone: Client
) -> None:
    course(cast)
    page = begin(phone, "cbt.thought_record")

    answer = phone.post(page, {"moment": "at work", "believe_before": "900", "outcome": "done"})

    assert answer.status_code == 422
    said = answer.content.decode()
    assert 'href="#f-believe_before"' in said
    assert 'value="at work"' in said
    assert 'value="900"' in said


def test_practice_when_not_this_time_is_kept_with_what_got_in_the_way(cast: Cast, phone: Client) -> None:
    course_id = course(cast)
    page = begin(phone, "cbt.good_minute")
    phone.post(page, {"outcome": "not_this_time", "obstacle": "no time alone"})
    (row,) = queries.entries(cast.bell, therapy.course(cast.bell, course_id))
    assert (row.outcome, row.obstacle) == ("not_this_time", "no time alone")


def test_practice_when_an_answer_says_danger_shows_help_first_and_raises_an_alert(
    cast: Cast, phone: Client
) -> None:
    """H-004: help comes before anything else, at the very save that says it."""
    course(cast, "dbt")
    exercise = next(plan for plan in therapies() if plan.slug == "dbt").exercises["dbt.diary_card"]
    page = begin(phone, "dbt.diary_card")
    gate = next(one for one in exercise.gates if one.gate == "suicide")
    test = gate.any_of[0]
    item = exercise.item(test.field)
    assert item is not None
    value = test.equals if test.equals is not None else str(int(test.at_least or 1))

    told = phone.post(
        f"{page}save/", f"{test.field}={value}&revision=0", content_type="application/x-www-form-urlencoded"
    )

    assert told.json()["help"] is True
    assert len(alerts.waiting(cast.okoro)) == 1
    finished = phone.post(page, {test.field: value, "outcome": "done"})
    assert finished.headers["Location"].endswith("?help=1")
    assert "You can talk to someone now" in words(phone.get(finished.headers["Location"]))
    assert len(alerts.waiting(cast.okoro)) == 1
    inbox = words(logged_in(cast.okoro).get("/alerts/"))
    assert f"{exercise.title}" in inbox
    assert "An answer may mean a wish to die or self-harm" in inbox
    patient_page = logged_in(cast.okoro).get(f"/patients/{cast.adas_episode}/")
    assert "Safety alert, level 2" in words(patient_page)


def test_private_field_when_not_shown_stays_with_the_person_and_one_tap_shows_or_hides_it(
    cast: Cast, phone: Client
) -> None:
    course_id = course(cast, "psychodynamic")
    page = begin(phone, "psychodynamic.private_page")
    exercise = therapy.course(cast.bell, course_id).plan.exercises["psychodynamic.private_page"]
    sent = {k: v for k, v in filled(exercise).items() if k != "share"}
    shown = phone.post(page, {**sent, "outcome": "done"}).headers["Location"].partition("?")[0]
    bell = logged_in(cast.bell)

    def bell_sees() -> int:
        return len(queries.entries(cast.bell, therapy.course(cast.bell, course_id)))

    assert bell_sees() == 0
    assert "a few words" not in bell.get(reverse("course_exercises", args=[course_id])).content.decode()
    phone.post(f"{shown}share/", {"audience": "therapist", "show": "1"})
    assert bell_sees() == 1
    phone.post(f"{shown}share/", {"audience": "therapist", "hide": "1"})
    assert bell_sees() == 0


def test_entry_when_gone_on_with_keeps_the_first_and_shows_the_newest(cast: Cast, phone: Client) -> None:
    course_id = course(cast)
    page = begin(phone, "cbt.activity_calendar")
    first = phone.post(page, {"what": "a walk", "outcome": "done"}).headers["Location"].partition("?")[0]
    assert "how did it go?" in words(phone.get("/my-therapy/so-far/"))

    later = phone.post(f"{first}go-on/").headers["Location"]
    phone.post(later, {"done": "yes", "outcome": "done"})

    (row,) = queries.entries(cast.ada, therapy.course(cast.ada, course_id))
    assert (row.values["what"], row.values["done"]) == ("a walk", "yes")
    assert [one.values for one in queries.earlier(cast.ada, row.thread)] == [{"what": "a walk"}]


def test_plan_when_written_is_one_tap_away_and_keeps_each_version(cast: Cast, phone: Client) -> None:
    course(cast)
    page = phone.post("/my-plans/staying_safe/").headers["Location"]
    phone.post(page, {"signs": ["I stop answering"], "outcome": "done"})
    page = phone.post("/my-plans/staying_safe/").headers["Location"]
    phone.post(page, {"signs": ["I stop answering", "I lie awake"], "outcome": "done"})

    said = words(phone.get("/my-plans/staying_safe/"))

    assert "I lie awake" in said
    assert "Crisis line of the tests" in said
    assert "1 earlier version" in said
    assert "I lie awake" not in words(phone.get("/my-plans/staying_safe/earlier/"))


def test_plan_when_the_therapy_was_switched_is_still_there(cast: Cast, phone: Client) -> None:
    from holdfast.care import courses

    first = course(cast)
    page = phone.post("/my-plans/staying_well/").headers["Location"]
    phone.post(page, {"green_habits": ["out before noon"], "outcome": "done"})
    courses.decide(first, "end", "switched", reason="another way", by=cast.bell, at=make.NOW)
    make.make_course(cast.adas_episode, by=cast.bell, slug="act", started_at=make.NOW - timedelta(days=1))

    assert "out before noon" in words(phone.get("/my-plans/staying_well/"))


def test_everything_written_when_taken_away_is_in_the_file_and_on_paper(cast: Cast, phone: Client) -> None:
    course(cast)
    phone.post(begin(phone, "cbt.good_minute"), {"what": "tea in the sun", "outcome": "done"})

    held = json.loads(phone.get("/my-therapy/so-far/file/").content)

    assert [one["exercise"] for one in held["exercises"]] == ["cbt.good_minute"]
    assert "tea in the sun" in phone.get("/my-therapy/so-far/paper/").content.decode()


@pytest.mark.parametrize("page", ["practice", "practised"])
def test_exercise_when_another_patient_asks_for_it_is_not_found(cast: Cast, phone: Client, page: str) -> None:
    course(cast)
    draft = begin(phone, "cbt.good_minute")
    uid = uuid.UUID(draft.rstrip("/").rpartition("/")[2])
    if page == "practised":
        phone.post(draft, {"what": "tea", "outcome": "done"})
    assert logged_in(cast.ben).get(reverse(page, args=[uid])).status_code == 404
