"""A skills group: its meetings, who belongs to it, who was there, and calls for coaching."""

from django.db import models

from holdfast.records.models.facts import AppendOnly, Fact
from holdfast.records.models.therapy import Channel, ProtocolRelease, TherapyCourse


class SkillsGroup(AppendOnly):
    """The identity of a group: a clinic's class in one therapy's curriculum."""

    clinic = models.ForeignKey("records.Clinic", models.PROTECT, db_comment="Which site holds it")
    release = models.ForeignKey(
        ProtocolRelease, models.PROTECT, db_comment="The protocol with its curriculum"
    )
    opened_at = models.DateTimeField(db_comment="When it was opened, UTC")
    opened_by = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who opened it"
    )

    class Meta:
        db_table_comment = "Skills groups: identity only"


class GroupDetails(Fact):
    """Name, people and place of a group as they hold from `happened_at` on."""

    class Mode(models.TextChoices):
        """When someone may join."""

        MODULAR = "modular", "when a module starts"
        CLOSED = "closed", "in the first two weeks only"
        ROLLING = "rolling", "any week"

    group = models.ForeignKey(SkillsGroup, models.PROTECT, db_comment="Which group")
    name = models.CharField(max_length=80, db_comment="Name among staff; never in a message to a member")
    mode = models.CharField(max_length=12, choices=Mode.choices, db_comment="modular, closed or rolling")
    capacity = models.PositiveSmallIntegerField(db_comment="Most members at once")
    leader = models.ForeignKey("records.Account", models.PROTECT, related_name="+", db_comment="Who leads it")
    co_leader = models.ForeignKey(
        "records.Account", models.PROTECT, null=True, related_name="+", db_comment="Who leads it too"
    )
    cover = models.ForeignKey(
        "records.Account", models.PROTECT, null=True, related_name="+", db_comment="Who stands in"
    )
    weekday = models.PositiveSmallIntegerField(db_comment="Day it meets, 0 for Monday")
    begins = models.TimeField(db_comment="Time of day it begins, in the clinic's zone")
    channel = models.CharField(max_length=12, choices=Channel.choices, db_comment="How they meet")
    place = models.CharField(max_length=200, blank=True, db_comment="Room, or how the link is sent")
    link = models.URLField(max_length=500, blank=True, db_comment="Link of the video room; empty without one")

    class Meta:
        db_table_comment = "Details of a skills group; the newest current row holds"


class GroupMember(AppendOnly):
    """Someone who joined a group, from which week on."""

    group = models.ForeignKey(SkillsGroup, models.PROTECT, db_comment="Which group")
    course = models.ForeignKey(TherapyCourse, models.PROTECT, db_comment="Whose course of therapy")
    shown_as = models.CharField(
        max_length=40, db_comment="First name the person chose to be called in the group"
    )
    joined_at = models.DateTimeField(db_comment="When, UTC")
    joined_week = models.PositiveSmallIntegerField(db_comment="Week of the curriculum they begin with")
    cycle = models.PositiveSmallIntegerField(default=1, db_comment="1 for the first time round")
    agreed_at = models.DateTimeField(null=True, db_comment="When the person agreed to the group's rules, UTC")
    enrolled_by = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who enrolled"
    )

    class Meta:
        db_table_comment = "Who belongs to a skills group"
        indexes = (models.Index(fields=["course", "joined_at"], name="membership_of_course"),)


class GroupMemberEnd(AppendOnly):
    """A membership that ended."""

    class Why(models.TextChoices):
        """Why."""

        GRADUATED = "graduated", "met every module"
        LEFT = "left", "left"
        PAUSED = "paused", "paused, with a date to come back"

    member = models.OneToOneField(
        GroupMember, models.PROTECT, related_name="end", db_comment="Which membership"
    )
    why = models.CharField(max_length=12, choices=Why.choices, db_comment="graduated, left or paused")
    back_on = models.DateField(null=True, db_comment="Day to come back, for a pause")
    ended_at = models.DateTimeField(db_comment="When, UTC")
    ended_by = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who recorded it"
    )

    class Meta:
        db_table_comment = "Memberships that ended"


