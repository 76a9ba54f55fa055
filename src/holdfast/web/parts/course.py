"""What a chart of one person's course is drawn from: plain frozen values, checked when built."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from holdfast.errors import InvalidInput, Problem

LONGEST_JOINED = timedelta(days=21)
"""Two scores further apart than this are not joined: nobody measured what lies between them."""


@dataclass(frozen=True)
class ChartPoint:
    """One complete score. A plain date, as imports have, is drawn at noon of that day."""

    at: date | datetime
    score: float


@dataclass(frozen=True)
class Fan:
    """A forecast: for each day from now, the middle and the 50, 80 and 95 % ranges, as scores.

    **Units**: `days` from now. Every tuple has the length of `days`.
    """

    days: tuple[float, ...]
    median: tuple[float, ...]
    lower50: tuple[float, ...]
    upper50: tuple[float, ...]
    lower80: tuple[float, ...]
    upper80: tuple[float, ...]
    lower95: tuple[float, ...]
    upper95: tuple[float, ...]

    def __post_init__(self) -> None:
        lengths = {len(getattr(self, name)) for name in self.__dataclass_fields__}
        if len(lengths) != 1 or not self.days:
            raise InvalidInput(
                Problem("fan", f"tuples of lengths {sorted(lengths)}", "one length, at least 1")
            )


@dataclass(frozen=True)
class CourseChart:
    """One instrument's scores over one episode, with what was done and what may come.

    `bands` are (name, lowest score, highest score) from mild to severe; `remission` is the highest score that
    counts as remission; a score of `response` or less is a response. `sessions` are (moment, attended).
    Moments carry their zone; `zone` is the IANA zone dates are shown in. `compact` draws for a phone.

    **Errors**: `InvalidInput` for an empty range, a score outside it, or a moment without a zone.
    """

    instrument_name: str
    minimum: int
    maximum: int
    bands: tuple[tuple[str, int, int], ...]
    remission: int | None
    response: float | None
    points: tuple[ChartPoint, ...]
    incomplete: tuple[datetime, ...]
    infusions: tuple[datetime, ...]
    sessions: tuple[tuple[datetime, bool], ...]
    now: datetime
    fan: Fan | None
    zone: str
    compact: bool = False

    def __post_init__(self) -> None:
        if problems := [*_range_problems(self), *_moment_problems(self)]:
            raise InvalidInput(*problems)

    def moment(self, at: date | datetime) -> datetime:
        """The moment in the reader's zone; noon for a plain date."""
        zone = ZoneInfo(self.zone)
        if isinstance(at, datetime):
            return at.astimezone(zone)
        return datetime.combine(at, time(12), tzinfo=zone)

    def day(self, at: date | datetime) -> date:
        """The calendar day in the reader's zone."""
        return self.moment(at).date()

    def in_order(self) -> tuple[ChartPoint, ...]:
        """The scores from first to last."""
        return tuple(sorted(self.points, key=lambda point: self.moment(point.at)))

    def band(self, score: float) -> str:
        """The name of the severity band a score lies in; empty when the instrument has none there."""
        return next((name for name, low, high in self.bands if low <= score <= high), "")


def _range_problems(chart: CourseChart) -> list[Problem]:
    low, high = chart.minimum, chart.maximum
    if low >= high:
        return [Problem("maximum", "not above the minimum", f"more than {low}")]
    outside = any(not low <= point.score <= high for point in chart.points)
    return [Problem("points", "a score outside the range", f"{low} to {high}")] if outside else []


def _moment_problems(chart: CourseChart) -> list[Problem]:
    moments: dict[str, list[date]] = {
        "points": [point.at for point in chart.points],
        "incomplete": [*chart.incomplete],
        "infusions": [*chart.infusions],
        "sessions": [at for at, _ in chart.sessions],
        "now": [chart.now],
    }
    return [
        Problem(where, "a moment without a time zone", "an aware datetime")
        for where, given in moments.items()
        if any(isinstance(at, datetime) and at.tzinfo is None for at in given)
    ]
