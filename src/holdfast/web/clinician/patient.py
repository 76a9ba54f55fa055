"""One person's record on one page: what waits, what to do next and why, the course, what happened."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from holdfast.access import Permission, Role, Viewer, may
from holdfast.pathway.history import History
from holdfast.pathway.relief import ReliefState, relief_state
from holdfast.pathway.stage import stage
from holdfast.pathway.suggestion import Suggestion
from holdfast.records.queries import alerts, episode
from holdfast.records.queries import patient as queries
from holdfast.web.clinician import alerts as inbox
from holdfast.web.clinician import forecast_words, stage_words, therapy_card, timeline
from holdfast.web.clinician.chart import chart
from holdfast.web.clinician.entry import EntryForm
from holdfast.web.clinician.naming import age, standing_since, urgency
from holdfast.web.clinician.step_links import link
from holdfast.web.page import PageRequest, page
from holdfast.web.parts.charts import course_chart, course_table

ITEMS_ON_A_PAGE = 12

ACTIONS = (
    ("infusion_courses", "Infusions", Permission.SEE_INFUSIONS),
    ("resistance", "What was tried", Permission.SEE_INFUSIONS),
    ("record_session", "Session", Permission.RECORD_SESSION),
    ("enter_score", "Score", Permission.ENTER_SCORE),
    ("choose_therapy", "Choose therapy", Permission.CHOOSE_THERAPY),
    ("start_course", "Start therapy", Permission.RECORD_SESSION),
    ("group_member", "Skills group", Permission.LEAD_GROUP),
    ("assess", "Assessment", Permission.DECIDE_SUGGESTION),
    ("close_episode", "Close", Permission.DECIDE_SUGGESTION),
)
"""What can be added from this page: its page, its button, and the permission it takes."""

FIRST = {
    Role.NURSE: ("infusion_courses", "enter_score", "resistance", "assess"),
    Role.PRESCRIBER: ("infusion_courses", "assess", "resistance", "enter_score"),
    Role.THERAPIST: ("record_session", "enter_score", "choose_therapy", "start_course", "group_member"),
}
"""What each role comes here for, in this order; the rest follows."""


class DecisionForm(EntryForm):
    """Accept or decline one suggestion of the outlook that was on the screen."""

    outlook = forms.IntegerField(widget=forms.HiddenInput)
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(
        required=False,
        max_length=1000,
        label="Reason",
        help_text="Needed to decline; with accepting, if you like.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@dataclass(frozen=True)
class Step:
    """One suggestion as the page shows it, with the form to decide it."""

    suggestion: Suggestion
    mark: str
    urgency_style: str
    urgency: str
    since: str
    form: DecisionForm
    address: str
    words: str


@page(Permission.SEE_RECORD, looks_at="episode_id")
@require_safe
def patient(request: PageRequest, episode_id: int) -> HttpResponse:
    """The record as it stands."""
    return show(request, episode_id)


def show(request: PageRequest, episode_id: int, *, decided: DecisionForm | None = None) -> HttpResponse:
    """The page of a person; `decided` is a decision that could not be kept, shown with what was typed."""
    viewer = request.viewer
    person = queries.person(viewer, episode_id)
    history = queries.history(viewer, episode_id)
    outlook = queries.outlook(viewer, episode_id)
    known = alerts.of_episode(viewer, episode_id)
    now = stage(history, at=request.at)
    steps = _steps(request, episode_id, history, outlook, decided)
    context = {
        "person": person,
        "age": age(person.born_on, timezone.localdate(request.at)) if person.born_on else None,
        "stage": now.value,
        "why": stage_words.why(history, now, at=request.at),
        "fading": relief_state(history, at=request.at, forecast=outlook.forecast if outlook else None)
        is ReliefState.FADING,
        "ending": episode.ending(viewer, episode_id),
        "waiting": [inbox.line(row, request) for row in known if row.acknowledged_at is None],
        "actions": _actions(viewer),
        "steps": steps,
        "therapy": therapy_card.card(request, history, outlook),
        "outlook": outlook,
        "figures": forecast_words.figures(outlook, history),
        "caveat": forecast_words.caveat(outlook, history),
        "drivers": forecast_words.drivers(outlook),
        "failed": forecast_words.failed(outlook),
        "form": decided,
        "off_the_list": decided is not None and all(step.form is not decided for step in steps),
        **_course(request, history, outlook),
        **_happened(request, episode_id, known),
    }
    return render(request, "clinician/patient.html", context, status=decided.status if decided else 200)


def _actions(viewer: Viewer) -> list[tuple[str, str]]:
    """What the viewer may add, what their role comes for first."""
    first = FIRST.get(viewer.role, ())
    allowed = [(name, words) for name, words, permission in ACTIONS if may(viewer, permission)]
    return sorted(allowed, key=lambda one: first.index(one[0]) if one[0] in first else len(first))


def decision_form(data: Any, *, digest: str, outlook_id: int) -> DecisionForm:
    """The form of one suggestion; its marks are its own, as several stand on one page."""
    return DecisionForm(
        data, auto_id=f"{_mark(digest)}_%s", initial={"outlook": outlook_id, "digest": digest}
    )


def _mark(digest: str) -> str:
    """What the parts of one suggestion are called on the page; a name must begin with a letter."""
    return f"s{digest[:12]}"


def _steps(
    request: PageRequest,
    episode_id: int,
    history: History,
    outlook: queries.OutlookRow | None,
    decided: DecisionForm | None,
) -> list[Step]:
    if outlook is None or not may(request.viewer, Permission.DECIDE_SUGGESTION):
        return []
    return [
        Step(
            suggestion=one,
            mark=_mark(one.digest),
            urgency_style=urgency(one.urgency.value)[0],
            urgency=urgency(one.urgency.value)[1],
            since=standing_since(one.since, request.at),
            form=decided
            if decided is not None and decided["digest"].value() == one.digest
            else decision_form(None, digest=one.digest, outlook_id=outlook.outlook_id),
            address=address,
            words=words,
        )
        for one in outlook.suggestions
        for address, words in [link(one.kind, episode_id, history, request.viewer)]
        if one.can_be_declined  # a safety alert is answered in its banner, not declined here
    ]


def _course(request: PageRequest, history: History, outlook: queries.OutlookRow | None) -> dict[str, Any]:
    zone = request.viewer.zone
    wide = chart(history, outlook, at=request.at, zone=zone)
    return {
        "wide": course_chart(wide),
        "compact": course_chart(chart(history, outlook, at=request.at, zone=zone, compact=True)),
        "rows": course_table(wide),
    }


def _happened(request: PageRequest, episode_id: int, known: tuple[alerts.AlertRow, ...]) -> dict[str, Any]:
    viewer = request.viewer
    items = timeline.items(
        queries.timeline(viewer, episode_id),
        courses=queries.courses(viewer, episode_id),
        alerts=known,
        viewer=viewer,
    )
    return {
        "latest": timeline.latest(items),
        "items": Paginator(items, ITEMS_ON_A_PAGE).get_page(request.GET.get("page")),
        "withdrawn": queries.withdrawn(viewer, episode_id),
        "decisions": episode.decisions(viewer, episode_id),
    }
