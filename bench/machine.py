"""The machine a benchmark ran on: processor, cores, how fast memory is read, versions, and who else was at work."""

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numba import njit
from threadpoolctl import threadpool_info

from bench.results import release, rounded
from bench.timing import best_seconds, in_pieces

PACKAGES: Final = (
    "numpy", "numba", "scipy", "pandas", "statsmodels", "pykalman", "simdkalman", "jax", "jaxlib", "dynamax", "starsim",
    "vivarium",
)  # fmt: skip

_LONG: Final = 20_000_000
"""Numbers in each array of the triad: far more than any cache holds."""

_TICKS: Final = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Moment:
    """Processor seconds up to now: of this program and its children, and of everyone."""

    mine: float
    everyone: float
    at: float


def described() -> tuple[str, ...]:
    """Processor, cores, memory and versions, a line each."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = os.cpu_count()
    return (
        f"Processor: {_model()}, {cores} cores, {memory:.0f} GiB of memory, {platform.system()}",
        f"Memory: a triad a = b + s c moves {_triad(1):.3g} GB/s on one core, {_triad(cores or 1):.3g} GB/s on all",
        f"Python {platform.python_version()}; " + ", ".join(map(release, PACKAGES)) + f"; {_algebra()}",
    )


def now() -> Moment:
    """The processor seconds used so far."""
    first = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, soft, steal = (int(ticks) for ticks in first[:8])
    return Moment(
        sum(os.times()[:4]), (user + nice + system + irq + soft + steal) / _TICKS, time.perf_counter()
    )


def others_share(began: Moment) -> float:
    """The share of all cores that other programs took since then."""
    ended = now()
    theirs = (ended.everyone - began.everyone) - (ended.mine - began.mine)
    return max(0.0, theirs / (os.cpu_count() or 1) / (ended.at - began.at))


def _model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))


def _algebra() -> str:
    """The library NumPy's matrices go through, and the processor it takes this one for."""
    found = [one for one in threadpool_info() if one["user_api"] == "blas"]
    return ", ".join(f"{one['internal_api']} {one['version']} for {one['architecture']}" for one in found[:1])


@njit(nogil=True)
def _add(a, b, c, first, last):  # type: ignore[no-untyped-def]
    for i in range(first, last):
        a[i] = b[i] + 3.0 * c[i]


def _triad(threads: int) -> float:
    """Gigabytes read and written a second."""
    a, b, c = (np.ones(_LONG) for _ in range(3))
    piece = -(-_LONG // threads)
    taken = best_seconds(
        lambda: in_pieces(lambda i, j: _add(a, b, c, i, j), _LONG, piece=piece, threads=threads)
    )
    return 3 * 8 * _LONG / taken / 1e9


if __name__ == "__main__":
    print("\n".join(described()), rounded(others_share(now())))
