"""Going home: a visit whose drug has ended and whose last row is calm, the register, and adverse events."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from holdfast.access import Viewer
from holdfast.care import adverse_events, discharges, drug_register
from holdfast.records.models import GoAnswer, InfusionVisit
from tests import make
from tests.making import flow

STARTED = make.NOW - timedelta(minutes=120)
"""When the drug of these visits begins: 13:00."""

ENDED = make.NOW - timedelta(minutes=80)
"""When it ends: 13:40; at `make.NOW` it is more than an hour ago."""

EXPIRES = date(2027, 6, 30)

ALL_YES: Mapping[str, str] = dict.fromkeys(
    ("walks", "no_new_danger", "escort", "no_driving", "instructions"), "yes"
)
"""What is asked before someone goes, each answered so that they may."""


def make_given(
    episode_id: int, *, by: Viewer, treatment: str = "ketamine_iv", given_mg: str = "35", **last: int | None
) -> uuid.UUID:
    """A visit with the drug given, an escort named, a row before the drug and one just now; gives its uid.

    `last` changes values of the last row. Nothing further is booked.
    """
    uid = flow.make_started(episode_id, by=by, started_at=STARTED, treatment=treatment)
    make_escort(uid, by=by)
    flow.make_row(uid, by=by, minute=-1, happened_at=STARTED - timedelta(minutes=5))
    flow.make_finished(uid, by=by, happened_at=ENDED, given_mg=given_mg)
    flow.make_row(uid, by=by, happened_at=make.NOW - timedelta(minutes=5), **last)
    return uid


def make_escort(visit_uid: uuid.UUID, *, by: Viewer, named: str = "Bo Alder · 0700 900 111") -> None:
    """Who takes them home, as the list of the day keeps it."""
    GoAnswer.objects.create(
        visit=InfusionVisit.objects.get(uid=visit_uid), line="escort", answer="yes", note=named,
        happened_at=STARTED, recorded_at=STARTED, recorded_by_id=by.account_id,
    )  # fmt: skip


def make_gone(
    visit_uid: uuid.UUID, *, by: Viewer, answers: Mapping[str, str] = ALL_YES, at: datetime = make.NOW
) -> None:
    """They have gone home with Bo Alder; what is next is overridden by `by` where nothing is booked."""
    discharges.override(visit_uid, criterion="next_contact", reason="They call us", by=by, at=at)
    discharges.let_go(visit_uid, answers=answers, escort_name="Bo Alder", happened_at=at, by=by, at=at)


def make_lot(
    lot: str = "KET-1",
    *,
    by: Viewer,
    witness: Viewer,
    amount_mg: str = "500",
    treatment: str = "ketamine_iv",
    expires_on: date = EXPIRES,
    at: datetime = make.NOW - timedelta(days=10),
) -> None:
    """A lot that came in ten days ago."""
    drug_register.receive(
        treatment=treatment, lot=lot, expires_on=expires_on, amount_mg=Decimal(amount_mg), witness=witness,
        happened_at=at, by=by, at=at,
    )  # fmt: skip


def make_use(
    visit_uid: uuid.UUID,
    *,
    by: Viewer,
    witness: Viewer,
    lot: str = "KET-1",
    drawn_mg: str = "50",
    given_mg: str = "35",
    wasted_mg: str = "15",
    at: datetime = make.NOW,
) -> None:
    """What was drawn for a visit, given and wasted."""
    drug_register.use(
        visit_uid, lot=lot, drawn_mg=Decimal(drawn_mg), given_mg=Decimal(given_mg), wasted_mg=Decimal(wasted_mg),
        witness=witness, happened_at=at, by=by, at=at,
    )  # fmt: skip


def make_event(
    episode_id: int,
    *,
    by: Viewer,
    visit_uid: uuid.UUID | None = None,
    what: str = "Headache",
    serious: bool = False,
    severity: str = "mild",
    at: datetime = make.NOW,
) -> uuid.UUID:
    """An adverse event that began now; gives its uid."""
    uid = uuid.uuid4()
    adverse_events.record(
        episode_id, visit_uid=visit_uid, what=what, severity=severity, serious=serious, related="possible",
        action="Rest", outcome="recovered", happened_at=at, by=by, at=at, uid=uid,
    )  # fmt: skip
    return uid
