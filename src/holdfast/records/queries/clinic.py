"""The site: its crisis contacts, its people, and whether it is the synthetic one."""

from dataclasses import dataclass

from holdfast.access import Permission, Viewer, require
from holdfast.records.models import Account, Clinic, Patient


@dataclass(frozen=True)
class CrisisContact:
    """Whom to reach in a crisis; `verified_on` is an ISO date, empty when nobody has checked it."""

    label: str
    phone: str
    text: str
    hours: str
    verified_on: str


@dataclass(frozen=True)
class AccountRow:
    """A log-in of the clinic."""

    username: str
    name: str
    role: str
    is_active: bool


def crisis_contacts(clinic_id: int) -> tuple[CrisisContact, ...]:
    """Whom patients of the clinic can reach in a crisis, in the order the site gave."""
    stored = Clinic.objects.values_list("crisis_contacts", flat=True).get(pk=clinic_id)
    return tuple(
        CrisisContact(**{"phone": "", "text": "", "hours": "", "verified_on": "", **one}) for one in stored
    )


def name(clinic_id: int) -> str:
    """The clinic's name."""
    return Clinic.objects.values_list("name", flat=True).get(pk=clinic_id)


def zone(clinic_id: int) -> str:
    """The IANA time zone the clinic works in."""
    return Clinic.objects.values_list("zone", flat=True).get(pk=clinic_id)


def patient_without_account(viewer: Viewer, code: str) -> int | None:
    """Id of the patient the viewer's clinic knows by that code; None when there is none or they have a log-in."""
    require(viewer, Permission.MANAGE_ACCOUNTS)
    found = Patient.objects.filter(clinic_id=viewer.clinic_id, code=code.strip(), account__isnull=True)
    return found.values_list("pk", flat=True).first()


def accounts(viewer: Viewer) -> tuple[AccountRow, ...]:
    """Log-ins of the viewer's clinic, by role and name."""
    require(viewer, Permission.MANAGE_ACCOUNTS)
    rows = Account.objects.filter(clinic_id=viewer.clinic_id).order_by("role", "name", "pk")
    return tuple(
        AccountRow(username=r.username, name=r.name, role=r.role, is_active=r.is_active) for r in rows
    )


def kinds() -> frozenset[bool]:
    """Which kinds of clinic the database holds: {True} only synthetic, {False} only real, or both, or none."""
    return frozenset(Clinic.objects.values_list("is_demo", flat=True).distinct())


def demo_accounts() -> tuple[AccountRow, ...]:
    """Log-ins of the synthetic clinic, shown on the log-in page in demo mode."""
    rows = Account.objects.filter(clinic__is_demo=True, is_active=True).order_by("pk")
    return tuple(
        AccountRow(username=r.username, name=r.name, role=r.role, is_active=r.is_active) for r in rows
    )
