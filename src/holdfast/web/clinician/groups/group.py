"""One skills group: the next meeting with its skill and script, who belongs to it, what each still lacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats
from django.views.decorators.http import require_POST, require_safe

from holdfast.access import Permission
from holdfast.care import group_meetings as verbs
from holdfast.protocols.outline import AgendaItem
from holdfast.protocols.therapy import Rung, Week
from holdfast.records.queries import groups as queries
from holdfast.web.clinician import entry
from holdfast.web.clinician.groups.words import CHANNELS, MODES, WEEKDAYS
from holdfast.web.page import PageRequest, page

DAYS_AHEAD = 8
"""Meetings that can be cancelled from the page: two months of them."""

MEETINGS_SHOWN = 30


@dataclass(frozen=True)
class Point:
    """A point of the agenda with the moment it begins."""

    item: AgendaItem
    begins: datetime


@dataclass(frozen=True)
class Lack:
    """A week a member lacks, with the day it comes next; `missed` when it was taught without them."""

    week: int
    on: date
    missed: bool


@dataclass(frozen=True)
class Cell:
    """One set of skills as a member has it."""

    name: str
    met: int
    of: int
    lacks: tuple[Lack, ...]

    @property
    def ahead(self) -> Lack | None:
        """The week it begins with, where nothing of it has been taught to them yet: the rest follows from there."""
        if self.met or any(one.missed for one in self.lacks):
            return None
        return min(self.lacks, key=lambda one: one.on)


@dataclass(frozen=True)
class Line:
    """A member on the page: their weeks by set of skills, and what to do about weeks missed in a row."""

    member: queries.Member
    met: int
    enough: int
    complete: bool
    in_a_row: int
    rung: Rung | None
    begins_on: date | None
    cells: tuple[Cell, ...]


class CancelForm(entry.OnceForm):
    """Which of the coming meetings is not held, and why."""

    on = forms.DateField(label="Which meeting")
    reason = forms.CharField(
        max_length=300,
        required=False,
        label="Why",
        help_text="Names nobody.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@page(Permission.LEAD_GROUP, looks_at="group_id")
@require_safe
def group(request: PageRequest, group_id: int) -> HttpResponse:
    """The group as it stands."""
    return show(request, queries.one(request.viewer, group_id, at=request.at), CancelForm())


@page(Permission.LEAD_GROUP)
@require_POST
def cancel(request: PageRequest, group_id: int) -> HttpResponse:
    """Write down that a coming meeting is not held; its week waits for the next."""
    found = queries.one(request.viewer, group_id, at=request.at)
    form = CancelForm(request.POST)
    if form.is_valid() and form.cleaned_data["on"] not in coming(found):
        form.add_error("on", "The group does not meet then. Expected: one of the days offered.")
    if form.is_valid():
        meeting = verbs.Meeting(
            week=found.upcoming.week,
            happened_at=found.starts_at(form.cleaned_data["on"]),
            leader_id=found.details.leader.account_id,
            held=False,
            summary=form.cleaned_data["reason"],
        )
        with entry.problems_on(form, {"summary": "reason", "time": "on"}):
            verbs.record(group_id, meeting, by=request.viewer, at=request.at, uid=form.cleaned_data["uid"])
            messages.success(
                request,
                f"No meeting on {formats.date_format(form.cleaned_data['on'], 'j M')}. Tell the members; "
                "the week waits.",
            )
            return redirect("group", group_id)
    return show(request, found, form)


def coming(found: queries.Group) -> list[date]:
    """The days of the coming meetings."""
    return list(islice(found.days(), DAYS_AHEAD))


def show(request: PageRequest, found: queries.Group, form: CancelForm) -> HttpResponse:
    """The page of a group; `form` is a cancelling that could not be kept, with what was typed."""
    context = {
        "group": found,
        "plan": found.plan,
        "weekday": WEEKDAYS[found.details.weekday],
        "channel": CHANNELS[found.details.channel],
        "joining": MODES[found.details.mode],
        "starts_at": found.starts_at(found.next_on),
        "points": points(found, found.starts_at(found.next_on)),
        "module": found.curriculum.modules[found.upcoming.module],
        "practice": practice(found, found.upcoming),
        "reviewed": practice(found, found.latest) if found.latest else "",
        "join_on": found.day_of(found.join_week),
        "lines": lines(found),
        "past": [(one, found.week(one.week).title) for one in reversed(found.meetings[-MEETINGS_SHOWN:])],
        "coming": coming(found),
        "form": form,
    }
    return render(request, "clinician/groups/group.html", context, status=form.status)


def points(found: queries.Group, starts_at: datetime) -> list[Point]:
    """The agenda by the clock."""
    made, begins = [], starts_at
    for item in found.curriculum.agenda:
        made.append(Point(item, begins))
        begins += timedelta(minutes=item.minutes)
    return made


def practice(found: queries.Group, week: Week) -> str:
    """The title of the week's home practice."""
    return found.plan.exercises[week.practice].title


def lines(found: queries.Group) -> list[Line]:
    """The members with what they have met and lack, by the name they are called."""
    return [line(found, member) for member in sorted(found.active, key=lambda one: one.shown_as.casefold())]


def line(found: queries.Group, member: queries.Member) -> Line:
    """A member as the pages show them."""
    standing = found.standing(member)
    rungs = [one for one in found.plan.attendance if one.missed <= standing.missed_in_a_row]
    later = member.begins > len(found.taught)
    return Line(
        member=member,
        met=len(standing.met),
        enough=standing.enough,
        complete=standing.complete,
        in_a_row=standing.missed_in_a_row,
        rung=rungs[-1] if rungs else None,
        begins_on=found.day_of(member.joined_week) if later else None,
        cells=tuple(
            Cell(
                name=one.name,
                met=len(one.met),
                of=len(one.met) + len(one.lacks),
                lacks=tuple(_lacks(found, one.lacks, missed=standing.missed)),
            )
            for one in standing.modules
        ),
    )


def _lacks(found: queries.Group, weeks: tuple[int, ...], *, missed: tuple[int, ...]) -> Iterator[Lack]:
    for week in weeks:
        yield Lack(week, found.day_of(week), missed=week in missed)
