"""The clinic's skills groups: when each meets, what comes next, how many places are free and who could join when."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.records.queries import groups as queries
from holdfast.web.clinician.groups.words import MODES, WEEKDAYS
from holdfast.web.page import PageRequest, page


@dataclass(frozen=True)
class Line:
    """A group as the list shows it: counts, no names of members."""

    group: queries.Group
    weekday: str
    joining: str
    join_on: date


@page(Permission.LEAD_GROUP)
@require_safe
def groups(request: PageRequest) -> HttpResponse:
    """All groups by day and hour."""
    lines = [
        Line(
            group=one,
            weekday=WEEKDAYS[one.details.weekday],
            joining=MODES[one.details.mode],
            join_on=one.day_of(one.join_week),
        )
        for one in queries.of_clinic(request.viewer, at=request.at)
    ]
    return render(request, "clinician/groups/all_groups.html", {"lines": lines})
