"""The forms of booking: which days the plan has, and when, where and with whom each infusion is to be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.forms import BoundField

from holdfast.access import Role, Viewer
from holdfast.care.infusion_bookings import LONGEST, SHORTEST
from holdfast.errors import InvalidInput, Problem
from holdfast.pathway.infusion_plan import Proposal, at_clock, open_days
from holdfast.records.queries import chairs
from holdfast.records.queries.infusion_clashes import Slot
from holdfast.records.queries.infusion_courses import CourseRow
from holdfast.web.clinician import entry

MOST = 12
"""Infusions proposed at once."""

MORNING = time(9)

NUMBER = {"inputmode": "numeric", "class": "short", "autocomplete": "off"}

Choices = list[tuple[int, str]]


@dataclass(frozen=True)
class Where:
    """Chairs and people an infusion may be booked on."""

    chairs: Choices
    nurses: Choices

    @property
    def ready(self) -> bool:
        """Whether anything can be booked at all."""
        return bool(self.chairs and self.nurses)


def where(viewer: Viewer) -> Where:
    """The chairs and nurses of the viewer's clinic, the viewer first where they may run an infusion."""
    nurses = list(chairs.nurses(viewer))
    nurses.sort(key=lambda one: one[0] != viewer.account_id or viewer.role is not Role.NURSE)
    return Where(list(chairs.in_use(viewer)), nurses)


def day_field(**options: Any) -> forms.DateField:
    """A day."""
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "This is not a day. Expected: for example 2026-03-02."},
        **options,
    )


def time_field(**options: Any) -> forms.TimeField:
    """A time of day."""
    return forms.TimeField(
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "This is not a time. Expected: for example 09:30."},
        **options,
    )


class ClosedDays(forms.CharField):
    """Days, written one after the other."""

    def clean(self, value: Any) -> Any:
        """The days as a set."""
        text = super().clean(value)
        try:
            return frozenset(date.fromisoformat(part) for part in text.replace(",", " ").split())
        except ValueError:
            raise forms.ValidationError(
                "These are not days. Expected: for example 2026-04-03, 2026-04-06."
            ) from None


class PlanForm(forms.Form):
    """From which day on, how many, at what time, and what becomes of days on which the clinic is closed."""

    first = day_field(label="First day")
    number = forms.IntegerField(
        label="How many", min_value=1, max_value=MOST, widget=forms.TextInput(attrs=NUMBER)
    )
    time = time_field(label="Time")
    chair = forms.TypedChoiceField(coerce=int, label="Chair")
    nurse = forms.TypedChoiceField(coerce=int, label="Nurse")
    weekends = forms.BooleanField(required=False, label="Saturday and Sunday too")
    closed = ClosedDays(
        required=False,
        label="Days the clinic is closed",
        help_text="Such as 2026-04-03, 2026-04-06.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, places: Where, **options: Any) -> None:
        super().__init__(*args, **options)
        self.auto_id = "plan_%s"
        self.fields["chair"].choices = places.chairs  # type: ignore[attr-defined]
        self.fields["nurse"].choices = places.nurses  # type: ignore[attr-defined]


def opening(course: CourseRow, places: Where, *, at: datetime) -> dict[str, Any]:
    """What the plan form holds when the page is opened: the rest of the plan, from its next day on."""
    left = None if course.plan.total is None else course.plan.total - course.planned(at=at)
    tomorrow = course.day(at) + timedelta(days=1)
    return {
        "first": max(course.next_day(at=at) or tomorrow, tomorrow).isoformat(),
        "number": min(MOST, max(1, left)) if left is not None else 4,
        "time": f"{MORNING:%H:%M}",
        "chair": places.chairs[0][0],
        "nurse": places.nurses[0][0],
    }


def proposals(
    course: CourseRow, given: dict[str, Any], *, booster: bool, at: datetime
) -> tuple[Proposal, ...]:
    """The days of the plan from the first one on, each moved to the nearest open day."""
    if booster:
        planned: tuple[date, ...] = (given["first"],)
    else:
        planned = course.plan.days(given["first"], number=course.planned(at=at) + 1, most=given["number"])
    return open_days(planned, weekends=given["weekends"], closed=given["closed"])


class SlotsForm(entry.OnceForm):
    """Day, time, chair and nurse of each infusion; a row that is left out is not booked."""

    minutes = forms.IntegerField(
        label="Minutes the chair is kept",
        min_value=SHORTEST,
        max_value=LONGEST,
        widget=forms.TextInput(attrs=NUMBER),
    )

    def __init__(self, *args: Any, rows: int, places: Where, zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rows, self._zone = rows, zone
        for number in range(1, rows + 1):
            chair = forms.TypedChoiceField(
                coerce=int, label=f"Chair {_of(number, rows)}", choices=places.chairs
            )
            nurse = forms.TypedChoiceField(
                coerce=int, label=f"Nurse {_of(number, rows)}", choices=places.nurses
            )
            self.fields |= {
                f"day_{number}": day_field(label=f"Day {_of(number, rows)}"),
                f"time_{number}": time_field(label=f"Time {_of(number, rows)}"),
                f"chair_{number}": chair,
                f"nurse_{number}": nurse,
                f"out_{number}": forms.BooleanField(required=False, label=f"Leave out {_of(number, rows)}"),
            }

    def clean(self) -> dict[str, Any]:
        """The rows that are kept as `slots`, by their number; an hour that clocks skip stands beside its field."""
        given = super().clean() or {}
        given["slots"] = {}
        for number in range(1, self.rows + 1):
            if given.get(f"out_{number}"):
                for name in ("day", "time", "chair", "nurse"):
                    self.errors.pop(f"{name}_{number}", None)
                continue
            if slot := self._slot(number, given):
                given["slots"][number] = slot
        if not self.errors and not given["slots"]:
            self.add_error(None, "Every one is left out. Expected: one or more to book.")
        return given

    def _slot(self, number: int, given: dict[str, Any]) -> Slot | None:
        names = [*(f"{name}_{number}" for name in ("day", "time", "chair", "nurse")), "minutes"]
        if any(given.get(name) is None for name in names):
            return None
        day, clock, chair, nurse, minutes = (given[name] for name in names)
        try:
            return Slot(at_clock(day, clock, zone=self._zone), minutes, chair, nurse)
        except InvalidInput as error:
            self.add_error(f"time_{number}", [entry.said(problem) for problem in error.problems])
            return None

    def blame(self, problems: Sequence[Problem]) -> None:
        """Put what the verb refuses beside the row it is about."""
        numbers = list(self.cleaned_data["slots"])
        for problem in problems:
            row, _, what = problem.where.rpartition(", ")
            place = int(row.removeprefix("infusion ")) if row else 1
            field = "time" if what == "person" else what
            fitting = [name for name in (f"{field}_{numbers[place - 1]}", field) if name in self.fields]
            self.add_error(fitting[0] if fitting else None, entry.said(problem))

    def lines(self) -> Iterator[dict[str, BoundField]]:
        """The fields of each row by their name."""
        for number in range(1, self.rows + 1):
            yield {name: self[f"{name}_{number}"] for name in ("day", "time", "chair", "nurse", "out")}


def _of(number: int, rows: int) -> str:
    """Which infusion a field is of, where there are several."""
    return f"of infusion {number}" if rows > 1 else ""
