"""Whether the infusions have brought relief, and whether it is fading."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from holdfast.instruments.loader import load as load_instrument
from holdfast.outcomes.definitions import Reading, is_at_relapse_level, percent_fall
from holdfast.pathway import limits
from holdfast.pathway.history import History
from holdfast.pathway.infusion_course import first_course, first_course_over_at


class RelapseForecast(Protocol):
    """What the pathway asks of a forecast: `holdfast.forecast.ahead.Forecast` is one."""

    @property
    def too_little_data(self) -> bool:
        """Whether the forecast says too little to act on."""

    def p_relapse_within(self, days: float) -> float:
        """Chance of relapse within so many days, 0 to 1."""


class ReliefState(StrEnum):
    """Relief as it stands; it sets the pace of therapy and is no judgement of anyone."""

    NONE = "none"
    PARTIAL = "partial"
    RELIEF = "relief"
    FADING = "fading"


@dataclass(frozen=True)
class Rise:
    """A score that has risen from the best one of the last days by the fading threshold or more."""

    best: Reading
    latest: Reading


def relief_state(
    history: History, *, at: datetime, forecast: RelapseForecast | None = None
) -> ReliefState | None:
    """Relief as of `at`; None while it cannot be judged.

    Meaning: judged on the newest score after the third infusion, or after the first course has ended with
    fewer. A fall from baseline of 50 % or more is relief, 25 % or more partial, less is none. Relief or
    partial relief is fading when the score has risen 5 PHQ-9 points above the best of the last 14 days, or
    when the first course is over and the forecast's chance of relapse within 14 days has reached the site's
    limit.

    Source: [C], thresholds of the protocol `ketamine_iv`.
    """
    seen = history.as_of(at)
    fall = judged_fall(seen, at=at)
    if fall is None:
        return None
    if rise(seen, at=at) or relapse_chance(seen, forecast, at=at) is not None:
        return ReliefState.FADING
    if fall >= limits.number("relief_fall"):
        return ReliefState.RELIEF
    return ReliefState.PARTIAL if fall >= limits.number("partial_relief_fall") else ReliefState.NONE


def latest_fall(history: History) -> float | None:
    """The fall of the newest score from baseline; None without both. **Units**: percent. Source:
    arithmetic.
    """
    before = history.baseline
    if before is None or history.scores[-1].at <= before.at:
        return None
    return percent_fall(before, history.scores[-1])


def judged_fall(history: History, *, at: datetime) -> float | None:
    """The fall of the newest score from baseline once relief can be judged; None before. **Units**: percent.

    Source: [C], threshold `relief_judged_after`.
    """
    course = first_course(history)
    enough = int(limits.number("relief_judged_after"))
    if len(course) >= enough:
        since = course[enough - 1].at
    elif first_course_over_at(history, at=at):
        since = course[-1].at
    else:
        return None
    return latest_fall(history) if history.scores and history.scores[-1].at > since else None


def rise(history: History, *, at: datetime) -> Rise | None:
    """The rise that shows relief fading; None without one, or where there was no relief to lose.

    Meaning: best and newest score of the last 14 days, when relief can be judged. Source: [C], thresholds
    `fading_rise` and `fading_looks_back`.
    """
    if judged_fall(history, at=at) is None or history.baseline is None:
        return None
    points = fading_points(history.judged_on)
    recent = [r for r in history.scores if at - r.at <= limits.duration("fading_looks_back")]
    best = min(recent, key=lambda reading: reading.total, default=None)
    if best is None or points is None or recent[-1].total - best.total < points:
        return None
    fall = percent_fall(history.baseline, best)
    relieved = fall is not None and fall >= limits.number("partial_relief_fall")
    return Rise(best=best, latest=recent[-1]) if relieved else None


def fading_points(instrument: str) -> float | None:
    """The rise on an instrument that equals the threshold in PHQ-9 points; None for one without a link.

    Source: [C], threshold `fading_rise`.
    """
    return as_points_of(instrument, limits.number("fading_rise"))


def as_points_of(instrument: str, points: float) -> float | None:
    """So many PHQ-9 points on another instrument, by their links to severity; None for one without a link.

    Source: the links of the instrument files.
    """
    own, phq9 = load_instrument(instrument).link, load_instrument("phq9").link
    if instrument == "phq9":
        return points
    if own is None or phq9 is None:
        return None
    return points * own.slope / phq9.slope


def relapse_chance(history: History, forecast: RelapseForecast | None, *, at: datetime) -> float | None:
    """The forecast's chance of relapse when it has reached the site's limit; None otherwise.

    Meaning: only for relief (a fall of 50 % or more, below the relapse threshold) and only once the first
    course is over: before, the next infusion is already on its way and the forecast does not know of it.
    Source: [C], thresholds `relapse_chance_limit` and `relapse_chance_within`.
    """
    fall = judged_fall(history, at=at)
    relieved = fall is not None and fall >= limits.number("relief_fall")
    if forecast is None or forecast.too_little_data or not relieved:
        return None
    if is_at_relapse_level(history.scores[-1]) or first_course_over_at(history, at=at) is None:
        return None
    chance = forecast.p_relapse_within(limits.duration("relapse_chance_within") / timedelta(days=1))
    return chance if chance >= limits.number("relapse_chance_limit") else None
