"""A safety alert reaches a named person, and the next one when that person does not answer."""

from datetime import timedelta

import pytest
from django.core import mail

from holdfast.access import Role, Viewer
from holdfast.care import accounts, alerts, checkins
from holdfast.errors import Conflict, InvalidInput, NotFound
from holdfast.records.models import Alert, AlertAcknowledgement, AlertEscalation, CaseloadEntry
from holdfast.records.queries.alerts import answered, waiting
from tests import make
from tests.make import NOW, phq9

pytestmark = pytest.mark.django_db


@pytest.fixture
def owners(clinic_id: int, nurse: Viewer, therapist: Viewer, lead: Viewer) -> None:
    accounts.name_alert_owners(
        owner="okoro", backup="bell", lead="mo", by=accounts.operator(clinic_id), at=NOW
    )


@pytest.fixture
def alert(episode_id: int, ada: Viewer, owners: None) -> Alert:
    checkins.submit(episode_id, "phq9", phq9(0, 0, 0, 0, 0, 0, 0, 0, 2), by=ada, at=NOW)
    return Alert.objects.get()


def test_alert_when_raised_names_owner_and_time_limit_by_level(alert: Alert, nurse: Viewer) -> None:
    assert (alert.owner_id, alert.level, alert.due_at) == (nurse.account_id, 2, NOW + timedelta(hours=4))


def test_notice_when_an_alert_is_raised_leaves_on_commit_without_patient_data(
    episode_id: int, ada: Viewer, owners: None, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        checkins.submit(episode_id, "phq9", phq9(0, 0, 0, 0, 0, 0, 0, 0, 3), by=ada, at=NOW)
    (notice,) = mail.outbox
    assert notice.to == ["okoro@clinic.example"]
    assert notice.subject == f"Holdfast: safety alert {Alert.objects.get().pk} waits for you"
    assert "Ada" not in notice.subject + notice.body
    assert "P-1" not in notice.subject + notice.body


def test_acknowledge_when_done_takes_it_out_of_the_inbox_and_keeps_the_words(
    alert: Alert, nurse: Viewer
) -> None:
    alerts.acknowledge(alert.pk, action=" called, safe tonight ", by=nurse, at=NOW + timedelta(hours=1))
    assert waiting(nurse) == ()
    (row,) = answered(nurse)
    assert (row.action, row.acknowledged_by, row.alert_id) == ("called, safe tonight", "Okoro", alert.pk)
    assert CaseloadEntry.objects.get().open_alerts == 0


def test_acknowledge_when_someone_was_first_is_a_conflict_and_keeps_their_note(
    alert: Alert, nurse: Viewer, therapist: Viewer
) -> None:
    alerts.acknowledge(alert.pk, action="called", by=nurse, at=NOW)
    with pytest.raises(Conflict):
        alerts.acknowledge(alert.pk, action="also called", by=therapist, at=NOW)
    assert AlertAcknowledgement.objects.get().action == "called"


def test_acknowledge_when_without_words_is_refused(alert: Alert, nurse: Viewer) -> None:
    with pytest.raises(InvalidInput):
        alerts.acknowledge(alert.pk, action="  ", by=nurse, at=NOW)
    assert [row.alert_id for row in waiting(nurse)] == [alert.pk]


def test_acknowledge_by_another_site_is_not_found(alert: Alert, stranger: Viewer) -> None:
    with pytest.raises(NotFound):
        alerts.acknowledge(alert.pk, action="called", by=stranger, at=NOW)


def test_escalate_when_nobody_answers_goes_to_the_backup_then_to_the_lead_then_stops(
    alert: Alert, therapist: Viewer, lead: Viewer
) -> None:
    """H-003."""
    hours = [alerts.escalate(at=NOW + timedelta(hours=hour)) for hour in (3, 4, 5, 8, 12, 24)]
    assert hours == [0, 1, 0, 1, 0, 0]
    steps = AlertEscalation.objects.order_by("step").values_list("step", "owner_id")
    assert list(steps) == [(1, therapist.account_id), (2, lead.account_id)]
    (row,) = waiting(lead)
    assert (row.owner, row.steps) == ("Mo", 2)


def test_escalate_when_acknowledged_does_nothing(alert: Alert, nurse: Viewer) -> None:
    alerts.acknowledge(alert.pk, action="called", by=nurse, at=NOW)
    assert alerts.escalate(at=NOW + timedelta(days=9)) == 0


def test_alert_when_the_clinic_has_named_no_owner_still_has_one(
    episode_id: int, ada: Viewer, nurse: Viewer
) -> None:
    checkins.submit(episode_id, "phq9", phq9(0, 0, 0, 0, 0, 0, 0, 0, 1), by=ada, at=NOW)
    assert Alert.objects.get().owner_id == nurse.account_id


def test_owner_when_not_allowed_to_answer_alerts_is_refused(clinic_id: int, lead: Viewer) -> None:
    make.make_account(Role.ADMINISTRATOR, clinic_id=clinic_id, username="sam")
    with pytest.raises(Exception, match="may not acknowledge"):
        accounts.name_alert_owners(
            owner="sam", backup="mo", lead="mo", by=accounts.operator(clinic_id), at=NOW
        )
