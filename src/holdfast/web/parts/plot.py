"""The drawn parts of a course chart, each a function from the measured sheet to markup, back to front."""

from collections.abc import Sequence
from datetime import date
from html import escape
from itertools import groupby

from holdfast.web.parts.canvas import TOP, Canvas, event_lanes, runs
from holdfast.web.parts.course import ChartPoint
from holdfast.web.parts.scales import date_ticks, midnight, spread, text_width, wrapped
from holdfast.web.parts.svg import corners, tag, words
from holdfast.web.parts.symbols import incomplete_mark, infusion_mark, score_mark, session_mark
from holdfast.web.parts.wording import with_band

LINE = 1.15
"""Height of a line over the size of its type."""
FAN = (("95", 0.08, "2 3"), ("80", 0.10, "5 3"), ("50", 0.13, "none"))
"""Ranges of the forecast from back to front: per cent, opacity, and dashed edges for grey print."""


def bands(sheet: Canvas) -> str:
    """Severity as horizontal strips, darker upwards, each named in the gutter."""
    strips = [_strip(sheet, i, low, high) for i, (_, low, high) in enumerate(sheet.chart.bands)]
    return "".join(strips) + _band_names(sheet) + _band_numbers(sheet)


def _strip(sheet: Canvas, i: int, low: int, high: int) -> str:
    top, bottom = sheet.scores.y(high + 0.5), sheet.scores.y(low - 0.5)
    place = {"x": sheet.left, "y": top, "width": sheet.right - sheet.left, "height": bottom - top}
    return tag("rect", class_="chart-band", fill="currentColor", fill_opacity=_shade(i), **place) + _rule(
        sheet, bottom
    )


def _shade(i: int) -> str:
    return f"{0.02 + 0.03 * i:.3f}"


def _rule(sheet: Canvas, y: float) -> str:
    ends = {"x1": sheet.left, "x2": sheet.right, "y1": y, "y2": y}
    return tag("line", class_="chart-rule", stroke="currentColor", stroke_opacity="0.25", **ends)


def _band_names(sheet: Canvas) -> str:
    size = sheet.layout.size
    room = sheet.left - 2 * size
    named = [
        (wrapped(name, width=room, size=size), (sheet.scores.y(low) + sheet.scores.y(high)) / 2)
        for name, low, high in reversed(sheet.chart.bands)
    ]
    heights = [len(lines) * size * LINE for lines, _ in named]
    centres = spread([centre for _, centre in named], heights, top=TOP, bottom=sheet.bottom)
    return "".join(
        _lines(lines, x=room, middle=centre, size=size)
        for (lines, _), centre in zip(named, centres, strict=True)
    )


def _lines(lines: Sequence[str], *, x: float, middle: float, size: float) -> str:
    first = middle - (len(lines) - 1) * size * LINE / 2 + size * 0.35
    return "".join(
        words(line, x=x, y=first + i * size * LINE, class_="chart-name", anchor="end")
        for i, line in enumerate(lines)
    )


def _band_numbers(sheet: Canvas) -> str:
    lows = [low for _, low, _ in sheet.chart.bands] or [sheet.chart.minimum]
    x, drop = sheet.left - 5, sheet.layout.size * 0.35
    return "".join(
        words(str(score), x=x, y=sheet.scores.y(score) + drop, class_="chart-number", anchor="end")
        for score in (*lows, sheet.chart.maximum)
    )


def dates(sheet: Canvas) -> str:
    """Days along the bottom, with the year under the first and wherever it changes."""
    zone, size = sheet.chart.zone, sheet.layout.size
    label_width = text_width("30 Mmm", size) + size
    ticks = date_ticks(sheet.time, zone=zone, label_width=label_width)
    years = [None, *(day.year for day in ticks)]
    return "".join(
        _date(sheet, day, with_year=day.year != before) for day, before in zip(ticks, years, strict=False)
    )


def _date(sheet: Canvas, day: date, *, with_year: bool) -> str:
    x, size = sheet.x(midnight(day, zone=sheet.chart.zone)), sheet.layout.size
    y = sheet.events_bottom + size * 1.3
    line = tag(
        "line", class_="chart-rule", stroke="currentColor", stroke_opacity="0.18",
        x1=x, x2=x, y1=TOP, y2=sheet.events_bottom + 4,
    )  # fmt: skip
    text = sheet.wording.short_day(day)
    half = text_width(text, size) / 2
    middle = min(max(x, sheet.left + half), sheet.right - half)
    year = words(str(day.year), x=middle, y=y + size * LINE, class_="chart-number", anchor="middle")
    return (
        line
        + words(text, x=middle, y=y, class_="chart-number", anchor="middle")
        + (year if with_year else "")
    )


def fan(sheet: Canvas) -> str:
    """What may come: three ranges inside each other, told apart by shade and by the dashes of their edges."""
    if sheet.chart.fan is None:
        return ""
    ranges = "".join(_range(sheet, percent, opacity, dashes) for percent, opacity, dashes in FAN)
    return ranges + _path(_along(sheet, sheet.chart.fan.median), class_="chart-median", dashes="8 4", width=2)


