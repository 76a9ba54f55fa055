"""Writes exercises for the tests of their layouts: begun on the phone, or finished straight away."""

from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from holdfast.access import Viewer
from holdfast.care import exercises
from holdfast.protocols.exercise import Exercise
from holdfast.protocols.loader import therapies
from tests import make
from tests.cast import Cast

WIDGETS = {
    "activity_calendar", "checklist_calendar", "thought_record", "ladder", "loop_diagram", "linked_boxes",
    "before_after", "diary_grid", "chain_builder", "kit_cards",
}  # fmt: skip
"""The layouts these tests are about."""

EVERY = [
    (plan.slug, name)
    for plan in therapies()
    for name, one in plan.exercises.items()
    if one.widget in WIDGETS and name.startswith(plan.slug)
]
"""Each exercise with one of them, after its therapy."""


def course(cast: Cast, slug: str) -> int:
    return make.make_course(cast.adas_episode, by=cast.bell, slug=slug)


def exercise_of(name: str) -> Exercise:
    return next(plan.exercises[name] for plan in therapies() if name in plan.exercises)


def begin(phone: Client, name: str, **sent: str) -> str:
    return phone.post(reverse("practice_begin", args=[name]), sent).headers["Location"]


def write(course_id: int, name: str, values: dict[str, Any], *, by: Viewer, at: datetime = make.NOW) -> str:
    """Finish an exercise with these values; gives where the patient reads it."""
    uid = exercises.begin(course_id, name, by=by, at=at)
    thread = exercises.finish(uid, values, outcome="done", by=by, at=at).thread
    return reverse("practised", args=[thread])
