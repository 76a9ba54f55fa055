"""The protocols as staff read them: each therapy whole, with what it rests on and whether it is signed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.errors import NotFound
from holdfast.protocols import loader
from holdfast.web.page import PageRequest, page
from holdfast.web.parts import exercise_form


@page(Permission.SEE_PROTOCOLS)
@require_safe
def protocols(request: PageRequest) -> HttpResponse:
    """All of them, with their status."""
    return render(request, "clinician/protocols.html", {"therapies": loader.therapies()})


@page(Permission.SEE_PROTOCOLS)
@require_safe
def protocol(request: PageRequest, slug: str) -> HttpResponse:
    """One therapy from end to end."""
    plan = loader.therapy(slug)
    tracks = [
        (
            track,
            [(one, [plan.sessions[name] for name in dict.fromkeys(one.outlines)]) for one in track.phases],
        )
        for track in plan.tracks
    ]
    return render(request, "clinician/protocol.html", {"plan": plan, "tracks": tracks})


@page(Permission.SEE_PROTOCOLS)
@require_safe
def protocol_session(request: PageRequest, slug: str, outline: str) -> HttpResponse:
    """One session as it is to be held."""
    plan = loader.therapy(slug)
    if outline not in plan.sessions:
        raise NotFound(f"{plan.short_name} has no session {outline!r}")
    found = plan.sessions[outline]
    context: dict[str, Any] = {
        "plan": plan,
        "outline": found,
        "points": [(item, plan.exercises.get(item.exercise or "")) for item in found.agenda],
        "exercises": [plan.exercises[name] for name in found.exercises],
        "practice": [(plan.exercises[one.exercise], one) for one in found.practice],
        "forms": [(name, one, found.in_variant(name)) for name, one in found.variants.items()],
    }
    return render(request, "clinician/protocol_session.html", context)


@page(Permission.SEE_PROTOCOLS)
@require_safe
def protocol_exercise(request: PageRequest, slug: str, name: str) -> HttpResponse:
    """One exercise as the person sees it, empty, with what staff should know of it."""
    plan = loader.therapy(slug)
    if name not in plan.exercises:
        raise NotFound(f"{plan.short_name} has no exercise {name!r}")
    exercise = plan.exercises[name]
    context = {
        "plan": plan,
        "exercise": exercise,
        "form": exercise_form.form(exercise, {}, options={}),
        "widget": f"parts/widgets/{exercise.widget}.html",
        "gates": exercise.gates,
    }
    return render(request, "clinician/protocol_exercise.html", context)
