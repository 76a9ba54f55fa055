"""The flow sheet at the chair: the clock and the next row first, then a row in ten seconds, then what happened."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.access import Permission, require
from holdfast.errors import Conflict, InvalidInput
from holdfast.pathway import chair
from holdfast.pathway.chair import Kind
from holdfast.pathway.flow_sheet import BEFORE_DRUG, Due, State
from holdfast.protocols.infusion import Measurement
from holdfast.records.queries import flow_sheet as queries
from holdfast.records.queries.flow_sheet import Sheet, SheetEvent, SheetRow
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions.flow_chart import flow_chart
from holdfast.web.clinician.infusions.flow_forms import (
    FORMS,
    ChairForm,
    CorrectForm,
    RowForm,
    WithdrawForm,
    as_uuid,
)
from holdfast.web.clinician.naming import plain
from holdfast.web.page import PageRequest, page

TITLES = {
    Kind.START: "Start", Kind.PAUSE: "Pause", Kind.RESUME: "Go on", Kind.RATE: "Rate", Kind.RESCUE: "Rescue drug",
    Kind.NOTE: "Note", Kind.END: "End", Kind.STOP: "Stop early",
}  # fmt: skip
"""What the button of each event says, in the order the buttons stand."""

OF_A_PUMP = {Kind.PAUSE, Kind.RATE}
"""Events that only a drug that runs in over time can have; a spray has neither."""

MARKS = {State.GIVEN: "✓", State.NOW: "●", State.LATE: "!", State.MISSED: "✕", State.AHEAD: "○"}
"""The shape of each state of a due row."""


@dataclass(frozen=True)
class Cell:
    """One value of a row; `beyond` says why it is out of range, `high` which way."""

    value: int | None
    beyond: str = ""
    high: bool = False


@dataclass(frozen=True)
class Line:
    """One line of the sheet: a row of vitals with its cells, or an event."""

    minute: int | None
    row: SheetRow | None = None
    cells: tuple[Cell, ...] = ()
    event: SheetEvent | None = None


@page(Permission.SEE_INFUSIONS, looks_at="uid", seen_as="visit")
@require_safe
def visit_sheet(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Show the sheet; with `?correct=` a row of it, ready to be put right."""
    sheet = queries.sheet(request.viewer, uid, at=request.at)
    row = _row(sheet, request.GET.get("correct", ""))
    return _show(request, sheet, correcting=row if row and not row.struck and sheet.may_run else None)


