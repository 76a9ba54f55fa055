"""A course of psychotherapy and its sessions, attended or not."""

from django.db import models

from holdfast.records.models.facts import AppendOnly, Fact


class TherapyCourse(AppendOnly):
    """One course of one therapy; it stays on the protocol version it began with."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    therapy = models.CharField(max_length=32, db_comment="Slug of the therapy protocol, for example cbt")
    protocol_version = models.CharField(
        max_length=32, db_comment="Version of the protocol the course runs on"
    )
    started_at = models.DateTimeField(db_comment="When the course was opened, UTC")
    recorded_at = models.DateTimeField(db_comment="When it was recorded, UTC")
    recorded_by = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who recorded it"
    )

    class Meta:
        db_table_comment = "Courses of psychotherapy"
        indexes = (models.Index(fields=["episode", "started_at"], name="course_of_episode_by_time"),)


class TherapySession(Fact):
    """One session of a course: its number in the protocol, and whether it took place."""

    class Attendance(models.TextChoices):
        """What became of the appointment."""

        ATTENDED = "attended", "attended"
        DID_NOT_ATTEND = "did_not_attend", "did not attend"
        CANCELLED_BY_PATIENT = "cancelled_by_patient", "cancelled by the patient"
        CANCELLED_BY_CLINIC = "cancelled_by_clinic", "cancelled by the clinic"

    course = models.ForeignKey(TherapyCourse, models.PROTECT, db_comment="Which course")
    number = models.PositiveSmallIntegerField(db_comment="Number of the session in its protocol, from 1")
    attendance = models.CharField(
        max_length=24, choices=Attendance.choices, db_comment="Whether the session took place"
    )

    class Meta:
        db_table_comment = "Therapy sessions, attended or not"
        indexes = (models.Index(fields=["course", "happened_at"], name="session_of_course_by_time"),)
