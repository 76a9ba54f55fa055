"""Words inside the plot: the limits and the first and latest score, put where they cover least."""

from collections.abc import Sequence
from itertools import pairwise

from holdfast.web.parts.canvas import TOP, Canvas, runs
from holdfast.web.parts.course import ChartPoint
from holdfast.web.parts.scales import Box, clearest, text_width
from holdfast.web.parts.svg import tag, words
from holdfast.web.parts.wording import passing, plain

BOLD = 1.06
"""How much wider the labels are for being heavy."""
DASHES = {"chart-remission": "10 3 2 3", "chart-response": "4 4"}
STEP = 6.0
"""Distance at which a joined line is felt for, when a label looks for room."""


def limits(sheet: Canvas) -> list[tuple[str, str, float]]:
    """The lines of remission and response: class, words and y.

    Each lies half a point above the highest whole score that counts, so a score is plainly above or below it.
    """
    given = (
        ("chart-remission", sheet.wording.remission, sheet.chart.remission),
        ("chart-response", sheet.wording.response, sheet.chart.response),
    )
    return [
        (class_, text.format(score=passing(limit)), sheet.scores.y(passing(limit) + 0.5))
        for class_, text, limit in given
        if limit is not None and limit >= sheet.chart.minimum
    ]


def limit_lines(sheet: Canvas) -> str:
    """The lines of remission and response themselves."""
    return "".join(limit_line(class_, sheet.left, sheet.right, y) for class_, _, y in limits(sheet))


def limit_line(class_: str, left: float, right: float, y: float) -> str:
    """A line for a limit, dashed in a way of its own."""
    ends = {"x1": left, "x2": right, "y1": y, "y2": y}
    return tag(
        "line",
        class_=class_,
        stroke="currentColor",
        stroke_width=1.5,
        stroke_dasharray=DASHES[class_],
        **ends,
    )


def labels(sheet: Canvas) -> str:
    """All words inside the plot, later ones keeping clear of earlier ones.

    A phone has no room for the names of the limits beside the scores: there they stand in the key.
    """
    named = [] if sheet.chart.compact else _limit_labels(sheet)
    taken = [*_marks(sheet), *_limit_boxes(sheet)]
    written = []
    for class_, text, places in [*_value_labels(sheet), *named]:
        box = clearest(places, taken)
        taken.append(box)
        y = box.bottom - sheet.layout.size * 0.25
        written.append(words(text, x=(box.left + box.right) / 2, y=y, class_=class_, anchor="middle"))
    return "".join(written)


def _limit_labels(sheet: Canvas) -> list[tuple[str, str, list[Box]]]:
    return [("chart-halo", text, _places_along(sheet, text, y)) for _, text, y in limits(sheet)]


def _places_along(sheet: Canvas, text: str, y: float) -> list[Box]:
    """Places above and below a line, tried from the right, where the past is not drawn."""
    width, height = text_width(text, sheet.layout.size) * BOLD, sheet.layout.size * 1.25
    first, last = sheet.left + 6, sheet.right - width - 6
    lefts = [last + (first - last) * part for part in (0, 1, *(i / 8 for i in range(1, 8)))]
    tops = (y - height - 1, y + 2)
    return [Box(left, top, left + width, top + height) for left in lefts for top in tops]


def _value_labels(sheet: Canvas) -> list[tuple[str, str, list[Box]]]:
    points = sheet.chart.in_order()
    shown = {point.at: point for point in (points[-1], points[0])}
    return [
        ("chart-halo chart-value", plain(point.score), _places_around(sheet, point))
        for point in shown.values()
    ]


def _places_around(sheet: Canvas, point: ChartPoint) -> list[Box]:
    (x, y), size = sheet.mark(point), sheet.layout.size
    half, height = text_width(plain(point.score), size) / 2, size * 1.1
    away = sheet.layout.radius + 2
    across, down = away + half, away + height / 2
    middles = [
        (x, y - down), (x, y + down), (x - across, y), (x + across, y),
        (x - across, y - down), (x + across, y - down), (x - across, y + down), (x + across, y + down),
    ]  # fmt: skip
    boxes = [Box(mx - half, my - height / 2, mx + half, my + height / 2) for mx, my in middles]
    # Above the plot stands the word for today.
    inside = [
        box for box in boxes if box.left >= sheet.left and box.right <= sheet.right and box.top >= TOP - 4
    ]
    return inside or boxes


def _marks(sheet: Canvas) -> list[Box]:
    radius = sheet.layout.radius
    marks = [_around(*sheet.mark(point), radius) for point in sheet.chart.points]
    rings = [_around(sheet.x(at), sheet.bottom, radius) for at in sheet.chart.incomplete]
    now = sheet.x(sheet.chart.now)
    return [*marks, *rings, *_joined(sheet), Box(now - 1, 0, now + 1, sheet.bottom)]


def _limit_boxes(sheet: Canvas) -> list[Box]:
    return [Box(sheet.left, y - 1, sheet.right, y + 1) for _, _, y in limits(sheet)]


def _joined(sheet: Canvas) -> list[Box]:
    pieces = runs(sheet.chart.in_order(), sheet.chart)
    ends = [(sheet.mark(a), sheet.mark(b)) for run in pieces for a, b in pairwise(run)]
    return [_around(*at, 1) for a, b in ends for at in _between(a, b)]


def _between(a: tuple[float, float], b: tuple[float, float]) -> Sequence[tuple[float, float]]:
    (ax, ay), (bx, by) = a, b
    count = max(1, int(max(abs(bx - ax), abs(by - ay)) / STEP))
    return [(ax + (bx - ax) * i / count, ay + (by - ay) * i / count) for i in range(count + 1)]


def _around(x: float, y: float, radius: float) -> Box:
    return Box(x - radius, y - radius, x + radius, y + radius)
