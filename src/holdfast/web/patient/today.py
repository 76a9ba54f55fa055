"""Today: the one next thing, and the truth about who is watching."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.instruments.loader import all_instruments
from holdfast.instruments.model import Instrument
from holdfast.pathway.history import History
from holdfast.pathway.patient_next import Thing, patient_next
from holdfast.records.queries import patient, therapy
from holdfast.web.page import PageRequest, page
from holdfast.web.patient.checkin import GO_ON, Asked, asked

ABOUT: Mapping[str, str] = {
    "phq9": gettext_noop("Nine questions about your mood"),
    "gad7": gettext_noop("Seven questions about worry"),
}
"""Instruments as a patient would call them; one that is not here is told by its name."""


@dataclass(frozen=True)
class Offer:
    """A check-in the person can do, and how far it has come; `begun` is None before the first question."""

    instrument: Instrument
    begun: Asked | None

    @property
    def about(self) -> str:
        """What it asks about."""
        return _(ABOUT.get(self.instrument.slug, self.instrument.name))


@page(Permission.SEE_OWN_RECORD)
@require_safe
def today(request: PageRequest) -> HttpResponse:
    """What comes next for the person, one thing; everything else is quiet."""
    episode_id = patient.own_episode_id(request.viewer)
    history = patient.history(request.viewer, episode_id)
    drafts = [asked(row, at=request.at) for row in patient.drafts(request.viewer, episode_id)]
    first, *others = _offers(history.instrument, drafts)
    coming, session = patient_next(history, at=request.at), _next_session(request, history)
    context = {
        "next": coming,
        "closed": history.closed_at is not None,
        "offer": first,
        "others": others,
        "go_on": GO_ON,
        "last_at": max(history.check_ins_at, default=None),
        "look_by": min((alert.due_at for alert in history.open_alerts), default=None),
        "at": request.at,
        "look_within_hours": max(patient.answer_hours(request.viewer)),
        "session": session,
        "in_therapy": history.course is not None,
        "in_treatment": history.infusion_care.begun_at is not None,
        "session_first": session is not None
        and (coming.thing, coming.due_at) == (Thing.SESSION, session.starts_at)
        and first.begun is None,
    }
    return render(request, "patient/today.html", context)


def _next_session(request: PageRequest, history: History) -> therapy.BookedRow | None:
    if history.course is None or history.closed_at is not None:
        return None
    return therapy.next_booked(request.viewer, int(history.course.key), at=request.at)


def _offers(primary: str, drafts: Sequence[Asked]) -> list[Offer]:
    """Check-ins whose questions may be shown: the episode's own first, then those that ask about safety."""
    begun = {draft.instrument.slug: draft for draft in drafts}
    shown = [instrument for instrument in all_instruments().values() if instrument.has_item_text]
    shown.sort(key=lambda one: (one.slug != primary, not any(item.marked for item in one.items)))
    return [Offer(instrument, begun.get(instrument.slug)) for instrument in shown]
