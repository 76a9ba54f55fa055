"""How a benchmark takes time: after a warm-up, the best of some repeats, on one core or on all."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

REPEATS: Final = 5
LONGEST_S: Final = 8.0
"""No further repeat begins after this long, so that slow contestants do not hold up the rest."""


def best_seconds(work: Callable[[], object], *, repeats: int = REPEATS, warm: bool = True) -> float:
    """The least seconds that the work took; `warm` does it once before, which compiles what is compiled."""
    if warm:
        work()
    taken: list[float] = []
    while len(taken) < repeats and sum(taken) < LONGEST_S:
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Let this thread, and threads it starts meanwhile, run on so many cores alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(before)[:count]))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def in_pieces(work: Callable[[int, int], Any], people: int, *, piece: int, threads: int) -> list[Any]:
    """Do work on people from first to last, a piece at a time, the pieces shared between threads."""
    firsts = range(0, people, piece)
    lasts = [min(first + piece, people) for first in firsts]
    if threads == 1:
        return [work(first, last) for first, last in zip(firsts, lasts, strict=True)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, firsts, lasts))
