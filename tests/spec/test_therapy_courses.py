"""Courses of therapy go on as the table says: sessions held and decisions in, next session out."""

import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast.pathway.history import CourseFact, SessionFact
from holdfast.protocols.loader import therapies
from holdfast.protocols.progress import Decision, Progress, Upcoming
from tests.spec.tables import DAY_0, moment, table

WALKS = tomllib.loads((Path(__file__).parent / "therapy_courses.toml").read_text(encoding="utf-8"))["walk"]
GIVEN = {"name", "therapy", "track", "facts", "look", "relief"}

_WEEKLY = re.compile(r"weekly from day (\d+)")


@pytest.mark.parametrize("case", table("therapy_courses"))
def test_course_when_held_and_decided_as_in_the_table_then_it_stands_there(case: dict[str, Any]) -> None:
    found = _course(case).progress(at=moment(case["look"]))
    answers = _answers(found, relief=case.get("relief", True))
    expected = {key: said for key, said in case.items() if key not in GIVEN}
    assert {key: answers.get(key) for key in expected} == expected


@pytest.mark.parametrize("walk", [pytest.param(walk, id=walk["name"]) for walk in WALKS])
def test_course_when_what_is_offered_is_held_on_its_day_then_it_goes_as_in_the_table(
    walk: dict[str, Any],
) -> None:
    assert list(_walked(walk)) == walk["goes"].strip().splitlines()


def test_walks_when_read_then_every_track_of_every_therapy_has_one() -> None:
    tracks = {(one.slug, t.slug) for one in therapies() for t in one.tracks if not t.rolling}
    assert {(walk["therapy"], walk["track"]) for walk in WALKS} == tracks


def _walked(walk: dict[str, Any]) -> Iterator[str]:
    """A line for each session offered, held when it is due; the first one on day 1, what prepares on day 0."""
    course, at = _course(walk), DAY_0
    while (upcoming := course.progress(at=at).next) is not None:
        due = upcoming.due_at(relief=walk.get("relief", True)) or DAY_0 + timedelta(days=upcoming.number)
        if due > at:
            at = due
            continue
        yield f"day {(at - DAY_0).days}: {_next(upcoming)}"
        held = SessionFact(at, upcoming.number, "attended", upcoming.outline.slug)
        course = CourseFact(
            "1", course.therapy, DAY_0, (*course.sessions, held), course.track, course.decisions
        )
        at += timedelta(hours=1)
    yield "complete" if course.progress(at=at).complete else "not complete"


def _course(case: dict[str, Any]) -> CourseFact:
    sessions: list[SessionFact] = []
    decisions: list[Decision] = []
    for line in case.get("facts", "").strip().splitlines():
        when, what = line.split(": ", 1)
        if what.startswith("decided "):
            kind, value = what.removeprefix("decided ").split(" ")
            decisions.append(Decision(kind, value, moment(when)))
        else:
            sessions += _sessions(when, what, held=[one for one in sessions if one.attended])
    return CourseFact("1", case["therapy"], DAY_0, tuple(sessions), case["track"], tuple(decisions))


def _sessions(when: str, what: str, *, held: list[SessionFact]) -> Iterator[SessionFact]:
    """The sessions of a line: one, or of `weekly from day 8: 3*pdt-w pdt-r` each a week after the one before."""
    weekly = _WEEKLY.fullmatch(when)
    first = moment(f"day {weekly[1]}") if weekly else moment(when)
    number = 1 + max((one.number for one in held), default=0)
    if what.startswith("missed "):
        yield SessionFact(first, number, "did_not_attend", what.removeprefix("missed "))
        return
    for place, outline in enumerate(_each(what)):
        at = first + timedelta(weeks=place)
        if outline.isdecimal():
            yield SessionFact(at, int(outline), "attended")
        elif outline == "prep-00":
            yield SessionFact(at, 0, "attended", outline)
        else:
            yield SessionFact(at, number + place, "attended", outline)


def _each(what: str) -> Iterator[str]:
    for word in what.split():
        times, _, outline = word.rpartition("*")
        yield from [outline] * int(times or 1)


def _answers(found: Progress, *, relief: bool) -> dict[str, Any]:
    """Everything a case may name, in the words of the table."""
    half_way = found.half_way_at
    return {
        "complete": found.complete,
        "ended": found.ended,
        "review_due": found.review_due,
        "planned": found.planned or "open",
        "half_way": "not yet" if half_way is None else f"day {(half_way - DAY_0).days}",
        **_of_next(found.next, relief=relief),
    }


def _of_next(upcoming: Upcoming | None, *, relief: bool) -> dict[str, str]:
    if upcoming is None:
        return {"next": "none"}
    due = upcoming.due_at(relief=relief)
    return {
        "next": _next(upcoming),
        "due": "by the infusions" if due is None else f"day {(due - DAY_0).days}",
        "step": _steps().get(upcoming.step, "none"),
        "before_break": "no" if upcoming.before_break is None else upcoming.before_break.isoformat(),
    }


def _next(upcoming: Upcoming) -> str:
    return f"{upcoming.label}, {upcoming.outline.slug}"


def _steps() -> dict[str, str]:
    """Each step of a playbook by its words: the focus, and the number of the session it is meant for."""
    return {
        step.text: f"{book.slug} {step.first}"
        for one in therapies()
        for book in one.playbooks
        for step in book.steps
    }
