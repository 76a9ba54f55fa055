"""A million people: how long the compiled pass takes, and how much memory a process needs that streams them.

    python -m bench.million

The memory is that of a process which does nothing else, so the benchmark starts one.
"""

import json
import resource
import subprocess
import sys
import time
from typing import Final

from bench.forecast_work import PARAMETERS, events, pieces
from bench.kernel_alone import kernel_of
from bench.results import HOLDFAST, Section, below, rounded, show
from holdfast.forecast.ahead import forecast_cohort

PEOPLE: Final = 1_000_000
PIECE: Final = 100_000
"""People held at once."""

_TO_GIB: Final = 2**20
"""Linux tells peak memory in KiB."""


def measure() -> Section:
    """Stream a million people through a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.million", "alone"], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    rows = (
        ("compiled pass", f"{rounded(found['kernel_s'])} s"),
        ("from raw events: columns looked at, pass, tables", f"{rounded(found['raw_s'])} s"),
        ("peak resident memory, events drawn included", f"{rounded(found['peak_gib'])} GiB"),
        ("of it before the first person: Python, NumPy, numba", f"{rounded(found['start_gib'])} GiB"),
    )
    return Section(
        title="A million people",
        about=f"The same work for {PEOPLE:,} people on 2 cores, streamed {PIECE:,} at a time, once.",
        headings=(HOLDFAST, "measured"),
        rows=rows,
        targets=(
            below("a million people, compiled pass", asked=1, measured=found["kernel_s"], unit="s"),
            below("a million people, peak memory", asked=1, measured=found["peak_gib"], unit="GiB"),
        ),
    )


def alone() -> dict[str, float]:
    """Seconds and memory of this process, which must have done nothing before."""
    warm_up = events(10_000).cohort()
    kernel_of(warm_up)()
    forecast_cohort(warm_up, PARAMETERS, relapse=False)
    started = _peak_gib()
    kernel_s = raw_s = 0.0
    for given in pieces(PEOPLE, piece=PIECE):
        kernel = kernel_of(given.cohort())
        start = time.perf_counter()
        kernel()
        between = time.perf_counter()
        del kernel
        resumed = time.perf_counter()
        forecast_cohort(given.cohort(), PARAMETERS, relapse=False)
        raw_s += time.perf_counter() - resumed
        kernel_s += between - start
    return {"kernel_s": kernel_s, "raw_s": raw_s, "start_gib": started, "peak_gib": _peak_gib()}


def _peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _TO_GIB


if __name__ == "__main__":
    if sys.argv[1:] == ["alone"]:
        print(json.dumps(alone()))
    else:
        show(measure())
