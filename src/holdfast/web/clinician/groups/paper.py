"""What a group needs on paper: the roster without anything clinical, and the week's page for members to take home."""

from itertools import islice

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.records.queries import groups as queries
from holdfast.web.clinician.groups.group import practice
from holdfast.web.page import PageRequest, page

DATES_ON_PAPER = 6


@page(Permission.LEAD_GROUP, looks_at="group_id")
@require_safe
def group_roster(request: PageRequest, group_id: int) -> HttpResponse:
    """The names people chose, with empty columns for the coming meetings.

    H-019: no surname, no code, no weeks missed; it may lie on a table in the room.
    """
    group = queries.one(request.viewer, group_id, at=request.at)
    called = sorted((one.shown_as for one in group.active), key=str.casefold)
    dates = list(islice(group.days(), DATES_ON_PAPER))
    context = {"group": group, "called": called, "dates": dates}
    return render(request, "clinician/groups/roster.html", context)


@page(Permission.LEAD_GROUP)
@require_safe
def group_handout(request: PageRequest, group_id: int, week: int) -> HttpResponse:
    """The week's skill in our plain words; nothing of staff, of the group's name, or of anyone in it."""
    group = queries.one(request.viewer, group_id, at=request.at)
    found = group.week(week)
    context = {
        "group": group,
        "week": found,
        "weeks": group.curriculum.weeks,
        "module": group.curriculum.modules[found.module],
        "parts": parts(found.summary),
        "practice": practice(group, found),
    }
    return render(request, "clinician/groups/handout.html", context)


def parts(summary: str) -> list[tuple[str, str]]:
    """The paragraphs of a week's summary, each with its heading where it has one."""
    found = []
    for line in summary.strip().splitlines():
        heading, colon, words = line.partition(": ")
        found.append((heading, words) if colon and len(heading) <= 20 else ("", line))
    return found
