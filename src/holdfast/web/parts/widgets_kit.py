"""The cards of a kit for hard moments: what helped most first, and what waits for a clinician held back."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final

from holdfast.protocols import decisions
from holdfast.protocols.exercise import Exercise

USES_TO_SORT: Final = 3
"""Times things of a kit were used before their order follows what helped. Source: [C], least numbers of entries."""

BY_SENSE: Final = ("body", "see", "hear", "touch", "smell_taste", "shift")
"""Lists of a kit whose entries become cards."""

COLD_OR_HARD: Final = re.compile(
    r"\b(cold|ice|icy|iced|freez\w*|snow|run|running|sprint\w*|jump\w*|stairs|squats?|(push|press|sit).?ups?|burpees?"
    r"|plank\w*|swim\w*|skip\w*|exercis\w*|work.?out|star.?jumps?|hold.{1,12}breath)\b",
    re.IGNORECASE,
)
"""Body calmers that wait for a clinician where health is not known to allow them. Too many wait rather than too few."""


@dataclass(frozen=True)
class Card:
    """One thing of a kit. `fall` is by how much distress fell on average when it was used, None if not known.

    A `held` card waits for a clinician.
    """

    text: str
    of: str
    is_first: bool
    fall: float | None
    times: int
    held: bool


def cards(
    exercise: Exercise,
    values: Mapping[str, Any],
    *,
    earlier: Sequence[Mapping[str, Any]],
    checked: decisions.Decision | None,
) -> Mapping[str, Any]:
    """The cards of a kit: those first that brought the most relief, then the first three, then the others.

    `earlier` are the other entries of the kit; `checked` is what a clinician decided about health, None before.
    """
    falls = _falls([values, *earlier])
    first = {text.casefold() for text in _texts(values, "top3")}
    may = checked.clears if checked else values.get("health") == "no"
    of: dict[str, tuple[str, str]] = {}
    for slug in (*BY_SENSE, "top3"):
        item = exercise.item(slug)
        for text in _texts(values, slug):
            of.setdefault(text.casefold(), (text, item.label if item and slug != "top3" else ""))
    found = [
        Card(
            text=text,
            of=label,
            is_first=key in first,
            fall=fmean(falls[key]) if key in falls else None,
            times=len(falls.get(key, ())),
            held=not may and COLD_OR_HARD.search(text) is not None,
        )
        for key, (text, label) in of.items()
    ]
    known = sum(one.times for one in found) >= USES_TO_SORT
    found.sort(key=lambda one: (-(one.fall or 0) if known else 0, not one.is_first))
    return {
        "cards": [one for one in found if not one.held],
        "held": [one for one in found if one.held],
        "may": may,
        "checked": checked,
    }


def _falls(every: Sequence[Mapping[str, Any]]) -> Mapping[str, list[float]]:
    falls: defaultdict[str, list[float]] = defaultdict(list)
    for values in every:
        for row in table(values, "used"):
            before, after = row.get("before"), row.get("after")
            if row.get("what") and isinstance(before, int) and isinstance(after, int):
                falls[row["what"].casefold()].append(before - after)
    return falls


def _texts(values: Mapping[str, Any], slug: str) -> list[str]:
    found = values.get(slug)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def table(values: Mapping[str, Any], slug: str) -> list[Mapping[str, Any]]:
    """The rows of a table field; none where nothing, or something else, was typed."""
    rows = values.get(slug)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