class GroupMeeting(Fact):
    """One meeting of a group: which week of the curriculum was taught."""

    group = models.ForeignKey(SkillsGroup, models.PROTECT, db_comment="Which group")
    week = models.PositiveSmallIntegerField(db_comment="Week of the curriculum, from 1")
    held = models.BooleanField(default=True, db_comment="False when the meeting was cancelled")
    leader = models.ForeignKey("records.Account", models.PROTECT, related_name="+", db_comment="Who led it")
    summary = models.TextField(
        blank=True,
        db_comment="What was taught and how it went; names nobody, lands in each member's own note",
    )

    class Meta:
        db_table_comment = "Meetings of skills groups"
        indexes = (models.Index(fields=["group", "happened_at"], name="meeting_of_group_by_time"),)


class GroupAttendance(Fact):
    """Whether one member was there, what became of their practice, and how they left: one row a member and meeting."""

    class State(models.TextChoices):
        """Whether they were there."""

        PRESENT = "present", "present"
        LATE = "late", "late"
        LEFT_EARLY = "left_early", "left early"
        ABSENT_TOLD = "absent_told", "absent, told us"
        ABSENT_NO_WORD = "absent_no_word", "absent, no word"

    class Homework(models.TextChoices):
        """What became of the practice, as far as the member shared it."""

        DONE_SHARED = "done_shared", "done, shared"
        DONE_NOT_SHARED = "done_not_shared", "done, kept to themselves"
        TRIED = "tried", "tried"
        NOT_THIS_TIME = "not_this_time", "not this time"

    class Obstacle(models.TextChoices):
        """What got in the way."""

        FORGOT = "forgot", "forgot"
        TOO_HARD = "too_hard", "too hard"
        DID_NOT_FIT = "did_not_fit", "did not fit"
        UPSET = "upset", "upset"
        NO_REASON = "no_reason", "did not see why"

    class Leaving(models.TextChoices):
        """How they were at the end."""

        OK = "ok", "ok"
        WANTS_CALL = "wants_call", "wants a call"
        CO_LEADER_SPOKE = "co_leader_spoke", "the co-leader spoke with them"
        DUTY_CALLED = "duty_called", "the duty clinician was called"

    meeting = models.ForeignKey(GroupMeeting, models.PROTECT, db_comment="Which meeting")
    member = models.ForeignKey(GroupMember, models.PROTECT, db_comment="Which member")
    state = models.CharField(max_length=16, choices=State.choices, db_comment="Whether they were there")
    homework = models.CharField(
        max_length=16, choices=Homework.choices, blank=True, db_comment="Their practice"
    )
    obstacle = models.CharField(
        max_length=16, choices=Obstacle.choices, blank=True, db_comment="What got in the way"
    )
    leaving = models.CharField(max_length=16, choices=Leaving.choices, blank=True, db_comment="How they left")
    note = models.CharField(
        max_length=1000, blank=True, db_comment="About this member alone, for their own record"
    )

    class Meta:
        db_table_comment = "Who was at which meeting of a group"
        indexes = (models.Index(fields=["member", "happened_at"], name="attendance_of_member_by_time"),)


class CoachingCall(Fact):
    """A call for coaching between sessions: short, about using a skill."""

    course = models.ForeignKey(TherapyCourse, models.PROTECT, db_comment="Which course")
    minutes = models.PositiveSmallIntegerField(db_comment="How long it took")
    about = models.CharField(max_length=500, db_comment="What it was about, in a line")
    skill = models.CharField(max_length=80, blank=True, db_comment="Skill that was coached")
    safety = models.BooleanField(default=False, db_comment="True when it became a call about safety")

    class Meta:
        db_table_comment = "Coaching calls"
        indexes = (models.Index(fields=["course", "happened_at"], name="call_of_course_by_time"),)
