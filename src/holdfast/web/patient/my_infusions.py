"""My treatment: the next one in plain words, what to do before and after it, and how the past ones went."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_safe

from holdfast.access import Permission
from holdfast.outcomes.definitions import Change
from holdfast.pathway.after_infusions import DayAfter
from holdfast.protocols.loader import infusions
from holdfast.records.queries import own_infusions
from holdfast.web.help_now import contacts
from holdfast.web.page import PageRequest, page

PAST_ON_A_PAGE = 12

THE_DAY_AFTER: Mapping[Change | None, str] = {
    Change.IMPROVED: gettext_noop("The day after, your answers told of a better mood."),
    Change.DETERIORATED: gettext_noop("The day after, your answers told of a lower mood."),
    Change.NONE: gettext_noop("The day after, your answers were much as before."),
    None: gettext_noop("You told us how you felt the day after."),
}
"""What the answers of the day after told, as a person would say it."""


@dataclass(frozen=True)
class Fast:
    """Before a treatment: nothing of this for so long, which means from then on."""

    hours: str
    from_at: datetime


@page(Permission.SEE_OWN_RECORD)
@require_safe
def my_infusions(request: PageRequest) -> HttpResponse:
    """The person's own treatment, the next one first."""
    found = own_infusions.own(request.viewer, at=request.at)
    plan = infusions(found.treatment) if found.treatment else None
    coming = next(iter(found.coming), None)
    past = [(one, infusions(one.treatment).name, in_words(one.after)) for one in found.past]
    context = {
        "found": found,
        "plan": plan,
        "happens": in_pairs(plan.patient_card) if plan else (),
        "next": coming,
        "lasts": span(timedelta(minutes=coming.minutes)) if coming else "",
        "now": coming is not None and coming.starts_at <= request.at,
        "later": found.coming[1:],
        "no_food": _fast(found, coming, "no_food_for"),
        "no_drink": _fast(found, coming, "no_drink_for"),
        "contacts": contacts(request.viewer.clinic_id),
        "past": Paginator(past, PAST_ON_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "patient/my_infusions.html", context)


def _fast(found: own_infusions.Own, coming: own_infusions.ComingRow | None, name: str) -> Fast | None:
    if coming is None or found.limits is None:
        return None
    without = found.limits.duration(name)
    return Fast(hours=span(without), from_at=coming.starts_at - without)


def in_words(after: DayAfter | None) -> str:
    """What was told the day after; that nothing was is nobody's fault."""
    return _(THE_DAY_AFTER[after.change]) if after else _("We have no answer from the day after.")


def in_pairs(text: str) -> tuple[str, ...]:
    """A text in short paragraphs, two sentences each: a long one is not read on a phone."""
    sentences = re.split(r"(?<=[.?!])\s+", text.strip())
    return tuple(" ".join(sentences[at : at + 2]) for at in range(0, len(sentences), 2))


def span(length: timedelta) -> str:
    """A length of time as people say it: 2 hours and 30 minutes."""
    hours, minutes = divmod(round(length / timedelta(minutes=1)), 60)
    said = [ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}] if hours else []
    said += [ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}] if minutes else []
    return _(" and ").join(said)
