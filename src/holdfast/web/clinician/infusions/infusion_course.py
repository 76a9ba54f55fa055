"""A course of infusions: where it stands, what is booked, what it still needs, what therapy lies between."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission, may, require
from holdfast.care import infusion_courses as verbs
from holdfast.pathway import booking as therapy_booking
from holdfast.pathway.eligibility import ConsentState, Standing, Verdict
from holdfast.pathway.infusion_plan import Stands, too_soon
from holdfast.records.queries import eligibility, orders, patient, therapy
from holdfast.records.queries import infusion_courses as queries
from holdfast.records.queries.infusion_courses import BookingRow, CourseRow, State
from holdfast.web.clinician import book_session, entry
from holdfast.web.clinician.infusions import course_words as words
from holdfast.web.clinician.naming import therapy_name
from holdfast.web.page import PageRequest, page

WORDS = {
    "hold": "Hold it until a day",
    "go_on": "Let it go on",
    "maintenance": "Go on in a maintenance pattern",
    "booster": "Give a booster outside the plan",
    "stop": "Stop it",
}
"""What may be decided here, as the page asks for it; a review and the spacing have pages of their own."""

VERDICTS = {
    Verdict.ELIGIBLE: ("good", "nothing stands against it"),
    Verdict.NOT_ELIGIBLE: ("now", "an exclusion stands"),
    Verdict.CANNOT_TELL: ("week", "not looked at, or too long ago"),
}
CONSENTS = {
    ConsentState.IN_DATE: ("good", "in date"),
    ConsentState.EXPIRING: ("week", "runs out soon"),
    ConsentState.EXPIRED: ("today", "has run out"),
    ConsentState.TAKEN_BACK: ("today", "taken back"),
    ConsentState.NONE: ("today", "none yet"),
}


class DecisionForm(entry.OnceForm):
    """One decision about a course, and why."""

    kind = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(max_length=1000, label="Reason", widget=forms.Textarea(attrs={"rows": 2}))


class HoldForm(DecisionForm):
    """The day from which it may go on."""

    value = forms.DateField(
        label="May go on from", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    field_order = ("uid", "kind", "value", "reason")


class PatternForm(DecisionForm):
    """Which maintenance pattern."""

    value = forms.ChoiceField(label="Pattern", widget=forms.RadioSelect)
    field_order = ("uid", "kind", "value", "reason")

    def __init__(self, *args: Any, course: CourseRow, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["value"].choices = [  # type: ignore[attr-defined]
            (one.slug, one.name) for one in course.protocol.maintenance
        ]


@dataclass(frozen=True)
class Decide:
    """One thing that may be decided, with its form."""

    kind: str
    words: str
    form: DecisionForm


@dataclass(frozen=True)
class Line:
    """A booking on the page: its number among all infusions where it is to come, its state, what stands against it.

    `halted` while the course takes no infusion that day; `unsettled` where its day passed and nobody said what became
    of it.
    """

    booking: BookingRow
    number: int | None
    style: str
    state: str
    cancelled: str
    halted: bool
    unsettled: bool


@dataclass(frozen=True)
class Session:
    """A therapy session that is booked, with what is to be known about its time."""

    row: therapy.BookedRow
    too_soon: bool
    advice: tuple[therapy_booking.Advice, ...]


@dataclass(frozen=True)
class Therapy:
    """The therapy that runs beside the infusions."""

    name: str
    course_id: int
    relief: str
    sessions: tuple[Session, ...]


@page(Permission.SEE_INFUSIONS, looks_at="course_id", seen_as="infusion course")
def infusion_course(request: PageRequest, course_id: int) -> HttpResponse:
    """The course as it stands; keep a decision about it."""
    course = queries.course(request.viewer, course_id)
    if request.method != "POST":
        return _show(request, course)
    require(request.viewer, Permission.BOOK_INFUSION)
    kind = request.POST.get("kind", "")
    form = _form(course, kind, request.POST)
    if form is not None and form.is_valid():
        given = form.cleaned_data
        places = {"reason": "reason"} | ({"decision": "value"} if "value" in given else {})
        with entry.problems_on(form, places):
            verbs.decide(
                course_id,
                kind=kind,
                value=str(given.get("value", "")),
                reason=given["reason"],
                happened_at=request.at,
                by=request.viewer,
                at=request.at,
                uid=given["uid"],
            )
            messages.success(request, f"{words.DECISIONS[kind]}: kept.")
            return redirect("infusion_course", course_id)
    wrong = Decide(kind, WORDS[kind], form) if form is not None else None
    return _show(request, course, wrong=wrong, status=form.status if form is not None else 422)


def _form(course: CourseRow, kind: str, sent: Any = None) -> DecisionForm | None:
    """The form of a decision, with its fields named apart from those of the others; None for one not asked here."""
    if kind not in WORDS:
        return None
    options: dict[str, Any] = {"initial": {"kind": kind}, "auto_id": f"id_{kind}_%s"}
    if kind == "hold":
        return HoldForm(sent, **options)
    if kind == "maintenance":
        return PatternForm(sent, course=course, **options)
    return DecisionForm(sent, **options)


def _decides(
    request: PageRequest, course: CourseRow, stands: Stands, wrong: Decide | None
) -> Iterator[Decide]:
    fits = {
        "hold": stands is Stands.RUNNING,
        "go_on": stands is not Stands.RUNNING,
        "maintenance": bool(course.protocol.maintenance),
        "booster": True,
        "stop": stands is not Stands.STOPPED,
    }
    orders_too = may(request.viewer, Permission.ORDER_INFUSION)
    for kind, said in WORDS.items():
        if fits[kind] and (orders_too or kind in verbs.BY_ANYONE):
            form = _form(course, kind)
            if wrong is not None and wrong.kind == kind:
                yield wrong
            elif form is not None:
                yield Decide(kind, said, form)


def _show(
    request: PageRequest, course: CourseRow, *, wrong: Decide | None = None, status: int = 200
) -> HttpResponse:
    viewer, today = request.viewer, course.day(request.at)
    found = course.standing(today)
    may_book = may(viewer, Permission.BOOK_INFUSION)
    context = {
        "person": patient.person(viewer, course.episode_id),
        "course": course,
        "stands": words.standing(found),
        "stopped": found.stands is Stands.STOPPED,
        "phase": words.phase(course),
        "today": today,
        "booster": course.boosters_left > 0,
        "coming": course.coming(at=request.at),
        "next_day": course.next_day(at=request.at),
        "here": words.here(course),
        "lines": _lines(course, request.at),
        "decisions": [
            (words.DECISIONS[one.kind], words.decided(one, course.protocol), one)
            for one in reversed(course.decisions)
        ],
        "decides": list(_decides(request, course, found.stands, wrong)) if may_book else [],
        "form": wrong.form if wrong else None,
        "needs": _needs(eligibility.standing(
            viewer, course.episode_id, treatment=course.treatment, at=request.at
        )),
        "order": orders.in_force(viewer, course.course_id, at=request.at),
        "therapy": _therapy(request, course),
        "may_book": may_book,
        "may_order": may(viewer, Permission.ORDER_INFUSION),
        "may_choose": may(viewer, Permission.CHOOSE_THERAPY),
    }  # fmt: skip
    return render(request, "clinician/infusions/infusion_course.html", context, status=status)


def _lines(course: CourseRow, at: datetime) -> list[Line]:
    """Bookings by their time; those to come with the number each would have among all infusions given."""
    found, number, today = [], len(course.given), course.day(at)
    standing = course.standing(today)
    for one in course.bookings:
        waits = words.counts(one, course, on=today)
        number += waits
        style, state = words.STATES[one.state]
        found.append(
            Line(
                booking=one,
                number=number if waits else None,
                style=style,
                state=state,
                cancelled=words.WHOSE.get(one.whose, one.whose),
                halted=waits
                and one.state is not State.STARTED
                and not standing.takes(course.day(one.starts_at)),
                unsettled=one.ahead and not waits,
            )
        )
    return found


def _needs(found: Standing) -> Mapping[str, Any]:
    """What a course needs before the drug, each with its style and words."""
    return {
        "eligibility": VERDICTS[found.verdict],
        "review_until": found.review_last_day,
        "consent": CONSENTS[found.consent_state],
        "consent_until": found.consent.expires_on if found.consent and found.consent.given else None,
        "weight": found.weight,
        "weight_fresh": found.weight_in_date,
    }


def _therapy(request: PageRequest, course: CourseRow) -> Therapy | None:
    """The therapy that runs, its sessions ahead and how each lies to the infusions; None without one."""
    running = therapy.running(request.viewer, course.episode_id)
    if running is None:
        return None
    planning = book_session.planning(request, running.course_id)
    booked = [one.starts_at for one in course.bookings if one.state is not State.CANCELLED]
    ahead = (one for one in therapy.booked(request.viewer, running.course_id) if one.starts_at > request.at)
    return Therapy(
        name=therapy_name(running.plan.slug),
        course_id=running.course_id,
        relief=planning.relief,
        sessions=tuple(
            Session(
                row=one,
                too_soon=too_soon(one.starts_at, (*course.given, *booked)),
                advice=planning.about(one.starts_at, at=request.at),
            )
            for one in ahead
        ),
    )
