"""Who did or saw what, in a chain in which no link can be changed or taken out unnoticed."""

from django.db import models

from holdfast.records.models.facts import AppendOnly


class AuditEvent(AppendOnly):
    """One link. It has no foreign keys: the trail outlives what it speaks of."""

    number = models.BigIntegerField(unique=True, db_comment="Position in the chain, from 1, without gaps")
    at = models.DateTimeField(db_comment="When, UTC")
    actor_id = models.BigIntegerField(db_comment="Account that acted")
    actor_role = models.CharField(max_length=20, db_comment="Role of that account then")
    clinic_id = models.BigIntegerField(db_comment="Clinic of that account then")
    action = models.CharField(max_length=64, db_comment="What was done, for example check-in submitted")
    subject = models.CharField(max_length=40, db_comment="Kind of thing it was done to")
    subject_id = models.CharField(max_length=40, db_comment="Which one")
    detail = models.JSONField(default=dict, db_comment="Further identifiers; never answers or names")
    previous_hash = models.CharField(max_length=64, db_comment="Hash of the link before")
    hash = models.CharField(max_length=64, db_comment="SHA-256 over this link and the hash before")

    class Meta:
        db_table_comment = "Hash-chained trail of reads and writes"
        indexes = (
            models.Index(
                fields=["actor_id", "action", "subject_id", "-at"], name="audit_of_actor_and_subject"
            ),
        )
