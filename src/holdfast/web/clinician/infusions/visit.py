"""The list of the day at the chair: whose it is, one line after the other, and whether the drug may be begun."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from holdfast.access import Permission, may, require
from holdfast.pathway.go_list import ESCORT, GoList, Line, State, Verdict
from holdfast.records.queries import alerts, clinic
from holdfast.records.queries import visits as queries
from holdfast.records.queries.visits import Visit
from holdfast.web.clinician.infusions import visit_forms
from holdfast.web.clinician.infusions.visit_forms import (
    AnswerForm,
    EscortForm,
    ListForm,
    NotGoForm,
    OverrideForm,
    VitalsForm,
)
from holdfast.web.page import PageRequest, page

BADGES = {
    State.PASSED: ("good", "passed"),
    State.FAILED: ("now", "says no"),
    State.WEIGH: ("week", "to weigh"),
    State.OPEN: ("", "open"),
    State.NOT_NEEDED: ("later", "not needed"),
}
"""Style and words of each state of a line; the shape comes with the style."""

SIGNED_FOR = ("note", "signed for")


@dataclass(frozen=True)
class LineView:
    """A line as the page shows it, with the forms that may be filled in at it now.

    `style` and `words` are of its badge. `remedy` is where what is missing is put right: a place and what it is called.
    `expanded` is whether the forms stand open, and not behind a “change”.
    """

    line: Line
    style: str
    words: str
    expanded: bool = False
    answer: AnswerForm | None = None
    escort: EscortForm | None = None
    vitals: VitalsForm | None = None
    override: OverrideForm | None = None
    weigh: AnswerForm | None = None
    note_needed: bool = False
    remedy: tuple[str, str] | None = None


@page(Permission.SEE_INFUSIONS, looks_at="uid", seen_as="visit")
@sensitive_post_parameters("password")
def visit(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Show the list; keep what was sent and go to the line that comes next."""
    shown = queries.visit(request.viewer, uid, at=request.at)
    sent: ListForm | None = None
    if request.method == "POST":
        require(request.viewer, Permission.RUN_INFUSION)
        sent = visit_forms.sent_form(request, shown)
        said = visit_forms.keep(sent, request, uid)
        if not sent.errors:
            if said:
                messages.success(request, said)
            return redirect(f"{reverse('visit', args=[uid])}#{_next(request, uid, after=sent)}")
    return _show(request, shown, sent)


def _next(request: PageRequest, uid: uuid.UUID, *, after: ListForm) -> str:
    """Where the page opens once something was kept: the same line while it is not settled, else the next such one."""
    found = queries.go_list(request.viewer, uid, at=request.at)
    slugs = [line.check.slug for line in found.lines]
    slug = after.cleaned_data["line"]
    if found.verdict in {Verdict.STOPPED, Verdict.GO} or slug not in slugs:
        return "verdict"
    ahead = found.lines[slugs.index(slug) :]
    unsettled = next((line for line in (*ahead, *found.waiting) if line.blocks or line.waits), None)
    return f"line-{unsettled.check.slug}" if unsettled else "verdict"


def _show(request: PageRequest, shown: Visit, sent: ListForm | None) -> HttpResponse:
    may_write = may(request.viewer, Permission.RUN_INFUSION) and shown.listing
    lines = [_view(request, shown, line, sent if may_write else None, may_write) for line in shown.go.lines]
    not_go = sent if isinstance(sent, NotGoForm) else NotGoForm()
    context = {
        "visit": shown,
        "go": shown.go,
        "verdict": shown.go.verdict,
        "lines": lines,
        "form": sent,
        "not_go": not_go if may_write else None,
        "stopping": [one for one in shown.go.blocking if one.check.stops_the_list],
        "alert": _alert(request, shown) if shown.go.alerts_waiting else None,
        "zone": clinic.zone(request.viewer.clinic_id),
    }
    status = sent.status if sent is not None else 200
    return render(request, "clinician/infusions/visit.html", context, status=status)


