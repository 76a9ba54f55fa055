"""A therapist's private notes on a course: sealed, apart from the record, read by the author and whom they let."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission
from holdfast.care import private_notes as verbs
from holdfast.errors import InvalidInput
from holdfast.records.queries import patient, therapy
from holdfast.web.clinician import entry
from holdfast.web.page import PageRequest, page


class NoteForm(entry.OnceForm):
    """A private note."""

    text = forms.CharField(
        label="New private note", max_length=20_000, widget=forms.Textarea(attrs={"rows": 6})
    )


@page(Permission.KEEP_PRIVATE_NOTES)
def private_notes(request: PageRequest, course_id: int) -> HttpResponse:
    """Show what the viewer may read; keep a note, or who may read theirs."""
    course = therapy.course(request.viewer, course_id)
    if "reader" in request.POST:
        return _allow(request, course_id)
    form = NoteForm(entry.posted(request), initial={"text": _prompts(request, course)})
    if form.is_valid():
        with entry.problems_on(form, {"note": "text"}):
            given = form.cleaned_data
            verbs.write(course_id, given["text"], by=request.viewer, at=request.at, uid=given["uid"])
            messages.success(request, "Kept, sealed.")
            return redirect("private_notes", course_id)
    readers = verbs.readers(course_id, by=request.viewer)
    context: dict[str, Any] = {
        "person": patient.person(request.viewer, course.episode_id),
        "course": course,
        "form": form,
        "notes": verbs.read(course_id, by=request.viewer, at=request.at),
        "readers": readers,
        "others": [
            (pk, name)
            for pk, name in therapy.therapists(request.viewer)
            if pk != request.viewer.account_id and pk not in dict(readers)
        ],
    }
    return render(request, "clinician/private_notes.html", context, status=form.status)


def _prompts(request: PageRequest, course: therapy.Course) -> str:
    """What the therapy asks a therapist to note on process, as lines to write under; empty without anything."""
    exercise = course.plan.exercises.get(request.GET.get("exercise", ""))
    if exercise is None or not exercise.is_private_note:
        return ""
    return "".join(f"{item.label}:\n\n" for item in exercise.fields)


def _allow(request: PageRequest, course_id: int) -> HttpResponse:
    text = request.POST["reader"]
    try:
        verbs.allow(
            course_id,
            int(text) if text.isdecimal() else 0,
            allowed="close" not in request.POST,
            by=request.viewer,
            at=request.at,
        )
    except InvalidInput as error:
        messages.warning(request, f"{error.problems[0].where.capitalize()}: {entry.said(error.problems[0])}")
    return redirect("private_notes", course_id)
