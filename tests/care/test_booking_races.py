"""Two people book the same chair, nurse or person at the same moment: one of them is first, whatever the database."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

KINDS = ("chair", "nurse", "person")
ROUNDS = 8

RACE = """
import json, sys, threading
import django
django.setup()
from datetime import UTC, datetime, timedelta
from django.core.management import call_command
from django.db import connection
from holdfast.access import Role
from holdfast.care import accounts, chairs, infusion_bookings, infusion_courses, outlooks, patients
from holdfast.errors import Conflict, InvalidInput
from holdfast.records.models import InfusionBooking

kinds, rounds = sys.argv[1].split(), int(sys.argv[2])
at = datetime(2026, 3, 2, 9, tzinfo=UTC)
outlooks.refresh = lambda *a, **k: None   # only what is locked is raced here, not the statistics after it
call_command("migrate", verbosity=0)
clinic = accounts.open_clinic(slug="c", name="C", zone="UTC", at=at)
nurses = [
    accounts.open_account(username=f"n{i}", name=f"N{i}", role=Role.NURSE, clinic_id=clinic,
                          password="a long enough password", by=accounts.operator(clinic), at=at)
    for i in range(2)
]
places = [chairs.open_chair(f"Chair {i}", by=nurses[0], at=at) for i in range(2)]
courses = []
for i in range(2):
    episode = patients.enrol(code=str(i), name=f"P{i}", by=nurses[0], at=at)
    courses.append(infusion_courses.begin(episode, treatment="ketamine_iv", schedule="twice_weekly",
                                          happened_at=at, by=nurses[0], at=at))

def book(same, i, starts_at, barrier, told):
    mine = {name: (things[0] if same == name else things[i])
            for name, things in (("chair", places), ("nurse", nurses), ("person", courses))}
    barrier.wait()
    try:
        infusion_bookings.book(mine["person"], starts_at=starts_at, chair_id=mine["chair"],
                               nurse_id=mine["nurse"].account_id, by=nurses[i], at=at)
        told.append("booked")
    except InvalidInput as error:
        told.append(error.problems[0].where)
    finally:
        connection.close()

rows = []
for number in range(rounds * len(kinds)):
    barrier, told, same = threading.Barrier(2), [], kinds[number % len(kinds)]
    starts_at = at + timedelta(days=number + 1)
    threads = [threading.Thread(target=book, args=(same, i, starts_at, barrier, told)) for i in range(2)]
    for one in threads: one.start()
    for one in threads: one.join()
    rows.append([*sorted(told), InfusionBooking.objects.filter(happened_at=starts_at).count()])
connection.close()
print(json.dumps(rows))
"""


@pytest.fixture
def database(tmp_path: Path, db: None) -> Iterator[str]:
    """Address of an empty database of the kind the tests run on, which other connections can reach too."""
    server = os.environ.get("HOLDFAST_TEST_DATABASE_URL", "")
    if "postgres" not in server:
        yield f"sqlite:///{tmp_path / 'race.sqlite3'}"
        return
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE of_the_race")
        yield f"{server.rpartition('/')[0]}/of_the_race"
        connection.execute("DROP DATABASE of_the_race WITH (FORCE)")


def test_booking_when_two_want_the_same_at_the_same_moment_then_one_is_booked_and_the_other_told(
    database: str,
) -> None:
    """H-033: two threads with connections of their own, let go together, again and again."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "holdfast.config.settings",
        "HOLDFAST_DATABASE_URL": database,
        "HOLDFAST_SECRET_KEY": "of the tests",
    }
    race = subprocess.run(
        [sys.executable, "-c", RACE, " ".join(KINDS), str(ROUNDS)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert race.returncode == 0, race.stderr
    assert json.loads(race.stdout) == [["booked", same, 1] for same in KINDS] * ROUNDS
