"""Thanks: the answers are safe, who sees them, and when we ask again."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.errors import NotFound
from holdfast.instruments.loader import load
from holdfast.pathway.patient_next import patient_next
from holdfast.records.queries import patient
from holdfast.records.queries.patient import CheckInRow, OutlookRow
from holdfast.web.page import PageRequest, page


@page(Permission.SEE_OWN_RECORD)
@require_safe
def thanks(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """What becomes of a check-in that was sent; one not sent yet leads back to today."""
    try:
        row = patient.check_in(request.viewer, uid)
    except NotFound:
        patient.draft(request.viewer, uid)
        return redirect("today")
    episode_id = patient.own_episode_id(request.viewer)
    history = patient.history(request.viewer, episode_id)
    instrument = load(row.instrument)
    context = {
        "row": row,
        "instrument": instrument,
        "meaning": next((band.name for band in instrument.bands if band.slug == row.band), ""),
        "next": patient_next(history, at=request.at),
        "look_by": min((alert.due_at for alert in history.open_alerts), default=None),
        "no_forecast": _without_forecast(row, patient.outlook(request.viewer, episode_id)),
    }
    return render(request, "patient/thanks.html", context)


def _without_forecast(row: CheckInRow, outlook: OutlookRow | None) -> bool:
    """Whether the forecast that should have followed the answers could not be made."""
    if outlook is None or outlook.made_at < row.at:
        return True
    return outlook.forecast is None and bool(outlook.failure)
