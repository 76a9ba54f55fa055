"""A demo clinic as a visitor starts it: the real command, the real server, a database of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.leash import on_leash

START_SECONDS = 240


@contextmanager
def running_clinic(home: Path) -> Iterator[str]:
    """Run `holdfast demo` with its files in `home`; gives its address, for example http://127.0.0.1:40123."""
    log, address = home / "server.log", f"127.0.0.1:{_free_port()}"
    with _database(home) as database:
        command = [_holdfast(), "demo", "--port", address.rpartition(":")[2], "--database", database]
        with on_leash(command, log=log, cwd=home, env=_environment()) as leash:
            _wait_until_it_answers(f"http://{address}/log-in/", leash=leash, log=log)
            yield f"http://{address}"


def _holdfast() -> str:
    """The installed command, the same that people run."""
    beside_python = shutil.which("holdfast", path=Path(sys.executable).parent)
    assert beside_python, "Holdfast is not installed in this environment; `make test` installs it"
    return beside_python


def _environment() -> dict[str, str]:
    ours = ("HOLDFAST_", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _database(home: Path) -> Iterator[str]:
    """Address of an empty database: a file, or on the server of the tests one that is dropped again."""
    server = os.environ["HOLDFAST_DATABASE_URL"]
    if server.startswith("sqlite"):
        yield f"sqlite:///{home / 'clinic.sqlite3'}"
        return
    name = f"clinic_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _wait_until_it_answers(url: str, *, leash: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while leash.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=10):  # noqa: S310  # an http address made above
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the clinic did not answer at {url}; it said:\n{log.read_text()}")
