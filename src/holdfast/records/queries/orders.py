"""Signed orders of a course of infusions, what they were worked out from, and whether each may be used now."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from django.db.models import QuerySet

from holdfast.access import Permission, Viewer, require
from holdfast.errors import NotFound
from holdfast.pathway import order_use
from holdfast.pathway.dosing import Basis, Body, Line, Worked
from holdfast.pathway.limits import SiteLimits
from holdfast.records.models import BodyMeasure, InfusionEvent, InfusionOrder, InfusionVisit
from holdfast.records.queries import infusion_courses, scope, site_limits
from holdfast.records.queries.infusion_courses import CourseRow
from holdfast.units import (
    Centimetres,
    Kilograms,
    Milligrams,
    MilligramsPerKilogram,
    MilligramsPerMillilitre,
    Millilitres,
    MillilitresPerHour,
    Minutes,
    Quantity,
)

Kind = TypeVar("Kind", bound=Quantity)


@dataclass(frozen=True)
class Ground:
    """What an order is worked out from now: the course, the newest weight and height, the site's limits.

    `measure_id` is the row of the weight, `weighed_at` its moment; `today` is the day in the clinic's zone.
    """

    course: CourseRow
    limits: SiteLimits
    body: Body | None
    measure_id: int | None
    weighed_at: datetime | None
    today: date

    @property
    def given_before(self) -> bool:
        """Whether the person has had this treatment in this episode."""
        return bool(self.course.given)


@dataclass(frozen=True)
class OrderRow:
    """An order as it was signed. `why_not` says what speaks against using it now; nothing when it is `usable`.

    `weight_kg` was measured at `weighed_at`; `dosing_weight_kg` is what the dose was worked out from. `ended_by`,
    `ended_at` and `ended_why` are of an order that was stopped or gave way to a newer one; `stopped` tells which.
    **Units**: mg, mg/kg, kg, minutes, mg/mL, mL, mL/h.
    """

    order_id: int
    uid: uuid.UUID
    course_id: int
    episode_id: int
    treatment: str
    basis: Basis
    weight_kg: Decimal | None
    weighed_at: datetime | None
    dosing_weight_kg: Decimal | None
    dose_mg_per_kg: Decimal | None
    dose_mg: Decimal
    minutes: int | None
    vial_mg_per_ml: Decimal | None
    drawn_ml: Decimal | None
    diluted_to_ml: Decimal | None
    rate_ml_per_hour: Decimal | None
    lines: tuple[Line, ...]
    valid_until: date
    reason: str
    needs_second: bool
    signed_at: datetime
    signed_by: str
    signed_by_id: int
    second_at: datetime | None
    second_by: str
    ended_at: datetime | None
    ended_by: str
    ended_why: str
    stopped: bool
    why_not: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether it may be used now."""
        return not self.why_not

    @property
    def worked(self) -> Worked:
        """Its numbers with their units."""
        return Worked(
            basis=self.basis,
            dose=Milligrams(self.dose_mg),
            lines=self.lines,
            needs_second=self.needs_second,
            dose_per_kg=_amount(MilligramsPerKilogram, self.dose_mg_per_kg),
            dosing_weight=_amount(Kilograms, self.dosing_weight_kg),
            minutes=_amount(Minutes, self.minutes),
            vial=_amount(MilligramsPerMillilitre, self.vial_mg_per_ml),
            drawn=_amount(Millilitres, self.drawn_ml),
            diluted_to=_amount(Millilitres, self.diluted_to_ml),
            rate=_amount(MillilitresPerHour, self.rate_ml_per_hour),
        )

    @property
    def weight(self) -> Kilograms | None:
        """The measured weight it rests on; None for a fixed dose."""
        return _amount(Kilograms, self.weight_kg)

    @property
    def waits_for_second(self) -> bool:
        """Whether a second prescriber is still to sign."""
        return self.needs_second and self.second_at is None and self.ended_at is None


def of_visit(visit: InfusionVisit) -> InfusionOrder | None:
    """The order a visit's drug was started on; before the start, the one of its course that holds now.

    H-024: a dose that was ordered anew after someone came is the one they get, and the sheet is written by it.
    """
    start = (
        InfusionEvent.current.filter(visit=visit, kind=InfusionEvent.Kind.START)
        .select_related("order")
        .first()
    )
    if start is not None:
        begun_on: InfusionOrder | None = start.order
        return begun_on
    rows = InfusionOrder.current.filter(course_id=visit.booking.course_id)
    newest: InfusionOrder | None = rows.order_by("-happened_at", "-pk").first()
    return newest


