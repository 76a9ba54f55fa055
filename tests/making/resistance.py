"""Makes what was tried and how the illness went."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from holdfast.access import Viewer
from holdfast.care import resistance
from tests.make import NOW


def make_trial(
    episode_id: int, drug: str = "sertraline", *, by: Viewer, at: datetime = NOW, **changes: Any
) -> uuid.UUID:
    """An adequate trial of that drug that failed: 200 mg a day for 10 weeks, 10 % better. Gives its uid."""
    usual = {
        "dose_mg": Decimal(200), "weeks": Decimal(10), "improvement_percent": 10, "stopped": "no_effect",
    }  # fmt: skip
    return resistance.record_drug(episode_id, drug=drug, **{**usual, **changes}, by=by, at=at)


def make_other(
    episode_id: int, kind: str = "ect_bilateral", *, by: Viewer, at: datetime = NOW, **changes: Any
) -> uuid.UUID:
    """A treatment of that kind in this episode that brought little: 8 sessions, 20 % better. Gives its uid."""
    usual = {"sessions": 8, "improvement_percent": 20}
    return resistance.record_other(episode_id, kind=kind, **{**usual, **changes}, by=by, at=at)


def make_history(episode_id: int, *, by: Viewer, at: datetime = NOW, **changes: Any) -> uuid.UUID:
    """A severe episode of 18 months, pregnancy not possible. Gives its uid."""
    usual = {"months": 18, "severity": "severe", "may_be_pregnant": False}
    return resistance.record_history(episode_id, **{**usual, **changes}, by=by, at=at)
