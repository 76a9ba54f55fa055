"""The infusions of an episode as a course: the first course, what followed, and what each one brought."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from holdfast.outcomes.definitions import Reading, percent_fall
from holdfast.pathway import limits
from holdfast.pathway.history import History, InfusionFact


@dataclass(frozen=True)
class Effect:
    """What an infusion of the first course brought: the scores credited to it, and the baseline they are read
    against.

    Without scores nobody measured: unknown, not unimproved.
    """

    number: int
    infusion: InfusionFact
    baseline: Reading | None
    readings: tuple[Reading, ...]

    @property
    def lowest(self) -> Reading | None:
        """The best score credited to the infusion."""
        return min(self.readings, key=lambda reading: reading.total, default=None)

    @property
    def measured(self) -> bool:
        """Whether anyone measured what it brought."""
        return bool(self.readings)

    def first_fall(self, percent: float) -> Reading | None:
        """The first score that lies at least so many percent below baseline."""
        return next((reading for reading in self.readings if self._fell(reading, percent)), None)

    def _fell(self, reading: Reading, percent: float) -> bool:
        fall = None if self.baseline is None else percent_fall(self.baseline, reading)
        return fall is not None and fall >= percent


def first_course(history: History) -> tuple[InfusionFact, ...]:
    """The infusions of the first course: up to the protocol's number, until a gap or another drug ends it."""
    given = history.infusions[: planned_number(history)]
    for position, (earlier, later) in enumerate(pairwise(given), start=1):
        lapsed = later.at - earlier.at > limits.duration("induction_lapses_after")
        if lapsed or later.drug != earlier.drug:
            return given[:position]
    return given


def planned_number(history: History) -> int:
    """How many infusions a first course has, by the protocol of the treatment it began with."""
    treatment = history.infusions[0].drug if history.infusions else limits.PROTOCOL
    return int(limits.number("induction_infusions", treatment=treatment))


def first_course_over_at(history: History, *, at: datetime) -> datetime | None:
    """Since when the first course has been over: its last planned infusion, the decision to stop, or the gap.

    None before the first infusion and while the course goes on.
    """
    course = first_course(history)
    if not course:
        return None
    if len(course) >= planned_number(history):
        return course[-1].at
    ended = [course[-1].at + limits.duration("induction_lapses_after")]
    stopped_at = history.infusion_care.stopped_at
    if stopped_at is not None and stopped_at >= course[-1].at:
        ended.append(stopped_at)
    # Another drug was begun instead: the first course ended with its own last infusion.
    ended += [
        course[-1].at for other in history.infusions[len(course) :][:1] if other.drug != course[-1].drug
    ]
    over_at = min(ended)
    return over_at if over_at < at else None


def effects(history: History) -> tuple[Effect, ...]:
    """What each infusion of the first course brought, in their order.

    A score is credited to the last infusion before it, for the protocol's number of days at most.
    """
    return tuple(
        _effect(history, number, infusion) for number, infusion in enumerate(first_course(history), start=1)
    )


def _effect(history: History, number: int, infusion: InfusionFact) -> Effect:
    later = [other.at for other in history.infusions if other.at > infusion.at]
    until = min([infusion.at + limits.duration("relief_credited_for"), *later])
    before = history.baseline
    credited = tuple(r for r in history.scores if infusion.at < r.at <= until and r != before)
    return Effect(number=number, infusion=infusion, baseline=before, readings=credited)
