"""Record whether this is treatment-resistant depression."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission
from holdfast.care import patients
from holdfast.records.queries import episode, patient
from holdfast.web.clinician import entry
from holdfast.web.page import PageRequest, page

FINDINGS = {
    "yes": "Yes: two or more antidepressants, each of adequate dose and duration, brought little or no improvement",
    "no": "No: fewer than two such trials in this episode, or enough improvement",
}


class AssessmentForm(entry.EpisodeForm):
    """The finding, and when it was made."""

    happened_at_label = "When it was found"

    treatment_resistant = forms.ChoiceField(
        choices=list(FINDINGS.items()),
        widget=forms.RadioSelect,
        label="Is this treatment-resistant depression?",
    )


@page(Permission.DECIDE_SUGGESTION, looks_at="episode_id")
def assess(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show the finding so far; keep the new one, which holds from then on."""
    person = patient.person(request.viewer, episode_id)
    form = AssessmentForm(entry.posted(request), person=person, request=request)
    if form.is_valid():
        resistant = form.cleaned_data["treatment_resistant"] == "yes"
        with entry.problems_on(form, {}):
            patients.assess(
                episode_id,
                treatment_resistant=resistant,
                happened_at=form.cleaned_data["happened_at"],
                by=request.viewer,
                at=request.at,
            )
            found = "treatment-resistant depression" if resistant else "not treatment-resistant depression"
            messages.success(request, f"Assessment kept: {found}.")
            return redirect("patient", episode_id)
    return entry.show(
        request,
        "clinician/assess.html",
        form,
        person=person,
        heading="Assessment",
        button="Keep assessment",
        before=episode.finding(request.viewer, episode_id),
    )
