"""A possible next step with its reasons: never a decision. Kept as plain values, because what was shown is
stored.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from functools import cached_property
from typing import Any

from holdfast.access import Role

# H-012: only an acknowledgement takes an alert off the list.
ALWAYS_UP = frozenset({"answer_safety_alert"})
"""Kinds that no decision takes down: only the fact they ask for does. A declined alert would be a silenced
one."""


class Urgency(IntEnum):
    """How soon; sorts by itself, sooner first."""

    NOW = 0
    TODAY = 1
    THIS_WEEK = 2
    WHEN_CONVENIENT = 3

    @property
    def label(self) -> str:
        """The words for it."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class Reason:
    """One fact behind a suggestion, with its date where it has one.

    The text holds nothing that changes by itself as days pass ("11 days ago"): a reason changes only with the
    facts.
    """

    text: str
    on: date | None = None


@dataclass(frozen=True)
class Suggestion:
    """What could be done next, by whom, why, on what ground, and what would change it.

    `since` is when the facts first called for it. `rule_version` names rules and protocol as they were. `script` is
    what can be said to the person, where it is a call that is suggested.
    """

    kind: str
    title: str
    urgency: Urgency
    owner: Role
    reasons: tuple[Reason, ...]
    source: str
    would_change: str
    rule_version: str
    since: datetime
    script: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of kind and reasons: the same suggestion for the same reasons has the same digest."""
        reasons = [[reason.text, reason.on and reason.on.isoformat()] for reason in self.reasons]
        return hashlib.sha256(json.dumps([self.kind, reasons]).encode()).hexdigest()

    @property
    def can_be_declined(self) -> bool:
        """Whether a decision takes it off the list; a safety alert is answered, not declined."""
        return self.kind not in ALWAYS_UP

    def to_json(self) -> dict[str, Any]:
        """The suggestion as plain values, with its digest."""
        return {
            "kind": self.kind,
            "title": self.title,
            "urgency": self.urgency.value,
            "owner": self.owner.value,
            "reasons": [{"text": r.text, "on": r.on.isoformat() if r.on else None} for r in self.reasons],
            "source": self.source,
            "would_change": self.would_change,
            "rule_version": self.rule_version,
            "since": self.since.isoformat(),
            "script": list(self.script),
            "digest": self.digest,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Suggestion":
        """The suggestion as it was kept by `to_json`."""
        return cls(
            kind=kept["kind"],
            title=kept["title"],
            urgency=Urgency(kept["urgency"]),
            owner=Role(kept["owner"]),
            reasons=tuple(_reason(reason) for reason in kept["reasons"]),
            source=kept["source"],
            would_change=kept["would_change"],
            rule_version=kept["rule_version"],
            since=datetime.fromisoformat(kept["since"]),
            script=tuple(kept.get("script", ())),
        )


def _reason(kept: Mapping[str, Any]) -> Reason:
    return Reason(text=kept["text"], on=date.fromisoformat(kept["on"]) if kept["on"] else None)
