"""My group: when and where it meets, this week's skill in plain words, the rules. No other member is on it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.records.queries import group_notes
from holdfast.web.clinician.groups.paper import parts
from holdfast.web.page import PageRequest, page


@page(Permission.SEE_OWN_RECORD)
@require_safe
def my_group(request: PageRequest) -> HttpResponse:
    """The person's own group; without one, a page that says so."""
    found = group_notes.own(request.viewer, at=request.at)
    latest = found.latest if found else None
    context = {"found": found, "parts": parts(latest.summary) if latest else []}
    return render(request, "patient/my_group.html", context)
