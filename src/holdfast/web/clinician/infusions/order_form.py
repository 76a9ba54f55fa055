"""The forms of an order: by weight or of a fixed dose, what is signed, and the second signature."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from holdfast.care import orders
from holdfast.errors import InvalidInput
from holdfast.pathway.dosing import Basis, Body, Worked
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import Dosing
from holdfast.records.queries.orders import Ground, OrderRow
from holdfast.web import signing
from holdfast.web.clinician import entry
from holdfast.web.clinician.naming import plain

REASON = forms.CharField(
    required=False,
    max_length=500,
    label="Why this dose",
    help_text="Needed above the usual dose, or where the weight looks like a slip.",
    widget=forms.Textarea(attrs={"rows": 2}),
)


class OrderForm(entry.OnceForm):
    """What every order asks for; signing adds the password. `worked` is what it comes to, where it can."""

    places = {"reason": "reason", signing.OWN: "password"}
    worked: Worked | None = None

    def __init__(self, sent: Any, *, ground: Ground, initial: Mapping[str, Any]) -> None:
        super().__init__(sent, initial=dict(initial))
        self._ground = ground

    def clean(self) -> None:
        """Work the order out; what does not fit is said beside its field, once, all of it in one go."""
        try:
            worked = orders.from_ground(orders.chosen(**self.chosen), self._ground)
        except InvalidInput as error:
            for problem in error.problems:
                place = self.places.get(problem.where)
                if place not in self.errors:
                    self.add_error(place, entry.said(problem))
        else:
            self.worked = None if self.errors else worked

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, as the verb takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"uid", "password"}}

    @property
    def carried(self) -> Iterator[tuple[str, str]]:
        """What was typed, by name, for the form that signs it as it stands."""
        for field in self:
            if field.name != "password" and field.value() is not None:
                yield field.html_name, str(field.value())


class ByWeightForm(OrderForm):
    """An order worked out from weight. Vial and weight are never filled in where there is a choice."""

    places = {
        **OrderForm.places, "basis": "basis", "dose": "dose_mg_per_kg", "minutes": "minutes",
        "vial": "vial_mg_per_ml", "diluted to": "diluted_to_ml",
    }  # fmt: skip

    basis = forms.ChoiceField(widget=forms.RadioSelect, label="Worked out from")
    dose_mg_per_kg = entry.MeasuredField(label="Dose", max_digits=6, decimal_places=2)
    minutes = forms.IntegerField(
        label="How long it runs",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
        error_messages={"invalid": "This is not a whole number. Expected: minutes, for example 40."},
    )
    vial_mg_per_ml = forms.TypedChoiceField(coerce=Decimal, widget=forms.RadioSelect, label="Vial")
    diluted_to_ml = entry.MeasuredField(
        label="Made up to",
        max_digits=6,
        decimal_places=1,
        help_text="All that is in the syringe or bag, drug and diluent together.",
    )
    reason = REASON
    password = signing.PasswordField(required=False)

    def __init__(self, sent: Any, *, ground: Ground, before: OrderRow | None) -> None:
        super().__init__(sent, ground=ground, initial=_usual(ground, before))
        limits, body = ground.limits, ground.body
        vials = [plain(Decimal(str(one))) for one in limits.protocol.concentrations]
        if body is None:
            del self.fields["basis"]
        else:
            self.fields["basis"].choices = _bases(body, limits)  # type: ignore[attr-defined]
        self.fields["vial_mg_per_ml"].choices = [(one, f"{one} mg/mL") for one in vials]  # type: ignore[attr-defined]
        self.fields["dose_mg_per_kg"].help_text = (
            f"Usual: {limits.words('usual_dose_mg_per_kg')}; above it a second prescriber signs. "
            f"Never above {limits.words('highest_dose_mg_per_kg')}."
        )
        self.fields[
            "minutes"
        ].help_text = (
            f"{limits.words('shortest_infusion_minutes')} to {limits.words('longest_infusion_minutes')}."
        )

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, as the verb takes it; unweighed there is nothing to choose between."""
        return {"basis": "" if "basis" in self.fields else Basis.ACTUAL_WEIGHT, **super().chosen}


class FixedForm(OrderForm):
    """An order of one of the fixed doses."""

    places = {**OrderForm.places, "dose": "dose_mg"}

    dose_mg = forms.TypedChoiceField(coerce=Decimal, widget=forms.RadioSelect, label="Dose")
    reason = REASON
    password = signing.PasswordField(required=False)

    def __init__(self, sent: Any, *, ground: Ground, before: OrderRow | None) -> None:
        last = {} if before is None else {"dose_mg": plain(before.dose_mg)}
        super().__init__(sent, ground=ground, initial=last)
        limits = ground.limits
        choices = [(str(dose), f"{dose} mg") for dose in limits.protocol.doses_mg]
        self.fields["dose_mg"].choices = choices  # type: ignore[attr-defined]
        self.fields["reason"].help_text = f"Needed above {ground.limits.words('usual_dose_mg')}."
        if not ground.given_before:
            self.fields["dose_mg"].help_text = f"The first dose is {limits.words('first_dose_mg')}."

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, as the verb takes it; a fixed dose has no other basis."""
        return {**super().chosen, "basis": Basis.FIXED}


class OwnSecondForm(entry.EntryForm):
    """The second signature by the one who is logged in."""

    places = {signing.OWN: "password"}

    password = signing.PasswordField(label="Your password, to sign second")


class ColleagueSecondForm(entry.EntryForm):
    """The second signature by a colleague beside the one who is logged in."""

    places = {signing.COLLEAGUE: "username"}

    username = forms.CharField(
        max_length=150,
        label="User name of the second prescriber",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = signing.PasswordField(label="Their password")


class StopForm(entry.EntryForm):
    """Why an order is stopped."""

    places = {"reason": "reason"}

    reason = forms.CharField(
        max_length=500, label="Why it is stopped", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def of_ground(sent: Any, *, ground: Ground, before: OrderRow | None) -> ByWeightForm | FixedForm:
    """The form of the treatment's kind of dosing."""
    kind = FixedForm if ground.limits.protocol.dosing is Dosing.FIXED else ByWeightForm
    return kind(sent, ground=ground, before=before)


def _bases(body: Body, limits: SiteLimits) -> list[tuple[str, str]]:
    words = {
        Basis.ACTUAL_WEIGHT: f"Actual weight, {body.weight}",
        Basis.IDEAL_WEIGHT: f"Ideal body weight, {body.ideal_weight}",
    }
    return [(basis.value, words[basis]) for basis in body.bases(limits)]


def _usual(ground: Ground, before: OrderRow | None) -> dict[str, Any]:
    """What stands in a new form: the last order, else the usual dose and time. A weight only where there is one."""
    bases = ground.body.bases(ground.limits) if ground.body else ()
    only = {"basis": bases[0].value} if len(bases) == 1 else {}
    if before is not None and before.dose_mg_per_kg and before.diluted_to_ml:
        return {
            **only,
            "dose_mg_per_kg": plain(before.dose_mg_per_kg),
            "minutes": before.minutes,
            "diluted_to_ml": plain(before.diluted_to_ml),
        }
    usual = ("usual_dose_mg_per_kg", "infusion_minutes")
    dose, minutes = (plain(Decimal(str(ground.limits.number(name)))) for name in usual)
    return {**only, "dose_mg_per_kg": dose, "minutes": minutes}