@page(Permission.SEE_INFUSIONS)
@require_http_methods(["GET", "POST"])
def visit_row(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Keep what was written; give the sheet as it stands now, in parts. Asked for JSON or as a plain form."""
    sheet = queries.sheet(request.viewer, uid, at=request.at)
    plainly = "application/json" not in request.headers.get("Accept", "")
    if request.method == "GET":
        return redirect("visit_sheet", uid) if plainly else _told(request, sheet)
    require(request.viewer, Permission.RUN_INFUSION)
    # H-029: what one nurse left on a tablet is never sent under the name of the next.
    if request.POST.get("account", str(request.viewer.account_id)) != str(request.viewer.account_id):
        return _told(request, sheet, status=401)
    form = FORMS.get(request.POST.get("what", ""), RowForm)(request.POST, request=request, sheet=sheet)
    said = _kept(form)
    if plainly:
        return redirect("visit_sheet", uid) if said else _show(request, sheet, sent=form)
    now = queries.sheet(request.viewer, uid, at=request.at)
    if said:
        return _told(request, now, said=said)
    problems = [{"where": name, "said": one} for name, errors in form.errors.items() for one in errors]
    return _told(request, now, problems=problems, status=form.status)


def _kept(form: ChairForm) -> str:
    """What to say once it is kept; empty when something is wrong with the form, which then says what."""
    if not form.is_valid():
        return ""
    try:
        return form.act()
    except InvalidInput as error:
        for problem in error.problems:
            place = form.places.get(problem.where, problem.where)
            form.add_error(place if place in form.fields else None, entry.said(problem))
    except Conflict as error:
        form.conflict = True
        form.add_error(None, entry.said_plainly(str(error)))
    return ""


def _told(
    request: PageRequest, sheet: Sheet, *, status: int = 200, said: str = "", problems: Iterable[Any] = ()
) -> JsonResponse:
    """The sheet as it stands now for a page that is open: its moving parts, and what became of what was sent."""
    context = {**_parts(request, sheet), "live": True}
    parts = {
        name: render_to_string(f"clinician/infusions/sheet_{name}.html", context, request=request)
        for name in ("top", "rest")
    }
    told = {
        "now": request.at.isoformat(), "account": request.viewer.account_id, "token": get_token(request),
        "said": said, "problems": list(problems), "parts": parts,
    }  # fmt: skip
    return JsonResponse(told, status=status)


def _show(
    request: PageRequest, sheet: Sheet, *, correcting: SheetRow | None = None, sent: ChairForm | None = None
) -> HttpResponse:
    if isinstance(sent, (CorrectForm, WithdrawForm)):
        correcting = _row(sheet, str(sent["row"].value()))
    context = {
        **_parts(request, sheet, sent=sent),
        "form": sent,
        "row_form": _row_form(request, sheet, correcting, sent),
        "correcting": correcting,
        "withdraw_form": _withdraw_form(request, sheet, correcting, sent),
    }
    status = sent.status if sent else 200
    return render(request, "clinician/infusions/visit_sheet.html", context, status=status)


def _row_form(
    request: PageRequest, sheet: Sheet, correcting: SheetRow | None, sent: ChairForm | None
) -> ChairForm:
    if isinstance(sent, RowForm):
        return sent
    if correcting is None:
        return _blank(request, sheet, "row")
    kept = {**correcting.values, "note": correcting.note, "row": correcting.uid}
    return _blank(request, sheet, "correct", **kept)


def _withdraw_form(
    request: PageRequest, sheet: Sheet, correcting: SheetRow | None, sent: ChairForm | None
) -> ChairForm | None:
    if isinstance(sent, WithdrawForm) or correcting is None:
        return sent if isinstance(sent, WithdrawForm) else None
    return _blank(request, sheet, "withdraw", row=correcting.uid)


def _row(sheet: Sheet, text: str) -> SheetRow | None:
    """The row that a page or form names, if it is of this sheet."""
    uid = as_uuid(text)
    return sheet.row(uid) if uid else None


def _blank(request: PageRequest, sheet: Sheet, what: str, **initial: Any) -> ChairForm:
    return FORMS[what](None, request=request, sheet=sheet, initial=initial)


def _parts(request: PageRequest, sheet: Sheet, *, sent: ChairForm | None = None) -> dict[str, Any]:
    """What the moving parts of the page show."""
    columns = sheet.columns
    expected = sheet.expected
    return {
        "sheet": sheet,
        "due": [(one, MARKS[one.state], due_words(one)) for one in sheet.due],
        "next_due": sheet.next_due,
        "dues": json.dumps(
            [
                [one.minute, one.at and one.at.timestamp() * 1000, one.state is State.GIVEN]
                for one in sheet.due
            ]
        ),
        "clock": _clock(sheet.running),
        "leads": json.dumps([[phase, kind, then] for (phase, kind), then in chair.NEXT.items()]),
        "late_after": sheet.limits.duration("row_late_after").total_seconds(),
        "watched": _watched(sheet),
        "expected": expected
        and (_tenths(expected.volume_ml), expected.dose_mg and _tenths(expected.dose_mg)),
        "alerts": [(row, _seen_form(request, sheet, row, sent)) for row in reversed(sheet.unanswered)],
        "acts": _acts(request, sheet, sent) if sheet.may_run and not sheet.home_at else [],
        "columns": columns,
        "lines": _lines(sheet, columns),
        "chart": flow_chart(sheet),
        "chart_small": flow_chart(sheet, compact=True),
    }


def due_words(due: Due) -> str:
    """A due row as its chip says it: before, 0, 10 min."""
    return "before" if due.minute == BEFORE_DRUG else f"{due.minute} min"


def _watched(sheet: Sheet) -> tuple[int, int] | None:
    """Minutes since the end of the drug, and how many the site asks for."""
    if sheet.end is None:
        return None
    since = (sheet.home_at or sheet.at) - sheet.end.at
    return int(since // timedelta(minutes=1)), int(sheet.limits.number("observe_minutes"))


def _seen_form(request: PageRequest, sheet: Sheet, row: SheetRow, sent: ChairForm | None) -> ChairForm:
    if sent is not None and sent.what == "seen" and sent["row"].value() == str(row.uid):
        return sent
    form = FORMS["seen"]
    return form(
        None, request=request, sheet=sheet, initial={"row": row.uid}, auto_id=f"id_seen_{row.uid.hex}_%s"
    )


def _acts(
    request: PageRequest, sheet: Sheet, sent: ChairForm | None
) -> list[tuple[Kind, str, ChairForm, bool, bool]]:
    """Every event: kind, title, form, whether it may follow now, and whether it stands open to be mended.

    Those that may not follow are there too, unseen: without a connection the page goes on by itself.
    """
    found = []
    pumped = sheet.order is None or sheet.order.minutes is not None
    for kind, title in TITLES.items():
        if kind in OF_A_PUMP and not pumped:
            continue
        mending = sent is not None and sent.what == kind
        form = sent if sent is not None and mending else _blank(request, sheet, kind.value)
        found.append((kind, title, form, mending or chair.may_follow(sheet.phase, kind), mending))
    return found


def _lines(sheet: Sheet, columns: tuple[Measurement, ...]) -> list[Line]:
    """Rows and events, newest first."""
    rows = [(row.at, Line(row.minute, row=row, cells=_cells(row, columns))) for row in sheet.rows]
    events = [(event.at, Line(event.minute, event=event)) for event in sheet.events]
    return [line for _, line in sorted((*rows, *events), key=lambda pair: pair[0], reverse=True)]


def _cells(row: SheetRow, columns: tuple[Measurement, ...]) -> tuple[Cell, ...]:
    beyond = {one.measurement.slug: one for one in row.out_of_range}
    return tuple(
        Cell(row.values[one.slug], beyond[one.slug].words, beyond[one.slug].high)
        if one.slug in beyond
        else Cell(row.values[one.slug])
        for one in columns
    )


def _clock(ran: timedelta) -> str:
    """Minutes and seconds: 12:05."""
    minutes, seconds = divmod(int(ran.total_seconds()), 60)
    return f"{minutes}:{seconds:02}"


def _tenths(number: Decimal) -> str:
    return plain(number.quantize(Decimal("0.1"), ROUND_HALF_UP))
