"""Makes someone who has come for an infusion, and a list of the day that says go."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from holdfast.access import Viewer
from holdfast.care import flow_sheets, visits
from holdfast.records.queries import visits as queries
from tests import make
from tests.making.courses import make_booking
from tests.making.eligibility import make_ready
from tests.making.orders import make_infusion_course, make_order, make_weight

CALM: Mapping[str, int | None] = {"systolic": 118, "diastolic": 76, "heart_rate": 72, "oxygen": 98}
"""What is measured before the drug, with nothing against it."""


def make_due(
    episode_id: int,
    *,
    by: Viewer,
    prescriber: Viewer,
    treatment: str = "ketamine_iv",
    starts_at: datetime = make.NOW,
    chair: str = "Chair 1",
    nurse_id: int | None = None,
    at: datetime = make.NOW - timedelta(hours=2),
) -> uuid.UUID:
    """Someone whose record has nothing against an infusion at `starts_at`: consent, review, order, weight, check-in.

    All of it recorded at `at`; gives the booking's uid.
    """
    course = make_infusion_course(
        episode_id,
        treatment=treatment,
        schedule="label" if treatment == "esketamine_nasal" else "twice_weekly",
        by=prescriber,
        at=at - timedelta(days=1),
    )
    make_ready(episode_id, treatment=treatment, by=by, at=at)
    make_weight(episode_id, by=by, at=at)
    make_order(course, by=prescriber, at=at)
    make.make_check_in(episode_id, 2, by=by, at=at)
    return make_booking(course, by=by, starts_at=starts_at, chair=chair, nurse_id=nurse_id, at=at)


def make_visit(
    episode_id: int,
    *,
    by: Viewer,
    prescriber: Viewer,
    at: datetime = make.NOW,
    **due: Any,
) -> uuid.UUID:
    """Someone as `make_due` has them two hours before, who has come; nothing of the list is answered.

    Gives the visit's uid.
    """
    ready_at = at - timedelta(hours=2)
    booking = make_due(episode_id, by=by, prescriber=prescriber, starts_at=at, at=ready_at, **due)
    return visits.arrive(booking, by=by, at=at)


def make_go(
    visit_uid: uuid.UUID, *, by: Viewer, at: datetime = make.NOW, but: Mapping[str, str] | None = None
) -> None:
    """The list answered so that it says go; `but` gives other answers by line."""
    listed = queries.go_list(by, visit_uid, at=at)
    answers = {
        line.check.slug: line.check.passes_when for line in listed.lines if line.check.reads == "asked"
    }
    for line, answer in {**answers, **(but or {})}.items():
        if line == "escort" and answer == "yes":
            visits.name_escort(visit_uid, name="Bo Alder", phone="0700 900 111", by=by, at=at)
        else:
            visits.answer(visit_uid, line=line, answer=answer, by=by, at=at)
    make_vitals(visit_uid, by=by, at=at)


def make_vitals(visit_uid: uuid.UUID, *, by: Viewer, at: datetime = make.NOW, **changes: int | None) -> None:
    """What is measured before the drug, calm but for what is named."""
    flow_sheets.add_row(visit_uid, values={**CALM, **changes}, due_minute=-1, happened_at=at, by=by, at=at)
