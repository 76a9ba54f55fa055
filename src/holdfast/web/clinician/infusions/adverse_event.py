"""Something unwanted happened: how bad, whether the treatment may have caused it, what was done, what became of it."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission, may, require
from holdfast.care import adverse_events as verbs
from holdfast.records.queries import adverse_events as queries
from holdfast.records.queries import clinic, flow_sheet, patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions.flow_forms import as_uuid
from holdfast.web.clinician.moments import typed
from holdfast.web.page import PageRequest, page

SEVERITY = {"mild": "mild", "moderate": "moderate", "severe": "severe"}
RELATED = {"unlikely": "unlikely", "possible": "possible", "probable": "probable"}
OUTCOME = {
    "recovered": "recovered", "goes_on": "goes on", "lasting": "lasting harm", "died": "died", "not_known": "not known",
}  # fmt: skip

SERIOUS = (
    "Serious: tell the prescriber now and the site's lead today. The clinic reports it beyond its walls: to the "
    "authority that watches over medicines in your country, where the law or the drug's programme asks for it also to "
    "the maker, and in a study to who runs it, most often within 24 hours."
)
"""What a serious event asks of a site; which forms and which hours apply is for the site's own rules to say."""

PLACES = {
    "what": "what", "severity": "severity", "related": "related", "outcome": "outcome", "serious": "serious",
    "time": "happened_at", "reason": "reason",
}  # fmt: skip


class EventForm(entry.EpisodeForm):
    """What happened and what became of it."""

    happened_at_label = "When it began"

    what = forms.CharField(
        max_length=200, label="What happened", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    severity = forms.ChoiceField(choices=list(SEVERITY.items()), widget=forms.RadioSelect, label="How bad")
    serious = forms.TypedChoiceField(
        coerce=lambda value: value == "yes",
        choices=[("no", "no"), ("yes", "yes")],
        widget=forms.RadioSelect,
        label="Serious",
        help_text="Death, danger to life, a stay in hospital or a longer one, lasting harm, harm to an unborn child.",
    )
    related = forms.ChoiceField(
        choices=list(RELATED.items()), widget=forms.RadioSelect, label="Caused by the treatment"
    )
    action = forms.CharField(
        required=False,
        max_length=300,
        label="What was done",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    outcome = forms.ChoiceField(choices=[("", "choose"), *OUTCOME.items()], label="What became of it")


class ChangeForm(EventForm):
    """As above, with why the entry changes."""

    reason = forms.CharField(max_length=500, label="Why this changes", widget=forms.TextInput())


@page(Permission.SEE_INFUSIONS, looks_at="episode_id")
def adverse_event(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show the adverse events so far; keep a new one, of the visit that `?visit=` names or between visits."""
    if request.method == "POST":
        require(request.viewer, Permission.RUN_INFUSION)
    person = patient.person(request.viewer, episode_id)
    visit_uid = as_uuid(request.GET.get("visit", ""))
    sheet = flow_sheet.sheet(request.viewer, visit_uid, at=request.at) if visit_uid else None
    form = EventForm(entry.posted(request), person=person, request=request)
    if form.is_valid():
        with entry.problems_on(form, PLACES):
            verbs.record(
                episode_id, visit_uid=visit_uid, **form.cleaned_data, by=request.viewer, at=request.at
            )
            _told(request, form.cleaned_data)
            return redirect(f"{request.path}?visit={visit_uid}" if visit_uid else request.path)
    return entry.show(
        request,
        "clinician/infusions/adverse_event.html",
        form,
        person=person,
        sheet=sheet,
        events=queries.of_episode(request.viewer, episode_id),
        serious=SERIOUS,
        outcomes=OUTCOME,
        may_write=may(request.viewer, Permission.RUN_INFUSION),
    )


class WithdrawForm(entry.EntryForm):
    """Why the entry was wrong from the start."""

    reason = forms.CharField(
        max_length=500, label="Why it was wrong", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


@page(Permission.SEE_INFUSIONS)
def adverse_event_change(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Show one event; put it right, or withdraw it."""
    require(request.viewer, Permission.RUN_INFUSION)
    row = queries.one(request.viewer, uid)
    person = patient.person(request.viewer, row.episode_id)
    withdrawing = "withdraw" in request.POST
    kept = _as_typed(row, zone=clinic.zone(request.viewer.clinic_id))
    form = ChangeForm(
        None if withdrawing else entry.posted(request), person=person, request=request, initial=kept
    )
    withdraw = WithdrawForm(request.POST if withdrawing else None, auto_id="id_withdraw_%s")
    if form.is_valid():
        with entry.problems_on(form, PLACES):
            given = form.cleaned_data
            changes = {name: given[name] for name in (*_CHANGED, "happened_at")}
            verbs.correct(uid, changes=changes, reason=given["reason"], by=request.viewer, at=request.at)
            _told(request, given)
            return redirect("adverse_event", row.episode_id)
    if withdraw.is_valid():
        verbs.withdraw(uid, reason=withdraw.cleaned_data["reason"], by=request.viewer, at=request.at)
        messages.success(request, "The event is withdrawn. It stays readable.")
        return redirect("adverse_event", row.episode_id)
    wrong = withdraw if withdrawing else form
    context = {"form": form, "withdraw": withdraw, "wrong": wrong, "person": person, "row": row}
    return render(request, "clinician/infusions/adverse_event_change.html", context, status=wrong.status)


_CHANGED = ("what", "severity", "serious", "related", "action", "outcome")


def _told(request: PageRequest, given: Mapping[str, Any]) -> None:
    messages.success(request, f"Kept: {given['what']}, {given['severity']}.")
    if given["serious"]:
        messages.warning(request, SERIOUS)


def _as_typed(row: queries.EventRow, *, zone: str) -> dict[str, Any]:
    kept = {name: getattr(row, name) for name in _CHANGED}
    return {**kept, "serious": "yes" if row.serious else "no", "happened_at": typed(row.at, zone=zone)}
