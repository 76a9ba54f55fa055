"""Servers of the tests end with the tests, however those end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contracts.source import ROOT
from tests.leash import on_leash

_SERVER = 'echo $$ > "$0"; exec sleep 60'
_HOLDER = """
import sys, time
from pathlib import Path
from tests.leash import on_leash
with on_leash(["/bin/sh", "-c", sys.argv[1], sys.argv[2]], log=Path(sys.argv[2]).with_name("log")):
    time.sleep(60)
"""


def _eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def _number_in(file: Path) -> int:
    assert _eventually(lambda: file.exists() and file.read_text().strip() != "")
    return int(file.read_text())


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_server_when_the_block_is_left_then_it_ends(tmp_path: Path) -> None:
    with on_leash(["/bin/sh", "-c", _SERVER, tmp_path / "number"], log=tmp_path / "log") as leash:
        number = _number_in(tmp_path / "number")
        assert (leash.poll(), _runs(number)) == (None, True)
    assert not _runs(number)


def test_server_when_it_ends_by_itself_then_the_leash_tells(tmp_path: Path) -> None:
    with on_leash(["/bin/sh", "-c", "echo no database; exit 3"], log=tmp_path / "log") as leash:
        assert leash.wait(10) == 3
    assert (tmp_path / "log").read_text() == "no database\n"


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_server_when_its_holder_is_killed_then_it_ends_too(tmp_path: Path, ending: signal.Signals) -> None:
    file = tmp_path / "number"
    with subprocess.Popen([sys.executable, "-c", _HOLDER, _SERVER, str(file)], cwd=ROOT) as holder:
        number = _number_in(file)
        holder.send_signal(ending)
    assert _eventually(lambda: not _runs(number))
