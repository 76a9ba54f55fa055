"""What speaks for a course of therapy being complete, one criterion at a time; people confirm it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from holdfast.outcomes.definitions import is_remission
from holdfast.pathway.feedback import proper
from holdfast.pathway.history import CourseFact, History


@dataclass(frozen=True)
class Criterion:
    """One thing looked at: what was found, when, and whether it is met."""

    words: str
    on: datetime | None
    met: bool


def criteria(history: History, course: CourseFact, *, at: datetime) -> tuple[Criterion, ...]:
    """Remission, sessions held and the staying-well plan, as the therapy's protocol asks for them.

    What else is settled together (ketamine, both agree) stands in `besides` of the protocol. Source: `completion` of
    the therapy's protocol [C].
    """
    return (_remission(history, course), _sessions(course, at), _plan(course))


def _remission(history: History, course: CourseFact) -> Criterion:
    asked = course.protocol.completion
    run = list(takewhile(lambda one: bool(is_remission(one)), reversed(history.scores)))
    long_enough = bool(run) and run[0].at - run[-1].at >= timedelta(weeks=asked.over_weeks)
    met = long_enough and len(run) >= asked.remission_readings
    wanted = f"remission on {asked.remission_readings} readings over {asked.over_weeks} weeks"
    if not run:
        return Criterion(
            f"Not yet {wanted}: none now", history.scores[-1].at if history.scores else None, met
        )
    seen = f"{len(run)} in a row since" if len(run) > 1 else "one since"
    return Criterion(f"{wanted.capitalize() if met else f'Not yet {wanted}'}: {seen}", run[-1].at, met)


def _sessions(course: CourseFact, at: datetime) -> Criterion:
    held, fewest = proper(course), course.protocol.enough(course.progress(at=at).track)
    words = f"{len(held)} sessions held, at least {fewest} asked for"
    return Criterion(words, held[-1].at if held else None, len(held) >= fewest)


def _plan(course: CourseFact) -> Criterion:
    kept = course.plan_kept_at
    return Criterion(
        "Staying-well plan finished" if kept else "Staying-well plan not finished yet", kept, kept is not None
    )
