"""An exercise as a form: what each field shows, and what a form sends back as plain values. No rule lives here."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.http import QueryDict

from holdfast.errors import Problem
from holdfast.protocols.exercise import Column, Exercise, Item
from holdfast.protocols.filling import BODY, Options, Values

SPARE: Final = 1
"""Empty rows shown after those filled in."""

LEAST_ROWS: Final = 2
"""Rows an empty list or table begins with."""

ALL: Final = "all_items"
"""Source of options that stands for the entries of every list of the exercise itself."""

MANY: Final = frozenset({"multichoice", "body_map"})


@dataclass(frozen=True)
class Shown:
    """One field as the form shows it. `name` is what it is sent as, `mark` its id on the page."""

    column: Column
    name: str
    mark: str
    value: Any
    options: Sequence[str] = ()
    problem: str = ""
    rows: tuple["Row", ...] = ()
    entries: tuple[str, ...] = ()
    can_grow: bool = False

    @property
    def item(self) -> Item | None:
        """The field itself; None for a column of a table."""
        return self.column if isinstance(self.column, Item) else None

    @property
    def template(self) -> str:
        """Where its look is."""
        kind = "list" if self.item is not None and self.item.several else self.column.type
        if not self.options and kind in ("choice", "multichoice"):
            kind = "text" if kind == "choice" else "list"
        return f"parts/exercise/{kind}.html"

    @property
    def steps(self) -> Sequence[int]:
        """Every answer of a scale, lowest first."""
        low, high = self.column.range or (0, 0)
        return range(low, high + 1)

    @property
    def answered(self) -> bool:
        """Whether there is anything in it."""
        is_table = self.item is not None and self.item.type == "table"
        return bool(self.rows) if is_table else self.value not in (None, "", [])


@dataclass(frozen=True)
class Row:
    """One row of a table, with its cells; `number` counts from 1."""

    number: int
    cells: tuple[Shown, ...]

    @property
    def filled(self) -> bool:
        """Whether any cell has something in it."""
        return any(cell.answered for cell in self.cells)


@dataclass(frozen=True)
class Form:
    """A whole exercise on the page. `later` are the fields for after the event, shown apart."""

    exercise: Exercise
    fields: tuple[Shown, ...]
    later: tuple[Shown, ...]
    hidden: tuple[Shown, ...] = field(default=())

    @property
    def shown(self) -> dict[str, Shown]:
        """Every field by its slug, for layouts that place them one by one."""
        return {one.name: one for one in (*self.fields, *self.later)}

    @property
    def problems(self) -> tuple[Shown, ...]:
        """Fields with something wrong in them."""
        return tuple(one for one in (*self.fields, *self.later) if one.problem)


def form(
    exercise: Exercise,
    values: Mapping[str, Any],
    *,
    options: Options,
    problems: Sequence[Problem] = (),
    small: bool = False,
    by_therapist: bool = False,
    more: Mapping[str, int] | None = None,
) -> Form:
    """The form of an exercise with what was typed so far.

    `small` shows the fields of a bad day alone, the others stay as they are. `more` says how many rows were asked for
    beyond those shown. Fields that only the therapist fills are theirs alone.
    """
    wrong = _by_field(problems)
    options = {**_own_words(exercise, values), **options}
    every = [
        _shown(item, values.get(item.slug), options, wrong, more=(more or {}).get(item.slug, 0))
        for item in exercise.fields
        if item.by is None or (item.by == "therapist") == by_therapist
    ]
    wanted = set(exercise.low_energy) if small and exercise.low_energy else {one.name for one in every}
    now = [one for one in every if one.name in wanted or one.problem]
    return Form(
        exercise=exercise,
        fields=tuple(one for one in now if not _later(one)),
        later=tuple(one for one in now if _later(one)),
        hidden=tuple(one for one in every if one not in now),
    )


def sent(exercise: Exercise, post: QueryDict) -> Values:
    """What a form sent, as plain values by field: right or wrong is decided elsewhere. Fields not sent are absent."""
    values: Values = {}
    for item in exercise.fields:
        if item.type == "table":
            rows = _sent_rows(item, post)
            if rows is not None:
                values[item.slug] = rows
        elif f"{item.slug}__sent" in post or item.slug in post:
            many = item.type in MANY or item.type == "list" or item.several
            given = [text for text in post.getlist(item.slug) if text.strip()]
            values[item.slug] = given if many else post.get(item.slug, "")
    return values


def more_rows(exercise: Exercise, post: QueryDict) -> dict[str, int]:
    """Rows asked for by the button that adds one, where there is no script."""
    asked = post.get("add_row", "")
    return {asked: LEAST_ROWS} if exercise.item(asked) is not None else {}


def _sent_rows(item: Item, post: QueryDict) -> list[Values] | None:
    pattern = re.compile(rf"{re.escape(item.slug)}-(\d+)-(\w+)")
    cells = [match for match in map(pattern.fullmatch, post) if match]
    if not cells and f"{item.slug}__sent" not in post:
        return None
    rows: dict[int, Values] = {}
    kinds = {column.slug: column.type for column in item.columns}
    for match in cells:
        number, slug = int(match[1]), match[2]
        if slug in kinds:
            texts = [text for text in post.getlist(match[0]) if text.strip()]
            if texts:
                rows.setdefault(number, {})[slug] = texts if kinds[slug] in MANY else texts[-1]
    return [rows[number] for number in sorted(rows)]


def _by_field(problems: Sequence[Problem]) -> dict[str, str]:
    said: dict[str, str] = {}
    for problem in problems:
        said.setdefault(
            problem.where, f"{problem.what[:1].upper()}{problem.what[1:]}. Expected: {problem.expected}."
        )
    return said


def _own_words(exercise: Exercise, values: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What can be chosen among the words of the exercise itself: those of one field, or of every list in it."""
    asked = {
        item.options_from for item in exercise.fields if item.options_from and "." not in item.options_from
    }
    found: dict[str, tuple[str, ...]] = {}
    for source in asked:
        named = [item for item in exercise.fields if item.type in ("list", "table")]
        words = [
            text
            for item in named
            if source in (item.slug, ALL)
            for text in _words(item, values.get(item.slug))
        ]
        if words:
            found[source] = tuple(dict.fromkeys(words))
    return found


