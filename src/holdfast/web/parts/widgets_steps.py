"""What some layouts show beside one entry: its week, its other half, earlier ones, the cards of a kit."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from holdfast.access import Role
from holdfast.protocols import decisions
from holdfast.protocols.derive_answers import day_of, local_day
from holdfast.protocols.derive_values import Entry
from holdfast.protocols.exercise import Exercise, Item, Sight
from holdfast.records.queries import exercises, therapy
from holdfast.web.page import PageRequest
from holdfast.web.parts import health_check
from holdfast.web.parts import widgets_kit as kit

WEEK: Final = 7
MOST_AGAIN: Final = 4
"""Earlier activities offered to be done again: more would be a list to read on a tired day."""

MOST_EARLIER: Final = 3
"""Earlier chains laid under a new one."""

HIGH: Final = 7
MIDDLE: Final = 4
"""Where the shades of the diary grid change, 0 to 10: a reading aid, no threshold of anything."""

TOO_BIG: Final = 7
"""Effort of a first step, 0 to 10, from which the page asks for a smaller one. Source: [C]."""

LONGEST_CELL: Final = 10
"""Longest word that still fits a day of the grid on a phone."""


@dataclass(frozen=True)
class Day:
    """One day of a week, with the entries about it, newest first."""

    on: date
    is_today: bool
    is_ahead: bool
    rows: tuple[exercises.EntryRow, ...] = ()
    added_later: bool = False

    @property
    def ticks(self) -> int:
        """How many different things were ticked that day."""
        return len({tick for row in self.rows for tick in row.values.get("body", ())})


@dataclass(frozen=True)
class Cell:
    """One answer of one day: its words, and how strong it is, 0 to 3. Empty words are a day left blank."""

    words: str = ""
    shade: int = 0


@dataclass(frozen=True)
class GridRow:
    """One line of a grid: what it is about, a cell for each day, and whether it may tell of danger."""

    label: str
    cells: tuple[Cell, ...]
    is_risk: bool = False


@dataclass(frozen=True)
class Step:
    """One rung of a ladder."""

    number: int
    text: str
    effort: int | None
    when: datetime | None
    done: bool


@dataclass(frozen=True)
class _Asked:
    exercise: Exercise
    values: Mapping[str, Any]
    thread: uuid.UUID | None
    rows: tuple[exercises.EntryRow, ...]
    today: date
    zone: str
    checked: decisions.Decision | None
    for_staff: bool

    def on(self, row: exercises.EntryRow) -> date:
        """The day a row is about."""
        return day_of(Entry(at=row.at, values=row.values, exercise=row.exercise), self.zone)

    @property
    def own_day(self) -> date:
        """The day of the entry that is shown; today for a form."""
        own = next((row for row in self.rows if row.thread == self.thread), None)
        return self.today if own is None else self.on(own)


def beside(
    request: PageRequest,
    course: therapy.Course,
    exercise: Exercise,
    values: Mapping[str, Any],
    *,
    thread: uuid.UUID | None = None,
) -> Mapping[str, Any]:
    """What the layout of an exercise shows beside an entry or a form; empty for most layouts.

    `thread` is the entry that is shown or gone on with, None for a form that begins.
    """
    work = BESIDE.get(exercise.widget)
    if work is None:
        return {}
    viewer = request.viewer
    asked = _Asked(
        exercise=exercise,
        values=values,
        thread=thread,
        rows=exercises.entries(viewer, course, names={exercise.name}),
        today=local_day(request.at, viewer.zone),
        zone=viewer.zone,
        checked=health_check.checked(course, values, thread),
        for_staff=viewer.role is not Role.PATIENT,
    )
    return work(asked)


def _days(asked: _Asked, first: date) -> tuple[Day, ...]:
    """The seven days from `first` on."""
    held: defaultdict[date, list[exercises.EntryRow]] = defaultdict(list)
    for row in asked.rows:
        held[asked.on(row)].append(row)
    return tuple(
        Day(
            on=on,
            is_today=on == asked.today,
            is_ahead=on > asked.today,
            rows=tuple(held[on]),
            added_later=any(local_day(row.at, asked.zone) > on for row in held[on][:1]),
        )
        for on in (first + timedelta(days=count) for count in range(WEEK))
    )


def _week_ahead(asked: _Asked) -> Mapping[str, Any]:
    """Of a plan, the seven days it may be put in; of an entry, its week from Monday on; and what was done before."""
    own = asked.own_day
    first = asked.today if asked.thread is None else own - timedelta(days=own.weekday())
    again: dict[str, Mapping[str, Any]] = {}
    for row in asked.rows:
        what = row.values.get("what", "")
        if what and row.values.get("done") != "not this time":
            again.setdefault(what.casefold(), row.values)
    return {"week": _days(asked, first), "again": tuple(again.values())[:MOST_AGAIN]}


def _week_behind(asked: _Asked) -> Mapping[str, Any]:
    """The seven days up to the entry's own, and a line of ticks for each kind of care."""
    days = _days(asked, asked.own_day - timedelta(days=WEEK - 1))
    body = asked.exercise.item("body")
    ticks = [
        GridRow(option, tuple(_ticked(day, option) for day in days))
        for option in (body.options if body else ())
    ]
    return {"week": days, "ticks": ticks}


