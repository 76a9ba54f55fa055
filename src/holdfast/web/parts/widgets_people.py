"""What layouts about people, days and plans show beside one entry: its drawing, versions, letters, whom to call."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean
from types import MappingProxyType
from typing import Any, Final

from holdfast.access import Role
from holdfast.protocols.derive_answers import day_of, local_day, minute_of_day
from holdfast.protocols.derive_counts import NO_ONE
from holdfast.protocols.derive_series import FEWEST_DAYS, spread
from holdfast.protocols.derive_values import Entry
from holdfast.protocols.exercise import Exercise, Item
from holdfast.protocols.sight import KEPT_SHUT
from holdfast.records.queries import exercises, therapy
from holdfast.records.queries import patient as record
from holdfast.web.page import PageRequest
from holdfast.web.parts import widgets_people_drawn as drawn
from holdfast.web.parts.widgets_people_calls import call

WEEK: Final = 7

MOST_VERSIONS: Final = 3
"""Versions of a card beside each other: more cannot be compared at a glance."""

FEWEST_STORIES: Final = 5
"""Stories from which the tags are counted. Source: [D], as for the derived tally."""

DRAWN: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "circle_map": frozenset({"ring_gap", "help_gaps"}),
        "timeline": frozenset({"line"}),
        "clock_grid": frozenset({"regular"}),
    }
)
"""Derived values that a layout draws itself, by layout: the page shows them once."""


@dataclass(frozen=True)
class Point:
    """One point of a line to be read: its number on the drawing (0 where it has no place there), and its words."""

    number: int
    when: date | str
    mood: int | None
    what: str
    more: tuple[str, ...]
    closed: bool


@dataclass(frozen=True)
class Story:
    """One story in its person's lane."""

    thread: uuid.UUID
    at: datetime
    when: str
    tags: tuple[str, ...]
    here: str
    is_this: bool


@dataclass(frozen=True)
class Lane:
    """The stories about one person, newest first; `is_us` are those about the therapist."""

    who: str
    is_us: bool
    stories: tuple[Story, ...]


