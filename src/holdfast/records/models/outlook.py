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
    relapse_chance = models.FloatField(
        null=True,
        db_comment="Chance of relapse within 28 days as said; empty without relief or with too little data",
    )
    suggestions = models.JSONField(db_comment="The suggestions as shown, in order")
    versions = models.JSONField(db_comment="Versions of software, parameters, protocols that made it")
    inputs_digest = models.CharField(max_length=64, db_comment="SHA-256 of the facts it was made from")

    class Meta:
        db_table_comment = "Forecasts and suggestions as they were shown"
        indexes = (models.Index(fields=["episode", "-made_at"], name="outlook_newest_of_episode"),)


class OutlookScore(models.Model):
    """A score against an outlook made so many weeks before. Derived; made anew when a score is corrected."""

    clinic = models.ForeignKey("records.Clinic", models.CASCADE, db_comment="The site")
    episode = models.ForeignKey("records.Episode", models.CASCADE, db_comment="Whose stay")
    outlook = models.ForeignKey(Outlook, models.CASCADE, db_comment="What had been said")
    instrument = models.CharField(max_length=32, db_comment="Instrument of the score")
    came_at = models.DateTimeField(db_comment="When the score was given, UTC")
    total = models.SmallIntegerField(db_comment="The score that came")
    weeks_ahead = models.PositiveSmallIntegerField(db_comment="Whole weeks from the outlook to the score")
    expected = models.FloatField(db_comment="Mean score the outlook said for that day")
    within50 = models.BooleanField(db_comment="Whether the band of 50 per cent held the score")
    within80 = models.BooleanField(db_comment="Whether the band of 80 per cent held the score")
    within95 = models.BooleanField(db_comment="Whether the band of 95 per cent held the score")
    pit = models.FloatField(db_comment="Where the score lay in what was said, 0 to 1")
    crps = models.FloatField(db_comment="Continuous ranked probability score, points of the instrument")

    class Meta:
        db_table_comment = "Outlooks judged by scores that came later; derived"
        constraints = (
            models.UniqueConstraint(
                fields=["episode", "instrument", "came_at", "weeks_ahead"],
                name="a_score_judges_once_a_distance",
            ),
        )
        indexes = (models.Index(fields=["clinic", "weeks_ahead"], name="outlook_score_of_clinic"),)


class OutlookRelapse(models.Model):
    """A chance of relapse within 28 days against what came. Derived; one in four weeks a stay, so none counts twice."""

    clinic = models.ForeignKey("records.Clinic", models.CASCADE, db_comment="The site")
    episode = models.ForeignKey("records.Episode", models.CASCADE, db_comment="Whose stay")
    outlook = models.OneToOneField(Outlook, models.CASCADE, db_comment="What had been said")
    chance = models.FloatField(db_comment="Chance of relapse within 28 days that was said")
    relapsed = models.BooleanField(
        null=True, db_comment="Whether a score at the relapse level came; empty when nobody answered"
    )

    class Meta:
        db_table_comment = "Chances of relapse judged by what came; derived"
        indexes = (models.Index(fields=["clinic"], name="outlook_relapse_of_clinic"),)


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
