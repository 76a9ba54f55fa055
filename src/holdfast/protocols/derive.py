"""Derived values of exercises: one table of named functions, and the way to ask for one.

Every function is given the entry or entries it works on and gives a value, or None where there is nothing to say. No
answer is made up: what was left empty is missing, never zero.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from holdfast.errors import DataFileError
from holdfast.protocols import (
    derive_change,
    derive_counts,
    derive_hints,
    derive_relief,
    derive_rows,
    derive_series,
)
from holdfast.protocols.derive_values import (
    Asked,
    Bar,
    Bars,
    Context,
    Entry,
    Items,
    Line,
    Number,
    Point,
    Reading,
    ReliefRules,
    Series,
    Table,
    Together,
    Truth,
    Value,
    Words,
)
from holdfast.protocols.exercise import Derived, Exercise, Gate

__all__ = [
    "FOR_THERAPISTS",
    "FUNCTIONS",
    "Bar",
    "Bars",
    "Context",
    "Entry",
    "Function",
    "Items",
    "Line",
    "Number",
    "Opened",
    "Point",
    "Reading",
    "ReliefRules",
    "Series",
    "Table",
    "Together",
    "Truth",
    "Value",
    "Words",
    "derive",
    "gates",
    "needed",
]

Work = Callable[[Asked, Sequence[Entry]], Value | None]


@dataclass(frozen=True)
class Function:
    """A function a derived value may name; what it gives is said where it is written.

    `per_entry` ones are given one entry, the others all of the exercise. `least` is how many entries, days or rows a
    value rests on at least, where the exercise's file says nothing. Values `for_therapists` are not for patients.
    """

    work: Work
    per_entry: bool = False
    least: int = 1
    for_therapists: bool = False


def _of_one(work: Work) -> Function:
    return Function(work, per_entry=True)


FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        # What changed
        "diff": _of_one(derive_change.diff),
        "row_diff": _of_one(derive_change.row_diff),
        "change_since_first": Function(derive_change.change_since_first, least=2),
        "mean_diff": Function(derive_change.mean_diff, least=5),
        "mean_diff_by": Function(derive_change.mean_diff_by, least=5),
        "top_by_mean": Function(derive_change.top_by_mean, least=3),
        "top_by_mean_drop": Function(derive_change.top_by_mean_drop, least=3),
        "correlate": Function(derive_change.correlate, least=10, for_therapists=True),
        # What it was over time
        "series": Function(derive_series.series),
        "ordinal_series": Function(derive_series.ordinal_series),
        "timeline": _of_one(derive_series.timeline),
        "weighted_mean": Function(derive_series.weighted_mean),
        "weekly_mean": Function(derive_series.weekly_mean, least=3),
        "weekly_sum": Function(derive_series.weekly_sum, least=3),
        "weekly_grid_summary": Function(derive_series.weekly_grid_summary, least=3),
        "share_filled": Function(derive_series.share_filled, least=3),
        "time_spread": Function(derive_series.time_spread, least=3),
        "average_curve": Function(derive_series.average_curve, least=3),
        # How often
        "tally": Function(derive_counts.tally),
        "share_by": Function(derive_counts.share_by, least=3),
        "share_true": Function(derive_counts.share_true, least=5),
        "mode_triplet": Function(derive_counts.mode_triplet, least=5),
        "share_of_stories": Function(derive_counts.share_of_stories, least=5),
        "missing": _of_one(derive_counts.missing),
        "compare": _of_one(derive_counts.compare),
        "collect": Function(derive_counts.collect),
        "match_recent": Function(derive_counts.match_recent),
        # What one entry holds
        "radar": _of_one(derive_rows.radar),
        "rank_sum": _of_one(derive_rows.rank_sum),
        "argmax": _of_one(derive_rows.argmax),
        "first_not_done": _of_one(derive_rows.first_not_done),
        "filter_by": _of_one(derive_rows.filter_by),
        "join": _of_one(derive_rows.join),
        "all_present": _of_one(derive_rows.all_present),
        "pair_by": Function(derive_rows.pair_by, least=2),
        "lookup": _of_one(derive_rows.lookup),
        "schedule": _of_one(derive_rows.schedule),
        "events_before_drop": _of_one(derive_rows.events_before_drop),
        # Hints, gates and states
        "any_of": _of_one(derive_hints.any_of),
        "days_in_row": _of_one(derive_hints.days_in_row),
        "gte": _of_one(derive_hints.gte),
        "classify_relief": Function(derive_relief.classify_relief, for_therapists=True),
        "no_gain": Function(derive_relief.no_gain, least=2, for_therapists=True),
    }
)
"""Every function by the name an exercise's file calls it. Source: therapies as data, part 2.5; the least numbers are
conventions, from its guards.
"""

FOR_THERAPISTS: Final = frozenset(name for name, one in FUNCTIONS.items() if one.for_therapists)
"""Functions whose values are shown to therapists only."""


@dataclass(frozen=True)
class Opened:
    """A gate that an answer has opened: what it is about, and the field (or `table.column`) that opened it."""

    gate: Gate
    field: str


def gates(exercise: Exercise, entry: Entry, context: Context) -> tuple[Opened, ...]:
    """The gates an entry opens, one for each answer that opens one. A field left empty never does.

    The entry may be a draft; the exercise's entries in `context` are those before it. Errors: as `derive`.
    """
    own = (*context.entries.get(exercise.name, ()), entry)
    known = replace(context, entries={**context.entries, exercise.name: own})
    found: dict[Opened, None] = {}
    for derived in exercise.gates:
        value = derive(exercise, derived, known, entry)
        if derived.gate and isinstance(value, Truth) and value.value:
            found |= dict.fromkeys(Opened(derived.gate, field) for field in value.fields)
    return tuple(found)


def derive(
    exercise: Exercise, derived: Derived, context: Context, entry: Entry | None = None
) -> Value | None:
    """The derived value; None where there are too few entries yet (`needed` says how many) or nothing to tell.

    A value of one entry is that of `entry`, or without one that of the newest entry that gives it. Errors:
    `DataFileError` for a function or field that does not exist; `InvalidInput` for an answer that cannot be read.
    """
    function = _function(exercise, derived)

    def work_out(slug: str, of: Entry | None) -> Value | None:
        return derive(exercise, _named(exercise, derived, slug), context, of)

    asked = Asked(exercise, derived, context, work_out)
    entries = context.entries.get(exercise.name, ())
    if function.per_entry:
        tried = reversed(entries) if entry is None else [entry]
        found = (function.work(asked, (one,)) for one in tried)
        return next((value for value in found if value is not None), None)
    value = function.work(asked, entries)
    return value if value is not None and value.n >= needed(derived) else None


def needed(derived: Derived) -> int:
    """How many entries, days or rows it rests on at least: below, there is no value. Errors: `KeyError`."""
    return derived.fewest or FUNCTIONS[derived.function].least


def _function(exercise: Exercise, derived: Derived) -> Function:
    found = FUNCTIONS.get(derived.function)
    if found is None:
        known = ", ".join(FUNCTIONS)
        raise DataFileError(
            file=exercise.name,
            key=f"derived.{derived.slug}.function",
            what=f"there is no function {derived.function!r}; there are {known}",
        )
    return found


def _named(exercise: Exercise, derived: Derived, slug: str) -> Derived:
    found = next((one for one in exercise.derived if one.slug == slug), None)
    if found is None or found is derived:
        raise DataFileError(
            file=exercise.name,
            key=f"derived.{derived.slug}",
            what=f"there is no other derived value {slug!r}",
        )
    return found
