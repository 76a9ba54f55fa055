"""One's own bookings in one's own calendar program: an address that is a secret, and what it tells."""

import secrets
from datetime import timedelta
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from holdfast.access import Permission, Role, Viewer
from holdfast.care import audit
from holdfast.care import calendar_feeds as verbs
from holdfast.notify import calendar
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import all_protocols
from holdfast.records.queries import calendar_feeds as queries
from holdfast.records.queries import clinic
from holdfast.web.page import PageRequest, page

TELLING: Final = ("depress", "therap", "psych", "mental", "mood", "suicid", "infusion", "addict")
"""Parts of words in a clinic's name that would tell a glance at a phone why someone goes there."""

EXAMPLE: Final = "H-001"
"""A code, to show what one looks like."""


@page(Permission.SEE_OWN_CALENDAR)
def calendar_feeds(request: PageRequest) -> HttpResponse:
    """What a feed is and tells; make it, make it anew, end it."""
    if "end" in request.POST:
        verbs.end(by=request.viewer, at=request.at)
        return redirect("calendar_feeds")
    # H-034: the secret is in this one answer alone; a redirect would have to keep it on the way.
    address = _made(request) if "make" in request.POST else ""
    is_patient = request.viewer.role is Role.PATIENT
    context = {
        "address": address,
        "subscribe": address.replace("https:", "webcal:", 1).replace("http:", "webcal:", 1),
        "feed": queries.newest(request.viewer),
        "title": title(request.viewer) if is_patient else f"{title(request.viewer)}, {EXAMPLE}",
        "frame": "parts/patient.html" if is_patient else "parts/clinician.html",
        "back": queries.BACK // timedelta(days=1),
        "ahead": queries.AHEAD // timedelta(days=1),
        "to_patient": is_patient,
    }
    return render(request, "calendar_feed.html", context)


def _made(request: PageRequest) -> str:
    """The address of a feed just made."""
    token = secrets.token_urlsafe(32)
    verbs.make(token, by=request.viewer, at=request.at)
    return request.build_absolute_uri(reverse("feed", args=(token,)))


@require_safe
def feed(_request: HttpRequest, token: str) -> HttpResponse:
    """The calendar the secret opens, for a program that cannot log in; 404 for any other."""
    viewer = queries.of_token(token)
    if viewer is None:
        raise Http404
    at, words, is_patient = timezone.now(), title(viewer), viewer.role is Role.PATIENT
    entries = [
        calendar.Appointment(
            uid=one.uid,
            version=one.version,
            changed_at=one.changed_at,
            starts_at=one.starts_at,
            minutes=one.minutes,
            cancelled=one.cancelled,
            title=words if is_patient else f"{words}, {one.code}",
        )
        for one in queries.bookings(viewer, at=at)
    ]
    audit.note_viewing(subject="calendar feed", subject_id=viewer.account_id, by=viewer, at=at)
    answer = HttpResponse(
        calendar.written(_("Appointments"), entries), content_type="text/calendar; charset=utf-8"
    )
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def title(viewer: Viewer) -> str:
    """What stands in the calendar, for staff with a code after it: no name, no drug, nothing of what it is for."""
    # H-034: a calendar is seen on locked screens and shared with families and employers.
    name = clinic.name(viewer.clinic_id)
    return _("Appointment") if tells(name) else f"{_('Appointment')}, {name}"


def tells(name: str) -> bool:
    """Whether a clinic's name alone says what people come for."""
    drugs = [one.drug for one in all_protocols().values() if isinstance(one, InfusionProtocol)]
    return any(part in name.casefold() for part in (*TELLING, *drugs))
