"""The day of the infusions at a clinic: everyone booked, how far each is, what is due next and what waits."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from holdfast.access import Permission, Viewer, require
from holdfast.pathway import chair, flow_sheet
from holdfast.pathway.chair import Kind, Phase
from holdfast.pathway.flow_sheet import Due, OutOfRange
from holdfast.pathway.go_list import GoList, Verdict
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import infusions
from holdfast.records.models import (
    BookingCancellation,
    Discharge,
    InfusionBooking,
    InfusionEvent,
    InfusionVisit,
    VitalsRow,
    VitalsSeen,
)
from holdfast.records.queries import clinic, go_lists, identity, scope, site_limits
from holdfast.records.queries.go_record import Case

LOOKS_BACK = timedelta(days=7)
"""For how long someone whom nobody has let go stays on the board of the days after. A convention."""


class State(StrEnum):
    """How far someone is on the day."""

    EXPECTED = "expected"
    ARRIVED = "arrived"
    LIST_OPEN = "list open"
    READY = "may start"
    NO_GO = "no-go"
    STOPPED = "clinician first"
    RUNNING = "running"
    PAUSED = "paused"
    WATCHING = "watching"
    HOME = "gone home"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class DayRow:
    """One booking of the day. `go` is its list, also before they come: what the record already says.

    `minute` counts from the start of the drug. `due` are the rows of the sheet so far; `unseen` are the values out of
    range about which nobody has written what was done. `why` is of a cancellation, `whose` as its slug.
    """

    booking_uid: uuid.UUID
    visit_uid: uuid.UUID | None
    course_id: int
    episode_id: int
    name: str
    code: str
    protocol: InfusionProtocol
    starts_at: datetime
    chair: str
    nurse: str
    nurse_id: int
    state: State
    go: GoList
    arrived_at: datetime | None
    minute: int | None
    due: tuple[Due, ...]
    unseen: tuple[OutOfRange, ...]
    home_at: datetime | None
    whose: str
    why: str

    @property
    def next_due(self) -> Due | None:
        """The row of the sheet to measure now, else the next one ahead."""
        return flow_sheet.next_due(self.due)

    @property
    def here(self) -> bool:
        """Whether they are at the clinic now."""
        return self.visit_uid is not None and self.state not in {State.HOME, State.CANCELLED}


def of_day(viewer: Viewer, day: date, *, at: datetime) -> tuple[DayRow, ...]:
    """Everyone booked on that day of the clinic's calendar, by time. The same queries for one as for many.

    With them whoever came in the days before and was neither let go nor sent home.
    """
    require(viewer, Permission.SEE_INFUSIONS)
    zone = clinic.zone(viewer.clinic_id)
    midnight, next_one = (
        datetime.combine(one, time(), tzinfo=ZoneInfo(zone)) for one in (day, day + timedelta(days=1))
    )
    on_the_day = Q(happened_at__gte=midnight, happened_at__lt=next_one)
    rows = InfusionBooking.current.filter(course__episode__in=scope.episodes(viewer))
    rows = rows.filter(on_the_day | Q(pk__in=_still_here(midnight)))
    related = ("course__episode__patient", "chair", "nurse")
    bookings = list(rows.select_related(*related).order_by("happened_at", "pk"))
    return _rows(bookings, clinic_id=viewer.clinic_id, zone=zone, at=at)


def _still_here(midnight: datetime) -> QuerySet[Any, Any]:
    """Ids of bookings before that day whose visit nobody has closed."""
    came = InfusionVisit.current.filter(
        booking__happened_at__gte=midnight - LOOKS_BACK, booking__happened_at__lt=midnight
    )
    gone = Discharge.current.filter(visit=OuterRef("pk"))
    cancelled = BookingCancellation.current.filter(booking=OuterRef("booking"))
    rows: QuerySet[Any, Any] = came.exclude(Exists(gone)).exclude(Exists(cancelled))
    return rows.values("booking")


def _rows(
    bookings: Sequence[InfusionBooking], *, clinic_id: int, zone: str, at: datetime
) -> tuple[DayRow, ...]:
    came = {row.booking_id: row for row in InfusionVisit.current.filter(booking__in=bookings)}
    limits = site_limits.of_clinics({clinic_id})
    cases = [
        _case(row, came.get(row.pk), limits[clinic_id, row.course.treatment], zone=zone) for row in bookings
    ]
    lists = go_lists.judged(cases, at=at)
    cancelled = {row.booking_id: row for row in BookingCancellation.current.filter(booking__in=bookings)}
    names = identity.names({row.course.episode.patient_id for row in bookings})
    seats = _seats({row.pk for row in came.values()})
    return tuple(
        _row(
            row,
            came.get(row.pk),
            names.get(row.course.episode.patient_id, row.course.episode.patient.code),
            lists[row.pk],
            seats.get(case.visit_id, _Seat()).as_of(case.limits, at=at),
            cancelled.get(row.pk),
        )
        for case, row in zip(cases, bookings, strict=True)
    )


@dataclass(frozen=True)
class _Chair:
    """What is going on at a chair at one moment."""

    phase: Phase
    minute: int | None
    due: tuple[Due, ...]
    unseen: tuple[OutOfRange, ...]
    home_at: datetime | None


@dataclass
class _Seat:
    """What was written at a chair, as it is gathered: events, rows by id, ids of those answered, going home."""

    events: list[chair.Event] = field(default_factory=list)
    rows: dict[int, VitalsRow] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    home_at: datetime | None = None

    def as_of(self, limits: SiteLimits, *, at: datetime) -> _Chair:
        """What is going on there."""
        started_at = next((one.at for one in self.events if one.kind is Kind.START), None)
        held = self._held()
        given = {row.due_minute for row in held if row.due_minute is not None}
        due = flow_sheet.due_rows(limits, started_at=started_at, home_at=self.home_at, given=given, at=at)
        return _Chair(
            phase=chair.phase_of(self.events),
            minute=None if started_at is None else int((at - started_at) // timedelta(minutes=1)),
            due=due,
            unseen=tuple(one for row in held for one in self._unseen(row, limits)),
            home_at=self.home_at,
        )

    def _held(self) -> list[VitalsRow]:
        replaced = {row.replaces_id for row in self.rows.values()}
        return [row for pk, row in self.rows.items() if pk not in replaced and not row.entered_in_error]

    def _unseen(self, row: VitalsRow, limits: SiteLimits) -> tuple[OutOfRange, ...]:
        """What is out of range in a row that nobody has answered (H-027).

        What was answered on the row it corrects is answered, unless it is out of range in another way.
        """
        beyond, one = _beyond(row, limits), row
        while beyond and one.pk not in self.seen:
            before = self.rows.get(one.replaces_id or 0)
            if before is None or not set(beyond) <= set(_beyond(before, limits)):
                return beyond
            one = before
        return ()


def _beyond(row: VitalsRow, limits: SiteLimits) -> tuple[OutOfRange, ...]:
    values = {one.slug: getattr(row, one.slug) for one in limits.protocol.measurements}
    return flow_sheet.out_of_range(values, limits)


def _seats(visit_ids: Collection[int]) -> Mapping[int | None, _Seat]:
    seats: defaultdict[int | None, _Seat] = defaultdict(_Seat)
    events = InfusionEvent.current.filter(visit__in=visit_ids).order_by("happened_at", "pk")
    for visit_id, kind, moment in events.values_list("visit", "kind", "happened_at"):
        seats[visit_id].events.append(chair.Event(Kind(kind), moment))
    for row in VitalsRow.objects.filter(visit__in=visit_ids).order_by("happened_at", "pk"):
        seats[row.visit_id].rows[row.pk] = row
    seen = VitalsSeen.current.filter(row__visit__in=visit_ids)
    for visit_id, row_id in seen.values_list("row__visit", "row"):
        seats[visit_id].seen.add(row_id)
    gone = Discharge.current.filter(visit__in=visit_ids)
    for visit_id, moment in gone.values_list("visit", "happened_at"):
        seats[visit_id].home_at = moment
    return seats


def _case(row: InfusionBooking, visit: InfusionVisit | None, limits: SiteLimits, *, zone: str) -> Case:
    return Case(
        key=row.pk,
        visit_id=visit.pk if visit else None,
        course_id=row.course_id,
        episode_id=row.course.episode_id,
        limits=limits,
        zone=zone,
        starts_at=row.happened_at,
    )


def _row(
    row: InfusionBooking,
    visit: InfusionVisit | None,
    name: str,
    go: GoList,
    seat: _Chair,
    cancelled: BookingCancellation | None,
) -> DayRow:
    return DayRow(
        booking_uid=row.uid,
        visit_uid=visit.uid if visit else None,
        course_id=row.course_id,
        episode_id=row.course.episode_id,
        name=name,
        code=row.course.episode.patient.code,
        protocol=infusions(row.course.treatment),
        starts_at=row.happened_at,
        chair=row.chair.name,
        nurse=row.nurse.name,
        nurse_id=row.nurse_id,
        state=_state(visit, go, seat, cancelled),
        go=go,
        arrived_at=visit.happened_at if visit else None,
        minute=seat.minute,
        due=seat.due if seat.minute is not None else (),
        unseen=seat.unseen,
        home_at=seat.home_at,
        whose=cancelled.whose if cancelled else "",
        why=cancelled.reason if cancelled else "",
    )


_OF_PHASE = {Phase.RUNNING: State.RUNNING, Phase.PAUSED: State.PAUSED, Phase.OVER: State.WATCHING}
_OF_VERDICT = {
    Verdict.STOPPED: State.STOPPED,
    Verdict.NO_GO: State.NO_GO,
    Verdict.NOT_YET: State.LIST_OPEN,
    Verdict.GO: State.READY,
}


def _state(
    visit: InfusionVisit | None, go: GoList, seat: _Chair, cancelled: BookingCancellation | None
) -> State:
    if seat.home_at is not None:
        return State.HOME
    if seat.phase in _OF_PHASE:
        return _OF_PHASE[seat.phase]
    if cancelled is not None:
        return State.CANCELLED
    if visit is None:
        return State.EXPECTED
    return _OF_VERDICT[go.verdict] if go.touched else State.ARRIVED
