"""Where a course of therapy stands: what has been held, what comes next and how soon, whether it is complete."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from holdfast.protocols.model import PhaseKind
from holdfast.protocols.outline import SessionOutline
from holdfast.protocols.therapy import Loop, Therapy, TherapyPhase, Track

PLAN_ENDING: Final = "plan_ending"
"""What a review decides when an open-ended course is to end."""


@dataclass(frozen=True)
class Held:
    """A session that was attended: its number in the course, and its outline, empty where only the number is known."""

    at: datetime
    number: int
    outline: str = ""


@dataclass(frozen=True)
class Decision:
    """Something decided about a course: its kind, what was decided, when.

    Kinds the engine knows: `track`, `focus` (a playbook), `elective`, `review` (among them plan_ending), `extend` (so
    many more sessions of a loop), `break` (first and last day, as 2026-12-20/2027-01-04), `end_date` and `end`.
    """

    kind: str
    value: str
    at: datetime


@dataclass(frozen=True)
class Upcoming:
    """The session that comes next. `step` is what the chosen playbook has for it; **Units**: days."""

    outline: SessionOutline
    number: int
    phase: TherapyPhase
    step: str = ""

    @property
    def label(self) -> str:
        """What it is called: the outline's own label, or its number where a template serves many."""
        return self.outline.label if self.outline.kind == "session" else str(self.number)

    def days_apart(self, *, relief: bool) -> float:
        """Days from the session before, by whether there is relief."""
        without = self.phase.days_apart_without_relief
        return self.phase.days_apart if relief or without is None else without


@dataclass(frozen=True)
class Progress:
    """A course against its protocol.

    `attended` counts sessions without the preparation, repeats included. `next` is None once the last booster was held
    or the course was ended. `complete` means every planned session was held, boosters aside; an open-ended course is
    complete when its ending is. `ended` is how the course was ended by decision, empty while it goes on.
    """

    track: Track
    attended: int
    prepared: bool
    next: Upcoming | None
    complete: bool
    review_due: bool
    ended: str

    @property
    def planned(self) -> int | None:
        """Sessions planned before the boosters; None where the end is open."""
        return self.track.planned

    @property
    def open_ended(self) -> bool:
        """Whether people, not a count, end it."""
        return self.track.planned is None

    @property
    def next_number(self) -> int | None:
        """The number of the next session: that of preparation is 0."""
        return self.next.number if self.next else None

    @property
    def consolidating(self) -> bool:
        """Whether the main work is done: the next session consolidates, is a booster, or there is none."""
        return self.next is None or self.next.phase.kind in {PhaseKind.CONSOLIDATE, PhaseKind.BOOSTER}


def progress(
    therapy: Therapy,
    *,
    held: Iterable[Held],
    decisions: Sequence[Decision] = (),
    track: str = "",
    at: datetime,
) -> Progress:
    """Where the course stands at `at`, from the sessions attended and what was decided.

    A session of a sequence that was held already does not move it on when held again; one from further on passes over
    those between. Errors: `KeyError` for a track the therapy does not have.
    """
    made = sorted((one for one in decisions if one.at <= at), key=lambda one: one.at)
    chosen = therapy.track(_last(made, "track") or track)
    sessions = [_known(chosen, one) for one in sorted(held, key=lambda one: one.at)]
    proper = [one for one in sessions if not therapy.preparation or one.outline != therapy.preparation]
    ended = _last(made, "end")
    place = None if ended else _walk(chosen, deque(proper), made, at=at)
    prepared = len(proper) < len(sessions)
    number = 1 + max((one.number for one in proper), default=0)
    if therapy.preparation and not sessions and not ended:
        first = chosen.phases[0]
        upcoming: Upcoming | None = Upcoming(therapy.sessions[therapy.preparation], 0, first)
    else:
        upcoming = _upcoming(therapy, place, number, focus=_last(made, "focus"))
    return Progress(
        track=chosen,
        attended=len(proper),
        prepared=prepared,
        next=upcoming,
        complete=place is None or place[0].kind is PhaseKind.BOOSTER,
        review_due=upcoming is not None and upcoming.outline.kind == "review",
        ended=ended,
    )


