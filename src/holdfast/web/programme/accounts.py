"""The clinic's log-ins: who has one, and a form to open another."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission, Role
from holdfast.care import accounts as verbs
from holdfast.records.queries import clinic
from holdfast.web.clinician.entry import EntryForm, posted, problems_on
from holdfast.web.page import PageRequest, page

PLACES = {"user name": "username", "password": "password", "patient": "patient_code", "time zone": "zone"}


class AccountForm(EntryForm):
    """Whose log-in it is and what they may do."""

    name = forms.CharField(max_length=120, help_text="As colleagues, or the patient, will see it.")
    username = forms.CharField(
        max_length=150,
        label="User name",
        help_text="To log in with; kept in small letters.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    role = forms.ChoiceField(
        choices=[(role.value, role.value) for role in Role], initial=Role.THERAPIST.value
    )
    patient_code = forms.CharField(
        required=False,
        max_length=64,
        label="Patient's code",
        help_text="For the role patient alone: whose log-in it is.",
    )
    email = forms.EmailField(required=False, label="E-mail", help_text="Alert notices go there.")
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text="12 or more characters. Hand it over in person; it is not shown again.",
    )
    zone = forms.CharField(
        max_length=64,
        label="Time zone",
        help_text="In which this person sees dates. An IANA name such as Europe/London.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, request: PageRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        self._viewer = request.viewer
        self.fields["zone"].initial = clinic.zone(request.viewer.clinic_id)

    def clean(self) -> dict[str, Any]:
        """The entries, with the patient's id in place of the code."""
        given = super().clean() or {}
        code = given.pop("patient_code", "")
        given["patient_id"] = clinic.patient_without_account(self._viewer, code) if code else None
        if code and given["patient_id"] is None:
            self.add_error(
                "patient_code",
                "Nobody here has this code, or they have a log-in already. Expected: a code from the caseload.",
            )
        return given


@page(Permission.MANAGE_ACCOUNTS)
def accounts(request: PageRequest) -> HttpResponse:
    """List the log-ins; open one more."""
    form = AccountForm(posted(request), request=request)
    if form.is_valid():
        with problems_on(form, PLACES):
            given = form.cleaned_data
            opened = verbs.open_account(
                **{**given, "role": Role(given["role"])},
                clinic_id=request.viewer.clinic_id,
                by=request.viewer,
                at=request.at,
            )
            messages.success(
                request, f"Log-in opened for {opened.name}: {given['username'].strip().lower()}."
            )
            return redirect("accounts")
    rows = clinic.accounts(request.viewer)
    return render(request, "programme/accounts.html", {"form": form, "rows": rows}, status=form.status)
