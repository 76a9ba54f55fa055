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
from holdfast.records.models.infusion_course import (
    BookingCancellation,
    CalendarFeed,
    Chair,
    InfusionBooking,
    InfusionCourse,
    InfusionCourseDecision,
    InfusionOrder,
    OrderSignature,
    SafetyReview,
    SpacingDecision,
    ThresholdSetting,
)
from holdfast.records.models.infusion_day import (
    AdverseEvent,
    Discharge,
    DrugEntry,
    GoAnswer,
    InfusionEvent,
    InfusionVisit,
    Override,
    VitalsRow,
    VitalsSeen,
)
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
from holdfast.records.models.resistance import (
    BodyMeasure,
    Consent,
    DrugTrial,
    EligibilityReview,
    IllnessCourse,
    OtherTrial,
)
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
    "AdverseEvent",
    "Alert",
    "AlertAcknowledgement",
    "AlertEscalation",
    "Appointment",
    "Assessment",
    "AuditEvent",
    "BodyMeasure",
    "BookingCancellation",
    "CalendarFeed",
    "CaseloadEntry",
    "Chair",
    "Channel",
    "CheckIn",
    "CheckInDraft",
    "Clinic",
    "CoachingCall",
    "Consent",
    "CourseDecision",
    "Discharge",
    "DrugEntry",
    "DrugTrial",
    "EligibilityReview",
    "EntryLook",
    "EntryShare",
    "Episode",
    "EpisodeEnd",
    "ExerciseDraft",
    "ExerciseEntry",
    "GoAnswer",
    "GroupAttendance",
    "GroupDetails",
    "GroupMeeting",
    "GroupMember",
    "GroupMemberEnd",
    "IllnessCourse",
    "Infusion",
    "InfusionBooking",
    "InfusionCourse",
    "InfusionCourseDecision",
    "InfusionEvent",
    "InfusionOrder",
    "InfusionVisit",
    "NoteAddendum",
    "OrderSignature",
    "OtherTrial",
    "Outlook",
    "OutlookRelapse",
    "OutlookScore",
    "Override",
    "Patient",
    "PatientDetails",
    "Practice",
    "PrivateNote",
    "PrivateNoteGrant",
    "PrivateNoteLook",
    "ProgressNote",
    "ProtocolRelease",
    "SafetyReview",
    "SessionRoom",
    "SkillsGroup",
    "SpacingDecision",
    "SuggestionDecision",
    "TherapyChoice",
    "TherapyCourse",
    "TherapySession",
    "ThresholdSetting",
    "VitalsRow",
    "VitalsSeen",
]
