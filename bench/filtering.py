"""Filter and forecast: raw events in, twelve weekly forecasts and the likelihood out, beside other Kalman filters.

python -m bench.filtering
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Final

from bench import peers
from bench.exposures import Inputs, inputs_of
from bench.forecast_work import PARAMETERS, Answer, Events, events, farthest
from bench.kernel_alone import kernel_of
from bench.results import HOLDFAST, Bar, Section, Target, at_least, release, rounded, show, times
from bench.timing import best_seconds, in_pieces, on_cores
from holdfast.forecast.ahead import forecast_cohort

PEOPLE: Final = 200_000
"""Holdfast's; others get fewer, where they are slower."""

ALIKE: Final = 1e-8
"""The largest difference allowed between two answers, in units of 1 plus the size of the number."""

_CHECKED: Final = 200
_SIZES: Final = (500, 1000, 2000, 4000)


@dataclass(frozen=True)
class Peer:
    """A contestant: its filter, on how many people it is timed, and whether it takes many at once."""

    name: str
    package: str
    answer: Callable[[Inputs], Answer]
    people: int
    batched: bool = False


@dataclass(frozen=True)
class Speed:
    """People a second: by the filter alone, its inputs given, and from raw events."""

    alone: float
    raw: float


PEERS: Final = (
    Peer("statsmodels, a model for each", "statsmodels", peers.by_statsmodels, 2000),
    Peer("statsmodels, one model for all", "statsmodels", peers.by_statsmodels_reused, 2000),
    Peer("pykalman", "pykalman", peers.by_pykalman, 200),
    Peer("simdkalman, its steps", "simdkalman", peers.by_simdkalman, 16_000, batched=True),
    Peer("dynamax", "dynamax", peers.by_dynamax, 16_000, batched=True),
)


def measure() -> Section:
    """Check that all give one answer, then time them."""
    apart = {peer.name: _apart(peer) for peer in PEERS}
    ours = {f"{HOLDFAST}, {_cores(count)}": _ours(count) for count in (1, 2)}
    relapse = {f"{HOLDFAST} with relapse, {_cores(count)}": _with_relapse(count) for count in (1, 2)}
    theirs = {peer.name: _theirs(peer) for peer in PEERS}
    best = ours[f"{HOLDFAST}, 2 cores"]
    rows = [_row(name, "", PEOPLE, speed, best) for name, speed in ours.items()]
    rows += [
        (name, "", f"{PEOPLE:,}", "", rounded(rate), times(best.raw / rate), "")
        for name, rate in relapse.items()
    ]
    rows += [
        (
            *_row(peer.name, release(peer.package), peer.people, theirs[peer.name], best)[:-1],
            f"{apart[peer.name]:.0e}",
        )
        for peer in PEERS
    ]
    return Section(
        title="Filter and forecast",
        about=(
            "Raw events (26 a person in the mean, 12 of them scores, at irregular times) to severity in twelve weeks, "
            "week by week, mean and sd, and the log-likelihood of the scores."
        ),
        headings=(
            "who",
            "version",
            "people",
            "filter alone, people/s",
            "from raw events, people/s",
            "raw: Holdfast on 2 cores is",
            "differs by",
        ),
        rows=tuple(rows),
        targets=_targets(best, theirs),
        notes=_NOTES,
        bars_unit="people a second, from raw events",
        bars=tuple(Bar(name, speed.raw) for name, speed in (ours | theirs).items()),
    )


def _ours(cores: int) -> Speed:
    given = events(PEOPLE)
    kernel = kernel_of(given.cohort())
    with on_cores(cores):
        alone = PEOPLE / best_seconds(kernel)
        raw = PEOPLE / best_seconds(lambda: forecast_cohort(given.cohort(), PARAMETERS, relapse=False))
    return Speed(alone, raw)


def _with_relapse(cores: int) -> float:
    given = events(PEOPLE)
    with on_cores(cores):
        return PEOPLE / best_seconds(lambda: forecast_cohort(given.cohort(), PARAMETERS), repeats=3)