def _known(track: Track, session: Held) -> Held:
    """The session with its outline: where only its number is known, the one of that number in the plan."""
    if session.outline or not session.number:
        return session
    left = session.number
    for phase in track.phases:
        if phase.loop is not None and (phase.loop.most is None or left <= phase.loop.most):
            return replace(session, outline=phase.loop.template)
        if phase.sequence is not None and left <= len(phase.outlines):
            return replace(session, outline=phase.outlines[left - 1])
        left -= len(phase.outlines) if phase.loop is None else phase.loop.most or 0
    return replace(session, outline=track.phases[-1].outlines[-1]) if track.phases[-1].outlines else session


def _upcoming(
    therapy: Therapy, place: tuple[TherapyPhase, str] | None, number: int, *, focus: str
) -> Upcoming | None:
    if place is None:
        return None
    phase, outline = place
    playbook = therapy.playbook(focus)
    return Upcoming(therapy.sessions[outline], number, phase, playbook.step(number) if playbook else "")


def _last(decisions: Sequence[Decision], kind: str) -> str:
    return next((one.value for one in reversed(decisions) if one.kind == kind), "")


def _walk(
    track: Track, sessions: deque[Held], decisions: Sequence[Decision], *, at: datetime
) -> tuple[TherapyPhase, str] | None:
    """The phase the course is in and the outline that is next; None after the last."""
    phases = [phase for phase in track.phases if not phase.rolling]
    for place, phase in enumerate(phases):
        later = frozenset(outline for other in phases[place + 1 :] for outline in other.outlines)
        if phase.loop is None:
            outline = _through_sequence(phase, sessions, later)
        else:
            outline = _through_loop(phase, phase.loop, sessions, decisions, later, at=at)
        if outline is not None:
            return phase, outline
    return None


def _through_sequence(phase: TherapyPhase, sessions: deque[Held], later: frozenset[str]) -> str | None:
    slots, done = phase.outlines, 0
    while sessions:
        outline = sessions[0].outline
        if outline in later and outline not in slots:
            return None
        if done == len(slots) and outline not in slots:
            break
        sessions.popleft()
        if outline in slots[done:]:
            done = slots.index(outline, done) + 1
    return slots[done] if done < len(slots) else None


def _through_loop(
    phase: TherapyPhase,
    loop: Loop,
    sessions: deque[Held],
    decisions: Sequence[Decision],
    later: frozenset[str],
    *,
    at: datetime,
) -> str | None:
    most = (
        None if loop.most is None else loop.most + sum(int(d.value) for d in decisions if d.kind == "extend")
    )
    count = since = 0
    reviewed_at, break_held_at = sessions[0].at if sessions else at, None
    while sessions and (most is None or count < most):
        outline = sessions[0].outline
        if outline in later and outline not in phase.outlines:
            return None
        session = sessions.popleft()
        if outline not in phase.outlines:
            continue
        count, since = count + 1, since + 1
        if outline == loop.review:
            since, reviewed_at = 0, session.at
        if outline == loop.before_break:
            break_held_at = session.at
    if (most is not None and count >= most) or _ended(loop, decisions, at=at):
        return None
    if loop.before_break and _break_near(loop, decisions, break_held_at, at=at):
        return loop.before_break
    waited = loop.review_days is not None and (at - reviewed_at) >= timedelta(days=loop.review_days)
    due = (loop.review_sessions is not None and since >= loop.review_sessions) or (waited and count > 0)
    return loop.review if loop.review and due else loop.template


def _ended(loop: Loop, decisions: Sequence[Decision], *, at: datetime) -> bool:
    if loop.ends_by == PLAN_ENDING:
        return _last(decisions, "review") == PLAN_ENDING
    end = _last(decisions, "end_date")
    return loop.ends_by == "end_date" and bool(end) and date.fromisoformat(end) < at.date()


def _break_near(loop: Loop, decisions: Sequence[Decision], held_at: datetime | None, *, at: datetime) -> bool:
    """Whether a break of two weeks or more begins soon and its session has not been held."""
    value = _last(decisions, "break")
    if not value:
        return False
    begins, ends = (date.fromisoformat(day) for day in value.split("/"))
    near = timedelta(0) <= begins - at.date() <= timedelta(days=loop.break_within_days)
    prepared = held_at is not None and begins - held_at.date() <= timedelta(days=2 * loop.break_within_days)
    return near and not prepared and ends - begins >= timedelta(days=14)
