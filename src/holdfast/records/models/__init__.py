"""The tables of the record, one file per clinical noun."""

from holdfast.records.models.account import Account
from holdfast.records.models.alert import Alert, AlertAcknowledgement, AlertEscalation
from holdfast.records.models.audit import AuditEvent
from holdfast.records.models.caseload import CaseloadEntry
from holdfast.records.models.checkin import CheckIn, CheckInDraft
from holdfast.records.models.clinic import Clinic
from holdfast.records.models.episode import Assessment, Episode, EpisodeEnd
from holdfast.records.models.infusion import Infusion
from holdfast.records.models.outlook import Outlook, OutlookRelapse, OutlookScore, SuggestionDecision
from holdfast.records.models.patient import Patient, PatientDetails
from holdfast.records.models.therapy import TherapyCourse, TherapySession

__all__ = [
    "Account",
    "Alert",
    "AlertAcknowledgement",
    "AlertEscalation",
    "Assessment",
    "AuditEvent",
    "CaseloadEntry",
    "CheckIn",
    "CheckInDraft",
    "Clinic",
    "Episode",
    "EpisodeEnd",
    "Infusion",
    "Outlook",
    "OutlookRelapse",
    "OutlookScore",
    "Patient",
    "PatientDetails",
    "SuggestionDecision",
    "TherapyCourse",
    "TherapySession",
]
