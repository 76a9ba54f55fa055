"""The caseload: whom the viewer's clinic cares for, sorted by need, one page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.db.models import Case, When

from holdfast.access import Permission, Viewer, require
from holdfast.records.models import CaseloadEntry

PAGE_SIZE = 25


@dataclass(frozen=True)
class CaseloadRow:
    """One episode as the list shows it; moments are UTC."""

    episode_id: int
    name: str
    code: str
    stage: str
    urgency: int
    since: datetime
    next_step: str
    next_step_owner: str
    open_alerts: int
    instrument: str
    recent_scores: tuple[tuple[datetime, int], ...]
    band: str
    last_check_in_at: datetime | None
    last_infusion_at: datetime | None
    infusions: int
    therapy: str
    sessions_attended: int
    closed: bool
    drifting: bool


@dataclass(frozen=True)
class CaseloadPage:
    """One page of the list; `number` counts from 1, `total` is the number of matching episodes."""

    rows: tuple[CaseloadRow, ...]
    number: int
    pages: int
    total: int


_ALERTS_FIRST = Case(When(open_alerts__gt=0, then=0), default=1)

# H-001: an open alert makes a line urgent now, so alerts come before all; this order keeps to the index on urgency.
SORTS: Mapping[str, tuple[str | Case, ...]] = {
    "need": ("urgency", _ALERTS_FIRST, "since", "pk"),
    "name": ("name", "pk"),
    "check-in": ("last_check_in_at", "pk"),
    "infusion": ("-last_infusion_at", "pk"),
}
"""How the list can be sorted; the first is the one it opens with."""


def page(
    viewer: Viewer,
    *,
    search: str = "",
    stage: str = "",
    therapy: str = "",
    closed: bool = False,
    drifting: bool = False,
    sort: str = "need",
    number: int = 1,
    size: int = PAGE_SIZE,
) -> CaseloadPage:
    """One page of the viewer's caseload; a page past the end is the last. Two queries at any size of clinic."""
    require(viewer, Permission.SEE_CASELOAD)
    rows = CaseloadEntry.objects.filter(clinic_id=viewer.clinic_id, closed=closed)
    for word in search.lower().split():
        rows = rows.filter(search_text__contains=word)
    if stage:
        rows = rows.filter(stage=stage)
    if therapy:
        rows = rows.filter(therapy="" if therapy == "none" else therapy)
    if drifting:
        rows = rows.filter(drifting=True)
    total = rows.count()
    pages = max(1, ceil(total / size))
    number = min(max(1, number), pages)
    first = (number - 1) * size
    chosen = rows.order_by(*SORTS.get(sort, SORTS["need"]))[first : first + size]
    return CaseloadPage(rows=tuple(_row(entry) for entry in chosen), number=number, pages=pages, total=total)


def _row(entry: CaseloadEntry) -> CaseloadRow:
    return CaseloadRow(
        episode_id=entry.pk,
        name=entry.name,
        code=entry.code,
        stage=entry.stage,
        urgency=entry.urgency,
        since=entry.since,
        next_step=entry.next_step,
        next_step_owner=entry.next_step_owner,
        open_alerts=entry.open_alerts,
        instrument=entry.instrument,
        recent_scores=tuple((datetime.fromisoformat(at), total) for at, total in entry.recent_scores),
        band=entry.band,
        last_check_in_at=entry.last_check_in_at,
        last_infusion_at=entry.last_infusion_at,
        infusions=entry.infusions,
        therapy=entry.therapy,
        sessions_attended=entry.sessions_attended,
        closed=entry.closed,
        drifting=entry.drifting,
    )
