"""What can be written on a flow sheet, one form each; every form reads its moment and does its one thing."""

import uuid
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms

from holdfast.care import flow_sheets
from holdfast.errors import InvalidInput
from holdfast.pathway.chair import Kind
from holdfast.pathway.flow_sheet import minute_for
from holdfast.protocols.infusion import Measurement
from holdfast.records.queries.flow_sheet import Sheet
from holdfast.web.clinician import entry, moments
from holdfast.web.clinician.naming import plain
from holdfast.web.page import PageRequest

MOST_TAPS = 11
"""A scale of up to so many steps is tapped, a longer one typed."""

A_DAY = timedelta(days=1)

_WHOLE = {"invalid": "This is not a whole number."}


class ChairForm(entry.OnceForm):
    """Something written on the sheet. `stamp` is the moment as the tablet saw it, `time` one that was typed."""

    what: ClassVar[str]
    places: ClassVar[Mapping[str, str]] = {}

    stamp = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)
    time = forms.CharField(
        required=False,
        max_length=5,
        label="At another time",
        widget=forms.TextInput(attrs={"type": "time", "autocomplete": "off"}),
    )

    def __init__(self, sent: Any, *, request: PageRequest, sheet: Sheet, **options: Any) -> None:
        options.setdefault("auto_id", f"id_{self.what}_%s")
        super().__init__(sent, **options)
        self.request, self.sheet = request, sheet

    def clean(self) -> dict[str, Any]:
        """What was given, with the moment it happened."""
        given: dict[str, Any] = {**(super().clean() or {})}
        given["happened_at"] = self._moment(given)
        return given

    # H-030: the tablet's stamp, set right by our clock, or the time that was typed; else now.
    def _moment(self, given: Mapping[str, Any]) -> datetime:
        zone, at = self.request.viewer.zone, self.request.at
        stamped, typed = self._stamped(given.get("stamp") or ""), (given.get("time") or "").strip()
        if not typed:
            return stamped
        day = stamped.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d")
        try:
            return moments.read(f"{day} {typed}", zone=zone, at=at, not_before=self.sheet.arrived_at - A_DAY)
        except InvalidInput as error:
            for problem in error.problems:
                self.add_error("time", entry.said(problem))
            return at

    def _stamped(self, text: str) -> datetime:
        """The moment the tablet stamped, in UTC; now where it stamped none."""
        if not text:
            return self.request.at
        with suppress(ValueError):
            read = datetime.fromisoformat(text)
            if read.tzinfo is not None and 2000 < read.year < 3000:
                return read.astimezone(UTC)
        self.add_error(None, "The moment of this entry cannot be read. Enter the time by hand.")
        return self.request.at

    @property
    def sent_with(self) -> dict[str, Any]:
        """What every verb takes."""
        return {"by": self.request.viewer, "at": self.request.at, "uid": self.cleaned_data["uid"]}

    @abstractmethod
    def act(self) -> str:
        """Keep what was written and say so. Errors: those of the verb."""


@dataclass(frozen=True)
class Column:
    """A column as it is entered: out of range under `below`, and at or over `above`."""

    measurement: Measurement
    field: forms.BoundField
    below: float | None
    above: float | None


class RowForm(ChairForm):
    """A row of vitals: one field for each column of the treatment's sheet."""

    what = "row"
    places = {"time": "time", "note": "note"}

    note = forms.CharField(
        required=False, max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, sheet: Sheet, **options: Any) -> None:
        super().__init__(*args, sheet=sheet, **options)
        self.fields.update({one.slug: _field(one) for one in sheet.protocol.measurements})

    @property
    def values(self) -> dict[str, int | None]:
        """What was measured, by column."""
        return {one.slug: self.cleaned_data[one.slug] for one in self.sheet.protocol.measurements}

    @property
    def typed(self) -> list[Column]:
        """The columns that are typed in every row."""
        return [one for one in self._columns if not taps(one.measurement) and not one.measurement.licence]

    @property
    def tapped(self) -> list[Column]:
        """The columns that are tapped."""
        return [one for one in self._columns if taps(one.measurement)]

    @property
    def more(self) -> list[Column]:
        """The columns that come with a form of their own and not in every row."""
        return [one for one in self._columns if not taps(one.measurement) and one.measurement.licence]

    @property
    def _columns(self) -> list[Column]:
        limits = self.sheet.limits
        return [
            Column(
                one,
                self[one.slug],
                limits.number(one.alert_below) if one.alert_below else None,
                limits.number(one.alert_above) if one.alert_above else None,
            )
            for one in limits.protocol.measurements
        ]

    def act(self) -> str:
        """Keep the row; it stands for the due row it is near."""
        given = {row.due_minute for row in self.sheet.current if row.due_minute is not None}
        happened_at = self.cleaned_data["happened_at"]
        minute = minute_for(
            self.sheet.limits, started_at=self.sheet.started_at, happened_at=happened_at, given=given
        )
        flow_sheets.add_row(
            self.sheet.visit_uid, values=self.values, due_minute=minute, note=self.cleaned_data["note"],
            happened_at=happened_at, **self.sent_with,
        )  # fmt: skip
        return "The row is kept."


class CorrectForm(RowForm):
    """A right row in place of a wrong one, with the reason."""

    what = "correct"
    places = {"note": "note", "reason": "reason"}

    row = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=300, label="What was wrong", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def act(self) -> str:
        """Replace the row."""
        flow_sheets.correct_row(
            self.cleaned_data["row"], values=self.values, note=self.cleaned_data["note"],
            reason=self.cleaned_data["reason"], **self.sent_with,
        )  # fmt: skip
        return "The row is corrected. The first one stays readable."


