"""Sessions that were missed: how many in a row, whether someone drifts, what the therapy's protocol then asks for."""

from datetime import datetime

from holdfast.pathway import limits
from holdfast.pathway.history import MISSED, CourseFact, History, SessionFact
from holdfast.protocols.therapy import Rung


def missed_in_a_row(course: CourseFact) -> tuple[SessionFact, ...]:
    """The sessions missed since the last that was attended; what the clinic cancelled does not count."""
    newest: list[SessionFact] = []
    for one in reversed(_counted(course)):
        if one.attended:
            break
        newest.insert(0, one)
    return tuple(newest)


def missed_lately(course: CourseFact) -> tuple[SessionFact, ...]:
    """The missed ones of the last sessions, where they are enough to call it drifting; else none.

    Source: [C], thresholds `drifting_sessions_…` of `ketamine_iv`.
    """
    looked_at = _counted(course)[-int(limits.number("drifting_sessions_looked_at")) :]
    missed = tuple(one for one in looked_at if not one.attended)
    return missed if len(missed) >= limits.number("drifting_sessions_missed") else ()


def goes_on(course: CourseFact, *, at: datetime) -> bool:
    """Whether sessions of the course are still to be held: it was not ended, and its last was not held."""
    now = course.progress(at=at)
    return not now.ended and (now.next is not None or not now.complete)


def rung(course: CourseFact, missed: int) -> Rung | None:
    """What the therapy's own table asks for after so many missed sessions in a row; None where it says nothing."""
    fitting = [one for one in course.protocol.attendance if one.missed <= missed]
    return max(fitting, key=lambda one: one.missed, default=None)


def to_follow_up(history: History, *, at: datetime) -> tuple[SessionFact, ...]:
    """The missed sessions that call for someone to get in touch.

    All of the drifting, if someone drifts; else the newest one, until a further session is booked or attended.
    """
    course = history.course
    if course is None or not goes_on(course, at=at):
        return ()
    settled = any(moment > at for moment in course.booked)
    return missed_lately(course) or (() if settled else missed_in_a_row(course))


def silent_since(history: History, *, at: datetime) -> datetime | None:
    """Since when the silence has been long enough to call; None while it is not, or before the first check-in.

    Source: [C], threshold `drifting_without_check_in` of `ketamine_iv`.
    """
    if not history.check_ins_at:
        return None
    since = history.check_ins_at[-1] + limits.duration("drifting_without_check_in")
    return since if since <= at else None


def drifting(history: History, *, at: datetime) -> bool:
    """Whether someone drifts: 2 of the last 3 sessions missed, or no check-in for 10 days. Source: [C], as these."""
    course = history.course
    missed = course is not None and goes_on(course, at=at) and bool(missed_lately(course))
    return missed or silent_since(history, at=at) is not None


def _counted(course: CourseFact) -> list[SessionFact]:
    known = (one for one in course.sessions if one.attended or one.attendance in MISSED)
    return sorted(known, key=lambda one: one.at)
