"""The two abstract kinds of row that are written once: anything append-only, and a clinical fact."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models

from holdfast.errors import Conflict


class AppendOnly(models.Model):
    """A row that is written once; the database refuses to change or remove it (`records.append_only`)."""

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        """Write a new row; an existing one is refused here before the database refuses it."""
        if not self._state.adding:
            raise Conflict(f"a {self._meta.verbose_name} is never changed: record a correction instead")
        super().save(**options)


class CurrentFacts(models.Manager[Any]):
    """The facts that hold now: not replaced by a correction, and not withdrawn as entered in error."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Rows without a successor that are not themselves a withdrawal."""
        return super().get_queryset().filter(replaced_by__isnull=True, entered_in_error=False)


class Fact(AppendOnly):
    """Something that happened to a patient, as someone recorded it."""

    uid = models.UUIDField(
        default=uuid.uuid4, unique=True, db_comment="Made by the sender, so that sending twice counts once"
    )
    happened_at = models.DateTimeField(db_comment="When it happened, UTC")
    recorded_at = models.DateTimeField(db_comment="When it was recorded, UTC")
    recorded_by = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who recorded it"
    )
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="replaced_by",
        db_comment="The row this one corrects; that row stays as it was",
    )
    entered_in_error = models.BooleanField(
        default=False, db_comment="True on a correction that withdraws the row it replaces"
    )
    correction_reason = models.CharField(
        max_length=500,
        blank=True,
        db_comment="Why the replaced row was wrong; empty when nothing is replaced",
    )

    objects: ClassVar[models.Manager[Self]] = models.Manager()
    current: ClassVar[CurrentFacts] = CurrentFacts()

    class Meta:
        abstract = True
