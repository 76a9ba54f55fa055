"""The one next thing for a patient, in plain words; due is due, and never called anything harsher."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from holdfast.pathway.checkin_times import Due, Why, next_due
from holdfast.pathway.history import History, PlannedFact


class Thing(StrEnum):
    """What comes next for the patient."""

    CHECK_IN = "check-in"
    SESSION = "session"
    INFUSION = "infusion"
    NOTHING = "nothing"


@dataclass(frozen=True)
class PatientNext:
    """The next thing: what it is, a title and a sentence for the patient, when it is due, and whether it is
    now.
    """

    thing: Thing
    title: str
    text: str
    due_at: datetime | None
    due_now: bool


def patient_next(history: History, *, at: datetime) -> PatientNext:
    """The one next thing as of `at`: a check-in that is due, else whatever comes first.

    Source: [C], one thing at a time for someone who is exhausted.
    """
    seen = history.as_of(at)
    due = next_due(seen, at=at)
    if due is None:
        return PatientNext(
            Thing.NOTHING, "Nothing is due", "Your care with us has ended.", None, due_now=False
        )
    if due.at <= at:
        return _check_in_now(due)
    if seen.planned and seen.planned[0].at <= due.at:
        return _appointment(seen.planned[0])
    return PatientNext(
        Thing.CHECK_IN, "Nothing is due now", "We will ask how you are again soon.", due.at, due_now=False
    )


def _check_in_now(due: Due) -> PatientNext:
    texts = {
        Why.FIRST: "A few questions about how you are. It takes about a minute.",
        Why.WEEKLY: "How was your week? It takes about a minute.",
        Why.AFTER_INFUSION: "How are you after your infusion? It takes about a minute.",
        Why.BEFORE_INFUSION: "How are you before your infusion? It takes about a minute.",
    }
    return PatientNext(Thing.CHECK_IN, "Your check-in is due", texts[due.why], due.at, due_now=True)


def _appointment(planned: PlannedFact) -> PatientNext:
    if planned.what == "session":
        return PatientNext(
            Thing.SESSION, "Your next session", "You meet your therapist.", planned.at, due_now=False
        )
    return PatientNext(
        Thing.INFUSION, "Your next infusion", "Someone needs to take you home.", planned.at, due_now=False
    )
