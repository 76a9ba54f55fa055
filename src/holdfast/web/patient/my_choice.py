"""My choice of therapy: the newest talk over it, as the page that is printed for the person."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.protocols.loader import therapies
from holdfast.records.queries import choices, patient
from holdfast.web.page import PageRequest, page
from holdfast.web.parts import choice_card


@page(Permission.SEE_OWN_RECORD)
@require_safe
def my_choice(request: PageRequest) -> HttpResponse:
    """What the person chose and what their answers added up to, or how to talk about it."""
    episode_id = patient.own_episode_id(request.viewer)
    talk = choices.newest(request.viewer, episode_id)
    cards = choice_card.cards(therapies(), talk.shown, known={}, on_paper=True) if talk else ()
    context = {"talk": talk, "cards": cards, "name": patient.person(request.viewer, episode_id).name}
    return render(request, "patient/my_choice.html", context)