def _words(item: Item, value: Any) -> list[str]:
    """The entries of a list; of a table what its first column of words says."""
    entries = value if isinstance(value, list) else []
    said = next((column.slug for column in item.columns if column.type == "text"), "")
    texts = (one.get(said, "") if isinstance(one, dict) else one for one in entries)
    return [text for text in texts if isinstance(text, str) and text]


def _shown(item: Item, value: Any, options: Options, wrong: Mapping[str, str], *, more: int) -> Shown:
    known = BODY if item.type == "body_map" else options.get(item.options_from, item.options)
    shown = Shown(
        column=item,
        name=item.slug,
        mark=f"f-{item.slug}",
        value=value,
        options=known,
        problem=wrong.get(item.slug, ""),
    )
    most = item.most or 60
    if item.type == "table":
        rows = value if isinstance(value, list) else []
        count = min(max(len(rows) + SPARE, LEAST_ROWS) + more, most)
        return replace(
            shown,
            rows=tuple(
                Row(
                    number,
                    tuple(_cells(item, number, rows[number - 1] if number <= len(rows) else {}, wrong)),
                )
                for number in range(1, count + 1)
            ),
            can_grow=count < most,
        )
    if item.type == "list" or item.several or (item.type == "multichoice" and not known):
        texts = value if isinstance(value, list) else []
        count = min(max(len(texts) + SPARE, LEAST_ROWS) + more, most)
        return replace(shown, entries=tuple([*texts, *[""] * count][:count]), can_grow=count < most)
    return shown


def _cells(item: Item, number: int, row: Mapping[str, Any], wrong: Mapping[str, str]) -> Iterator[Shown]:
    for column in item.columns:
        yield Shown(
            column=column,
            name=f"{item.slug}-{number}-{column.slug}",
            mark=f"f-{item.slug}-{number}-{column.slug}",
            value=row.get(column.slug),
            options=column.options,
            problem=wrong.get(f"{item.slug}, row {number}, {column.slug}", ""),
        )


def _later(shown: Shown) -> bool:
    return shown.item is not None and shown.item.later


def filled(
    exercise: Exercise, values: Mapping[str, Any], *, but: Collection[str] = ()
) -> list[tuple[Item, Any]]:
    """The fields that have something in them, in their order, to be read: field and value."""
    return [
        (item, values[item.slug]) for item in exercise.fields if item.slug in values and item.slug not in but
    ]
