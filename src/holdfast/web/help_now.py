"""Help now: whom to reach in a crisis. Open to everyone, logged in or not."""

import re
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from holdfast.access import Viewer
from holdfast.records.queries import clinic

EMERGENCY_NUMBERS = (
    ("Most of Europe, India", "112"),
    ("United Kingdom", "999"),
    ("United States, Canada", "911"),
    ("Australia", "000"),
    ("New Zealand", "111"),
)
"""Public emergency numbers by country, for a page that cannot know where its reader is. Not checked by a clinic."""

_ONE_NUMBER = re.compile(r"\+?[\d\s().\-]+")


@dataclass(frozen=True)
class Contact:
    """One line of help; `dial` and `sms` hold digits a phone can use, empty when the text is not one number."""

    label: str
    phone: str
    dial: str
    text: str
    sms: str
    hours: str
    checked_on: date | None


@never_cache
@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """The emergency numbers, and the clinic's own contacts for those who are logged in."""
    viewer = visitor(request)
    context = {
        "contacts": contacts(viewer.clinic_id) if viewer else (),
        "emergency_numbers": EMERGENCY_NUMBERS,
    }
    return render(request, "help_now.html", context)


def contacts(clinic_id: int) -> tuple[Contact, ...]:
    """The clinic's crisis contacts, ready to be tapped."""
    return tuple(
        Contact(
            label=stored.label,
            phone=stored.phone,
            dial=_digits(stored.phone),
            text=stored.text,
            sms=_digits(stored.text),
            hours=stored.hours,
            checked_on=_day(stored.verified_on),
        )
        for stored in clinic.crisis_contacts(clinic_id)
    )


def visitor(request: HttpRequest) -> Viewer | None:
    """Who looks at a page that needs no log-in, or None; told to the templates too."""
    if not request.user.is_authenticated:
        return None
    viewer: Viewer = request.user.viewer
    request.viewer = viewer  # type: ignore[attr-defined]
    return viewer


def _digits(typed: str) -> str:
    """What to dial, when the text is one number and nothing else: "116 123" is; "SHOUT to 85258" is not."""
    return re.sub(r"[^\d+]", "", typed) if _ONE_NUMBER.fullmatch(typed.strip()) else ""


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
