"""The day of an infusion: arrival, go or no-go, the flow sheet, the drug's balance, and going home."""

from django.db import models

from holdfast.records.models.facts import Fact


class InfusionVisit(Fact):
    """Someone is here for an infusion; `happened_at` is when they came. Everything of the day hangs on it."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    booking = models.ForeignKey(
        "records.InfusionBooking", models.PROTECT, related_name="visits", db_comment="The booking it came of"
    )

    class Meta:
        db_table_comment = "Visits for infusions"
        indexes = (models.Index(fields=["episode", "happened_at"], name="visit_of_episode_by_time"),)
        constraints = (
            models.UniqueConstraint(
                fields=["booking"], name="one_visit_of_a_booking", condition=models.Q(replaces__isnull=True)
            ),
        )


class GoAnswer(Fact):
    """The answer to one line of the go / no-go list. Answered again, a new row counts and the old one stays."""

    class Answer(models.TextChoices):
        """What was found."""

        YES = "yes", "yes"
        NO = "no", "no"
        NOT_KNOWN = "not_known", "not known"

    visit = models.ForeignKey(InfusionVisit, models.PROTECT, related_name="answers", db_comment="Which visit")
    line = models.CharField(max_length=32, db_comment="Slug of the line in the protocol")
    answer = models.CharField(max_length=12, choices=Answer.choices, db_comment="What was found")
    note = models.CharField(max_length=300, blank=True, db_comment="Anything to know, in words")

    class Meta:
        db_table_comment = "Answers of the go / no-go list"
        indexes = (models.Index(fields=["visit", "line", "happened_at"], name="go_answer_of_visit"),)


class Override(Fact):
    """Going on in spite of a rule, signed by someone who may, with the reason."""

    class About(models.TextChoices):
        """Which rule it is about."""

        ELIGIBILITY = "eligibility", "eligibility"
        GO = "go", "go or no-go"
        DISCHARGE = "discharge", "going home"

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    about = models.CharField(max_length=12, choices=About.choices, db_comment="Which list the rule is on")
    criterion = models.CharField(max_length=32, db_comment="Slug of the criterion or check in the protocol")
    review = models.ForeignKey(
        "records.EligibilityReview", models.PROTECT, null=True, related_name="overrides",
        db_comment="The review it belongs to; empty for a day's list",
    )  # fmt: skip
    visit = models.ForeignKey(
        InfusionVisit, models.PROTECT, null=True, related_name="overrides",
        db_comment="The visit it belongs to; empty for eligibility",
    )  # fmt: skip
    reason = models.CharField(max_length=500, db_comment="Why, in words")

    class Meta:
        db_table_comment = "Signed overrides"
        constraints = (
            models.CheckConstraint(
                name="override_of_review_or_visit",
                condition=models.Q(about="eligibility", review__isnull=False, visit__isnull=True)
                | (~models.Q(about="eligibility") & models.Q(review__isnull=True, visit__isnull=False)),
            ),
        )


class VitalsRow(Fact):
    """One row of the flow sheet; `happened_at` is when it was measured. What was not measured is empty."""

    visit = models.ForeignKey(InfusionVisit, models.PROTECT, related_name="vitals", db_comment="Which visit")
    due_minute = models.SmallIntegerField(
        null=True, db_comment="Minute after the start it was due at; -1 before the drug; empty for one more"
    )
    systolic = models.PositiveSmallIntegerField(null=True, db_comment="Systolic pressure, mmHg")
    diastolic = models.PositiveSmallIntegerField(null=True, db_comment="Diastolic pressure, mmHg")
    heart_rate = models.PositiveSmallIntegerField(null=True, db_comment="Pulse, beats a minute")
    oxygen = models.PositiveSmallIntegerField(null=True, db_comment="Oxygen saturation, percent")
    breaths = models.PositiveSmallIntegerField(null=True, db_comment="Breaths a minute")
    sedation = models.PositiveSmallIntegerField(null=True, db_comment="MOAA/S, 0 to 5; 5 is alert")
    dissociation = models.PositiveSmallIntegerField(null=True, db_comment="Dissociation, 0 to 10")
    cadss6 = models.PositiveSmallIntegerField(null=True, db_comment="CADSS-6 total, 0 to 24")
    nausea = models.PositiveSmallIntegerField(null=True, db_comment="Nausea, 0 to 10")
    note = models.CharField(max_length=300, blank=True, db_comment="Anything to know, in words")

    class Meta:
        db_table_comment = "Rows of the flow sheet"
        indexes = (models.Index(fields=["visit", "happened_at"], name="vitals_of_visit_by_time"),)
        constraints = (
            models.CheckConstraint(
                name="vitals_possible",
                condition=(models.Q(oxygen__isnull=True) | models.Q(oxygen__lte=100))
                & (models.Q(sedation__isnull=True) | models.Q(sedation__lte=5))
                & (models.Q(dissociation__isnull=True) | models.Q(dissociation__lte=10))
                & (models.Q(nausea__isnull=True) | models.Q(nausea__lte=10))
                & (models.Q(cadss6__isnull=True) | models.Q(cadss6__lte=24)),
            ),
        )


class VitalsSeen(Fact):
    """Who saw a row that is out of range, and what they did; until then it stands at the top of the sheet."""

    row = models.ForeignKey(VitalsRow, models.PROTECT, related_name="seen", db_comment="Which row")
    action = models.CharField(max_length=300, db_comment="What was done, in words")

    class Meta:
        db_table_comment = "Out-of-range rows that were answered"


class InfusionEvent(Fact):
    """Something that happened in the chair: start, pause, a change of rate, a rescue drug, the end."""

    class Kind(models.TextChoices):
        """What happened."""

        START = "start", "started"
        PAUSE = "pause", "paused"
        RESUME = "resume", "went on"
        RATE = "rate", "rate changed"
        RESCUE = "rescue", "rescue drug"
        STOP = "stop", "stopped early"
        END = "end", "ended"
        NOTE = "note", "note"

    visit = models.ForeignKey(InfusionVisit, models.PROTECT, related_name="events", db_comment="Which visit")
    kind = models.CharField(max_length=8, choices=Kind.choices, db_comment="What happened")
    order = models.ForeignKey(
        "records.InfusionOrder",
        models.PROTECT,
        null=True,
        db_comment="The order it was started on; only at the start",
    )
    rate_ml_per_hour = models.DecimalField(
        max_digits=6, decimal_places=1, null=True, db_comment="New rate, mL per hour; for a change of rate"
    )
    drug = models.CharField(max_length=60, blank=True, db_comment="Rescue drug; empty otherwise")
    dose = models.CharField(
        max_length=40, blank=True, db_comment="Dose with its unit, as given; empty otherwise"
    )
    reason = models.CharField(max_length=300, blank=True, db_comment="Why, in words")

    class Meta:
        db_table_comment = "Events in the chair"
        indexes = (models.Index(fields=["visit", "happened_at"], name="event_of_visit_by_time"),)
        constraints = (
            # Two nurses may tap at the same moment: a drug is started once and ended once.
            models.UniqueConstraint(
                fields=["visit"],
                name="one_start_of_a_visit",
                condition=models.Q(kind="start", replaces__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["visit"],
                name="one_end_of_a_visit",
                condition=models.Q(kind__in=("end", "stop"), replaces__isnull=True),
            ),
        )


class AdverseEvent(Fact):
    """Something unwanted, whatever its cause; `happened_at` is when it began."""

    class Severity(models.TextChoices):
        """How bad it was."""

        MILD = "mild", "mild"
        MODERATE = "moderate", "moderate"
        SEVERE = "severe", "severe"

    class Related(models.TextChoices):
        """Whether the treatment may have caused it."""

        UNLIKELY = "unlikely", "unlikely"
        POSSIBLE = "possible", "possible"
        PROBABLE = "probable", "probable"

    class Outcome(models.TextChoices):
        """What became of it."""

        RECOVERED = "recovered", "recovered"
        GOES_ON = "goes_on", "goes on"
        LASTING = "lasting", "lasting harm"
        DIED = "died", "died"
        NOT_KNOWN = "not_known", "not known"

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    visit = models.ForeignKey(
        InfusionVisit, models.PROTECT, null=True, related_name="adverse_events",
        db_comment="The visit it happened at; empty between visits",
    )  # fmt: skip
    what = models.CharField(max_length=200, db_comment="What happened, in words")
    severity = models.CharField(max_length=8, choices=Severity.choices, db_comment="How bad")
    serious = models.BooleanField(
        db_comment="Death, danger to life, hospital, lasting harm: reported beyond the clinic"
    )
    related = models.CharField(max_length=8, choices=Related.choices, db_comment="Caused by the treatment")
    action = models.CharField(max_length=300, blank=True, db_comment="What was done")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, db_comment="What became of it")

    class Meta:
        db_table_comment = "Adverse events"
        indexes = (models.Index(fields=["episode", "happened_at"], name="adverse_event_of_episode"),)


class DrugEntry(Fact):
    """One line of the controlled-drug register: received, used, destroyed or counted, each with a witness."""

    class Kind(models.TextChoices):
        """What happened to the stock."""

        RECEIVED = "received", "received"
        USED = "used", "drawn for a person"
        DESTROYED = "destroyed", "destroyed"
        COUNTED = "counted", "counted"

    clinic = models.ForeignKey("records.Clinic", models.PROTECT, db_comment="Which site")
    treatment = models.CharField(max_length=32, db_comment="Slug of the treatment protocol")
    kind = models.CharField(max_length=12, choices=Kind.choices, db_comment="What happened")
    lot = models.CharField(max_length=40, db_comment="Lot number on the pack")
    expires_on = models.DateField(db_comment="Expiry on the pack")
    amount_mg = models.DecimalField(
        max_digits=9, decimal_places=1, db_comment="Received, drawn, destroyed, or found at the count, mg"
    )
    given_mg = models.DecimalField(
        max_digits=9, decimal_places=1, null=True, db_comment="Given to the person, mg; only when drawn"
    )
    wasted_mg = models.DecimalField(
        max_digits=9,
        decimal_places=1,
        null=True,
        db_comment="Thrown away before the witness, mg; only when drawn",
    )
    visit = models.ForeignKey(
        InfusionVisit, models.PROTECT, null=True, related_name="drug_entries",
        db_comment="The visit it was drawn for; empty otherwise",
    )  # fmt: skip
    witness = models.ForeignKey(
        "records.Account",
        models.PROTECT,
        related_name="+",
        db_comment="Who saw it and signed, another person",
    )
    note = models.CharField(
        max_length=300, blank=True, db_comment="Anything to know, such as why a count differs"
    )

    class Meta:
        db_table_comment = "Controlled-drug register"
        indexes = (models.Index(fields=["clinic", "treatment", "lot"], name="drug_entry_of_lot"),)
        constraints = (
            # Within half of the smallest step: SQLite adds decimals as binary fractions. The verb compares exactly.
            models.CheckConstraint(
                name="drug_drawn_is_given_and_wasted",
                condition=models.Q(
                    kind="used", visit__isnull=False, given_mg__gte=0, wasted_mg__gte=0,
                    amount_mg__gt=models.F("given_mg") + models.F("wasted_mg") - 0.05,
                    amount_mg__lt=models.F("given_mg") + models.F("wasted_mg") + 0.05,
                )
                | (~models.Q(kind="used") & models.Q(given_mg__isnull=True, wasted_mg__isnull=True)),
            ),
            models.CheckConstraint(
                name="drug_witness_is_another", condition=~models.Q(witness=models.F("recorded_by"))
            ),
        )  # fmt: skip


class Discharge(Fact):
    """Someone has gone home, and every criterion as it was then; `happened_at` is when they left."""

    visit = models.ForeignKey(
        InfusionVisit, models.PROTECT, related_name="discharges", db_comment="Which visit"
    )
    criteria = models.JSONField(db_comment="Criterion to {met, why, overridden_by}: as the list stood")
    escort_name = models.CharField(max_length=120, db_comment="Who took them home")
    note = models.CharField(max_length=500, blank=True, db_comment="Anything to know, in words")

    class Meta:
        db_table_comment = "Going home after infusions"
        constraints = (
            models.UniqueConstraint(
                fields=["visit"], name="one_discharge_of_a_visit", condition=models.Q(replaces__isnull=True)
            ),
        )
