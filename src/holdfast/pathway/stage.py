"""Where an episode stands: one stage, derived from the facts every time and never stored as truth."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from holdfast.outcomes.definitions import Return, Standing, follow
from holdfast.pathway import limits
from holdfast.pathway.history import History
from holdfast.pathway.relief import ReliefState, latest_fall, relief_state

__all__ = ["ReliefState", "Stage", "relief_state", "stage", "standing"]


class Stage(StrEnum):
    """Where an episode stands, in the order most people pass through."""

    REFERRED = "referred"
    ASSESSED = "assessed"
    INDUCTION = "induction"
    RELIEF = "relief"
    PARTIAL_RELIEF = "partial relief"
    NO_RELIEF = "no relief"
    THERAPY = "therapy"
    CONSOLIDATION = "consolidation"
    REMISSION = "remission"
    RECOVERY = "recovery"
    RELAPSE = "relapse"
    RECURRENCE = "recurrence"
    CLOSED = "closed"


def stage(history: History, *, at: datetime) -> Stage:
    """The stage as of `at`: the first of these that the facts support.

    1. *closed*: the episode has ended by decision.
    2. *recurrence*, *relapse*: established, and no response or remission since.
    3. *recovery*, then *remission*: remission held for four months, for three weeks.
    4. *consolidation*, then *therapy*: the main work of the newest course is done; any session was attended.
    5. *relief*, *partial relief*, *no relief*: once relief can be judged; fading relief is still relief, and
       below a fall of 50 % partial relief.
    6. *induction*: an infusion was given.
    7. *assessed*: treatment resistance was confirmed and there is a score to judge by.
    8. *referred*.

    A stage says what is known: without newer facts it stays, and the check-in that is missing is a next step.
    Source: Rush 2006 (ACNP), doi:10.1038/sj.npp.1301131, for 2 and 3; the order is a convention [C].
    """
    seen = history.as_of(at)
    return next(found for found in (judge(seen, at) for judge in _IN_ORDER) if found is not None)


def standing(history: History) -> Standing:
    """Response, remission, recovery and relapse as the readings of the episode show them."""
    return Standing() if history.baseline is None else follow(history.readings, since=history.baseline)


def _closed(history: History, _: datetime) -> Stage | None:
    return None if history.closed_at is None else Stage.CLOSED


def _illness_back(history: History, _: datetime) -> Stage | None:
    relapse = standing(history).relapse
    if relapse is None:
        return None
    return Stage.RECURRENCE if relapse.kind is Return.RECURRENCE else Stage.RELAPSE


def _well(history: History, _: datetime) -> Stage | None:
    now = standing(history)
    if now.recovered_at is not None:
        return Stage.RECOVERY
    return Stage.REMISSION if now.remission is not None and now.remission.sustained else None


def _in_therapy(history: History, at: datetime) -> Stage | None:
    course = history.course
    if not history.in_therapy or course is None:
        return None
    return Stage.CONSOLIDATION if course.progress(at=at).consolidating else Stage.THERAPY


def _relieved(history: History, at: datetime) -> Stage | None:
    state, fall = relief_state(history, at=at), latest_fall(history)
    if state is None or fall is None:
        return None
    if state is ReliefState.FADING:
        state = ReliefState.RELIEF if fall >= limits.number("relief_fall") else ReliefState.PARTIAL
    return _OF_RELIEF[state]


def _begun(history: History, _: datetime) -> Stage:
    if history.infusions:
        return Stage.INDUCTION
    assessed = history.trd_confirmed and history.baseline is not None
    return Stage.ASSESSED if assessed else Stage.REFERRED


_OF_RELIEF = {
    ReliefState.NONE: Stage.NO_RELIEF,
    ReliefState.PARTIAL: Stage.PARTIAL_RELIEF,
    ReliefState.RELIEF: Stage.RELIEF,
}

_IN_ORDER: tuple[Callable[[History, datetime], Stage | None], ...] = (
    _closed,
    _illness_back,
    _well,
    _in_therapy,
    _relieved,
    _begun,
)
