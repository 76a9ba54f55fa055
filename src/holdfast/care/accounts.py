"""Clinics and log-ins: opened by the operator or an administrator, every change in the trail."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from holdfast.access import Permission, Role, Viewer, require
from holdfast.care import audit
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.records.models import Account, Clinic, Patient

DEMO_PASSWORD = "holdfast-demo-only"  # noqa: S105  shown on the log-in page of the demo
"""Of every log-in of the synthetic clinic; shown on the log-in page in demo mode, which refuses real data."""

ALERT_HOURS = (24, 4, 1)
"""Hours to acknowledge an alert of level 1, 2 and 3. A convention, not from a source: a site sets its own."""


def known_zone(zone: str) -> str:
    """The zone as given, when it is an IANA name; else `InvalidInput`."""
    if zone not in available_timezones():
        raise InvalidInput(
            Problem("time zone", f"{zone!r} is not known", "an IANA name such as Europe/London")
        )
    return ZoneInfo(zone).key


@transaction.atomic
def open_clinic(
    *, slug: str, name: str, zone: str, at: datetime, is_demo: bool = False, crisis_contacts: object = ()
) -> int:
    """Open a clinic and give its id. Done by the operator, who has no account yet: the trail names account 0."""
    if Clinic.objects.filter(slug=slug).exists():
        raise Conflict(f"there is a clinic {slug} already")
    clinic = Clinic.objects.create(
        slug=slug,
        name=name,
        zone=known_zone(zone),
        is_demo=is_demo,
        crisis_contacts=crisis_contacts or [],
        alert_hours=list(ALERT_HOURS),
    )
    audit.note("clinic opened", subject="clinic", subject_id=clinic.pk, by=operator(clinic.pk), at=at)
    return clinic.pk


@transaction.atomic
def open_account(
    *,
    username: str,
    name: str,
    role: Role,
    clinic_id: int,
    password: str,
    by: Viewer,
    at: datetime,
    email: str = "",
    patient_id: int | None = None,
    zone: str | None = None,
) -> Viewer:
    """Open a log-in. A patient's account names the patient, who must be of the same clinic."""
    require(by, Permission.MANAGE_ACCOUNTS)
    username = username.strip().lower()
    _refuse_unfit(username, role=role, password=password, patient_id=patient_id)
    clinic = Clinic.objects.filter(pk=clinic_id).first()
    if clinic is None or clinic.pk != by.clinic_id:
        raise NotFound("no such clinic of yours")
    if patient_id is not None and not Patient.objects.filter(pk=patient_id, clinic=clinic).exists():
        raise NotFound("no such patient in this clinic")
    account = Account(
        username=username,
        name=name,
        role=role.value,
        clinic=clinic,
        patient_id=patient_id,
        zone=known_zone(zone or clinic.zone),
        email=email,
    )
    account.set_password(password)
    account.save()
    audit.note("account opened", subject="account", subject_id=account.pk, by=by, at=at, role=role.value)
    return account.viewer


@transaction.atomic
def name_alert_owners(*, owner: str, backup: str, lead: str, by: Viewer, at: datetime) -> None:
    """Set who gets safety alerts of the clinic first, next and last; each must be allowed to answer them."""
    require(by, Permission.MANAGE_ACCOUNTS)
    chosen = [_who_answers_alerts(username, clinic_id=by.clinic_id) for username in (owner, backup, lead)]
    clinic = Clinic.objects.select_for_update().get(pk=by.clinic_id)
    clinic.alert_owner, clinic.alert_backup, clinic.alert_lead = chosen
    clinic.save()
    audit.note(
        "alert owners set", subject="clinic", subject_id=clinic.pk, by=by, at=at,
        owner=chosen[0].pk, backup=chosen[1].pk, lead=chosen[2].pk,
    )  # fmt: skip


@transaction.atomic
def add_crisis_contact(
    *,
    label: str,
    phone: str = "",
    text: str = "",
    hours: str = "",
    verified_on: date,
    by: Viewer,
    at: datetime,
) -> None:
    """Add someone patients can reach in a crisis, with the day the clinic checked that they answer.

    A contact of the same label is replaced. Errors: `InvalidInput` without a label, without any way to reach them, or
    when the day lies in the future.
    """
    require(by, Permission.MANAGE_ACCOUNTS)
    problems = [
        Problem(where, what, expected)
        for wrong, where, what, expected in (
            (not label.strip(), "label", "is empty", "a name people know, such as Samaritans"),
            (not (phone or text), "phone", "is empty, and so is text", "a number to call or to write to"),
            (verified_on > at.date(), "verified on", "lies in the future", "the day it was checked"),
        )
        if wrong
    ]
    if problems:
        raise InvalidInput(*problems)
    clinic = Clinic.objects.select_for_update().get(pk=by.clinic_id)
    others = [contact for contact in clinic.crisis_contacts if contact["label"] != label]
    contact = {
        "label": label,
        "phone": phone,
        "text": text,
        "hours": hours,
        "verified_on": verified_on.isoformat(),
    }
    clinic.crisis_contacts = [*others, contact]
    clinic.save()
    audit.note("crisis contact set", subject="clinic", subject_id=clinic.pk, by=by, at=at)


def operator(clinic_id: int) -> Viewer:
    """The person at the terminal, who may manage accounts before any account exists."""
    return Viewer(
        account_id=0,
        role=Role.ADMINISTRATOR,
        clinic_id=clinic_id,
        patient_id=None,
        name="operator",
        zone="UTC",
    )


def viewer(username: str) -> Viewer:
    """The account of that name as one who acts; `NotFound` when there is none or it is closed."""
    account = Account.objects.filter(username=username.strip().lower(), is_active=True).first()
    if account is None:
        raise NotFound(f"no account {username}")
    return account.viewer


def clinic_id(slug: str) -> int:
    """Id of the clinic of that short name."""
    pk = Clinic.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound(f"no clinic {slug}; open it with: holdfast clinic {slug} --name … --zone …")
    return pk


def _who_answers_alerts(username: str, *, clinic_id: int) -> Account:
    account = Account.objects.filter(username=username.strip().lower(), clinic_id=clinic_id).first()
    if account is None:
        raise NotFound(f"no account {username} in this clinic")
    require(account.viewer, Permission.ANSWER_ALERT)
    return account


def _refuse_unfit(username: str, *, role: Role, password: str, patient_id: int | None) -> None:
    if not username:
        raise InvalidInput(Problem("user name", "is empty", "a name to log in with"))
    if Account.objects.filter(username=username).exists():
        raise Conflict(f"there is an account {username} already")
    if (role is Role.PATIENT) != (patient_id is not None):
        raise InvalidInput(
            Problem("patient", "does not fit the role", "a patient for role patient, none for staff")
        )
    try:
        validate_password(password)
    except ValidationError as error:
        raise InvalidInput(Problem("password", " ".join(error.messages), "12 or more characters")) from error
