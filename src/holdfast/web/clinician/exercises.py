"""A person's exercises as their therapist sees them: all of a course, one of them, filled in together, taken away."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.access import Permission
from holdfast.care import exercises as verbs
from holdfast.errors import NotFound
from holdfast.protocols import sight
from holdfast.protocols.exercise import Exercise
from holdfast.records.queries import exercises, patient, rooms, therapy
from holdfast.web.clinician.session_room import keep
from holdfast.web.page import PageRequest, page
from holdfast.web.parts import exercise_page, exercise_view
from holdfast.web.parts.exercise_form import more_rows

TEMPLATE = "clinician/fill_exercise.html"


@dataclass(frozen=True)
class Kind:
    """One exercise of the therapy with what the person has made of it."""

    exercise: Exercise
    rows: Sequence[exercises.EntryRow]


@page(Permission.GIVE_THERAPY, looks_at="course_id")
@require_safe
def course_exercises(request: PageRequest, course_id: int) -> HttpResponse:
    """Every exercise of the course: those done first, newest of each; then those not done yet."""
    course = therapy.course(request.viewer, course_id)
    rows = exercises.entries(request.viewer, course)
    done = dict.fromkeys(row.exercise for row in rows)
    kinds = [
        Kind(course.plan.exercises[name], [row for row in rows if row.exercise == name]) for name in done
    ]
    context = {
        "person": patient.person(request.viewer, course.episode_id),
        "course": course,
        "kinds": kinds,
        "untouched": [one for name, one in course.plan.exercises.items() if name not in done],
    }
    return render(request, "clinician/course_exercises.html", context)


@page(Permission.GIVE_THERAPY, looks_at="course_id")
@require_safe
def exercises_as_file(request: PageRequest, course_id: int) -> HttpResponse:
    """What the record holds of the exercises, as JSON: no private field unless it was shown."""
    course = therapy.course(request.viewer, course_id)
    held = []
    for row in reversed(exercises.entries(request.viewer, course, export=True)):
        exercise = course.plan.exercises[row.exercise]
        labels = {item.slug: sight.label(item) for item in exercise.fields if item.slug in row.values}
        held.append(
            {
                "exercise": row.exercise,
                "title": exercise.title,
                "at": row.at.isoformat(),
                "outcome": row.outcome,
                "what_got_in_the_way": row.obstacle,
                "by_therapist": row.by_therapist,
                "values": row.values,
                "labels": {slug: label for slug, label in labels.items() if label},
            }
        )
    answer = JsonResponse({"exercises": held}, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="exercises-{course_id}.json"'
    return answer


@page(Permission.GIVE_THERAPY, looks_at="course_id")
@require_http_methods(["GET", "HEAD", "POST"])
def exercise_entry(request: PageRequest, course_id: int, thread: uuid.UUID) -> HttpResponse:
    """One finished exercise; sent, it is marked as looked at, or gone on with where the therapist wrote it."""
    row, course = exercises.entry(request.viewer, thread)
    if course.course_id != course_id:
        raise NotFound("no such exercise")
    if "go_on" in request.POST:
        return redirect("exercise_fill", verbs.go_on(thread, by=request.viewer, at=request.at))
    if "show" in request.POST or "hide" in request.POST:
        verbs.share(
            thread, audience="patient", shown="show" in request.POST, by=request.viewer, at=request.at
        )
        return redirect("exercise_entry", course_id, thread)
    if request.method == "POST":
        verbs.look(thread, together="together" in request.POST, by=request.viewer, at=request.at)
        return redirect("exercise_entry", course_id, thread)
    context = {
        "person": patient.person(request.viewer, course.episode_id),
        **exercise_view.entry(request, row, course),
    }
    return render(request, "clinician/exercise_entry.html", context)


@page(Permission.GIVE_THERAPY)
@require_POST
def exercise_begin(request: PageRequest, course_id: int, name: str) -> HttpResponse:
    """Begin an exercise with the person, or go on with the one begun; what the session page sent along is kept."""
    room = rooms.room(request.viewer, course_id)
    if room is not None and room.mine and "revision" in request.POST:
        keep(request, course_id)
    exercise = therapy.course(request.viewer, course_id).plan.exercises.get(name)
    if exercise is not None and exercise.is_private_note:
        return redirect(f"{reverse('private_notes', args=[course_id])}?exercise={name}")
    return redirect("exercise_fill", verbs.begin(course_id, name, by=request.viewer, at=request.at))


@page(Permission.GIVE_THERAPY)
@require_http_methods(["GET", "HEAD", "POST"])
def exercise_fill(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """The exercise as a form, filled in by the therapist with the person beside them."""
    found = exercise_page.opened(request, uid)
    person = patient.person(request.viewer, found.course.episode_id)
    back = _back(request, found.course)
    if request.method != "POST":
        return exercise_page.show(request, found, TEMPLATE, person=person, back=back)
    if "outcome" in request.POST:
        kept, typed, problems, conflict = exercise_page.finish(request, found)
        if kept is None:
            return exercise_page.show(
                request,
                found,
                TEMPLATE,
                typed=typed,
                problems=problems,
                conflict=conflict,
                person=person,
                back=back,
            )
        return redirect(back)
    typed = exercise_page.typed(request, found)
    verbs.keep_typed(uid, typed, revision=found.draft.revision, by=request.viewer, at=request.at)
    if "add_row" in request.POST:
        more = more_rows(found.exercise, request.POST)
        return exercise_page.show(request, found, TEMPLATE, typed=typed, more=more, person=person, back=back)
    return redirect(back)


@page(Permission.GIVE_THERAPY)
@require_POST
def exercise_save(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Keep what the page sends by itself while the therapist types."""
    return exercise_page.save_now(request, uid)


def _back(request: PageRequest, course: therapy.Course) -> str:
    """Where the therapist came from: the session being held, else the exercises of the course."""
    room = rooms.room(request.viewer, course.course_id)
    page_name = "session_room" if room is not None and room.mine else "course_exercises"
    return reverse(page_name, args=[course.course_id])
