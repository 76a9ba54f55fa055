"""Choosing a therapy together: what was said, what it added up to, what was chosen."""

from django.db import models

from holdfast.records.models.facts import Fact


class TherapyChoice(Fact):
    """One talk over the decision aid, as it was: answers, result as shown, choice and reasons."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    aid_version = models.CharField(max_length=32, db_comment="Version of the decision aid")
    stars = models.JSONField(
        db_comment="Statement to the stars the person gave, 0 to 3; unanswered is absent"
    )
    seen_by_clinician = models.JSONField(
        db_comment="Statement to the stars the clinician gave, shown to the person"
    )
    before = models.JSONField(db_comment="Therapy to what came of it earlier; untried is absent")
    stops = models.JSONField(db_comment="Hard stops: {slug, therapies, reason, until}")
    shown = models.JSONField(
        db_comment="The result as shown: per therapy its words, score, pluses and minuses"
    )
    took_part = models.JSONField(db_comment="Who took part, in words")
    chosen = models.CharField(max_length=32, db_comment="Slug of the therapy, not_sure, or none_for_now")
    why = models.TextField(blank=True, db_comment="Why, in the person's own words")
    disagreement = models.TextField(
        blank=True, db_comment="What the clinician sees otherwise, shown to the person"
    )

    class Meta:
        db_table_comment = "Talks over which therapy to choose"
        indexes = (models.Index(fields=["episode", "happened_at"], name="choice_of_episode_by_time"),)
