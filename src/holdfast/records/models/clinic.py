"""A site that gives care, with its own zone, crisis contacts and alert limits."""

from django.db import models


class Clinic(models.Model):
    """A register: few rows, changed by an administrator, each change audited."""

    slug = models.SlugField(unique=True, db_comment="Short name used in addresses and commands")
    name = models.CharField(max_length=120, db_comment="Name shown to people")
    zone = models.CharField(max_length=64, db_comment="IANA time zone of the site")
    is_demo = models.BooleanField(
        default=False, db_comment="True for the synthetic clinic; never mixed with real"
    )
    crisis_contacts = models.JSONField(
        default=list, db_comment="List of {label, phone, text, hours, verified_on}: help shown to patients"
    )
    alert_owner = models.ForeignKey(
        "records.Account",
        models.PROTECT,
        null=True,
        related_name="+",
        db_comment="Who gets a safety alert first",
    )
    alert_backup = models.ForeignKey(
        "records.Account",
        models.PROTECT,
        null=True,
        related_name="+",
        db_comment="Who gets it when the first does not answer",
    )
    alert_lead = models.ForeignKey(
        "records.Account",
        models.PROTECT,
        null=True,
        related_name="+",
        db_comment="Who gets it last: the site lead",
    )
    alert_hours = models.JSONField(
        default=list,
        db_comment="Hours to acknowledge an alert of level 1, 2, 3; a site default, a convention without a source",
    )

    class Meta:
        db_table_comment = "Sites that give care"

    def __str__(self) -> str:
        return self.name
