"""When a check-in is due, and how one came: on time, late or backfilled. Rules count elapsed time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from holdfast.outcomes.moments import utc
from holdfast.pathway import limits
from holdfast.pathway.history import History

SAME_SITTING = timedelta(hours=1)
"""Questionnaires answered one after the other are one check-in. Source: [C]."""


class Why(StrEnum):
    """What a check-in is due for."""

    FIRST = "first"
    WEEKLY = "weekly"
    AFTER_INFUSION = "after infusion"
    BEFORE_INFUSION = "before infusion"


class Arrival(StrEnum):
    """How a check-in came, against when it was due."""

    ON_TIME = "on_time"
    LATE = "late"
    BACKFILLED = "backfilled"


@dataclass(frozen=True)
class Due:
    """A check-in that is expected: from `at` it is due, until `closes_at` it is on time."""

    why: Why
    at: datetime
    closes_at: datetime


def next_due(history: History, *, at: datetime) -> Due | None:
    """The check-in that is due next, or due already; None once the episode is closed.

    Meaning: the first when care begins, then weekly; 24 h after an infusion (from 12 h after it an answer
    counts); in the 24 h before a planned infusion. The earliest that has not been answered comes first and
    stays due until a check-in comes. Source: care rules of this project; thresholds `check_in_…` of
    `ketamine_iv`.
    """
    seen = history.as_of(at)
    if seen.closed_at is not None:
        return None
    return min((_regular(seen), *_around_infusions(seen)), key=lambda due: due.at)


def arrival(history: History, *, happened_at: datetime, recorded_at: datetime) -> Arrival:
    """How a check-in came, from the facts before it.

    Meaning: *backfilled* when recorded more than 24 h after it happened; else *late* when the time in which
    it counted as on time had passed; else *on time*. More than asked for is on time. Source: [C], thresholds
    `backfilled_after` and `check_in_window`.
    """
    if utc(recorded_at) - utc(happened_at) > limits.duration("backfilled_after"):
        return Arrival.BACKFILLED
    earlier = tuple(at for at in history.check_ins_at if at < utc(happened_at) - SAME_SITTING)
    due = next_due(replace(history, check_ins_at=earlier), at=happened_at)
    return Arrival.LATE if due is not None and happened_at > due.closes_at else Arrival.ON_TIME


def _regular(seen: History) -> Due:
    if not seen.check_ins_at:
        closes_at = seen.started_at + limits.duration("first_check_in_window")
        return Due(Why.FIRST, at=seen.started_at, closes_at=closes_at)
    due_at = seen.check_ins_at[-1] + limits.duration("check_in_every")
    return Due(Why.WEEKLY, at=due_at, closes_at=due_at + limits.duration("check_in_window"))


def _around_infusions(seen: History) -> tuple[Due, ...]:
    return tuple(due for due in (_after_last_infusion(seen), _before_next_infusion(seen)) if due is not None)


def _after_last_infusion(seen: History) -> Due | None:
    if not seen.infusions:
        return None
    given_at = seen.infusions[-1].at
    if _answered_from(seen, given_at + limits.duration("check_in_after_infusion_counts_from")):
        return None
    due_at = given_at + limits.duration("check_in_after_infusion")
    return Due(Why.AFTER_INFUSION, at=due_at, closes_at=due_at + limits.duration("check_in_window"))


def _before_next_infusion(seen: History) -> Due | None:
    planned = next((fact.at for fact in seen.planned if fact.what == "infusion"), None)
    if planned is None:
        return None
    due_at = planned - limits.duration("check_in_before_infusion")
    if _answered_from(seen, due_at):
        return None
    return Due(Why.BEFORE_INFUSION, at=due_at, closes_at=planned)


def _answered_from(seen: History, moment: datetime) -> bool:
    return bool(seen.check_ins_at) and seen.check_ins_at[-1] >= moment
