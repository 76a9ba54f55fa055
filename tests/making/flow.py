"""The flow sheet at the chair: a visit with the drug running, and rows of vitals."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from holdfast.access import Viewer
from holdfast.care import flow_sheets
from holdfast.records.models import (
    Chair,
    InfusionBooking,
    InfusionCourse,
    InfusionEvent,
    InfusionOrder,
    InfusionVisit,
)
from holdfast.records.queries import orders
from tests import make

ARRIVED = make.NOW - timedelta(hours=1)
"""When people of these tests come: 14:00."""

STARTED = make.NOW - timedelta(minutes=45)
"""When their drug begins: 14:15."""

CALM: Mapping[str, int | None] = {
    "systolic": 118,
    "diastolic": 76,
    "heart_rate": 72,
    "oxygen": 98,
    "breaths": 14,
    "sedation": 5,
    "dissociation": 0,
    "nausea": 0,
}
"""A row with nothing out of range."""

HIGH: Mapping[str, int | None] = {**CALM, "systolic": 192}
"""A row whose systolic pressure is out of range."""


def make_visit(
    episode_id: int,
    *,
    by: Viewer,
    treatment: str = "ketamine_iv",
    dose_mg: str = "35",
    arrived_at: datetime = ARRIVED,
) -> uuid.UUID:
    """Someone who has come for an infusion of 35 mg at 75 mL/h, nothing checked yet; gives the visit's uid."""
    written = {"happened_at": arrived_at, "recorded_at": arrived_at, "recorded_by_id": by.account_id}
    course = InfusionCourse.objects.create(
        episode_id=episode_id,
        treatment=treatment,
        protocol_version="0.2.0",
        schedule="twice_weekly",
        **written,
    )
    by_weight = {} if treatment == "esketamine_nasal" else {
        "basis": "actual_weight", "dosing_weight_kg": Decimal(70), "dose_mg_per_kg": Decimal("0.5"), "minutes": 40,
        "vial_mg_per_ml": Decimal(50), "drawn_ml": Decimal("0.7"), "diluted_to_ml": Decimal(50),
        "rate_ml_per_hour": Decimal(75),
    }  # fmt: skip
    InfusionOrder.objects.create(
        **{
            "course": course, "basis": "fixed", "dose_mg": Decimal(dose_mg), "arithmetic": [], "needs_second": False,
            "valid_until": arrived_at.date() + timedelta(days=7), **by_weight, **written,
        }
    )  # fmt: skip
    chair, _ = Chair.objects.get_or_create(clinic_id=by.clinic_id, name="Chair 1")
    booking = InfusionBooking.objects.create(
        course=course, minutes=150, chair=chair, nurse_id=by.account_id, **written
    )
    return InfusionVisit.objects.create(episode_id=episode_id, booking=booking, **written).uid


def make_started(episode_id: int, *, by: Viewer, started_at: datetime = STARTED, **visit: str) -> uuid.UUID:
    """A visit with the drug running since `started_at`, whatever the list of the day says; gives the visit's uid."""
    uid = make_visit(episode_id, by=by, arrived_at=started_at - timedelta(minutes=15), **visit)
    visit_row = InfusionVisit.objects.get(uid=uid)
    InfusionEvent.objects.create(
        visit=visit_row, kind="start", order=orders.of_visit(visit_row), happened_at=started_at, recorded_at=started_at,
        recorded_by_id=by.account_id,
    )  # fmt: skip
    return uid


def make_row(
    visit_uid: uuid.UUID,
    values: Mapping[str, int | None] = CALM,
    *,
    by: Viewer,
    minute: int | None = None,
    happened_at: datetime = make.NOW,
    at: datetime = make.NOW,
    **changes: int | None,
) -> uuid.UUID:
    """A row of vitals, calm but for what is named; gives its uid."""
    uid = uuid.uuid4()
    flow_sheets.add_row(
        visit_uid,
        values={**values, **changes},
        due_minute=minute,
        happened_at=happened_at,
        by=by,
        at=at,
        uid=uid,
    )
    return uid


def make_finished(visit_uid: uuid.UUID, *, by: Viewer, happened_at: datetime, given_mg: str = "35") -> None:
    """The drug ended as planned, all of it given."""
    flow_sheets.finish(
        visit_uid,
        stopped=False,
        given_mg=Decimal(given_mg),
        happened_at=happened_at,
        by=by,
        at=max(happened_at, make.NOW),
    )
