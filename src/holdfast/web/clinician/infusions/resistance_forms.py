"""The forms of the page on what was tried: antidepressants in one line, other treatments, history, withdrawal."""

from typing import Any

from django import forms

from holdfast.protocols import medicines
from holdfast.records.queries import resistance as queries
from holdfast.web.clinician import entry

PREGNANCY = (("", "not asked"), ("no", "no"), ("yes", "yes"))

NOT_WHOLE = {"invalid": "This is not a whole number. Expected: for example 30."}

ONE_LINE = {"autocomplete": "off"}


class PercentField(forms.IntegerField):
    """A whole number of percent, with or without its sign."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "short", **ONE_LINE})
        super().__init__(widget=widget, required=False, error_messages=NOT_WHOLE, **options)

    def to_python(self, value: Any) -> Any:
        """The number; `30 %` is 30."""
        return super().to_python(str(value or "").strip().removesuffix("%").strip())


def _count(label: str) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "short", **ONE_LINE})
    return forms.IntegerField(label=label, required=False, widget=widget, error_messages=NOT_WHOLE)


class TrialForm(entry.OnceForm):
    """An antidepressant in one line, for the keyboard; what is not known stays empty."""

    prefix = "drug"

    drug = forms.CharField(
        max_length=48,
        label="Antidepressant",
        widget=forms.TextInput(attrs={**ONE_LINE, "list": "antidepressants", "data-drug": ""}),
    )
    dose_mg = entry.MeasuredField(
        label="Highest dose, mg a day", required=False, max_digits=7, decimal_places=2
    )
    weeks = entry.MeasuredField(
        label="Weeks at an effective dose", required=False, max_digits=5, decimal_places=1
    )
    improvement_percent = PercentField(label="Better by, %")
    stopped = forms.ChoiceField(
        choices=queries.WHY_STOPPED, initial="not_known", label="Why stopped", required=False
    )
    this_episode = forms.BooleanField(required=False, initial=True, label="In this episode of depression")
    optimised = forms.BooleanField(required=False, label="Dose or time raised beyond the minimum")
    augmented_with = forms.CharField(
        required=False, max_length=80, label="Added to it", widget=forms.TextInput(attrs=ONE_LINE)
    )
    began_on = forms.DateField(
        required=False,
        label="First day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "This is not a day. Expected: for example 2024-04-30."},
    )
    note = forms.CharField(required=False, max_length=500, widget=forms.TextInput(attrs=ONE_LINE))
    as_typed = forms.BooleanField(required=False, label="It is another drug: keep the name as typed")

    places = {
        "drug": "drug",
        "dose": "dose_mg",
        "weeks": "weeks",
        "improvement": "improvement_percent",
        "why stopped": "stopped",
        "first day": "began_on",
    }

    @property
    def asks_about_name(self) -> bool:
        """Whether the name that was typed may be a slip, so that keeping it as typed takes a tick."""
        named = self.is_bound and bool(self["drug"].value())
        return named and ("drug" in self.errors or bool(self["as_typed"].value()))

    def clean_drug(self) -> str:
        """The slug of the drug that is meant, or a name that is not in the table, as it was typed."""
        typed: str = self.cleaned_data["drug"]
        found = medicines.meant(typed)
        if found is not None:
            return found.slug
        near = medicines.search(typed, at_most=4)
        if near and not self.data.get(self.add_prefix("as_typed")):
            names = ", ".join(one.name for one in near)
            raise forms.ValidationError(
                f"This is not in the table. Expected: {names}; or tick that it is another drug."
            )
        return typed

    def clean_stopped(self) -> str:
        """Why it was stopped; not known where nothing was chosen."""
        return self.cleaned_data["stopped"] or "not_known"


class OtherForm(entry.OnceForm):
    """ECT, TMS, psychotherapy or another treatment."""

    prefix = "other"

    kind = forms.ChoiceField(choices=[("", "choose"), *queries.OTHER_KINDS], label="Treatment")
    detail = forms.CharField(
        required=False, max_length=120, label="Which", widget=forms.TextInput(attrs=ONE_LINE)
    )
    sessions = _count("Sessions")
    improvement_percent = PercentField(label="Better by, %")
    this_episode = forms.BooleanField(required=False, initial=True, label="In this episode of depression")
    note = forms.CharField(required=False, max_length=500, widget=forms.TextInput(attrs=ONE_LINE))

    places = {
        "kind": "kind",
        "which": "detail",
        "sessions": "sessions",
        "improvement": "improvement_percent",
    }


def _words(label: str, hint: str, most: int) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, help_text=hint, required=False, max_length=most, widget=widget)


class HistoryForm(entry.OnceForm):
    """How the illness has gone; what is not known stays empty."""

    prefix = "history"

    months = _count("Months this episode has lasted")
    severity = forms.ChoiceField(
        choices=[("", "not judged"), *queries.SEVERITIES], required=False, label="Severity now"
    )
    suicide_history = _words(
        "Attempts and self-harm", "When, how, what helped. “None” if there were none.", 500
    )
    conditions = _words(
        "Other illnesses, body and mind",
        "Heart, blood pressure, liver, bladder, eyes; psychosis, mania.",
        1000,
    )
    substances = _words(
        "Alcohol, drugs, nicotine", "What, how much, last when; ketamine from elsewhere.", 500
    )
    medicines = _words("Medicines taken now", "With doses; benzodiazepines and sleeping tablets too.", 1000)
    may_be_pregnant = forms.ChoiceField(choices=PREGNANCY, required=False, label="Pregnancy possible at all")

    places = {"months": "months", "severity": "severity"}

    def clean_may_be_pregnant(self) -> bool | None:
        """Yes, no, or None when not asked."""
        return {"yes": True, "no": False}.get(self.cleaned_data["may_be_pregnant"])


class WithdrawForm(entry.EntryForm):
    """Why an entry should not be there."""

    kind = forms.CharField(widget=forms.HiddenInput)
    fact = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=500, label="What was wrong with it", widget=forms.TextInput(attrs=ONE_LINE)
    )
