"""A site sets a threshold of a treatment for itself, with a signature, or sets it back to the protocol's."""

import uuid
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit
from holdfast.errors import InvalidInput, NotFound, Problem
from holdfast.pathway.limit_pairs import adjustable, contradictions
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import SiteThreshold
from holdfast.protocols.loader import infusions
from holdfast.records.models import Clinic, ThresholdSetting
from holdfast.records.queries import site_limits


def set_limit(
    *,
    treatment: str,
    name: str,
    value: float | None,
    reason: str,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Set the threshold of that name at the viewer's site; None sets it back to what the protocol says.

    Units: those of the protocol. Errors: `NotFound` for a threshold the site may not set; `InvalidInput` for a value
    outside its range, that contradicts another threshold or holds already, or without a reason. Sending the same `uid`
    again sets nothing new.
    """
    require(by, Permission.ORDER_INFUSION)
    shipped = adjustable(infusions(treatment)).get(name)
    if shipped is None:
        raise NotFound(f"{treatment} has no threshold {name!r} that a site may set")
    uid = uid or uuid.uuid4()
    if ThresholdSetting.objects.filter(uid=uid, clinic_id=by.clinic_id).exists():
        return
    problems = [] if reason.strip() else [Problem("reason", "is empty", "why this site does so, in words")]
    try:
        with transaction.atomic():
            # Locked, so that of two thresholds set at the same moment the second is held against the first.
            Clinic.objects.select_for_update(no_key=True).get(pk=by.clinic_id)
            here = site_limits.of_clinic(by.clinic_id, treatment=treatment)
            problems += _unfit(here, shipped, name, value)
            if problems:
                raise InvalidInput(*problems)
            ThresholdSetting.objects.create(
                uid=uid,
                clinic_id=by.clinic_id,
                treatment=treatment,
                name=name,
                value=value,
                reason=reason.strip(),
                happened_at=at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
            done = "limit set back" if value is None else "limit set"
            audit.note(
                done, subject="limit", subject_id=str(uid), by=by, at=at, treatment=treatment, name=name
            )
    except IntegrityError:
        if not ThresholdSetting.objects.filter(uid=uid, clinic_id=by.clinic_id).exists():
            raise


def _range(shipped: SiteThreshold) -> str:
    upper = shipped.model_copy(update={"value": shipped.highest})
    return f"{shipped.lowest:g} to {upper.words}"


def _unfit(here: SiteLimits, shipped: SiteThreshold, name: str, value: float | None) -> list[Problem]:
    if shipped.lowest is None or shipped.highest is None:
        raise NotFound(f"a site may not set {name!r}")
    # H-035: a site's own limit stays within what the protocol allows, and never contradicts another limit.
    if value is not None and not shipped.lowest <= value <= shipped.highest:
        what = f"{value:g} lies outside what a site may set"
        return [Problem("value", what, _range(shipped))]
    set_now = here.settings.get(name)
    if value == (None if set_now is None else set_now.value):
        return [Problem("value", "is so already", "another value, or leave it as it is")]
    after = shipped if value is None else shipped.model_copy(update={"value": value})
    there = replace(here, settings={**here.settings, name: after})
    return list(contradictions(there, name=name))
