"""One person, as a page asks: microseconds through the public functions, and in the compiled pass.

python -m bench.one_person
"""

import statistics
import time
from collections.abc import Callable
from typing import Final

from bench.forecast_work import INSTRUMENT, PARAMETERS, Events, events
from bench.kernel_alone import kernel_of
from bench.results import HOLDFAST, Section, below, rounded, show
from bench.timing import best_seconds, on_cores
from holdfast.forecast import ahead
from holdfast.forecast.filtering import filter_record
from holdfast.forecast.model import (
    INFUSION,
    SCORE,
    SESSION,
    THERAPIES,
    InfusionEvent,
    Record,
    ScoreEvent,
    SessionEvent,
)

_CALLS: Final = 500
_MANY: Final = 4000


def measure() -> Section:
    """Time one person's record, again and again."""
    one, many = events(1), events(_MANY)
    record, alone = record_of(one), kernel_of(one.cohort())
    filtered = _median_us(lambda: filter_record(record, PARAMETERS))
    answered = _median_us(lambda: ahead.forecast(filter_record(record, PARAMETERS)))
    called = _median_us(alone)
    with on_cores(1):
        among_many = 1e6 * best_seconds(kernel_of(many.cohort())) / _MANY
    rows = (
        ("record to posterior: `filter_record`", rounded(filtered)),
        ("record to everything a page shows: `filter_record`, then `ahead.forecast`", rounded(answered)),
        ("compiled pass, called from Python for one person", rounded(called)),
        (f"compiled pass, a person among {_MANY:,} on one core", rounded(among_many)),
    )
    return Section(
        title="One person",
        about=f"A record of {len(one.day)} events, after a warm-up; the median of {_CALLS} calls.",
        headings=(HOLDFAST, "microseconds"),
        rows=rows,
        targets=(
            below("one person through the public functions", asked=2000, measured=answered, unit="µs"),
            below(
                "one person in the compiled pass, called from Python", asked=20, measured=called, unit="µs"
            ),
        ),
        notes=(
            "`ahead.forecast` gives 84 days of severity, chances of relapse by week, how long relief holds and what "
            "contributes; the compiled pass gives twelve weeks and the likelihood, as above.",
        ),
    )


def record_of(one: Events) -> Record:
    """The first person's events as a page has them."""
    rows = [column[: one.offsets[1]].tolist() for column in (one.kind, one.day, one.code, one.amount)]
    found = list(zip(*rows, strict=True))
    return Record(
        scores=tuple(
            ScoreEvent(day, INSTRUMENT, int(amount)) for kind, day, _, amount in found if kind == SCORE
        ),
        infusions=tuple(InfusionEvent(day, amount) for kind, day, _, amount in found if kind == INFUSION),
        sessions=tuple(SessionEvent(day, THERAPIES[code]) for kind, day, code, _ in found if kind == SESSION),
        as_of_day=float(one.as_of_day[0]),
    )


def _median_us(work: Callable[[], object]) -> float:
    work()
    taken = []
    for _ in range(_CALLS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return 1e6 * statistics.median(taken)


if __name__ == "__main__":
    show(measure())
