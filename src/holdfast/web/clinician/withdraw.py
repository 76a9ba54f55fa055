"""Correct an entry: put the right score in its place, or withdraw what should not be there."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission, may
from holdfast.care import checkins, corrections
from holdfast.errors import NotAllowed
from holdfast.records.queries import patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.naming import ATTENDANCE, dose, instrument_name, moment, therapy_name
from holdfast.web.page import PageRequest, page

Row = patient.CheckInRow | patient.InfusionRow | patient.SessionRow


class WithdrawForm(entry.EntryForm):
    """Why the entry is wrong."""

    reason = forms.CharField(
        label="What was wrong with it",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For example: typed into the wrong record; dose misread.",
    )


class CorrectForm(WithdrawForm):
    """The right total, or that the entry should not be there at all; an empty field alone withdraws nothing."""

    change = forms.ChoiceField(
        label="What is right",
        choices=[("total", "Another total, given below"), ("withdraw", "It should not be there at all")],
        widget=forms.RadioSelect,
        initial="total",
    )
    total = forms.IntegerField(
        required=False,
        label="Right total",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
    )
    field_order = ("change", "total", "reason")

    def clean(self) -> dict[str, Any]:
        """The change; another total must be given, and withdrawing needs none."""
        given = super().clean() or {}
        if given.get("change") == "withdraw":
            given["total"] = None
        elif "total" in given and given["total"] is None:
            self.add_error(
                "total",
                "The right total is missing. Expected: a whole number, or choose to withdraw the entry.",
            )
        return given


@page(Permission.SEE_RECORD, looks_at="episode_id")
def withdraw(request: PageRequest, episode_id: int, kind: str, uid: uuid.UUID) -> HttpResponse:
    """Show the entry as it stands; replace or withdraw it with the reason. It stays readable either way."""
    person = patient.person(request.viewer, episode_id)
    if kind in corrections.KINDS and not may(request.viewer, corrections.KINDS[kind][1]):
        raise NotAllowed("Only those who may record this may correct it.")
    if uid in {row.uid for row in patient.withdrawn(request.viewer, episode_id)}:
        messages.info(request, "This entry has been corrected already; see “Corrected entries” below.")
        return redirect("patient", episode_id)
    row = patient.entry(request.viewer, episode_id, kind, uid)
    form = (CorrectForm if isinstance(row, patient.CheckInRow) else WithdrawForm)(entry.posted(request))
    if form.is_valid():
        with entry.problems_on(form, {"reason": "reason", "total": "total", "score": "total"}):
            messages.success(request, _correct(request, row, form))
            return redirect("patient", episode_id)
    return entry.show(
        request,
        "clinician/withdraw.html",
        form,
        person=person,
        heading="Correct an entry",
        button="Correct entry" if isinstance(row, patient.CheckInRow) else "Withdraw entry",
        row=row,
        described=described(row),
        again={"infusion": "record_infusion", "session": "record_session"}.get(row.kind, ""),
    )


def described(row: Row) -> str:
    """The entry in words, with its day."""
    if isinstance(row, patient.CheckInRow):
        score = "without a score" if row.total is None else str(row.total)
        return f"{instrument_name(row.instrument)} {score}, {moment(row.at)}"
    if isinstance(row, patient.InfusionRow):
        return f"Infusion {dose(mg=row.dose_mg, mg_per_kg=row.dose_mg_per_kg)}, {moment(row.at)}"
    return f"{therapy_name(row.therapy)} session {row.number}, {ATTENDANCE[row.attendance]}, {moment(row.at)}"


def _correct(request: PageRequest, row: Row, form: WithdrawForm) -> str:
    """Make the correction and give the words for it."""
    reason, total = form.cleaned_data["reason"], form.cleaned_data.get("total")
    if total is None:
        corrections.withdraw(row.kind, row.uid, reason=reason, by=request.viewer, at=request.at)
        return f"Withdrawn, no longer counted: {described(row)}."
    checkins.correct(row.uid, total=total, reason=reason, by=request.viewer, at=request.at)
    return f"Corrected to {total}. Before: {described(row)}."
