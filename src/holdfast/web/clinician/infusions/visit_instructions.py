"""What someone takes home on paper after a treatment: what to do and not to do, whom to call, what comes next."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.records.queries import discharge as queries
from holdfast.web import help_now
from holdfast.web.page import PageRequest, page


@page(Permission.SEE_INFUSIONS, looks_at="uid", seen_as="visit")
@require_safe
def visit_instructions(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """One sheet in large type, in the words of the protocol; numbers nobody has checked are left out."""
    home = queries.home(request.viewer, uid, at=request.at)
    contacts = [one for one in help_now.contacts(request.viewer.clinic_id) if one.checked_on]
    context = {
        "sheet": home.sheet,
        "home": home,
        "escort": home.gone.escort_name if home.gone else home.escort.name if home.escort else "",
        "instructions": home.protocol.instructions,
        "contacts": contacts,
        "emergency_numbers": help_now.EMERGENCY_NUMBERS,
    }
    return render(request, "clinician/infusions/visit_instructions.html", context)
