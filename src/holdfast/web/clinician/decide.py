"""Accept or decline a suggestion: shown again with what was typed when it could not be kept."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from holdfast.access import Permission
from holdfast.care import suggestions
from holdfast.records.queries import episode
from holdfast.records.queries import patient as queries
from holdfast.web.clinician.entry import once, problems_on
from holdfast.web.clinician.patient import DecisionForm, decision_form, show
from holdfast.web.page import PageRequest, page


@page(Permission.DECIDE_SUGGESTION, looks_at="episode_id")
@require_POST
def decide(request: PageRequest, episode_id: int) -> HttpResponse:
    """Keep the decision beside what was on the screen."""
    person = queries.person(request.viewer, episode_id)
    form = decision_form(request.POST, digest=request.POST.get("digest", ""), outlook_id=0)
    accepted = request.POST.get("decision") == "accept"
    if form.is_valid():
        given = form.cleaned_data
        with problems_on(form, {"reason": "reason"}):
            once(
                lambda: suggestions.decide(
                    given["outlook"],
                    given["digest"],
                    accepted=accepted,
                    reason=given["reason"],
                    by=request.viewer,
                    at=request.at,
                ),
                done=lambda: _decided_so(request, episode_id, form, accepted=accepted),
            )
            messages.success(request, f"Kept: {'accepted' if accepted else 'declined'}{_because(form)}")
            return redirect("patient", person.episode_id)
    return show(request, episode_id, decided=form)


def _decided_so(request: PageRequest, episode_id: int, form: DecisionForm, *, accepted: bool) -> bool:
    """Whether the viewer has made this very decision already."""
    sent = (form.cleaned_data["digest"], accepted, form.cleaned_data["reason"], request.viewer.account_id)
    kept = episode.decisions(request.viewer, episode_id)
    return sent in {(row.digest, row.accepted, row.reason, row.decided_by_id) for row in kept}


def _because(form: DecisionForm) -> str:
    reason = form.cleaned_data["reason"]
    return f", because: {reason}" if reason else "."
