"""Visits for infusions: whose each is, what its go / no-go list says, and how far everyone of a day is."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from holdfast.access import Permission, Viewer, require
from holdfast.pathway.chair import Kind
from holdfast.pathway.go_list import Escort, GoList
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import infusions
from holdfast.records.models import (
    BookingCancellation,
    Discharge,
    InfusionEvent,
    InfusionVisit,
)
from holdfast.records.queries import clinic, go_lists, identity, orders, scope, site_limits
from holdfast.records.queries.go_record import Case
from holdfast.records.queries.infusion_day import DayRow, State, of_day
from holdfast.records.queries.orders import OrderRow

__all__ = ["DayRow", "State", "Visit", "begun", "go_list", "of_day", "visit"]


@dataclass(frozen=True)
class Visit:
    """Someone here for an infusion, and how far the day is.

    `order` is the one the drug was started on, before that the one that holds; `go` the list of the day. `stopped` is
    whether the drug ended early. `not_go` is why they were sent home without it; empty otherwise.
    """

    uid: uuid.UUID
    episode_id: int
    course_id: int
    treatment: str
    name: str
    code: str
    born_on: date | None
    booking_uid: uuid.UUID
    starts_at: datetime
    chair: str
    nurse: str
    order: OrderRow | None
    go: GoList
    arrived_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    stopped: bool
    discharged_at: datetime | None
    not_go: str

    @property
    def protocol(self) -> InfusionProtocol:
        """The treatment's protocol."""
        return infusions(self.treatment)

    @property
    def escort(self) -> Escort | None:
        """Who takes them home, once named."""
        return self.go.escort

    @property
    def listing(self) -> bool:
        """Whether the list is still open: the drug has not begun and nobody was sent home."""
        return self.started_at is None and not self.not_go


def visit(viewer: Viewer, uid: uuid.UUID, *, at: datetime) -> Visit:
    """One visit. Errors: `NotFound` when it is not the viewer's to open."""
    row = scope.visit(viewer, uid)
    booking, events = row.booking, _events(row)
    details = identity.details(row.episode.patient_id)
    end, order = events.get(Kind.END) or events.get(Kind.STOP), orders.of_visit(row)
    return Visit(
        uid=row.uid,
        episode_id=row.episode_id,
        course_id=booking.course_id,
        treatment=booking.course.treatment,
        name=details.name if details else row.episode.patient.code,
        code=row.episode.patient.code,
        born_on=details.born_on if details else None,
        booking_uid=booking.uid,
        starts_at=booking.happened_at,
        chair=booking.chair.name,
        nurse=booking.nurse.name,
        order=orders.order(viewer, order.uid, at=at) if order else None,
        go=_judged(row, viewer, at=at),
        arrived_at=row.happened_at,
        started_at=events.get(Kind.START),
        ended_at=end,
        stopped=Kind.STOP in events,
        discharged_at=Discharge.current.filter(visit=row).values_list("happened_at", flat=True).first(),
        not_go=_why_cancelled(row),
    )


def go_list(viewer: Viewer, uid: uuid.UUID, *, at: datetime) -> GoList:
    """The list of a visit as it stands at that moment. The drug is begun on `Verdict.GO` alone."""
    require(viewer, Permission.SEE_INFUSIONS)
    return _judged(scope.visit(viewer, uid), viewer, at=at)


def begun(row: InfusionVisit) -> bool:
    """Whether the drug was begun at that visit."""
    return InfusionEvent.current.filter(visit=row, kind=Kind.START).exists()


def _events(row: InfusionVisit) -> Mapping[str, datetime]:
    marks = (Kind.START, Kind.END, Kind.STOP)
    found = InfusionEvent.current.filter(visit=row, kind__in=marks)
    return dict(found.values_list("kind", "happened_at"))


def _why_cancelled(row: InfusionVisit) -> str:
    found = BookingCancellation.current.filter(booking=row.booking).values_list("reason", flat=True).first()
    return found or ""


def _judged(row: InfusionVisit, viewer: Viewer, *, at: datetime) -> GoList:
    treatment = row.booking.course.treatment
    case = Case(
        key=row.booking_id,
        visit_id=row.pk,
        course_id=row.booking.course_id,
        episode_id=row.episode_id,
        limits=site_limits.of_clinic(viewer.clinic_id, treatment=treatment),
        zone=clinic.zone(viewer.clinic_id),
        starts_at=row.booking.happened_at,
    )
    return go_lists.judged((case,), at=at)[case.key]
