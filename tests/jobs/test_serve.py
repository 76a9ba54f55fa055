"""The server as an operator runs it: ready, alone on its port, passing alerts on, and gone when told to."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.leash import on_leash

START = "import sys; from holdfast.cli import main; sys.argv[0] = 'holdfast'; main()"
READY_SECONDS = 120
STOP_SECONDS = 8


def holdfast(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """The command, with a database of its own in `home`."""
    return subprocess.run(
        [sys.executable, "-c", START, *arguments],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=READY_SECONDS,
    )


def environment(home: Path) -> dict[str, str]:
    ours = ("HOLDFAST_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {
        "HOLDFAST_DATABASE_URL": f"sqlite:///{home / 'clinic.sqlite3'}",
        "HOLDFAST_PASSWORD": "long enough a word",
    }


@contextmanager
def serving(home: Path, *, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server that has said that it is ready; its words are in `server.log`. Leaving the block stops it."""
    log = home / "server.log"
    command = [sys.executable, "-c", START, "serve", "--port", str(port), "--workers", "2"]
    with on_leash(command, log=log, cwd=home, env=environment(home)) as leash:
        deadline = time.monotonic() + READY_SECONDS
        while f"Ready at http://127.0.0.1:{port}/ (Ctrl-C stops)" not in log.read_text():
            assert leash.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield leash


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database of an empty clinic."""
    home = tmp_path_factory.mktemp("server")
    assert holdfast("migrate", home=home).returncode == 0
    assert holdfast("clinic", "harbour", "--name", "Harbour", "--zone", "UTC", home=home).returncode == 0
    return home


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_serve_when_told_to_stop_then_is_gone_at_once(home: Path, port: int) -> None:
    with serving(home, port=port) as leash:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/log-in/").close()
        began = time.monotonic()
    assert time.monotonic() - began < STOP_SECONDS
    assert leash.returncode == 0
    assert last_words(home) == "Stopped."


def test_serve_when_ctrl_c_reaches_every_process_then_is_gone_at_once(home: Path, port: int) -> None:
    with serving(home, port=port) as leash:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/log-in/").close()
        os.killpg(leash.pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while last_words(home) != "Stopped." and time.monotonic() < deadline:
            time.sleep(0.1)
    assert last_words(home) == "Stopped."


def last_words(home: Path) -> str:
    return (home / "server.log").read_text().splitlines()[-1]


def test_serve_when_the_port_is_taken_then_says_so(home: Path, port: int) -> None:
    with serving(home, port=port):
        second = holdfast("serve", "--port", str(port), home=home)
    assert second.returncode == 2
    assert second.stderr == (
        f"holdfast: cannot listen on 127.0.0.1 port {port}: Address already in use; choose another with --port\n"
    )


def test_serve_when_an_alert_is_overdue_at_the_start_then_passes_it_on(home: Path, port: int) -> None:
    python = (
        "import django; django.setup()\n"
        "from datetime import timedelta\nfrom django.utils import timezone\nfrom holdfast.access import Role\n"
        "from holdfast.care import accounts, checkins, patients\n"
        "clinic = accounts.clinic_id('harbour'); at = timezone.now() - timedelta(hours=30)\n"
        "mo = accounts.open_account(username='mo', name='Mo', role=Role.LEAD, clinic_id=clinic,\n"
        "    password='long enough a word', by=accounts.operator(clinic), at=at)\n"
        "pk = patients.enrol(code='P-1', name='Ada', by=mo, at=at)\n"
        "checkins.submit(pk, 'phq9', {f'q{n}': 1 for n in range(1, 10)}, by=mo, at=at)\n"
    )
    told = environment(home) | {"DJANGO_SETTINGS_MODULE": "holdfast.config.settings"}
    subprocess.run([sys.executable, "-c", python], cwd=home, env=told, check=True, timeout=READY_SECONDS)
    with serving(home, port=port):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not _steps(home):
            time.sleep(0.2)
        assert _steps(home) == [(1, "mo")]


def _steps(home: Path) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(home / "clinic.sqlite3")) as database:
        return database.execute(
            "SELECT step, username FROM records_alertescalation e JOIN records_account a ON a.id = e.owner_id"
        ).fetchall()
