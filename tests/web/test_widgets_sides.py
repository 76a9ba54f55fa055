"""Layouts of exercises, from four boxes to the dial: they ask and show all that the plain form does, and more."""

import re
from collections import Counter
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from holdfast.care import exercises as verbs
from holdfast.errors import Problem
from holdfast.protocols.exercise import Exercise
from holdfast.protocols.filling import Values, checked
from holdfast.protocols.loader import therapies
from holdfast.web.parts import exercise_form, exercise_view, widgets_sides
from tests import make
from tests.cast import Cast, logged_in
from tests.web.exercising import filled
from tests.web.seen import text as words

pytestmark = pytest.mark.pages

WIDGETS = {
    "four_box", "two_sides", "two_column", "three_boxes", "script_builder", "values_compass",
    "audio_timer_plus_form", "quick_curve", "two_way_arrow", "step_card", "table_form",
}  # fmt: skip
EXERCISES = {
    one.name: one for plan in therapies() for one in plan.exercises.values() if one.widget in WIDGETS
}
EVERY = pytest.mark.parametrize("name", sorted(EXERCISES))
PLAIN = "parts/widgets/form.html"
DIAL = "act.direction_dial"


def layout(exercise: Exercise) -> str:
    return f"parts/widgets/{exercise.widget}.html"


def written(exercise: Exercise) -> Values:
    """What a person who filled in everything has kept."""
    post = QueryDict(mutable=True)
    for name, value in filled(exercise, rows=2).items():
        post.setlist(name, value if isinstance(value, list) else [value])
    return checked(exercise, exercise_form.sent(exercise, post))


def asked(page: str) -> Counter[tuple[str, str]]:
    """Every named control of a page: its name, and its answer where it is one of several."""
    controls = re.findall(r"<(?:input|textarea|select|button)\b[^>]*>", page)
    named = [(re.search(r' name="([^"]+)"', one), re.search(r' value="([^"]*)"', one)) for one in controls]
    return Counter((name[1], value[1] if value else "") for name, value in named if name)


