"""Orders of infusions: worked out, signed, signed by a second prescriber, stopped."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, corrections, outlooks
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.pathway.dosing import Basis, Choice, Worked, work_out
from holdfast.pathway.infusion_plan import Stands
from holdfast.records.models import InfusionCourse, InfusionOrder, OrderSignature
from holdfast.records.queries import orders as queries
from holdfast.records.queries import scope
from holdfast.units import (
    Milligrams,
    MilligramsPerKilogram,
    MilligramsPerMillilitre,
    Millilitres,
    Minutes,
    Quantity,
)

Kind = TypeVar("Kind", bound=Quantity)


def sign(
    course_id: int,
    *,
    basis: str,
    dose_mg_per_kg: Decimal | None = None,
    dose_mg: Decimal | None = None,
    minutes: int | None = None,
    vial_mg_per_ml: Decimal | None = None,
    diluted_to_ml: Decimal | None = None,
    reason: str = "",
    shown: str = "",
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> uuid.UUID:
    """Sign an order, which takes the place of the one before it; gives its uid. Sent twice, it is signed once.

    `shown` is the digest of the numbers that were on the screen. Units: mg/kg or mg, minutes, mg/mL, mL.
    Errors: `InvalidInput` with all that `dosing.work_out` refuses; `Conflict` when the numbers are no longer those
    shown, or the course has been stopped.
    """
    require(by, Permission.ORDER_INFUSION)
    course, uid = scope.infusion_course(by, course_id), uid or uuid.uuid4()
    choice = chosen(
        basis=basis,
        dose_mg_per_kg=dose_mg_per_kg,
        dose_mg=dose_mg,
        minutes=minutes,
        vial_mg_per_ml=vial_mg_per_ml,
        diluted_to_ml=diluted_to_ml,
        reason=reason,
    )
    with transaction.atomic():
        _lock(course_id)
        if InfusionOrder.objects.filter(uid=uid, course_id=course_id).exists():
            return uid
        ground = queries.ground(by, course_id, at=at)
        if ground.course.standing(ground.today).stands is Stands.STOPPED:
            raise Conflict("this course has been stopped: nothing can be ordered for it")
        worked = from_ground(choice, ground)
        # H-024: what is signed is what was seen, or nothing.
        if shown and worked.digest != shown:
            raise Conflict("the numbers are no longer those you saw: look at them again, then sign")
        _keep(choice, worked, ground, by=by, at=at, uid=uid)
        audit.note("order signed", subject="order", subject_id=str(uid), by=by, at=at, course=course_id)
    outlooks.refresh(course.episode_id, at=at)
    return uid


def sign_second(order_uid: uuid.UUID, *, by: Viewer, at: datetime) -> None:
    """Sign an order that someone else signed first. By the same person again, nothing new is signed.

    Errors: `InvalidInput` for one's own order or one that needs no second signature; `Conflict` when another was first.
    """
    require(by, Permission.ORDER_INFUSION)
    row = _found(order_uid, by=by)
    if not row.needs_second:
        raise InvalidInput(Problem("second signature", "is not needed", "nothing: the order holds as it is"))
    # H-005: above the usual dose two people look at the numbers.
    if row.recorded_by_id == by.account_id:
        raise InvalidInput(Problem("second signature", "is your own", "another prescriber's"))
    try:
        with transaction.atomic():
            OrderSignature.objects.create(order=row, signed_at=at, signed_by_id=by.account_id)
            audit.note("order signed second", subject="order", subject_id=str(order_uid), by=by, at=at)
    except IntegrityError as error:
        if not OrderSignature.objects.filter(order=row, signed_by=by.account_id).exists():
            raise Conflict("someone else has signed this order second already") from error
        return
    outlooks.refresh(row.course.episode_id, at=at)


def stop(order_uid: uuid.UUID, *, reason: str, by: Viewer, at: datetime) -> None:
    """Stop an order, with the reason: nothing is given on it any more. None before it comes back."""
    require(by, Permission.ORDER_INFUSION)
    row = _found(order_uid, by=by)
    with transaction.atomic():
        _lock(row.course_id)
        corrections.replace(row, changes={"entered_in_error": True}, reason=reason, by=by, at=at)
        audit.note("order stopped", subject="order", subject_id=str(order_uid), by=by, at=at)
    outlooks.refresh(row.course.episode_id, at=at)


def chosen(
    *,
    basis: str,
    dose_mg_per_kg: Decimal | None = None,
    dose_mg: Decimal | None = None,
    minutes: int | None = None,
    vial_mg_per_ml: Decimal | None = None,
    diluted_to_ml: Decimal | None = None,
    reason: str = "",
) -> Choice:
    """What a prescriber chose, with its units. Errors: `InvalidInput` for a basis or number that is none."""
    if basis not in set(Basis):
        raise InvalidInput(
            Problem("basis", f"{basis!r} is not known" if basis else "is empty", " or ".join(Basis))
        )
    return Choice(
        basis=Basis(basis),
        dose_per_kg=_quantity(MilligramsPerKilogram, dose_mg_per_kg, "dose"),
        dose=_quantity(Milligrams, dose_mg, "dose"),
        minutes=_quantity(Minutes, None if minutes is None else Decimal(minutes), "minutes"),
        vial=_quantity(MilligramsPerMillilitre, vial_mg_per_ml, "vial"),
        diluted_to=_quantity(Millilitres, diluted_to_ml, "diluted to"),
        reason=reason.strip(),
    )


def from_ground(choice: Choice, ground: queries.Ground) -> Worked:
    """The order that choice comes to now; signs nothing."""
    return work_out(
        choice, body=ground.body, limits=ground.limits, today=ground.today, given_before=ground.given_before
    )


def _keep(
    choice: Choice, worked: Worked, ground: queries.Ground, *, by: Viewer, at: datetime, uid: uuid.UUID
) -> None:
    before = InfusionOrder.current.filter(course_id=ground.course.course_id).first()
    fixed = worked.basis is Basis.FIXED
    InfusionOrder.objects.create(
        uid=uid,
        course_id=ground.course.course_id,
        basis=worked.basis,
        measure_id=None if fixed else ground.measure_id,
        dosing_weight_kg=_number(worked.dosing_weight),
        dose_mg_per_kg=_number(worked.dose_per_kg),
        dose_mg=worked.dose.value,
        minutes=None if worked.minutes is None else int(worked.minutes.value),
        vial_mg_per_ml=_number(worked.vial),
        drawn_ml=_number(worked.drawn),
        diluted_to_ml=_number(worked.diluted_to),
        rate_ml_per_hour=_number(worked.rate),
        arithmetic=worked.arithmetic,
        valid_until=ground.today + ground.limits.duration("order_valid_for"),
        reason=choice.reason,
        needs_second=worked.needs_second,
        happened_at=at,
        recorded_at=at,
        recorded_by_id=by.account_id,
        replaces=before,
        correction_reason="a newer order" if before else "",
    )


def _lock(course_id: int) -> None:
    """Let orders of a course be signed and stopped one after the other, so that one at most is in force."""
    InfusionCourse.objects.select_for_update(no_key=True).get(pk=course_id)


def _found(order_uid: uuid.UUID, *, by: Viewer) -> InfusionOrder:
    row: InfusionOrder | None = InfusionOrder.current.filter(uid=order_uid).select_related("course").first()
    if row is None:
        raise NotFound("no such order, or it was stopped or replaced since you opened it")
    scope.infusion_course(by, row.course_id)
    return row


def _number(quantity: Quantity | None) -> Decimal | None:
    return None if quantity is None else quantity.value


def _quantity(kind: type[Kind], number: Decimal | None, where: str) -> Kind | None:
    if number is None:
        return None
    if not number.is_finite():
        raise InvalidInput(Problem(where, f"{number} is not a number", "a number"))
    return kind(number)
