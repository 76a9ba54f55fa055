"""Sticking with therapy, on a person's page: on or off track, attendance, what is booked, when the next is due."""

from dataclasses import dataclass
from datetime import datetime

from holdfast.access import Permission, may
from holdfast.pathway import booking, wording
from holdfast.pathway.feedback import Heading, feedback
from holdfast.pathway.history import MISSED, CourseFact, History
from holdfast.protocols.model import PhaseKind
from holdfast.protocols.progress import Progress
from holdfast.records.queries import therapy
from holdfast.records.queries.patient import OutlookRow
from holdfast.web.clinician.chart import readable
from holdfast.web.clinician.naming import day, near_day
from holdfast.web.page import PageRequest


@dataclass(frozen=True)
class TherapyCard:
    """What the card of the newest course shows, every fact in words."""

    course_id: int
    name: str
    track: str
    off_track: bool
    attendance: str
    missed: tuple[str, ...]
    next: str
    boosters: str
    booked: tuple[therapy.BookedRow, ...]
    may_book: bool


def card(request: PageRequest, history: History, outlook: OutlookRow | None) -> TherapyCard | None:
    """The card of the newest course; None before the first."""
    seen = history.as_of(request.at)
    course = seen.course
    if course is None:
        return None
    now, found = course.progress(at=request.at), feedback(seen, at=request.at)
    missed = tuple(one for one in course.sessions if one.attendance in MISSED)
    goes_on = now.next is not None
    return TherapyCard(
        course_id=int(course.key),
        name=course.protocol.short_name,
        track=_track(seen, request.at),
        off_track=found is not None and found.heading is not Heading.ON_TRACK,
        attendance=f"{now.attended} held, {len(missed)} missed",
        missed=tuple(f"{near_day(one.at, request.at)}: {wording.missed(one)}" for one in reversed(missed)),
        next=_next(seen, now, outlook, request.at),
        boosters=_boosters(course, now),
        booked=therapy.booked(request.viewer, int(course.key)) if goes_on else (),
        may_book=goes_on and may(request.viewer, Permission.BOOK_SESSION),
    )


def _track(history: History, at: datetime) -> str:
    found = feedback(history, at=at)
    if found is None:
        return "Nothing to compare yet: it takes a score before the first session and one of the last weeks"
    began, newest = wording.score(found.began), wording.score(found.newest)
    judged = found.judged
    said = f"the forecast of {day(judged.made_at)} said about {judged.expected:.0f}; " if judged else ""
    return (
        f"{found.heading.value.capitalize()}: {newest} on {day(found.newest.at)}; {said}"
        f"{began} on {day(found.began.at)}, when therapy began"
    )


def _next(history: History, now: Progress, outlook: OutlookRow | None, at: datetime) -> str:
    upcoming = now.next
    if upcoming is None:
        return ""
    name = f"session {upcoming.label}" if upcoming.number else "the preparation"
    due = booking.due(history, upcoming, forecast=readable(outlook), at=at)
    when = f", due {day(due)} by the protocol's pace" if due is not None else ""
    return f"Next: {name}, {upcoming.outline.title}{when}"


def _boosters(course: CourseFact, now: Progress) -> str:
    """The plan of the boosters, once therapy is being rounded off; empty before, and without any."""
    phases = [phase for phase in now.track.phases if phase.kind is PhaseKind.BOOSTER]
    if not phases or not now.consolidating or course.ended:
        return ""
    weeks = [f"{days / 7:g}" for phase in phases for days in phase.days_after_end]
    count = f"{len(weeks)} booster{'' if len(weeks) == 1 else 's'}"
    return f"Booster plan: {count}, {', '.join(weeks)} weeks after the last session of the main work"