def _range(sheet: Canvas, percent: str, opacity: float, dashes: str) -> str:
    lower = _along(sheet, getattr(sheet.chart.fan, f"lower{percent}"))
    upper = _along(sheet, getattr(sheet.chart.fan, f"upper{percent}"))
    area = tag(
        "polygon", class_="chart-fan", points=corners([*upper, *reversed(lower)]),
        fill="currentColor", fill_opacity=f"{opacity:.2f}",
    )  # fmt: skip
    return area + "".join(
        _path(edge, class_="chart-fan-edge", dashes=dashes, width=1) for edge in (upper, lower)
    )


def _along(sheet: Canvas, values: Sequence[float]) -> list[tuple[float, float]]:
    """The edge of a range through the middle of each level stretch, and through both ends.

    Whole scores would draw stairs, which read as sudden changes on certain days; this moves the edge by less
    than one stair. The table beside the chart gives the scores as they are.
    """
    points = [(x, sheet.scores.y(value)) for x, value in zip(sheet.fan_xs, values, strict=True)]
    level = [list(same) for _, same in groupby(points, key=lambda point: point[1])]
    middles = [((same[0][0] + same[-1][0]) / 2, same[0][1]) for same in level]
    return [points[0], *middles[1:-1], points[-1]]


def _path(points: Sequence[tuple[float, float]], *, class_: str, dashes: str, width: float) -> str:
    return tag(
        "polyline", class_=class_, points=corners(points), fill="none", stroke="currentColor",
        stroke_width=width, stroke_dasharray=dashes,
    )  # fmt: skip


def now_line(sheet: Canvas) -> str:
    """An upright line at this moment, named above the plot, with the word for what lies to its right."""
    chart, size = sheet.chart, sheet.layout.size
    x = sheet.x(chart.now)
    line = tag(
        "line", class_="chart-now", stroke="currentColor", stroke_width=1.5,
        x1=x, x2=x, y1=TOP - 4, y2=sheet.events_bottom,
    )  # fmt: skip
    text = sheet.wording.today.format(day=sheet.wording.short_day(chart.day(chart.now)))
    half = text_width(text, size) / 2
    middle = min(max(x, half), sheet.right - half)
    said = words(text, x=middle, y=TOP - 9, class_="chart-strong", anchor="middle")
    return line + said + _forecast_word(sheet, middle + half)


def _forecast_word(sheet: Canvas, free_from: float) -> str:
    text = sheet.wording.forecast
    fits = free_from + sheet.layout.size <= sheet.right - text_width(text, sheet.layout.size)
    if sheet.chart.fan is None or not fits:
        return ""
    return words(text, x=sheet.right, y=TOP - 9, class_="chart-name", anchor="end")


def scores(sheet: Canvas) -> str:
    """Complete scores, joined where they lie close enough in time, and unfinished check-ins on the axis."""
    points = sheet.chart.in_order()
    joined = [run for run in runs(points, sheet.chart) if len(run) > 1]
    lines = [
        _path([sheet.mark(point) for point in run], class_="chart-line", dashes="none", width=2)
        for run in joined
    ]
    radius = sheet.layout.radius
    rings = [
        incomplete_mark(sheet.x(at), sheet.bottom, radius=radius) for at in sorted(sheet.chart.incomplete)
    ]
    return "".join([*lines, *(_score(sheet, point) for point in points), *rings])


def _score(sheet: Canvas, point: ChartPoint) -> str:
    x, y = sheet.mark(point)
    says = f"{sheet.wording.day(sheet.chart.day(point.at))}: {with_band(sheet.chart, point.score)}"
    return score_mark(x, y, radius=sheet.layout.radius, says=says)


def events(sheet: Canvas) -> str:
    """Infusions and sessions on lines of their own under the plot."""
    return "".join(
        _row(sheet, name, top=sheet.bottom + 8 + i * sheet.row_height)
        for i, (name, _) in enumerate(sheet.rows)
    )


def _row(sheet: Canvas, name: str, *, top: float) -> str:
    size, middle = sheet.layout.size, top + sheet.row_height / 2
    label = words(name, x=sheet.left - 8, y=middle + size * 0.35, class_="chart-name", anchor="end")
    return label + _rule(sheet, top + sheet.row_height) + _row_marks(sheet, name, top)


def _row_marks(sheet: Canvas, name: str, top: float) -> str:
    size = sheet.layout.event
    if name == sheet.wording.infusions:
        places = event_lanes(sheet, sorted(sheet.chart.infusions))
        return "".join(infusion_mark(x, top + down, size=size) for x, down in places)
    sessions = sorted(sheet.chart.sessions)
    places = event_lanes(sheet, [at for at, _ in sessions])
    return "".join(
        session_mark(x, top + down, size=size, attended=attended)
        for (x, down), (_, attended) in zip(places, sessions, strict=True)
    )


def heading(sheet: Canvas) -> str:
    """The name of the instrument and which way is better."""
    text = sheet.wording.title.format(name=sheet.chart.instrument_name)
    return words(text, x=0, y=sheet.layout.size * 1.1, class_="chart-strong")


def naming(text: str) -> str:
    """The accessible description of the whole drawing."""
    return tag("desc", escape(text))
