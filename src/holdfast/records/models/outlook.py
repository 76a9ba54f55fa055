"""What was shown: a forecast with its suggestions, and what people decided about them."""

from django.db import models

from holdfast.records.models.facts import AppendOnly


class Outlook(AppendOnly):
    """A forecast and its suggestions as computed at one moment from what was known then."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    made_at = models.DateTimeField(db_comment="When it was computed, UTC")
    stage = models.CharField(max_length=32, db_comment="Stage of the episode then")
    forecast = models.JSONField(
        null=True, db_comment="The forecast as shown; empty when it could not be made"
    )
    forecast_failure = models.CharField(
        max_length=120, blank=True, db_comment="Kind of failure when the forecast could not be made"
    )
    suggestions = models.JSONField(db_comment="The suggestions as shown, in order")
    versions = models.JSONField(db_comment="Versions of software, parameters, protocols that made it")
    inputs_digest = models.CharField(max_length=64, db_comment="SHA-256 of the facts it was made from")

    class Meta:
        db_table_comment = "Forecasts and suggestions as they were shown"
        indexes = (models.Index(fields=["episode", "-made_at"], name="outlook_newest_of_episode"),)


class SuggestionDecision(AppendOnly):
    """A suggestion accepted, or declined with a reason."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    outlook = models.ForeignKey(Outlook, models.PROTECT, db_comment="What was on the screen")
    kind = models.CharField(max_length=40, db_comment="Kind of suggestion")
    digest = models.CharField(max_length=64, db_comment="Digest of its kind and reasons")
    accepted = models.BooleanField(db_comment="True when accepted, false when declined")
    reason = models.CharField(max_length=1000, blank=True, db_comment="Why; always given when declined")
    decided_at = models.DateTimeField(db_comment="When, UTC")
    decided_by = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who decided"
    )

    class Meta:
        db_table_comment = "Decisions on suggestions"
        constraints = (
            models.CheckConstraint(
                name="declined_with_a_reason", condition=models.Q(accepted=True) | ~models.Q(reason="")
            ),
        )