@dataclass(frozen=True)
class Cell:
    """What one version of a card says, and whether the version before said something else."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Letter:
    """A letter as it stands, with its earlier drafts, newest first."""

    by_therapist: bool
    text: str
    at: datetime
    drafts: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True)
class _Asked:
    request: PageRequest
    course: therapy.Course
    exercise: Exercise
    values: Mapping[str, Any]
    thread: uuid.UUID | None

    @property
    def zone(self) -> str:
        return self.request.viewer.zone

    @property
    def rows(self) -> tuple[exercises.EntryRow, ...]:
        """Entries of the exercise, newest first."""
        return exercises.entries(self.request.viewer, self.course, names={self.exercise.name})

    def on(self, row: exercises.EntryRow) -> date:
        """The day a row is about."""
        return day_of(Entry(at=row.at, values=row.values, exercise=row.exercise), self.zone)

    def last_day(self, rows: Sequence[exercises.EntryRow]) -> date:
        """The day of the entry that is shown; today for a form."""
        own = next((row for row in rows if row.thread == self.thread), None)
        return local_day(self.request.at, self.zone) if own is None else self.on(own)


def beside(
    request: PageRequest,
    course: therapy.Course,
    exercise: Exercise,
    values: Mapping[str, Any],
    *,
    thread: uuid.UUID | None = None,
) -> Mapping[str, Any]:
    """What the layout of an exercise shows beside an entry or a form; empty for most layouts."""
    work = BESIDE.get(exercise.widget)
    return work(_Asked(request, course, exercise, values, thread)) if work else {}


def _circle(asked: _Asked) -> Mapping[str, Any]:
    rings = next((one.options for one in _columns(asked.exercise, "people") if one.slug == "ring"), ())
    people = [
        drawn.Person(
            name=str(row.get("who", "")),
            ring=_place(row.get("ring"), rings),
            wish=_place(row.get("wish_ring"), rings),
            changed=row.get("changed") == "yes",
        )
        for row in _table(asked.values, "people")
    ]
    return {
        "circle": drawn.circle(people, rings),
        "wishes": any(one.wish not in (None, one.ring) and one.ring is not None for one in people),
        "changes": any(one.changed and one.ring is not None for one in people),
        "unplaced": [one.name for one in people if one.ring is None and one.name],
        "nobody_gives": _missing(asked),
    }


def _missing(asked: _Asked) -> list[str]:
    """Kinds of help that nobody on the map gives; none where nothing was said of help."""
    given = {one for row in _table(asked.values, "people") for one in _texts(row, "gives")}
    kinds = next((one.options for one in _columns(asked.exercise, "people") if one.slug == "gives"), ())
    return [one for one in kinds if given and one not in given and one != NO_ONE]


def _place(answer: Any, options: Sequence[str]) -> int | None:
    return options.index(answer) if answer in options else None


def _line(asked: _Asked) -> Mapping[str, Any]:
    """The points of a line in their order, with infusions where points have days; without a place they come last."""
    rows = _table(asked.values, "points")
    dated = any(one.slug == "when" and one.type == "date" for one in _columns(asked.exercise, "points"))
    placed = [(_day(row.get("when")) if dated else row.get("age"), row) for row in rows]
    known = [(when, row) for when, row in placed if when]
    if dated:
        known.sort(key=lambda one: one[0])
    days = [local_day(one.at, asked.zone) for one in _infusions(asked)] if dated else []
    marks = [
        drawn.Mark(
            number=number,
            mood=None if row.get(KEPT_SHUT) == "yes" else _whole(row.get("mood")),
            on=when if dated else None,
            when="" if dated else str(when),
            closed=row.get(KEPT_SHUT) == "yes",
        )
        for number, (when, row) in enumerate(known, start=1)
    ]
    points = [_point(mark.number, when, row) for mark, (when, row) in zip(marks, known, strict=True)]
    points += [_point(0, "", row) for when, row in placed if not when]
    within = [on for on in days if known and dated and known[0][0] <= on <= known[-1][0]]
    return {
        "line": drawn.mood_line(marks, days),
        "points": points,
        "infusions": days,
        "marks": bool(within),
        "closed": any(one.closed for one in points),
    }


def _infusions(asked: _Asked) -> Sequence[Any]:
    return record.history(asked.request.viewer, asked.course.episode_id).infusions


def _point(number: int, when: date | str, row: Mapping[str, Any]) -> Point:
    closed = row.get(KEPT_SHUT) == "yes"
    more = () if closed else tuple(str(row[slug]) for slug in ("felt", "who", "kind") if row.get(slug))
    return Point(
        number=number,
        when=when,
        mood=None if closed else _whole(row.get("mood")),
        what="" if closed else str(row.get("event", row.get("what", ""))),
        more=more,
        closed=closed,
    )


def _stories(asked: _Asked) -> Mapping[str, Any]:
    """For the therapist: the stories in a lane for each person, those about the therapist in the last."""
    if asked.request.viewer.role is Role.PATIENT:
        return {}
    rows = [row for row in asked.rows if row.values]
    lanes: defaultdict[str, list[exercises.EntryRow]] = defaultdict(list)
    for row in rows:
        lanes[str(row.values.get("who", "")).casefold()].append(row)
    found = [
        Lane(
            who=str(held[0].values.get("who", "")),
            is_us="therapist" in who,
            stories=tuple(_story(row, asked.thread) for row in held),
        )
        for who, held in lanes.items()
    ]
    found.sort(key=lambda lane: (lane.is_us, -len(lane.stories)))
    return {"lanes": found, "stories": len(rows), "missing": max(0, FEWEST_STORIES - len(rows))}


def _story(row: exercises.EntryRow, thread: uuid.UUID | None) -> Story:
    return Story(
        thread=row.thread,
        at=row.at,
        when=str(row.values.get("when", "")),
        tags=tuple(", ".join(_texts(row.values, slug)) for slug in ("wish", "they", "me")),
        here=str(row.values.get("with_us", "")),
        is_this=row.thread == thread,
    )


def _card(asked: _Asked) -> Mapping[str, Any]:
    """The card as it stands and as it stood before, the newest first; answers asked anew each week left out."""
    if asked.thread is None:
        return {}
    fields = [item for item in asked.exercise.fields if not item.weekly]
    before = [(one.at, one.values) for one in exercises.earlier(asked.request.viewer, asked.thread)]
    rows = asked.rows
    own = next((row for row in rows if row.thread == asked.thread), None)
    older = [(row.at, row.values) for row in rows if own and row.at < own.at and row.thread != own.thread]
    versions: list[tuple[datetime | None, Mapping[str, Any]]] = [(None, asked.values)]
    for at, values in [*before, *older]:
        if _words_of(fields, values) != _words_of(fields, versions[-1][1]) and any(_words_of(fields, values)):
            versions.append((at, values))
    versions = versions[:MOST_VERSIONS]
    said = [_words_of(fields, values) for _, values in versions]
    table = [
        (
            item.label,
            [
                Cell(column[place], changed=which + 1 < len(said) and column[place] != said[which + 1][place])
                for which, column in enumerate(said)
            ],
        )
        for place, item in enumerate(fields)
        if len({column[place] for column in said}) > 1
    ]
    return {"versions": [at for at, _ in versions], "table": table}


def _words_of(fields: Sequence[Item], values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(values.get(item.slug, "")) for item in fields)


def _rhythm(asked: _Asked) -> Mapping[str, Any]:
    """The times of the seven days up to this one, and how far apart those of each kind lie. **Units**: minutes."""
    kinds = [item for item in asked.exercise.fields if item.type == "time"]
    rows = asked.rows
    last = asked.last_day(rows)
    held = {
        asked.on(row): row for row in reversed(rows) if last - timedelta(days=WEEK) < asked.on(row) <= last
    }
    days = [
        drawn.Clock(on, tuple(minute_of_day(row.values, item.slug) for item in kinds))
        for on, row in sorted(held.items())
    ]
    table = []
    for place, item in enumerate(kinds):
        known = [minute for day in days if (minute := day.minutes[place]) is not None]
        apart = spread(known) if len(known) >= FEWEST_DAYS else None
        times = [row.values.get(item.slug, "") for _, row in sorted(held.items())]
        table.append((item.label, times, apart))
    return {"clock": drawn.clock(days), "days": [day.on for day in days], "times": table}


def _taps(asked: _Asked) -> Mapping[str, Any]:
    """The scales of the seven days up to this one, each day the mean of its taps; days without any are gaps."""
    kinds = [(item, item.range[1]) for item in asked.exercise.fields if item.range is not None]
    rows = asked.rows
    last = asked.last_day(rows)
    days = [last - timedelta(days=back) for back in reversed(range(WEEK))]
    taps: defaultdict[tuple[date, str], list[int]] = defaultdict(list)
    for row in rows:
        for item, _ in kinds:
            value = _whole(row.values.get(item.slug))
            if value is not None:
                taps[asked.on(row), item.slug].append(value)
    lines = [
        (item, most, [fmean(taps[on, item.slug]) if (on, item.slug) in taps else None for on in days])
        for item, most in kinds
    ]
    parts = [[None if value is None else value / most for value in line] for _, most, line in lines]
    return {
        "dots": drawn.dots(days, parts),
        "days": days,
        "taps": [(item.label, line) for item, _, line in lines],
    }


def _letters(asked: _Asked) -> Mapping[str, Any]:
    """The person's letter and the therapist's, as far as the viewer may read them; what is typed now is the form's."""
    found: list[Letter] = []
    for row in asked.rows:
        slug = "letter" if row.by_therapist else "to_you"
        if row.values.get(slug) and all(one.by_therapist != row.by_therapist for one in found):
            texts = [
                (one.at, str(one.values[slug]))
                for one in exercises.earlier(asked.request.viewer, row.thread)
                if one.values.get(slug) and one.values[slug] != row.values[slug]
            ]
            found.append(Letter(row.by_therapist, str(row.values[slug]), row.at, tuple(texts)))
    found.sort(key=lambda one: one.by_therapist)
    by_therapist = asked.request.viewer.role is not Role.PATIENT
    return {"letters": found, "theirs": [one for one in found if one.by_therapist != by_therapist]}