def _theirs(peer: Peer) -> Speed:
    """At the number of people a call and of threads that suit it best, where it takes many at once."""
    given = events(peer.people)
    ways = list(product(_SIZES, (1, 2))) if peer.batched else [(peer.people, 1)]
    return Speed(
        alone=max(_rate_alone(peer, given, *way) for way in ways),
        raw=max(_rate_raw(peer, given, *way) for way in ways),
    )


def _rate_alone(peer: Peer, given: Events, piece: int, threads: int) -> float:
    inputs = {
        first: inputs_of(given, first, min(first + piece, peer.people))
        for first in range(0, peer.people, piece)
    }
    return _rate(lambda first, _: peer.answer(inputs[first]), peer, piece, threads)


def _rate_raw(peer: Peer, given: Events, piece: int, threads: int) -> float:
    return _rate(lambda first, last: peer.answer(inputs_of(given, first, last)), peer, piece, threads)


def _rate(work: Callable[[int, int], Answer], peer: Peer, piece: int, threads: int) -> float:
    return peer.people / best_seconds(
        lambda: in_pieces(work, peer.people, piece=piece, threads=threads), repeats=3
    )


def _apart(peer: Peer) -> float:
    """How far a contestant's answer lies from Holdfast's. Errors: `ArithmeticError` where they are not alike."""
    given = events(_CHECKED)
    found = forecast_cohort(given.cohort(), PARAMETERS, relapse=False)
    ours = Answer(found.latent_mean, found.latent_sd, found.log_likelihood)
    apart = farthest(peer.answer(inputs_of(given, 0, _CHECKED)), ours)
    if not apart <= ALIKE:
        raise ArithmeticError(f"{peer.name} gives another answer: {apart:g} apart")
    return apart


def _row(name: str, version: str, people: int, speed: Speed, best: Speed) -> tuple[str, ...]:
    ratio = times(best.raw / speed.raw)
    return name, version, f"{people:,}", rounded(speed.alone), rounded(speed.raw), ratio, ""


def _targets(ours: Speed, theirs: dict[str, Speed]) -> tuple[Target, ...]:
    batched = [theirs[peer.name] for peer in PEERS if peer.batched]
    one_model_each, one_for_all = (theirs[peer.name] for peer in PEERS[:2])
    return (
        at_least(
            "from raw events, against statsmodels with a model for each",
            asked=300,
            measured=ours.raw / one_model_each.raw,
        ),
        at_least(
            "from raw events, against statsmodels with one model for all",
            asked=300,
            measured=ours.raw / one_for_all.raw,
        ),
        at_least(
            "from raw events, against the fastest batched filter",
            asked=8,
            measured=ours.raw / max(one.raw for one in batched),
        ),
        at_least(
            "filter alone, against the fastest batched filter",
            asked=8,
            measured=ours.alone / max(one.alone for one in batched),
        ),
    )


def _cores(count: int) -> str:
    return f"{count} core" + "s" * (count > 1)


_NOTES: Final = (
    "Holdfast from raw events: `Cohort` is built from the columns, which looks for faults in every row, then "
    "`ahead.forecast_cohort`; nobody looks for faults on behalf of the others. Its filter alone is the compiled pass, "
    "which works out the inputs of treatments too.",
    "The others know no treatments. From raw events, their inputs are worked out by NumPy, for many people at once, "
    "and that time counts; filter alone, the inputs lie ready.",
    "simdkalman's ready-made filter takes no matrices that change over time, so its steps are used: predict, and "
    "update with the likelihood. pykalman's likelihood takes a second pass. statsmodels is faster with one model for "
    "all people, whose scores then go in as its intercept.",
    "simdkalman and dynamax were timed with 500, 1,000, 2,000 and 4,000 people a call, on one thread and two, and the "
    "fastest is shown; dynamax with JAX in double precision on the CPU, its compilation left out.",
    "With relapse: chances of reaching the relapse level by each week too, which none of the others gives.",
    f"Before timing, mean, sd and log-likelihood of {_CHECKED} people were compared with Holdfast's; the last column "
    "is the largest difference, in units of 1 plus the size of the number.",
)


if __name__ == "__main__":
    show(measure())
