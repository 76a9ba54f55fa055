"""Infusions that were given, as facts of dose and time."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from holdfast import units
from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.errors import InvalidInput, Problem
from holdfast.protocols.loader import load as load_protocol
from holdfast.records.models import Episode, Infusion
from holdfast.records.queries import scope

DRUG = "ketamine_iv"


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
    _refuse_impossible_weight(weight_kg)
    uid = uid or uuid.uuid4()
    mg_per_kg = units.dose_mg_per_kg(dose_mg=dose_mg, weight_kg=weight_kg)
    try:
        keep(
            episode,
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
    dose_mg_per_kg: Decimal,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID,
    dose_mg: Decimal | None = None,
    weight_kg: Decimal | None = None,
) -> None:
    """Write the infusion and its audit; no statistics. For verbs that have checked the permission."""
    _refuse_out_of_limits(dose_mg_per_kg)
    if happened_at > at:
        raise InvalidInput(Problem("time", "lies in the future", "a moment that has passed"))
    row = Infusion.objects.create(
        uid=uid,
        episode=episode,
        drug=DRUG,
        dose_mg=dose_mg,
        dose_mg_per_kg=dose_mg_per_kg,
        weight_kg=weight_kg,
        happened_at=happened_at,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )
    audit.note(
        "infusion recorded", subject="infusion", subject_id=str(row.uid), by=by, at=at, episode=episode.pk
    )


def _refuse_out_of_limits(dose_mg_per_kg: Decimal) -> None:
    # H-005: a dose outside the site's limits is a slip of unit or decimal point until proven otherwise.
    limits = load_protocol(DRUG).thresholds
    lowest, highest = limits["lowest_dose_mg_per_kg"].value, limits["highest_dose_mg_per_kg"].value
    if not lowest <= float(dose_mg_per_kg) <= highest:
        raise InvalidInput(
            Problem(
                "dose",
                f"{dose_mg_per_kg} mg/kg is outside the limits",
                f"{lowest} to {highest} mg/kg; check dose in mg and weight in kg",
            )
        )


def _refuse_impossible_weight(weight_kg: Decimal) -> None:
    if not 25 <= weight_kg <= 350:
        raise InvalidInput(
            Problem("weight", f"{weight_kg} kg is not a likely weight", "kilograms, 25 to 350")
        )
