"""The trail: every link holds the one before it."""

from datetime import timedelta

import pytest
from django.db import connection

from holdfast.access import Viewer
from holdfast.care import audit
from holdfast.records import append_only
from holdfast.records.models import AuditEvent
from tests.make import NOW

pytestmark = pytest.mark.django_db


def test_chain_when_untouched_holds(nurse: Viewer, episode_id: int) -> None:
    assert AuditEvent.objects.count() == 3
    assert audit.first_broken_link() is None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE records_auditevent SET subject_id = '999' WHERE number = 2",
        "UPDATE records_auditevent SET hash = previous_hash WHERE number = 2",
        "DELETE FROM records_auditevent WHERE number = 2",
    ],
)
def test_chain_when_tampered_with_names_the_broken_link(
    nurse: Viewer, episode_id: int, tampering: str
) -> None:
    table = AuditEvent._meta.db_table
    with connection.cursor() as cursor:
        for event in append_only.EVENTS[connection.vendor]:
            on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {table}_no_{event}{on_table}")
        cursor.execute(tampering)
    assert append_only.unguarded("default") == (table,)
    assert audit.first_broken_link() == 2


def test_viewing_when_repeated_within_the_hour_is_noted_once(nurse: Viewer) -> None:
    for minutes in (0, 30, 59, 61):
        audit.note_viewing(subject="episode_id", subject_id=7, by=nurse, at=NOW + timedelta(minutes=minutes))
    assert AuditEvent.objects.filter(action="viewed").count() == 2
