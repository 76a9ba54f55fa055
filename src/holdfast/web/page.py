"""`@page`: what every page has in common: who is looking, whether they may, in which zone, and what went wrong."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from holdfast.access import Permission, Role, Viewer, may
from holdfast.care import audit
from holdfast.errors import Conflict, HoldfastError, InvalidInput, NotAllowed, NotFound
from holdfast.records.queries import alerts, clinic

Arguments = ParamSpec("Arguments")

STATUS: dict[type[HoldfastError], int] = {InvalidInput: 400, NotAllowed: 403, NotFound: 404, Conflict: 409}
"""HTTP status of each error of ours that a page did not answer itself."""

_TOUCH_AFTER = timedelta(minutes=1)


class PageRequest(HttpRequest):
    """A request on a page: it knows who looks and the moment it came in (UTC)."""

    viewer: Viewer
    at: datetime


View = Callable[Concatenate[PageRequest, Arguments], HttpResponse]


def page(
    permission: Permission, *, looks_at: str = "", seen_as: str = ""
) -> Callable[[View[Arguments]], View[Arguments]]:
    """Guard a page: log-in, the permission, the viewer's zone, and a note of who looked.

    `looks_at` names the URL argument that says whose record is shown; viewing it is noted in the trail, under that name
    or as `seen_as`, where two kinds of thing share the name of an argument. An error of
    ours that the page does not answer becomes a plain page with the right status: never a 500 for bad input.
    """

    def guard(view: View[Arguments]) -> View[Arguments]:
        @never_cache
        @functools.wraps(view)
        def guarded(
            request: PageRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs
        ) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            _settle(request)
            try:
                if not may(request.viewer, permission):
                    raise NotAllowed("This page is not for your role.")
                with timezone.override(ZoneInfo(request.viewer.zone)):
                    response = view(request, *args, **kwargs)
            except HoldfastError as error:
                return error_page(request, error)
            if looks_at and response.status_code == 200:
                audit.note_viewing(
                    subject=seen_as or looks_at,
                    subject_id=str(kwargs[looks_at]),
                    by=request.viewer,
                    at=request.at,
                )
            return response

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the access matrix test
        return guarded

    return guard


def error_page(request: HttpRequest, error: HoldfastError) -> HttpResponse:
    """The page that says what went wrong and what would be right, with its status."""
    problems = error.problems if isinstance(error, InvalidInput) else ()
    context = {"message": str(error), "problems": problems}
    return render(request, "parts/error.html", context, status=STATUS.get(type(error), 400))


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What every template may use: viewer, demo, zone, and for clinicians the number of alerts that wait."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    clinical = viewer is not None and may(viewer, Permission.ANSWER_ALERT)
    return {
        "viewer": viewer,
        "demo": settings.DEMO,
        "zone": viewer.zone if viewer else "UTC",
        "is_patient": viewer is not None and viewer.role is Role.PATIENT,
        "open_alerts": alerts.waiting_count(viewer) if clinical and viewer else 0,
        "clinic_name": clinic.name(viewer.clinic_id) if viewer else "",
    }


def _settle(request: PageRequest) -> None:
    request.at = timezone.now()
    request.viewer = request.user.viewer  # type: ignore[union-attr]
    patient = request.viewer.role is Role.PATIENT
    idle = settings.PATIENT_IDLE_SECONDS if patient else settings.STAFF_IDLE_SECONDS
    touched = request.session.get("touched", 0)
    if request.at - datetime.fromtimestamp(touched, UTC) > _TOUCH_AFTER:
        request.session["touched"] = request.at.timestamp()
        request.session.set_expiry(idle)
