"""A course of psychotherapy: the protocol it runs on, its appointments and sessions, and what was decided about it."""

from django.db import models

from holdfast.records.models.facts import AppendOnly, Fact


class ProtocolRelease(AppendOnly):
    """A therapy protocol as it was when a course began on it, whole: files may change, running courses do not."""

    therapy = models.CharField(max_length=32, db_comment="Slug of the therapy protocol, for example cbt")
    version = models.CharField(max_length=32, db_comment="Version the protocol gave itself")
    digest = models.CharField(max_length=64, unique=True, db_comment="SHA-256 of the content")
    content = models.JSONField(db_comment="The protocol with all sessions and exercises, as plain values")
    kept_at = models.DateTimeField(db_comment="When the first course began on it, UTC")

    class Meta:
        db_table_comment = "Therapy protocols as courses run on them"


class Channel(models.TextChoices):
    """How people meet."""

    IN_PERSON = "in_person", "in person"
    VIDEO = "video", "video"
    PHONE = "phone", "phone"


class TherapyCourse(AppendOnly):
    """One course of one therapy; it stays on the protocol release it began with until a decision moves it."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    therapy = models.CharField(max_length=32, db_comment="Slug of the therapy protocol, for example cbt")
    protocol_version = models.CharField(
        max_length=32, db_comment="Version of the protocol the course runs on"
    )
    release = models.ForeignKey(
        ProtocolRelease,
        models.PROTECT,
        null=True,
        db_comment="The protocol it began on; empty for courses from before releases were kept",
    )
    track = models.CharField(
        max_length=32, blank=True, db_comment="Slug of the track it began on; empty for the first"
    )
    therapist = models.ForeignKey(
        "records.Account",
        models.PROTECT,
        null=True,
        related_name="+",
        db_comment="Who gives the therapy; empty when not named",
    )
    started_at = models.DateTimeField(db_comment="When the course was opened, UTC")
    recorded_at = models.DateTimeField(db_comment="When it was recorded, UTC")
    recorded_by = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who recorded it"
    )

    class Meta:
        db_table_comment = "Courses of psychotherapy"
        indexes = (models.Index(fields=["episode", "started_at"], name="course_of_episode_by_time"),)


class CourseDecision(Fact):
    """Something decided about a course, with its reason: the newest of a kind holds."""

    class Kind(models.TextChoices):
        """What is decided."""

        TRACK = "track", "track"
        FOCUS = "focus", "focus"
        ELECTIVE = "elective", "topic"
        REVIEW = "review", "review"
        EXTEND = "extend", "further sessions"
        BREAK = "break", "break"
        END_DATE = "end_date", "end date"
        END = "end", "end"
        RELEASE = "release", "protocol version"
        THERAPIST = "therapist", "therapist"
        HEALTH = "health", "health check"

    course = models.ForeignKey(TherapyCourse, models.PROTECT, db_comment="Which course")
    kind = models.CharField(max_length=12, choices=Kind.choices, db_comment="What was decided about")
    value = models.CharField(
        max_length=64, db_comment="What was decided: a slug, a number, a date, or first/last day of a break"
    )
    reason = models.CharField(max_length=1000, blank=True, db_comment="Why, in words")

    class Meta:
        db_table_comment = "Decisions about courses of therapy"
        indexes = (models.Index(fields=["course", "happened_at"], name="decision_of_course_by_time"),)


class Appointment(Fact):
    """A session that is booked; `happened_at` is when it is to begin. A moved one is replaced, a session ends it."""

    course = models.ForeignKey(TherapyCourse, models.PROTECT, db_comment="Which course")
    minutes = models.PositiveSmallIntegerField(db_comment="How long it is planned to take")
    channel = models.CharField(max_length=12, choices=Channel.choices, db_comment="How they will meet")
    link = models.URLField(max_length=500, blank=True, db_comment="Link of the video room; empty without one")
    place = models.CharField(max_length=200, blank=True, db_comment="Room or telephone number")

    class Meta:
        db_table_comment = "Booked therapy sessions"
        indexes = (models.Index(fields=["course", "happened_at"], name="appointment_by_time"),)


class TherapySession(Fact):
    """One session of a course: its number and outline in the protocol, and whether it took place."""

    class Attendance(models.TextChoices):
        """What became of the appointment."""

        ATTENDED = "attended", "attended"
        DID_NOT_ATTEND = "did_not_attend", "did not attend"
        CANCELLED_BY_PATIENT = "cancelled_by_patient", "cancelled by the patient"
        CANCELLED_BY_CLINIC = "cancelled_by_clinic", "cancelled by the clinic"

    course = models.ForeignKey(TherapyCourse, models.PROTECT, db_comment="Which course")
    number = models.PositiveSmallIntegerField(
        db_comment="Number of the session in its course, from 1; 0 is the preparation"
    )
    outline = models.CharField(
        max_length=32, blank=True, db_comment="Slug of the session in the protocol; empty when not known"
    )
    variant = models.CharField(
        max_length=32, blank=True, db_comment="Form it was held in, such as low_energy; empty for the usual"
    )
    attendance = models.CharField(
        max_length=24, choices=Attendance.choices, db_comment="Whether the session took place"
    )
    reason = models.CharField(
        max_length=200, blank=True, db_comment="What got in the way, where it did not take place"
    )
    channel = models.CharField(
        max_length=12, choices=Channel.choices, blank=True, db_comment="How they met; empty when not known"
    )
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, null=True, db_comment="The booking it came of; empty without one"
    )

    class Meta:
        db_table_comment = "Therapy sessions, attended or not"
        indexes = (models.Index(fields=["course", "happened_at"], name="session_of_course_by_time"),)
