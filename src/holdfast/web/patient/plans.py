"""My plans: staying safe and staying well, in the person's own words, with each earlier version kept."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.access import Permission
from holdfast.care import exercises as verbs
from holdfast.protocols.loader import therapies
from holdfast.records.queries import exercises, patient, therapy
from holdfast.web.help_now import contacts
from holdfast.web.page import PageRequest, page
from holdfast.web.parts import exercise_view
from holdfast.web.patient.my_therapy import PLANS


@page(Permission.PRACTISE)
@require_http_methods(["GET", "HEAD", "POST"])
def my_plan(request: PageRequest, slug: str) -> HttpResponse:
    """A plan as it stands; sent, it is begun or gone on with."""
    if slug not in PLANS:
        raise Http404("no such plan")
    name = PLANS[slug]
    episode_id = patient.own_episode_id(request.viewer)
    row, course = exercises.newest(request.viewer, episode_id, name)
    running = therapy.running(request.viewer, episode_id)
    if request.method == "POST":
        return redirect("practice", _write(request, row, running, name))
    context = {
        "slug": slug,
        "title": next(one.exercises[name].title for one in therapies() if name in one.exercises),
        "running": running if running and name in running.plan.exercises else None,
        "contacts": contacts(request.viewer.clinic_id) if slug == "staying_safe" else (),
        "earlier": len(exercises.earlier(request.viewer, row.thread)) if row else 0,
    }
    if row is not None and course is not None:
        context |= exercise_view.entry(request, row, course)
    return render(request, "patient/my_plan.html", context)


def _write(
    request: PageRequest, row: exercises.EntryRow | None, running: therapy.Course | None, name: str
) -> object:
    if row is not None and row.mine:
        return verbs.go_on(row.thread, by=request.viewer, at=request.at)
    if running is None or name not in running.plan.exercises:
        raise Http404("no therapy runs in which a plan could be written")
    return verbs.begin(running.course_id, name, by=request.viewer, at=request.at)


@page(Permission.PRACTISE)
@require_safe
def earlier(request: PageRequest, slug: str) -> HttpResponse:
    """The plan as it stood before each change."""
    if slug not in PLANS:
        raise Http404("no such plan")
    episode_id = patient.own_episode_id(request.viewer)
    row, course = exercises.newest(request.viewer, episode_id, PLANS[slug])
    if row is None or course is None:
        return redirect("my_plan", slug)
    exercise = course.plan.exercises[row.exercise]
    versions = [
        (one.at, exercise_view.lines_of(exercise, one.values, shown=True))
        for one in exercises.earlier(request.viewer, row.thread)
    ]
    return render(
        request, "patient/earlier_plans.html", {"slug": slug, "exercise": exercise, "versions": versions}
    )


WORKER = """\
// Answers with the kept copy of a plan when the site cannot be reached, or asks for a log-in first.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const kept = async () => (await caches.open("plans")).match(event.request, { ignoreSearch: true });
  event.respondWith(fetch(event.request).then(
    async (answer) => (answer.type === "opaqueredirect" && await kept()) || answer,
    async (error) => { const copy = await kept(); if (copy) return copy; throw error; },
  ));
});
"""


@page(Permission.PRACTISE)
@require_safe
def worker(request: PageRequest) -> HttpResponse:  # noqa: ARG001  every page takes the request
    """The script that lets a kept plan open without a signal; it rules over the plans alone."""
    return HttpResponse(WORKER, content_type="text/javascript")
