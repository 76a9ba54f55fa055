"""How a course goes through its track: sessions held pass from phase to phase, and the first not held comes next."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from holdfast.protocols import decisions as decided
from holdfast.protocols.decisions import PLAN_ENDING, Decision
from holdfast.protocols.model import PhaseKind
from holdfast.protocols.track import Loop, TherapyPhase, Track

_ENDING = frozenset({PhaseKind.CONSOLIDATE, PhaseKind.BOOSTER})


@dataclass(frozen=True)
class Step:
    """A held session on its track; `place` is where in its sequence it stands, if known by its number alone."""

    at: datetime
    outline: str
    place: int = 0


@dataclass(frozen=True)
class Place:
    """Where a course is: its phase, the outline that is next there, and its place in the phase, from 1.

    `before_ended_at` is when the last session before the phase was held.
    """

    phase: TherapyPhase
    outline: str
    number: int
    before_ended_at: datetime | None


@dataclass(frozen=True)
class _Way:
    """What lies behind a phase: each outline that leads on from it, and whether it is one of an ending.

    One of an ending leads on only when it was held after `kept_on_at`: when the course was last kept going.
    """

    later: Mapping[str, bool]
    kept_on_at: datetime | None

    def leads_on(self, step: Step) -> bool:
        """Whether the session shows that the course has left the phase."""
        if step.outline not in self.later:
            return False
        return not self.later[step.outline] or self.kept_on_at is None or step.at > self.kept_on_at


def walk(
    track: Track,
    steps: Sequence[Step],
    decisions: Sequence[Decision],
    *,
    changed_at: datetime | None,
    at: datetime,
) -> Place | None:
    """The phase the course is in, with what is next; None after the last.

    `steps` and `decisions` are oldest first; `changed_at` is when the course came to this track from another.
    """
    phases = [phase for phase in track.phases if not phase.rolling]
    left = deque(steps)
    for number, phase in enumerate(phases):
        gone = len(steps) - len(left)
        later = {name: one.kind in _ENDING for one in phases[number + 1 :] for name in one.planned}
        way = _Way(
            {name: ending for name, ending in later.items() if name not in phase.outlines},
            _kept_on_at(phase.loop, decisions, changed_at=changed_at),
        )
        if phase.loop is None:
            found = _through_sequence(phase.slots, left, way)
        else:
            found = _through_loop(phase, phase.loop, left, decisions, way, at=at)
        if found is not None:
            return Place(phase, *found, steps[gone - 1].at if gone else None)
    return None


def most(loop: Loop, decisions: Sequence[Decision]) -> int | None:
    """Sessions a loop has at most, those by which it was extended included; None without a limit."""
    return loop.most and loop.most + decided.extended(decisions)


def _kept_on_at(
    loop: Loop | None, decisions: Sequence[Decision], *, changed_at: datetime | None
) -> datetime | None:
    """When the course was last kept going in a phase: by a change of track, by being reopened, by more sessions."""
    moments = [changed_at] if changed_at is not None else []
    if loop is not None:
        moments += [one.at for one in decisions if one.reopens and loop.ends_by is not None]
        moments += [one.at for one in decisions if one.kind == "extend" and loop.most is not None]
    return max(moments, default=None)


def _through_sequence(slots: Sequence[str], left: deque[Step], way: _Way) -> tuple[str, int] | None:
    done = 0
    while left:
        outline = left[0].outline
        if outline not in slots and (done == len(slots) or way.leads_on(left[0])):
            return None
        step = left.popleft()
        if step.place and outline in slots:
            done = max(done, step.place)
        # A template that comes before and after a review is held again before it, not jumped to behind it.
        elif outline in slots[done:] and (outline == slots[done] or outline not in slots[:done]):
            done = slots.index(outline, done) + 1
    return (slots[done], done + 1) if done < len(slots) else None


def _through_loop(
    phase: TherapyPhase,
    loop: Loop,
    left: deque[Step],
    decisions: Sequence[Decision],
    way: _Way,
    *,
    at: datetime,
) -> tuple[str, int] | None:
    limit = most(loop, decisions)
    count = since = 0
    reviewed_at = at
    while left and (limit is None or count < limit):
        if way.leads_on(left[0]):
            return None
        step = left.popleft()
        if step.outline not in phase.outlines:
            continue
        if count == 0 or step.outline == loop.review:
            reviewed_at = step.at
        count, since = count + 1, 0 if step.outline == loop.review else since + 1
    if limit is not None and count >= limit:
        return None
    if count >= (loop.fewest or 0) and _ended(loop, decisions, at=at):
        return None
    waited = loop.review_days is not None and (at - reviewed_at) >= timedelta(days=loop.review_days)
    enough = loop.review_sessions is not None and since >= loop.review_sessions
    return (loop.review if loop.review and (enough or waited) else loop.template), count + 1


def _ended(loop: Loop, decisions: Sequence[Decision], *, at: datetime) -> bool:
    if loop.ends_by == PLAN_ENDING:
        return decided.last(decisions, "review") == PLAN_ENDING
    end = decided.last(decisions, "end_date")
    return loop.ends_by == "end_date" and bool(end) and date.fromisoformat(end) < at.date()
