"""Where a course of therapy stands: what has been held, what comes next, whether it is complete."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from holdfast.errors import InvalidInput, Problem
from holdfast.protocols.model import Phase, PhaseKind, Protocol


@dataclass(frozen=True)
class Progress:
    """A course against its protocol.

    `next_number` is the lowest session number not yet attended (None once the last booster was): a missed
    session comes again. `phase` is the phase of that session. `complete` means every planned session was
    attended, boosters aside; an open-ended course never is: people end it, not a count.
    """

    attended: int
    next_number: int | None
    phase: Phase | None
    complete: bool
    open_ended: bool
    planned: int | None
    review_due: bool

    @property
    def consolidating(self) -> bool:
        """Whether the main work is done: the next session consolidates, is a booster, or there is none."""
        return self.phase is None or self.phase.kind in {PhaseKind.CONSOLIDATE, PhaseKind.BOOSTER}


def progress(protocol: Protocol, *, attended: Iterable[int]) -> Progress:
    """Where the course stands, from the numbers of the sessions attended.

    Errors: `InvalidInput` for a protocol that has no sessions.
    """
    plan = protocol.sessions
    if plan is None:
        raise InvalidInput(Problem("protocol", f"{protocol.slug} has no sessions", "a therapy"))
    held = set(attended)
    next_number = next(number for number in count(1) if number not in held)
    over = plan.last is not None and next_number > plan.last
    return Progress(
        attended=len(held),
        next_number=None if over else next_number,
        phase=None if over else protocol.phase(next_number),
        complete=plan.planned is not None and next_number > plan.planned,
        open_ended=plan.open_ended,
        planned=plan.planned,
        review_due=_review_due(plan.review_every, next_number),
    )


def _review_due(review_every: int | None, next_number: int) -> bool:
    return review_every is not None and next_number > 1 and (next_number - 1) % review_every == 0
