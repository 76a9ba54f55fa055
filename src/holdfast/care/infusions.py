"""Infusions that were given, as facts of dose and time."""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from holdfast import units
from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.errors import Conflict, InvalidInput, Problem
from holdfast.pathway import weighing
from holdfast.pathway.limits import SiteLimits
from holdfast.records.models import Episode, Infusion, InfusionVisit
from holdfast.records.queries import orders, scope, site_limits

DRUG = "ketamine_iv"
"""Slug of the treatment that infusions reported from elsewhere are of: by weight, in mg/kg."""


def record(
    episode_id: int,
    *,
    dose_mg: Decimal,
    weight_kg: Decimal,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> Decimal:
    """Record an infusion given and give its dose in mg/kg, computed from dose and weight.

    Units: mg, kg. Errors: `InvalidInput` naming each field outside its limits, or a moment in the future.
    Sending the same `uid` again records nothing new.
    """
    require(by, Permission.RECORD_INFUSION)
    episode = scope.episode(by, episode_id)
    refuse_impossible_weight(weight_kg)
    uid = uid or uuid.uuid4()
    mg_per_kg = units.dose_mg_per_kg(dose_mg=dose_mg, weight_kg=weight_kg)
    limits = site_limits.of_clinic(by.clinic_id, treatment=DRUG)
    try:
        keep(
            episode,
            limits=limits,
            dose_mg=dose_mg,
            dose_mg_per_kg=mg_per_kg,
            weight_kg=weight_kg,
            happened_at=happened_at,
            by=by,
            at=at,
            uid=uid,
        )
    except IntegrityError:
        if not Infusion.objects.filter(uid=uid, episode=episode).exists():
            raise
    outlooks.refresh(episode.pk, at=at)
    return mg_per_kg


@transaction.atomic
def keep(
    episode: Episode,
    *,
    limits: SiteLimits,
    dose_mg_per_kg: Decimal,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID,
    dose_mg: Decimal | None = None,
    weight_kg: Decimal | None = None,
) -> None:
    """Write an infusion as reported, and its audit; no statistics. For verbs that have checked the permission."""
    refuse_out_of_limits(dose_mg_per_kg, limits)
    if happened_at > at:
        raise InvalidInput(Problem("time", "lies in the future", "a moment that has passed"))
    dose = _Dose(DRUG, dose_mg=dose_mg, dose_mg_per_kg=dose_mg_per_kg, weight_kg=weight_kg)
    _write(episode, dose, visit=None, happened_at=happened_at, by=by, at=at, uid=uid)


def keep_given(
    visit: InfusionVisit,
    *,
    given_mg: Decimal,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID,
) -> None:
    """Write what was given at a visit, in the transaction of the verb that ends it; no statistics.

    Units: mg. The dose in mg/kg is that of the weight the order rests on; none for a fixed dose. Less than the lowest
    dose is a fact too: an infusion that was stopped early. Errors: `InvalidInput` for more than was ordered.
    """
    order = orders.of_visit(visit)
    if order is None:
        raise Conflict("this visit has no order: nothing can have been given on it")
    if not 0 < given_mg <= order.dose_mg:
        raise InvalidInput(
            Problem("given", f"{given_mg} mg was not ordered", f"more than 0, up to {order.dose_mg} mg")
        )
    weight_kg = order.dosing_weight_kg
    dose = _Dose(
        visit.booking.course.treatment,
        dose_mg=given_mg,
        dose_mg_per_kg=weight_kg and units.dose_mg_per_kg(dose_mg=given_mg, weight_kg=weight_kg),
        weight_kg=weight_kg,
    )
    _write(visit.episode, dose, visit=visit, happened_at=happened_at, by=by, at=at, uid=uid)


@dataclass(frozen=True)
class _Dose:
    """What was given: treatment and dose. **Units**: mg, mg/kg, kg."""

    drug: str
    dose_mg: Decimal | None
    dose_mg_per_kg: Decimal | None
    weight_kg: Decimal | None


def _write(
    episode: Episode,
    dose: _Dose,
    *,
    visit: InfusionVisit | None,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID,
) -> None:
    row = Infusion.objects.create(
        uid=uid,
        episode=episode,
        visit=visit,
        happened_at=happened_at,
        recorded_at=at,
        recorded_by_id=by.account_id,
        **asdict(dose),
    )
    audit.note(
        "infusion recorded", subject="infusion", subject_id=str(row.uid), by=by, at=at, episode=episode.pk
    )


def refuse_out_of_limits(dose_mg_per_kg: Decimal, limits: SiteLimits) -> None:
    """Refuse, with `InvalidInput`, a dose outside what the site allows. **Units**: mg/kg."""
    # H-005: a dose outside the site's limits is a slip of unit or decimal point until proven otherwise.
    lowest, highest = limits.number("lowest_dose_mg_per_kg"), limits.number("highest_dose_mg_per_kg")
    if not lowest <= float(dose_mg_per_kg) <= highest:
        raise InvalidInput(
            Problem(
                "dose",
                f"{dose_mg_per_kg} mg/kg is outside the limits",
                f"{lowest} to {highest} mg/kg; check dose in mg and weight in kg",
            )
        )


def refuse_impossible_weight(weight_kg: Decimal) -> None:
    """Refuse, with `InvalidInput`, a weight nobody has. **Units**: kg."""
    lightest, heaviest = weighing.LIGHTEST_KG, weighing.HEAVIEST_KG
    if not lightest <= weight_kg <= heaviest:
        raise InvalidInput(
            Problem(
                "weight", f"{weight_kg} kg is not a likely weight", f"kilograms, {lightest} to {heaviest}"
            )
        )
