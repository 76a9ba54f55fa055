"""Records kept elsewhere, entry by entry, and the plan of what becomes of them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from holdfast.care.import_scores import Scored
from holdfast.errors import Problem
from holdfast.pathway.history import ATTENDED
from holdfast.records.queries import importing


@dataclass(frozen=True)
class CheckInEntry:
    """One answered instrument: either answers by item, or a total. `written` is its moment as the source gave it."""

    line: int
    person: str
    written: str
    happened_at: datetime
    instrument: str
    answers: Mapping[str, int | None] | None = None
    total: int | None = None


@dataclass(frozen=True)
class InfusionEntry:
    """One infusion given. **Units**: mg/kg, mg, kg."""

    line: int
    person: str
    written: str
    happened_at: datetime
    dose_mg_per_kg: Decimal
    dose_mg: Decimal | None = None
    weight_kg: Decimal | None = None


@dataclass(frozen=True)
class SessionEntry:
    """One therapy session; without a `number` it is the next of its course."""

    line: int
    person: str
    written: str
    happened_at: datetime
    therapy: str
    number: int | None = None
    attendance: str = ATTENDED


Entry = CheckInEntry | InfusionEntry | SessionEntry


@dataclass(frozen=True)
class Refusal:
    """An entry that cannot be brought in, and why; each problem's `where` names the part."""

    entry: Entry
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class NewPerson:
    """Someone the clinic does not know yet: care began with their first entry."""

    code: str
    started_at: datetime
    instrument: str


@dataclass(frozen=True)
class PlannedCheckIn:
    """A check-in ready to be written."""

    uid: uuid.UUID
    entry: CheckInEntry
    scored: Scored
    arrived: str


@dataclass(frozen=True)
class PlannedInfusion:
    """An infusion ready to be written."""

    uid: uuid.UUID
    entry: InfusionEntry


@dataclass(frozen=True)
class PlannedSession:
    """A session with its number, ready to be written."""

    uid: uuid.UUID
    entry: SessionEntry
    number: int


@dataclass(frozen=True)
class Plan:
    """What would be done, and what is refused. `already` counts entries that are in the record from before."""

    before: importing.Before
    people: tuple[NewPerson, ...]
    check_ins: tuple[PlannedCheckIn, ...]
    infusions: tuple[PlannedInfusion, ...]
    sessions: tuple[PlannedSession, ...]
    already: int
    refused: tuple[Refusal, ...]

    @property
    def alerts(self) -> int:
        """How many safety alerts the check-ins would raise."""
        return sum(len(planned.scored.alerts) for planned in self.check_ins)

    @property
    def persons(self) -> tuple[str, ...]:
        """Codes of the people whose record would be added to."""
        kept = [one.entry.person for one in self.check_ins]
        kept += [one.entry.person for one in self.infusions]
        kept += [one.entry.person for one in self.sessions]
        return tuple(sorted(set(kept)))
