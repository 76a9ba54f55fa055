"""Book the infusions of a course: the days of its plan, what stands against each, all kept at once or none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission, may, require
from holdfast.care import infusion_bookings as verbs
from holdfast.errors import InvalidInput
from holdfast.pathway.booking import NEVER_AFTER_INFUSION
from holdfast.pathway.infusion_plan import Proposal, at_clock
from holdfast.records.queries import infusion_clashes as clashes
from holdfast.records.queries import infusion_courses as queries
from holdfast.records.queries import patient
from holdfast.records.queries.infusion_courses import CourseRow, State
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import booking_form
from holdfast.web.clinician.infusions import course_words as words
from holdfast.web.clinician.infusions.bookings import warn_of_therapy
from holdfast.web.clinician.naming import moment
from holdfast.web.page import PageRequest, page


@dataclass(frozen=True)
class Line:
    """A row of the page: its fields, the day it is on now and the one by the plan if that is another, what it meets."""

    number: int
    on: str
    fields: dict[str, BoundField]
    moved_from: str
    apart: int | None
    met: clashes.Found
    therapy_from: datetime | None


@page(Permission.SEE_INFUSIONS, looks_at="course_id", seen_as="infusion course")
def infusion_book(request: PageRequest, course_id: int) -> HttpResponse:
    """Propose days; book what was chosen. Therapists see the same and book nothing."""
    course = queries.course(request.viewer, course_id)
    places = booking_form.where(request.viewer)
    if request.method == "POST":
        require(request.viewer, Permission.BOOK_INFUSION)
        return _book(request, course, places)
    plan_form, found = _planned(request, course, places)
    form = _proposed(request, course, places, plan_form, found) if found else None
    return _show(request, course, form, plan_form=plan_form, found=found)


def _book(request: PageRequest, course: CourseRow, places: booking_form.Where) -> HttpResponse:
    sent = request.POST.get("rows", "")
    rows = min(int(sent), booking_form.MOST) if sent.isdecimal() and int(sent) else 1
    form = booking_form.SlotsForm(request.POST, rows=rows, places=places, zone=course.zone)
    if form.is_valid():
        given = form.cleaned_data
        try:
            _keep(request, course, given)
        except InvalidInput as error:
            form.blame(error.problems)
        else:
            _say(request, course, list(given["slots"].values()))
            return redirect("infusion_course", course.course_id)
    return _show(request, course, form)


def _keep(request: PageRequest, course: CourseRow, given: dict[str, Any]) -> None:
    slots: list[clashes.Slot] = list(given["slots"].values())
    options: dict[str, Any] = {"by": request.viewer, "at": request.at, "uid": given["uid"]}
    if request.POST.get("booster") and len(slots) == 1:
        slot = slots[0]
        verbs.book(
            course.course_id,
            starts_at=slot.starts_at,
            chair_id=slot.chair_id,
            nurse_id=slot.nurse_id,
            minutes=slot.minutes,
            booster=True,
            **options,
        )
    else:
        verbs.book_all(course.course_id, slots, **options)


def _say(request: PageRequest, course: CourseRow, slots: list[clashes.Slot]) -> None:
    """Say that it was kept, and which therapy sessions lie within a day after: shown, never in the way."""
    many = "Infusion booked" if len(slots) == 1 else f"{len(slots)} infusions booked"
    first = moment(slots[0].starts_at, zone=course.zone)
    messages.success(request, f"{many}: {'' if len(slots) == 1 else 'from '}{first}.")
    warn_of_therapy(request, course, slots)


def _planned(
    request: PageRequest, course: CourseRow, places: booking_form.Where
) -> tuple[booking_form.PlanForm | None, tuple[Proposal, ...]]:
    """What was asked for, else the rest of the plan; and its days, where nothing of it is wrong."""
    if not places.ready:
        return None, ()
    asked: dict[str, Any] = request.GET.dict()
    booster = bool(asked.get("booster"))
    if "first" not in asked:
        asked = booking_form.opening(course, places, at=request.at)
        asked["number"] = 1 if booster else asked["number"]
    plan_form = booking_form.PlanForm(asked, places=places)
    if not plan_form.is_valid():
        return plan_form, ()
    return plan_form, booking_form.proposals(course, plan_form.cleaned_data, booster=booster, at=request.at)


def _proposed(
    request: PageRequest,
    course: CourseRow,
    places: booking_form.Where,
    plan_form: booking_form.PlanForm | None,
    found: Sequence[Proposal],
) -> booking_form.SlotsForm:
    """The rows as the plan has them, to be changed and kept."""
    given = plan_form.cleaned_data if plan_form is not None else {}
    initial: dict[str, Any] = {"minutes": verbs.usual_minutes(course.course_id, by=request.viewer)}
    for number, one in enumerate(found, start=1):
        initial |= {
            f"day_{number}": one.day,
            f"time_{number}": given["time"],
            f"chair_{number}": given["chair"],
            f"nurse_{number}": given["nurse"],
        }
    return booking_form.SlotsForm(rows=len(found), places=places, zone=course.zone, initial=initial)


def _show(
    request: PageRequest,
    course: CourseRow,
    form: booking_form.SlotsForm | None,
    *,
    plan_form: booking_form.PlanForm | None = None,
    found: Sequence[Proposal] = (),
) -> HttpResponse:
    today = course.day(request.at)
    booster = bool(request.POST.get("booster") or request.GET.get("booster"))
    return entry.show(
        request,
        "clinician/infusions/infusion_book.html",
        form or entry.OnceForm(),
        person=patient.person(request.viewer, course.episode_id),
        course=course,
        stands=words.standing(course.standing(today)),
        plan_form=plan_form,
        lines=_lines(request, course, form, found) if form else [],
        booster=booster,
        coming=len(course.coming(at=request.at)),
        before=len(course.given) + sum(words.counts(one, course, on=today) for one in course.bookings),
        may_book=may(request.viewer, Permission.BOOK_INFUSION),
        ready=form is not None or plan_form is not None,
    )


def _lines(
    request: PageRequest, course: CourseRow, form: booking_form.SlotsForm, found: Sequence[Proposal]
) -> list[Line]:
    slots = _slots(course, form, found)
    met = dict(zip(slots, clashes.of_slots(request.viewer, list(slots.values()), course=course), strict=True))
    planned = dict(enumerate(found, start=1))
    return [
        _line(
            course,
            number,
            fields,
            slots=slots,
            met=met.get(number),
            proposal=planned.get(number),
            sent=form.is_bound,
        )
        for number, fields in enumerate(form.lines(), start=1)
    ]


def _line(
    course: CourseRow,
    number: int,
    fields: dict[str, BoundField],
    *,
    slots: dict[int, clashes.Slot],
    met: clashes.Found | None,
    proposal: Proposal | None,
    sent: bool,
) -> Line:
    """One row. Once it was sent, what is in the way stands beside the fields and is not said again."""
    found = met or clashes.Found()
    if sent:
        found = replace(found, clashes=())
    slot = slots.get(number)
    if slot is None:
        return Line(number, "", fields, "", None, found, None)
    booked = (one.starts_at for one in course.bookings if one.state is not State.CANCELLED)
    others = (*course.given, *booked, *(one.starts_at for one in slots.values()))
    before = [one for one in others if one < slot.starts_at]
    day = course.day(slot.starts_at)
    return Line(
        number=number,
        on=words.day(day),
        fields=fields,
        moved_from=words.day(proposal.planned) if proposal is not None and proposal.moved else "",
        apart=(day - course.day(max(before))).days if before else None,
        met=found,
        therapy_from=slot.starts_at + NEVER_AFTER_INFUSION,
    )


def _slots(
    course: CourseRow, form: booking_form.SlotsForm, found: Sequence[Proposal]
) -> dict[int, clashes.Slot]:
    """When each row would be, by its number: as it was sent, else as it is proposed."""
    if form.is_bound:
        return dict(form.cleaned_data.get("slots", {}))
    made = {}
    for number in range(1, len(found) + 1):
        value = {
            name: form.get_initial_for_field(form.fields[f"{name}_{number}"], f"{name}_{number}")
            for name in ("day", "time", "chair", "nurse")
        }
        try:
            starts_at = at_clock(value["day"], value["time"], zone=course.zone)
        except InvalidInput:
            continue  # an hour that clocks skip: the form says so when it is sent
        minutes = form.get_initial_for_field(form.fields["minutes"], "minutes")
        made[number] = clashes.Slot(starts_at, minutes, value["chair"], value["nurse"])
    return made
