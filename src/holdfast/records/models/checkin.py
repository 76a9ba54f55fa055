"""An answered set of measures, and the draft a patient has not sent yet."""

import uuid

from django.db import models

from holdfast.records.models.facts import Fact


class CheckIn(Fact):
    """One instrument, answered or entered as a total. An incomplete one keeps its answers and has no total."""

    class Arrival(models.TextChoices):
        """How the check-in came, against when it was due."""

        ON_TIME = "on_time", "on time"
        LATE = "late", "late"
        BACKFILLED = "backfilled", "backfilled"

    class Source(models.TextChoices):
        """Who gave it."""

        PATIENT = "patient", "patient"
        STAFF = "staff", "staff"
        IMPORT = "import", "import"

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    instrument = models.CharField(max_length=32, db_comment="Slug of the instrument")
    instrument_version = models.CharField(
        max_length=32, db_comment="Version of the instrument file that scored it"
    )
    answers = models.JSONField(
        null=True,
        db_comment="Item id to number, or null for a skipped item; empty when only a total was entered",
    )
    total = models.PositiveSmallIntegerField(null=True, db_comment="Score; empty when items are missing")
    band = models.CharField(
        max_length=32, blank=True, db_comment="Severity band of the total; empty without one"
    )
    complete = models.BooleanField(db_comment="True when every item the rule needs was answered")
    arrival = models.CharField(
        max_length=12, choices=Arrival.choices, db_comment="on_time, late or backfilled"
    )
    source = models.CharField(max_length=12, choices=Source.choices, db_comment="patient, staff or import")

    class Meta:
        db_table_comment = "Answered measures with their scores"
        indexes = (models.Index(fields=["episode", "happened_at"], name="checkin_of_episode_by_time"),)


class CheckInDraft(models.Model):
    """Answers a patient has given but not sent: kept so that nothing typed is lost. Not a fact."""

    uid = models.UUIDField(default=uuid.uuid4, primary_key=True, db_comment="Becomes the uid of the check-in")
    episode = models.ForeignKey("records.Episode", models.CASCADE, db_comment="Whose stay")
    instrument = models.CharField(max_length=32, db_comment="Slug of the instrument")
    answers = models.JSONField(default=dict, db_comment="Item id to number, or null for a skipped item")
    started_at = models.DateTimeField(db_comment="When the first question was shown, UTC")

    class Meta:
        db_table_comment = "Unsent answers of patients"
        constraints = (models.UniqueConstraint(fields=["episode", "instrument"], name="one_draft_each"),)
