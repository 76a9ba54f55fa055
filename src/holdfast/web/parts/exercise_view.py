"""A finished exercise to be read: what was written, what it adds up to, who sees it. For patient and therapist."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Final

from django.utils.formats import date_format, time_format
from django.utils.html import escape, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from holdfast.access import Role
from holdfast.protocols import derive, risk_words, sight
from holdfast.protocols.derive_values import Cell
from holdfast.protocols.exercise import Column, Derived, Exercise, Item, Sight
from holdfast.protocols.gates import gate_rules
from holdfast.records.queries import exercises, therapy
from holdfast.records.queries import patient as record
from holdfast.web.page import PageRequest
from holdfast.web.parts import exercise_chart, exercise_form, widgets_people, widgets_sides, widgets_steps


@dataclass(frozen=True)
class Line:
    """One field to be read: in words, as entries, or as rows of label and words; and who sees it.

    `marked` says that words of it are marked for staff; words and entries then are HTML, with all else escaped.
    """

    item: Item
    words: str
    entries: tuple[str, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]
    private: bool
    shown: bool
    marked: bool = False


def said(column: Column, value: Any) -> str:
    """A value as a person reads it: 7 of 10, 3 minutes, 2 March 2026."""
    if column.range is not None:
        return _("%(value)s of %(most)s") % {"value": value, "most": column.range[1]}
    if isinstance(column, Item) and column.type == "audio_timer":
        return ngettext("%(count)s minute", "%(count)s minutes", value // 60) % {"count": value // 60}
    if column.type in _READERS:
        return _READERS[column.type](str(value))
    if column.type == "yes_no":
        return _("yes") if value == "yes" else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _line(item: Item, value: Any, *, shown: bool) -> Line:
    many = isinstance(value, list) and item.type != "table"
    rows = value if item.type == "table" else []
    return Line(
        item=item,
        words="" if isinstance(value, list) else said(item, value),
        entries=tuple(map(str, value)) if many else (),
        rows=tuple(
            tuple(
                (column.label, said(column, row[column.slug]))
                for column in item.columns
                if column.slug in row
            )
            for row in rows
        ),
        private=item.sight is Sight.PRIVATE,
        shown=shown,
    )


OWN_WORDS: Final = frozenset({"text", "long_text", "list"})
"""Fields that hold a person's own sentences: not answers to tick, nor tables of whom to call."""


def _for_staff(line: Line) -> Line:
    """The line with risk words marked, where its field may carry signs of danger."""
    if line.item.sight is not Sight.RISK or line.item.type not in OWN_WORDS:
        return line
    texts = (line.words, *line.entries)
    if all(len(risk_words.cut(text)) == 1 for text in texts):
        return line
    words, *entries = map(_marked, texts)
    return replace(line, words=words, entries=tuple(entries), marked=True)


def _marked(text: str) -> str:
    before, *rest = risk_words.cut(text)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return escape(before) + format_html_join("", "<mark>{}</mark>{}", pairs)


_READERS: Mapping[str, Callable[[str], str]] = {
    "date": lambda text: date_format(date.fromisoformat(text), "j F Y"),
    "time": lambda text: time_format(time.fromisoformat(text), "H:i"),
    "datetime": lambda text: date_format(datetime.fromisoformat(text), "l j F, H:i"),
}


