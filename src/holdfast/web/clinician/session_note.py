"""A signed note: what was planned and done, in words, locked; with what was added later."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission
from holdfast.care import rooms as verbs
from holdfast.records.queries import patient, rooms, therapy
from holdfast.web.clinician import entry
from holdfast.web.page import PageRequest, page


class AddendumForm(entry.EntryForm):
    """Something to add to a signed note."""

    text = forms.CharField(
        label="Add to this note", max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
    )


@page(Permission.GIVE_THERAPY, looks_at="course_id")
def session_note(request: PageRequest, course_id: int, session: uuid.UUID) -> HttpResponse:
    """Show the note; keep an addendum."""
    course = therapy.course(request.viewer, course_id)
    note = rooms.note(request.viewer, course_id, session)
    form = AddendumForm(entry.posted(request))
    if form.is_valid():
        with entry.problems_on(form, {"addendum": "text"}):
            verbs.add(note.note_id, form.cleaned_data["text"], by=request.viewer, at=request.at)
            messages.success(request, "Added. The note itself stays as it was signed.")
            return redirect("session_note", course_id, session)
    context = {
        "person": patient.person(request.viewer, course.episode_id),
        "course": course,
        "note": note,
        "title": course.plan.sessions[note.outline].title
        if note.outline in course.plan.sessions
        else "Session",
        "parts": [(words, note.parts[part]) for part, words in verbs.PARTS.items() if part in note.parts],
        "form": form,
    }
    return render(request, "clinician/session_note.html", context, status=form.status)
