"""What could be done next for one episode: at most five suggestions, each with its reasons. People decide."""

from datetime import datetime

from holdfast.pathway.history import History
from holdfast.pathway.relief import RelapseForecast
from holdfast.pathway.rules import RULES, Facts
from holdfast.pathway.suggestion import ALWAYS_UP, Reason, Suggestion, Urgency

__all__ = ["MOST_SHOWN", "Reason", "Suggestion", "Urgency", "suggest"]

MOST_SHOWN = 5
"""More than five next steps are none. Source: [C], care rules of this project."""


def suggest(
    history: History, *, forecast: RelapseForecast | None = None, at: datetime
) -> tuple[Suggestion, ...]:
    """The next steps as of `at`, a safety alert before all, then the most urgent, of equal ones the oldest.

    A suggestion someone accepted or declined stays down until one of its reasons changes; a safety alert
    stays up until it is acknowledged, also after the episode was closed, when nothing else is suggested.
    """
    seen = history.as_of(at)
    facts = Facts(history=seen, at=at, forecast=forecast)
    kinds = RULES if seen.closed_at is None else ALWAYS_UP
    found = (RULES[kind](facts) for kind in kinds)
    decided = {decision.digest for decision in seen.decisions}
    up = [s for s in found if s is not None and not (s.can_be_declined and s.digest in decided)]
    return tuple(sorted(up, key=lambda s: (s.can_be_declined, s.urgency, s.since, s.kind))[:MOST_SHOWN])
