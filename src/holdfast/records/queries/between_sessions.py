"""What happens between the sessions of courses: bookings, practice, feedback, the staying-well plan, as plain facts.

The same number of queries for one course as for a thousand. Callers have already judged the episodes visible.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from holdfast.pathway.history import FeedbackFact, PracticeFact
from holdfast.protocols import derive
from holdfast.protocols.therapy import Therapy
from holdfast.records.models import Appointment, ExerciseEntry, Practice, TherapySession

FEEDBACK = "shared.session_feedback"
LOW = "low_alliance"
"""The exercise that asks how a session was, and its derived value that asks to look at how they work together."""


@dataclass
class Between:
    """What is known of one course between its sessions, as rows."""

    booked: list[datetime] = field(default_factory=list)
    given: list[tuple[int, str, int, datetime]] = field(default_factory=list)
    done: list[tuple[str, int | None, datetime]] = field(default_factory=list)
    feedback: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)

    def practice(self) -> tuple[PracticeFact, ...]:
        """Practice that was asked for, each with when it was first done: in answer to it, or unasked afterwards."""
        return tuple(
            PracticeFact(at, number, done_at=self._first_done(pk, exercise, at))
            for pk, exercise, number, at in self.given
        )

    def plan_kept_at(self, plan: Therapy) -> datetime | None:
        """When the staying-well plan of the therapy was last finished; None while it was not."""
        return max((at for name, _, at in self.done if name == plan.completion.plan), default=None)

    def last_feedback(self, plan: Therapy, *, zone: str) -> tuple[FeedbackFact, ...]:
        """The newest session feedback, told only by whether it asks to look at how they work together."""
        exercise = plan.exercises.get(FEEDBACK)
        derived = next((one for one in exercise.derived if one.slug == LOW), None) if exercise else None
        if exercise is None or derived is None or not self.feedback:
            return ()
        at, values = self.feedback[-1]
        found = derive.derive(
            exercise, derived, derive.Context(at, zone), derive.Entry(at, values, exercise.name)
        )
        return (FeedbackFact(at, low=isinstance(found, derive.Truth) and found.value),)

    def _first_done(self, pk: int, exercise: str, given_at: datetime) -> datetime | None:
        answers = (
            at
            for name, practice, at in self.done
            if practice == pk or (practice is None and name == exercise and at >= given_at)
        )
        return min(answers, default=None)


def between_sessions(episode_ids: Collection[int]) -> Mapping[int, Between]:
    """For each course of the episodes what is known between its sessions. Four queries."""
    found: defaultdict[int, Between] = defaultdict(Between)
    of_these = {"course__episode_id__in": episode_ids}
    settled = TherapySession.current.filter(appointment__isnull=False, **of_these).values("appointment")
    for course, at in (
        Appointment.current.filter(**of_these)
        .exclude(pk__in=settled)
        .order_by("happened_at")
        .values_list("course_id", "happened_at")
    ):
        found[course].booked.append(at)
    for course, pk, exercise, number, at in (
        Practice.objects.filter(optional=False, **of_these)
        .order_by("given_at", "pk")
        .values_list("course_id", "pk", "exercise", "number", "given_at")
    ):
        found[course].given.append((pk, exercise, number, at))
    entries = ExerciseEntry.current.filter(**of_these).order_by("happened_at", "pk")
    for course, exercise, practice, at in (
        entries.exclude(outcome=ExerciseEntry.Outcome.NOT_THIS_TIME)
        .exclude(exercise=FEEDBACK)
        .values_list("course_id", "exercise", "practice_id", "happened_at")
    ):
        found[course].done.append((exercise, practice, at))
    for course, at, values in entries.filter(exercise=FEEDBACK).values_list(
        "course_id", "happened_at", "values"
    ):
        found[course].feedback.append((at, values))
    return found
