"""Enter the score of a questionnaire or rating: by item where we hold the items' text, else as a total."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission
from holdfast.care import checkins
from holdfast.instruments.loader import all_instruments, load
from holdfast.instruments.model import Instrument, Item
from holdfast.records.queries import patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.naming import band_name
from holdfast.web.page import PageRequest, page


class TotalForm(entry.EpisodeForm):
    """A total that was rated or added up on paper."""

    happened_at_label = "When it was answered or rated"

    def __init__(self, *args: Any, instrument: Instrument, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["total"] = forms.IntegerField(
            label=f"{instrument.name} total",
            min_value=instrument.minimum,
            max_value=instrument.maximum,
            help_text=f"A whole number from {instrument.minimum} to {instrument.maximum}.",
            widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
        )
        self.order_fields(["uid", "total", "happened_at"])


class ItemsForm(entry.EpisodeForm):
    """Every item as it was answered; an item left open is kept as missing, never as zero."""

    happened_at_label = TotalForm.happened_at_label

    def __init__(self, *args: Any, instrument: Instrument, **options: Any) -> None:
        super().__init__(*args, **options)
        self.items = tuple(item.id for item in instrument.items)
        self.fields |= {item.id: _item_field(item, number) for number, item in enumerate(instrument.items, 1)}
        self.order_fields(["uid", *self.items, "happened_at"])

    def clean(self) -> dict[str, Any]:
        """The answers; a form without a single one says nothing."""
        given = super().clean() or {}
        if not self.errors and all(given[item] is None for item in self.items):
            raise forms.ValidationError(
                "No item was answered. Expected: at least one answer, or enter a total."
            )
        return given


@page(Permission.ENTER_SCORE, looks_at="episode_id")
def enter_score(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show the form of the chosen instrument (the episode's own at first); keep the score and say its band."""
    person = patient.person(request.viewer, episode_id)
    instrument = load(request.GET.get("instrument") or person.instrument)
    by_item = instrument.has_item_text and request.GET.get("by") != "total"
    form_class = ItemsForm if by_item else TotalForm
    form = form_class(entry.posted(request), person=person, request=request, instrument=instrument)
    if form.is_valid():
        with entry.problems_on(form, {"date": "happened_at"} | {name: name for name in form.fields}):
            kept = _keep(request, episode_id, instrument, form)
            messages.success(request, _kept_words(instrument, kept, when=form.when))
            if kept.help_now:
                messages.warning(
                    request, "An answer in it raised a safety alert; it stands first on this page."
                )
            return redirect("patient", episode_id)
    return entry.show(
        request,
        "clinician/enter_score.html",
        form,
        person=person,
        heading=f"Enter {instrument.name}",
        button="Keep score",
        instrument=instrument,
        instruments=sorted(all_instruments().values(), key=lambda one: one.name),
        by_item=by_item,
    )


def _item_field(item: Item, number: int) -> forms.TypedChoiceField:
    choices = [
        ("", "not answered"),
        *((option.value, f"{option.value}  {option.label}") for option in item.options),
    ]
    return forms.TypedChoiceField(
        choices=choices, coerce=int, empty_value=None, required=False, label=f"{number}. {item.text}"
    )


def _keep(
    request: PageRequest, episode_id: int, instrument: Instrument, form: TotalForm | ItemsForm
) -> checkins.Kept:
    given = form.cleaned_data
    sent: dict[str, Any] = {
        "by": request.viewer, "at": request.at, "uid": given["uid"], "happened_at": given["happened_at"],
    }  # fmt: skip
    if isinstance(form, TotalForm):
        return checkins.enter_score(episode_id, instrument.slug, given["total"], **sent)
    answers = {item: given[item] for item in form.items}
    return checkins.submit(episode_id, instrument.slug, answers, **sent)


def _kept_words(instrument: Instrument, kept: checkins.Kept, *, when: str) -> str:
    if kept.score.total is None:
        missing = f"{len(kept.score.missing)} of {len(instrument.items)} items are missing"
        return f"{instrument.name} kept without a score, {when}: {missing}."
    band = band_name(instrument.slug, kept.score.band or "")
    return f"{instrument.name} kept: {kept.score.total}{f', {band}' if band else ''}, {when}."
