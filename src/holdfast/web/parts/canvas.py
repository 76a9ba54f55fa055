"""The measured-out sheet a course is drawn on: sizes for a desk and for a phone, and the two scales."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise

from holdfast.web.parts.course import LONGEST_JOINED, ChartPoint, CourseChart
from holdfast.web.parts.scales import ScoreScale, TimeScale, lanes, midnight
from holdfast.web.parts.wording import Wording

SHORTEST_SPAN = timedelta(days=14)
"""A course of one day is still drawn on two weeks of paper, so that one mark is not a wall."""


@dataclass(frozen=True)
class Layout:
    """Sizes of a sheet in CSS pixels: `gutter` holds the names left of the plot, `lane` a line of events."""

    width: float
    gutter: float
    plot: float
    size: float
    radius: float
    event: float
    lane: float


DESK = Layout(width=860, gutter=150, plot=280, size=14, radius=4.5, event=10, lane=12)
PHONE = Layout(width=344, gutter=102, plot=250, size=13, radius=3.5, event=8, lane=10)

TOP = 50.0
"""Room above the plot for the title and the word for now."""
EDGE = 8.0
"""Air left and right inside the plot, so that a mark on the first day is whole."""


@dataclass(frozen=True)
class Canvas:
    """A chart together with where everything on it goes."""

    chart: CourseChart
    wording: Wording
    layout: Layout
    time: TimeScale
    scores: ScoreScale

    @property
    def left(self) -> float:
        """The left edge of the plot."""
        return self.layout.gutter

    @property
    def right(self) -> float:
        """The right edge of the plot."""
        return self.layout.width - 1

    @property
    def bottom(self) -> float:
        """The lower edge of the plot."""
        return TOP + self.layout.plot

    @property
    def rows(self) -> tuple[tuple[str, tuple[datetime, ...]], ...]:
        """The lines of events under the plot: their name and moments; a line without events is left out."""
        sessions = tuple(sorted(at for at, _ in self.chart.sessions))
        both = (
            (self.wording.infusions, tuple(sorted(self.chart.infusions))),
            (self.wording.sessions, sessions),
        )
        return tuple(row for row in both if row[1])

    @property
    def row_height(self) -> float:
        """The height of one line of events: two lanes and a little air."""
        return 2 * self.layout.lane + 6

    @property
    def events_bottom(self) -> float:
        """Where the events end and the dates begin."""
        return self.bottom + len(self.rows) * self.row_height + (8 if self.rows else 0)

    def x(self, at: datetime) -> float:
        """The x of a moment."""
        return self.time.x(at)

    def mark(self, point: ChartPoint) -> tuple[float, float]:
        """Where the mark of a score goes."""
        return self.x(self.chart.moment(point.at)), self.scores.y(point.score)

    @cached_property
    def fan_xs(self) -> list[float]:
        """The x of every day of the forecast."""
        days = self.chart.fan.days if self.chart.fan else ()
        return [self.x(self.chart.now + timedelta(days=day)) for day in days]


def canvas(chart: CourseChart, wording: Wording) -> Canvas:
    """The sheet for a chart, from its first day to now or the end of its forecast."""
    layout = PHONE if chart.compact else DESK
    start, end = _span(chart)
    left, right = layout.gutter + EDGE, layout.width - 1 - EDGE
    scores = ScoreScale(chart.minimum, chart.maximum, top=TOP, bottom=TOP + layout.plot)
    return Canvas(chart, wording, layout, TimeScale(start, end, left, right), scores)


def _span(chart: CourseChart) -> tuple[datetime, datetime]:
    moments = [chart.moment(point.at) for point in chart.points]
    moments += [*chart.incomplete, *chart.infusions, *(at for at, _ in chart.sessions), chart.now]
    start = midnight(chart.day(min(moments)), zone=chart.zone)
    ahead = timedelta(days=chart.fan.days[-1]) if chart.fan else timedelta()
    return start, max(*moments, chart.now + ahead, start + SHORTEST_SPAN)


def runs(points: Sequence[ChartPoint], chart: CourseChart) -> list[list[ChartPoint]]:
    """The scores in pieces that may be joined by a line; a wait of more than 21 days begins a new piece."""
    pieces = [[points[0]]]
    for before, after in pairwise(points):
        if chart.moment(after.at) - chart.moment(before.at) > LONGEST_JOINED:
            pieces.append([])
        pieces[-1].append(after)
    return pieces


def event_lanes(sheet: Canvas, moments: Sequence[datetime]) -> list[tuple[float, float]]:
    """The x of each event and how far down its line it goes, so that near ones do not cover each other."""
    xs = [sheet.x(at) for at in moments]
    placed = lanes(xs, width=sheet.layout.event + 1, count=2)
    return [(x, (lane + 0.5) * sheet.layout.lane + 3) for x, lane in zip(xs, placed, strict=True)]
