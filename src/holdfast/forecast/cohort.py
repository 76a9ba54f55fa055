"""Many records as flat columns: the form in which the kernel, a database and an Arrow batch hold them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.model import (
    HIGHEST_DOSE,
    INACTIVE,
    INFUSION,
    KETAMINE,
    SCORE,
    SESSION,
    THERAPIES,
    InactiveEvent,
    InfusionEvent,
    Record,
    ScoreEvent,
    SessionEvent,
    Treatment,
)
from holdfast.forecast.scales import instruments, range_of
from holdfast.forecast.shapes import (
    CodePerEvent,
    Ends,
    PerEvent,
    PerPerson,
    PersonPerEvent,
    PlacePerPerson,
    WhetherPerEvent,
)
from holdfast.forecast.sharing import share

_WORTH_A_THREAD = 50_000

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

    `kind` is SCORE, INFUSION or SESSION. `code` is the place in `scales.instruments()` of a score, KETAMINE or INACTIVE
    of an infusion, the place in `THERAPIES` of a session. `amount` is the score, the dose relative to 0.5 mg/kg (1 for
    an inactive drug), or 1 for a session. The rows of a person are in order of day; on the same day scores come first,
    then infusions, then sessions. `site` is each person's place in `site_names`, or -1 where the site is not known.

    **Shapes**: `offsets` has one entry more than there are people. **Units**: days since each person's own day 0.
    **Errors**: `InvalidInput` naming person, event and column for the first of each kind of fault.
    """

    offsets: Ends
    day: PerEvent
    kind: CodePerEvent
    code: CodePerEvent
    amount: PerEvent
    as_of_day: PerPerson
    site: PlacePerPerson = field(default_factory=lambda: np.empty(0, np.int64))
    site_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not len(self.site):
            object.__setattr__(self, "site", np.full(len(self), -1, np.int64))
        self._refuse_bad_offsets()
        self._refuse_bad_sites()
        if self._sound():
            return
        problems = [
            Problem(self.place(int(np.argmax(wrong)), column), what, expected)
            for wrong, column, what, expected in self._faults()
            if wrong.any()
        ]
        raise InvalidInput(*problems)

    @classmethod
    def of(cls, records: Sequence[Record]) -> "Cohort":
        """The cohort of these records, in their order."""
        people = [_rows((*one.scores, *one.infusions, *one.sessions)) for one in records]
        day, kind, code, amount = _columns([row for rows in people for row in rows])
        sites = tuple(sorted({one.site for one in records if one.site is not None}))
        return cls(
            offsets=np.cumsum([0, *map(len, people)], dtype=np.int64),
            day=day,
            kind=kind,
            code=code,
            amount=amount,
            as_of_day=np.array([record.as_of_day for record in records], dtype=np.float64),
            site=np.array([-1 if one.site is None else sites.index(one.site) for one in records], np.int64),
            site_names=sites,
        )

    def take(self, first: int, last: int) -> "Cohort":
        """The people from `first` up to, not including, `last`; columns are views of this cohort's."""
        rows = slice(int(self.offsets[first]), int(self.offsets[last]))
        return Cohort(
            offsets=self.offsets[first : last + 1] - self.offsets[first],
            day=self.day[rows],
            kind=self.kind[rows],
            code=self.code[rows],
            amount=self.amount[rows],
            as_of_day=self.as_of_day[first:last],
            site=self.site[first:last],
            site_names=self.site_names,
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

    def _refuse_bad_sites(self) -> None:
        known = (self.site >= -1) & (self.site < len(self.site_names))
        if len(self.site) != len(self) or not known.all():
            person = int(np.argmin(known)) if len(self.site) == len(self) else len(self.site)
            expected = "a place in site_names, or -1 where the site is not known"
            raise InvalidInput(Problem(f"person {person}, site", "unknown", expected))

    def _sound(self) -> bool:
        """Whether there is no fault at all, in one compiled pass: `_faults` names them, ten times as slowly."""
        from holdfast.forecast import checking

        columns = (self.offsets, self.day, self.kind, self.code, self.amount, self.as_of_day)
        score_range = np.array([range_of(slug) for slug in instruments()], np.float64)
        found: list[bool] = []
        share(
            len(self),
            lambda first, last: found.append(
                checking.sound(*columns, score_range, len(THERAPIES), first, last)
            ),
            worth_a_thread=_WORTH_A_THREAD,
        )
        return all(found)

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
        codes = np.array([len(instruments()), 2, len(THERAPIES), 0])[_known(self.kind)]
        uncoded = ~unknown & ((self.code < 0) | (self.code >= codes))
        expected = f"the place of an instrument or therapy; {KETAMINE} ketamine, {INACTIVE} inactive"
        yield uncoded, "code", "unknown", expected
        impossible = ~unknown & ~uncoded & ~self._possible()
        expected = f"a whole score within range, a dose above 0 and up to {HIGHEST_DOSE:g}, 1 for a session"
        yield impossible, "amount", "impossible", expected

    def _out_of_order(self, person: PersonPerEvent) -> WhetherPerEvent:
        earlier = (self.day[1:] < self.day[:-1]) | (
            (self.day[1:] == self.day[:-1]) & (self.kind[1:] < self.kind[:-1])
        )
        return np.concatenate([np.zeros(min(1, len(self.day)), bool), earlier & (person[1:] == person[:-1])])

    def _possible(self) -> WhetherPerEvent:
        limits = np.array([range_of(slug) for slug in instruments()])
        low, high = limits[np.clip(self.code, 0, len(limits) - 1)].T
        score = (self.amount >= low) & (self.amount <= high) & (self.amount == np.round(self.amount))
        dose = (self.amount > 0) & (self.amount <= HIGHEST_DOSE)
        return np.choose(_known(self.kind), [score, dose, self.amount == 1.0, False])

    def place(self, event: int, column: str) -> str:
        """Where an event's cell is, in words."""
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
            return float(event.day), SCORE, instruments().index(event.instrument), float(event.value)
        case InfusionEvent():
            return float(event.day), INFUSION, KETAMINE, float(event.dose)
        case InactiveEvent():
            return float(event.day), INFUSION, INACTIVE, 1.0
        case SessionEvent():
            return float(event.day), SESSION, THERAPIES.index(event.therapy), 1.0


def _known(kind: CodePerEvent) -> CodePerEvent:
    """The kinds, with 3 for one that does not exist."""
    return np.where((kind < SCORE) | (kind > SESSION), np.int8(3), kind)