def ground(viewer: Viewer, course_id: int, *, at: datetime) -> Ground:
    """What an order of that course would be worked out from at that moment."""
    require(viewer, Permission.SEE_INFUSIONS)
    course = infusion_courses.course(viewer, course_id)
    measures = BodyMeasure.current.filter(episode_id=course.episode_id, happened_at__lte=at)
    newest = list(measures.order_by("-happened_at", "-pk")[:2])
    measured = measures.filter(height_cm__isnull=False).order_by("-happened_at", "-pk")
    height = measured.values_list("height_cm", flat=True).first()
    return Ground(
        course=course,
        limits=site_limits.of_clinic(viewer.clinic_id, treatment=course.treatment),
        body=_body(newest, height, course=course),
        measure_id=newest[0].pk if newest else None,
        weighed_at=newest[0].happened_at if newest else None,
        today=course.day(at),
    )


def in_force(viewer: Viewer, course_id: int, *, at: datetime) -> OrderRow | None:
    """The order of the course that was neither stopped nor replaced and has not run out; None without one."""
    return on_ground(ground(viewer, course_id, at=at))


def on_ground(now: Ground) -> OrderRow | None:
    """As `in_force`, for who has the ground of the course already."""
    rows = _rows().filter(course=now.course.course_id, replaced_by__isnull=True, valid_until__gte=now.today)
    row = rows.first()
    return None if row is None else _order(row, now)


def order(viewer: Viewer, uid: uuid.UUID, *, at: datetime) -> OrderRow:
    """One order, as it stands. Errors: `NotFound` when it is not the viewer's to open."""
    row = _rows().filter(uid=uid).first()
    if row is None:
        raise NotFound("no such order in your clinic")
    scope.infusion_course(viewer, row.course_id)
    return _order(row, ground(viewer, row.course_id, at=at))


def _rows() -> QuerySet[InfusionOrder]:
    related = (
        "course", "measure", "recorded_by", "second_signature__signed_by", "replaced_by__recorded_by",
    )  # fmt: skip
    rows = InfusionOrder.objects.filter(entered_in_error=False)
    return rows.select_related(*related).order_by("-happened_at", "-pk")


def _body(newest: list[BodyMeasure], height_cm: Decimal | None, *, course: CourseRow) -> Body | None:
    if not newest:
        return None
    return Body(
        weight=Kilograms(newest[0].weight_kg),
        weighed_on=course.day(newest[0].happened_at),
        height=_amount(Centimetres, height_cm),
        before=Kilograms(newest[1].weight_kg) if len(newest) > 1 else None,
    )


def _order(row: InfusionOrder, now: Ground) -> OrderRow:
    second, end = getattr(row, "second_signature", None), getattr(row, "replaced_by", None)
    return OrderRow(
        order_id=row.pk,
        uid=row.uid,
        course_id=row.course_id,
        episode_id=now.course.episode_id,
        treatment=now.course.treatment,
        basis=Basis(row.basis),
        weight_kg=row.measure.weight_kg if row.measure else None,
        weighed_at=row.measure.happened_at if row.measure else None,
        dosing_weight_kg=row.dosing_weight_kg,
        dose_mg_per_kg=row.dose_mg_per_kg,
        dose_mg=row.dose_mg,
        minutes=row.minutes,
        vial_mg_per_ml=row.vial_mg_per_ml,
        drawn_ml=row.drawn_ml,
        diluted_to_ml=row.diluted_to_ml,
        rate_ml_per_hour=row.rate_ml_per_hour,
        lines=tuple(Line(**line) for line in row.arithmetic),
        valid_until=row.valid_until,
        reason=row.reason,
        needs_second=row.needs_second,
        signed_at=row.happened_at,
        signed_by=row.recorded_by.name,
        signed_by_id=row.recorded_by_id,
        second_at=second and second.signed_at,
        second_by=second.signed_by.name if second else "",
        ended_at=end and end.recorded_at,
        ended_by=end.recorded_by.name if end else "",
        ended_why=end.correction_reason if end else "",
        stopped=end is not None and end.entered_in_error,
        why_not=(*_ended(end), *_against(row, now)),
    )


def _ended(end: InfusionOrder | None) -> tuple[str, ...]:
    if end is None:
        return ()
    return ("It was stopped.",) if end.entered_in_error else ("A newer order has taken its place.",)


def _against(row: InfusionOrder, now: Ground) -> tuple[str, ...]:
    signed = order_use.Signed(
        dose=Milligrams(row.dose_mg),
        valid_until=row.valid_until,
        needs_second=row.needs_second,
        has_second=getattr(row, "second_signature", None) is not None,
        dose_per_kg=_amount(MilligramsPerKilogram, row.dose_mg_per_kg),
        weight=_amount(Kilograms, row.measure.weight_kg if row.measure else None),
    )
    course = now.course.standing(now.today)
    return order_use.why_not(signed, body=now.body, limits=now.limits, today=now.today, course=course)


def _amount(kind: type[Kind], number: Decimal | int | None) -> Kind | None:
    return None if number is None else kind(Decimal(number))
