"""What is written before a witness: a colleague signs beside the viewer, each with their own password."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from holdfast.access import Permission, Viewer
from holdfast.errors import InvalidInput, Problem
from holdfast.records.queries import clinic
from holdfast.web import signing
from holdfast.web.clinician import entry
from holdfast.web.page import PageRequest

LATEST = timedelta(days=7)
"""What was done longer ago than this is a slip of the date."""

PLACES = {
    "witness": "witness_name",
    signing.COLLEAGUE: "witness_password",
    "time": "happened_at",
}
"""The field of each problem that every witnessed entry may have."""


class MomentOrNow(entry.MomentField):
    """Date and time; left empty it is now, to the second."""

    def __init__(self, *, request: PageRequest, not_before: datetime, **options: Any) -> None:
        zone = clinic.zone(request.viewer.clinic_id)
        help_text = f"Empty: now. In the clinic's time, {zone}."
        super().__init__(
            zone=zone, at=request.at, not_before=not_before, required=False, help_text=help_text, **options
        )
        self.initial = ""
        self._now = request.at

    def clean(self, value: Any) -> Any:
        """The moment, or now."""
        return super().clean(value) if value else self._now


class WitnessedForm(entry.OnceForm):
    """An entry that someone else sees and signs; when it was done is asked last but for the witness."""

    note = forms.CharField(
        required=False, max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"}), label="Note"
    )
    witness_name = forms.CharField(
        max_length=150,
        label="Witness: user name",
        help_text="Someone else who may run infusions and has seen it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    witness_password = signing.PasswordField(label="Witness: their own password")

    def __init__(self, *args: Any, request: PageRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        self._request = request
        self.fields["happened_at"] = MomentOrNow(
            request=request, not_before=request.at - LATEST, label="When"
        )
        self.order_fields([*(n for n in self.fields if n not in _LAST), *_LAST])

    def witness(self) -> Viewer:
        """Who signed as the witness. Errors: `InvalidInput` when name and password do not fit, or they may not."""
        given = self.cleaned_data
        return signing.another(
            self._request,
            given["witness_name"],
            given["witness_password"],
            permission=Permission.RUN_INFUSION,
        )


_LAST = ("note", "happened_at", "witness_name", "witness_password")


def today(request: PageRequest) -> date:
    """The day by the clinic's calendar, which packs expire by."""
    return request.at.astimezone(ZoneInfo(clinic.zone(request.viewer.clinic_id))).date()


def signed_by(request: PageRequest, username: str, password: str) -> Viewer:
    """Who signs: the viewer once more, or the colleague of that name beside them. Errors: `InvalidInput`."""
    if username.strip().lower() == request.user.get_username():
        signing.again(request, password)
        return request.viewer
    if not username.strip():
        raise InvalidInput(Problem(signing.COLLEAGUE, "has no name", "who signs"))
    return signing.another(request, username, password, permission=Permission.RUN_INFUSION)
