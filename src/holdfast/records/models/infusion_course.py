"""A course of infusions: what was ordered, its plan and bookings, the chairs, what was decided about spacing."""

from django.db import models

from holdfast.records.models.facts import AppendOnly, Fact


class InfusionCourse(Fact):
    """A course of one treatment on one schedule; `happened_at` is when it was agreed to begin."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    treatment = models.CharField(max_length=32, db_comment="Slug of the treatment protocol")
    protocol_version = models.CharField(max_length=32, db_comment="Version of the protocol then")
    schedule = models.CharField(max_length=32, db_comment="Slug of the schedule in the protocol")

    class Meta:
        db_table_comment = "Courses of infusions"
        indexes = (models.Index(fields=["episode", "happened_at"], name="infusion_course_of_episode"),)


class InfusionCourseDecision(Fact):
    """Something decided about a course: held, gone on with, stopped, a maintenance pattern, a review, a booster."""

    class Kind(models.TextChoices):
        """What was decided about."""

        HOLD = "hold", "hold"
        GO_ON = "go_on", "go on"
        STOP = "stop", "stop"
        MAINTENANCE = "maintenance", "maintenance pattern"
        REVIEW = "review", "review of non-response"
        BOOSTER = "booster", "booster"

    course = models.ForeignKey(
        InfusionCourse, models.PROTECT, related_name="decisions", db_comment="Which course"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices, db_comment="What was decided about")
    value = models.CharField(
        max_length=64,
        blank=True,
        db_comment="A pattern's slug, the day a hold ends, or what a review came to",
    )
    reason = models.CharField(max_length=1000, db_comment="Why, in words")

    class Meta:
        db_table_comment = "Decisions about courses of infusions"
        indexes = (models.Index(fields=["course", "happened_at"], name="infusion_decision_by_time"),)


class InfusionOrder(Fact):
    """A prescription with its arithmetic as it was signed; `happened_at` is when. A new one replaces it."""

    class Basis(models.TextChoices):
        """What the dose was worked out from."""

        ACTUAL_WEIGHT = "actual_weight", "actual weight"
        IDEAL_WEIGHT = "ideal_weight", "ideal body weight"
        FIXED = "fixed", "fixed dose"

    course = models.ForeignKey(
        InfusionCourse, models.PROTECT, related_name="orders", db_comment="Which course"
    )
    basis = models.CharField(
        max_length=16, choices=Basis.choices, db_comment="What the dose was worked out from"
    )
    measure = models.ForeignKey(
        "records.BodyMeasure",
        models.PROTECT,
        null=True,
        db_comment="The weight it rests on; empty for a fixed dose",
    )
    dosing_weight_kg = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, db_comment="Weight the dose was worked out from, kg"
    )
    dose_mg_per_kg = models.DecimalField(
        max_digits=4, decimal_places=2, null=True, db_comment="Dose in mg per kg; empty for a fixed dose"
    )
    dose_mg = models.DecimalField(max_digits=6, decimal_places=1, db_comment="Dose in mg")
    minutes = models.PositiveSmallIntegerField(null=True, db_comment="How long it runs; empty for a spray")
    vial_mg_per_ml = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, db_comment="Concentration of the vial, mg per mL"
    )
    drawn_ml = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, db_comment="Volume to draw from the vial, mL"
    )
    diluted_to_ml = models.DecimalField(
        max_digits=6,
        decimal_places=1,
        null=True,
        db_comment="Volume of the syringe or bag it is made up to, mL",
    )
    rate_ml_per_hour = models.DecimalField(
        max_digits=6, decimal_places=1, null=True, db_comment="Rate of the pump, mL per hour"
    )
    arithmetic = models.JSONField(db_comment="Each number with its formula, as it was signed")
    valid_until = models.DateField(db_comment="Last day it holds")
    reason = models.CharField(
        max_length=500, blank=True, db_comment="Why this dose, where it is not the usual"
    )
    needs_second = models.BooleanField(
        db_comment="Whether a second prescriber must sign: above the usual dose"
    )

    class Meta:
        db_table_comment = "Signed orders of infusions"
        indexes = (models.Index(fields=["course", "happened_at"], name="order_of_course_by_time"),)
        constraints = (
            models.CheckConstraint(name="order_dose_is_positive", condition=models.Q(dose_mg__gt=0)),
            models.CheckConstraint(
                name="order_is_by_weight_or_fixed",
                condition=models.Q(basis="fixed", dose_mg_per_kg__isnull=True)
                | (~models.Q(basis="fixed") & models.Q(dose_mg_per_kg__gt=0, dosing_weight_kg__gt=0)),
            ),
        )


class OrderSignature(AppendOnly):
    """The second signature under an order above the usual dose, by someone other than the first."""

    order = models.OneToOneField(
        InfusionOrder, models.PROTECT, related_name="second_signature", db_comment="Which order"
    )
    signed_at = models.DateTimeField(db_comment="When, UTC")
    signed_by = models.ForeignKey("records.Account", models.PROTECT, related_name="+", db_comment="Who")

    class Meta:
        db_table_comment = "Second signatures under orders"


class Chair(models.Model):
    """A place where infusions are given. A register: few rows, each change in the trail."""

    clinic = models.ForeignKey("records.Clinic", models.PROTECT, db_comment="Which site")
    name = models.CharField(max_length=60, db_comment="What it is called, such as Chair 2 or Room B")
    is_active = models.BooleanField(default=True, db_comment="False when it is no longer used")

    class Meta:
        db_table_comment = "Places where infusions are given"
        constraints = (models.UniqueConstraint(fields=["clinic", "name"], name="chair_once_in_a_clinic"),)


class InfusionBooking(Fact):
    """An infusion that is booked; `happened_at` is when it is to begin. A moved one is replaced."""

    course = models.ForeignKey(
        InfusionCourse, models.PROTECT, related_name="bookings", db_comment="Which course"
    )
    minutes = models.PositiveSmallIntegerField(db_comment="How long chair and nurse are kept")
    chair = models.ForeignKey(Chair, models.PROTECT, db_comment="Where")
    nurse = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who looks after it"
    )
    booster = models.BooleanField(default=False, db_comment="Whether it is outside the plan of the course")

    class Meta:
        db_table_comment = "Booked infusions"
        indexes = (
            models.Index(fields=["course", "happened_at"], name="booking_of_course_by_time"),
            models.Index(fields=["chair", "happened_at"], name="booking_of_chair_by_time"),
            models.Index(fields=["nurse", "happened_at"], name="booking_of_nurse_by_time"),
        )


class BookingCancellation(Fact):
    """A booked infusion that will not take place, whose doing it was, and why."""

    class Whose(models.TextChoices):
        """Who cancelled, or what became of it."""

        PATIENT = "patient", "the patient"
        CLINIC = "clinic", "the clinic"
        NOT_GO = "not_go", "the list of the day said no"
        DID_NOT_COME = "did_not_come", "did not come"

    booking = models.ForeignKey(
        InfusionBooking, models.PROTECT, related_name="cancellations", db_comment="Which booking"
    )
    whose = models.CharField(max_length=16, choices=Whose.choices, db_comment="Whose doing it was")
    reason = models.CharField(max_length=500, db_comment="Why, in words")

    class Meta:
        db_table_comment = "Cancelled infusions"
        constraints = (
            models.UniqueConstraint(
                fields=["booking"],
                name="one_cancellation_of_a_booking",
                condition=models.Q(replaces__isnull=True),
            ),
        )


class SpacingDecision(Fact):
    """How to space infusions from here, with the reason, beside the forecast that was on the screen."""

    class Choice(models.TextChoices):
        """What was decided."""

        HOLD = "hold", "hold the spacing"
        STRETCH = "stretch", "stretch it"
        BRING_FORWARD = "bring_forward", "bring the next one forward"
        STOP = "stop", "stop infusions"

    course = models.ForeignKey(
        InfusionCourse, models.PROTECT, related_name="spacings", db_comment="Which course"
    )
    infusion = models.ForeignKey(
        "records.Infusion", models.PROTECT, null=True, db_comment="The last infusion then; empty without one"
    )
    choice = models.CharField(max_length=16, choices=Choice.choices, db_comment="What was decided")
    days = models.PositiveSmallIntegerField(
        null=True, db_comment="Days from the last infusion to the next; empty when stopped"
    )
    reason = models.CharField(max_length=1000, db_comment="Why, in words")
    outlook = models.ForeignKey(
        "records.Outlook",
        models.PROTECT,
        null=True,
        db_comment="The forecast seen then; empty when there was none",
    )

    class Meta:
        db_table_comment = "Decisions on the spacing of infusions"
        indexes = (models.Index(fields=["course", "happened_at"], name="spacing_of_course_by_time"),)
        constraints = (
            models.CheckConstraint(
                name="spacing_has_days_unless_stopped",
                condition=models.Q(choice="stop", days__isnull=True)
                | (~models.Q(choice="stop") & models.Q(days__gt=0)),
            ),
        )


class SafetyReview(Fact):
    """The safety review of a long course: each topic with what was found, beside the exposure so far."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    treatment = models.CharField(max_length=32, db_comment="Slug of the treatment protocol")
    findings = models.JSONField(db_comment="Topic to {found: none, some or not_asked; note}")
    exposure = models.JSONField(db_comment="Exposure shown then: {mg, count, mg_of_year, count_of_year}")
    action = models.CharField(max_length=1000, blank=True, db_comment="What follows from it, in words")

    class Meta:
        db_table_comment = "Safety reviews of long courses"
        indexes = (models.Index(fields=["episode", "happened_at"], name="safety_review_of_episode"),)


