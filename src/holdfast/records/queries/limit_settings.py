"""Every time a site set a threshold for itself: who, when, to what, and why."""

from dataclasses import dataclass
from datetime import datetime

from holdfast.access import Permission, Viewer, require
from holdfast.records.models import ThresholdSetting


@dataclass(frozen=True)
class Setting:
    """A threshold that was set; without a value it was set back to the protocol's."""

    name: str
    value: float | None
    reason: str
    by: str
    at: datetime


def settings(viewer: Viewer, *, treatment: str) -> tuple[Setting, ...]:
    """What the viewer's site has set for the treatment, newest first. One query."""
    require(viewer, Permission.SEE_INFUSIONS)
    rows = ThresholdSetting.current.filter(clinic_id=viewer.clinic_id, treatment=treatment)
    return tuple(
        Setting(
            name=row.name, value=row.value, reason=row.reason, by=row.recorded_by.name, at=row.happened_at
        )
        for row in rows.select_related("recorded_by").order_by("-happened_at", "-pk")
    )
