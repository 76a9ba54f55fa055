"""The board of the day: who comes, how far everyone is, what is due next, and what nobody has answered yet."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from holdfast.access import Permission, may, require
from holdfast.care import visits as verbs
from holdfast.errors import InvalidInput, Problem
from holdfast.pathway.flow_sheet import State as RowState
from holdfast.pathway.go_list import Line
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import all_protocols
from holdfast.records.queries import clinic
from holdfast.records.queries import visits as queries
from holdfast.records.queries.visits import DayRow, State
from holdfast.web.clinician.infusions.course_words import WHOSE
from holdfast.web.page import PageRequest, page

BADGES = {
    State.EXPECTED: "later",
    State.ARRIVED: "note",
    State.LIST_OPEN: "week",
    State.READY: "good",
    State.NO_GO: "today",
    State.STOPPED: "now",
    State.RUNNING: "note",
    State.PAUSED: "week",
    State.WATCHING: "note",
    State.HOME: "good",
    State.CANCELLED: "later",
}
"""Style of the badge of each state; its shape comes with the style, so colour is never alone."""

MOST_SAID = 2
"""How much of what speaks against someone who is not here yet is said in full."""

LIST, SHEET, HOME = ("visit", "The list"), ("visit_sheet", "Flow sheet"), ("visit_home", "Going home")

PLACES = {
    State.ARRIVED: ("visit", "Begin the list"),
    State.LIST_OPEN: LIST,
    State.READY: ("visit_sheet", "Begin on the sheet"),
    State.NO_GO: LIST,
    State.STOPPED: LIST,
    State.RUNNING: SHEET,
    State.PAUSED: SHEET,
    State.WATCHING: HOME,
    State.HOME: ("visit_summary", "Summary"),
    State.CANCELLED: LIST,
}
"""Where the work on someone goes on from each state, and what the button says."""


@dataclass(frozen=True)
class BoardLine:
    """A booking as the board shows it.

    `state` with its minute; `says` is what comes next or stands in the way. `late` is a row of the sheet that is past
    its time, `earlier` says so of someone of another day who was not let go. `place` is where the work goes on: an
    address and what the button says.
    """

    row: DayRow
    style: str
    state: str
    says: tuple[str, ...]
    late: str
    earlier: str
    mine: bool
    place: tuple[str, str] | None
    sheet: str

    @property
    def beyond(self) -> tuple[str, ...]:
        """Values out of range that nobody has answered, in words."""
        return tuple(one.words for one in self.row.unseen)

    @property
    def out(self) -> bool:
        """Whether nothing more is to be done about it today."""
        return self.row.state in {State.HOME, State.CANCELLED}

    @property
    def now(self) -> tuple[str, ...]:
        """What calls for someone at once, in words."""
        stopped = ("Stopped: a clinician sees them now",) if self.row.state is State.STOPPED else ()
        return (*stopped, *self.beyond, *filter(None, (self.late, self.earlier)))


@page(Permission.SEE_INFUSIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def infusion_day(request: PageRequest) -> HttpResponse:
    """Show everyone booked today, by time; keep that someone has come and go to their list."""
    if request.method == "POST":
        require(request.viewer, Permission.RUN_INFUSION)
        uid = verbs.arrive(_booking(request.POST.get("booking", "")), by=request.viewer, at=request.at)
        return redirect("visit", uid)
    zone = clinic.zone(request.viewer.clinic_id)
    today = request.at.astimezone(ZoneInfo(zone)).date()
    with timezone.override(ZoneInfo(zone)):
        lines = [_line(row, request) for row in queries.of_day(request.viewer, today, at=request.at)]
    context = {
        "today": today,
        "zone": zone,
        "other_zone": zone != request.viewer.zone,
        "lines": lines,
        "calling": [line for line in lines if line.now],
        "here": sum(line.row.here for line in lines),
        "may_run": may(request.viewer, Permission.RUN_INFUSION),
        "treatments": [one for one in all_protocols().values() if isinstance(one, InfusionProtocol)],
    }
    return render(request, "clinician/infusions/infusion_day.html", context)


def _booking(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise InvalidInput(Problem("booking", "is none", "one of those on the board of the day")) from None


def _line(row: DayRow, request: PageRequest) -> BoardLine:
    place = PLACES.get(row.state) if row.visit_uid is not None else None
    return BoardLine(
        row=row,
        style=BADGES[row.state],
        state=_state(row),
        says=_says(row, request.at),
        late=_late(row, request.at),
        earlier=_earlier(row, request.at),
        mine=row.nurse_id == request.viewer.account_id,
        place=(reverse(place[0], args=[row.visit_uid]), place[1]) if place else None,
        sheet=reverse("visit_sheet", args=[row.visit_uid]) if row.state is State.WATCHING else "",
    )


def _state(row: DayRow) -> str:
    if row.state in {State.RUNNING, State.PAUSED}:
        return f"{row.state}, minute {row.minute}"
    if row.state is State.HOME and row.home_at is not None:
        return f"{row.state} {_clock(row.home_at)}"
    return str(row.state)


def _says(row: DayRow, at: datetime) -> tuple[str, ...]:
    """What comes next, or what stands in the way."""
    if row.state is State.CANCELLED:
        return (f"{WHOSE.get(row.whose, row.whose)}: {row.why}",)
    if row.state in {State.RUNNING, State.PAUSED, State.WATCHING}:
        return _next_row(row)
    if row.state in {State.READY, State.HOME}:
        return ()
    against = tuple(_words(one) for one in row.go.blocking)
    if row.state is State.EXPECTED:
        return (*_awaited(row, at), *_shortened(against))
    count = len(row.go.waiting)
    return (*against, f"{count} line{'' if count == 1 else 's'} to settle") if count else against


def _words(line: Line) -> str:
    return f"{line.check.words}: {line.found}" if line.found else line.check.words


def _shortened(against: tuple[str, ...]) -> tuple[str, ...]:
    """What the record already holds against the day; beyond a few only how many more."""
    if not against:
        return ()
    more = len(against) - MOST_SAID
    shown = ("The record says no already:", *against[:MOST_SAID])
    return (*shown, f"and {more} more") if more > 0 else shown


def _awaited(row: DayRow, at: datetime) -> tuple[str, ...]:
    minutes = (at - row.starts_at) // timedelta(minutes=1)
    return (f"not here, {minutes} min after the time",) if minutes > 0 else ()


def _next_row(row: DayRow) -> tuple[str, ...]:
    due = row.next_due
    if due is None or due.at is None or due.state is RowState.LATE:
        return ()
    when = "due now" if due.state is RowState.NOW else f"at {_clock(due.at)}"
    return (f"Row of minute {due.minute} {when}",)


def _late(row: DayRow, at: datetime) -> str:
    """The row of the sheet that is past its time (H-027)."""
    due = row.next_due
    if due is None or due.at is None or due.state is not RowState.LATE:
        return ""
    return f"Row of minute {due.minute} is {(at - due.at) // timedelta(minutes=1)} min late"


def _earlier(row: DayRow, at: datetime) -> str:
    """Said of someone who came on an earlier day and was neither let go nor sent home (H-028)."""
    came = row.arrived_at
    if came is None or row.state in {State.HOME, State.CANCELLED} or _day(row.starts_at) == _day(at):
        return ""
    return f"Came {_day(came)} and was not let go"


def _day(at: datetime) -> str:
    return f"{timezone.localtime(at):%-d %b}"


def _clock(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M}"
