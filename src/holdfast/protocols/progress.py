"""Where a course of therapy stands: what has been held, what comes next and how soon, whether it is complete.

Content never depends on dates, but for reviews, breaks and an end date: a late session changes when, not what.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from holdfast.protocols import decisions as decided
from holdfast.protocols.decisions import PLAN_ENDING, REOPENED, Break, Decision
from holdfast.protocols.model import PhaseKind
from holdfast.protocols.outline import SessionOutline
from holdfast.protocols.therapy import Therapy
from holdfast.protocols.track import HalfWayPoint, TherapyPhase, Track
from holdfast.protocols.walk import Place, Step, most, walk

__all__ = ["PLAN_ENDING", "REOPENED", "Decision", "Held", "Progress", "Upcoming", "progress"]

PREPARED_FOR: Final = timedelta(days=28)
"""How long before a break its own session may have been held, so that it is not offered again."""


@dataclass(frozen=True)
class Held:
    """A session that was attended: its number in the course, and its outline, empty where only the number is known.

    Number 0 is the preparation.
    """

    at: datetime
    number: int
    outline: str = ""


@dataclass(frozen=True)
class Upcoming:
    """The session that comes next.

    `place` is where it stands in its phase, from 1; `step` what the chosen playbook has for it; `before_break` the
    first day of a break that it prepares for. It counts from `after`, the session held before it, and a booster also
    from `ended_at`, the last session of the main work.
    """

    outline: SessionOutline
    number: int
    phase: TherapyPhase
    place: int = 1
    step: str = ""
    before_break: date | None = None
    after: datetime | None = None
    ended_at: datetime | None = None
    breaks: tuple[Break, ...] = ()

    @property
    def label(self) -> str:
        """What it is called: its number, where its outline is named by numbers alone; else the outline's own label.

        A template that serves many is counted: B1, F2, W14, Ending 3.
        """
        template = self.outline.kind == "template" and self.outline.slug in self.phase.planned
        named = re.sub(r"\d+-\D*\d+$", "", self.outline.label) if template else self.outline.label
        if not named or named.isdecimal():
            return str(self.number)
        if not template:
            return named
        slots = self.phase.slots[: self.place]
        count = slots.count(self.outline.slug) if slots else self.place
        return f"{named}{'' if len(named) == 1 or named.endswith(' ') else ' '}{count}"

    def days_apart(self, *, relief: bool) -> float:
        """Days from the session before, by whether there is relief.

        To a booster until its day after the end; after one that was late, the phase's own days at least.
        """
        without = self.phase.days_apart_without_relief
        apart = self.phase.days_apart if relief or without is None else without
        if self.after is None or self.ended_at is None:
            return apart
        left = self.phase.days_after_end[self.place - 1] - (self.after.date() - self.ended_at.date()).days
        return max(apart, left) if self.after > self.ended_at else left

    def due_at(self, *, relief: bool) -> datetime | None:
        """When it is best held; None for the first session, which goes by the infusions.

        So many days after the session before, never in a break; what prepares for a break at the latest the day before.
        """
        if self.after is None:
            return None
        due = self.after + timedelta(days=self.days_apart(relief=relief))
        for one in self.breaks:
            if one.first <= due.date() <= one.last:
                due += one.last - due.date() + timedelta(days=1)
        if self.before_break is None:
            return due
        return min(due, due + (self.before_break - due.date() - timedelta(days=1)))


@dataclass(frozen=True)
class Progress:
    """A course against its protocol.

    `attended` counts sessions without the preparation, repeats included; `planned` those before the boosters, with
    what it was extended by, or the weeks of a group; None where the end is open. `next` is None once the last booster
    was held or the course was ended, and in a group, whose weeks come from its curriculum. `complete` means that the
    plan was gone through with the fewest sessions held, boosters aside: of an open-ended course, its ending; of a
    group, enough of its weeks. A course ended before that is not complete. `half_way_at` is when the session was held
    after which the check on whether it helps is due; None before it, and on a track without one. `ended` is how the
    course was ended by decision, empty while it goes on, also once it was reopened.
    """

    track: Track
    attended: int
    planned: int | None
    prepared: bool
    next: Upcoming | None
    complete: bool
    review_due: bool
    half_way_at: datetime | None
    ended: str

    @property
    def next_number(self) -> int | None:
        """The number of the next session: that of preparation is 0."""
        return self.next.number if self.next else None

    @property
    def consolidating(self) -> bool:
        """Whether the main work is over: the next session consolidates, is a booster, or there is none.

        A group has none to name: its work is over once it is complete or ended.
        """
        if self.next is None:
            return self.complete or bool(self.ended) or not self.track.rolling
        return self.next.phase.kind in {PhaseKind.CONSOLIDATE, PhaseKind.BOOSTER}


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
    made = decided.standing([one for one in decisions if one.at <= at])
    chosen = _track(therapy, made, track)
    sessions = sorted((one for one in held if one.at <= at), key=lambda one: one.at)
    proper = [one for one in sessions if not _prepares(one, therapy)]
    on_track = [(one, _track(therapy, [d for d in made if d.at <= one.at], track)) for one in proper]
    steps = [_known(was, one, made) for one, was in on_track]
    place = walk(chosen, steps, made, changed_at=_changed_at(therapy, made, track), at=at)
    ended = decided.ended(made)
    upcoming = None if place is None or ended else _upcoming(therapy, place, proper, made, at=at)
    if therapy.preparation and not sessions and not ended:
        upcoming = Upcoming(therapy.sessions[therapy.preparation], 0, chosen.phases[0])
    through = chosen.rolling or place is None or place.phase.kind is PhaseKind.BOOSTER
    return Progress(
        track=chosen,
        attended=len(proper),
        planned=_planned(therapy, chosen, made),
        prepared=len(proper) < len(sessions),
        next=upcoming,
        complete=through and len(proper) >= therapy.enough(chosen),
        review_due=upcoming is not None and upcoming.outline.kind == "review",
        half_way_at=_half_way_at(therapy, chosen.half_way, proper),
        ended=ended,
    )


def _track(therapy: Therapy, decisions: Sequence[Decision], first: str) -> Track:
    return therapy.track(decided.last(decisions, "track") or first)


def _changed_at(therapy: Therapy, decisions: Sequence[Decision], first: str) -> datetime | None:
    """When the course came to its track from another one; None when it began on it."""
    track, at = therapy.track(first).slug, None
    for one in decisions:
        if one.kind == "track" and one.value != track:
            track, at = one.value, one.at
    return at


def _prepares(session: Held, therapy: Therapy) -> bool:
    if session.outline:
        return session.outline == therapy.preparation
    return bool(therapy.preparation) and session.number == 0


def _known(track: Track, session: Held, decisions: Sequence[Decision]) -> Step:
    """The session on the track it was held on: where only its number is known, the one of that number in the plan."""
    if session.outline or not session.number:
        return Step(session.at, session.outline)
    left = session.number
    for phase in track.phases:
        length = len(phase.slots) if phase.loop is None else most(phase.loop, decisions)
        if length is None or left <= length:
            outline = phase.slots[left - 1] if phase.loop is None else phase.loop.template
            return Step(session.at, outline, 0 if phase.loop else left)
        left -= length
    return Step(session.at, next(iter(reversed(track.phases[-1].slots)), ""))


def _planned(therapy: Therapy, track: Track, decisions: Sequence[Decision]) -> int | None:
    if track.rolling and therapy.curriculum is not None:
        return len(therapy.curriculum.weeks)
    loops = sum(phase.loop is not None for phase in track.phases)
    return None if track.planned is None else track.planned + loops * decided.extended(decisions)


def _half_way_at(therapy: Therapy, point: HalfWayPoint | None, held: Sequence[Held]) -> datetime | None:
    if point is None:
        return None
    reviews = {slug for slug, outline in therapy.sessions.items() if outline.kind == "review"}
    counted = held if point.sessions else [one for one in held if one.outline in reviews]
    needed = point.sessions or point.reviews or 0
    return counted[needed - 1].at if len(counted) >= needed else None


def _upcoming(
    therapy: Therapy, place: Place, held: Sequence[Held], decisions: Sequence[Decision], *, at: datetime
) -> Upcoming:
    phase, booster = place.phase, place.phase.kind is PhaseKind.BOOSTER
    number, breaks = _next_number(held), decided.breaks(decisions)
    before_break = None if booster else _break_to_prepare(phase, breaks, held, at=at)
    return Upcoming(
        therapy.sessions[phase.before_break if phase.before_break and before_break else place.outline],
        number,
        phase,
        place=place.number,
        step="" if booster else _step(therapy, decisions, held, number),
        before_break=before_break,
        after=held[-1].at if held else None,
        ended_at=place.before_ended_at if booster else None,
        breaks=breaks,
    )


def _next_number(held: Iterable[Held]) -> int:
    return 1 + max((one.number for one in held), default=0)


def _step(therapy: Therapy, decisions: Sequence[Decision], held: Sequence[Held], number: int) -> str:
    """What the chosen playbook has: from its beginning, also where the focus was chosen or changed late."""
    focus = decided.focus(decisions)
    playbook = therapy.playbook(focus.value) if focus else None
    if focus is None or playbook is None:
        return ""
    late = _next_number(one for one in held if one.at <= focus.at) - playbook.steps[0].first
    return playbook.step(number - max(0, late))


def _break_to_prepare(
    phase: TherapyPhase, breaks: Sequence[Break], held: Sequence[Held], *, at: datetime
) -> date | None:
    """First day of the break that begins before the session after the next, unless it was prepared for."""
    apart = timedelta(days=phase.days_apart)
    following = (max(at, held[-1].at + apart) if held else at) + apart
    since = date.min
    for one in filter(lambda one: one.prepared_for, breaks):
        near = at.date() < one.first <= following.date()
        if near and not any(_prepared(phase, one, session, since=since) for session in held):
            return one.first
        since = one.first
    return None


def _prepared(phase: TherapyPhase, coming: Break, session: Held, *, since: date) -> bool:
    """Whether a session held prepared for a break: its own one since the break before; without one, the last."""
    own = phase.before_break is not None
    ahead = PREPARED_FOR if own else timedelta(days=phase.days_apart)
    if not since < session.at.date() < coming.first <= (session.at + ahead).date():
        return False
    return session.outline == phase.before_break if own else session.at >= coming.decided_at
