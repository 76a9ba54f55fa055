"""Every derived value of the library: it names what exists, and can be worked out from nothing and from everything."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.protocols import filling
from holdfast.protocols.derive import FUNCTIONS, Context, Entry, Truth, derive, gates, needed
from holdfast.protocols.exercise import Column, Derived, Exercise, Item
from holdfast.protocols.loader import all_protocols
from holdfast.protocols.therapy import Therapy
from tests.protocols.deriving import NOW, ZONE

EXERCISES: dict[str, Exercise] = {
    name: exercise
    for protocol in all_protocols().values()
    if isinstance(protocol, Therapy)
    for name, exercise in protocol.exercises.items()
}
DERIVED = [(exercise, derived) for exercise in EXERCISES.values() for derived in exercise.derived]
ONCE_EACH = pytest.mark.parametrize(
    ("exercise", "derived"), DERIVED, ids=[f"{exercise.name}:{one.slug}" for exercise, one in DERIVED]
)

OTHER_THAN_FIELDS = {
    "gte": r"-?\d+",
    "no_gain": r"phq9|\d+ reviews",
    "classify_relief": r"phq9",
    "events_before_drop": r"\d+ weeks",
    "match_recent": r"weekly_check",
}
"""Words and numbers a function asks for beside fields."""


def exists(exercise: Exercise, named: str) -> bool:
    """Whether a name of `of` is a field, a column or another derived value, here or in another exercise."""
    wrapped = re.fullmatch(r"daily_(?:count|mean)\((\w+)\)", named)
    parts = re.sub(r"\[\d+\]", "", wrapped[1] if wrapped else named).split(".")
    if len(parts) == 3:
        other = EXERCISES.get(".".join(parts[:2]))
        return other is not None and other.item(parts[2]) is not None
    item = exercise.item(parts[0])
    if len(parts) == 2:
        return item is not None and parts[1] in {column.slug for column in item.columns}
    return item is not None or parts[0] in {one.slug for one in exercise.derived}


def answers(column: Column) -> st.SearchStrategy[Any]:
    """Any answer to one field, as it is typed."""
    texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)
    options = st.sampled_from(column.options) if column.options else texts
    if column.range is not None:
        return st.integers(*column.range)
    return {
        "number": st.floats(-1e6, 1e6) | st.integers(0, 600),
        "yes_no": st.sampled_from(["yes", "no"]),
        "choice": options,
        "multichoice": st.lists(options, max_size=4),
        "date": st.dates(date(1930, 1, 1), date(2030, 1, 1)).map(date.isoformat),
        "time": st.times().map(time.isoformat),
        "datetime": st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)).map(datetime.isoformat),  # noqa: DTZ001
    }.get(column.type, texts)


def whole(item: Item) -> st.SearchStrategy[Any]:
    """Any answer to one field, also a list or a table."""
    match item.type:
        case "table":
            row = st.fixed_dictionaries({}, optional={one.slug: answers(one) for one in item.columns})
            return st.lists(row, max_size=min(item.most or 6, 6))
        case "list":
            return st.lists(st.text("abc ", min_size=1, max_size=4), max_size=item.most or 5)
        case "body_map":
            return st.lists(st.sampled_from(filling.BODY), max_size=3)
        case "audio_timer":
            return st.integers(0, 3600)
        case _ if item.several:
            return st.lists(answers(item), max_size=3)
        case _:
            return answers(item)


def entries(name: str, *, filled: bool, most: int = 6) -> st.SearchStrategy[list[Entry]]:
    """Entries of an exercise over three weeks, oldest first: all filled in, or each field only perhaps."""
    exercise = EXERCISES[name]
    every = {item.slug: whole(item) for item in exercise.fields}
    values = st.fixed_dictionaries(every) if filled else st.fixed_dictionaries({}, optional=every)
    moments = st.datetimes(datetime(2026, 2, 11), datetime(2026, 3, 4), timezones=st.just(UTC))  # noqa: DTZ001
    kept = st.lists(
        st.builds(
            lambda at, raw: Entry(at, filling.sorted_out(exercise, raw)[0], name),
            moments,
            values,
        ),
        min_size=1,
        max_size=most,
    )
    return kept.map(lambda made: sorted(made, key=lambda one: one.at))


def contexts(exercise: Exercise, *, filled: bool) -> st.SearchStrategy[Context]:
    """All there may be to work a value out from."""
    names = {exercise.name} | {
        ".".join(named.split(".")[:2])
        for one in exercise.derived
        for named in one.of
        if named.count(".") == 2
    }
    moments = st.integers(0, 60).map(lambda days: NOW - timedelta(days=days))
    return st.builds(
        Context,
        at=st.just(NOW),
        zone=st.just(ZONE),
        entries=st.fixed_dictionaries({name: entries(name, filled=filled) for name in sorted(names)}),
        readings=st.lists(st.tuples(moments, st.integers(0, 27)), max_size=8),
        infusions=st.lists(moments, max_size=6),
    )


def test_functions_when_the_library_is_read_then_each_is_used() -> None:
    assert {derived.function for _, derived in DERIVED} == set(FUNCTIONS)


@ONCE_EACH
def test_derived_when_read_then_it_names_a_function_and_real_fields(
    exercise: Exercise, derived: Derived
) -> None:
    known = re.compile(OTHER_THAN_FIELDS.get(derived.function, "(?!)"))
    unknown = [one for one in derived.of if not exists(exercise, one) and not known.fullmatch(one)]
    assert (derived.function in FUNCTIONS, unknown) == (True, [])
    assert needed(derived) >= 1


@ONCE_EACH
def test_derived_when_there_is_no_entry_then_there_is_nothing(exercise: Exercise, derived: Derived) -> None:
    assert derive(exercise, derived, Context(at=NOW, zone=ZONE)) is None


@ONCE_EACH
def test_derived_when_an_entry_is_empty_then_nothing_is_made_up(exercise: Exercise, derived: Derived) -> None:
    blank = Entry(NOW, {}, exercise.name)
    context = Context(at=NOW, zone=ZONE, entries={exercise.name: [blank]})
    unknown = (None, Truth(False, n=1)) if derived.function == "all_present" else (None,)
    assert derive(exercise, derived, context) in unknown
    assert derive(exercise, derived, context, blank) in unknown


@pytest.mark.parametrize("name", [name for name, exercise in EXERCISES.items() if exercise.derived])
@settings(max_examples=15)
@given(drawn=st.data(), filled=st.booleans())
def test_derived_when_anything_is_answered_then_it_can_be_worked_out(
    name: str, drawn: st.DataObject, filled: bool
) -> None:
    exercise = EXERCISES[name]
    context = drawn.draw(contexts(exercise, filled=filled))
    newest = context.entries[name][-1]
    for derived in exercise.derived:
        for value in (derive(exercise, derived, context), derive(exercise, derived, context, newest)):
            assert value is None or value.n >= 1
            assert isinstance(value, Truth | None) or not derived.gate
    kinds = {derived.gate for derived in exercise.gates}
    assert {opened.gate for opened in gates(exercise, newest, context)} <= kinds
