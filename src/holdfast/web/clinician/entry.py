"""What every form that adds to a record shares: its fields, its way to say what is wrong, and whom it is about."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from holdfast.errors import Conflict, InvalidInput
from holdfast.records.queries import clinic, patient
from holdfast.web.clinician import moments
from holdfast.web.clinician.naming import moment
from holdfast.web.page import PageRequest

BEFORE_CARE = timedelta(days=90)
"""An entry may lie this long before care began; earlier than that it is a slip of the year."""


NUMBER_PROBLEMS = {
    "invalid": "This is not a number. Expected: for example 35.5 or 35,5.",
    "min_value": "This is too small. Expected: %(limit_value)s or more.",
    "max_digits": "This is too long. Expected: at most %(max)s digits.",
    "max_whole_digits": "This is too large. Expected: at most %(max)s digits before the decimal point.",
    "max_decimal_places": "This has too many decimals. Expected: at most %(max)s, for example 35.5.",
}
"""What a measured number may have wrong, said with what would be right."""


class MeasuredField(forms.DecimalField):
    """A number as people write it: the decimal sign may be a comma. It stays exact; no float is made of it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "short", "autocomplete": "off"})
        super().__init__(widget=widget, error_messages=NUMBER_PROBLEMS, **options)

    def to_python(self, value: Any) -> Any:
        """The number; `35,5` is 35.5, and anything with two signs is refused as it could mean two things."""
        text = str(value or "").strip()
        return super().to_python(text.replace(",", ".") if text.count(",") == 1 else text)


class MomentField(forms.CharField):
    """Date and time in a zone; gives the moment in UTC."""

    def __init__(self, *, zone: str, at: datetime, not_before: datetime, **options: Any) -> None:
        self._limits: dict[str, Any] = {"zone": zone, "at": at, "not_before": not_before}
        super().__init__(
            widget=forms.TextInput(attrs={"type": "datetime-local", "autocomplete": "off"}),
            initial=moments.typed(at, zone=zone),
            **options,
        )

    def clean(self, value: Any) -> Any:
        """The moment, or what is wrong with what was typed."""
        text = super().clean(value)
        try:
            return moments.read(text, **self._limits)
        except InvalidInput as error:
            raise forms.ValidationError([said(problem) for problem in error.problems]) from error


class EntryForm(forms.Form):
    """A form that says where it is wrong and keeps what was typed. `status` is what the page answers with."""

    conflict = False

    @property
    def status(self) -> int:
        """200 as long as nothing is wrong, 409 when someone else was first, else 422."""
        return 409 if self.conflict else 422 if self.is_bound and self.errors else 200


class OnceForm(EntryForm):
    """An entry with a name of its own, made when the form is shown: sent twice, it counts once."""

    uid = forms.UUIDField(
        label="This form",
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        error_messages={
            "required": "It lost its mark on the way. Open it anew.",
            "invalid": "It lost its mark on the way. Open it anew.",
        },
    )


class EpisodeForm(OnceForm):
    """An entry in a person's record that happened at some moment."""

    happened_at_label = "Date and time"

    def __init__(self, *args: Any, person: patient.Person, request: PageRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        self._zone, self._shown_in = clinic.zone(request.viewer.clinic_id), request.viewer.zone
        self.fields["happened_at"] = MomentField(
            zone=self._zone,
            at=request.at,
            not_before=person.started_at - BEFORE_CARE,
            label=self.happened_at_label,
            help_text=f"In the clinic's time, {self._zone}.",
        )

    @property
    def when(self) -> str:
        """The moment as it was entered, in the clinic's time; named where the reader's time is another."""
        words = moment(self.cleaned_data["happened_at"], zone=self._zone)
        return words if self._zone == self._shown_in else f"{words} in {self._zone}"


@contextmanager
def problems_on(form: EntryForm, places: Mapping[str, str]) -> Iterator[None]:
    """Put what a verb refuses beside the field it is about; `places` names the field of each place."""
    try:
        yield
    except InvalidInput as error:
        for problem in error.problems:
            form.add_error(places.get(problem.where), said(problem))
    except Conflict as error:
        form.conflict = True
        form.add_error(None, said_plainly(str(error)))


def once(act: Callable[[], object], *, done: Callable[[], bool]) -> None:
    """Do what was sent. Sent twice at the same moment, the second meets what the first has `done`: no conflict."""
    try:
        act()
    except Conflict:
        if not done():
            raise


def said(problem: Any) -> str:
    """A problem as a sentence beside its field."""
    return said_plainly(f"{problem.what.rstrip('.')}. Expected: {problem.expected}")


def said_plainly(text: str) -> str:
    """The text as a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def posted(request: PageRequest) -> Any:
    """What was sent, or None when the page is only opened."""
    return request.POST if request.method == "POST" else None


def show(
    request: PageRequest, template: str, form: EntryForm, *, person: patient.Person, **context: Any
) -> HttpResponse:
    """The page of an entry form about a person."""
    return render(request, template, {"form": form, "person": person, **context}, status=form.status)
