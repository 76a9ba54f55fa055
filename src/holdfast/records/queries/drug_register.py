"""The controlled-drug register of a clinic: what each lot holds, and every line with who saw it."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import Any

from django.db.models import Case, DecimalField, F, Max, OuterRef, QuerySet, Subquery, Sum, Value, When

from holdfast.access import Permission, Viewer, require
from holdfast.errors import NotFound
from holdfast.pathway.chair import Phase
from holdfast.records.models import DrugEntry
from holdfast.records.queries import flow_sheet
from holdfast.records.queries.flow_sheet import Sheet

PAGE_SIZE = 25

_KINDS = DrugEntry.Kind
_MG = DecimalField(max_digits=12, decimal_places=1)
_NONE = Value(Decimal(0), output_field=_MG)
_CHANGE = Case(
    When(entered_in_error=True, then=_NONE),
    When(replaced_by__isnull=False, then=_NONE),
    When(kind=_KINDS.RECEIVED, then=F("amount_mg")),
    When(kind=_KINDS.COUNTED, then=_NONE),
    default=-F("amount_mg"),
    output_field=_MG,
)
"""What a line adds to its lot; a count adds nothing, whatever it finds: a difference stays until it is explained."""


@dataclass(frozen=True)
class EntryRow:
    """One line of the register. `balance_mg` is what the lot held after it. **Units**: mg."""

    uid: uuid.UUID
    at: datetime
    kind: str
    treatment: str
    lot: str
    expires_on: date
    amount_mg: Decimal
    given_mg: Decimal | None
    wasted_mg: Decimal | None
    balance_mg: Decimal
    visit_uid: uuid.UUID | None
    code: str
    recorded_by: str
    witness: str
    note: str
    withdrawn: str = ""

    @property
    def difference_mg(self) -> Decimal:
        """What a count found more than the register says; below zero when it found less."""
        return self.amount_mg - self.balance_mg if self.kind == _KINDS.COUNTED else Decimal(0)

    @property
    def amiss(self) -> str:
        """A count's difference in words, such as 50 mg missing; empty when it agreed."""
        difference = self.difference_mg
        if not difference:
            return ""
        return f"{abs(difference).normalize():f} mg {'too much' if difference > 0 else 'missing'}"


@dataclass(frozen=True)
class LotRow:
    """What a lot holds by the register, and its last count. **Units**: mg."""

    lot: str
    expires_on: date
    received_mg: Decimal
    drawn_mg: Decimal
    destroyed_mg: Decimal
    counted: EntryRow | None = None

    @property
    def balance_mg(self) -> Decimal:
        """Received less drawn and destroyed."""
        return self.received_mg - self.drawn_mg - self.destroyed_mg


@dataclass(frozen=True)
class RegisterPage:
    """A page of the register; `number` counts from 1, `total` is the number of lines in all."""

    rows: tuple[EntryRow, ...]
    number: int
    total: int


@dataclass(frozen=True)
class OfVisit:
    """The drug of a visit: what was given, and the lines that account for it. **Units**: mg.

    `given_mg` is zero where nothing was started, and None while the treatment runs.
    """

    given_mg: Decimal | None
    entries: tuple[EntryRow, ...]

    @property
    def accounted_mg(self) -> Decimal:
        """What the lines say was given."""
        return sum((one.given_mg or Decimal(0) for one in self.entries), Decimal(0))

    @property
    def missing_mg(self) -> Decimal:
        """What was given and stands on no line yet."""
        return (self.given_mg or Decimal(0)) - self.accounted_mg


def balances(viewer: Viewer, treatment: str) -> tuple[LotRow, ...]:
    """Every lot of the treatment at the viewer's clinic, the one that expires first on top. Two queries."""
    require(viewer, Permission.SEE_INFUSIONS)
    return lots(viewer.clinic_id, treatment)


