"""Practice: one exercise on the phone, kept as it is typed, finished whole or small, or not this time."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.access import Permission
from holdfast.care import exercises as verbs
from holdfast.errors import NotFound
from holdfast.records.queries import exercises, group_notes, patient, therapy
from holdfast.web.help_now import contacts
from holdfast.web.page import PageRequest, page
from holdfast.web.parts import exercise_page, exercise_view
from holdfast.web.parts.exercise_form import more_rows


@page(Permission.PRACTISE)
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: PageRequest, name: str) -> HttpResponse:
    """Begin an exercise of the course, or go on with the one begun; a mere visit begins nothing."""
    if request.method != "POST":
        return redirect("my_therapy")
    course = _course(request)
    given = {row.exercise: row.uid for row in therapy.given(request.viewer, course.course_id)}
    draft = verbs.begin(
        course.course_id,
        name,
        practice=given.get(name),
        low_energy="small" in request.POST,
        by=request.viewer,
        at=request.at,
    )
    return redirect("practice", draft)


@page(Permission.PRACTISE)
@require_http_methods(["GET", "HEAD", "POST"])
def practice(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """The exercise as a form; what is sent is kept, and finished when its button says so."""
    try:
        found = exercise_page.opened(request, uid)
    except NotFound:
        return redirect("practised", exercises.entry_of(request.viewer, uid))
    if request.method != "POST":
        return exercise_page.show(request, found, "patient/practice.html")
    if "outcome" in request.POST:
        kept, typed, problems, conflict = exercise_page.finish(request, found)
        if kept is None:
            return exercise_page.show(
                request, found, "patient/practice.html", typed=typed, problems=problems, conflict=conflict
            )
        # H-004: help comes before anything else.
        return redirect(
            f"{reverse('practised', args=[kept.thread])}{'?help=1' if kept.help_now else '?done=1'}"
        )
    return _kept_for_now(request, found)


def _kept_for_now(request: PageRequest, found: exercise_page.Opened) -> HttpResponse:
    """Keep a draft that is not finished: paused, turned into its small form or back, or given another row."""
    typed = exercise_page.typed(request, found)
    saved = verbs.keep_typed(
        found.draft.uid, typed, revision=found.draft.revision, by=request.viewer, at=request.at
    )
    if saved.help_now:
        return redirect(f"{reverse('practice_help')}?back={found.draft.uid}")
    if "add_row" in request.POST:
        return exercise_page.show(
            request, found, "patient/practice.html", typed=typed, more=more_rows(found.exercise, request.POST)
        )
    if "small" in request.POST or "whole" in request.POST:
        small = "small" in request.POST
        verbs.begin(
            found.course.course_id,
            found.exercise.name,
            low_energy=small,
            by=request.viewer,
            at=request.at,
        )
        return redirect("practice", found.draft.uid)
    return redirect("my_therapy")


@page(Permission.PRACTISE)
@require_POST
def save(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Keep what the page sends by itself while the person types."""
    return exercise_page.save_now(request, uid)


@page(Permission.PRACTISE)
@require_POST
def discard(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Put a draft away."""
    verbs.discard(uid, by=request.viewer)
    return redirect("my_therapy")


@page(Permission.PRACTISE)
@require_safe
def practised(request: PageRequest, thread: uuid.UUID) -> HttpResponse:
    """A finished exercise: what was written, what it shows so far, who sees it, what comes next."""
    if "help" in request.GET:
        return _help(request, reverse("practised", args=[thread]))
    row, course = exercises.entry(request.viewer, thread)
    context = exercise_view.entry(request, row, course)
    return render(
        request,
        "patient/practised.html",
        {
            **context,
            "just_done": "done" in request.GET,
            "in_group": group_notes.is_member(request.viewer),
        },
    )


@page(Permission.PRACTISE)
@require_safe
def help_at_once(request: PageRequest) -> HttpResponse:
    """Help, before anything else, for an answer given in an exercise."""
    try:
        back = reverse("practice", args=[uuid.UUID(request.GET.get("back", ""))])
    except ValueError:
        back = reverse("my_therapy")
    return _help(request, back)


@page(Permission.PRACTISE)
@require_POST
def go_on(request: PageRequest, thread: uuid.UUID) -> HttpResponse:
    """Go on with a finished exercise: its later part, or a change."""
    return redirect("practice", verbs.go_on(thread, by=request.viewer, at=request.at))


@page(Permission.PRACTISE)
@require_POST
def share(request: PageRequest, thread: uuid.UUID) -> HttpResponse:
    """Show an entry or one of its fields to someone, or hide it again: one tap each."""
    verbs.share(
        thread,
        field=request.POST.get("field", ""),
        audience=request.POST.get("audience", ""),
        shown="show" in request.POST,
        by=request.viewer,
        at=request.at,
    )
    return redirect("practised", thread)


def _course(request: PageRequest) -> therapy.Course:
    course = therapy.running(request.viewer, patient.own_episode_id(request.viewer))
    if course is None:
        raise NotFound("No therapy has begun yet.")
    return course


def _help(request: PageRequest, back: str) -> HttpResponse:
    hours = patient.answer_hours(request.viewer)
    context = {
        "contacts": contacts(request.viewer.clinic_id),
        "look_within_hours": hours[min(2, len(hours)) - 1],
        "back": back,
    }
    return render(request, "patient/practice_help.html", context)
