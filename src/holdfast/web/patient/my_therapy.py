"""My therapy: where the person is in it, what this week is about, and one piece of practice at a time."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.protocols.exercise import Exercise
from holdfast.protocols.outline import SessionOutline
from holdfast.records.queries import choices, exercises, group_notes, patient, therapy
from holdfast.web.page import PageRequest, page

ONE_TAP = frozenset({"quick_tap", "private_journal"})
"""Layouts of exercises that are done whenever one likes, so that they are always at hand."""

PLANS: Mapping[str, str] = {
    "staying_safe": "shared.staying_safe",
    "staying_well": "shared.staying_well",
    "hard_moment_kit": "dbt.hard_moment_kit",
}
"""What is always at hand, by its slug in addresses: the exercise it is written in."""


@dataclass(frozen=True)
class Piece:
    """One piece of practice: what it is, how much of it, and how far it has come.

    `waits` is the thread of an entry whose later part is still empty; `draft` what was begun.
    """

    exercise: Exercise
    dose: str = ""
    optional: bool = False
    draft: uuid.UUID | None = None
    waits: uuid.UUID | None = None
    done_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether there is anything left to do on it."""
        return self.done_at is None


@page(Permission.PRACTISE)
@require_safe
def my_therapy(request: PageRequest) -> HttpResponse:
    """The person's own therapy, one thing first."""
    episode_id = patient.own_episode_id(request.viewer)
    course = therapy.latest(request.viewer, episode_id)
    if course is None:
        return render(request, "patient/no_therapy.html", {})
    progress = course.progress(at=request.at)
    rows = exercises.entries(request.viewer, course)
    found = pieces(
        course,
        given=() if progress.ended else therapy.given(request.viewer, course.course_id),
        drafts=exercises.drafts(request.viewer, course),
        rows=rows,
    )
    first = next((one for one in found if one.open), None)
    last = _last_held(course, at=request.at)
    context = {
        "course": course,
        "progress": progress,
        "next": progress.next,
        "booked": therapy.next_booked(request.viewer, course.course_id, at=request.at),
        "last": last,
        "first": first,
        "others": [one for one in found if one is not first],
        "kept": len(rows),
        "at_hand": [one for one in course.plan.exercises.values() if one.widget in ONE_TAP and _own(one)],
        "again": _again(course, rows, given={one.exercise.name for one in found}),
        "plans": [
            (slug, course.plan.exercises[name].title)
            for slug, name in PLANS.items()
            if name in course.plan.exercises
        ],
        "in_group": group_notes.is_member(request.viewer),
        "has_choice": choices.newest(request.viewer, episode_id) is not None,
    }
    return render(request, "patient/my_therapy.html", context)


def pieces(
    course: therapy.Course,
    *,
    given: Sequence[therapy.GivenRow],
    drafts: Sequence[exercises.DraftRow],
    rows: Sequence[exercises.EntryRow],
) -> list[Piece]:
    """What there is to do, most wanted first: to finish, begun, given, given if one likes, and then what is done."""
    plan, found = course.plan.exercises, []
    for row in rows:
        if row.waits and row.mine:
            found.append(Piece(plan[row.exercise], waits=row.thread))
    waiting = {one.exercise.name for one in found}
    begun = {row.exercise: row.uid for row in drafts if row.continues is None}
    for asked in given:
        if asked.exercise in waiting or asked.exercise not in plan:
            continue
        done = [
            row.at for row in rows if row.exercise == asked.exercise and row.at >= asked.given_at and row.mine
        ]
        found.append(
            Piece(
                plan[asked.exercise],
                dose=asked.dose,
                optional=asked.optional,
                draft=begun.get(asked.exercise),
                done_at=max(done, default=None),
            )
        )
    known = {one.exercise.name for one in found}
    found += [
        Piece(plan[name], draft=uid) for name, uid in begun.items() if name not in known and name in plan
    ]
    return sorted(found, key=_wanted)


def _wanted(one: Piece) -> tuple[bool, bool, bool, bool]:
    return not one.open, one.waits is None, one.draft is None, one.optional


def _last_held(course: therapy.Course, *, at: datetime) -> SessionOutline | None:
    held = [one for one in course.fact.sessions if one.attended and one.at <= at and one.outline]
    return course.plan.sessions.get(held[-1].outline) if held else None


def _own(exercise: Exercise) -> bool:
    return "patient" in exercise.filled_by


def _again(course: therapy.Course, rows: Sequence[exercises.EntryRow], *, given: set[str]) -> list[Exercise]:
    """Exercises done before, to be done again whenever one likes."""
    names = dict.fromkeys(row.exercise for row in rows)
    found = (course.plan.exercises[name] for name in names if name not in given | set(PLANS.values()))
    return [one for one in found if one.widget not in ONE_TAP and _own(one)]
