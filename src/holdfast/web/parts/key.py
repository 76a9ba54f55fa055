"""The key under a chart: only what the chart holds, flowing over as many lines as it needs."""

from collections.abc import Sequence

from holdfast.web.parts.canvas import Canvas
from holdfast.web.parts.labels import limit_line, limits
from holdfast.web.parts.plot import FAN
from holdfast.web.parts.scales import text_width
from holdfast.web.parts.svg import tag, words
from holdfast.web.parts.symbols import incomplete_mark, score_mark, session_mark

SWATCH = 26.0
AIR = 18.0


def key(sheet: Canvas, *, top: float) -> tuple[str, float]:
    """The key as markup, and the y where it ends."""
    line_height = sheet.layout.size * 1.6
    placed = _flow([text for _, text in _entries(sheet)], sheet)
    drawn = [
        _entry(sheet, symbol, text, x=x, y=top + (row + 0.5) * line_height)
        for (symbol, text), (x, row) in zip(_entries(sheet), placed, strict=True)
    ]
    return "".join(drawn), top + (placed[-1][1] + 1) * line_height


def _flow(texts: Sequence[str], sheet: Canvas) -> list[tuple[float, int]]:
    """For each text its x and its line."""
    places: list[tuple[float, int]] = []
    x, row = 0.0, 0
    for text in texts:
        width = SWATCH + text_width(text, sheet.layout.size)
        if x and x + width > sheet.layout.width:
            x, row = 0.0, row + 1
        places.append((x, row))
        x += width + AIR
    return places


def _entry(sheet: Canvas, symbol: str, text: str, *, x: float, y: float) -> str:
    drawn = tag("g", _symbol(sheet, symbol, x + SWATCH / 2 - 3, y))
    return drawn + words(text, x=x + SWATCH, y=y + sheet.layout.size * 0.35, class_="chart-name")


def _entries(sheet: Canvas) -> list[tuple[str, str]]:
    chart, wording = sheet.chart, sheet.wording
    kinds = {attended for _, attended in chart.sessions}
    in_key = limits(sheet) if chart.compact else []
    held = [
        (True, "score", wording.score),
        (bool(chart.incomplete), "incomplete", wording.incomplete),
        (True in kinds, "attended", wording.attended),
        (False in kinds, "missed", wording.missed),
        *((True, class_, text) for class_, text, _ in in_key),
        (chart.fan is not None, "median", wording.median),
        *(
            (chart.fan is not None, percent, wording.interval.format(percent=percent))
            for percent, _, _ in FAN[::-1]
        ),
    ]
    return [(symbol, text) for there, symbol, text in held if there]


def _symbol(sheet: Canvas, symbol: str, x: float, y: float) -> str:
    layout = sheet.layout
    if symbol == "score":
        return score_mark(x, y, radius=layout.radius)
    if symbol == "incomplete":
        return incomplete_mark(x, y, radius=layout.radius)
    if symbol in ("attended", "missed"):
        return session_mark(x, y, size=layout.event, attended=symbol == "attended")
    if symbol.startswith("chart-"):
        return limit_line(symbol, x - 10, x + 10, y)
    return _median(x, y) if symbol == "median" else _swatch(symbol, x, y)


def _median(x: float, y: float) -> str:
    ends = {"x1": x - 10, "x2": x + 10, "y1": y, "y2": y}
    return tag(
        "line", class_="chart-median", stroke="currentColor", stroke_width=2, stroke_dasharray="8 4", **ends
    )


def _swatch(percent: str, x: float, y: float) -> str:
    behind = FAN[: [name for name, _, _ in FAN].index(percent) + 1]
    place = {"x": x - 10, "y": y - 6, "width": 20, "height": 12}
    shades = [
        tag("rect", class_="chart-fan", fill="currentColor", fill_opacity=f"{opacity:.2f}", **place)
        for _, opacity, _ in behind
    ]
    edge = tag(
        "path", class_="chart-fan-edge", fill="none", stroke="currentColor", stroke_dasharray=behind[-1][2],
        d=f"M{x - 10:.1f} {y - 6:.1f}h20m0 12h-20",
    )  # fmt: skip
    return "".join(shades) + edge
