"""`holdfast demo`: a synthetic clinic to look at, made once, and never on a database of real people."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from holdfast.care.accounts import DEMO_PASSWORD
from holdfast.errors import Conflict, HoldfastError
from holdfast.jobs import demo_people, demo_seed, operate
from holdfast.records.queries import clinic as clinics
from holdfast.records.queries import operation

HOST = "127.0.0.1"
WORKERS = 2
STALE_AFTER = timedelta(days=1)

_TABLE_OF_CLINICS = "records_clinic"


def demonstrate(*, port: int, fresh: bool, stay: bool) -> None:
    """Make the synthetic clinic unless it is there, and serve it until stopped.

    H-008: a database that holds anything but a synthetic clinic is refused before anything is written to it.
    """
    if not stay:
        _prepare(fresh=fresh)
        return
    from holdfast.jobs import serve

    with serve.reserved_port(HOST, port):
        _prepare(fresh=fresh)
        click.echo("[4/4] Starting the server")
        serve.run(host=HOST, port=port, workers=WORKERS)


def _prepare(*, fresh: bool) -> None:
    made_before = _holds_synthetic_clinic()
    if fresh and made_before:
        _remove_own_file()
        made_before = False
    with _step("[1/4] Bringing the tables up to date"):
        call_command("migrate", verbosity=0, interactive=False)
        operate.refuse_unguarded()
    if made_before:
        _say_how_old()
    else:
        _make()
    _print_log_ins()


def _make() -> None:
    at = timezone.now()
    with _step("[2/4] Loading the forecast, and drawing 40 people from it; none of them exists"):
        people = tuple(demo_people.everyone(at))
    with _step("[3/4] Writing down 16 weeks of their care"):
        demo_seed.seed(people, at=at)


def _holds_synthetic_clinic() -> bool:
    """Whether the clinic was made before. Errors: `Conflict` for a database of anything else."""
    tables = connection.introspection.table_names()
    if not tables:
        return False
    if _TABLE_OF_CLINICS not in tables:
        raise Conflict(f"{_place()} holds tables of something else; name another place with --database")
    kinds = clinics.kinds()
    if False in kinds:
        raise Conflict(
            f"{_place()} holds a clinic of real people, which the demo must not touch; "
            "name another place with --database"
        )
    return True in kinds


def _remove_own_file() -> None:
    """Remove the database file, which was just seen to hold the synthetic clinic and nothing else."""
    if connection.vendor != "sqlite":
        raise HoldfastError(
            "--fresh removes a file; this database is none: empty it yourself, then start again"
        )
    file = Path(str(connection.settings_dict["NAME"]))
    connections.close_all()
    for path in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        path.unlink(missing_ok=True)
    click.echo(f"Removed {file}")


def _say_how_old() -> None:
    site = next(site for site in operation.sites() if site.is_demo)
    made_at = operation.made_synthetic_at(site.clinic_id)
    age = timezone.now() - made_at if made_at else timedelta()
    click.echo(
        f"[2/4] The clinic made {'today' if age < STALE_AFTER else f'{age.days} days ago'} is used as it stands"
    )
    click.echo("[3/4] Nothing to make")
    if age >= STALE_AFTER:
        click.echo("      Its check-ins are due by now. holdfast demo --fresh makes it anew.")


def _place() -> str:
    return str(connection.settings_dict["NAME"])


def _print_log_ins() -> None:
    click.echo(f"\n  Log in as, with the password {DEMO_PASSWORD}")
    for row in clinics.demo_accounts():
        click.echo(f"    {row.username:<8}{row.role:<15}{row.name}")
    click.echo()


@contextmanager
def _step(label: str) -> Iterator[None]:
    click.echo(label)
    began = time.monotonic()
    yield
    click.echo(f"      done in {time.monotonic() - began:.1f} s")
