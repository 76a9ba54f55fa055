"""The caseload as a table to sort and page: derived from the facts, rebuilt at will, never a source."""

from django.db import models


class CaseloadEntry(models.Model):
    """One row an episode. Written beside the facts it is derived from, so that the list costs the same at any size."""

    episode = models.OneToOneField(
        "records.Episode", models.CASCADE, primary_key=True, db_comment="Which stay"
    )
    clinic = models.ForeignKey("records.Clinic", models.CASCADE, db_comment="The site")
    patient = models.ForeignKey("records.Patient", models.CASCADE, db_comment="The person")
    name = models.CharField(max_length=120, db_comment="Current name")
    code = models.CharField(max_length=64, db_comment="Site's own identifier")
    search_text = models.CharField(max_length=200, db_comment="Name and code in lower case, to search in")
    stage = models.CharField(max_length=32, db_comment="Stage of the episode")
    closed = models.BooleanField(default=False, db_comment="True once the episode has ended")
    urgency = models.PositiveSmallIntegerField(
        db_comment="0 now, 1 today, 2 this week, 3 when convenient, 4 nothing to do"
    )
    since = models.DateTimeField(db_comment="Since when the first next step stands, UTC; older comes first")
    next_step = models.CharField(max_length=200, blank=True, db_comment="Title of the first suggestion")
    next_step_owner = models.CharField(max_length=20, blank=True, db_comment="Role that should act")
    open_alerts = models.PositiveSmallIntegerField(default=0, db_comment="Alerts not yet acknowledged")
    instrument = models.CharField(max_length=32, blank=True, db_comment="Instrument of the recent scores")
    recent_scores = models.JSONField(
        default=list, db_comment="Up to twelve newest complete scores, oldest first: [moment, total]"
    )
    band = models.CharField(max_length=32, blank=True, db_comment="Band of the newest score")
    last_check_in_at = models.DateTimeField(null=True, db_comment="Newest check-in, UTC")
    last_infusion_at = models.DateTimeField(null=True, db_comment="Newest infusion, UTC")
    infusions = models.PositiveSmallIntegerField(default=0, db_comment="Number of infusions")
    therapy = models.CharField(max_length=32, blank=True, db_comment="Therapy of the newest course")
    sessions_attended = models.PositiveSmallIntegerField(
        default=0, db_comment="Sessions attended in that course"
    )
    drifting = models.BooleanField(
        default=False, db_comment="Whether sessions or check-ins have been missing for long enough to call"
    )
    updated_at = models.DateTimeField(db_comment="When the row was derived, UTC")
    looked_at = models.DateTimeField(
        null=True, db_comment="When the nightly run last looked whether it must be derived anew, UTC"
    )

    class Meta:
        db_table_comment = "Derived list of episodes, sorted by need"
        # Conditions rather than columns: SQLite does not look up "not closed" in an index of `closed`.
        indexes = (
            models.Index(
                fields=["clinic", "urgency", "since"],
                condition=models.Q(closed=False),
                name="caseload_by_need",
            ),
            models.Index(
                fields=["clinic", "stage", "urgency", "since"],
                condition=models.Q(closed=False),
                name="caseload_by_stage",
            ),
            models.Index(
                fields=["clinic"], condition=models.Q(open_alerts__gt=0), name="caseload_with_alerts"
            ),
        )