@dataclass(frozen=True)
class Drawn:
    """A derived value with what it is for."""

    slug: str
    use: str
    value: derive.Value
    for_staff: bool

    @property
    def template(self) -> str:
        """Where its look is."""
        return f"parts/derived/{type(self.value).__name__.lower()}.html"

    @property
    def says_something(self) -> bool:
        """Whether the page has anything to show of it: a hint that is so, for staff; a line worth drawing."""
        match self.value:
            case derive.Truth():
                return self.for_staff and self.value.value
            case derive.Series():
                return bool(self.drawing)
            case _:
                return True

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The cells of a table as a person reads them; empty where there is nothing to say."""
        found = self.value.rows if isinstance(self.value, derive.Table) else ()
        return tuple(tuple(map(_cell, row)) for row in found)

    @property
    def drawing(self) -> str:
        """Its chart as SVG; empty for what has none."""
        match self.value:
            case derive.Series():
                return exercise_chart.series_chart(self.value)
            case derive.Together():
                return exercise_chart.dots_chart(self.value)
            case _:
                return ""


def _cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{round(value, 1):g}"
        case date():
            return date_format(value, "j M Y")
        case _:
            return str(value)


def lines(exercise: Exercise, row: exercises.EntryRow) -> list[Line]:
    """The fields of an entry that have something in them."""
    return lines_of(exercise, row.values, shown="therapist" in row.shown_to)


def lines_of(exercise: Exercise, values: Mapping[str, Any], *, shown: bool) -> list[Line]:
    """Values of an exercise to be read; `shown` is whether its private fields were shown to the therapist."""
    return [
        _line(item, value, shown=shown)
        for item, value in exercise_form.filled(exercise, values, but={sight.SHARE})
    ]


def derived(
    request: PageRequest, exercise: Exercise, course: therapy.Course, row: exercises.EntryRow | None
) -> list[Drawn]:
    """What the entries of an exercise add up to, as far as the viewer may see them and they are enough to say."""
    if not exercise.derived:
        return []
    names = {
        exercise.name,
        *(".".join(name.split(".")[:2]) for one in exercise.derived for name in one.of if "." in name),
    }
    context = context_of(request, course, names=names & set(course.plan.exercises))
    entry = None if row is None else derive.Entry(at=row.at, values=row.values, exercise=row.exercise)
    found = []
    for one in exercise.derived:
        if _kept_from(request.viewer.role, one):
            continue
        value = derive.derive(exercise, one, context, entry)
        if value is None:
            continue
        drawn = Drawn(one.slug, one.use, value, for_staff=request.viewer.role is not Role.PATIENT)
        if drawn.says_something:
            found.append(drawn)
    return found


def _kept_from(role: Role, one: Derived) -> bool:
    """Whether a derived value is not shown to that role: gates call people another way, unless they call nobody."""
    if one.gate:
        return role is Role.PATIENT or gate_rules()[one.gate].level > 0
    return role is Role.PATIENT and one.function in derive.FOR_THERAPISTS


def context_of(request: PageRequest, course: therapy.Course, *, names: set[str]) -> derive.Context:
    """What derived values are worked out from, as the viewer may see it."""
    history = record.history(request.viewer, course.episode_id)
    return derive.Context(
        at=request.at,
        zone=request.viewer.zone,
        entries=exercises.known(request.viewer, course, names=names),
        readings=tuple((one.at, one.total) for one in history.readings if one.instrument == "phq9"),
        infusions=tuple(one.at for one in history.infusions),
    )


def entry(
    request: PageRequest, row: exercises.EntryRow, course: therapy.Course, *, together: bool = False
) -> dict[str, Any]:
    """What a page needs to show one finished exercise; `together` is a screen the person looks at too."""
    exercise = course.plan.exercises[row.exercise]
    read = lines(exercise, row)
    if request.viewer.role is not Role.PATIENT and not together:
        read = [_for_staff(line) for line in read]
    return {
        "row": row,
        "course": course,
        "exercise": exercise,
        "lines": read,
        "words_marked": any(line.marked for line in read),
        "derived": [
            one
            for one in derived(request, exercise, course, row)
            if one.slug
            not in widgets_people.DRAWN.get(exercise.widget, widgets_steps.DRAWN.get(exercise.widget, ()))
        ],
        "widget": f"parts/widgets/{exercise.widget}_view.html",
        "beside": widgets_steps.beside(request, course, exercise, row.values, thread=row.thread)
        or widgets_people.beside(request, course, exercise, row.values, thread=row.thread),
        "private": any(item.sight is Sight.PRIVATE and item.slug in row.values for item in exercise.fields),
        "waits": row.waits,
        **widgets_sides.read(request, row, course),
    }
