"""Record an infusion that was given: dose and weight go in, mg/kg comes out with its arithmetic."""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast import units
from holdfast.access import Permission
from holdfast.care import infusions
from holdfast.records.queries import patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.naming import plain
from holdfast.web.page import PageRequest, page

PLACES = {"dose": "dose_mg", "weight": "weight_kg", "time": "happened_at"}


class InfusionForm(entry.EpisodeForm):
    """Dose, weight and when it began."""

    happened_at_label = "When the infusion began"

    dose_mg = entry.MeasuredField(
        label="Dose given", min_value=Decimal("0.1"), max_digits=6, decimal_places=1
    )
    weight_kg = entry.MeasuredField(
        label="Body weight the dose is based on", min_value=Decimal(1), max_digits=5, decimal_places=1
    )


@page(Permission.RECORD_INFUSION, looks_at="episode_id")
def record_infusion(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show the form with the last dose beside it; keep the infusion and say how its dose was worked out."""
    person = patient.person(request.viewer, episode_id)
    form = InfusionForm(entry.posted(request), person=person, request=request)
    if form.is_valid():
        given = form.cleaned_data
        with entry.problems_on(form, PLACES):
            mg_per_kg = infusions.record(episode_id, **given, by=request.viewer, at=request.at)
            # H-005: the arithmetic stands in the words, so that a slip of unit or decimal point is seen at once.
            worked_out = arithmetic(given["dose_mg"], weight_kg=given["weight_kg"], mg_per_kg=mg_per_kg)
            messages.success(request, f"Infusion kept: {worked_out}, {form.when}.")
            return redirect("patient", episode_id)
    return entry.show(
        request,
        "clinician/record_infusion.html",
        form,
        person=person,
        heading="Record an infusion",
        button="Keep infusion",
        last=patient.last_infusion(request.viewer, episode_id),
        usual=units.USUAL_DOSE_MG_PER_KG,
    )


def arithmetic(dose_mg: Decimal, *, weight_kg: Decimal, mg_per_kg: Decimal) -> str:
    """How the dose per weight came about: 35 mg ÷ 70 kg = 0.5 mg/kg."""
    return f"{plain(dose_mg)} mg ÷ {plain(weight_kg)} kg = {plain(mg_per_kg)} mg/kg"
