"""What happened to one person as a list: newest first, each with how it came, who recorded it, how to correct it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from holdfast.access import Viewer, may
from holdfast.care.corrections import KINDS
from holdfast.records.queries.alerts import AlertRow
from holdfast.records.queries.patient import CheckInRow, CourseRow, InfusionRow, SessionRow
from holdfast.web.clinician.naming import (
    ARRIVAL,
    ATTENDANCE,
    asked,
    band_name,
    dose,
    instrument_name,
    moment,
    plain,
    therapy_name,
)

Fact = CheckInRow | InfusionRow | SessionRow


@dataclass(frozen=True)
class Item:
    """One thing that happened. `shape` is its mark in the list, `notes` what is special about it.

    `kind` and `uid` name the entry to correct; both are empty where the viewer may not correct it.
    """

    at: datetime
    shape: str
    what: str
    notes: tuple[str, ...]
    by: str
    kind: str = ""
    uid: uuid.UUID | None = None


def items(
    facts: Sequence[Fact], *, courses: Sequence[CourseRow], alerts: Sequence[AlertRow], viewer: Viewer
) -> list[Item]:
    """Facts, beginnings of courses and alerts as one list, newest first."""
    numbers = _infusion_numbers(facts)
    listed = [
        *(_fact(fact, numbers, viewer) for fact in facts),
        *(
            Item(
                at=row.started_at, shape="session", what=f"{therapy_name(row.therapy)} begun", notes=(), by=""
            )
            for row in courses
        ),
        *(_alert(row) for row in alerts),
    ]
    return sorted(listed, key=lambda item: item.at, reverse=True)


def latest(listed: Sequence[Item]) -> list[Item]:
    """The newest score or check-in, infusion and session: what happened last, in three items at most."""
    kinds = ({"check-in", "incomplete"}, {"infusion"}, {"session", "missed"})
    newest = (next((item for item in listed if item.shape in kind and item.by), None) for kind in kinds)
    return [item for item in newest if item is not None]


def _infusion_numbers(facts: Sequence[Fact]) -> dict[uuid.UUID, int]:
    given = sorted((fact for fact in facts if isinstance(fact, InfusionRow)), key=lambda fact: fact.at)
    return {fact.uid: number for number, fact in enumerate(given, start=1)}


def _fact(fact: Fact, numbers: dict[uuid.UUID, int], viewer: Viewer) -> Item:
    shape, what, notes = _words(fact, numbers)
    correctable = may(viewer, KINDS[fact.kind][1])
    return Item(
        at=fact.at,
        shape=shape,
        what=what,
        notes=tuple(note for note in notes if note),
        by=fact.recorded_by,
        kind=fact.kind if correctable else "",
        uid=fact.uid if correctable else None,
    )


def _words(fact: Fact, numbers: dict[uuid.UUID, int]) -> tuple[str, str, tuple[str, ...]]:
    if isinstance(fact, CheckInRow):
        return _check_in(fact)
    if isinstance(fact, InfusionRow):
        given = dose(mg=fact.dose_mg, mg_per_kg=fact.dose_mg_per_kg)
        weight = f"at {plain(fact.weight_kg)} kg" if fact.weight_kg else ""
        return "infusion", f"Infusion {numbers[fact.uid]}: {given}", (weight,)
    shape = "session" if fact.attendance == "attended" else "missed"
    called = f"session {fact.number}" if fact.number else "preparation"
    return shape, f"{therapy_name(fact.therapy)} {called}: {ATTENDANCE[fact.attendance]}", ()


def _check_in(fact: CheckInRow) -> tuple[str, str, tuple[str, ...]]:
    name, came = instrument_name(fact.instrument), ARRIVAL[fact.arrival]
    if fact.total is None:
        return "incomplete", f"{name}: not finished, no score", (came,)
    band = band_name(fact.instrument, fact.band)
    return "check-in", f"{name} {fact.total}{f', {band}' if band else ''}", (came,)


def _alert(row: AlertRow) -> Item:
    said = asked(row.instrument, row.item, row.value)
    if row.acknowledged_at is None:
        return Item(
            at=row.raised_at,
            shape="alert",
            what=f"Safety alert, level {row.level}",
            notes=(said, "not answered yet"),
            by="",
        )
    answer = f"answered {moment(row.acknowledged_at)}: {row.action}"
    return Item(
        at=row.raised_at,
        shape="alert",
        what=f"Safety alert, level {row.level}",
        notes=(said, answer),
        by=row.acknowledged_by,
    )
