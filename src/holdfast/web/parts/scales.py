"""Where things go on a chart: days to x, scores to y, ticks, and labels that do not run into each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

LETTER = 0.56
"""Mean width of a letter over the size of its type; generous, since the reader's font is not known here."""

DAY_STEPS = (1, 2, 7, 14)
MONTH_STEPS = (1, 2, 3, 6, 12, 24)


@dataclass(frozen=True)
class Box:
    """A rectangle that text or marks take up; `right` and `bottom` lie outside it."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "Box") -> float:
        """The area both share."""
        if self.right <= other.left or other.right <= self.left:
            return 0.0
        if self.bottom <= other.top or other.bottom <= self.top:
            return 0.0
        across = min(self.right, other.right) - max(self.left, other.left)
        return across * (min(self.bottom, other.bottom) - max(self.top, other.top))


@dataclass(frozen=True)
class TimeScale:
    """Moments from `start` to `end` on x from `left` to `right`; moments beyond stay on the edge."""

    start: datetime
    end: datetime
    left: float
    right: float

    def x(self, at: datetime) -> float:
        """The x of a moment, true to elapsed time (also over a clock change)."""
        part = (at.timestamp() - self._began) / self.seconds
        return self.left + min(max(part, 0.0), 1.0) * (self.right - self.left)

    @cached_property
    def _began(self) -> float:
        return self.start.timestamp()

    @cached_property
    def seconds(self) -> float:
        """How long the scale is."""
        return self.end.timestamp() - self._began


@dataclass(frozen=True)
class ScoreScale:
    """Scores on y, half a point of air at both ends, so no mark is cut and a line fits between scores."""

    minimum: float
    maximum: float
    top: float
    bottom: float

    def y(self, score: float) -> float:
        """The y of a score; higher scores are higher up."""
        part = (score - self.minimum + 0.5) / (self.maximum - self.minimum + 1)
        return self.bottom - min(max(part, 0.0), 1.0) * (self.bottom - self.top)


def text_width(text: str, size: float) -> float:
    """About how wide a line of text is."""
    return len(text) * size * LETTER


def wrapped(text: str, *, width: float, size: float) -> tuple[str, ...]:
    """The text broken at spaces into lines of at most `width`; a longer word keeps a line of its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def spread(centres: Sequence[float], heights: Sequence[float], *, top: float, bottom: float) -> list[float]:
    """Centres moved as little as keeps labels, given from top to bottom, apart and inside."""
    placed: list[float] = []
    edge = top
    for centre, height in zip(centres, heights, strict=True):
        placed.append(max(centre, edge + height / 2))
        edge = placed[-1] + height / 2
    edge = bottom
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], edge - heights[i] / 2)
        edge = placed[i] - heights[i] / 2
    return placed


def clearest(candidates: Sequence[Box], taken: Sequence[Box]) -> Box:
    """The first of the candidates that covers least of what is taken."""
    covered: list[float] = []
    for box in candidates:
        covered.append(sum(box.overlap(other) for other in taken))
        if covered[-1] == 0:
            return box
    return candidates[covered.index(min(covered))]


def lanes(xs: Sequence[float], *, width: float, count: int) -> list[int]:
    """For marks from left to right, the lane of each: the first with room, else the one free longest."""
    free = [float("-inf")] * count
    chosen: list[int] = []
    for x in xs:
        lane = next((i for i in range(count) if free[i] <= x), free.index(min(free)))
        free[lane] = x + width
        chosen.append(lane)
    return chosen


def date_ticks(scale: TimeScale, *, zone: str, label_width: float) -> tuple[date, ...]:
    """Calendar days to label: Mondays or firsts of months, as close as labels of that width allow."""
    first, last = scale.start.astimezone(ZoneInfo(zone)).date(), scale.end.astimezone(ZoneInfo(zone)).date()
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    label_days = label_width * scale.seconds / 86_400 / (scale.right - scale.left)
    chosen = next((ticks for apart, ticks in _choices(days) if apart >= label_days and ticks), days)
    edge = scale.right - label_width / 2
    fitting = [day for day in chosen if scale.x(midnight(day, zone=zone)) <= edge]
    return tuple(fitting or days[:1])


def _choices(days: list[date]) -> Iterator[tuple[int, list[date]]]:
    """Ticks with the fewest days between two of them, closest first."""
    for step in DAY_STEPS:
        # Ordinal 1 is a Monday, so steps of whole weeks begin on one.
        yield step, [day for day in days if day.toordinal() % step == 1 % step]
    for step in MONTH_STEPS:
        yield 28 * step, [day for day in days if day.day == 1 and (day.month - 1 + 12 * day.year) % step == 0]
    yield len(days), days[:1]


def midnight(day: date, *, zone: str) -> datetime:
    """The moment a calendar day begins in the zone."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
