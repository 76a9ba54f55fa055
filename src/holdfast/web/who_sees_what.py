"""Who sees what: the access table in plain words, made from the table the program itself obeys."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from holdfast.access import PERMISSIONS, Permission, Role
from holdfast.web.help_now import visitor

ROLES: Mapping[Role, str] = {
    Role.PATIENT: gettext_noop("you"),
    Role.THERAPIST: gettext_noop("therapists"),
    Role.NURSE: gettext_noop("nurses"),
    Role.PRESCRIBER: gettext_noop("doctors who prescribe"),
    Role.LEAD: gettext_noop("the head of the programme"),
    Role.ADMINISTRATOR: gettext_noop("the administrator"),
}
"""Every role as a patient would say it."""

WORDS: Mapping[Permission, str] = {
    Permission.SEE_OWN_RECORD: gettext_noop("See your own pages"),
    Permission.ANSWER_CHECK_IN: gettext_noop("Answer your check-ins"),
    Permission.SEE_RECORD: gettext_noop("Read your record: scores, infusions, sessions"),
    Permission.SEE_CASELOAD: gettext_noop("See your name in the clinic's list, with your latest score"),
    Permission.ANSWER_ALERT: gettext_noop("See and answer a call for help that one of your answers made"),
    Permission.DECIDE_SUGGESTION: gettext_noop("Decide on a next step that the program suggests"),
    Permission.ENTER_SCORE: gettext_noop("Write down a score for you"),
    Permission.SEE_INFUSIONS: gettext_noop(
        "See your infusions: what was tried before, dates, doses and how each day went"
    ),
    Permission.ASSESS_RESISTANCE: gettext_noop(
        "Write down what you have tried, your weight and what you agreed to"
    ),
    Permission.BOOK_INFUSION: gettext_noop("Book, move or cancel an infusion"),
    Permission.RUN_INFUSION: gettext_noop("Look after you on the day of an infusion, and let you go home"),
    Permission.ORDER_INFUSION: gettext_noop(
        "Order the dose, decide how far apart infusions are, sign exceptions"
    ),
    Permission.RECORD_INFUSION: gettext_noop("Write down an infusion"),
    Permission.PRACTISE: gettext_noop(
        "Do your exercises, write your plans, and choose who sees what is private"
    ),
    Permission.GIVE_THERAPY: gettext_noop(
        "Hold your therapy sessions, read your exercises but for what you keep private, and write the notes"
    ),
    Permission.KEEP_PRIVATE_NOTES: gettext_noop("Keep sealed notes of their own that nobody else reads"),
    Permission.LEAD_GROUP: gettext_noop("Lead a skills group: see who was there, and what you chose to show"),
    Permission.BOOK_SESSION: gettext_noop("Book, move or cancel a therapy session"),
    Permission.CHOOSE_THERAPY: gettext_noop("Talk over with you which therapy to choose"),
    Permission.SEE_PROTOCOLS: gettext_noop("Read how each therapy works"),
    Permission.SEE_OWN_CALENDAR: gettext_noop("Have their own bookings in a calendar, without names"),
    Permission.RECORD_SESSION: gettext_noop("Write down a therapy session"),
    Permission.ENROL_PATIENT: gettext_noop("Take a new person into care"),
    Permission.IMPORT_RECORDS: gettext_noop("Bring in records from another system"),
    Permission.SEE_PROGRAMME: gettext_noop("See figures of all people together, without names"),
    Permission.MANAGE_ACCOUNTS: gettext_noop("Open log-ins"),
}
"""Every permission as a patient would say it, in the order in which it matters to them."""


@dataclass(frozen=True)
class Group:
    """People who may do the same things, and those things."""

    who: tuple[str, ...]
    may: tuple[str, ...]


@never_cache
@require_safe
def who_sees_what(request: HttpRequest) -> HttpResponse:
    """The whole table; nothing in it is private, so it needs no log-in."""
    visitor(request)
    return render(request, "who_sees_what.html", {"groups": groups()})


def groups() -> tuple[Group, ...]:
    """Every permission, put together with those that the same roles have."""
    by_roles: dict[tuple[Role, ...], list[str]] = {}
    for permission, words in WORDS.items():
        roles = tuple(role for role in Role if permission in PERMISSIONS[role])
        by_roles.setdefault(roles, []).append(_(words))
    return tuple(
        Group(tuple(_(ROLES[role]) for role in roles), tuple(may)) for roles, may in by_roles.items()
    )