def _alert(request: PageRequest, shown: Visit) -> int | None:
    """The alert that this list raised and nobody has answered."""
    waiting = alerts.waiting_of(request.viewer, shown.episode_id)
    return next((row.alert_id for row in waiting if row.item in shown.go.alerts_waiting), None)


def _view(request: PageRequest, shown: Visit, line: Line, sent: ListForm | None, may_write: bool) -> LineView:
    style, words = SIGNED_FOR if line.override else BADGES[line.state]
    if not may_write or not _in_turn(shown.go, line):
        return LineView(line, style, words)
    typed = sent if sent is not None and sent["line"].value() == line.check.slug else None
    return LineView(
        line,
        style,
        words,
        expanded=line.waits or line.blocks or typed is not None,
        answer=_answer(line, typed),
        escort=_escort(line, typed),
        vitals=_vitals(shown, line, typed),
        override=_override(request, line, typed),
        weigh=_weigh(line, typed),
        note_needed=line.check.stops_the_list and line.blocks,
        remedy=_remedy(request, shown, line) if line.blocks else None,
    )


def _in_turn(go: GoList, line: Line) -> bool:
    """Whether something may be written at the line now: the person first, and while stopped only what stopped it."""
    if not go.identified:
        return line is go.lines[0]
    if go.verdict is not Verdict.STOPPED:
        return True
    stops = line.blocks and line.check.stops_the_list
    return line is go.lines[0] or (stops and line.check.slug not in go.alerts_waiting)


def _answer(line: Line, typed: ListForm | None) -> AnswerForm | None:
    if line.check.reads != "asked" or line.state is State.NOT_NEEDED:
        return None
    return typed if isinstance(typed, AnswerForm) else AnswerForm(at_line=line.check.slug)


def _escort(line: Line, typed: ListForm | None) -> EscortForm | None:
    if line.check.slug != ESCORT:
        return None
    return typed if isinstance(typed, EscortForm) else EscortForm(at_line=ESCORT)


def _vitals(shown: Visit, line: Line, typed: ListForm | None) -> VitalsForm | None:
    """Where to measure: at the first line that waits for it, and again wherever a measurement is in the way."""
    if isinstance(typed, VitalsForm):
        return typed
    measured = [one for one in shown.go.lines if one.check.reads == "vitals"]
    first = next((one for one in measured if one.state is State.OPEN), measured[0])
    if line not in measured or not (line is first or line.blocks or line.state is State.WEIGH):
        return None
    return VitalsForm(measurements=shown.protocol.measurements, at_line=line.check.slug)


def _override(request: PageRequest, line: Line, typed: ListForm | None) -> OverrideForm | None:
    if not line.blocks or line.check.override is None:
        return None
    return typed if isinstance(typed, OverrideForm) else OverrideForm(line=line, request=request)


def _weigh(line: Line, typed: ListForm | None) -> AnswerForm | None:
    if line.state is not State.WEIGH:
        return None
    return typed if isinstance(typed, AnswerForm) else AnswerForm(at_line=line.check.slug)


def _remedy(request: PageRequest, shown: Visit, line: Line) -> tuple[str, str] | None:
    """Where what the record lacks is put right, as far as the viewer may go there."""
    of_person, of_treatment = (shown.episode_id,), (shown.episode_id, shown.treatment)
    orders = may(request.viewer, Permission.ORDER_INFUSION)
    places = {
        "open_alert": ("Answer the alert", "alerts", ()),
        "consent": ("To consent", "consent", of_treatment),
        "eligibility": ("To eligibility", "eligibility", of_treatment),
        "order": ("To the order", "order_sign" if orders else "infusion_course", (shown.course_id,)),
        "weight": ("Weigh them", "weight", of_person),
        "check_in": ("Enter the check-in", "enter_score", of_person),
    }
    if line.check.slug not in places:
        return None
    words, place, about = places[line.check.slug]
    return reverse(place, args=about), words
