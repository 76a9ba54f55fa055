"""Small exercises and their entries, for tests of derived values; plain functions, every default told here."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from holdfast.protocols.derive import Context, Entry, Value, derive
from holdfast.protocols.exercise import Column, Derived, Exercise, Item

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
"""A Wednesday afternoon."""

ZONE = "Europe/London"
NAME = "cbt.sheet"


def item(slug: str, type_: str = "scale_0_10", **more: Any) -> Item:
    """A field, labelled by its slug."""
    return Item.model_validate({"slug": slug, "label": slug, "type": type_, **more})


def choice(slug: str, *options: str, many: bool = False) -> Item:
    """A field whose answers are given."""
    return item(slug, "multichoice" if many else "choice", options=options)


def table(slug: str, *columns: Column) -> Item:
    """A table of these columns."""
    return item(slug, "table", columns=tuple(column.model_dump() for column in columns))


def column(slug: str, type_: str = "scale_0_10", *options: str) -> Column:
    """A column of a table, labelled by its slug."""
    return Column.model_validate({"slug": slug, "label": slug, "type": type_, "options": options})


def exercise(*fields: Item, derived: Sequence[Mapping[str, Any]] = ()) -> Exercise:
    """An exercise of these fields."""
    return Exercise(
        name=NAME,
        title="Sheet",
        purpose="To test",
        widget="form",
        fields=fields,
        derived=tuple(Derived.model_validate({"slug": "value", "use": "to test", **one}) for one in derived),
        therapist_sees="all",
        patient_next="nothing",
    )


def entry(day: str, name: str = NAME, /, **values: Any) -> Entry:
    """An entry filled in at noon of that day, or at the moment given."""
    at = datetime.fromisoformat(day)
    return Entry(at=at if at.tzinfo else at.replace(hour=12, tzinfo=UTC), values=values, exercise=name)


def daily(*values: Mapping[str, Any], last: datetime = NOW) -> list[Entry]:
    """An entry on each of the days up to the last; an empty one is a day without an answer."""
    first = last - timedelta(days=len(values) - 1)
    return [Entry(first + timedelta(days=place), one, NAME) for place, one in enumerate(values)]


def found(
    function: str,
    *of: str,
    fields: Sequence[Item],
    entries: Sequence[Entry],
    also: Sequence[Mapping[str, Any]] = (),
    other: Mapping[str, Sequence[Entry]] | None = None,
    shown: Entry | None = None,
    context: Mapping[str, Any] | None = None,
    **more: Any,
) -> Value | None:
    """The derived value of the function over the entries. `also` are other derived values of the exercise."""
    whole = exercise(*fields, derived=[{"function": function, "of": of, **more}, *also])
    known = Context(
        **{"at": NOW, "zone": ZONE, "entries": {NAME: entries, **(other or {})}, **(context or {})}
    )
    return derive(whole, whole.derived[0], known, shown)
