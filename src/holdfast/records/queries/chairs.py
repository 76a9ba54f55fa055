"""The chairs of a clinic, with how much is booked on each."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from holdfast.access import Permission, Role, Viewer, require
from holdfast.records.models import Account, Chair
from holdfast.records.queries import infusion_courses


@dataclass(frozen=True)
class ChairRow:
    """A chair; `ahead` is how many infusions are booked on it from now on."""

    chair_id: int
    name: str
    is_active: bool
    ahead: int


def of_clinic(viewer: Viewer, *, at: datetime) -> tuple[ChairRow, ...]:
    """Every chair of the viewer's clinic, those in use first, by name. Two queries."""
    require(viewer, Permission.SEE_INFUSIONS)
    rows = Chair.objects.filter(clinic_id=viewer.clinic_id).order_by("-is_active", "name")
    booked = infusion_courses.standing_bookings().filter(
        chair__clinic_id=viewer.clinic_id, happened_at__gte=at
    )
    ahead = dict(booked.values_list("chair").annotate(number=Count("pk")).order_by())
    return tuple(ChairRow(row.pk, row.name, row.is_active, ahead.get(row.pk, 0)) for row in rows)


def in_use(viewer: Viewer) -> tuple[tuple[int, str], ...]:
    """Chairs that can be booked: id and name."""
    require(viewer, Permission.SEE_INFUSIONS)
    rows = Chair.objects.filter(clinic_id=viewer.clinic_id, is_active=True).order_by("name")
    return tuple(rows.values_list("pk", "name"))


def nurses(viewer: Viewer) -> tuple[tuple[int, str], ...]:
    """Who may look after an infusion at the viewer's clinic: id and name, nurses first."""
    require(viewer, Permission.SEE_INFUSIONS)
    rows = Account.objects.filter(
        clinic_id=viewer.clinic_id, role__in=(Role.NURSE, Role.PRESCRIBER), is_active=True
    )
    return tuple(rows.order_by("role", "name").values_list("pk", "name"))
