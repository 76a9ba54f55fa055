"""What every page with an exercise shares, for the patient on a phone and for the therapist in the session."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render

from holdfast.access import Role
from holdfast.care import exercises as verbs
from holdfast.errors import Conflict, InvalidInput, Problem
from holdfast.protocols.exercise import Exercise
from holdfast.records.queries import exercises, therapy
from holdfast.web.page import PageRequest
from holdfast.web.parts import exercise_form, widgets_people, widgets_sides, widgets_steps


@dataclass(frozen=True)
class Opened:
    """A draft on the page: the exercise, its form, and how far it has come."""

    draft: exercises.DraftRow
    course: therapy.Course
    exercise: Exercise

    @property
    def mark(self) -> str:
        """Its name in addresses."""
        return str(self.draft.uid)

    @property
    def goes_on(self) -> bool:
        """Whether it goes on with something finished before."""
        return self.draft.continues is not None


def opened(request: PageRequest, uid: uuid.UUID) -> Opened:
    """The viewer's draft. Errors: `NotFound` when it is not theirs, or was finished."""
    draft, course = exercises.draft(request.viewer, uid)
    return Opened(draft, course, course.plan.exercises[draft.exercise])


def show(
    request: PageRequest,
    found: Opened,
    template: str,
    *,
    typed: Mapping[str, Any] | None = None,
    problems: Sequence[Problem] = (),
    conflict: str = "",
    more: Mapping[str, int] | None = None,
    **context: Any,
) -> HttpResponse:
    """The page of a draft, with what was typed and what is wrong with it."""
    form = exercise_form.form(
        found.exercise,
        found.draft.values if typed is None else typed,
        options=exercises.options(found.course),
        problems=problems,
        small=found.draft.low_energy and not found.goes_on,
        by_therapist=request.viewer.role is not Role.PATIENT,
        more=more,
    )
    status = 409 if conflict else 422 if problems else 200
    return render(
        request,
        template,
        {
            "found": found,
            "exercise": found.exercise,
            "form": form,
            "widget": f"parts/widgets/{found.exercise.widget}.html",
            "script": f"widgets/{found.exercise.widget}.js",
            "has_script": _has_script(found.exercise.widget),
            "problems": problems,
            "conflict": conflict,
            "beside": _beside(request, found),
            "typed_problem": [one for one in problems if found.exercise.item(one.where) is None],
            **widgets_sides.filled_before(request, found.draft, found.course),
            **context,
        },
        status=status,
    )


def _beside(request: PageRequest, found: Opened) -> Mapping[str, Any]:
    draft = found.draft
    return widgets_steps.beside(
        request, found.course, found.exercise, draft.values, thread=draft.continues
    ) or widgets_people.beside(request, found.course, found.exercise, draft.values, thread=draft.continues)


@cache
def _has_script(widget: str) -> bool:
    return finders.find(f"widgets/{widget}.js") is not None


def typed(request: PageRequest, found: Opened) -> dict[str, Any]:
    """What the form holds now: what was kept before, and over it what was sent."""
    return {**found.draft.values, **exercise_form.sent(found.exercise, request.POST)}


def save_now(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Keep what the page sends by itself while someone types; answers in JSON with what could not be read."""
    found = opened(request, uid)
    try:
        post = QueryDict(request.body, encoding="utf-8")
        values = {**found.draft.values, **exercise_form.sent(found.exercise, post)}
        revision = int(post.get("revision") or found.draft.revision)
        saved = verbs.keep_typed(uid, values, revision=revision, by=request.viewer, at=request.at)
    except Conflict as error:
        return JsonResponse({"conflict": str(error)}, status=409)
    except (InvalidInput, ValueError) as error:
        return JsonResponse({"problem": str(error)}, status=400)
    return JsonResponse(
        {
            "revision": saved.revision,
            "help": saved.help_now,
            "problems": {one.where: f"{one.what}. Expected: {one.expected}." for one in saved.problems},
        }
    )


def finish(
    request: PageRequest, found: Opened
) -> tuple[verbs.Kept | None, dict[str, Any], Sequence[Problem], str]:
    """Keep the exercise as the form says it ended. Gives what was kept, else what was typed and why it was not."""
    values = typed(request, found)
    outcome = request.POST.get("outcome", "")
    if outcome == verbs.DONE and found.draft.low_energy:
        outcome = verbs.SMALL
    try:
        kept = verbs.finish(
            found.draft.uid,
            values,
            outcome=outcome,
            obstacle=request.POST.get("obstacle", ""),
            by=request.viewer,
            at=request.at,
        )
    except InvalidInput as error:
        return None, values, error.problems, ""
    except Conflict as error:
        return None, values, (), str(error)
    return kept, values, (), ""