class WithdrawForm(ChairForm):
    """A row that was entered in error."""

    what = "withdraw"
    places = {"reason": "reason"}

    row = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(max_length=300, label="Why it does not belong here")

    def act(self) -> str:
        """Withdraw the row."""
        flow_sheets.withdraw_row(
            self.cleaned_data["row"], reason=self.cleaned_data["reason"], **self.sent_with
        )
        return "The row is marked as entered in error."


class SeenForm(ChairForm):
    """What was done about a row that is out of range."""

    what = "seen"
    places = {"action": "action", "time": "time"}

    row = forms.UUIDField(widget=forms.HiddenInput)
    action = forms.CharField(
        max_length=300, label="What did you do?", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def act(self) -> str:
        """Write it down."""
        flow_sheets.see(
            self.cleaned_data["row"], action=self.cleaned_data["action"],
            happened_at=self.cleaned_data["happened_at"], **self.sent_with,
        )  # fmt: skip
        return "What you did is kept."


class StartForm(ChairForm):
    """The drug begins."""

    what = Kind.START.value
    places = {"time": "time"}

    def act(self) -> str:
        """Start, when the list of the day says go."""
        flow_sheets.start(
            self.sheet.visit_uid, happened_at=self.cleaned_data["happened_at"], **self.sent_with
        )
        return "Started."


class EventForm(ChairForm):
    """Something that happened in the chair, with words where it needs them."""

    places = {"time": "time", "reason": "reason", "rate": "rate", "drug": "drug", "dose": "dose"}

    def act(self) -> str:
        """Write the event down."""
        given = self.cleaned_data
        flow_sheets.event(
            self.sheet.visit_uid, kind=self.what, happened_at=given["happened_at"], reason=given.get("reason", ""),
            rate_ml_per_hour=given.get("rate"), drug=given.get("other") or given.get("drug", ""),
            dose=given.get("dose", ""), **self.sent_with,
        )  # fmt: skip
        return "Kept."


class PauseForm(EventForm):
    """The drug pauses."""

    what = Kind.PAUSE.value
    reason = forms.CharField(required=False, max_length=300, label="Why")


class ResumeForm(EventForm):
    """The drug goes on after a pause."""

    what = Kind.RESUME.value
    reason = forms.CharField(required=False, max_length=300, label="Anything to know")


class RateForm(EventForm):
    """The pump runs faster or slower."""

    what = Kind.RATE.value
    rate = entry.MeasuredField(label="New rate, mL per hour", max_digits=6, decimal_places=1)
    reason = forms.CharField(max_length=300, label="Why")


class RescueForm(EventForm):
    """A drug given for what the infusion does: one of the treatment's list by a tap, or another by name."""

    what = Kind.RESCUE.value
    drug = forms.ChoiceField(required=False, widget=forms.RadioSelect, label="Drug")
    other = forms.CharField(required=False, max_length=60, label="Another drug")
    dose = forms.CharField(
        max_length=40, label="Dose with its unit", widget=forms.TextInput(attrs={"placeholder": "10 mg"})
    )
    reason = forms.CharField(max_length=300, label="What for")

    def __init__(self, *args: Any, sheet: Sheet, **options: Any) -> None:
        super().__init__(*args, sheet=sheet, **options)
        self.fields["drug"].choices = [(one, one) for one in sheet.protocol.rescue_drugs]  # type: ignore[attr-defined]


class NoteForm(EventForm):
    """Words about the moment."""

    what = Kind.NOTE.value
    reason = forms.CharField(max_length=300, label="Note")


class EndForm(ChairForm):
    """The drug has run in as planned; the whole dose is filled in."""

    what = Kind.END.value
    places = {"time": "time", "given": "given", "reason": "reason"}

    given = entry.MeasuredField(label="Given, mg", max_digits=6, decimal_places=1, min_value=0)

    def __init__(self, *args: Any, sheet: Sheet, **options: Any) -> None:
        super().__init__(*args, sheet=sheet, **options)
        if self.what == Kind.END and sheet.order:
            self.fields["given"].initial = plain(sheet.order.dose_mg)

    def act(self) -> str:
        """Record the end and what was given."""
        given = self.cleaned_data
        flow_sheets.finish(
            self.sheet.visit_uid, stopped=self.what == Kind.STOP, given_mg=given["given"],
            reason=given.get("reason", ""), happened_at=given["happened_at"], **self.sent_with,
        )  # fmt: skip
        return f"Ended. {plain(given['given'])} mg given."


class StopForm(EndForm):
    """The drug was stopped early: how much went in is read from the pump, never filled in."""

    what = Kind.STOP.value
    reason = forms.CharField(max_length=300, label="Why")


FORMS: Mapping[str, type[ChairForm]] = {
    form.what: form
    for form in (
        RowForm, CorrectForm, WithdrawForm, SeenForm, StartForm, PauseForm, ResumeForm, RateForm, RescueForm,
        NoteForm, EndForm, StopForm,
    )
}  # fmt: skip
"""Every form by the name under which it is sent."""


def taps(one: Measurement) -> bool:
    """Whether a measurement is a short scale."""
    return one.highest - one.lowest < MOST_TAPS


def _field(one: Measurement) -> forms.Field:
    if taps(one):
        steps = [(str(step), str(step)) for step in range(one.lowest, one.highest + 1)]
        return forms.TypedChoiceField(
            choices=steps,
            coerce=int,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect,
            label=one.name,
        )
    widget = forms.TextInput(
        attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": len(str(one.highest))}
    )
    return forms.IntegerField(required=False, label=one.name, widget=widget, error_messages=_WHOLE)


def as_uuid(text: str) -> uuid.UUID | None:
    """The identifier in a text, if it is one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
