"""Weight and height, with what they were before; a number that surprises is asked about before it is kept."""

from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission, require
from holdfast.care import weights as verbs
from holdfast.pathway import limits
from holdfast.pathway.eligibility import Weight
from holdfast.pathway.weighing import body_mass_index, change_percent, plain
from holdfast.records.queries import eligibility as queries
from holdfast.records.queries import patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import ready
from holdfast.web.page import PageRequest, page

ON_A_PAGE = 25

PLACES = {
    "time": "happened_at",
    "weight": "weight_kg",
    "height": "height_cm",
    verbs.DOUBTED["weight"]: "sure",
    verbs.DOUBTED["height"]: "sure",
}


class WeightForm(entry.EpisodeForm):
    """Weight in kilograms and, where it was measured, height in centimetres.

    `sure` holds the very numbers that someone has checked again: it answers for those and for no others.
    """

    happened_at_label = "When"

    weight_kg = entry.MeasuredField(
        label="Weight in kilograms",
        max_digits=5,
        decimal_places=1,
        help_text="Kilograms. Not pounds, not stone.",
    )
    height_cm = entry.MeasuredField(
        label="Height in centimetres",
        max_digits=5,
        decimal_places=1,
        required=False,
        help_text="Centimetres. 1.75 m is 175.",
    )
    sure = forms.CharField(required=False, label="Check the scale")

    @property
    def numbers(self) -> str:
        """The numbers that were sent, as `sure` names them."""
        tall = self["height_cm"].value()
        return f"{self['weight_kg'].value()} kg" + (f", {tall} cm" if tall else "")

    @property
    def is_sure(self) -> bool:
        """Whether someone has checked these very numbers again."""
        return bool(self["sure"].value() == self.numbers)


@dataclass(frozen=True)
class Weighed:
    """A line of the trend: a weight, its change since the one before in kg and percent, and body-mass index."""

    entry: queries.Entry[Weight]
    change_kg: Decimal | None = None
    change_percent: Decimal | None = None
    body_mass_index: Decimal | None = None

    @property
    def change(self) -> tuple[str, str]:
        """The change in kg and in percent, each with its sign."""
        if self.change_kg is None or self.change_percent is None:
            return "", ""
        return f"{_signed(self.change_kg)} kg", f"{_signed(self.change_percent)} %"


def _signed(number: Decimal) -> str:
    """A number with plus or minus; none for no change."""
    sign = "+" if number > 0 else "−" if number < 0 else ""
    return f"{sign}{plain(abs(number))}"


@page(Permission.SEE_INFUSIONS, looks_at="episode_id")
def weight(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show the weights so far; keep a new one, or withdraw an entry."""
    person = patient.person(request.viewer, episode_id)
    if request.method == "POST":
        require(request.viewer, Permission.ASSESS_RESISTANCE)
    if request.POST.get("act") == "withdraw":
        ready.withdraw(request, "weight", among=queries.weights(request.viewer, episode_id))
        return redirect("weight", episode_id)
    form = WeightForm(entry.posted(request), person=person, request=request)
    if form.is_valid() and _kept(request, episode_id, form):
        return redirect("weight", episode_id)
    # A weight is of the person and not of a treatment: it is held against what serves every one.
    standing = queries.standing(request.viewer, episode_id, treatment=limits.PROTOCOL, at=request.at)
    trend = _trend(queries.weights(request.viewer, episode_id))
    return entry.show(
        request,
        "clinician/infusions/weight.html",
        form,
        person=person,
        standing=standing,
        valid_for=standing.limits.words("weight_valid_for"),
        trend=Paginator(trend, ON_A_PAGE).get_page(request.GET.get("page")),
        since_first=_since_first([one for one in trend if not one.entry.withdrawn_by]),
        **ready.shared(request),
    )


def _kept(request: PageRequest, episode_id: int, form: WeightForm) -> bool:
    given = form.cleaned_data
    with entry.problems_on(form, PLACES):
        verbs.record(
            episode_id,
            weight_kg=given["weight_kg"],
            height_cm=given["height_cm"],
            happened_at=given["happened_at"],
            sure=form.is_sure,
            by=request.viewer,
            at=request.at,
            uid=given["uid"],
        )
        messages.success(request, f"Weight kept: {plain(given['weight_kg'])} kg, {form.when}.")
    return not form.errors


def _trend(entries: tuple[queries.Entry[Weight], ...]) -> list[Weighed]:
    """Each weight with its change since the one before that counts, and its index by the height known then."""
    rows = []
    before: Decimal | None = None
    height: Decimal | None = None
    for one in reversed(entries):
        if one.withdrawn_by:
            rows.append(Weighed(one))
            continue
        now = one.fact.weight_kg
        height = one.fact.height_cm or height
        rows.append(
            Weighed(
                one,
                change_kg=None if before is None else now - before,
                change_percent=None if before is None else change_percent(now, before),
                body_mass_index=None if height is None else body_mass_index(now, height),
            )
        )
        before = now
    return rows[::-1]


def _since_first(trend: list[Weighed]) -> Weighed | None:
    """The change from the first weight to the newest, as a line about the first; None without two."""
    if len(trend) < 2:
        return None
    newest, first = trend[0].entry.fact.weight_kg, trend[-1].entry
    before = first.fact.weight_kg
    return Weighed(first, change_kg=newest - before, change_percent=change_percent(newest, before))