def lots(clinic_id: int, treatment: str, *, name: str | None = None) -> tuple[LotRow, ...]:
    """The lots of a treatment at a clinic, or the one of that name, as the verbs of the register read them."""
    rows = DrugEntry.current.filter(clinic_id=clinic_id, treatment=treatment)
    rows = rows if name is None else rows.filter(lot=name)
    counted = {row.lot: _entry(row) for row in _with_balance(rows.filter(kind=_KINDS.COUNTED)).order_by("pk")}
    sums = rows.values("lot").annotate(
        expires=Max("expires_on"),
        received=_total(_KINDS.RECEIVED),
        drawn=_total(_KINDS.USED),
        destroyed=_total(_KINDS.DESTROYED),
    )
    return tuple(
        LotRow(
            lot=row["lot"],
            expires_on=row["expires"],
            received_mg=_tenths(row["received"]),
            drawn_mg=_tenths(row["drawn"]),
            destroyed_mg=_tenths(row["destroyed"]),
            counted=counted.get(row["lot"]),
        )
        for row in sums.order_by("expires", "lot")
    )


def entries(viewer: Viewer, treatment: str, *, number: int = 1, size: int = PAGE_SIZE) -> RegisterPage:
    """A page of the register, newest line first; past the end is the last. A withdrawn line stays, with the reason."""
    require(viewer, Permission.SEE_INFUSIONS)
    rows = DrugEntry.objects.filter(clinic_id=viewer.clinic_id, treatment=treatment, entered_in_error=False)
    total = rows.count()
    number = min(max(1, number), max(1, ceil(total / size)))
    shown = _with_balance(rows).order_by("-pk")[(number - 1) * size : number * size]
    return RegisterPage(rows=tuple(_entry(row) for row in shown), number=number, total=total)


def entry(viewer: Viewer, uid: uuid.UUID) -> EntryRow:
    """One line that holds. Errors: `NotFound`, also for one that was withdrawn."""
    require(viewer, Permission.SEE_INFUSIONS)
    row = _with_balance(DrugEntry.current.filter(clinic_id=viewer.clinic_id, uid=uid)).first()
    if row is None:
        raise NotFound("no such line in your clinic's register, or it was withdrawn")
    return _entry(row)


def of_visit(viewer: Viewer, visit_uid: uuid.UUID, *, at: datetime) -> OfVisit:
    """What was given at a visit and the lines that account for it, oldest first."""
    return of_sheet(flow_sheet.sheet(viewer, visit_uid, at=at))


def of_sheet(sheet: Sheet) -> OfVisit:
    """As `of_visit`, for who has the sheet already."""
    given_mg = Decimal(0) if sheet.phase is Phase.BEFORE else sheet.given_mg
    rows = _with_balance(DrugEntry.current.filter(visit__uid=sheet.visit_uid)).order_by("pk")
    return OfVisit(given_mg=given_mg, entries=tuple(_entry(row) for row in rows))


def _total(kind: str) -> Sum:
    amount = Case(When(kind=kind, then=F("amount_mg")), default=_NONE, output_field=_MG)
    return Sum(amount, output_field=_MG)


def _tenths(total: Decimal) -> Decimal:
    """A sum to the tenth it is kept to; SQLite adds up in binary and drops the digit."""
    return total.quantize(Decimal("0.1"))


def _with_balance(rows: QuerySet[DrugEntry]) -> QuerySet[DrugEntry]:
    """The rows with what their lot held after each, in the order they were written."""
    same = {name: OuterRef(name) for name in ("clinic", "treatment", "lot")}
    upto = DrugEntry.objects.filter(**same, pk__lte=OuterRef("pk")).order_by().values("lot")
    balance = Subquery(upto.annotate(total=Sum(_CHANGE)).values("total"), output_field=_MG)
    related = ("recorded_by", "witness", "visit__episode__patient", "replaced_by__recorded_by")
    return rows.annotate(balance_mg=balance).select_related(*related)


def _entry(row: Any) -> EntryRow:
    successor = getattr(row, "replaced_by", None)
    why = f"{successor.recorded_by.name}: {successor.correction_reason}" if successor else ""
    return EntryRow(
        uid=row.uid,
        at=row.happened_at,
        kind=row.kind,
        treatment=row.treatment,
        lot=row.lot,
        expires_on=row.expires_on,
        amount_mg=row.amount_mg,
        given_mg=row.given_mg,
        wasted_mg=row.wasted_mg,
        balance_mg=_tenths(row.balance_mg),
        visit_uid=row.visit.uid if row.visit else None,
        code=row.visit.episode.patient.code if row.visit else "",
        recorded_by=row.recorded_by.name,
        witness=row.witness.name,
        note=row.note,
        withdrawn=why,
    )
