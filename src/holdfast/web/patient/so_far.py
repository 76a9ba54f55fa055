"""What I have written so far: every finished exercise of the person's own, page by page, and to take away."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.protocols.exercise import Exercise
from holdfast.records.queries import exercises, patient, therapy
from holdfast.web.page import PageRequest, page
from holdfast.web.parts import exercise_view

ON_A_PAGE = 20


@dataclass(frozen=True)
class Written:
    """A finished exercise with the course it belongs to."""

    row: exercises.EntryRow
    course: therapy.Course

    @property
    def exercise(self) -> Exercise:
        """Which exercise it is."""
        return self.course.plan.exercises[self.row.exercise]


@page(Permission.PRACTISE)
@require_safe
def so_far(request: PageRequest) -> HttpResponse:
    """The list, newest first."""
    found = _all(request)
    context = {"page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")), "count": len(found)}
    return render(request, "patient/so_far.html", context)


@page(Permission.PRACTISE)
@require_safe
def so_far_on_paper(request: PageRequest) -> HttpResponse:
    """Everything written, whole, on pages to print."""
    found = [(one, exercise_view.lines(one.exercise, one.row)) for one in reversed(_all(request))]
    return render(request, "patient/so_far_on_paper.html", {"entries": found})


@page(Permission.PRACTISE)
@require_safe
def so_far_as_file(request: PageRequest) -> HttpResponse:
    """Everything written, as one JSON file that other programs can read."""
    held = [
        {
            "therapy": one.course.plan.name,
            "exercise": one.row.exercise,
            "title": one.exercise.title,
            "at": one.row.at.isoformat(),
            "outcome": one.row.outcome,
            "what_got_in_the_way": one.row.obstacle,
            "values": one.row.values,
        }
        for one in reversed(_all(request))
    ]
    answer = JsonResponse({"exercises": held}, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = 'attachment; filename="my-exercises.json"'
    return answer


def _all(request: PageRequest) -> list[Written]:
    courses = therapy.of_episode(request.viewer, patient.own_episode_id(request.viewer))
    found = [Written(row, one) for one in courses for row in exercises.entries(request.viewer, one)]
    return sorted(found, key=lambda one: one.row.at, reverse=True)
