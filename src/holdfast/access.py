"""Who may see and do what: the roles, the permissions, and the one table that joins them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from holdfast.errors import NotAllowed


class Role(StrEnum):
    """What a person is in the clinic; one role per account."""

    PATIENT = "patient"
    THERAPIST = "therapist"
    NURSE = "nurse"
    PRESCRIBER = "prescriber"
    LEAD = "lead"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """One thing a viewer may see or do, always within their own clinic or their own record."""

    SEE_OWN_RECORD = "see own record"
    ANSWER_CHECK_IN = "answer a check-in"
    SEE_CASELOAD = "see the caseload"
    SEE_RECORD = "see a patient's record"
    ENROL_PATIENT = "enrol a patient"
    ENTER_SCORE = "enter a score"
    RECORD_INFUSION = "record an infusion"
    ASSESS_RESISTANCE = "record what was tried, eligibility, consent and weight"
    SEE_INFUSIONS = "see the course of infusions, its calendar and the record of a day"
    BOOK_INFUSION = "plan and book infusions"
    RUN_INFUSION = "run the day of an infusion"
    ORDER_INFUSION = "sign orders, overrides, spacing and the site's limits"
    SEE_OWN_CALENDAR = "have a calendar feed of one's own bookings"
    RECORD_SESSION = "record a therapy session"
    BOOK_SESSION = "book a therapy session"
    CHOOSE_THERAPY = "talk over which therapy to choose"
    GIVE_THERAPY = "hold a therapy session and see its content"
    LEAD_GROUP = "lead a skills group"
    KEEP_PRIVATE_NOTES = "keep private notes"
    PRACTISE = "do an exercise"
    SEE_PROTOCOLS = "read the protocols"
    DECIDE_SUGGESTION = "accept or decline a suggestion"
    ANSWER_ALERT = "acknowledge an alert"
    IMPORT_RECORDS = "import records"
    MANAGE_ACCOUNTS = "manage accounts"
    SEE_PROGRAMME = "see how the programme does"


_CLINICAL = frozenset(
    {
        Permission.SEE_CASELOAD,
        Permission.SEE_RECORD,
        Permission.ENTER_SCORE,
        Permission.DECIDE_SUGGESTION,
        Permission.ANSWER_ALERT,
        Permission.BOOK_SESSION,
        Permission.SEE_PROTOCOLS,
        Permission.SEE_INFUSIONS,
        Permission.SEE_OWN_CALENDAR,
    }
)

_INFUSING = frozenset(
    {
        Permission.RECORD_INFUSION,
        Permission.ASSESS_RESISTANCE,
        Permission.BOOK_INFUSION,
        Permission.RUN_INFUSION,
        Permission.ENROL_PATIENT,
        Permission.CHOOSE_THERAPY,
    }
)

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.PATIENT: frozenset(
        {
            Permission.SEE_OWN_RECORD,
            Permission.ANSWER_CHECK_IN,
            Permission.PRACTISE,
            Permission.SEE_OWN_CALENDAR,
        }
    ),
    Role.THERAPIST: _CLINICAL
    | {
        Permission.RECORD_SESSION,
        Permission.ENROL_PATIENT,
        Permission.CHOOSE_THERAPY,
        Permission.GIVE_THERAPY,
        Permission.LEAD_GROUP,
        Permission.KEEP_PRIVATE_NOTES,
    },
    Role.NURSE: _CLINICAL | _INFUSING,
    Role.PRESCRIBER: _CLINICAL | _INFUSING | {Permission.ORDER_INFUSION, Permission.RECORD_SESSION},
    Role.LEAD: _CLINICAL | {Permission.IMPORT_RECORDS, Permission.ENROL_PATIENT, Permission.SEE_PROGRAMME},
    Role.ADMINISTRATOR: frozenset({Permission.IMPORT_RECORDS, Permission.MANAGE_ACCOUNTS}),
}
"""Every role's permissions; a role that is not listed for a permission does not have it."""


@dataclass(frozen=True)
class Viewer:
    """Who is looking: every read of the record names one.

    `patient_id` is set for patients alone and is the only record they may open. `zone` is the IANA time zone in
    which moments are shown to them.
    """

    account_id: int
    role: Role
    clinic_id: int
    patient_id: int | None
    name: str
    zone: str


def may(viewer: Viewer, permission: Permission) -> bool:
    """Whether the viewer's role has the permission."""
    return permission in PERMISSIONS[viewer.role]


def require(viewer: Viewer, permission: Permission) -> None:
    """Refuse, with `NotAllowed`, a viewer whose role lacks the permission."""
    if not may(viewer, permission):
        raise NotAllowed(f"a {viewer.role} may not {permission}")
