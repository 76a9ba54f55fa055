"""The calendar of infusions: a day of the clinic chair by chair, or a week, with the therapy of the same people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission, may
from holdfast.protocols.loader import infusions
from holdfast.records.queries import clinic
from holdfast.records.queries import infusion_calendar as queries
from holdfast.records.queries.infusion_calendar import Calendar, InfusionEntry, TherapyEntry
from holdfast.records.queries.infusion_courses import State
from holdfast.web.clinician.infusions.course_words import STATES, WHOSE
from holdfast.web.clinician.naming import therapy_name
from holdfast.web.page import PageRequest, page

DAY = timedelta(days=1)
OPENS, CLOSES = 8, 18
"""Hours a day shows at least."""


@dataclass(frozen=True)
class Infusion:
    """An infusion as the calendar shows it."""

    entry: InfusionEntry
    treatment: str
    style: str
    state: str
    cancelled: str

    @property
    def starts_at(self) -> datetime:
        """When it is to begin."""
        return self.entry.starts_at


@dataclass(frozen=True)
class Session:
    """A therapy session as the calendar shows it."""

    entry: TherapyEntry
    therapy: str

    @property
    def starts_at(self) -> datetime:
        """When it is to begin."""
        return self.entry.starts_at


@dataclass(frozen=True)
class Cell:
    """What a chair holds from a row on: an infusion over so many rows, or nothing."""

    rows: int
    infusion: Infusion | None


@dataclass(frozen=True)
class Row:
    """A stretch of the day: from when, whether on the hour, what each chair holds, which sessions begin.

    A chair that an infusion from an earlier row still holds has no cell.
    """

    at: datetime
    cells: tuple[Cell, ...]
    sessions: tuple[Session, ...]


@dataclass(frozen=True)
class Day:
    """A day with all that is on it, by the clock."""

    on: date
    infusions: tuple[Infusion, ...]
    sessions: tuple[Session, ...]

    @property
    def entries(self) -> list[Infusion | Session]:
        """Infusions and sessions together."""
        return sorted((*self.infusions, *self.sessions), key=lambda one: one.starts_at)


class DayForm(forms.Form):
    """Which day, and whether its whole week."""

    day = forms.DateField(
        required=False, label="Day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    view = forms.ChoiceField(required=False, choices=[("day", "day"), ("week", "week")])


@page(Permission.SEE_INFUSIONS)
@require_safe
def calendar(request: PageRequest) -> HttpResponse:
    """The day or week that was asked for; today where none was, or what was asked is no day."""
    today = request.at.astimezone(ZoneInfo(clinic.zone(request.viewer.clinic_id))).date()
    form = DayForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data.get("day")
    # Years at the ends of the calendar have no neighbours to go on to.
    on = asked if asked is not None and 1900 < asked.year < 2200 else today
    week = form.cleaned_data.get("view") == "week"
    step = 7 if week else 1
    first = on - on.weekday() * DAY if week else on
    found = queries.of_days(request.viewer, first, days=step)
    days = list(_days(found))
    context = {
        "calendar": found,
        "today": today,
        "on": on,
        "week": week,
        "last": first + (step - 1) * DAY,
        "before": on - step * DAY,
        "after": on + step * DAY,
        "days": days,
        "rows": [] if week else _rows(found, days[0]),
        "cancelled": [one for day in days for one in day.infusions if _is_off(one)],
        "may_book": may(request.viewer, Permission.BOOK_INFUSION),
        "other_zone": found.zone != request.viewer.zone,
    }
    return render(request, "clinician/infusions/calendar.html", context)


def _days(found: Calendar) -> Iterator[Day]:
    infusions_of = [_infusion(one) for one in found.infusions]
    sessions_of = [Session(one, therapy_name(one.therapy)) for one in found.sessions]
    for number in range(found.days):
        on = found.first + number * DAY
        yield Day(
            on,
            tuple(one for one in infusions_of if found.day(one.starts_at) == on),
            tuple(one for one in sessions_of if found.day(one.starts_at) == on),
        )


def _infusion(one: InfusionEntry) -> Infusion:
    style, state = STATES[one.booking.state]
    return Infusion(
        entry=one,
        treatment=infusions(one.treatment).short_name,
        style=style,
        state=state,
        cancelled=WHOSE.get(one.booking.whose, one.booking.whose),
    )


def _is_off(one: Infusion) -> bool:
    return one.entry.booking.state is State.CANCELLED


def _rows(found: Calendar, day: Day) -> list[Row]:
    """The day as rows that begin on each hour and wherever something begins or ends, so that nothing shares a cell."""
    kept = [one for one in day.infusions if not _is_off(one)]
    marks = _marks(found, day.on, kept, day.sessions)
    columns = [
        _column([one for one in kept if one.entry.booking.chair_id == pk], marks) for pk in found.chairs
    ]
    return [
        Row(
            at=mark,
            cells=tuple(column[number] for column in columns if number in column),
            sessions=tuple(one for one in day.sessions if _row_of(one.starts_at, marks) == number),
        )
        for number, mark in enumerate(marks)
    ]


def _marks(
    found: Calendar, on: date, kept: Sequence[Infusion], sessions: Sequence[Session]
) -> list[datetime]:
    zone = ZoneInfo(found.zone)
    hours = {datetime.combine(on, time(hour), tzinfo=zone) for hour in range(OPENS, CLOSES)}
    starts = {one.starts_at.astimezone(zone) for one in kept}
    starts |= {one.starts_at.astimezone(zone) for one in sessions}
    ends = {one.entry.booking.ends_at.astimezone(zone) for one in kept}
    return sorted(hours | starts | ends)


def _row_of(moment: datetime, marks: Sequence[datetime]) -> int:
    return max(number for number, mark in enumerate(marks) if mark <= moment)


def _column(kept: Sequence[Infusion], marks: Sequence[datetime]) -> dict[int, Cell]:
    """What a chair holds, by the row it begins in; rows an infusion reaches into are not there."""
    cells = {number: Cell(1, None) for number in range(len(marks))}
    for one in kept:
        first, last = _row_of(one.starts_at, marks), _row_of(one.entry.booking.ends_at, marks)
        for covered in range(first, last):
            cells.pop(covered, None)
        cells[first] = Cell(max(1, last - first), one)
    return cells
