"""A day of infusions under way in the synthetic clinic: gone home, in the chair, on the list, still expected."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from holdfast.access import Viewer
from holdfast.care import adverse_events, discharges, drug_register, flow_sheets, visits
from holdfast.jobs.demo_therapy import Step
from holdfast.pathway.go_list import State
from holdfast.protocols.loader import infusions
from holdfast.records.queries import flow_sheet as flow_rows
from holdfast.records.queries import visits as visit_rows

LOT: Final = "K24-117"
"""Lot of ketamine that is drawn from."""

CALM: Final = {
    "systolic": 124, "diastolic": 78, "heart_rate": 72, "oxygen": 98, "breaths": 15, "sedation": 5,
    "dissociation": 0, "nausea": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """Someone booked lately: minutes from now to the start of the booking, who looks after them, and how far it is."""

    code: str
    starts_in: int
    nurse: str
    chair: str
    far: str


VISITS: Final = (
    Scene("D-012", -26 * 60, "adeyemi", "Chair 3", "home"),
    Scene("D-014", -240, "marsh", "Chair 1", "home"),
    Scene("D-008", -36, "okoro", "Chair 2", "running"),
    Scene("D-009", -15, "adeyemi", "Chair 3", "listing"),
    Scene("D-010", -30, "osei", "Chair 4", "no_go"),
    Scene("D-006", -80, "lind", "Room B", "spraying"),
    Scene("D-013", 45, "marsh", "Chair 1", "expected"),
    Scene("D-007", 150, "okoro", "Chair 2", "expected"),
)
"""Yesterday's visit, and the day under way: gone home, in the chair, on the list, refused, watched, expected."""


_ROWS: Final[Mapping[str, Mapping[int, Mapping[str, int]]]] = {
    "home": {
        0: {},
        10: {"systolic": 131, "dissociation": 2, "sedation": 4},
        20: {"systolic": 138, "diastolic": 84, "heart_rate": 78, "dissociation": 4, "sedation": 4},
        30: {
            "systolic": 142,
            "diastolic": 88,
            "heart_rate": 80,
            "dissociation": 5,
            "sedation": 4,
            "nausea": 2,
        },
        40: {
            "systolic": 139,
            "diastolic": 86,
            "heart_rate": 79,
            "dissociation": 4,
            "sedation": 4,
            "nausea": 1,
        },
    },
    "running": {
        0: {"systolic": 136, "diastolic": 84},
        10: {"systolic": 152, "diastolic": 92, "heart_rate": 84, "dissociation": 2},
        20: {"systolic": 168, "diastolic": 98, "heart_rate": 90, "dissociation": 4, "sedation": 4},
        30: {"systolic": 184, "diastolic": 104, "heart_rate": 96, "dissociation": 5, "sedation": 4},
    },
    "spraying": {
        0: {},
        40: {"systolic": 141, "diastolic": 87, "heart_rate": 82, "dissociation": 3, "sedation": 4},
    },
}
"""Rows of the flow sheet by scene: minute after the start, and what differs from a calm row."""


