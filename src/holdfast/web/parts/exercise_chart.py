"""What exercises add up to, as drawings: points over time, and days as dots. The page shows the same as a table."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from holdfast.protocols.derive_values import Line, Point, Series, Together
from holdfast.web.parts.svg import Attribute, corners, tag, words

WIDTH, HEIGHT = 340.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 60.0, 12.0, 14.0, 30.0
RADIUS = 4.5
LEAST = 2
"""Fewest points worth a drawing; one is said in words."""

DASHES = ("none", "7 4", "2 4", "10 3 2 3")
"""Lines are told apart by their dashes, never by colour."""


def series_chart(series: Series) -> str:
    """SVG of the lines; empty where there are not two numbers in them to compare."""
    known = [point.value for line in series.lines for point in line.points if point.value is not None]
    if len(known) < LEAST:
        return ""
    low, high = min(known), max(known)
    if low == high:
        low, high = low - 1, high + 1
    across = _across(series)
    drawn = "".join(
        _line(line, across, low, high, dashes=DASHES[i % len(DASHES)], joined=series.joined)
        for i, line in enumerate(series.lines)
    )
    frame = _frame(series.lines[0], low, high) + _marks(series, across) + _ends(across)
    return _svg(frame + drawn, _("A chart; the table below says the same."))


def dots_chart(together: Together) -> str:
    """SVG of days as dots: one thing across, the other upwards."""
    xs, ys = [x for x, _y in together.dots], [y for _x, y in together.dots]
    spans = (min(xs), max(xs)), (min(ys), max(ys))
    dots = "".join(
        tag("circle", class_="chart-score", cx=_at(x, *spans[0]), cy=_up(y, *spans[1]), r=RADIUS)
        for x, y in together.dots
    )
    return _svg(dots, together.words)


def _svg(content: str, says: str) -> str:
    return tag(
        "svg", content, xmlns="http://www.w3.org/2000/svg", class_="chart chart-small",
        viewBox=f"0 0 {WIDTH:.0f} {HEIGHT:.0f}", role="img", aria_label=says,
    )  # fmt: skip


def _across(series: Series) -> list[date]:
    """Every day anything is known of, in order; empty where points go by their words."""
    days = {point.on for line in series.lines for point in line.points if point.on is not None}
    return sorted(days)


def _x(point: Point, place: int, count: int, across: Sequence[date]) -> float:
    if point.on is None or not across:
        return _at(place, 0, count - 1)
    return _at((point.on - across[0]).days, 0, (across[-1] - across[0]).days)


def _at(value: float, low: float, high: float) -> float:
    room = WIDTH - LEFT - RIGHT
    return LEFT + (room / 2 if high == low else room * (value - low) / (high - low))


def _up(value: float, low: float, high: float) -> float:
    room = HEIGHT - TOP - BOTTOM
    return TOP + (room / 2 if high == low else room * (high - value) / (high - low))


def _line(line: Line, across: Sequence[date], low: float, high: float, *, dashes: str, joined: bool) -> str:
    count = len(line.points)
    placed = [
        (_x(point, place, count, across), _up(point.value, low, high), point)
        for place, point in enumerate(line.points)
        if point.value is not None
    ]
    stroke: dict[str, Attribute] = {
        "fill": "none",
        "stroke": "currentColor",
        "stroke_width": 1.6,
        "stroke_dasharray": dashes,
    }
    path = ""
    if joined:
        path = tag(
            "polyline", class_="chart-median", points=corners([(x, y) for x, y, _p in placed]), **stroke
        )
    return path + "".join(_dot(x, y, closed=point.closed) for x, y, point in placed)


def _dot(x: float, y: float, *, closed: bool) -> str:
    fill = (
        {"fill": "none", "stroke": "currentColor", "stroke_opacity": "0.5"}
        if closed
        else {"fill": "currentColor"}
    )
    return tag("circle", class_="chart-score", cx=x, cy=y, r=RADIUS, **fill)


def _frame(line: Line, low: float, high: float) -> str:
    def label(value: float) -> str:
        step = round(value)
        return line.steps[step] if line.steps and 0 <= step < len(line.steps) else f"{value:.3g}"

    return "".join(
        tag("line", class_="chart-rule", stroke="currentColor", stroke_opacity="0.25",
            x1=LEFT, x2=WIDTH - RIGHT, y1=_up(value, low, high), y2=_up(value, low, high))
        + words(label(value), x=LEFT - 6, y=_up(value, low, high) + 4, class_="chart-number", anchor="end")
        for value in (low, high)
    )  # fmt: skip


def _marks(series: Series, across: Sequence[date]) -> str:
    within = [day for day in series.marks if across and across[0] <= day <= across[-1]]
    return "".join(
        tag("line", class_="chart-rule", stroke="currentColor", stroke_opacity="0.6", stroke_dasharray="3 3",
            x1=_day(day, across), x2=_day(day, across), y1=TOP, y2=HEIGHT - BOTTOM)
        for day in within
    )  # fmt: skip


def _day(day: date, across: Sequence[date]) -> float:
    return _at((day - across[0]).days, 0, (across[-1] - across[0]).days)


def _ends(across: Sequence[date]) -> str:
    if not across:
        return ""
    first = words(date_format(across[0], "j M"), x=LEFT, y=HEIGHT - 8, class_="chart-number")
    last = words(
        date_format(across[-1], "j M"), x=WIDTH - RIGHT, y=HEIGHT - 8, class_="chart-number", anchor="end"
    )
    return first + (last if len(across) > 1 else "")
