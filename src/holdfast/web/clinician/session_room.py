"""The session as it is held: since last time, the agenda by the clock, an exercise side by side, practice, the note."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from holdfast.access import Permission
from holdfast.care import exercises as exercise_verbs
from holdfast.care import rooms as verbs
from holdfast.errors import Conflict, InvalidInput, Problem
from holdfast.instruments.loader import all_instruments
from holdfast.protocols.exercise import Exercise
from holdfast.protocols.outline import AgendaItem
from holdfast.records.queries import exercises, patient, rooms, therapy
from holdfast.web.clinician.entry import said
from holdfast.web.clinician.since_last import since_last
from holdfast.web.page import PageRequest, page
from holdfast.web.parts import exercise_view

CHANNELS = {"in_person": "in person", "video": "by video", "phone": "by phone"}
TICKS = {"done": "done", "skipped": "left out", "moved": "moved on"}
FIRST_CHOICES = 3
"""Earlier entries of an exercise that are shown beside the newest."""


@dataclass(frozen=True)
class Point:
    """A point of the agenda on the page: when it is due by the clock, and what became of it."""

    item: AgendaItem
    begins: datetime
    exercise: Exercise | None
    state: str
    reason: str
    problem: str = ""


@dataclass(frozen=True)
class Give:
    """An exercise that may be given as practice."""

    exercise: Exercise
    given: bool
    dose: str
    optional: bool


@page(Permission.GIVE_THERAPY, looks_at="course_id")
@require_http_methods(["GET", "HEAD", "POST"])
def session_room(request: PageRequest, course_id: int) -> HttpResponse:
    """Show the session being held; what is sent is kept, and signed when its button says so."""
    course = therapy.course(request.viewer, course_id)
    if request.method != "POST":
        row = rooms.room(request.viewer, course_id)
        if row is None or not row.mine:
            if row is not None:
                messages.warning(request, f"{row.by} has a session of this course open.")
            return redirect("therapy_course", course_id)
        return _show(request, course, row)
    if "begin" in request.POST:
        return _begin(request, course_id)
    if "leave" in request.POST:
        return _leave(request, course_id)
    return _sent(request, course)


def _begin(request: PageRequest, course_id: int) -> HttpResponse:
    post = request.POST
    try:
        verbs.open_room(
            course_id,
            outline=post.get("outline") or None,
            variant=post.get("variant", ""),
            channel=post.get("channel", "in_person"),
            appointment=_uuid(post.get("appointment", "")),
            by=request.viewer,
            at=request.at,
        )
    except Conflict as error:
        messages.warning(request, f"{str(error).capitalize()}.")
        return redirect("therapy_course", course_id)
    return redirect("session_room", course_id)


def _leave(request: PageRequest, course_id: int) -> HttpResponse:
    try:
        verbs.leave(course_id, by=request.viewer, at=request.at)
    except Conflict as error:
        messages.warning(request, f"{str(error).capitalize()}.")
        return redirect("session_room", course_id)
    return redirect("therapy_course", course_id)


def _sent(request: PageRequest, course: therapy.Course) -> HttpResponse:
    course_id, post = course.course_id, request.POST
    row = rooms.room(request.viewer, course_id)
    if row is None:
        messages.info(request, "This session was signed or closed already.")
        return redirect("therapy_course", course_id)
    typed, revision = _typed(course, row, post), _revision(post, row)
    try:
        if "sign" in post:
            verbs.sign(course_id, typed, revision=revision, by=request.viewer, at=request.at)
            messages.success(request, "Session, note and practice kept. The note is locked.")
            return redirect("therapy_course", course_id)
        verbs.keep_typed(course_id, typed, revision=revision, by=request.viewer, at=request.at)
    except InvalidInput as error:
        return _show(request, course, row, typed=typed, problems=error.problems)
    except Conflict as error:
        return _show(request, course, row, typed=typed, conflict=str(error))
    if "change" in post:
        verbs.change(
            course_id,
            outline=post.get("outline", row.outline),
            variant=post.get("variant", ""),
            channel=post.get("channel", ""),
            by=request.viewer,
            at=request.at,
        )
    looked = _uuid(post.get("looked", ""))
    if looked is not None:
        exercise_verbs.look(looked, together=True, by=request.viewer, at=request.at)
    shown = post.get("open") or post.get("exercise", "")
    there = f"?exercise={shown}#exercise" if shown in course.plan.exercises else ""
    return redirect(f"{reverse('session_room', args=[course_id])}{there}")


@page(Permission.GIVE_THERAPY)
@require_POST
def save(request: PageRequest, course_id: int) -> HttpResponse:
    """Keep what the page sends by itself while the therapist types."""
    course = therapy.course(request.viewer, course_id)
    row = rooms.room(request.viewer, course_id)
    if row is None:
        return JsonResponse({"conflict": "This session was signed or closed already."}, status=409)
    post = QueryDict(request.body, encoding="utf-8")
    try:
        revision = verbs.keep_typed(
            course_id,
            _typed(course, row, post),
            revision=_revision(post, row),
            by=request.viewer,
            at=request.at,
        )
    except Conflict as error:
        return JsonResponse({"conflict": str(error)}, status=409)
    except InvalidInput as error:
        return JsonResponse({"problem": str(error)}, status=400)
    return JsonResponse({"revision": revision, "help": False, "problems": {}})


def keep(request: PageRequest, course_id: int) -> None:
    """Keep what the session page sent along on the way to another page. Errors: as `rooms.keep_typed`."""
    course = therapy.course(request.viewer, course_id)
    row = rooms.room(request.viewer, course_id)
    if row is not None:
        typed, revision = _typed(course, row, request.POST), _revision(request.POST, row)
        verbs.keep_typed(course_id, typed, revision=revision, by=request.viewer, at=request.at)


def _show(
    request: PageRequest,
    course: therapy.Course,
    row: rooms.RoomRow,
    *,
    typed: verbs.Room | None = None,
    problems: tuple[Problem, ...] = (),
    conflict: str = "",
) -> HttpResponse:
    room = typed or verbs.Room(row.ticks, row.note, row.homework)
    outline = course.plan.sessions[row.outline]
    rows = exercises.entries(request.viewer, course, together=True)
    lines, last = since_last(request, course, rows)
    wrong = {one.where: said(one) for one in problems}
    upcoming = course.progress(at=request.at).next
    context = {
        "person": patient.person(request.viewer, course.episode_id),
        "course": course,
        "room": row,
        "outline": outline,
        "variant": outline.variants.get(row.variant),
        "step": upcoming.step if upcoming else "",
        "lines": lines,
        "last": last,
        "points": _points(course, row, room, wrong),
        "parts": [
            (slug, words, room.note.get(slug, ""), wrong.get(words, ""), slug in verbs.NEEDED)
            for slug, words in verbs.PARTS.items()
        ],
        "gives": _gives(course, row, room),
        "measures": [all_instruments()[slug] for slug in outline.measures if slug in all_instruments()],
        "channels": CHANNELS,
        "ticks": TICKS,
        "problems": wrong,
        "conflict": conflict,
        "save_url": reverse("session_save", args=[course.course_id]),
        **_panel(request, course, row, rows),
    }
    status = 409 if conflict else 422 if problems else 200
    return render(request, "clinician/session_room.html", context, status=status)


def _points(
    course: therapy.Course, row: rooms.RoomRow, room: verbs.Room, wrong: Mapping[str, str]
) -> list[Point]:
    begins, found = row.started_at, []
    for item in course.plan.sessions[row.outline].in_variant(row.variant):
        tick = room.ticks.get(item.slug, {})
        found.append(
            Point(
                item=item,
                begins=begins,
                exercise=course.plan.exercises.get(item.exercise or ""),
                state=tick.get("state", ""),
                reason=tick.get("reason", ""),
                problem=wrong.get(item.text, ""),
            )
        )
        begins += timedelta(minutes=item.minutes)
    return found


def _gives(course: therapy.Course, row: rooms.RoomRow, room: verbs.Room) -> list[Give]:
    """What may be given: what this session suggests and uses first, then everything else a person fills in."""
    given = {str(one["exercise"]): one for one in room.homework}
    outline = course.plan.sessions[row.outline]
    names = dict.fromkeys((*given, *(one.exercise for one in outline.practice), *outline.exercises))
    own = (name for name, one in course.plan.exercises.items() if "patient" in one.filled_by)
    suggested = {one.exercise: one for one in outline.practice}
    found = []
    for name in dict.fromkeys((*names, *own)):
        exercise, held = course.plan.exercises[name], given.get(name)
        if "patient" not in exercise.filled_by:
            continue
        usual = suggested.get(name)
        found.append(
            Give(
                exercise,
                given=held is not None,
                dose=str(held.get("dose", "")) if held else usual.dose if usual else "",
                optional=bool(held.get("optional")) if held else bool(usual and usual.optional),
            )
        )
    return found


def _panel(
    request: PageRequest,
    course: therapy.Course,
    row: rooms.RoomRow,
    rows: tuple[exercises.EntryRow, ...],
) -> dict[str, Any]:
    """The exercise beside the agenda: the one asked for, else the first of this session."""
    outline = course.plan.sessions[row.outline]
    usual = [one.exercise for one in outline.agenda if one.exercise]
    name = request.GET.get("exercise") or request.POST.get("exercise") or next(iter(usual), "")
    exercise = course.plan.exercises.get(name)
    if exercise is None:
        return {"panel": None}
    mine = [one for one in rows if one.exercise == name]
    begun = [one for one in exercises.drafts(request.viewer, course) if one.exercise == name]
    return {
        "panel": exercise,
        "begun": next(iter(begun), None),
        "entry": exercise_view.entry(request, mine[0], course, together=True) if mine else None,
        "older": mine[1 : 1 + FIRST_CHOICES],
    }


def _typed(course: therapy.Course, row: rooms.RoomRow, post: QueryDict) -> verbs.Room:
    """What the page holds now."""
    slugs = [item.slug for item in course.plan.sessions[row.outline].agenda]
    ticks = {
        slug: {"state": post.get(f"tick__{slug}", ""), "reason": post.get(f"reason__{slug}", "")}
        for slug in slugs
    }
    note = {part: post.get(f"note__{part}", "") for part in verbs.PARTS}
    homework = [
        {"exercise": name, "dose": post.get(f"dose__{name}", ""), "optional": f"optional__{name}" in post}
        for name in post.getlist("give")
        if name in course.plan.exercises
    ]
    return verbs.Room(ticks, note, homework)


def _revision(post: QueryDict, row: rooms.RoomRow) -> int:
    text = post.get("revision", "")
    return int(text) if text.isdecimal() else row.revision


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
