"""What happens in the chair, in order: which event may follow which, how long the drug ran, how much should be in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

_HOUR = Decimal(3600)


class Kind(StrEnum):
    """What happened."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    RATE = "rate"
    RESCUE = "rescue"
    STOP = "stop"
    END = "end"
    NOTE = "note"


class Phase(StrEnum):
    """How far the drug is."""

    BEFORE = "not started"
    RUNNING = "running"
    PAUSED = "paused"
    OVER = "over"


ANY_TIME = frozenset({Kind.RESCUE, Kind.NOTE})
"""What may happen at any time: pressure and nausea ask for a drug before the infusion and after it, too."""

NEXT: Mapping[tuple[Phase, Kind], Phase] = MappingProxyType(
    {
        (Phase.BEFORE, Kind.START): Phase.RUNNING,
        (Phase.RUNNING, Kind.PAUSE): Phase.PAUSED,
        (Phase.PAUSED, Kind.RESUME): Phase.RUNNING,
        (Phase.RUNNING, Kind.RATE): Phase.RUNNING,
        (Phase.PAUSED, Kind.RATE): Phase.PAUSED,
        **{
            (phase, kind): Phase.OVER
            for phase in (Phase.RUNNING, Phase.PAUSED)
            for kind in (Kind.STOP, Kind.END)
        },
    }
)
"""What each event leads to; what is not listed cannot happen then."""


@dataclass(frozen=True)
class Event:
    """Something that happened; `rate_ml_per_hour` only for a change of rate."""

    kind: Kind
    at: datetime
    rate_ml_per_hour: Decimal | None = None


@dataclass(frozen=True)
class Misplaced:
    """An event that cannot be where it stands, and the phase it meets there."""

    event: Event
    phase: Phase


def may_follow(phase: Phase, kind: Kind) -> bool:
    """Whether that may happen in that phase."""
    return kind in ANY_TIME or (phase, kind) in NEXT


def misplaced(events: Iterable[Event]) -> Misplaced | None:
    """The first event, by time, that cannot be where it stands; None when the order holds.

    Of two at the same moment the one given first comes first.
    """
    phase = Phase.BEFORE
    for event in _by_time(events):
        if not may_follow(phase, event.kind):
            return Misplaced(event, phase)
        phase = NEXT.get((phase, event.kind), phase)
    return None


def phase_of(events: Iterable[Event]) -> Phase:
    """How far the drug is after all these events, whose order holds."""
    phase = Phase.BEFORE
    for event in _by_time(events):
        phase = NEXT.get((phase, event.kind), phase)
    return phase


def running(events: Iterable[Event], *, at: datetime) -> timedelta:
    """How long the drug has run by then, pauses left out."""
    return sum((end - begin for begin, end, _ in _runs(events, at, None)), timedelta())


def volume_ml(events: Iterable[Event], *, rate_ml_per_hour: Decimal | None, at: datetime) -> Decimal | None:
    """The volume that should have gone in by then, from the ordered rate, its changes and the pauses.

    Units: mL. None without a rate, such as for a spray.
    """
    if rate_ml_per_hour is None:
        return None
    total = Decimal(0)
    for begin, end, rate in _runs(events, at, rate_ml_per_hour):
        total += (rate or Decimal(0)) * Decimal((end - begin).total_seconds()) / _HOUR
    return total


def _by_time(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.at)


def _runs(
    events: Iterable[Event], until: datetime, rate: Decimal | None
) -> Iterator[tuple[datetime, datetime, Decimal | None]]:
    """The stretches in which the drug ran at one rate: begin, end, rate."""
    phase, since = Phase.BEFORE, until
    passed: Sequence[Event] = [event for event in _by_time(events) if event.at <= until]
    for event in passed:
        if phase is Phase.RUNNING:
            yield since, event.at, rate
        phase, since = NEXT.get((phase, event.kind), phase), event.at
        rate = event.rate_ml_per_hour if event.kind is Kind.RATE else rate
    if phase is Phase.RUNNING:
        yield since, until, rate
