"""Consent to a treatment: where it stands, the form that was signed, and taking it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission, require
from holdfast.care import consents as verbs
from holdfast.pathway.eligibility import ConsentState, Standing
from holdfast.records.queries import eligibility as queries
from holdfast.records.queries import patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import ready
from holdfast.web.page import PageRequest, page

STATES = {
    ConsentState.NONE: ("warn", "No consent yet"),
    ConsentState.IN_DATE: ("good", "Consent in date"),
    ConsentState.EXPIRING: ("warn", "Consent ends soon"),
    ConsentState.EXPIRED: ("danger", "Consent has ended"),
    ConsentState.TAKEN_BACK: ("danger", "Consent taken back or refused"),
}
"""Style and words of each state."""

PLACES = {"time": "happened_at", "form": "form_version", "last day": "expires_on", "note": "note"}


class ConsentForm(entry.EpisodeForm):
    """The form that was signed, when, and how long it holds."""

    happened_at_label = "When they signed"

    form_version = forms.CharField(
        max_length=64,
        label="Version of the form",
        help_text="As it is printed on the paper they signed.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short"}),
    )
    expires_on = forms.DateField(
        required=False,
        label="Last day it holds",
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}),
        error_messages={"invalid": "This is not a date. Expected: for example 2026-03-02."},
    )
    note = forms.CharField(
        required=False,
        max_length=500,
        label="What was talked over",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, standing: Standing, **options: Any) -> None:
        super().__init__(*args, **options)
        longest = standing.limits.words("consent_valid_for")
        self.fields["expires_on"].help_text = f"Empty: {longest} after the signing, the longest allowed here."
        self.order_fields(["uid", "form_version", "happened_at", "expires_on", "note"])


class TakenBackForm(entry.EpisodeForm):
    """That consent was taken back, or refused."""

    happened_at_label = "When they said so"

    note = forms.CharField(max_length=500, label="What they said", widget=forms.Textarea(attrs={"rows": 3}))


@page(Permission.SEE_INFUSIONS, looks_at="episode_id")
def consent(request: PageRequest, episode_id: int, treatment: str) -> HttpResponse:
    """Show where consent stands; keep a signed form, or that it was taken back, or withdraw an entry."""
    person = patient.person(request.viewer, episode_id)
    standing = queries.standing(request.viewer, episode_id, treatment=treatment, at=request.at)
    act = request.POST.get("act", "sign") if request.method == "POST" else ""
    signed = ConsentForm(
        request.POST if act == "sign" else None, standing=standing, person=person, request=request
    )
    back = TakenBackForm(
        request.POST if act == "take_back" else None, person=person, request=request, auto_id="id_back_%s"
    )
    if act:
        require(request.viewer, Permission.ASSESS_RESISTANCE)
    history = queries.consents(request.viewer, episode_id, treatment=treatment)
    if act == "withdraw":
        ready.withdraw(request, "consent", among=history)
        kept = True
    elif act == "take_back":
        kept = _taken_back(request, episode_id, treatment, back)
    else:
        kept = act == "sign" and _signed(request, episode_id, treatment, signed)
    if kept:
        return redirect("consent", episode_id, treatment)
    style, state = STATES[standing.consent_state]
    return entry.show(
        request,
        "clinician/infusions/consent.html",
        back if act == "take_back" else signed,
        person=person,
        protocol=standing.limits.protocol,
        standing=standing,
        style=style,
        state=state,
        signed=signed,
        back=back,
        may_take_back=standing.consent is None or standing.consent.given,
        history=history,
        **ready.shared(request),
    )


def _signed(request: PageRequest, episode_id: int, treatment: str, form: ConsentForm) -> bool:
    if form.is_valid():
        with entry.problems_on(form, PLACES):
            verbs.sign(episode_id, treatment=treatment, **form.cleaned_data, by=request.viewer, at=request.at)
            messages.success(
                request, f"Consent kept: version {form.cleaned_data['form_version']}, {form.when}."
            )
    return not form.errors


def _taken_back(request: PageRequest, episode_id: int, treatment: str, form: TakenBackForm) -> bool:
    if form.is_valid():
        given = form.cleaned_data
        with entry.problems_on(form, PLACES):
            entry.once(
                lambda: verbs.take_back(
                    episode_id, treatment=treatment, **given, by=request.viewer, at=request.at
                ),
                done=lambda: (
                    given["uid"]
                    in {
                        one.fact.uid
                        for one in queries.consents(request.viewer, episode_id, treatment=treatment)
                    }
                ),
            )
            messages.success(request, f"Kept: consent taken back or refused, {form.when}.")
    return not form.errors
