"""The database itself refuses to change or remove a fact."""

import pytest
from django.db import DatabaseError, connection, transaction

from holdfast.access import Role
from holdfast.errors import Conflict
from holdfast.records import append_only
from holdfast.records.models import Episode, Patient
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    clinic_id = make.make_clinic()
    make.make_episode(by=make.make_account(Role.NURSE, clinic_id=clinic_id))
    return Patient.objects.get()


def test_tables_of_facts_when_migrated_are_all_guarded() -> None:
    assert append_only.unguarded("default") == ()
    assert len(append_only.tables()) == 59


def test_update_when_tried_past_the_application_is_refused_by_the_database(patient: Patient) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Patient.objects.update(code="other")
    assert Patient.objects.get().code == "P-1"


def test_delete_when_tried_past_the_application_is_refused_by_the_database(patient: Patient) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM records_patientdetails")


def test_save_when_the_row_is_there_already_is_refused(patient: Patient) -> None:
    patient.code = "other"
    with pytest.raises(Conflict, match="never changed"):
        patient.save()


@pytest.mark.parametrize("model", append_only.tables())
def test_every_column_when_created_has_its_comment(model: str) -> None:
    from django.apps import apps

    (found,) = [m for m in apps.get_app_config("records").get_models() if m._meta.db_table == model]
    silent = [f.name for f in found._meta.local_concrete_fields if not f.primary_key and not f.db_comment]
    assert silent == []
    assert Episode._meta.db_table_comment
