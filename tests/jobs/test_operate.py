"""What an operator does at the terminal, and what is refused there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from django.db import connection
from django.utils import timezone

from holdfast.access import Role, Viewer
from holdfast.care import accounts, checkins, private_notes
from holdfast.cli import main
from holdfast.errors import Conflict
from holdfast.records.models import (
    Account,
    AlertEscalation,
    AuditEvent,
    Clinic,
)
from holdfast.records.queries import clinic as clinics
from tests import make

Run = Callable[..., Result]


@pytest.fixture
def run(db: None) -> Run:
    """`run("verify")`: the command, as an operator gives it."""

    def invoke(*arguments: str, **settings: object) -> Result:
        result = CliRunner().invoke(main, arguments, **settings)  # type: ignore[arg-type]
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


@pytest.fixture
def clinic_id(db: None) -> int:
    return make.make_clinic()


@pytest.fixture
def nurse(clinic_id: int) -> Viewer:
    return make.make_account(Role.NURSE, clinic_id=clinic_id, username="okoro")


def take_guard_off() -> None:
    on_table = " ON records_checkin" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER records_checkin_no_update{on_table}")


# Tables


def test_migrate_when_nothing_is_to_do_then_says_so(run: Run) -> None:
    result = run("migrate")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "The tables are up to date already"


def test_migrate_when_a_guard_is_missing_then_puts_it_back(run: Run) -> None:
    take_guard_off()
    assert run("verify").exit_code == 2
    assert run("migrate").exit_code == 0
    assert run("verify").exit_code == 0


@pytest.mark.parametrize(
    "command",
    [
        ["verify"], ["escalate"], ["nightly"], ["serve"],
        ["clinic", "harbour", "--name", "Harbour", "--zone", "UTC"],
        ["alert-owners", "harbour", "--owner", "a", "--backup", "b", "--lead", "c"],
    ],
)  # fmt: skip
def test_command_when_a_guard_is_missing_then_refuses_to_work(command: list[str], run: Run) -> None:
    take_guard_off()
    result = run(*command)
    assert result.exit_code == 2
    assert "facts in records_checkin could be changed: triggers are missing" in result.stderr


# Clinics and log-ins


def test_clinic_when_opened_then_it_is_there_with_its_zone(run: Run) -> None:
    assert run("clinic", "harbour", "--name", "Harbour Clinic", "--zone", "Europe/London").exit_code == 0
    assert Clinic.objects.values_list("slug", "name", "zone", "is_demo").get() == (
        "harbour",
        "Harbour Clinic",
        "Europe/London",
        False,
    )


def test_clinic_when_the_zone_is_unknown_then_one_clear_message(run: Run) -> None:
    result = run("clinic", "harbour", "--name", "Harbour", "--zone", "Mars/Base")
    assert (result.exit_code, Clinic.objects.count()) == (2, 0)
    assert result.stderr == (
        "holdfast: time zone: 'Mars/Base' is not known (expected an IANA name such as Europe/London)\n"
    )


def test_clinic_when_the_database_holds_the_synthetic_one_then_is_refused(run: Run) -> None:
    accounts.open_clinic(slug="demo", name="Demo", zone="UTC", at=make.NOW, is_demo=True)
    result = run("clinic", "harbour", "--name", "Harbour", "--zone", "UTC")
    assert (result.exit_code, clinics.kinds()) == (2, frozenset({True}))
    assert "this database holds the synthetic clinic" in result.stderr


def test_account_when_the_password_is_in_the_environment_then_asks_nothing(run: Run, clinic_id: int) -> None:
    arguments = ["account", "Sam", "--role", "administrator", "--clinic", "harbour", "--name", "Sam Admin"]
    result = run(*arguments, env={"HOLDFAST_PASSWORD": make.PASSWORD})
    account = Account.objects.get()
    assert (result.exit_code, account.username, account.role) == (0, "sam", "administrator")
    assert account.check_password(make.PASSWORD)
    assert make.PASSWORD not in result.output


def test_account_when_no_password_is_given_then_asks_for_it_twice(run: Run, clinic_id: int) -> None:
    arguments = ["account", "sam", "--role", "administrator", "--clinic", "harbour", "--name", "Sam Admin"]
    result = run(*arguments, input=f"{make.PASSWORD}\n{make.PASSWORD}\n")
    assert (result.exit_code, Account.objects.get().check_password(make.PASSWORD)) == (0, True)


def test_account_when_the_password_is_weak_then_is_refused(run: Run, clinic_id: int) -> None:
    arguments = ["account", "sam", "--role", "administrator", "--clinic", "harbour", "--name", "Sam Admin"]
    result = run(*arguments, env={"HOLDFAST_PASSWORD": "short"})
    assert (result.exit_code, Account.objects.count()) == (2, 0)
    assert "password:" in result.stderr
    assert "short" not in result.stderr.replace("too short", "")


def test_account_when_of_a_patient_then_names_them_by_their_code(run: Run, nurse: Viewer) -> None:
    make.make_episode(by=nurse, code="P-1")
    arguments = [
        "account",
        "ada",
        "--role",
        "patient",
        "--clinic",
        "harbour",
        "--name",
        "Ada",
        "--patient",
        "P-1",
    ]
    assert run(*arguments, env={"HOLDFAST_PASSWORD": make.PASSWORD}).exit_code == 0
    patient = Account.objects.get(username="ada").patient
    assert patient is not None
    assert patient.code == "P-1"


def test_account_when_the_code_is_unknown_then_is_refused(run: Run, clinic_id: int) -> None:
    arguments = [
        "account",
        "ada",
        "--role",
        "patient",
        "--clinic",
        "harbour",
        "--name",
        "Ada",
        "--patient",
        "P-9",
    ]
    result = run(*arguments, env={"HOLDFAST_PASSWORD": make.PASSWORD})
    assert (result.exit_code, Account.objects.count()) == (2, 0)
    assert "this clinic knows nobody by the code P-9" in result.stderr


def test_account_when_the_clinic_is_unknown_then_says_how_to_open_it(run: Run) -> None:
    arguments = ["account", "sam", "--role", "administrator", "--clinic", "habour", "--name", "Sam"]
    result = run(*arguments, env={"HOLDFAST_PASSWORD": make.PASSWORD})
    assert result.exit_code == 2
    assert "no clinic habour; open it with: holdfast clinic habour" in result.stderr


def test_crisis_contact_when_added_then_patients_are_shown_it(run: Run, clinic_id: int) -> None:
    arguments = ["crisis-contact", "harbour", "--label", "Night line", "--phone", "0800 0", "--verified-on"]
    assert run(*arguments, "2026-02-28").exit_code == 0
    assert [contact.label for contact in clinics.crisis_contacts(clinic_id)] == [
        "Crisis line of the tests",
        "Night line",
    ]


def test_alert_owners_when_named_then_alerts_go_to_them(run: Run, clinic_id: int) -> None:
    for name in ("bell", "okoro", "mo"):
        make.make_account(Role.LEAD, clinic_id=clinic_id, username=name)
    result = run("alert-owners", "harbour", "--owner", "bell", "--backup", "okoro", "--lead", "mo")
    clinic = Clinic.objects.get()
    assert result.exit_code == 0
    assert [clinic.alert_owner, clinic.alert_backup, clinic.alert_lead] == [
        Account.objects.get(username=name) for name in ("bell", "okoro", "mo")
    ]


# Every day


def test_escalate_when_an_alert_was_not_answered_in_time_then_passes_it_on(run: Run, nurse: Viewer) -> None:
    episode_id = make.make_episode(by=nurse)
    now = timezone.now()
    checkins.submit(
        episode_id, "phq9", make.phq9(1, 1, 1, 1, 1, 1, 1, 1, 2), by=nurse, at=now - timedelta(hours=5)
    )
    result = run("escalate")
    assert (result.exit_code, result.stdout, AlertEscalation.objects.count()) == (0, "1 alert passed on\n", 1)


def test_verify_when_all_is_well_then_says_so(run: Run, nurse: Viewer) -> None:
    result = run("verify")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "The audit trail is whole"


def test_verify_when_a_link_was_changed_from_outside_then_names_it(run: Run, nurse: Viewer) -> None:
    number = AuditEvent.objects.order_by("number").values_list("number", flat=True)[1]
    on_table = " ON records_auditevent" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER records_auditevent_no_update{on_table}")
        cursor.execute("UPDATE records_auditevent SET action = 'nothing' WHERE number = %s", [number])
    run("migrate")
    result = run("verify")
    assert result.exit_code == 2
    assert f"link {number} does not fit the one before it" in result.stderr


# Keys


def test_reseal_when_a_key_was_added_in_front_then_says_how_many_notes(
    run: Run, nurse: Viewer, settings: Any
) -> None:
    bell = make.make_account(Role.THERAPIST, clinic_id=nurse.clinic_id, username="bell")
    course_id = make.make_course(make.make_episode(by=nurse), by=bell)
    private_notes.write(course_id, "my thoughts", by=bell, at=make.NOW)
    settings.NOTES_KEYS = [Fernet.generate_key().decode(), *settings.NOTES_KEYS]
    assert run("reseal-notes").stdout == "Private notes sealed anew: 1\n"
    settings.NOTES_KEYS = [Fernet.generate_key().decode()]
    result = run("reseal-notes")
    assert result.exit_code == 2
    assert "no key of this site opens it" in result.stderr


# Serving


def test_serve_when_the_database_holds_the_synthetic_clinic_then_refuses(db: None) -> None:
    from holdfast.jobs import serve

    accounts.open_clinic(slug="demo", name="Demo", zone="UTC", at=make.NOW, is_demo=True)
    with pytest.raises(Conflict, match="whose log-ins are public"):
        serve.serve(host="127.0.0.1", port=8000, workers=1)


@pytest.mark.parametrize("command", ["import", "demo", "serve", "migrate", "clinic", "account", "crisis-contact",
                                     "alert-owners", "nightly", "escalate", "verify"])  # fmt: skip
def test_help_when_asked_for_then_says_what_the_command_does(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 4
