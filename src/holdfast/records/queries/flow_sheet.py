"""The flow sheet of one visit: rows and events with who wrote them, what is due next, what waits for an answer."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from holdfast.access import Permission, Viewer, may, require
from holdfast.pathway import chair, flow_sheet
from holdfast.pathway.flow_sheet import Due, OutOfRange, Vitals
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import InfusionProtocol, Measurement
from holdfast.records.models import (
    Discharge,
    Infusion,
    InfusionEvent,
    InfusionOrder,
    InfusionVisit,
    VitalsRow,
    VitalsSeen,
)
from holdfast.records.queries import identity, orders, scope, site_limits

LATER = timedelta(minutes=5)
"""A row written down longer than this after it was measured says so."""


@dataclass(frozen=True)
class Seen:
    """What was done about a row that is out of range."""

    action: str
    at: datetime
    by: str


@dataclass(frozen=True)
class SheetRow:
    """A row as it was measured.

    `minute` counts from the start, empty before there is one. `change` is how pressure moved from the start. A
    corrected or withdrawn row is `struck` and carries the reason of its correction in `struck_for`.
    """

    uid: uuid.UUID
    at: datetime
    recorded_at: datetime
    by: str
    due_minute: int | None
    minute: int | None
    values: Mapping[str, int | None]
    note: str
    out_of_range: tuple[OutOfRange, ...]
    lacking: tuple[Measurement, ...]
    change: str
    seen: tuple[Seen, ...]
    struck: bool
    struck_for: str
    struck_by: str

    @property
    def waits(self) -> bool:
        """Whether something is out of range and nobody has written what was done."""
        return bool(self.out_of_range) and not self.seen and not self.struck

    @property
    def entered_later(self) -> bool:
        """Whether it was written down well after it was measured, such as when the connection was gone."""
        return self.recorded_at - self.at > LATER


@dataclass(frozen=True)
class SheetEvent:
    """Something that happened in the chair; `kind` as in `chair.Kind`, `said` in words. **Units**: mL per hour."""

    uid: uuid.UUID
    kind: chair.Kind
    said: str
    at: datetime
    recorded_at: datetime
    by: str
    minute: int | None
    rate_ml_per_hour: Decimal | None
    drug: str
    dose: str
    reason: str


@dataclass(frozen=True)
class Ordered:
    """What was ordered. **Units**: mg, minutes, mL, mL per hour; empty for a spray but for the dose."""

    dose_mg: Decimal
    minutes: int | None
    diluted_to_ml: Decimal | None
    rate_ml_per_hour: Decimal | None


@dataclass(frozen=True)
class Expected:
    """What should have gone in by now. **Units**: mL and mg."""

    volume_ml: Decimal
    dose_mg: Decimal | None


@dataclass(frozen=True)
class Sheet:
    """The flow sheet as of `at`: `rows` and `events` by time, struck rows among them.

    `given_mg` is set once the drug has ended. `may_run` says whether this viewer may write on it.
    """

    visit_uid: uuid.UUID
    episode_id: int
    name: str
    code: str
    born_on: date | None
    treatment: str
    limits: SiteLimits
    order: Ordered | None
    arrived_at: datetime
    home_at: datetime | None
    at: datetime
    rows: tuple[SheetRow, ...]
    events: tuple[SheetEvent, ...]
    due: tuple[Due, ...]
    given_mg: Decimal | None
    may_run: bool

    @property
    def protocol(self) -> InfusionProtocol:
        """The treatment's protocol."""
        return self.limits.protocol

    @property
    def columns(self) -> tuple[Measurement, ...]:
        """The columns of its table: those of every row, and others once they hold a value."""
        used = {slug for row in self.rows for slug, value in row.values.items() if value is not None}
        return tuple(one for one in self.protocol.measurements if one.required or one.slug in used)

    @property
    def current(self) -> tuple[SheetRow, ...]:
        """Rows that hold: neither corrected nor withdrawn."""
        return tuple(row for row in self.rows if not row.struck)

    @property
    def unanswered(self) -> tuple[SheetRow, ...]:
        """Rows out of range about which nobody has written what was done."""
        return tuple(row for row in self.rows if row.waits)

    @property
    def next_due(self) -> Due | None:
        """The row to measure now, else the next one ahead."""
        return flow_sheet.next_due(self.due)

    @property
    def phase(self) -> chair.Phase:
        """How far the drug is."""
        return chair.phase_of(self._happened)

    @property
    def started_at(self) -> datetime | None:
        """When the drug began."""
        return next((event.at for event in self.events if event.kind is chair.Kind.START), None)

    @property
    def end(self) -> SheetEvent | None:
        """The end of the drug, planned or early."""
        return next((one for one in self.events if one.kind in (chair.Kind.END, chair.Kind.STOP)), None)

    @property
    def running(self) -> timedelta:
        """How long the drug has run, pauses left out."""
        return chair.running(self._happened, at=self.at)

    @property
    def expected(self) -> Expected | None:
        """What should have gone in by now; None for a spray or before the start."""
        rate = self.order.rate_ml_per_hour if self.order else None
        volume = chair.volume_ml(self._happened, rate_ml_per_hour=rate, at=self.at)
        if self.order is None or volume is None or self.started_at is None:
            return None
        whole = self.order.diluted_to_ml
        if whole is None:
            return Expected(volume, None)
        volume = min(volume, whole)
        return Expected(volume, self.order.dose_mg * volume / whole)

    @property
    def _happened(self) -> list[chair.Event]:
        return [chair.Event(one.kind, one.at, one.rate_ml_per_hour) for one in self.events]

    def row(self, uid: uuid.UUID) -> SheetRow | None:
        """The row of that uid."""
        return next((row for row in self.rows if row.uid == uid), None)


