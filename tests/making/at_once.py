"""Several people act at the same moment, each over a connection of their own."""

import threading
import time
from collections.abc import Callable

from django.db import OperationalError, connection

from holdfast.errors import HoldfastError

TRIES = 200


def at_once(*acts: Callable[[], object]) -> list[Exception | None]:
    """Start every act at the same moment; gives for each what it was refused with, or None. Needs `committed`.

    A file of SQLite makes a writer wait its turn. The one in memory, which tests run on, turns it away instead; it
    comes again until it is its turn.
    """
    gate, outcomes = threading.Barrier(len(acts)), dict[int, Exception | None]()

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            gate.wait()
            outcomes[number] = _attempt(act)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcomes[number] for number in range(len(acts))]


def _attempt(act: Callable[[], object]) -> Exception | None:
    for _ in range(TRIES):
        try:
            act()
        except OperationalError as error:
            if "locked" not in str(error):
                return error
            time.sleep(0.01)
        except HoldfastError as error:
            return error
        else:
            return None
    raise AssertionError("the database stayed locked")
