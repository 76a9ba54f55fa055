"""A course of therapy: where it stands, what comes next, what was decided, every session with its note."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from holdfast.access import Permission, may
from holdfast.care import courses as verbs
from holdfast.care.courses import NEED_A_REASON
from holdfast.errors import InvalidInput
from holdfast.protocols.loader import therapies
from holdfast.protocols.track import TherapyPhase
from holdfast.records.queries import patient, rooms, therapy
from holdfast.web.clinician import entry
from holdfast.web.clinician.naming import ATTENDANCE
from holdfast.web.clinician.session_room import CHANNELS
from holdfast.web.page import PageRequest, page

SESSIONS_ON_A_PAGE = 20

Choices = Mapping[str, Sequence[tuple[str, str]]]

REVIEWS = {
    "go_on": "go on as it is",
    "change": "change something",
    "extend": "extend",
    "switch": "look at another therapy",
    "plan_ending": "plan the ending",
}
ENDINGS = {
    "complete": "complete: the plan was gone through",
    "enough": "enough for now, by the person's own wish",
    "stopped": "stopped",
    "switched": "switched to another therapy",
    "reopened": "taken back: the course goes on",
}
HEALTH = {"held_back": "held back", "cleared": "cleared, a clinician has checked"}
WORDS = {
    "track": "Track",
    "focus": "Focus",
    "elective": "Topic",
    "review": "Review",
    "extend": "Extended by sessions",
    "break": "Break",
    "end_date": "Last day",
    "end": "Ended",
    "release": "Moved to another version",
    "therapist": "Therapist",
    "health": "Cold water and hard exercise",
}
"""Kinds of decision as the page calls them."""


class DecisionForm(entry.OnceForm):
    """One decision about a course."""

    kind = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        required=False, max_length=1000, label="Reason", widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = (
            self.get_initial_for_field(self.fields["kind"], "kind") in NEED_A_REASON
        )


class ChosenForm(DecisionForm):
    """A decision that picks one of several."""

    value = forms.ChoiceField(label="What")

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["value"].choices = list(choices)  # type: ignore[attr-defined]
        self.order_fields(["uid", "kind", "value", "reason"])


class HealthForm(ChosenForm):
    """A decision on what waits for a health check."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].label = "Who checked, and what was found"


class CountForm(DecisionForm):
    """A decision about a number of sessions."""

    value = forms.IntegerField(label="How many more sessions", min_value=1, max_value=30)
    field_order = ("uid", "kind", "value", "reason")


class DayForm(DecisionForm):
    """A decision about a day."""

    value = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ("uid", "kind", "value", "reason")