@dataclass(frozen=True)
class Played:
    """One visit of today, as far as its scene goes."""

    bookings: Mapping[str, uuid.UUID]
    code: str
    episode_id: Callable[[], int]
    nurse: Viewer
    witness: Viewer
    starts_at: datetime
    visit: uuid.UUID = field(default_factory=uuid.uuid4)

    def steps(self, far: str) -> Iterator[Step]:
        """What happened so far, in the order of time."""
        if far == "expected":
            return
        yield self._minute(-10), self._arrive
        answered = {"listing": 4, "no_go": 2}.get(far, 99)
        yield self._minute(-6), partial(self._answer, answered)
        if far == "no_go":
            return
        yield self._minute(-5), partial(self._row, -1, {})
        if far == "listing":
            return
        yield self._minute(-1), self._start
        for minute, changes in _ROWS[far].items():
            yield self._minute(minute), partial(self._row, minute, changes)
        if far == "running":
            yield self._minute(32), self._act_on_pressure
        if far == "home":
            yield from self._to_the_end()

    def _to_the_end(self) -> Iterator[Step]:
        yield self._minute(40), self._end
        yield self._minute(44), self._balance
        for minute in (55, 70, 85, 100):
            yield self._minute(minute), partial(self._row, minute, {"systolic": 128})
        yield self._minute(104), self._headache
        yield self._minute(112), self._go_home

    def _minute(self, minute: int) -> datetime:
        return self.starts_at + timedelta(minutes=minute)

    def _arrive(self, at: datetime) -> None:
        visits.arrive(self.bookings[self.code], by=self.nurse, at=at, uid=self.visit)

    def _answer(self, most: int, at: datetime) -> None:
        """The lines that are asked, in their order, and no more of them than this."""
        listed = visit_rows.go_list(self.nurse, self.visit, at=at)
        asked = [
            line
            for line in listed.lines
            if line.check.reads == "asked" and line.state is not State.NOT_NEEDED
        ]
        for line in asked[:most]:
            if line.check.slug == "escort":
                visits.name_escort(
                    self.visit, name="Robin Example", phone="0000 111 222", by=self.nurse, at=at
                )
            else:
                answer = line.check.passes_when
                visits.answer(self.visit, line=line.check.slug, answer=answer, by=self.nurse, at=at)

    def _row(self, minute: int, changes: Mapping[str, int], at: datetime) -> None:
        values = {**CALM, **changes}
        flow_sheets.add_row(
            self.visit, values=values, due_minute=minute, happened_at=at, by=self.nurse, at=at
        )

    def _start(self, at: datetime) -> None:
        flow_sheets.start(self.visit, happened_at=at, by=self.nurse, at=at)

    def _act_on_pressure(self, at: datetime) -> None:
        """A rise at half an hour: slower, and something for the pressure."""
        for row in flow_rows.sheet(self.nurse, self.visit, at=at).unanswered:
            flow_sheets.see(row.uid, action="Rate lowered, prescriber told", by=self.nurse, at=at)
        flow_sheets.event(
            self.visit, kind="rate", rate_ml_per_hour=Decimal(50), reason="Pressure", happened_at=at, by=self.nurse,
            at=at,
        )  # fmt: skip
        flow_sheets.event(
            self.visit, kind="rescue", drug="labetalol", dose="10 mg", reason="184/104", happened_at=at,
            by=self.nurse, at=at,
        )  # fmt: skip

    def _end(self, at: datetime) -> None:
        visit = visit_rows.visit(self.nurse, self.visit, at=at)
        given = visit.order.dose_mg if visit.order else Decimal(0)
        flow_sheets.finish(self.visit, stopped=False, given_mg=given, happened_at=at, by=self.nurse, at=at)

    def _balance(self, at: datetime) -> None:
        visit = visit_rows.visit(self.nurse, self.visit, at=at)
        given = visit.order.dose_mg if visit.order else Decimal(0)
        drug_register.use(
            self.visit, lot=LOT, drawn_mg=given + 5, given_mg=given, wasted_mg=Decimal(5),
            witness=self.witness, happened_at=at, by=self.nurse, at=at,
        )  # fmt: skip

    def _headache(self, at: datetime) -> None:
        adverse_events.record(
            self.episode_id(), visit_uid=self.visit, what="Headache", severity="mild", serious=False,
            related="possible", action="Water, rest; gone in half an hour", outcome="recovered", happened_at=at,
            by=self.nurse, at=at,
        )  # fmt: skip

    def _go_home(self, at: datetime) -> None:
        visit = visit_rows.visit(self.nurse, self.visit, at=at)
        answers = {one.slug: "yes" for one in infusions(visit.treatment).discharge if one.reads == "asked"}
        discharges.override(
            self.visit, criterion="next_contact", reason="Spacing is decided after tomorrow's check-in", by=self.nurse,
            at=at,
        )  # fmt: skip
        discharges.let_go(
            self.visit, answers=answers, escort_name="Robin Example", happened_at=at, by=self.nurse, at=at
        )
