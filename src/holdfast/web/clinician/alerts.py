"""The alerts inbox: what waits for an answer, whose turn it is and by when; below, what was answered."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.protocols.gates import gate_rules
from holdfast.records.queries import alerts as queries
from holdfast.records.queries.alerts import AlertRow
from holdfast.web.clinician.naming import asked, go_check, source_name
from holdfast.web.page import PageRequest, page


@dataclass(frozen=True)
class AlertLine:
    """An alert as the list shows it."""

    row: AlertRow
    instrument: str
    asked: str
    call_for: str
    late: bool
    mine: bool


@page(Permission.ANSWER_ALERT)
@require_safe
def alerts(request: PageRequest) -> HttpResponse:
    """Waiting alerts first, highest level and soonest due on top; then the newest answered ones."""
    waiting = [line(row, request) for row in queries.waiting(request.viewer)]
    answered = [line(row, request) for row in queries.answered(request.viewer)]
    return render(request, "clinician/alerts.html", {"waiting": waiting, "answered": answered})


def line(row: AlertRow, request: PageRequest) -> AlertLine:
    """The alert with its words, and whether it is late or the viewer's own."""
    return AlertLine(
        row=row,
        instrument=source_name(row.instrument),
        asked=asked(row.instrument, row.item, row.value),
        call_for=_call_for(row),
        late=row.acknowledged_at is None and row.due_at < request.at,
        mine=row.owner_id == request.viewer.account_id,
    )


def _call_for(row: AlertRow) -> str:
    """What an alert from an exercise or a day's list calls for; empty from a questionnaire, whose question says it."""
    check = go_check(row.instrument, row.item)
    if check is not None:
        return check.to_do
    rules = {str(kind): rule for kind, rule in gate_rules().items()}
    found = rules.get(row.kind) if "." in row.instrument else None
    return found.staff if found else ""
