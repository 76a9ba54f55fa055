"""What the tests of layouts about people, days and plans share: the exercises, and how they are filled in."""

from typing import Any

from django.test import Client
from django.urls import reverse

from holdfast.care import exercises
from holdfast.protocols.exercise import Exercise, Item
from holdfast.protocols.loader import therapies
from holdfast.records.queries import therapy
from tests import make
from tests.cast import Cast

MINE = frozenset(
    {
        "circle_map", "timeline", "dialogue_table", "episode_tagger", "card", "paged_form", "clock_grid",
        "private_journal", "process_note", "two_letters", "traffic_light_plan", "staying_safe_plan", "quick_tap",
    }
)  # fmt: skip
EVERY = {one.name: plan.slug for plan in therapies() for one in plan.exercises.values() if one.widget in MINE}
BY_THERAPIST = sorted(name for name in EVERY if name.endswith((".story", ".ending", ".focus_card")))
FOR_PATIENT = sorted(name for name in EVERY if not name.endswith(".notes"))


def course_of(cast: Cast, name: str) -> therapy.Course:
    return therapy.course(cast.bell, make.make_course(cast.adas_episode, by=cast.bell, slug=EVERY[name]))


def begun(browser: Client, course: therapy.Course, name: str, *, by_patient: bool = True, **sent: str) -> str:
    start = (
        reverse("practice_begin", args=[name])
        if by_patient
        else reverse("exercise_begin", args=[course.course_id, name])
    )
    return browser.post(start, sent).headers["Location"]


def finished(cast: Cast, course: therapy.Course, name: str, values: dict[str, Any], **more: Any) -> Any:
    by = more.get("by", cast.ada)
    uid = exercises.begin(course.course_id, name, by=by, at=make.NOW)
    return exercises.finish(uid, values, outcome="done", by=by, at=more.get("at", make.NOW)).thread


def read(browser: Client, thread: Any) -> str:
    return browser.get(reverse("practised", args=[thread])).content.decode()


def fields(exercise: Exercise, *, by_therapist: bool = False) -> list[Item]:
    return [one for one in exercise.fields if one.by is None or (one.by == "therapist") == by_therapist]


def told(item: Item, number: int) -> tuple[Any, str]:
    """An answer in words of its own, where its kind allows words, and those words."""
    words = f"answer number {number} here"
    if item.type == "table":
        column = next(one for one in item.columns if one.type in ("text", "person"))
        first = {"when": "2026-01-05", "age": "about 8"}
        return [
            {**{k: v for k, v in first.items() if k in {c.slug for c in item.columns}}, column.slug: words}
        ], words
    if item.type == "list" or item.several:
        return [words], words
    if item.type in ("text", "long_text", "person"):
        return words, words
    if item.type == "scale_0_10":
        return 4, "4 of 10"
    if item.type == "slider_0_100":
        return 40, "40 of 100"
    return None, ""