def _ticked(day: Day, option: str) -> Cell:
    if not day.rows:
        return Cell()
    ticked = any(option in row.values.get("body", ()) for row in day.rows)
    return Cell("✓", shade=1) if ticked else Cell("·")


def _diary(asked: _Asked) -> Mapping[str, Any]:
    """The last seven days as a grid: a line for each answer that has a size, blank where the day was left blank."""
    last = asked.own_day if asked.thread else asked.today
    days = _days(asked, last - timedelta(days=WEEK - 1))
    grid = [
        GridRow(item.label, tuple(_cell(item, day) for day in days), is_risk=item.sight is Sight.RISK)
        for item in asked.exercise.fields
        if item.type in _SIZED and all(len(option) <= LONGEST_CELL for option in item.options)
    ]
    own = [row for row in grid + _own_rows(days) if any(cell.words for cell in row.cells)]
    return {
        "week": days,
        "grid": own,
        "filled": sum(bool(day.rows) for day in days),
        "first_look": _first_look(days) if asked.for_staff else "",
    }


_SIZED: Final = ("scale_0_10", "yes_no", "choice", "number", "multichoice")


def _cell(item: Item, day: Day) -> Cell:
    value = next((row.values[item.slug] for row in day.rows if item.slug in row.values), None)
    match item.type, value:
        case _, None:
            return Cell()
        case "scale_0_10", int():
            return Cell(str(value), _shade(value))
        case "yes_no", _:
            return Cell(str(value), shade=3 if value == "yes" else 0)
        case "multichoice", list():
            return Cell(str(len(value)), shade=1)
        case _:
            return Cell(str(value))


def _shade(value: int) -> int:
    return 3 if value >= HIGH else 2 if value >= MIDDLE else 1 if value else 0


def _own_rows(days: Sequence[Day]) -> list[GridRow]:
    """A line for each row the person chose with their therapist."""
    kept: dict[str, dict[date, int]] = {}
    for day in days:
        for row in reversed(day.rows):
            for one in row.values.get("my_rows", ()):
                if "row" in one and "score" in one:
                    kept.setdefault(one["row"], {})[day.on] = one["score"]
    return [
        GridRow(
            name,
            tuple(Cell(str(at[day.on]), _shade(at[day.on])) if day.on in at else Cell() for day in days),
        )
        for name, at in kept.items()
    ]


def _first_look(days: Sequence[Day]) -> str:
    """Which field to look at first with the person, by the agreed order: life first, then what is in the way."""
    values = [row.values for day in days for row in day.rows]
    if any(one.get("acted") == "yes" for one in values):
        return "acted"
    for slug in ("urge_suicide", "urge_harm", "urge_avoid"):
        if any(one.get(slug, 0) >= (1 if slug == "urge_suicide" else MIDDLE) for one in values):
            return slug
    return "misery" if any(one.get("misery", 0) >= HIGH for one in values) else ""


def _ladder(asked: _Asked) -> Mapping[str, Any]:
    """The rungs in their order, the first that is not done, and whether the first of all looks too big."""
    steps = [
        Step(
            number=number,
            text=row["step"],
            effort=row["effort"] if isinstance(row.get("effort"), int) else None,
            when=_moment(row.get("when")),
            done=row.get("done") == "yes",
        )
        for number, row in enumerate(
            (one for one in kit.table(asked.values, "steps") if one.get("step")), start=1
        )
    ]
    following = next((one for one in steps if not one.done), None)
    effort = following.effort if following else None
    return {"steps": steps, "next": following, "too_big": effort is not None and effort >= TOO_BIG}


def _moment(text: Any) -> datetime | None:
    """A typed moment; None for what is empty or, in a draft, cannot be read yet."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _planned(asked: _Asked) -> Mapping[str, Any]:
    return {"when": _moment(asked.values.get("when"))}


def _other_day(asked: _Asked) -> Mapping[str, Any]:
    """The newest picture of the other kind of day."""
    which = asked.values.get("which")
    if not which:
        return {}
    others = (
        row
        for row in asked.rows
        if row.thread != asked.thread and row.values.get("which") not in (None, which)
    )
    return {"other": next(others, None)}


def _earlier_chains(asked: _Asked) -> Mapping[str, Any]:
    found = [row for row in asked.rows if row.thread != asked.thread and row.values.get("links")]
    return {"earlier": found[:MOST_EARLIER]}


def _kit(asked: _Asked) -> Mapping[str, Any]:
    earlier = [row.values for row in asked.rows if row.thread != asked.thread]
    return kit.cards(asked.exercise, asked.values, earlier=earlier, checked=asked.checked)


BESIDE: Final[Mapping[str, Callable[[_Asked], Mapping[str, Any]]]] = MappingProxyType(
    {
        "activity_calendar": _week_ahead,
        "checklist_calendar": _week_behind,
        "diary_grid": _diary,
        "ladder": _ladder,
        "before_after": _planned,
        "linked_boxes": _other_day,
        "chain_builder": _earlier_chains,
        "kit_cards": _kit,
    }
)
"""What each layout shows beside an entry. Layouts not named here need nothing."""

DRAWN: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "thought_record": frozenset({"feeling_change"}),
        "ladder": frozenset({"next_step"}),
        "linked_boxes": frozenset({"side_by_side"}),
        "kit_cards": frozenset({"best"}),
    }
)
"""Derived values that a layout draws itself, by slug, so that the page does not say them twice."""
