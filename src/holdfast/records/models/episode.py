"""A whole stay in care, what was assessed at its start, and how it ended."""

from django.db import models

from holdfast.records.models.facts import AppendOnly, Fact


class Episode(AppendOnly):
    """One stay in care, from referral to closing."""

    patient = models.ForeignKey("records.Patient", models.PROTECT, db_comment="Whose stay")
    started_at = models.DateTimeField(db_comment="When the stay began, UTC; day 0 of the forecast")
    primary_instrument = models.CharField(
        max_length=32, db_comment="Slug of the instrument that judges response, remission and relapse"
    )
    recorded_at = models.DateTimeField(db_comment="When it was recorded, UTC")
    recorded_by = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who recorded it"
    )

    class Meta:
        db_table_comment = "Stays in care"
        indexes = (models.Index(fields=["patient", "-started_at"], name="episode_newest_of_patient"),)


class Assessment(Fact):
    """The finding whether this is treatment-resistant depression."""

    episode = models.ForeignKey(Episode, models.PROTECT, db_comment="Whose stay")
    treatment_resistant = models.BooleanField(
        db_comment="True when two or more adequate antidepressant trials brought little or no relief"
    )

    class Meta:
        db_table_comment = "Findings of treatment resistance"


class EpisodeEnd(Fact):
    """The closing of a stay, by decision."""

    episode = models.ForeignKey(Episode, models.PROTECT, db_comment="Which stay ended")
    reason = models.CharField(max_length=500, db_comment="Why it was closed, in words")

    class Meta:
        db_table_comment = "Closings of stays in care"