class ThresholdSetting(Fact):
    """A threshold a site has set for itself, signed; `happened_at` is from when it holds."""

    clinic = models.ForeignKey("records.Clinic", models.PROTECT, db_comment="Which site")
    treatment = models.CharField(max_length=32, db_comment="Slug of the treatment protocol")
    name = models.CharField(max_length=48, db_comment="Name of the threshold in the protocol")
    value = models.FloatField(null=True, db_comment="The site's value; empty when set back to the protocol's")
    reason = models.CharField(max_length=500, db_comment="Why, in words")

    class Meta:
        db_table_comment = "Thresholds a site has set, each with a signature"
        indexes = (models.Index(fields=["clinic", "treatment", "name"], name="setting_of_clinic"),)


class CalendarFeed(AppendOnly):
    """The secret address under which a calendar program reads someone's bookings; the newest holds, older ones not."""

    account = models.ForeignKey("records.Account", models.PROTECT, db_comment="Whose calendar")
    token_digest = models.CharField(
        max_length=64,
        unique=True,
        db_comment="SHA-256 of the secret in the address; empty secret never matches",
    )
    revoked = models.BooleanField(default=False, db_comment="True on a row that only ends the one before it")
    made_at = models.DateTimeField(db_comment="When it was made, UTC")

    class Meta:
        db_table_comment = "Addresses of calendar feeds"
        indexes = (models.Index(fields=["account", "-made_at"], name="feed_newest_of_account"),)