def _calls(asked: _Asked) -> Mapping[str, Any]:
    """The lines of every table that says whom to call or where to go, by field."""
    return {
        "calls": {
            item.slug: [
                call(str(row.get("who", "")), str(row.get("how", "")))
                for row in _table(asked.values, item.slug)
            ]
            for item in asked.exercise.fields
            if any(column.slug == "how" for column in item.columns)
        }
    }


def _columns(exercise: Exercise, slug: str) -> Sequence[Any]:
    item = exercise.item(slug)
    return item.columns if item else ()


def _table(values: Mapping[str, Any], slug: str) -> list[Mapping[str, Any]]:
    rows = values.get(slug)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _texts(values: Mapping[str, Any], slug: str) -> list[str]:
    found = values.get(slug)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _whole(answer: Any) -> int | None:
    """A scale's answer; None for what is empty or, in a draft, was typed and cannot be read yet."""
    return answer if isinstance(answer, int) else None


def _day(answer: Any) -> date | None:
    try:
        return date.fromisoformat(str(answer))
    except ValueError:
        return None


BESIDE: Final[Mapping[str, Callable[[_Asked], Mapping[str, Any]]]] = MappingProxyType(
    {
        "circle_map": _circle,
        "timeline": _line,
        "episode_tagger": _stories,
        "card": _card,
        "clock_grid": _rhythm,
        "quick_tap": _taps,
        "two_letters": _letters,
        "staying_safe_plan": _calls,
        "traffic_light_plan": _calls,
    }
)
"""What each layout shows beside an entry. Layouts not named here need nothing."""
