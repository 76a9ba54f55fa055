"""What each infusion brought, and how a forecast that was seen beside a decision fared."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from holdfast import units
from holdfast.forecast.ahead import Forecast
from holdfast.outcomes.definitions import Change, Reading, Relapse, follow, percent_fall, reliable_change
from holdfast.pathway.history import History, InfusionFact
from holdfast.pathway.relief import ReliefState, relief_state


@dataclass(frozen=True)
class Brought:
    """What followed one infusion of a treatment, the first being number 1.

    `lowest` is the lowest score of those credited to it, `fall` its fall from baseline, `relief` the state just before
    the next one, or now, where any score came in between. None is unknown, not unimproved.

    **Units**: percent.
    """

    number: int
    infusion: InfusionFact
    lowest: Reading | None
    fall: float | None
    relief: ReliefState | None


@dataclass(frozen=True)
class Expected:
    """What a forecast said of one day: median and 80 % band. **Units**: points of the instrument."""

    on: datetime
    median: int
    low: int
    high: int

    def holds(self, total: int) -> bool:
        """Whether the band holds the score."""
        return self.low <= total <= self.high


def brought(history: History, *, treatment: str, at: datetime) -> tuple[Brought, ...]:
    """What each infusion of a treatment brought as of `at`, in their order.

    A score is credited to the last infusion before it, for as many days as `relief_credited_for` says, whichever the
    drug of the next one.
    """
    seen = history.as_of(at)
    own = [one for one in seen.infusions if one.drug == treatment]
    return tuple(_brought(seen, number, one, at=at) for number, one in enumerate(own, start=1))


def _brought(history: History, number: int, infusion: InfusionFact, *, at: datetime) -> Brought:
    next_at = min((other.at for other in history.infusions if other.at > infusion.at), default=None)
    until = infusion.at + history.limits.duration("relief_credited_for")
    until = until if next_at is None else min(until, next_at)
    credited = [one for one in history.scores if infusion.at < one.at <= until and one != history.baseline]
    lowest = min(credited, key=lambda one: one.total, default=None)
    before = history.baseline
    seen_since = any(infusion.at < one.at <= (next_at or at) for one in history.scores)
    return Brought(
        number=number,
        infusion=infusion,
        lowest=lowest,
        fall=percent_fall(before, lowest) if before is not None and lowest is not None else None,
        relief=relief_state(history, at=next_at or at) if seen_since else None,
    )


@dataclass(frozen=True)
class DayAfter:
    """What was told the day after an infusion against the last score before it; `change` is None where none can be
    told.
    """

    reading: Reading
    change: Change | None


def day_after(history: History, infusion: InfusionFact) -> DayAfter | None:
    """The first score that counts as the one of the day after; None where nobody answered.

    Source: [C], thresholds `check_in_after_infusion_counts_from`, `check_in_after_infusion` and `check_in_window`.
    """
    opens = infusion.at + history.limits.duration("check_in_after_infusion_counts_from")
    closes = (
        infusion.at
        + history.limits.duration("check_in_after_infusion")
        + history.limits.duration("check_in_window")
    )
    reading = next((one for one in history.scores if opens <= one.at <= closes), None)
    if reading is None:
        return None
    before = [one for one in history.scores if one.at <= infusion.at]
    return DayAfter(reading, reliable_change(before[-1], reading) if before else None)


def expected(forecast: Forecast, *, instrument: str, made_at: datetime, on: datetime) -> Expected | None:
    """What a forecast made at `made_at` said of a later day; None for a day or an instrument it said nothing of."""
    place = round(units.days_between(made_at, on))
    if instrument not in forecast.scales or not 0 <= place < len(forecast.days):
        return None
    fan = forecast.scores(instrument)
    return Expected(
        on=on, median=int(fan.median[place]), low=int(fan.lower80[place]), high=int(fan.upper80[place])
    )


def relapse_after(history: History, *, since: datetime, within: timedelta) -> Relapse | None:
    """The relapse or recurrence that began within so long after `since`, also where it has passed; None without one.

    Source: as `outcomes.definitions.follow`.
    """
    before = history.baseline
    if before is None:
        return None
    for place in range(1, len(history.scores) + 1):
        relapse = follow(history.scores[:place], since=before).relapse
        if relapse is not None and since < relapse.since <= since + within:
            return relapse
    return None
