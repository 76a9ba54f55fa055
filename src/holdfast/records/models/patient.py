"""A person in care: an identity that never changes, and details that are corrected by new rows."""

from django.db import models

from holdfast.records.models.facts import AppendOnly, Fact


class Patient(AppendOnly):
    """The identity: which clinic knows the person by which code."""

    clinic = models.ForeignKey(
        "records.Clinic", models.PROTECT, db_comment="The site that cares for the person"
    )
    code = models.CharField(max_length=64, db_comment="The site's own identifier of the person")
    recorded_at = models.DateTimeField(db_comment="When the person was enrolled, UTC")
    recorded_by = models.ForeignKey(
        "records.Account", models.PROTECT, related_name="+", db_comment="Who enrolled them"
    )

    class Meta:
        db_table_comment = "People in care: identity only"
        constraints = (
            models.UniqueConstraint(fields=["clinic", "code"], name="patient_code_once_in_a_clinic"),
        )

    def __str__(self) -> str:
        return self.code


class PatientDetails(Fact):
    """Name, date of birth and time zone as known from `happened_at` on."""

    patient = models.ForeignKey(Patient, models.PROTECT, db_comment="Whose details")
    name = models.CharField(max_length=120, db_comment="Name as the person wishes to be called")
    born_on = models.DateField(null=True, db_comment="Date of birth; empty when not known")
    zone = models.CharField(max_length=64, db_comment="IANA time zone the person lives in")

    class Meta:
        db_table_comment = "Name, date of birth and zone of a person; the newest current row holds"
