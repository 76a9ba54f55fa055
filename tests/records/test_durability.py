"""An answer that was acknowledged is on disk, whatever happens to the process that wrote it."""

import os
import signal
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path

WRITER = """
import os, sys, uuid
import django
django.setup()
from datetime import UTC, datetime
from holdfast.access import Role
from holdfast.care import accounts, checkins, outlooks, patients
at = datetime(2026, 3, 2, tzinfo=UTC)
from django.core.management import call_command
call_command("migrate", verbosity=0)
clinic = accounts.open_clinic(slug="c", name="C", zone="UTC", at=at)
nurse = accounts.open_account(username="n", name="N", role=Role.NURSE, clinic_id=clinic,
                              password="a long enough password", by=accounts.operator(clinic), at=at)
outlooks.refresh = lambda *a, **k: None   # only the answer's own path is timed and killed here
episode = patients.enrol(code="1", name="A", by=nurse, at=at)
while True:
    uid = uuid.uuid4()
    checkins.submit(episode, "phq9", {f"q{n}": 1 for n in range(1, 10)}, by=nurse, at=at, uid=uid)
    print(uid, flush=True)
"""


def test_acknowledged_check_ins_when_the_writer_is_killed_are_all_there(tmp_path: Path) -> None:
    """H-002: SIGKILL in the middle of writing; every identifier that was printed is in the file, each once."""
    database = tmp_path / "clinic.sqlite3"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "holdfast.config.settings",
        "HOLDFAST_DATABASE_URL": f"sqlite:///{database}",
        "HOLDFAST_SECRET_KEY": "of the tests",
    }
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER], env=environment, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().strip() for _ in range(100)]
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged += writer.stdout.read().split()
    writer.wait()
    writer.stdout.close()
    assert len(acknowledged) >= 100
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT uid FROM records_checkin").fetchall()
        links = connection.execute("SELECT count(*), max(number) FROM records_auditevent").fetchone()
    connection.close()
    stored = [str(uuid.UUID(uid)) for (uid,) in rows]
    # The last line may have been cut by the kill; a whole identifier has 36 characters.
    assert {uid for uid in acknowledged if len(uid) == 36} <= set(stored)
    assert len(stored) == len(set(stored))
    assert links[0] == links[1]
