"""What derived values are worked out from, and what they can be: values a page draws without knowing how they came."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from holdfast.errors import InvalidInput, Problem
from holdfast.protocols.exercise import Derived, Exercise

JOINED_FROM: Final = 3
"""Fewest points that a line may join: below, dots only. Source: [C], dots before lines before words."""

Reading: TypeAlias = tuple[datetime, int]
"""A complete PHQ-9: when, and its total."""


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InvalidInput(
            Problem("moment", f"{at.isoformat()} has no time zone", "a moment with a time zone")
        )
    return at.astimezone(UTC)


@dataclass(frozen=True)
class Entry:
    """One finished exercise as `filling` keeps its values: a field left empty is absent, and is never zero.

    Errors: `InvalidInput` for a moment without a time zone.
    """

    at: datetime
    values: Mapping[str, Any]
    exercise: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _utc(self.at))


@dataclass(frozen=True)
class ReliefRules:
    """Thresholds of the relief states, which the site may set. **Units**: percent, PHQ-9 points, points of the relief
    log (0 to 100), days, infusions. Source: [C].
    """

    partial_fall: float = 25
    good_fall: float = 50
    good_at_most: int = 9
    fading_rise: int = 5
    fading_log_drop: float = 30
    fading_within_days: float = 14
    judged_after: int = 3


@dataclass(frozen=True)
class Context:
    """All that derived values may need, as of `at`.

    `entries` are those of each exercise, oldest first; what is answered beside exercises may stand among them, as
    `weekly_check`. `readings` are the PHQ-9, `infusions` when each was given. `lookup` gives, by a derived value's
    slug, what each answer stands for. `zone` is the person's own: days and weeks are theirs. Errors: `InvalidInput`
    for a moment without a time zone.
    """

    at: datetime
    zone: str
    entries: Mapping[str, Sequence[Entry]] = field(default_factory=lambda: MappingProxyType({}))
    readings: Sequence[Reading] = ()
    infusions: Sequence[datetime] = ()
    lookup: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    relief: ReliefRules = field(default_factory=ReliefRules)

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _utc(self.at))
        object.__setattr__(self, "readings", tuple(sorted((_utc(at), total) for at, total in self.readings)))
        object.__setattr__(self, "infusions", tuple(sorted(_utc(at) for at in self.infusions)))


@dataclass(frozen=True)
class Number:
    """One number, and what it says in plain words."""

    value: float
    words: str
    n: int


@dataclass(frozen=True)
class Point:
    """One point of a line. Without a `value` it is a gap; without a day it is placed by its words.

    A `closed` point is one the person is not ready to show: it is drawn greyed, and nothing of it is told.
    """

    value: float | None
    on: date | None = None
    words: str = ""
    closed: bool = False


@dataclass(frozen=True)
class Line:
    """A line of points in order. `steps` are the words of its levels, lowest first, where the levels are words."""

    name: str
    points: tuple[Point, ...]
    steps: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Series:
    """Points over time; `marks` are days of infusions to show among them."""

    lines: tuple[Line, ...]
    n: int
    marks: tuple[date, ...] = ()

    @property
    def joined(self) -> bool:
        """Whether there are enough points for lines between them; until then dots only."""
        return self.n >= JOINED_FROM


@dataclass(frozen=True)
class Bar:
    """How often something was named. `share` is the part, 0 to 1, of the entries of its `group`."""

    label: str
    count: int
    share: float
    group: str = ""


@dataclass(frozen=True)
class Bars:
    """Counts side by side, group by group."""

    bars: tuple[Bar, ...]
    n: int


Cell: TypeAlias = str | float | date | None


@dataclass(frozen=True)
class Table:
    """Rows in an order that means something; `words` is what to say above them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    n: int
    words: str = ""


@dataclass(frozen=True)
class Items:
    """A list of the person's own words or answers."""

    items: tuple[str, ...]
    n: int


@dataclass(frozen=True)
class Words:
    """A text, or the name of a state."""

    text: str
    n: int


@dataclass(frozen=True)
class Truth:
    """Whether something is so; `fields` are the answers that made it so."""

    value: bool
    n: int
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Together:
    """How two things move together from day to day: `dots` are the days.

    `rho` (Spearman, -1 to 1) is for staff only: a patient sees the dots and the `words`, never the number.
    """

    rho: float
    dots: tuple[tuple[float, float], ...]
    words: str
    n: int


Value: TypeAlias = Number | Series | Bars | Table | Items | Words | Truth | Together
"""What a derived value can be; `n` is how many entries, days or rows it rests on."""


@dataclass(frozen=True)
class Asked:
    """What a function is asked: which derived value, of which exercise, from what.

    `work_out` gives another derived value of the exercise by its slug: of one entry, or without one of all.
    """

    exercise: Exercise
    derived: Derived
    context: Context
    work_out: Callable[[str, Entry | None], Value | None]
