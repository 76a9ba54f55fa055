"""Starts a server that cannot outlive the program that started it, whichever way that program ends."""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# The shell holds our end of a pipe. When it closes, because we closed it or because we are gone (even by
# SIGKILL), the shell signals the server. Until then it only waits, and ends when the server ends.
_LEASH = """
exec 3<&0
"$@" 3<&- &
server=$!
{ cat <&3 >/dev/null; kill -s "$0" "$server"; } 2>/dev/null &
watch=$!
exec 3<&-
wait "$server"
status=$?
kill "$watch" 2>/dev/null
exit "$status"
"""
GRACE_SECONDS = 15


@contextmanager
def on_leash(
    command: Sequence[str | Path], *, log: Path, stop_with: signal.Signals = signal.SIGTERM, **settings: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command, its output in `log`, for as long as the block lasts.

    The process given is the leash: its `poll()` tells when the server has ended by itself. The server gets
    `stop_with` when the block is left; if it still stands after `GRACE_SECONDS`, SIGKILL with all it started.
    """
    with log.open("wb") as output:
        leash = subprocess.Popen(
            ["/bin/sh", "-c", _LEASH, stop_with.name.removeprefix("SIG"), *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is for us; we stop the server in our own time
            **settings,
        )
    try:
        yield leash
    finally:
        _let_go(leash)


def _let_go(leash: subprocess.Popen[bytes]) -> None:
    assert leash.stdin is not None
    leash.stdin.close()
    try:
        leash.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(leash.pid, signal.SIGKILL)
        leash.wait()
