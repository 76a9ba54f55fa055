"""A safety alert sent to a named person, its acknowledgement, and each step of its escalation."""

from django.db import models

from holdfast.records.models.facts import AppendOnly


class Alert(AppendOnly):
    """One marked answer that a named person must look at by a set time."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    checkin_uid = models.UUIDField(db_comment="uid of the check-in or exercise, which may still be a draft")
    instrument = models.CharField(max_length=64, db_comment="Slug of the instrument, or name of the exercise")
    item = models.CharField(max_length=32, db_comment="Item or field that was marked")
    value = models.PositiveSmallIntegerField(db_comment="Answer given; 1 for an answer in words")
    kind = models.CharField(
        max_length=16,
        default="suicide",
        db_comment="What it is about: suicide, harm_by_other, mania and so on",
    )
    level = models.PositiveSmallIntegerField(db_comment="1 to 3; higher is answered sooner")
    owner = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who must answer it"
    )
    raised_at = models.DateTimeField(db_comment="When it was raised, UTC")
    due_at = models.DateTimeField(db_comment="When it must be acknowledged by, UTC")

    class Meta:
        db_table_comment = "Safety alerts"
        indexes = (
            models.Index(fields=["episode", "raised_at"], name="alert_of_episode_by_time"),
            models.Index(fields=["checkin_uid", "item", "level"], name="alert_of_answer"),
        )


class AlertAcknowledgement(AppendOnly):
    """Who saw the alert, when, and what they did."""

    alert = models.OneToOneField(
        Alert, models.PROTECT, related_name="acknowledgement", db_comment="Which alert"
    )
    acknowledged_at = models.DateTimeField(db_comment="When, UTC")
    acknowledged_by = models.ForeignKey("records.Account", models.PROTECT, related_name="+", db_comment="Who")
    action = models.CharField(max_length=1000, db_comment="What was done, in words")

    class Meta:
        db_table_comment = "Acknowledgements of alerts"


class AlertEscalation(AppendOnly):
    """One step of passing an unanswered alert on."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="escalations", db_comment="Which alert")
    step = models.PositiveSmallIntegerField(db_comment="1 to the backup, 2 to the site lead")
    owner = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who must answer now"
    )
    escalated_at = models.DateTimeField(db_comment="When, UTC")
    due_at = models.DateTimeField(db_comment="When it must be acknowledged by, UTC")

    class Meta:
        db_table_comment = "Steps of passing an unanswered alert on"
        constraints = (models.UniqueConstraint(fields=["alert", "step"], name="a_step_of_escalation_once"),)
