"""Take a person into care."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from holdfast.access import Permission
from holdfast.care import patients
from holdfast.errors import Conflict
from holdfast.instruments.loader import judging, load
from holdfast.records.queries import clinic, patient
from holdfast.web.clinician import entry
from holdfast.web.page import PageRequest, page

PLACES = {"code": "code", "name": "name", "time zone": "zone", "start of care": "started_at"}
LONGEST_IN_CARE = timedelta(days=3650)
"""Care said to have begun earlier than this is a slip of the year."""
OLDEST = 120
"""Years; a date of birth before that is a slip."""


class EnrolForm(entry.EntryForm):
    """Who comes into care, since when, and which questionnaire judges their course."""

    name = forms.CharField(max_length=120, help_text="As the person wishes to be called.")
    code = forms.CharField(
        max_length=64, help_text="The clinic's own identifier, for example the record number."
    )
    born_on = forms.DateField(
        required=False,
        label="Date of birth",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "This is not a date. Expected: for example 1985-04-30."},
    )
    instrument = forms.ChoiceField(
        label="Questionnaire that judges the course",
        help_text="Response, remission and relapse are told from this one alone.",
        initial="phq9",
    )
    zone = forms.CharField(
        max_length=64,
        label="Time zone the person lives in",
        help_text="An IANA name such as Europe/London.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, request: PageRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        zone = clinic.zone(request.viewer.clinic_id)
        self._today = timezone.localdate(request.at)
        self.fields["instrument"].choices = [  # type: ignore[attr-defined]
            (one.slug, one.name) for one in sorted(map(load, judging()), key=lambda one: one.name)
        ]
        self.fields["zone"].initial = zone
        self.fields["started_at"] = entry.MomentField(
            zone=zone,
            at=request.at,
            not_before=request.at - LONGEST_IN_CARE,
            label="When care began",
            help_text=f"In the clinic's time, {zone}. Set it back when earlier scores or infusions will follow.",
        )

    def clean_born_on(self) -> date | None:
        """The date of birth, when a living person may have it."""
        born_on: date | None = self.cleaned_data["born_on"]
        oldest = self._today.replace(year=self._today.year - OLDEST, day=1)
        if born_on is not None and not oldest <= born_on <= self._today:
            raise forms.ValidationError(
                f"Nobody in care was born then. Expected: a day in the last {OLDEST} years."
            )
        return born_on


@page(Permission.ENROL_PATIENT)
def enrol(request: PageRequest) -> HttpResponse:
    """Show the form; take the person into care and open their page. Sent twice, the person is enrolled once."""
    form = EnrolForm(entry.posted(request), request=request)
    if form.is_valid():
        with entry.problems_on(form, PLACES):
            episode_id = _enrolled(request, form.cleaned_data)
            messages.success(request, f"{form.cleaned_data['name']} is in care now.")
            return redirect("patient", episode_id)
    return render(request, "clinician/enrol.html", {"form": form}, status=form.status)


def _enrolled(request: PageRequest, given: dict[str, Any]) -> int:
    """The episode of the person, opened now, or a moment ago by the same form."""
    try:
        return patients.enrol(**given, by=request.viewer, at=request.at)
    except Conflict:
        known = patient.by_code(request.viewer, given["code"])
        if known is None or (known.name, known.started_at) != (given["name"].strip(), given["started_at"]):
            raise
        return known.episode_id
