"""The tables of the record, one file per clinical noun."""

from holdfast.records.models.account import Account
from holdfast.records.models.alert import Alert, AlertAcknowledgement, AlertEscalation
from holdfast.records.models.audit import AuditEvent
from holdfast.records.models.caseload import CaseloadEntry
from holdfast.records.models.checkin import CheckIn, CheckInDraft
from holdfast.records.models.choice import TherapyChoice
from holdfast.records.models.clinic import Clinic
from holdfast.records.models.episode import Assessment, Episode, EpisodeEnd
from holdfast.records.models.exercise import EntryLook, EntryShare, ExerciseDraft, ExerciseEntry, Practice
from holdfast.records.models.group import (
    CoachingCall,
    GroupAttendance,
    GroupDetails,
    GroupMeeting,
    GroupMember,
    GroupMemberEnd,
    SkillsGroup,
)
from holdfast.records.models.infusion import Infusion
from holdfast.records.models.note import (
    NoteAddendum,
    PrivateNote,
    PrivateNoteGrant,
    PrivateNoteLook,
    ProgressNote,
    SessionRoom,
)
from holdfast.records.models.outlook import Outlook, OutlookRelapse, OutlookScore, SuggestionDecision
from holdfast.records.models.patient import Patient, PatientDetails
from holdfast.records.models.therapy import (
    Appointment,
    Channel,
    CourseDecision,
    ProtocolRelease,
    TherapyCourse,
    TherapySession,
)

__all__ = [
    "Account",
    "Alert",
    "AlertAcknowledgement",
    "AlertEscalation",
    "Appointment",
    "Assessment",
    "AuditEvent",
    "CaseloadEntry",
    "Channel",
    "CheckIn",
    "CheckInDraft",
    "Clinic",
    "CoachingCall",
    "CourseDecision",
    "EntryLook",
    "EntryShare",
    "Episode",
    "EpisodeEnd",
    "ExerciseDraft",
    "ExerciseEntry",
    "GroupAttendance",
    "GroupDetails",
    "GroupMeeting",
    "GroupMember",
    "GroupMemberEnd",
    "Infusion",
    "NoteAddendum",
    "Outlook",
    "OutlookRelapse",
    "OutlookScore",
    "Patient",
    "PatientDetails",
    "Practice",
    "PrivateNote",
    "PrivateNoteGrant",
    "PrivateNoteLook",
    "ProgressNote",
    "ProtocolRelease",
    "SessionRoom",
    "SkillsGroup",
    "SuggestionDecision",
    "TherapyChoice",
    "TherapyCourse",
    "TherapySession",
]
