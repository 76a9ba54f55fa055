"""Many records as flat columns: the form in which the kernel, a database and an Arrow batch hold them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.model import (
    HIGHEST_DOSE,
    INFUSION,
    SCORE,
    SESSION,
    THERAPIES,
    InfusionEvent,
    Record,
    ScoreEvent,
    SessionEvent,
    Treatment,
)
from holdfast.forecast.scales import scales
from holdfast.forecast.shapes import CodePerEvent, Ends, PerEvent, PerPerson, PersonPerEvent, WhetherPerEvent

Row = tuple[float, int, int, float]
"""Day, kind, code, amount."""

Columns = tuple[
    PerEvent,
    CodePerEvent,
    CodePerEvent,
    PerEvent,
]
"""Day, kind, code, amount of many events."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """The events of many people, one flat array a column; person i owns the rows offsets[i] to offsets[i + 1].

    `kind` is SCORE, INFUSION or SESSION. `code` is the place in `instruments` of a score, the place in `THERAPIES` of
    a session, and 0 for an infusion. `amount` is the score, the dose relative to 0.5 mg/kg, or 1 for a session. The
    rows of a person are in order of day; on the same day scores come first, then infusions, then sessions.

    **Shapes**: `offsets` has one entry more than there are people. **Units**: days since each person's own day 0.
    **Errors**: `InvalidInput` naming person, event and column for the first of each kind of fault.
    """

    offsets: Ends
    day: PerEvent
    kind: CodePerEvent
    code: CodePerEvent
    amount: PerEvent
    as_of_day: PerPerson

    def __post_init__(self) -> None:
        self._refuse_bad_offsets()
        problems = [
            Problem(self._place(int(np.argmax(wrong)), column), what, expected)
            for wrong, column, what, expected in self._faults()
            if wrong.any()
        ]
        if problems:
            raise InvalidInput(*problems)

    @classmethod
    def of(cls, records: Sequence[Record]) -> "Cohort":
        """The cohort of these records, in their order."""
        people = [_rows((*one.scores, *one.infusions, *one.sessions)) for one in records]
        day, kind, code, amount = _columns([row for rows in people for row in rows])
        return cls(
            offsets=np.cumsum([0, *map(len, people)], dtype=np.int64),
            day=day,
            kind=kind,
            code=code,
            amount=amount,
            as_of_day=np.array([record.as_of_day for record in records], dtype=np.float64),
        )

    def __len__(self) -> int:
        return len(self.as_of_day)

    @property
    def _person(self) -> PersonPerEvent:
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def _refuse_bad_offsets(self) -> None:
        rising = self.offsets[0] == 0 and bool((np.diff(self.offsets) >= 0).all())
        if len(self.offsets) != len(self) + 1 or not rising or self.offsets[-1] != len(self.day):
            expected = "0, then the end of each person's rows, the last being the number of rows"
            raise InvalidInput(Problem("offsets", "do not share the rows out among the people", expected))
        if not (np.isfinite(self.as_of_day).all() and (self.as_of_day >= 0).all()):
            person = int(np.argmin(np.isfinite(self.as_of_day) & (self.as_of_day >= 0)))
            raise InvalidInput(
                Problem(
                    f"person {person}, as_of_day", "not a day of the episode", "a finite number, 0 or more"
                )
            )

    def _faults(self) -> Iterator[tuple[WhetherPerEvent, str, str, str]]:
        """Where each kind of fault is, its column, what is wrong and what would be right."""
        person = self._person
        yield ~(self.day >= 0), "day", "not a day of the episode", "a finite number, 0 or more"
        late = self.day > self.as_of_day[person]
        yield late, "day", "later than the person's as_of_day", "at most as_of_day"
        expected = "order of day, and on one day scores, infusions, sessions"
        yield self._out_of_order(person), "day", "before the event above", expected
        unknown = (self.kind < SCORE) | (self.kind > SESSION)
        yield unknown, "kind", "unknown", f"{SCORE} score, {INFUSION} infusion or {SESSION} session"
        codes = np.array([len(scales()), 1, len(THERAPIES), 0])[_known(self.kind)]
        uncoded = ~unknown & ((self.code < 0) | (self.code >= codes))
        yield uncoded, "code", "unknown", "the place of an instrument or therapy, 0 for an infusion"
        impossible = ~unknown & ~uncoded & ~self._possible()
        expected = f"a whole score within range, a dose above 0 and up to {HIGHEST_DOSE:g}, 1 for a session"
        yield impossible, "amount", "impossible", expected

    def _out_of_order(self, person: PersonPerEvent) -> WhetherPerEvent:
        earlier = (self.day[1:] < self.day[:-1]) | (
            (self.day[1:] == self.day[:-1]) & (self.kind[1:] < self.kind[:-1])
        )
        return np.concatenate([np.zeros(min(1, len(self.day)), bool), earlier & (person[1:] == person[:-1])])

    def _possible(self) -> WhetherPerEvent:
        limits = np.array([(scale.minimum, scale.maximum) for scale in scales().values()])
        low, high = limits[np.clip(self.code, 0, len(limits) - 1)].T
        score = (self.amount >= low) & (self.amount <= high) & (self.amount == np.round(self.amount))
        dose = (self.amount > 0) & (self.amount <= HIGHEST_DOSE)
        return np.choose(_known(self.kind), [score, dose, self.amount == 1.0, False])

    def _place(self, event: int, column: str) -> str:
        person = int(self._person[event])
        return f"person {person}, event {event - int(self.offsets[person])}, {column}"


def columns(events: Sequence[ScoreEvent | Treatment]) -> Columns:
    """Day, kind, code and amount of the events, in the order in which they are taken."""
    return _columns(_rows(events))


def _columns(rows: Sequence[Row]) -> Columns:
    day, kind, code, amount = zip(*rows, strict=True) if rows else ((), (), (), ())
    return (
        np.array(day, dtype=np.float64),
        np.array(kind, dtype=np.int8),
        np.array(code, dtype=np.int8),
        np.array(amount, dtype=np.float64),
    )


def _rows(events: Sequence[ScoreEvent | Treatment]) -> list[Row]:
    return sorted(map(_row, events), key=lambda row: row[:2])


def _row(event: ScoreEvent | Treatment) -> Row:
    match event:
        case ScoreEvent():
            return float(event.day), SCORE, list(scales()).index(event.instrument), float(event.value)
        case InfusionEvent():
            return float(event.day), INFUSION, 0, float(event.dose)
        case SessionEvent():
            return float(event.day), SESSION, THERAPIES.index(event.therapy), 1.0


def _known(kind: CodePerEvent) -> CodePerEvent:
    """The kinds, with 3 for one that does not exist."""
    return np.where((kind < SCORE) | (kind > SESSION), np.int8(3), kind)
