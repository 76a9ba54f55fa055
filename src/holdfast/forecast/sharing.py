"""People shared out among the cores of this machine."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

WORTH_A_THREAD: Final = 4096
"""People in a piece of work for one thread; a smaller cohort is done by the caller's own."""


def share(people: int, work: Callable[[int, int], object], *, worth_a_thread: int = WORTH_A_THREAD) -> None:
    """Do `work` on people from `first` to `last`, in pieces on every core where that is worth it.

    Compiled code lets go of the interpreter's lock and each person is worked out alone, so results do not depend on
    how the work was shared out.
    """
    cores = min(os.cpu_count() or 1, people // worth_a_thread)
    if cores <= 1:
        work(0, people)
        return
    ends = np.linspace(0, people, 4 * cores + 1).astype(int).tolist()
    with ThreadPoolExecutor(cores) as threads:
        list(threads.map(work, ends[:-1], ends[1:]))
