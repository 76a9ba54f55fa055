"""One visit as it goes on one sheet of paper: what was ordered, checked, given, measured, and how they left."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from holdfast.access import Viewer
from holdfast.pathway.go_list import GoList
from holdfast.records.queries import adverse_events, discharge, drug_register, flow_sheet, visits
from holdfast.records.queries.adverse_events import EventRow
from holdfast.records.queries.discharge import Home
from holdfast.records.queries.drug_register import OfVisit
from holdfast.records.queries.flow_sheet import Sheet, SheetEvent, SheetRow
from holdfast.records.queries.visits import Visit


@dataclass(frozen=True)
class Deed:
    """Something of the day and the people whose names stand for it."""

    what: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """Everything of one visit; `go` is the list as it was when the drug began."""

    visit: Visit
    go: GoList
    home: Home
    drug: OfVisit
    adverse: tuple[EventRow, ...]

    @property
    def sheet(self) -> Sheet:
        """The flow sheet."""
        return self.home.sheet

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """Who did what, in the order of the day; what nobody did is left out."""
        order = self.visit.order
        found = (
            Deed("Signed the order", _people((order.signed_by, order.second_by) if order else ())),
            Deed("Went through the list", _people(line.answer.by for line in self.go.lines if line.answer)),
            Deed(
                "Signed to start regardless",
                _people(one.override.by for one in self.go.lines if one.override),
            ),
            Deed("Kept the flow sheet", _people((*_by(self.sheet.events), *_by(self.sheet.current)))),
            Deed("Answered readings", _people(one.by for row in self.sheet.current for one in row.seen)),
            Deed("Drew the drug", _people(one.recorded_by for one in self.drug.entries)),
            Deed("Saw it drawn and wasted", _people(one.witness for one in self.drug.entries)),
            Deed("Recorded adverse events", _people(one.recorded_by for one in self.adverse)),
            Deed("Signed to go regardless", _people(one.by for one in self.home.overrides.values())),
            Deed("Let them go", _people((self.home.gone.let_go_by,) if self.home.gone else ())),
        )
        return tuple(one for one in found if one.people)


def summary(viewer: Viewer, visit_uid: uuid.UUID, *, at: datetime) -> Summary:
    """The visit; the number of queries does not grow with what is on it."""
    visit, sheet = visits.visit(viewer, visit_uid, at=at), flow_sheet.sheet(viewer, visit_uid, at=at)
    events = adverse_events.current(viewer, visit.episode_id)
    return Summary(
        visit=visit,
        go=visits.go_list(viewer, visit_uid, at=visit.started_at or at),
        home=discharge.of_sheet(viewer, sheet, escort=visit.escort),
        drug=drug_register.of_sheet(sheet),
        adverse=tuple(reversed([one for one in events if one.visit_uid == visit_uid])),
    )


def _by(written: Iterable[SheetEvent | SheetRow]) -> Iterable[str]:
    return (one.by for one in written)


def _people(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
