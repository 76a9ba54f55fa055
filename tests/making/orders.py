"""A course of infusions with a signed order."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from holdfast.access import Role, Viewer
from holdfast.care import infusion_courses, orders, weights
from holdfast.protocols.infusion import Dosing
from holdfast.records.queries import infusion_courses as queries
from tests import make

BY_WEIGHT: dict[str, Any] = {
    "basis": "actual_weight", "dose_mg_per_kg": Decimal("0.5"), "minutes": 40,
    "vial_mg_per_ml": Decimal(50), "diluted_to_ml": Decimal(50),
}  # fmt: skip
"""The usual dose over the usual time, from a vial of 50 mg/mL made up to 50 mL."""

FIXED: dict[str, Any] = {"basis": "fixed", "dose_mg": Decimal(56)}
"""The first dose of the nasal spray."""


def make_prescriber(clinic_id: int, *, username: str = "rivera", name: str = "Dr Rivera") -> Viewer:
    """Someone who may sign orders."""
    return make.make_account(Role.PRESCRIBER, clinic_id=clinic_id, username=username, name=name)


def make_infusion_course(
    episode_id: int,
    *,
    treatment: str = "ketamine_iv",
    schedule: str = "twice_weekly",
    by: Viewer,
    at: datetime = make.NOW - timedelta(days=1),
) -> int:
    """A course of a treatment that begins at `at`; gives its id."""
    return infusion_courses.begin(
        episode_id, treatment=treatment, schedule=schedule, happened_at=at, by=by, at=at
    )


def make_weight(
    episode_id: int,
    weight_kg: str = "72.0",
    *,
    height_cm: str | None = "175.0",
    by: Viewer,
    at: datetime = make.NOW - timedelta(hours=2),
) -> None:
    """Someone is weighed at `at`, and measured unless `height_cm` is None."""
    height = None if height_cm is None else Decimal(height_cm)
    weights.record(
        episode_id, weight_kg=Decimal(weight_kg), height_cm=height, happened_at=at, sure=True, by=by, at=at
    )


def make_order(course_id: int, *, by: Viewer, at: datetime = make.NOW, **changes: Any) -> uuid.UUID:
    """The usual order of the course's treatment but for `changes`; by weight, someone must have been weighed."""
    protocol = queries.course(by, course_id).protocol
    usual = FIXED if protocol.dosing is Dosing.FIXED else BY_WEIGHT
    return orders.sign(course_id, **{**usual, **changes}, by=by, at=at)
