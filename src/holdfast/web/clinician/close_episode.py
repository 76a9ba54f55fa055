"""Close an episode, with the reason."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission
from holdfast.care import patients
from holdfast.records.queries import alerts, episode, patient
from holdfast.web.clinician import entry
from holdfast.web.page import PageRequest, page


class ClosingForm(entry.OnceForm):
    """Why care ends."""

    reason = forms.CharField(
        label="Why care ends",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: well for six months and agreed together; moved to another clinic.",
    )


@page(Permission.DECIDE_SUGGESTION, looks_at="episode_id")
def close_episode(request: PageRequest, episode_id: int) -> HttpResponse:
    """Say what closing means and what is still open; close the episode."""
    person = patient.person(request.viewer, episode_id)
    form = ClosingForm(entry.posted(request))
    if form.is_valid():
        with entry.problems_on(form, {"reason": "reason"}):
            given = form.cleaned_data
            entry.once(
                lambda: patients.close(episode_id, **given, by=request.viewer, at=request.at),
                done=lambda: _closed_by(request, episode_id) == given["uid"],
            )
            messages.success(request, "Episode closed. It stays readable: choose “closed” in the caseload.")
            return redirect("patient", episode_id)
    return entry.show(
        request,
        "clinician/close_episode.html",
        form,
        person=person,
        heading="Close this episode",
        button="Close episode",
        waiting=alerts.waiting_of(request.viewer, episode_id),
    )


def _closed_by(request: PageRequest, episode_id: int) -> uuid.UUID | None:
    ended = episode.ending(request.viewer, episode_id)
    return ended.uid if ended else None
