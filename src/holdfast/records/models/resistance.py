"""What was tried before, how ill the person is, and whether ketamine may be given: the ground of a course."""

from django.db import models

from holdfast.records.models.facts import Fact


class DrugTrial(Fact):
    """One antidepressant that was tried; `happened_at` is when it was told or read. Adequacy is derived, never kept."""

    class Stopped(models.TextChoices):
        """Why it was stopped."""

        NO_EFFECT = "no_effect", "too little effect"
        SIDE_EFFECTS = "side_effects", "side effects"
        OWN_WISH = "own_wish", "own wish"
        OTHER = "other", "another reason"
        GOES_ON = "goes_on", "goes on"
        NOT_KNOWN = "not_known", "not known"

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    drug = models.CharField(
        max_length=48, db_comment="Slug in the table of antidepressants, or the name as told"
    )
    this_episode = models.BooleanField(
        default=True, db_comment="Whether it was tried in this episode of depression; only such trials count"
    )
    began_on = models.DateField(null=True, db_comment="First day, where known")
    dose_mg = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, db_comment="Highest dose, mg a day; empty when not known"
    )
    weeks = models.DecimalField(
        max_digits=5,
        decimal_places=1,
        null=True,
        db_comment="Weeks at or above the minimum effective dose; empty when not known",
    )
    optimised = models.BooleanField(
        default=False, db_comment="Whether dose or duration was raised beyond the minimum before giving up"
    )
    augmented_with = models.CharField(
        max_length=80, blank=True, db_comment="What was added to it, such as lithium; empty without"
    )
    improvement_percent = models.SmallIntegerField(
        null=True, db_comment="How much better at best, percent; empty when not known"
    )
    stopped = models.CharField(max_length=12, choices=Stopped.choices, db_comment="Why it was stopped")
    note = models.CharField(max_length=500, blank=True, db_comment="Anything to know, in words")

    class Meta:
        db_table_comment = "Antidepressants tried"
        indexes = (models.Index(fields=["episode", "happened_at"], name="drug_trial_of_episode"),)


class OtherTrial(Fact):
    """A treatment other than an antidepressant that was tried: ECT, TMS or psychotherapy."""

    class Kind(models.TextChoices):
        """What kind of treatment."""

        ECT_BILATERAL = "ect_bilateral", "ECT, both sides"
        ECT_UNILATERAL = "ect_unilateral", "ECT, one side"
        TMS = "tms", "TMS"
        PSYCHOTHERAPY = "psychotherapy", "psychotherapy"
        OTHER = "other", "another treatment"

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    kind = models.CharField(max_length=16, choices=Kind.choices, db_comment="What kind of treatment")
    detail = models.CharField(max_length=120, blank=True, db_comment="Which, such as the therapy or the coil")
    this_episode = models.BooleanField(
        default=True, db_comment="Whether it was in this episode of depression"
    )
    sessions = models.PositiveSmallIntegerField(
        null=True, db_comment="How many sessions; empty when not known"
    )
    improvement_percent = models.SmallIntegerField(
        null=True, db_comment="How much better at best, percent; empty when not known"
    )
    note = models.CharField(max_length=500, blank=True, db_comment="Anything to know, in words")

    class Meta:
        db_table_comment = "Other treatments tried"
        indexes = (models.Index(fields=["episode", "happened_at"], name="other_trial_of_episode"),)


class IllnessCourse(Fact):
    """How long this episode of depression has lasted and how severe it is: what the Maudsley staging asks for."""

    class Severity(models.TextChoices):
        """Severity as the Maudsley staging grades it."""

        SUBSYNDROMAL = "subsyndromal", "below the threshold"
        MILD = "mild", "mild"
        MODERATE = "moderate", "moderate"
        SEVERE = "severe", "severe, without psychosis"
        PSYCHOTIC = "psychotic", "severe, with psychosis"

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    months = models.PositiveSmallIntegerField(null=True, db_comment="Months this episode has lasted")
    severity = models.CharField(
        max_length=12, choices=Severity.choices, blank=True, db_comment="Severity; empty when not judged"
    )
    suicide_history = models.CharField(
        max_length=500, blank=True, db_comment="Attempts and self-harm, in words"
    )
    conditions = models.CharField(max_length=1000, blank=True, db_comment="Other illnesses, body and mind")
    substances = models.CharField(max_length=500, blank=True, db_comment="Alcohol, drugs, nicotine, in words")
    medicines = models.CharField(max_length=1000, blank=True, db_comment="Medicines taken now with doses")
    may_be_pregnant = models.BooleanField(
        null=True, db_comment="Whether pregnancy is possible at all; empty when not asked"
    )

    class Meta:
        db_table_comment = "History at the start of care"
        indexes = (models.Index(fields=["episode", "happened_at"], name="illness_course_of_episode"),)


class EligibilityReview(Fact):
    """Exclusions and cautions of a treatment looked at, one by one."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    treatment = models.CharField(max_length=32, db_comment="Slug of the treatment protocol")
    found = models.JSONField(
        db_comment="Criterion to absent, present or not_known; a criterion that is not there was not looked at"
    )
    note = models.CharField(max_length=1000, blank=True, db_comment="What was weighed, in words")

    class Meta:
        db_table_comment = "Reviews of exclusions and cautions"
        indexes = (models.Index(fields=["episode", "happened_at"], name="eligibility_of_episode"),)


class Consent(Fact):
    """Consent to a treatment given on a form, or taken back; `happened_at` is when it was signed."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    treatment = models.CharField(max_length=32, db_comment="Slug of the treatment protocol")
    given = models.BooleanField(db_comment="True when given, false when taken back or refused")
    form_version = models.CharField(
        max_length=64, blank=True, db_comment="Version of the form that was signed"
    )
    expires_on = models.DateField(null=True, db_comment="Last day it holds; empty when taken back")
    note = models.CharField(max_length=500, blank=True, db_comment="What was talked over, in words")

    class Meta:
        db_table_comment = "Consents to treatments"
        indexes = (models.Index(fields=["episode", "happened_at"], name="consent_of_episode"),)
        constraints = (
            models.CheckConstraint(
                name="consent_given_expires",
                condition=models.Q(given=False) | models.Q(expires_on__isnull=False),
            ),
        )


class BodyMeasure(Fact):
    """Weight, and height where it was measured; `happened_at` is when."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    weight_kg = models.DecimalField(max_digits=4, decimal_places=1, db_comment="Body weight, kg")
    height_cm = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, db_comment="Height, cm; empty when not measured"
    )

    class Meta:
        db_table_comment = "Weights and heights"
        indexes = (models.Index(fields=["episode", "happened_at"], name="body_measure_of_episode"),)