def sheet(viewer: Viewer, visit_uid: uuid.UUID, *, at: datetime) -> Sheet:
    """The flow sheet as of `at`. The number of queries does not grow with the rows."""
    require(viewer, Permission.SEE_INFUSIONS)
    visit = scope.visit(viewer, visit_uid)
    treatment = visit.booking.course.treatment
    limits = site_limits.of_clinic(visit.episode.patient.clinic_id, treatment=treatment)
    events = _events(visit)
    started_at = next((event.at for event in events if event.kind is chair.Kind.START), None)
    home = Discharge.current.filter(visit=visit).values_list("happened_at", flat=True).first()
    rows = _rows(visit, limits, started_at)
    details = identity.details(visit.episode.patient_id)
    given = {row.due_minute for row in rows if not row.struck and row.due_minute is not None}
    return Sheet(
        visit_uid=visit.uid,
        episode_id=visit.episode_id,
        name=details.name if details else visit.episode.patient.code,
        code=visit.episode.patient.code,
        born_on=details.born_on if details else None,
        treatment=treatment,
        limits=limits,
        order=_ordered(orders.of_visit(visit)),
        arrived_at=visit.happened_at,
        home_at=home,
        at=at,
        rows=rows,
        events=events,
        due=flow_sheet.due_rows(limits, started_at=started_at, home_at=home, given=given, at=at),
        given_mg=_given(visit, events),
        may_run=may(viewer, Permission.RUN_INFUSION),
    )


def _ordered(order: InfusionOrder | None) -> Ordered | None:
    if order is None:
        return None
    return Ordered(order.dose_mg, order.minutes, order.diluted_to_ml, order.rate_ml_per_hour)


def _given(visit: InfusionVisit, events: Sequence[SheetEvent]) -> Decimal | None:
    """What was given in all once the drug has ended: nothing, when it was stopped before any went in."""
    if not any(one.kind in (chair.Kind.END, chair.Kind.STOP) for one in events):
        return None
    doses = Infusion.current.filter(visit=visit).values_list("dose_mg", flat=True)
    return sum((dose or Decimal(0) for dose in doses), Decimal(0))


