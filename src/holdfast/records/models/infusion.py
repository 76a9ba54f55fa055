"""An infusion that was given."""

from django.db import models

from holdfast.records.models.facts import Fact


class Infusion(Fact):
    """Drug and dose, as given; `happened_at` is when it began."""

    episode = models.ForeignKey("records.Episode", models.PROTECT, db_comment="Whose stay")
    drug = models.CharField(
        max_length=32, db_comment="Slug of the treatment protocol, for example ketamine_iv"
    )
    dose_mg = models.DecimalField(
        max_digits=6, decimal_places=1, null=True, db_comment="Dose in mg; empty when only mg/kg was reported"
    )
    dose_mg_per_kg = models.DecimalField(
        max_digits=4, decimal_places=2, null=True, db_comment="Dose in mg per kg; empty for a fixed dose"
    )
    weight_kg = models.DecimalField(
        max_digits=5,
        decimal_places=1,
        null=True,
        db_comment="Weight the dose was based on, kg; empty when not reported",
    )
    visit = models.ForeignKey(
        "records.InfusionVisit",
        models.PROTECT,
        null=True,
        related_name="infusions",
        db_comment="The visit it was given at; empty when only reported",
    )

    class Meta:
        db_table_comment = "Infusions given"
        indexes = (models.Index(fields=["episode", "happened_at"], name="infusion_of_episode_by_time"),)
        constraints = (
            models.CheckConstraint(
                name="infusion_dose_is_positive",
                condition=(models.Q(dose_mg_per_kg__gt=0) | models.Q(dose_mg_per_kg__isnull=True))
                & (models.Q(dose_mg__gt=0) | models.Q(dose_mg__isnull=True))
                & (models.Q(dose_mg_per_kg__isnull=False) | models.Q(dose_mg__isnull=False)),
            ),
        )
