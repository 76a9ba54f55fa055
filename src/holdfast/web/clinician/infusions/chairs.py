"""The chairs of the clinic: opened, taken out of use, and how much is booked on each."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission
from holdfast.care import chairs as verbs
from holdfast.records.queries import chairs as queries
from holdfast.web.clinician import entry
from holdfast.web.page import PageRequest, page


class ChairForm(entry.EntryForm):
    """A new chair, or one to take out of or into use."""

    name = forms.CharField(
        max_length=60,
        label="Name of a new chair",
        help_text="As staff call it, such as Chair 2 or Room B.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class UseForm(entry.EntryForm):
    """A chair that is taken out of use, or into use again."""

    chair = forms.IntegerField(widget=forms.HiddenInput)
    use = forms.TypedChoiceField(choices=[("on", ""), ("off", "")], coerce=lambda value: value == "on")


@page(Permission.BOOK_INFUSION)
def chairs(request: PageRequest) -> HttpResponse:
    """The chairs; keep what was asked for."""
    if "chair" in request.POST:
        return _use(request)
    form = ChairForm(entry.posted(request))
    if form.is_valid():
        with entry.problems_on(form, {"name": "name"}):
            verbs.open_chair(form.cleaned_data["name"], by=request.viewer, at=request.at)
            messages.success(request, f"{form.cleaned_data['name'].strip()} can be booked.")
            return redirect("chairs")
    return _show(request, form)


def _use(request: PageRequest) -> HttpResponse:
    form = UseForm(request.POST)
    if form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        with entry.problems_on(form, {}):
            verbs.set_active(given["chair"], given["use"], by=request.viewer, at=request.at)
            messages.success(request, "It can be booked." if given["use"] else "It is out of use.")
            return redirect("chairs")
    return _show(request, form)


def _show(request: PageRequest, form: entry.EntryForm) -> HttpResponse:
    context = {
        "form": form,
        "new": form if isinstance(form, ChairForm) else ChairForm(),
        "rows": queries.of_clinic(request.viewer, at=request.at),
    }
    return render(request, "clinician/infusions/chairs.html", context, status=form.status)
