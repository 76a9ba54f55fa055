"""What a rule is: a function from the facts to a suggestion or None; and how it makes one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from holdfast.access import Role
from holdfast.pathway import limits
from holdfast.pathway.history import History
from holdfast.pathway.relief import RelapseForecast
from holdfast.pathway.suggestion import Reason, Suggestion, Urgency
from holdfast.protocols.loader import load as load_protocol
from holdfast.protocols.therapy import Therapy

VERSION = "3"
"""Version of the rules; raised with every change of what one of them says."""


@dataclass(frozen=True)
class Facts:
    """What a rule looks at: the history up to `at`, and the forecast made from it, if any."""

    history: History
    at: datetime
    forecast: RelapseForecast | None = None


Rule = Callable[[Facts], Suggestion | None]


def suggestion(
    kind: str,
    *,
    title: str,
    urgency: Urgency,
    owner: Role,
    reasons: tuple[Reason, ...],
    source: str,
    would_change: str,
    since: datetime,
    by: Therapy | None = None,
    script: tuple[str, ...] = (),
) -> Suggestion:
    """A suggestion of this version of the rules; `by` is the therapy whose protocol it rests on as well."""
    versions = f"rules {VERSION}, {limits.PROTOCOL} {load_protocol(limits.PROTOCOL).version}"
    return Suggestion(
        kind=kind,
        title=title,
        urgency=urgency,
        owner=owner,
        reasons=reasons,
        source=source,
        would_change=would_change,
        rule_version=versions if by is None else f"{versions}, {by.slug} {by.version}",
        since=since,
        script=script,
    )
