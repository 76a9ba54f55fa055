"""A person's log-in: staff, or a patient."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from holdfast.access import Role, Viewer


class AccountManager(BaseUserManager["Account"]):
    """Finds an account by its user name, whatever the case it is typed in."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """The account of that user name; user names are kept in lower case."""
        return self.get(username=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """A register of log-ins: one role and one clinic each; a patient's account names the patient."""

    username = models.CharField(max_length=150, unique=True, db_comment="Lower-case log-in name")
    name = models.CharField(max_length=120, db_comment="Name shown to colleagues or to the patient")
    email = models.EmailField(blank=True, db_comment="Where alert notices go; may be empty")
    role = models.CharField(
        max_length=20,
        choices=[(role.value, role.value) for role in Role],
        db_comment="One of holdfast.access.Role",
    )
    clinic = models.ForeignKey("records.Clinic", models.PROTECT, db_comment="The site they belong to")
    patient = models.OneToOneField(
        "records.Patient",
        models.PROTECT,
        null=True,
        db_comment="Whose own account this is; only for role patient",
    )
    zone = models.CharField(max_length=64, db_comment="IANA time zone moments are shown in")
    is_active = models.BooleanField(default=True, db_comment="False when the log-in is closed")

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"

    class Meta:
        db_table_comment = "Log-ins of staff and patients"
        constraints = (
            models.CheckConstraint(
                name="account_patient_iff_role_patient",
                condition=models.Q(role=Role.PATIENT.value, patient__isnull=False)
                | (~models.Q(role=Role.PATIENT.value) & models.Q(patient__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return self.username

    @property
    def viewer(self) -> Viewer:
        """This account as the one who looks or acts."""
        return Viewer(
            account_id=self.pk,
            role=Role(self.role),
            clinic_id=self.clinic_id,
            patient_id=self.patient_id,
            name=self.name,
            zone=self.zone,
        )
