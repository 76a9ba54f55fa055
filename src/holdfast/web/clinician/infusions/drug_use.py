"""The drug of one visit: what was drawn, given and wasted, each to a tenth of a milligram, before a witness."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats

from holdfast.access import Permission, may, require
from holdfast.care import drug_register as verbs
from holdfast.records.queries import drug_register as queries
from holdfast.records.queries import flow_sheet
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import witness
from holdfast.web.clinician.naming import plain
from holdfast.web.page import PageRequest, page

PLACES = {
    **witness.PLACES, "lot": "lot", "drawn": "drawn_mg", "given": "given_mg", "wasted": "wasted_mg",
}  # fmt: skip


class UseForm(witness.WitnessedForm):
    """Which lot, and what became of what was drawn of it."""

    lot = forms.ChoiceField(
        label="Lot",
        error_messages={"invalid_choice": "This lot cannot be drawn from. Expected: one of the list."},
    )
    drawn_mg = entry.MeasuredField(label="Drawn", max_digits=9, decimal_places=1, min_value=0)
    given_mg = entry.MeasuredField(label="Given", max_digits=9, decimal_places=1, min_value=0)
    wasted_mg = entry.MeasuredField(label="Wasted", max_digits=9, decimal_places=1, min_value=0)
    more_follows = forms.BooleanField(
        required=False, label="The rest of what was given came from another lot, on a line of its own"
    )

    def __init__(self, *args: Any, lots: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["lot"].choices = [("", "the lot on the pack"), *lots]  # type: ignore[attr-defined]


@page(Permission.SEE_INFUSIONS, looks_at="uid", seen_as="visit")
def visit_drug(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Show what was given and the lines that account for it; keep another line."""
    if request.method == "POST":
        require(request.viewer, Permission.RUN_INFUSION)
    sheet = flow_sheet.sheet(request.viewer, uid, at=request.at)
    drug = queries.of_sheet(sheet)
    choices = _choices(request, queries.balances(request.viewer, sheet.treatment))
    missing = plain(drug.missing_mg) if drug.given_mg is not None else ""
    form = UseForm(entry.posted(request), request=request, lots=choices, initial={"given_mg": missing})
    if form.is_valid() and _kept(request, uid, form):
        return redirect("visit_drug", uid)
    context = {
        "form": form,
        "sheet": sheet,
        "drug": drug,
        "may_write": may(request.viewer, Permission.RUN_INFUSION),
        "has_lots": bool(choices),
    }
    return render(request, "clinician/infusions/drug_use.html", context, status=form.status)


def _kept(request: PageRequest, uid: uuid.UUID, form: UseForm) -> bool:
    given = form.cleaned_data
    with entry.problems_on(form, PLACES):
        verbs.use(
            uid,
            **{
                name: given[name]
                for name in ("lot", "drawn_mg", "given_mg", "wasted_mg", "more_follows", "note")
            },
            happened_at=given["happened_at"],
            witness=form.witness(),
            by=request.viewer,
            at=request.at,
            uid=given["uid"],
        )
        messages.success(
            request,
            f"Kept: {plain(given['drawn_mg'])} mg drawn of {given['lot']}, {plain(given['given_mg'])} mg given, "
            f"{plain(given['wasted_mg'])} mg wasted.",
        )
    return not form.errors


def _choices(request: PageRequest, lots: tuple[queries.LotRow, ...]) -> list[tuple[str, str]]:
    """Lots that hold something and have not expired, the one that expires first on top."""
    today = witness.today(request)
    return [
        (
            row.lot,
            f"{row.lot}, expires {formats.date_format(row.expires_on, 'j M Y')}, {plain(row.balance_mg)} mg",
        )
        for row in lots
        if row.balance_mg > 0 and row.expires_on >= today
    ]
