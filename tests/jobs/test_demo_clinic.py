"""`holdfast demo`: what it touches and what it refuses to touch."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from holdfast.access import Role
from holdfast.care import accounts, audit
from holdfast.errors import Conflict
from holdfast.jobs import demo_clinic, demo_database
from holdfast.records.models import Account, AuditEvent, Clinic
from holdfast.records.queries import operation
from tests import make

DEMO = "import sys; from holdfast.cli import main; sys.argv[0] = 'holdfast'; main()"
EMPTY_CLINIC = """
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
from holdfast.care import accounts
call_command("migrate", verbosity=0)
accounts.open_clinic(slug="c", name="C", zone="UTC", at=timezone.now(), is_demo={is_demo})
"""


def synthetic_clinic(*, age: timedelta) -> int:
    """A synthetic clinic without people, made so long ago."""
    clinic_id = accounts.open_clinic(
        slug="demo", name="Demo", zone="UTC", at=timezone.now() - age, is_demo=True
    )
    operator = accounts.operator(clinic_id)
    audit.note(
        operation.MADE_SYNTHETIC, subject="clinic", subject_id=clinic_id, by=operator, at=timezone.now() - age
    )
    return clinic_id


def test_demo_when_the_database_holds_real_people_then_refuses_and_changes_nothing(db: None) -> None:
    make.make_account(Role.LEAD, clinic_id=make.make_clinic())
    before = AuditEvent.objects.count()
    with pytest.raises(Conflict, match="holds a clinic of real people"):
        demo_clinic.demonstrate(port=8000, fresh=False, stay=False)
    assert (Clinic.objects.count(), Account.objects.count(), AuditEvent.objects.count()) == (1, 1, before)


def test_demo_when_real_and_synthetic_are_mixed_then_refuses(db: None) -> None:
    synthetic_clinic(age=timedelta())
    make.make_clinic()
    with pytest.raises(Conflict, match="holds a clinic of real people"):
        demo_clinic.demonstrate(port=8000, fresh=True, stay=False)


def test_demo_when_the_tables_are_of_something_else_then_refuses(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE records_clinic RENAME TO something_else")
    with pytest.raises(Conflict, match="holds tables of something else"):
        demo_clinic.demonstrate(port=8000, fresh=False, stay=False)


def test_demo_when_started_again_then_uses_the_clinic_as_it_stands(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic_id = synthetic_clinic(age=timedelta(hours=2))
    make.make_account(Role.LEAD, clinic_id=clinic_id, username="mo", name="Mo")
    demo_clinic.demonstrate(port=8000, fresh=False, stay=False)
    said = capsys.readouterr().out
    assert "The clinic made today is used as it stands" in said
    assert "--fresh" not in said
    assert "    mo      lead           Mo\n" in said
    assert Account.objects.count() == 1


def test_demo_when_the_clinic_is_days_old_then_says_how_to_make_it_anew(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    synthetic_clinic(age=timedelta(days=3, hours=1))
    demo_clinic.demonstrate(port=8000, fresh=False, stay=False)
    said = capsys.readouterr().out
    assert "The clinic made 3 days ago is used as it stands" in said
    assert "holdfast demo --fresh makes it anew" in said


def test_address_when_none_is_named_then_is_a_file_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "a clinic"
    home.mkdir()
    monkeypatch.chdir(home)
    assert demo_database.address(None) == f"sqlite:///{tmp_path}/a%20clinic/var/demo.sqlite3"
    assert demo_database.address("postgres://somewhere") == "postgres://somewhere"


def _run(python: str, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    ours = ("HOLDFAST_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    settings = {
        "DJANGO_SETTINGS_MODULE": "holdfast.config.settings",
        "HOLDFAST_DATABASE_URL": demo_database.address(f"sqlite:///{home}/var/demo.sqlite3"),
    }
    return subprocess.run(
        [sys.executable, "-c", python, *arguments],
        cwd=home, env=kept | settings, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip


def _clinics(home: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(home / "var" / "demo.sqlite3")) as database:
        return database.execute("SELECT slug FROM records_clinic ORDER BY slug").fetchall()


def test_fresh_when_the_file_holds_a_synthetic_clinic_then_makes_it_anew(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    assert _run(EMPTY_CLINIC.format(is_demo=True), home=tmp_path).returncode == 0
    assert _clinics(tmp_path) == [("c",)]
    done = _run(DEMO, "demo", "--fresh", "--no-serve", home=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert _clinics(tmp_path) == [("holdfast-demo",)]
    assert "Removed " in done.stdout


def test_fresh_when_the_file_holds_real_people_then_leaves_it_alone(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    assert _run(EMPTY_CLINIC.format(is_demo=False), home=tmp_path).returncode == 0
    done = _run(DEMO, "demo", "--fresh", "--no-serve", home=tmp_path)
    assert done.returncode == 2
    assert "holds a clinic of real people, which the demo must not touch" in done.stderr
    assert _clinics(tmp_path) == [("c",)]
