"""The controlled-drug register of a treatment: what each lot holds, its lines, and the forms to add one."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission, may, require
from holdfast.care import drug_register as verbs
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import all_protocols, infusions
from holdfast.records.queries import drug_register as queries
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import witness
from holdfast.web.clinician.naming import plain
from holdfast.web.page import PageRequest, page

PLACES = {**witness.PLACES, "lot": "lot", "expiry": "expires_on", "amount": "amount_mg", "note": "note"}

SAID = {"received": "Received", "used": "Drawn", "destroyed": "Destroyed", "counted": "Counted"}
"""Each kind of line as it stands in the register."""


class ReceiveForm(witness.WitnessedForm):
    """A lot that came in."""

    lot = forms.CharField(
        max_length=40,
        label="Lot",
        help_text="As on the pack.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires_on = forms.DateField(
        label="Expires on",
        help_text="Only month and year on the pack: its last day.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "This is not a date. Expected: for example 2027-06-30."},
    )
    amount_mg = entry.MeasuredField(
        label="Amount", max_digits=9, decimal_places=1, help_text="Milligrams in all, not vials."
    )


class LotForm(witness.WitnessedForm):
    """Something about a lot that is on the register."""

    lot = forms.ChoiceField(label="Lot")
    amount_mg = entry.MeasuredField(label="Amount", max_digits=9, decimal_places=1, min_value=0)

    def __init__(self, *args: Any, lots: tuple[queries.LotRow, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        self._expiries = {row.lot: row.expires_on for row in lots}
        self.fields["lot"].choices = [  # type: ignore[attr-defined]
            ("", "the lot on the pack"),
            *((row.lot, f"{row.lot}: {plain(row.balance_mg)} mg by the register") for row in lots),
        ]

    def clean(self) -> dict[str, Any]:
        """With the expiry that stands on the register for that lot."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        return {**given, "expires_on": self._expiries.get(given.get("lot", ""))}


class WithdrawForm(witness.WitnessedForm):
    """Why a line was wrong."""

    reason = forms.CharField(max_length=500, label="Why the line was wrong")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["note"], self.fields["happened_at"]


VERBS: Mapping[str, tuple[str, str, Callable[..., None]]] = {
    "receive": ("Receive a lot", "Keep what came in", verbs.receive),
    "count": ("Count a lot", "Keep the count", verbs.count),
    "destroy": ("Destroy some of a lot", "Keep what was destroyed", verbs.destroy),
}
"""Title, button and verb of each form, in the order they stand."""


@page(Permission.SEE_INFUSIONS)
def drug_register(request: PageRequest, treatment: str) -> HttpResponse:
    """Show the register; keep what came in, was counted or destroyed."""
    act = request.POST.get("act", "receive") if request.method == "POST" else ""
    if act:
        require(request.viewer, Permission.RUN_INFUSION)
    protocol, lots = infusions(treatment), queries.balances(request.viewer, treatment)
    found = {name: _form(request, name, act, lots) for name in VERBS}
    sent = found.get(act)
    if sent is not None and sent.is_valid() and _kept(request, treatment, act, sent):
        return redirect("drug_register", treatment)
    number = request.GET.get("page", "1")
    entries = queries.entries(request.viewer, treatment, number=int(number[:9]) if number.isdecimal() else 1)
    context = {
        "protocol": protocol,
        "treatments": [one for one in all_protocols().values() if isinstance(one, InfusionProtocol)],
        "lots": lots,
        "today": witness.today(request),
        "entries": entries,
        "page": Paginator(range(entries.total), queries.PAGE_SIZE).page(entries.number),
        "said": SAID,
        "form": sent,
        "forms": [(name, VERBS[name], form) for name, form in found.items() if name == "receive" or lots],
        "may_write": may(request.viewer, Permission.RUN_INFUSION),
    }
    status = sent.status if sent is not None else 200
    return render(request, "clinician/infusions/drug_register.html", context, status=status)


@page(Permission.SEE_INFUSIONS)
def drug_withdraw(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Show a line of the register; mark it as entered in error."""
    require(request.viewer, Permission.RUN_INFUSION)
    line = queries.entry(request.viewer, uid)
    form = WithdrawForm(entry.posted(request), request=request)
    if form.is_valid():
        with entry.problems_on(form, {**PLACES, "reason": "reason"}):
            verbs.withdraw(
                uid,
                reason=form.cleaned_data["reason"],
                witness=form.witness(),
                by=request.viewer,
                at=request.at,
            )
            messages.success(request, "The line is withdrawn. It stays readable.")
            return redirect("drug_register", line.treatment)
    context = {"form": form, "line": line, "said": SAID[line.kind]}
    return render(request, "clinician/infusions/drug_withdraw.html", context, status=form.status)


def _form(
    request: PageRequest, name: str, act: str, lots: tuple[queries.LotRow, ...]
) -> witness.WitnessedForm:
    posted = request.POST if name == act else None
    if name == "receive":
        return ReceiveForm(posted, request=request, auto_id=f"id_{name}_%s")
    return LotForm(posted, request=request, lots=lots, auto_id=f"id_{name}_%s")


def _kept(request: PageRequest, treatment: str, act: str, form: witness.WitnessedForm) -> bool:
    given = dict(form.cleaned_data)
    with entry.problems_on(form, PLACES):
        del given["witness_name"], given["witness_password"]
        VERBS[act][2](treatment=treatment, **given, witness=form.witness(), by=request.viewer, at=request.at)
        messages.success(request, f"Kept: {given['lot'].upper()}, {plain(given['amount_mg'])} mg.")
    return not form.errors