def _events(visit: InfusionVisit) -> tuple[SheetEvent, ...]:
    rows = (
        InfusionEvent.current.filter(visit=visit).select_related("recorded_by").order_by("happened_at", "pk")
    )
    found = list(rows)
    started_at = next((row.happened_at for row in found if row.kind == chair.Kind.START), None)
    return tuple(
        SheetEvent(
            uid=row.uid,
            kind=chair.Kind(row.kind),
            said=row.get_kind_display(),
            at=row.happened_at,
            recorded_at=row.recorded_at,
            by=row.recorded_by.name,
            minute=_minute(row.happened_at, started_at),
            rate_ml_per_hour=row.rate_ml_per_hour,
            drug=row.drug,
            dose=row.dose,
            reason=row.reason,
        )
        for row in found
    )


def _rows(visit: InfusionVisit, limits: SiteLimits, started_at: datetime | None) -> tuple[SheetRow, ...]:
    found = list(
        VitalsRow.objects.filter(visit=visit).select_related("recorded_by").order_by("happened_at", "pk")
    )
    successors = {row.replaces_id: row for row in found if row.replaces_id}
    kept = [row for row in found if not row.entered_in_error]
    values = {row.pk: _values(row, limits.protocol) for row in kept}
    held = [Vitals(row.happened_at, values[row.pk]) for row in kept if row.pk not in successors]
    start = flow_sheet.baseline(held, started_at=started_at)
    beyond = {row.pk: flow_sheet.out_of_range(values[row.pk], limits) for row in kept}
    seen = _answers(kept, _seen(visit), beyond)
    return tuple(
        SheetRow(
            uid=row.uid,
            at=row.happened_at,
            recorded_at=row.recorded_at,
            by=row.recorded_by.name,
            due_minute=row.due_minute,
            minute=_minute(row.happened_at, started_at),
            values=values[row.pk],
            note=row.note,
            out_of_range=beyond[row.pk],
            lacking=flow_sheet.lacking(values[row.pk], limits.protocol),
            change=flow_sheet.pressure_change(values[row.pk], start.values) if start else "",
            seen=seen[row.pk],
            struck=row.pk in successors,
            struck_for=successors[row.pk].correction_reason if row.pk in successors else "",
            struck_by=successors[row.pk].recorded_by.name if row.pk in successors else "",
        )
        for row in kept
    )


def _answers(
    kept: Sequence[VitalsRow],
    seen: Mapping[int, tuple[Seen, ...]],
    beyond: Mapping[int, tuple[OutOfRange, ...]],
) -> Mapping[int, tuple[Seen, ...]]:
    """What was done about each row; about the one it corrects too, unless it is out of range in another way."""
    found: dict[int, tuple[Seen, ...]] = {}
    for row in sorted(kept, key=lambda row: row.pk):
        before = row.replaces_id or 0
        same = set(beyond[row.pk]) <= set(beyond.get(before, ()))
        found[row.pk] = (*(found.get(before, ()) if same else ()), *seen.get(row.pk, ()))
    return found


def _seen(visit: InfusionVisit) -> Mapping[int, tuple[Seen, ...]]:
    found: dict[int, list[Seen]] = defaultdict(list)
    rows = VitalsSeen.current.filter(row__visit=visit).select_related("recorded_by")
    for row in rows.order_by("happened_at", "pk"):
        found[row.row_id].append(Seen(row.action, row.happened_at, row.recorded_by.name))
    return {pk: tuple(rows) for pk, rows in found.items()}


def _values(row: VitalsRow, protocol: InfusionProtocol) -> Mapping[str, int | None]:
    return {one.slug: getattr(row, one.slug) for one in protocol.measurements}


def _minute(moment: datetime, started_at: datetime | None) -> int | None:
    """Whole minutes from the start; negative before it."""
    return None if started_at is None else int((moment - started_at) // timedelta(minutes=1))
