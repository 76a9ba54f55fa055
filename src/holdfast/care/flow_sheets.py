"""The flow sheet at the chair: rows of vitals, what was done about them, and what happens to the drug."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, corrections, infusions, outlooks
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.pathway import chair, flow_sheet
from holdfast.pathway.chair import Kind
from holdfast.pathway.chair_entry import end_problems, event_problems, missing, too_long
from holdfast.pathway.go_list import Verdict
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import infusions as protocol_of
from holdfast.records.models import (
    BookingCancellation,
    Discharge,
    DrugEntry,
    InfusionCourse,
    InfusionEvent,
    InfusionVisit,
    VitalsRow,
    VitalsSeen,
)
from holdfast.records.models.facts import Fact
from holdfast.records.queries import orders, scope, visits

SKEW = timedelta(minutes=2)
"""How far ahead of ours a tablet's clock may be."""

SAID = dict(InfusionEvent.Kind.choices)
"""Each kind of event in words."""


def add_row(
    visit_uid: uuid.UUID,
    *,
    values: Mapping[str, int | None],
    due_minute: int | None,
    note: str = "",
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Keep a row of vitals. Two people may each keep one for the same minute: both stay.

    Errors: `InvalidInput` for values no body has, an empty row, or a moment outside the visit.
    """
    visit = _visit(visit_uid, by=by)
    problems = flow_sheet.impossible(values, _protocol(visit))
    with transaction.atomic():
        _lock(visit)
        if _known(VitalsRow, uid, visit):
            return
        _refuse(*problems, *too_long(note=note), *_outside(visit, happened_at, at=at))
        row = VitalsRow.objects.create(
            uid=uid or uuid.uuid4(),
            visit=visit,
            due_minute=due_minute,
            note=note.strip(),
            happened_at=min(happened_at, at),
            recorded_at=at,
            recorded_by_id=by.account_id,
            **values,
        )
        _note("vitals kept", visit, by=by, at=at, row=str(row.uid))


def correct_row(
    row_uid: uuid.UUID,
    *,
    values: Mapping[str, int | None],
    note: str,
    reason: str,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Replace a row by a right one, with the reason; the first stays readable.

    Errors: `InvalidInput` as in `add_row`, or without a reason; `Conflict` when it was corrected meanwhile.
    """
    row = _row(row_uid, by=by)
    blank = {one.slug: None for one in _protocol(row.visit).measurements}
    problems = flow_sheet.impossible(values, _protocol(row.visit))
    _replace(
        row, {**blank, **values, "note": note.strip()}, problems=(*problems, *too_long(note=note)),
        reason=reason, by=by, at=at, uid=uid,
    )  # fmt: skip


def withdraw_row(
    row_uid: uuid.UUID,
    *,
    reason: str,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Mark a row as entered in error, such as for someone else, with the reason; it stays readable."""
    row = _row(row_uid, by=by)
    _replace(row, {"entered_in_error": True}, problems=(), reason=reason, by=by, at=at, uid=uid)


# H-027: a row out of range stands at the top of the sheet until someone has written what was done.
def see(
    row_uid: uuid.UUID,
    *,
    action: str,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
    happened_at: datetime | None = None,
) -> None:
    """Write down what was done about a row that is out of range. Errors: `InvalidInput` without words."""
    row = _row(row_uid, by=by)
    done_at = happened_at or at
    with transaction.atomic():
        _lock(row.visit)
        if uid is not None and VitalsSeen.objects.filter(uid=uid, row__visit=row.visit).exists():
            return
        _refuse(
            *missing(action=(action, "what you did, in a few words")),
            *too_long(action=action),
            *_ahead(done_at, at),
        )
        VitalsSeen.objects.create(
            uid=uid or uuid.uuid4(),
            row=row,
            action=action.strip(),
            happened_at=min(done_at, at),
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        _note("vitals answered", row.visit, by=by, at=at, row=str(row.uid))


def start(
    visit_uid: uuid.UUID,
    *,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Record that the drug began, once the list of the day says go.

    Errors: `Conflict` naming the lines that do not, or who started it already; `InvalidInput` for the moment.
    """
    visit = _visit(visit_uid, by=by)
    with transaction.atomic():
        _lock(visit)
        if _known(InfusionEvent, uid, visit):
            return
        # As whoever signs an order does: the order the list was judged by is the one it is started on.
        InfusionCourse.objects.select_for_update(no_key=True).get(pk=visit.booking.course_id)
        _refuse_started(visit, zone=by.zone)
        _refuse_another_day(visit, happened_at)
        _refuse_unless_go(visit, by=by, at=at)
        _write(
            visit, Kind.START, happened_at=happened_at, by=by, at=at, uid=uid, order=orders.of_visit(visit)
        )


def event(
    visit_uid: uuid.UUID,
    *,
    kind: str,
    happened_at: datetime,
    rate_ml_per_hour: Decimal | None = None,
    drug: str = "",
    dose: str = "",
    reason: str = "",
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Record a pause, that it went on, a change of rate, a rescue drug or a note.

    Units: mL per hour. Errors: `InvalidInput` for what is missing; `Conflict` when it cannot be where it stands.
    """
    visit = _visit(visit_uid, by=by)
    problems = event_problems(kind, rate_ml_per_hour=rate_ml_per_hour, drug=drug, dose=dose, reason=reason)
    with transaction.atomic():
        _lock(visit)
        if _known(InfusionEvent, uid, visit):
            return
        _refuse(*problems)
        _write(
            visit, Kind(kind), happened_at=happened_at, by=by, at=at, uid=uid, rate_ml_per_hour=rate_ml_per_hour,
            drug=drug.strip(), dose=dose.strip(), reason=reason.strip(),
        )  # fmt: skip


def finish(
    visit_uid: uuid.UUID,
    *,
    stopped: bool,
    given_mg: Decimal,
    reason: str = "",
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Record the end of the drug, planned or early, and the infusion as given; both or neither.

    Units: mg. Errors: `InvalidInput` for more than was ordered or drawn, nothing given at a planned end, or an early
    stop without a reason; `Conflict` when it has not started, or someone ended it already.
    """
    visit = _visit(visit_uid, by=by)
    uid = uid or uuid.uuid4()
    with transaction.atomic():
        _lock(visit)
        if _known(InfusionEvent, uid, visit):
            return
        order = orders.of_visit(visit)
        ordered = order.dose_mg if order else None
        drawn = _drawn_mg(visit)
        _refuse(
            *end_problems(
                stopped=stopped, given_mg=given_mg, ordered_mg=ordered, drawn_mg=drawn, reason=reason
            )
        )
        kind = Kind.STOP if stopped else Kind.END
        _write(visit, kind, happened_at=happened_at, by=by, at=at, uid=uid, reason=reason.strip())
        if given_mg > 0:
            began = _events(visit).get(kind=Kind.START).happened_at
            infusions.keep_given(visit, given_mg=given_mg, happened_at=began, by=by, at=at, uid=uid)
    outlooks.refresh(visit.episode_id, at=at)


def _visit(uid: uuid.UUID, *, by: Viewer) -> InfusionVisit:
    require(by, Permission.RUN_INFUSION)
    return scope.visit(by, uid)


def _row(uid: uuid.UUID, *, by: Viewer) -> VitalsRow:
    """The row, corrected meanwhile or not, of a visit within reach."""
    require(by, Permission.RUN_INFUSION)
    row = VitalsRow.objects.filter(uid=uid).select_related("visit").first()
    if row is None:
        raise NotFound("no such row in your clinic")
    row.visit = scope.visit(by, row.visit.uid)
    return row


def _lock(visit: InfusionVisit) -> None:
    """Take turns: whatever is written about a visit is written one after the other."""
    InfusionVisit.objects.select_for_update().get(pk=visit.pk)


def _known(model: type[VitalsRow] | type[InfusionEvent], uid: uuid.UUID | None, visit: InfusionVisit) -> bool:
    """Whether this was kept before: H-029: sent twice, it counts once."""
    if uid is None:
        return False
    row = model.objects.filter(uid=uid).first()
    if row is not None and row.visit_id != visit.pk:
        raise Conflict("this was sent for another visit")
    return row is not None


def _replace(
    row: VitalsRow,
    changes: Mapping[str, Any],
    *,
    problems: tuple[Problem, ...],
    reason: str,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None,
) -> None:
    with transaction.atomic():
        _lock(row.visit)
        if _known(VitalsRow, uid, row.visit):
            return
        _refuse(*problems, *missing(reason=(reason, "why the row was wrong")), *too_long(reason=reason))
        before = VitalsRow.objects.filter(replaces=row).select_related("recorded_by").first()
        if before is not None:
            raise Conflict(f"this row was corrected already: {_when(before, by.zone)}")
        corrections.replace(row, changes={**changes, "uid": uid or uuid.uuid4()}, reason=reason, by=by, at=at)
        _note("vitals corrected", row.visit, by=by, at=at, row=str(row.uid))


def _write(
    visit: InfusionVisit,
    kind: Kind,
    *,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None,
    **rest: Any,
) -> None:
    """Write an event where it belongs, or say what it meets there."""
    _refuse(*_outside(visit, happened_at, at=at))
    rows = list(_events(visit).select_related("recorded_by"))
    new = InfusionEvent(
        uid=uid or uuid.uuid4(), visit=visit, kind=kind, happened_at=min(happened_at, at), recorded_at=at,
        recorded_by_id=by.account_id, **rest,
    )  # fmt: skip
    _refuse_misplaced(rows, new, zone=by.zone)
    new.save()
    _note(f"infusion {SAID[kind]}", visit, by=by, at=at, event=str(new.uid))


def _refuse_misplaced(rows: list[InfusionEvent], new: InfusionEvent, *, zone: str) -> None:
    """Say what stands in the way of an event: what was first, by whom and when."""
    wrong = chair.misplaced(chair.Event(Kind(row.kind), row.happened_at) for row in (*rows, new))
    if wrong is None:
        return
    so_far = "; ".join(
        f"{SAID[row.kind]} {_when(row, zone)}" for row in rows if row.kind not in chair.ANY_TIME
    )
    raise Conflict(
        f"“{SAID[new.kind]}” cannot be at {_clock(new.happened_at, zone)}: {so_far or 'the drug has not started'}"
    )


def _refuse_started(visit: InfusionVisit, *, zone: str) -> None:
    first = _events(visit).filter(kind=Kind.START).select_related("recorded_by").first()
    if first is not None:
        raise Conflict(f"the drug was started already, {_when(first, zone)}")


def _refuse_another_day(visit: InfusionVisit, happened_at: datetime) -> None:
    # H-026: what was asked and measured on another day says nothing of this one.
    zone = ZoneInfo(visit.episode.patient.clinic.zone)
    came, day = (moment.astimezone(zone).date() for moment in (visit.happened_at, happened_at))
    if day != came:
        raise Conflict(f"they came on {came}, and the list is of that day: end the visit and book another")


def _refuse_unless_go(visit: InfusionVisit, *, by: Viewer, at: datetime) -> None:
    if BookingCancellation.current.filter(booking=visit.booking_id).exists():
        raise Conflict("the day was ended without the drug: book another time")
    # H-026, H-028, H-031: whatever the list of the day holds against it keeps the drug from starting.
    listed = visits.go_list(by, visit.uid, at=at)
    if listed.verdict is not Verdict.GO:
        lines = "; ".join(
            f"{one.check.words} ({one.says or one.state})" for one in (*listed.blocking, *listed.waiting)
        )
        raise Conflict(f"the list of the day says {listed.verdict}: {lines}")


def _events(visit: InfusionVisit) -> Any:
    return InfusionEvent.current.filter(visit=visit).order_by("happened_at", "pk")


def _drawn_mg(visit: InfusionVisit) -> Decimal | None:
    """What the register says was drawn for this visit; None while it says nothing."""
    rows = DrugEntry.current.filter(visit=visit).values_list("amount_mg", flat=True)
    return sum(rows, Decimal(0)) if rows else None


def _outside(visit: InfusionVisit, happened_at: datetime, *, at: datetime) -> tuple[Problem, ...]:
    """What is wrong with a moment of this visit."""
    # H-030: a tablet with a wrong clock is told so, and its entry stays with it.
    problems = list(_ahead(happened_at, at))
    if happened_at < visit.happened_at - SKEW:
        problems.append(Problem("time", "lies before they came", "a moment of this visit; check the clock"))
    home = Discharge.current.filter(visit=visit).first()
    if home is not None and happened_at > home.happened_at:
        problems.append(Problem("time", "lies after they went home", "a moment of this visit"))
    return tuple(problems)


def _ahead(happened_at: datetime, at: datetime) -> tuple[Problem, ...]:
    if happened_at <= at + SKEW:
        return ()
    return (Problem("time", "lies in the future", "a moment that has passed; check the clock of the tablet"),)


def _refuse(*problems: Problem) -> None:
    if problems:
        raise InvalidInput(*problems)


def _protocol(visit: InfusionVisit) -> InfusionProtocol:
    return protocol_of(visit.booking.course.treatment)


def _when(row: Fact, zone: str) -> str:
    return f"at {_clock(row.happened_at, zone)} by {row.recorded_by.name}"


def _clock(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


def _note(action: str, visit: InfusionVisit, *, by: Viewer, at: datetime, **detail: str) -> None:
    audit.note(action, subject="visit", subject_id=str(visit.uid), by=by, at=at, **detail)
