"""The controlled-drug register: what comes in, is drawn for a person, destroyed and counted, each before a witness."""

import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from holdfast.access import Permission, Viewer, may, require
from holdfast.care import audit, corrections
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.pathway.limits import SiteLimits
from holdfast.records.models import Clinic, DrugEntry, InfusionVisit
from holdfast.records.queries import clinic, scope
from holdfast.records.queries import drug_register as queries

MOST_MG = Decimal(1_000_000)
"""More on one line is a slip of the unit."""

LEAST_MG = Decimal("0.1")
"""The register is kept to a tenth of a milligram."""

_KINDS = DrugEntry.Kind

_Judge = Callable[[queries.LotRow | None], list[Problem]]
"""What speaks against a line, given the lot as it stands under the lock; None for a lot that never came in."""


@dataclass(frozen=True)
class _Line:
    """A line as it will be kept. **Units**: mg."""

    kind: str
    treatment: str
    lot: str
    expires_on: date | None
    amount_mg: Decimal
    note: str
    happened_at: datetime
    given_mg: Decimal | None = None
    wasted_mg: Decimal | None = None
    visit_id: int | None = None


def receive(
    *,
    treatment: str,
    lot: str,
    expires_on: date,
    amount_mg: Decimal,
    witness: Viewer,
    note: str = "",
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Write down what came in of a lot. Sent twice with one `uid`, it counts once. **Units**: mg."""

    def judge(found: queries.LotRow | None) -> list[Problem]:
        problems = [] if found is None else _of_pack(found, expires_on)
        if _expired(expires_on, happened_at, by):
            problems.append(
                Problem("expiry", f"{expires_on} has passed", "a pack that still holds: send it back")
            )
        return problems + _of_amount("amount", amount_mg)

    line = _Line(_KINDS.RECEIVED, treatment, lot, expires_on, amount_mg, note, happened_at)
    _write(line, judge, witness=witness, by=by, at=at, uid=uid)


def destroy(
    *,
    treatment: str,
    lot: str,
    expires_on: date,
    amount_mg: Decimal,
    witness: Viewer,
    note: str = "",
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Write down what was destroyed of a lot. Sent twice with one `uid`, it counts once. **Units**: mg."""

    def judge(found: queries.LotRow | None) -> list[Problem]:
        if found is None:
            return [_unknown(treatment, lot, by)]
        return _of_pack(found, expires_on) + _of_amount("amount", amount_mg, held=found.balance_mg)

    line = _Line(_KINDS.DESTROYED, treatment, lot, expires_on, amount_mg, note, happened_at)
    _write(line, judge, witness=witness, by=by, at=at, uid=uid)


def count(
    *,
    treatment: str,
    lot: str,
    expires_on: date,
    amount_mg: Decimal,
    witness: Viewer,
    note: str = "",
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Write down what a count found of a lot. Sent twice with one `uid`, it counts once. **Units**: mg.

    A count that differs is kept with its difference and says why in the note; it does not change what the register
    says the lot holds.
    """

    def judge(found: queries.LotRow | None) -> list[Problem]:
        if found is None:
            return [_unknown(treatment, lot, by)]
        problems = _of_pack(found, expires_on) + _of_amount("amount", amount_mg, least=Decimal(0))
        # H-032: what is missing, or too much, is never passed over in silence.
        difference = amount_mg - found.balance_mg
        if difference and not note.strip():
            words = f"{_mg(abs(difference))} {'too much' if difference > 0 else 'missing'}"
            problems.append(
                Problem("note", f"is empty, and {words}", "what is known of it, and who was told")
            )
        return problems

    line = _Line(_KINDS.COUNTED, treatment, lot, expires_on, amount_mg, note, happened_at)
    _write(line, judge, witness=witness, by=by, at=at, uid=uid)


def use(
    visit_uid: uuid.UUID,
    *,
    lot: str,
    drawn_mg: Decimal,
    given_mg: Decimal,
    wasted_mg: Decimal,
    witness: Viewer,
    note: str = "",
    more_follows: bool = False,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Write down what was drawn for a visit, and that it was given or wasted. **Units**: mg.

    Sent twice with one `uid`, it counts once. `more_follows` when the rest of what was given came from another lot, on
    a line of its own. Errors: `InvalidInput` when the sums differ from each other or from the record of the visit, or
    the lot is wrong.
    """
    visit = scope.visit(by, visit_uid)
    treatment = visit.booking.course.treatment

    def judge(found: queries.LotRow | None) -> list[Problem]:
        problems = _of_amount("drawn", drawn_mg, held=found.balance_mg if found else None)
        problems += _of_amount("given", given_mg, least=Decimal(0))
        problems += _of_amount("wasted", wasted_mg, least=Decimal(0))
        # H-032: every tenth of a milligram that was drawn was given to this person or thrown away before the witness.
        if difference := drawn_mg - given_mg - wasted_mg:
            words = (
                f"{_mg(abs(difference))} {'not accounted for' if difference > 0 else 'more than was drawn'}"
            )
            problems.append(Problem("drawn", words, "drawn = given + wasted"))
        problems += _of_given(by, visit, given_mg, more_follows=more_follows, at=at)
        if found is None:
            return [*problems, _unknown(treatment, lot, by)]
        if _expired(found.expires_on, happened_at, by):
            problems.append(Problem("lot", f"expired on {found.expires_on}", "a lot that still holds"))
        return problems

    line = _Line(
        _KINDS.USED, treatment, lot, None, drawn_mg, note, happened_at, given_mg, wasted_mg, visit.pk
    )
    _write(line, judge, witness=witness, by=by, at=at, uid=uid)


def withdraw(uid: uuid.UUID, *, reason: str, witness: Viewer, by: Viewer, at: datetime) -> None:
    """Mark a line as entered in error, with the reason; it stays readable.

    Errors: `InvalidInput` without a reason or a witness who may; `Conflict` when what came in by it was drawn since.
    """
    require(by, Permission.RUN_INFUSION)
    if problems := _of_witness(witness, by):
        raise InvalidInput(*problems)
    with transaction.atomic():
        _lock(by)
        row = DrugEntry.current.filter(clinic_id=by.clinic_id, uid=uid).first()
        if row is None:
            raise NotFound("no such line, or it was withdrawn since you opened it")
        (lot,) = queries.lots(by.clinic_id, row.treatment, name=row.lot)
        if row.kind == _KINDS.RECEIVED and row.amount_mg > lot.balance_mg:
            raise Conflict(
                "more of this lot was drawn or destroyed than would be left: withdraw those lines first"
            )
        changes = {"entered_in_error": True, "witness_id": witness.account_id}
        corrections.replace(row, changes=changes, reason=reason, by=by, at=at)
        audit.note("register line withdrawn", subject="drug entry", subject_id=str(uid), by=by, at=at)


def _write(
    line: _Line,
    judge: _Judge,
    *,
    witness: Viewer,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None,
) -> None:
    require(by, Permission.RUN_INFUSION)
    SiteLimits(line.treatment).protocol  # noqa: B018  refuses a treatment that the library does not have
    uid = uid or uuid.uuid4()
    name = " ".join(line.lot.split()).upper()
    with transaction.atomic():
        _lock(by)
        if DrugEntry.objects.filter(uid=uid, clinic_id=by.clinic_id).exists():
            return
        found = next(iter(queries.lots(by.clinic_id, line.treatment, name=name)), None)
        problems = [*judge(found), *_of_witness(witness, by)]
        if not name:
            problems.append(Problem("lot", "is empty", "the number on the pack"))
        if line.happened_at > at:
            problems.append(Problem("time", "lies in the future", "a moment that has passed"))
        if problems:
            raise InvalidInput(*problems)
        kept = asdict(line) | {"lot": name, "expires_on": line.expires_on or (found and found.expires_on)}
        DrugEntry.objects.create(
            uid=uid,
            clinic_id=by.clinic_id,
            witness_id=witness.account_id,
            recorded_at=at,
            recorded_by_id=by.account_id,
            **kept | {"note": line.note.strip()},
        )
        audit.note(f"drug {line.kind}", subject="drug entry", subject_id=str(uid), by=by, at=at)


def _lock(by: Viewer) -> None:
    # H-032: one line at a time, so that two who draw from the last vial see one another.
    Clinic.objects.select_for_update(no_key=True).get(pk=by.clinic_id)


def _of_witness(witness: Viewer, by: Viewer) -> list[Problem]:
    if witness.account_id == by.account_id:
        return [Problem("witness", "is yourself", "another person")]
    if witness.clinic_id != by.clinic_id or not may(witness, Permission.RUN_INFUSION):
        return [Problem("witness", "may not sign this", "a colleague who may run infusions")]
    return []


def _of_amount(
    where: str, mg: Decimal, *, least: Decimal = LEAST_MG, held: Decimal | None = None
) -> list[Problem]:
    if mg != round(mg, 1) or not least <= mg <= MOST_MG:
        return [Problem(where, f"{_mg(mg)} is not right", f"{_mg(least)} or more, to a tenth of a milligram")]
    if held is not None and mg > held:
        return [Problem(where, f"{_mg(mg)} is more than the lot holds", f"{_mg(held)} or less")]
    return []


def _of_pack(found: queries.LotRow, expires_on: date) -> list[Problem]:
    if found.expires_on == expires_on:
        return []
    return [Problem("expiry", f"{expires_on} is not that of this lot", f"{found.expires_on}; check the pack")]


def _of_given(
    by: Viewer, visit: InfusionVisit, given_mg: Decimal, *, more_follows: bool, at: datetime
) -> list[Problem]:
    found = queries.of_visit(by, visit.uid, at=at)
    if found.given_mg is None:
        return [Problem("given", "is not known yet", "after the treatment has ended")]
    if given_mg == found.missing_mg or (more_follows and 0 < given_mg < found.missing_mg):
        return []
    words = f"{_mg(given_mg)}, but the record of the visit says {_mg(found.given_mg)}"
    accounted = f" ({_mg(found.accounted_mg)} on other lines)" if found.accounted_mg else ""
    return [Problem("given", f"{words}{accounted}", _mg(found.missing_mg))]


def _mg(amount: Decimal) -> str:
    return f"{amount.normalize():f} mg"


def _unknown(treatment: str, lot: str, by: Viewer) -> Problem:
    name = " ".join(lot.split()).upper()
    others = DrugEntry.current.filter(clinic_id=by.clinic_id, lot=name).exclude(treatment=treatment)
    what = f"{name} is a lot of another treatment" if others.exists() else f"{name} is not on the register"
    return Problem("lot", what, f"a lot received for {SiteLimits(treatment).protocol.name}")


def _expired(expires_on: date, happened_at: datetime, by: Viewer) -> bool:
    return expires_on < happened_at.astimezone(ZoneInfo(clinic.zone(by.clinic_id))).date()
