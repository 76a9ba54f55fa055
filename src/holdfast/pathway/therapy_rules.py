"""The rules that get a therapy going and keep its sessions close: choose, prepare, book, bring forward, record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from types import MappingProxyType

from holdfast.access import Role
from holdfast.pathway import wording
from holdfast.pathway.attendance import to_follow_up
from holdfast.pathway.booking import NEVER_AFTER_INFUSION, due, pace_days
from holdfast.pathway.feedback import proper
from holdfast.pathway.first_session import first_session_waits
from holdfast.pathway.history import CourseFact, History
from holdfast.pathway.infusion_course import first_course
from holdfast.pathway.relief import ReliefState, relief_state
from holdfast.pathway.rule import Facts, Rule, suggestion
from holdfast.pathway.suggestion import Reason, Suggestion, Urgency
from holdfast.protocols.loader import load as load_protocol
from holdfast.protocols.model import PhaseKind
from holdfast.protocols.progress import Upcoming

RECORDED_WITHIN = timedelta(hours=24)
"""What became of a booked session is asked for once so much time has passed. Source: [C]."""


def choose_therapy(facts: Facts) -> Suggestion | None:
    """Infusions have begun and no therapy was chosen, or one was chosen and its course not opened.

    Once relief is here `start_therapy` says it. After a course that ended in a switch it is asked anew; a person who
    wants none for now is left in peace. Source: [C], choice and preparation before or during the first course.
    """
    history, asked_since = facts.history, _choice_open_since(facts.history)
    if asked_since is None or first_session_waits(facts.history):
        return None
    choice, chosen = history.choice, history.chosen
    return suggestion(
        "choose_therapy",
        title=f"Open the course that was chosen: {load_protocol(chosen).short_name}"
        if chosen
        else "Talk over together which therapy to choose",
        urgency=Urgency.THIS_WEEK,
        owner=Role.THERAPIST,
        reasons=(
            Reason("First infusion", history.day(history.infusions[0].at)),
            *([Reason(wording.of_choice(choice.chosen), history.day(choice.at))] if choice else []),
            *(
                [Reason("The last course ended with a switch", history.day(asked_since))]
                if history.course
                else []
            ),
            Reason(
                "Choosing comes before or during the first course, so that therapy can start with the relief"
            ),
        ),
        source="Site default: choose and prepare before or during the infusions",
        would_change="A choice recorded, or a course begun",
        since=max(asked_since, choice.at) if choice else asked_since,
    )


def prepare(facts: Facts) -> Suggestion | None:
    """A course has begun, relief is not here yet, and its preparation was neither held nor booked.

    Once relief is here the first session comes first: `start_therapy`. Source: [C], the preparation of the therapy's
    protocol, before or during the infusions.
    """
    history, course = facts.history, facts.history.course
    if course is None or not course.protocol.preparation or course.held or first_session_waits(history):
        return None
    if course.ended or course.in_a_group or course.booked or to_follow_up(history, at=facts.at):
        return None
    preparation = course.protocol.sessions[course.protocol.preparation]
    return suggestion(
        "prepare",
        title=f"Book the preparation session for {course.protocol.short_name}",
        urgency=Urgency.THIS_WEEK,
        owner=Role.THERAPIST,
        reasons=(
            Reason(
                f"{course.protocol.short_name} begun, preparation not held", history.day(course.started_at)
            ),
            Reason(f"{preparation.title}: {preparation.minutes} minutes, before or during the infusions"),
        ),
        source="Site default: prepare before relief comes, so that its first days can be used",
        would_change="The preparation booked or held",
        since=course.started_at,
        by=course.protocol,
    )


def book_session(facts: Facts) -> Suggestion | None:
    """The next session is due by the protocol's pace, and none is booked.

    The pace is that of the phase: closer while there is relief. Not while someone stays away (`re_engage`), and not
    for boosters (`book_booster`). Source: the protocol of the therapy; pace by relief [C]; twice a week against once a
    week: Bruijniks 2020, BJPsych 216:222 [S], not a ketamine trial.
    """
    found = _due(facts)
    if found is None or found.upcoming.phase.kind is PhaseKind.BOOSTER:
        return None
    course, history = found.course, facts.history
    state = relief_state(history, at=facts.at, forecast=facts.forecast)
    pace = wording.pace(pace_days(history, found.upcoming, forecast=facts.forecast, at=facts.at))
    return suggestion(
        "book_session",
        title=f"Book the next {course.protocol.short_name} session"
        + (": relief is fading" if state is ReliefState.FADING else ""),
        urgency=Urgency.THIS_WEEK,
        owner=Role.THERAPIST,
        reasons=(
            Reason(wording.held(course.held[-1]), history.day(course.held[-1].at)),
            Reason(
                f"The next is due, none is booked; the protocol asks for {pace} now", history.day(found.at)
            ),
            *_relief_reasons(history, state),
        ),
        source=f"Site default: the pace of the protocol of {course.protocol.short_name}, by relief",
        would_change="A session booked or held",
        since=found.at,
        by=course.protocol,
    )


def book_booster(facts: Facts) -> Suggestion | None:
    """A booster is due by the protocol's plan, and none is booked. Source: boosters of the therapy's protocol [C]."""
    found = _due(facts)
    if found is None or found.upcoming.phase.kind is not PhaseKind.BOOSTER:
        return None
    course, last = found.course, found.course.held[-1]
    return suggestion(
        "book_booster",
        title=f"Book {course.protocol.short_name} booster {found.upcoming.label}",
        urgency=Urgency.THIS_WEEK,
        owner=Role.THERAPIST,
        reasons=(
            Reason(wording.held(last), facts.history.day(last.at)),
            Reason("The booster is due by the plan, none is booked", facts.history.day(found.at)),
        ),
        source=f"Site default: the booster plan of the protocol of {course.protocol.short_name}",
        would_change="A booster booked or held",
        since=found.at,
        by=course.protocol,
    )


def bring_forward(facts: Facts) -> Suggestion | None:
    """The next session is booked too late: the first after the time for it, or one later than the pace while fading.

    Source: [C], `first_session` and the pace of the therapy's protocol.
    """
    history, course = facts.history, facts.history.course
    ahead = [moment for moment in course.booked if moment > facts.at] if course is not None else []
    if course is None or not ahead:
        return None
    by = _latest_good_day(facts, course)
    if by is None or history.day(ahead[0]) <= history.day(by[0]):
        return None
    return suggestion(
        "bring_forward",
        title="Bring the next session forward: it is booked late for the relief",
        urgency=Urgency.TODAY,
        owner=Role.THERAPIST,
        reasons=(
            Reason("The next session is booked", history.day(ahead[0])),
            Reason(by[1], history.day(by[0])),
            Reason("Relief often fades; it has not been shown that therapy makes it last"),
        ),
        source=f"Site default: the protocol of {course.protocol.short_name}",
        would_change="A session booked by then, or held",
        since=history.scores[-1].at,
        by=course.protocol,
    )


def move_session(facts: Facts) -> Suggestion | None:
    """The next session is booked within a day of an infusion, which was given after the booking was made: move it.

    Source: [C], the night's sleep comes first; informed by the esketamine label.
    """
    history, course = facts.history, facts.history.course
    ahead = [moment for moment in course.booked if moment > facts.at] if course is not None else []
    # H-016: a booking is refused within a day of an infusion; this is the infusion that came after the booking.
    given = [
        (moment, one.at)
        for moment in ahead
        for one in history.infusions
        if timedelta(0) <= moment - one.at < NEVER_AFTER_INFUSION
    ]
    if course is None or not given:
        return None
    booked, infused = given[0]
    return suggestion(
        "move_session",
        title="Move the booked session: it lies within a day of an infusion",
        urgency=Urgency.NOW,
        owner=Role.THERAPIST,
        reasons=(
            Reason("Infusion", history.day(infused)),
            Reason("The session is booked", history.day(booked)),
            Reason(
                "A session can be held from 24 hours after it on", history.day(infused + NEVER_AFTER_INFUSION)
            ),
        ),
        source="Site default: no session within 24 hours of an infusion, informed by the esketamine label",
        would_change="The session moved or cancelled",
        since=infused,
        by=course.protocol,
    )


def record_attendance(facts: Facts) -> Suggestion | None:
    """A booked session has passed for a day, and nobody has said what became of it.

    Without it nobody notices who stays away. Source: [C], within 24 hours.
    """
    history, course = facts.history, facts.history.course
    passed = [moment for moment in course.booked if moment + RECORDED_WITHIN <= facts.at] if course else []
    if course is None or not passed:
        return None
    return suggestion(
        "record_attendance",
        title="Record what became of the booked session",
        urgency=Urgency.TODAY,
        owner=Role.THERAPIST,
        # H-022: someone who stays away is only noticed when it is on record that they did.
        reasons=tuple(
            Reason("A session was booked, nothing is on record of it", history.day(moment))
            for moment in passed
        ),
        source="Site default: what became of a session is on record within a day",
        would_change="The session recorded: held, missed or cancelled",
        since=passed[0] + RECORDED_WITHIN,
        by=course.protocol,
    )


THERAPY_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "choose_therapy": choose_therapy,
        "prepare": prepare,
        "book_session": book_session,
        "book_booster": book_booster,
        "bring_forward": bring_forward,
        "move_session": move_session,
        "record_attendance": record_attendance,
    }
)
"""The rules that get a therapy going and keep its sessions close, by the kind of suggestion."""


def _choice_open_since(history: History) -> datetime | None:
    """Since when a therapy is to be chosen or opened; None where one runs, or none is wanted for now."""
    course, choice = history.course, history.choice
    ended = course.ended if course is not None else None
    if not history.infusions or (course is not None and (ended is None or ended.value != "switched")):
        return None
    since = history.infusions[0].at if ended is None else ended.at
    wanted_none = choice is not None and choice.chosen == "none_for_now" and choice.at >= since
    return None if wanted_none else since


@dataclass(frozen=True)
class _Due:
    """A session that is due and not booked, with the course it is of and when it was due."""

    course: CourseFact
    upcoming: Upcoming
    at: datetime


def _due(facts: Facts) -> _Due | None:
    history, course = facts.history, facts.history.course
    if course is None or not course.held or course.booked or to_follow_up(history, at=facts.at):
        return None
    upcoming = course.progress(at=facts.at).next
    if upcoming is None or (not proper(course) and first_session_waits(history)):
        return None
    due_at = due(history, upcoming, forecast=facts.forecast, at=facts.at)
    return _Due(course, upcoming, due_at) if due_at is not None and due_at <= facts.at else None


def _latest_good_day(facts: Facts, course: CourseFact) -> tuple[datetime, str] | None:
    """The latest day for the next session, and why; None where there is no such limit now."""
    history = facts.history
    if not history.in_therapy:
        limit = course.protocol.first_session.latest_after_course
        if not first_session_waits(history):
            return None
        words = f"Best held at the latest {limit.words} after the last infusion of the course"
        return first_course(history)[-1].at + limit.duration, words
    upcoming = course.progress(at=facts.at).next
    state = relief_state(history, at=facts.at, forecast=facts.forecast)
    if upcoming is None or state is not ReliefState.FADING or upcoming.phase.kind is PhaseKind.BOOSTER:
        return None
    days = pace_days(history, upcoming, forecast=facts.forecast, at=facts.at)
    words = f"Relief is fading; the protocol asks for sessions {wording.pace(days)}, so one by then"
    return course.held[-1].at + timedelta(days=ceil(days)), words


_RELIEF = {
    ReliefState.NONE: "No relief so far",
    ReliefState.PARTIAL: "Relief is partial",
    ReliefState.RELIEF: "Relief is here",
    ReliefState.FADING: "Relief is fading",
}


def _relief_reasons(history: History, state: ReliefState | None) -> tuple[Reason, ...]:
    """How relief stands, by the newest score and the newest infusion."""
    if state is None or not history.infusions:
        return ()
    newest = history.scores[-1]
    return (
        Reason(f"{_RELIEF[state]}: {wording.fall(history.baseline, newest)}", history.day(newest.at)),
        Reason("Last infusion", history.day(history.infusions[-1].at)),
    )
