"""Choosing a therapy together: the aid, side by side on a laptop or handed over on a phone."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission
from holdfast.care import choices as verbs
from holdfast.pathway import choosing
from holdfast.protocols.choice_aid import choice_aid
from holdfast.protocols.therapy import Therapy
from holdfast.records.queries import choices, patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.choose_form import ChooseForm, with_starts
from holdfast.web.page import PageRequest, page
from holdfast.web.parts import choice_card

CHANGED = "The answers changed after they were added up. This is what they add up to now: look, then keep it."
PLACES = {"choice": "chosen", "who took part": "took_part", "time": "happened_at", "result": "seen"}


@page(Permission.CHOOSE_THERAPY, looks_at="episode_id")
def choose_therapy(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show the aid; add the answers up; keep the talk with what was chosen. Sent twice, it is kept once."""
    person = patient.person(request.viewer, episode_id)
    talks = choices.of_episode(request.viewer, episode_id)
    earlier = talks[0] if talks and "afresh" not in request.GET else None
    offered = choosing.shuffled(verbs.offered(), key=str(episode_id))
    form = _form(request, person, offered, earlier.answers if earlier else None)
    result = verbs.weigh(episode_id, form.answers(), on=form.today) if form.answers_fit else ()
    if _keeping(request) and form.is_valid():
        _keep(request, episode_id, form, result)
        if not form.errors:
            messages.success(request, "The talk is kept.")
            return redirect("choice", episode_id, form.cleaned_data["uid"])
    return entry.show(
        request,
        "clinician/choose_therapy.html",
        form,
        person=person,
        aid=form.aid,
        cards=choice_card.cards(offered, result, known=form.aid.therapies, age=form.age),
        seen=choosing.digest(result) if result else "",
        answered=any(one.score is not None for one in result),
        earlier=earlier,
        talks=talks,
    )


def _form(
    request: PageRequest,
    person: patient.Person,
    offered: tuple[Therapy, ...],
    earlier: choosing.Answers | None,
) -> ChooseForm:
    parts: dict[str, Any] = {
        "person": person,
        "request": request,
        "aid": choice_aid(),
        "offered": offered,
        "keeping": _keeping(request),
        "earlier": earlier,
    }
    sent = entry.posted(request)
    if sent is not None and not _keeping(request):
        sent = with_starts(sent, ChooseForm(None, **parts))
    return ChooseForm(sent, **parts)


def _keeping(request: PageRequest) -> bool:
    return request.method == "POST" and request.POST.get("step") != "add_up"


def _keep(
    request: PageRequest, episode_id: int, form: ChooseForm, result: tuple[choosing.Weighed, ...]
) -> None:
    """Keep the talk; what is wrong stands on the form."""
    given = form.cleaned_data
    if given["seen"] != choosing.digest(result):
        form.add_error(None, CHANGED)
        return
    with entry.problems_on(form, PLACES):
        verbs.keep(
            episode_id,
            form.answers(),
            form.talk(),
            seen=given["seen"],
            on=form.today,
            happened_at=given["happened_at"],
            by=request.viewer,
            at=request.at,
            uid=given["uid"],
        )
