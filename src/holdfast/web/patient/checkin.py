"""Check-in: one question a page, one tap an answer; each is kept as it is given, all are sent after the last."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from holdfast.access import Permission
from holdfast.care import checkins
from holdfast.errors import NotFound
from holdfast.instruments.loader import load
from holdfast.instruments.model import Instrument, Item
from holdfast.instruments.scoring import score
from holdfast.records.queries import patient
from holdfast.records.queries.patient import DraftRow
from holdfast.web.help_now import contacts
from holdfast.web.page import PageRequest, page

SKIP = "skip"
"""What the form sends for "I'd rather not answer": kept as no answer, never as 0."""

GO_ON = "go-on"
"""What the help page sends: no answer, only the wish to go on."""


@dataclass(frozen=True)
class Asked:
    """A check-in as far as it has come."""

    uid: uuid.UUID
    instrument: Instrument
    answers: dict[str, int | None]
    fresh: bool

    def item(self, number: int) -> Item:
        """The question of that number, from 1; `NotFound` when there is none."""
        if not 1 <= number <= len(self.instrument.items):
            raise NotFound(_("This check-in has no question %(number)s.") % {"number": number})
        return self.instrument.items[number - 1]

    @property
    def given(self) -> int:
        """How many questions were answered or passed over."""
        return sum(item.id in self.answers for item in self.instrument.items)

    def next_number(self, *, after: int = 0) -> int | None:
        """The question to ask after that one, or None when all were asked.

        Someone who went back and changed an answer is brought to where they had been. Answers that are no longer
        fresh are asked for again one by one, with what was given marked.
        """
        last = len(self.instrument.items)
        if not self.fresh and after < last:
            return after + 1
        waiting = [n for n in range(1, last + 1) if self.instrument.items[n - 1].id not in self.answers]
        return next((n for n in waiting if n > after), waiting[0] if waiting else None)


def asked(draft: DraftRow, *, at: datetime) -> Asked:
    """The draft with its instrument; `NotFound` when its questions may not be shown."""
    return Asked(
        uid=draft.uid,
        instrument=_shown_to_patients(draft.instrument),
        answers=draft.answers,
        fresh=at - draft.started_at < checkins.DRAFT_LASTS,
    )


@page(Permission.ANSWER_CHECK_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PageRequest, instrument: str) -> HttpResponse:
    """Begin a check-in or go on with the one begun; a mere visit begins nothing."""
    if request.method != "POST":
        return redirect("today")
    slug = _shown_to_patients(instrument).slug
    episode_id = patient.own_episode_id(request.viewer)
    uid = checkins.draft(episode_id, slug, by=request.viewer, at=request.at)
    begun = asked(patient.draft(request.viewer, uid), at=request.at)
    return _to(begun, begun.next_number() or len(begun.instrument.items))


@page(Permission.ANSWER_CHECK_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: PageRequest, draft: uuid.UUID, number: int) -> HttpResponse:
    """One question; a tap keeps the answer and leads to the next, to help, or after the last to thanks."""
    try:
        row = patient.draft(request.viewer, draft)
    except NotFound:
        return _sent_already(request, draft)
    found = asked(row, at=request.at)
    item = found.item(number)
    if request.method != "POST":
        return _shown(request, found, number)
    try:
        return _answered(request, found, item, number)
    except NotFound:
        return _sent_already(request, draft)


def _sent_already(request: PageRequest, draft: uuid.UUID) -> HttpResponse:
    """Thanks, for a second tap or the way back after sending; `NotFound` for a check-in that is not theirs."""
    patient.check_in(request.viewer, draft)
    return redirect("checkin_thanks", draft)


def _shown_to_patients(slug: str) -> Instrument:
    instrument = load(slug)
    if not instrument.has_item_text:
        raise NotFound(_("%(name)s can only be filled in with your clinic.") % {"name": instrument.name})
    return instrument


def _answered(request: PageRequest, found: Asked, item: Item, number: int) -> HttpResponse:
    typed = request.POST.get("answer", "")
    if typed == GO_ON:
        return _onward(request, found, number)
    values = {str(option.value): option.value for option in item.options}
    if typed != SKIP and typed not in values:
        return _shown(request, found, number, missing=True)
    value = None if typed == SKIP else values[typed]
    # H-004: kept, and its alert raised, before anything else; help comes before the next question.
    if checkins.answer(found.uid, item.id, value, by=request.viewer, at=request.at):
        return redirect(f"{reverse('checkin', args=(found.uid, number))}?help=1")
    found.answers[item.id] = value
    return _onward(request, found, number)


def _onward(request: PageRequest, found: Asked, number: int) -> HttpResponse:
    following = found.next_number(after=number)
    if following is not None:
        return _to(found, following)
    checkins.send(found.uid, by=request.viewer, at=request.at)
    return redirect("checkin_thanks", found.uid)


def _to(found: Asked, number: int) -> HttpResponse:
    return redirect("checkin", found.uid, number)


def _shown(request: PageRequest, found: Asked, number: int, *, missing: bool = False) -> HttpResponse:
    item = found.item(number)
    marked = score(found.instrument, {item.id: found.answers.get(item.id)}).alerts
    if "help" in request.GET and marked and not missing:
        return _help(request, found, number, level=max(alert.level for alert in marked))
    context = {
        "draft": found.uid,
        "instrument": found.instrument,
        "item": item,
        "number": number,
        "count": len(found.instrument.items),
        "before": number - 1,
        "answered": item.id in found.answers,
        "value": found.answers.get(item.id),
        "fresh": found.fresh or not found.answers,
        "missing": missing,
        "skip": SKIP,
    }
    return render(request, "patient/checkin.html", context, status=422 if missing else 200)


def _help(request: PageRequest, found: Asked, number: int, *, level: int) -> HttpResponse:
    hours = patient.answer_hours(request.viewer)
    context = {
        "contacts": contacts(request.viewer.clinic_id),
        "look_within_hours": hours[min(level, len(hours)) - 1],
        "draft": found.uid,
        "number": number,
        "go_on": GO_ON,
    }
    return render(request, "patient/checkin_help.html", context)