def seen(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def rendered(exercise: Exercise, template: str, values: Values, **context: Any) -> str:
    options = {key: context.pop(key) for key in ("small", "problems", "by_therapist") if key in context}
    form = exercise_form.form(exercise, values, options={}, **options)
    return render_to_string(template, {"exercise": exercise, "form": form, **context})


@EVERY
@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("full", [False, True])
def test_layout_when_opened_then_asks_every_field_once_as_the_plain_form_does(
    name: str, small: bool, full: bool
) -> None:
    exercise = EXERCISES[name]
    values = written(exercise) if full else {}
    ours = rendered(exercise, layout(exercise), values, small=small)
    assert asked(ours) == asked(rendered(exercise, PLAIN, values, small=small))
    marks = re.findall(r' id="([^"]+)"', ours)
    assert len(marks) == len(set(marks))


@EVERY
def test_layout_when_filled_in_by_the_therapist_then_asks_what_the_plain_form_asks(name: str) -> None:
    exercise = EXERCISES[name]
    ours = rendered(exercise, layout(exercise), {}, by_therapist=True)
    assert asked(ours) == asked(rendered(exercise, PLAIN, {}, by_therapist=True))


@EVERY
def test_layout_when_gone_on_with_then_asks_what_comes_after_first_and_keeps_the_rest(name: str) -> None:
    exercise = EXERCISES[name]
    later = [item.slug for item in exercise.fields if item.later]
    values = written(exercise)
    ours = rendered(exercise, layout(exercise), values, found=SimpleNamespace(goes_on=True))
    plain = rendered(exercise, PLAIN, values, found=SimpleNamespace(goes_on=True))
    assert asked(ours) == asked(plain)
    assert re.findall(r'data-field="(\w+)"', ours)[: len(later)] == later


@EVERY
@pytest.mark.parametrize("small", [False, True])
def test_layout_when_every_field_is_wrong_then_says_so_at_each_and_nothing_is_folded_away(
    name: str, small: bool
) -> None:
    exercise = EXERCISES[name]
    problems = [Problem(item.slug, f"{item.slug} is odd", "something else") for item in exercise.fields]
    ours = rendered(exercise, layout(exercise), {}, small=small, problems=problems)
    for item in exercise.fields:
        assert ours.count(f'id="f-{item.slug}-wrong"') == 1
    assert seen(ours).count("Expected: something else.") == len(exercise.fields)
    assert not re.search(r"<details(?![^>]* open)[^>]*>", ours)


@EVERY
def test_view_when_everything_was_written_then_shows_each_answer_under_its_question(name: str) -> None:
    exercise = EXERCISES[name]
    values = written(exercise)
    lines = exercise_view.lines_of(exercise, values, shown=True)
    row = SimpleNamespace(values=values)
    page = seen(
        render_to_string(
            f"parts/widgets/{exercise.widget}_view.html", {"exercise": exercise, "lines": lines, "row": row}
        )
    )
    for line in lines:
        if line.item.slug != "way":  # told by the arrow
            assert line.item.label in page
        told = [line.words, *line.entries, *(cell for one in line.rows for _label, cell in one)]
        assert [one for one in told if one.lower() not in page.lower()] == []


@EVERY
def test_layout_when_looked_at_then_has_no_style_and_no_script_within_the_page(name: str) -> None:
    exercise = EXERCISES[name]
    page = rendered(exercise, layout(exercise), written(exercise))
    assert not re.search(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=", page)


def test_four_boxes_when_some_things_still_matter_then_they_are_marked_in_words() -> None:
    exercise = EXERCISES["dbt.weigh_it_up"]
    values = {"act_good": ["a calm minute"], "hold_good": ["we still talk"], "later": ["we still talk"]}
    lines = exercise_view.lines_of(exercise, values, shown=True)
    page = seen(
        render_to_string(
            "parts/widgets/four_box_view.html",
            {"exercise": exercise, "lines": lines, "row": SimpleNamespace(values=values)},
        )
    )
    assert "we still talk still matters next month" in page
    assert "a calm minute still matters" not in page


def test_script_when_the_talk_is_not_safe_then_there_is_no_card() -> None:
    exercise = EXERCISES["ipt.say_it"]

    def page(safe: str) -> str:
        values = {"safe": safe, "ask": "Could you call on Fridays?"}
        lines = exercise_view.lines_of(exercise, values, shown=True)
        row = SimpleNamespace(values=values)
        return seen(
            render_to_string(
                "parts/widgets/script_builder_view.html", {"exercise": exercise, "lines": lines, "row": row}
            )
        )

    assert "The card What I ask for Could you call on Fridays?" in page("yes")
    assert "The card" not in page("no")
    assert "This talk can wait" in page("no")
    assert "Could you call on Fridays?" in page("no")


def test_dial_when_there_is_nothing_then_is_not_drawn() -> None:
    assert widgets_sides.dial(()) == ""


def test_dial_when_an_area_was_there_before_then_says_both_and_draws_the_earlier_hollow() -> None:
    now = (widgets_sides.Area("friends", 6), widgets_sides.Area("home", None))
    drawn = widgets_sides.dial(now, (widgets_sides.Area("friends", 2), widgets_sides.Area("health", 9)))
    assert 'aria-label="Direction dial. friends: 6 of 10 near, the time before 2; home: no answer."' in drawn
    assert drawn.count('class="dial-then"') == 1
    assert drawn.count('class="dial-mark"') == 1


def test_dial_when_nearer_then_its_mark_is_closer_to_the_middle() -> None:
    def height(lived: int) -> float:
        found = re.search(
            r'class="dial-mark" cx="[\d.]+" cy="([\d.]+)"',
            widgets_sides.dial((widgets_sides.Area("a", lived),)),
        )
        assert found is not None
        return float(found[1])

    assert height(0) == 65
    assert height(10) == 160


@pytest.mark.parametrize(("name", "drawn"), [(DIAL, "dial"), ("act.urge_watch", "wave")])
def test_drawing_when_shown_in_the_session_room_then_comes_from_the_entry(name: str, drawn: str) -> None:
    exercise = EXERCISES[name]
    context = {
        "exercise": exercise,
        "lines": [],
        "row": SimpleNamespace(values={}),
        "entry": {drawn: "<svg/>"},
    }
    assert "<svg/>" in render_to_string(f"parts/widgets/{exercise.widget}_view.html", context)


def test_wave_when_the_highest_is_unknown_then_is_not_drawn() -> None:
    assert widgets_sides.wave({"start": 3, "minutes": 10}) == ""


def test_wave_when_it_has_not_eased_then_does_not_come_down() -> None:
    assert widgets_sides.wave({"peak": 8}).count("wave-line") == 1
    assert widgets_sides.wave({"peak": 8, "minutes": 12}).count("wave-line") == 2
    assert "eased after 12 min" in widgets_sides.wave({"peak": 8, "minutes": 12})


@pytest.fixture
def phone(cast: Cast) -> Client:
    return logged_in(cast.ada)


def keep(cast: Cast, course_id: int, name: str, values: Values, *, days_ago: int) -> str:
    at = make.NOW - timedelta(days=days_ago)
    uid = verbs.begin(course_id, name, by=cast.ada, at=at)
    return str(verbs.finish(uid, values, outcome="done", by=cast.ada, at=at).thread)


def test_dial_when_filled_in_again_then_shows_then_and_now_to_patient_and_therapist(
    cast: Cast, phone: Client
) -> None:
    course_id = make.make_course(cast.adas_episode, by=cast.bell, slug="act")
    first = keep(cast, course_id, DIAL, {"areas": [{"area": "friends", "lived": 2}]}, days_ago=9)
    form = phone.get(phone.post(reverse("practice_begin", args=[DIAL])).headers["Location"])
    assert '<li data-area="friends" data-lived="2"></li>' in form.content.decode()
    again = keep(cast, course_id, DIAL, {"areas": [{"area": "friends", "lived": 6}]}, days_ago=2)

    said = "Direction dial. friends: 6 of 10 near, the time before 2."
    bell = logged_in(cast.bell)
    for page in (
        phone.get(reverse("practised", args=[again])),
        bell.get(reverse("exercise_entry", args=[course_id, again])),
    ):
        assert said in page.content.decode()
    assert "hollow marks are the time before" not in words(phone.get(reverse("practised", args=[first])))


def test_dial_when_changed_then_its_own_answers_are_not_taken_for_the_time_before(
    cast: Cast, phone: Client
) -> None:
    course_id = make.make_course(cast.adas_episode, by=cast.bell, slug="act")
    thread = keep(cast, course_id, DIAL, {"areas": [{"area": "friends", "lived": 2}]}, days_ago=9)
    form = phone.get(phone.post(reverse("practice_go_on", args=[thread])).headers["Location"])
    assert "data-then" not in form.content.decode()


def test_wave_when_an_urge_was_watched_then_patient_and_therapist_see_it(cast: Cast, phone: Client) -> None:
    course_id = make.make_course(cast.adas_episode, by=cast.bell, slug="act")
    values = {"urge": "cancel", "start": "3", "peak": "8", "minutes": "12"}
    thread = keep(cast, course_id, "act.urge_watch", values, days_ago=1)
    said = "The urge rose to 8 of 10 and eased after 12 min."
    bell = logged_in(cast.bell)
    for page in (
        phone.get(reverse("practised", args=[thread])),
        bell.get(reverse("exercise_entry", args=[course_id, thread])),
    ):
        assert said in page.content.decode()
