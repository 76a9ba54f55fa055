"""Fills in any exercise as a browser would: one plain answer for every field."""

from collections.abc import Mapping
from typing import Any

from holdfast.protocols.exercise import Column, Exercise, Item
from holdfast.protocols.filling import BODY, Options


def filled(
    exercise: Exercise, *, rows: int = 1, later: bool = True, options: Options | None = None
) -> dict[str, Any]:
    """What a form with every field filled in sends; `options` are those that come from elsewhere in the therapy."""
    known = options or {}
    sent: dict[str, Any] = {}
    for item in exercise.fields:
        if item.later and not later:
            continue
        if item.type == "table":
            for number in range(1, rows + 1):
                for column in item.columns:
                    sent[f"{item.slug}-{number}-{column.slug}"] = answer(column)
        elif item.type == "list" or item.several:
            sent[item.slug] = ["a first thing", "a second thing"]
        elif known.get(item.options_from):
            first = known[item.options_from][0]
            sent[item.slug] = [first] if item.type == "multichoice" else first
        else:
            sent[item.slug] = answer(item)
    return sent


PLAIN: Mapping[str, Any] = {
    "body_map": [BODY[0]],
    "scale_0_10": "4",
    "slider_0_100": "40",
    "date": "2026-03-01",
    "time": "08:30",
    "datetime": "2026-03-01T18:00",
    "number": "3",
    "yes_no": "no",
}
"""One plain answer for each type of field whose answers are the same everywhere."""


def answer(column: Column) -> Any:
    """One answer that fits; of choices the first, so that no answer here is one of danger by chance."""
    if column.type in PLAIN:
        return PLAIN[column.type]
    if column.type == "choice":
        return column.options[0] if column.options else "in my own words"
    if column.type == "multichoice":
        return [column.options[0]] if column.options else ["in my own words"]
    if isinstance(column, Item) and column.seconds:
        return str(column.seconds[0])
    return "a few words"