class BreakForm(DecisionForm):
    """A decision about a stretch of days."""

    value = forms.DateField(label="First day away", widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="Last day away", widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ("uid", "kind", "value", "last", "reason")


@dataclass(frozen=True)
class Decide:
    """One thing that may be decided, with its form."""

    kind: str
    words: str
    form: DecisionForm


@page(Permission.SEE_RECORD, looks_at="course_id")
@require_safe
def therapy_course(request: PageRequest, course_id: int) -> HttpResponse:
    """The course as it stands."""
    return _show(request, course_id)


@page(Permission.RECORD_SESSION)
@require_POST
def decide(request: PageRequest, course_id: int) -> HttpResponse:
    """Keep a decision; what cannot be kept is shown with what was typed."""
    course = therapy.course(request.viewer, course_id)
    kind = request.POST.get("kind", "")
    if kind == "release":
        return _move(request, course_id)
    form = _form(request, course, kind, request.POST, choices=_choices(request, course))
    if form is None:
        return _show(request, course_id, status=422)
    if form.is_valid():
        given = form.cleaned_data
        value = str(given["value"]) + (f"/{given['last']}" if "last" in given else "")
        with entry.problems_on(form, {"reason": "reason", "decision": "value"}):
            verbs.decide(
                course_id,
                kind,
                value,
                reason=given["reason"],
                by=request.viewer,
                at=request.at,
                uid=given["uid"],
            )
            messages.success(request, f"{WORDS[kind]}: kept.")
            return redirect("therapy_course", course_id)
    return _show(request, course_id, wrong=Decide(kind, WORDS[kind], form), status=422)


def _move(request: PageRequest, course_id: int) -> HttpResponse:
    try:
        verbs.move_to_current(
            course_id, reason=request.POST.get("reason", ""), by=request.viewer, at=request.at
        )
        messages.success(request, "The course runs on the newest version now.")
    except InvalidInput as error:
        for problem in error.problems:
            messages.warning(request, f"{problem.where.capitalize()}: {entry.said(problem)}")
    return redirect("therapy_course", course_id)


def _show(
    request: PageRequest, course_id: int, *, wrong: Decide | None = None, status: int = 200
) -> HttpResponse:
    viewer = request.viewer
    course = therapy.course(viewer, course_id)
    progress = course.progress(at=request.at)
    gives = may(viewer, Permission.GIVE_THERAPY)
    held = rooms.held(viewer, course_id)
    choices = _choices(request, course)
    context = {
        "person": patient.person(viewer, course.episode_id),
        "course": course,
        "plan": course.plan,
        "progress": progress,
        "next": progress.next,
        "booked": [(one, CHANNELS.get(one.channel, "")) for one in therapy.booked(viewer, course_id)],
        "room": rooms.room(viewer, course_id) if gives else None,
        "gives": gives,
        "may_book": may(viewer, Permission.BOOK_SESSION),
        "channels": CHANNELS,
        "held": Paginator(
            [(one, _title(course, one.outline), ATTENDANCE[one.attendance]) for one in held],
            SESSIONS_ON_A_PAGE,
        ).get_page(request.GET.get("page")),
        "decisions": [
            (WORDS.get(one.kind, one.kind), _words(one, choices), one)
            for one in therapy.decisions(viewer, course_id)
        ],
        "decides": list(_decides(request, course, choices, wrong))
        if may(viewer, Permission.RECORD_SESSION)
        else [],
        "therapist": dict(choices["therapist"]).get(str(course.therapist_id), ""),
        "newer": next(
            (one for one in therapies() if one.slug == course.plan.slug and one != course.plan), None
        ),
        "wrong": wrong,
    }
    return render(request, "clinician/therapy_course.html", context, status=status)


def _title(course: therapy.Course, outline: str) -> str:
    """What a session is called; its slug where the protocol has it no more."""
    found = course.plan.sessions.get(outline)
    return found.title if found else outline


_OFFERED = (
    "track", "focus", "elective", "review", "extend", "break", "end_date", "health", "therapist", "end",
)  # fmt: skip
"""Kinds of decision in the order the page offers them."""


def _decides(
    request: PageRequest, course: therapy.Course, choices: Choices, wrong: Decide | None
) -> Iterator[Decide]:
    for kind in _OFFERED:
        if wrong is not None and wrong.kind == kind:
            yield wrong
            continue
        form = _form(request, course, kind, None, choices=choices)
        if form is not None:
            yield Decide(kind, WORDS[kind], form)


def _form(
    request: PageRequest, course: therapy.Course, kind: str, sent: Any, *, choices: Choices
) -> DecisionForm | None:
    """The form of a kind of decision; None where this therapy has nothing to decide of that kind."""
    if kind in _OF_A_LOOP and not any(_OF_A_LOOP[kind](phase) for phase in _phases(request, course)):
        return None
    options: dict[str, Any] = {"auto_id": f"{kind}_%s", "initial": {"kind": kind}}
    if kind == "extend":
        return CountForm(sent, **options)
    if kind == "break":
        return BreakForm(sent, **options)
    if kind == "end_date":
        return DayForm(sent, **options)
    offered = choices.get(kind, ())
    chosen = HealthForm if kind == "health" else ChosenForm
    return chosen(sent, choices=offered, **options) if offered else None


_OF_A_LOOP: Mapping[str, Callable[[TherapyPhase], bool]] = {
    "extend": lambda phase: phase.loop is not None,
    "end_date": lambda phase: phase.loop is not None and phase.loop.ends_by == "end_date",
}
"""Decisions that only a track with sessions that repeat can have."""


def _phases(request: PageRequest, course: therapy.Course) -> tuple[TherapyPhase, ...]:
    return course.progress(at=request.at).track.phases


def _choices(request: PageRequest, course: therapy.Course) -> Choices:
    """What may be picked, by kind of decision: value and words."""
    plan = course.plan
    tracks = [(one.slug, one.name) for one in plan.tracks if one.format == "individual"]
    return {
        "track": tracks if len(tracks) > 1 else [],
        "focus": [(one.slug, one.title) for one in plan.playbooks],
        "elective": [(one.slug, one.title) for one in plan.electives],
        "review": list(REVIEWS.items()),
        "health": list(HEALTH.items()) if plan.has_gate("health") else [],
        "end": list(ENDINGS.items()),
        "therapist": [(str(pk), name) for pk, name in therapy.therapists(request.viewer)],
    }


def _words(one: therapy.DecisionRow, choices: Choices) -> str:
    """What was decided, as the page says it."""
    if one.kind == "release":
        return "the version then in the library"
    return dict(choices.get(one.kind, ())).get(one.value, one.value)
