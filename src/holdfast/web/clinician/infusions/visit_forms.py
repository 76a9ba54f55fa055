"""What is written on the list of the day: an answer, the escort, measurements, an override, or that it is not today."""

import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from django import forms

from holdfast.access import may
from holdfast.care import flow_sheets
from holdfast.care import visits as verbs
from holdfast.pathway.flow_sheet import BEFORE_DRUG
from holdfast.pathway.go_list import SIGNED_WITH, Line
from holdfast.protocols.infusion import Measurement
from holdfast.records.queries.visits import Visit
from holdfast.web import signing
from holdfast.web.clinician import entry
from holdfast.web.page import PageRequest

ANSWERS = (("yes", "Yes"), ("no", "No"), ("not_known", "Not known"))
"""What can be answered at a line, always in this order, whichever answer passes."""

NUMBER_PROBLEMS = {"invalid": "This is not a whole number."}


class ListForm(entry.OnceForm):
    """One form of the list; `act` is its name on the page, `line` the line it stands at. Empty when it is of none."""

    act: ClassVar[str] = ""
    places: ClassVar[Mapping[str, str]] = MappingProxyType({})
    line = forms.SlugField(max_length=32, required=False, widget=forms.HiddenInput)

    def __init__(self, sent: Any = None, *, at_line: str = "") -> None:
        super().__init__(sent, auto_id=f"{self.act}-{at_line}-%s", initial={"line": at_line})


class AnswerForm(ListForm):
    """What was found at a line."""

    act = "answer"
    places = MappingProxyType({"note": "note"})
    answer = forms.ChoiceField(choices=ANSWERS)
    note = forms.CharField(required=False, max_length=verbs.NOTE_LONGEST, label="Note")


class EscortForm(ListForm):
    """Who takes them home."""

    act = "escort"
    places = MappingProxyType({"name": "name", "phone": "phone"})
    name = forms.CharField(
        max_length=120, label="Name", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        max_length=40,
        label="Phone",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )


class VitalsForm(ListForm):
    """The measurements before the drug that every row should have."""

    act = "vitals"

    def __init__(self, sent: Any = None, *, measurements: tuple[Measurement, ...], at_line: str = "") -> None:
        super().__init__(sent, at_line=at_line)
        self.measured = [one for one in measurements if one.required]
        self.places = {one.slug: one.slug for one in self.measured}  # type: ignore[misc]  # known with the protocol
        for one in self.measured:
            self.fields[one.slug] = forms.IntegerField(
                required=False,
                label=one.name,
                help_text=one.unit,
                error_messages=NUMBER_PROBLEMS,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 3}),
            )

    @property
    def columns(self) -> list[forms.BoundField]:
        """The fields of the measurements, in the order of the sheet."""
        return [self[one.slug] for one in self.measured]


class OverrideForm(ListForm):
    """Going on in spite of a line, signed by whoever may: the viewer, or a colleague beside them."""

    act = "override"
    places = MappingProxyType({"reason": "reason", signing.OWN: "password", signing.COLLEAGUE: "password"})
    reason = forms.CharField(
        max_length=verbs.REASON_LONGEST, label="Why you go on", widget=forms.Textarea(attrs={"rows": 2})
    )
    username = forms.CharField(
        max_length=150, label="Who signs: user name", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = signing.PasswordField(label="Their password, to sign")

    def __init__(self, sent: Any = None, *, line: Line, request: PageRequest) -> None:
        super().__init__(sent, at_line=line.check.slug)
        self.role = line.check.override
        self.by_viewer = self.role is not None and may(request.viewer, SIGNED_WITH[self.role])
        if self.by_viewer:
            del self.fields["username"]
            self.fields["password"].label = "Your password, to sign"


class NotGoForm(ListForm):
    """Why not today."""

    act = "not_go"
    places = MappingProxyType({"reason": "reason"})
    reason = forms.CharField(
        max_length=verbs.REASON_LONGEST, label="Why not today", widget=forms.Textarea(attrs={"rows": 2})
    )


def sent_form(request: PageRequest, shown: Visit) -> ListForm:
    """The form that was sent, filled in; an answer when its name is not one of them."""
    act, slug = request.POST.get("act", ""), request.POST.get("line", "")
    line = shown.go.line(slug)
    if act == VitalsForm.act:
        return VitalsForm(request.POST, measurements=shown.protocol.measurements, at_line=slug)
    if act == OverrideForm.act and line is not None:
        return OverrideForm(request.POST, line=line, request=request)
    kinds: dict[str, type[ListForm]] = {one.act: one for one in (EscortForm, NotGoForm)}
    return kinds.get(act, AnswerForm)(request.POST, at_line=slug)


def keep(form: ListForm, request: PageRequest, visit_uid: uuid.UUID) -> str:
    """Do what was sent and give what to say of it, if anything; what a verb refuses is then in the form."""
    said = ""
    if form.is_valid():
        with entry.problems_on(form, form.places):
            said = _KEEP[form.act](form, request, visit_uid)
    return said


def _answer(form: ListForm, request: PageRequest, visit_uid: uuid.UUID) -> str:
    given = form.cleaned_data
    verbs.answer(
        visit_uid,
        line=given["line"],
        answer=given["answer"],
        note=given["note"],
        by=request.viewer,
        at=request.at,
        uid=given["uid"],
    )
    return ""


def _escort(form: ListForm, request: PageRequest, visit_uid: uuid.UUID) -> str:
    given = form.cleaned_data
    verbs.name_escort(
        visit_uid,
        name=given["name"],
        phone=given["phone"],
        by=request.viewer,
        at=request.at,
        uid=given["uid"],
    )
    return ""


def _vitals(form: ListForm, request: PageRequest, visit_uid: uuid.UUID) -> str:
    flow_sheets.add_row(
        visit_uid,
        values={name: form.cleaned_data[name] for name in form.places},
        due_minute=BEFORE_DRUG,
        happened_at=request.at,
        by=request.viewer,
        at=request.at,
        uid=form.cleaned_data["uid"],
    )
    return ""


def _override(form: ListForm, request: PageRequest, visit_uid: uuid.UUID) -> str:
    assert isinstance(form, OverrideForm)  # noqa: S101  its act says so
    given, by = form.cleaned_data, request.viewer
    if form.by_viewer or form.role is None:
        signing.again(request, given["password"])
    else:
        by = signing.another(request, given["username"], given["password"], permission=SIGNED_WITH[form.role])
    verbs.override(
        visit_uid, criterion=given["line"], reason=given["reason"], by=by, at=request.at, uid=given["uid"]
    )
    return f"Signed by {by.name}: {given['reason']}"


def _not_go(form: ListForm, request: PageRequest, visit_uid: uuid.UUID) -> str:
    reason = form.cleaned_data["reason"]
    verbs.not_go(visit_uid, reason=reason, by=request.viewer, at=request.at)
    return f"Kept: not today. {reason}"


_KEEP: Mapping[str, Callable[[ListForm, PageRequest, uuid.UUID], str]] = MappingProxyType(
    {
        AnswerForm.act: _answer,
        EscortForm.act: _escort,
        VitalsForm.act: _vitals,
        OverrideForm.act: _override,
        NotGoForm.act: _not_go,
    }
)
