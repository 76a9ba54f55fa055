"""The courses of infusions of one person: how each stands, how far it has come, what comes next."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from holdfast.access import Permission, may
from holdfast.pathway.infusion_plan import Stands
from holdfast.records.queries import infusion_courses as queries
from holdfast.records.queries import patient
from holdfast.web.clinician.infusions import course_words as words
from holdfast.web.page import PageRequest, page


@dataclass(frozen=True)
class Line:
    """A course as the list shows it."""

    course: queries.CourseRow
    style: str
    stands: str
    stopped: bool
    plan: str
    phase: str
    next: queries.BookingRow | None
    next_day: date | None
    here: queries.BookingRow | None


@page(Permission.SEE_INFUSIONS, looks_at="episode_id")
@require_safe
def infusion_courses(request: PageRequest, episode_id: int) -> HttpResponse:
    """Every course, newest first."""
    context = {
        "person": patient.person(request.viewer, episode_id),
        "lines": [_line(one, request) for one in queries.courses(request.viewer, episode_id)],
        "today": timezone.localdate(request.at),
        "may_book": may(request.viewer, Permission.BOOK_INFUSION),
        "may_record": may(request.viewer, Permission.RECORD_INFUSION),
    }
    return render(request, "clinician/infusions/infusion_courses.html", context)


def _line(course: queries.CourseRow, request: PageRequest) -> Line:
    standing = course.standing(course.day(request.at))
    style, stands = words.standing(standing)
    ahead = course.coming(at=request.at)
    return Line(
        course=course,
        style=style,
        stands=stands,
        stopped=standing.stands is Stands.STOPPED,
        plan=course.plan.schedule.name,
        phase=words.phase(course),
        next=ahead[0] if ahead else None,
        next_day=course.next_day(at=request.at),
        here=words.here(course),
    )
