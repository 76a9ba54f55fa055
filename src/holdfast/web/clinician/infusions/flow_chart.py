"""The flow sheet drawn: pressures, pulse and oxygen against minutes, with the limits as lines and the events as marks.

The table beside it says the same in rows. Every series has a shape of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from holdfast.pathway.chair import Kind
from holdfast.records.queries.flow_sheet import Sheet
from holdfast.web.parts.scales import ScoreScale, spread
from holdfast.web.parts.svg import corners, number, tag, words

TOP = 26.0
DRAWN = ("systolic", "diastolic", "heart_rate", "oxygen")
"""The columns that are drawn."""

SHORTEST = 45
"""Minutes the paper is long at least, so that one row is not a wall."""

EVENT_SIGNS = {
    Kind.START: "▶", Kind.PAUSE: "‖", Kind.RESUME: "▷", Kind.RATE: "◇", Kind.RESCUE: "✚", Kind.STOP: "■", Kind.END: "■",
}  # fmt: skip
"""The mark of each event; a note has none."""

EVENT_WORDS = "▶ start · ‖ pause · ▷ went on · ◇ rate · ✚ rescue drug · ■ end"


@dataclass(frozen=True)
class Layout:
    """Sizes in CSS pixels: `gutter` holds the numbers left of the plot, `names` those of the limits right of it."""

    width: float
    gutter: float
    names: float
    tall: float
    low: float
    size: float


DESK = Layout(width=760, gutter=40, names=78, tall=230, low=80, size=13)
PHONE = Layout(width=344, gutter=30, names=62, tall=190, low=64, size=11)


@dataclass(frozen=True)
class Canvas:
    """The sheet with where everything goes: pressures and pulse above, oxygen below."""

    sheet: Sheet
    layout: Layout
    first: int
    last: int

    @property
    def right(self) -> float:
        """The right edge of the plots."""
        return self.layout.width - self.layout.names

    @property
    def above(self) -> ScoreScale:
        """Pressures and pulse."""
        return ScoreScale(40, 220, top=TOP, bottom=TOP + self.layout.tall)

    @property
    def below(self) -> ScoreScale:
        """Oxygen saturation."""
        top = TOP + self.layout.tall + 30
        return ScoreScale(84, 100, top=top, bottom=top + self.layout.low)

    @property
    def bottom(self) -> float:
        """Where the plots end and the minutes begin."""
        return self.below.bottom

    def x(self, minute: float) -> float:
        """The x of a minute after the start."""
        part = (minute - self.first) / (self.last - self.first)
        return self.layout.gutter + 8 + part * (self.right - self.layout.gutter - 16)

    def points(self, slug: str, scale: ScoreScale) -> list[tuple[float, float]]:
        """Where the values of a column go."""
        return [
            (self.x(row.minute), scale.y(value))
            for row in self.sheet.current
            if row.minute is not None and (value := row.values.get(slug)) is not None
        ]


def flow_chart(sheet: Sheet, *, compact: bool = False) -> str:
    """The chart as an SVG element; empty before the start and while there is no row."""
    minutes = [row.minute for row in sheet.current if row.minute is not None]
    minutes += [event.minute for event in sheet.events if event.minute is not None]
    if not minutes or not sheet.current:
        return ""
    layout = PHONE if compact else DESK
    canvas = Canvas(sheet, layout, min(*minutes, 0), max(*minutes, SHORTEST))
    said = sentence(sheet)
    height = canvas.bottom + layout.size * 5.2
    parts = (_grid, _limits, _events, _pressures, _pulse, _oxygen, _minutes, _key)
    return tag(
        "svg", tag("title", escape(said)), *(part(canvas) for part in parts),
        xmlns="http://www.w3.org/2000/svg", role="img", aria_label=said,
        class_=f"chart flow-chart chart-{'compact' if compact else 'wide'}",
        viewBox=f"0 0 {layout.width:.0f} {height:.0f}", width=layout.width, height=round(height),
        font_size=layout.size,
    )  # fmt: skip


def sentence(sheet: Sheet) -> str:
    """What the chart shows, in words."""
    spans = [_span(sheet, one.slug, one.name) for one in sheet.protocol.measurements if one.required]
    return f"Vitals by minute after the start. {'; '.join(span for span in spans if span)}. Every row is in the table."


def _span(sheet: Sheet, slug: str, name: str) -> str:
    values = [value for row in sheet.current if (value := row.values.get(slug)) is not None]
    return f"{name} {min(values)} to {max(values)}" if values else ""


def _grid(canvas: Canvas) -> str:
    above = [(value, canvas.above) for value in (50, 100, 150, 200)]
    below = [(value, canvas.below) for value in (85, 90, 95, 100)]
    drawn = [
        _rule(canvas, scale.y(value), class_="chart-rule", stroke_opacity="0.2")
        + words(
            str(value), x=canvas.layout.gutter - 4, y=scale.y(value) + 4, class_="chart-number", anchor="end"
        )
        for value, scale in (*above, *below)
    ]
    names = (("mmHg, beats a minute", canvas.above), ("SpO₂ %", canvas.below))
    titles = [words(name, x=0, y=scale.top - 8, class_="chart-name") for name, scale in names]
    return "".join((*drawn, *titles))


def _rule(canvas: Canvas, y: float, **style: str) -> str:
    return tag("line", x1=canvas.layout.gutter, x2=canvas.right, y1=y, y2=y, stroke="currentColor", **style)


def _limits(canvas: Canvas) -> str:
    """The limits beyond which someone acts, as dashed lines, each named."""
    found = []
    for one in canvas.sheet.protocol.measurements:
        if one.slug in DRAWN:
            scale = canvas.below if one.slug == "oxygen" else canvas.above
            limits = [canvas.sheet.limits.number(name) for name in (one.alert_above, one.alert_below) if name]
            found += [(f"{one.short_name} {limit:g}", scale.y(limit)) for limit in limits]
    found, size = sorted(found, key=lambda pair: pair[1]), canvas.layout.size
    places = spread([y for _, y in found], [size * 1.1] * len(found), top=TOP, bottom=canvas.bottom + size)
    return "".join(
        _rule(canvas, y, class_="flow-limit", stroke_dasharray="6 4")
        + words(name, x=canvas.right + 4, y=place + size * 0.35, class_="flow-limit-name")
        for (name, y), place in zip(found, places, strict=True)
    )


def _events(canvas: Canvas) -> str:
    return "".join(
        tag(
            "line", class_="flow-event", stroke="currentColor", stroke_opacity="0.45", stroke_dasharray="2 3",
            x1=canvas.x(event.minute), x2=canvas.x(event.minute), y1=TOP, y2=canvas.bottom,
        )
        + words(
            EVENT_SIGNS[event.kind], x=canvas.x(event.minute), y=canvas.above.bottom + 16, class_="flow-event-sign",
            anchor="middle",
        )
        for event in canvas.sheet.events
        if event.minute is not None and event.kind in EVENT_SIGNS
    )  # fmt: skip


def _pressures(canvas: Canvas) -> str:
    """Systolic as a wedge down, diastolic as a wedge up, as on paper, with a stroke between the two."""
    drawn = []
    for row in canvas.sheet.current:
        high, low = row.values.get("systolic"), row.values.get("diastolic")
        if row.minute is not None and high is not None and low is not None:
            place = {
                "x1": canvas.x(row.minute),
                "x2": canvas.x(row.minute),
                "y1": canvas.above.y(high),
                "y2": canvas.above.y(low),
            }
            drawn.append(tag("line", class_="flow-span", stroke="currentColor", stroke_width=1.5, **place))
    drawn += [_wedge(x, y, down=True) for x, y in canvas.points("systolic", canvas.above)]
    drawn += [_wedge(x, y, down=False) for x, y in canvas.points("diastolic", canvas.above)]
    return "".join(drawn)


def _wedge(x: float, y: float, *, down: bool) -> str:
    tip = -9 if down else 9
    points = corners([(x - 5.5, y + tip), (x + 5.5, y + tip), (x, y)])
    return tag("polygon", class_="flow-pressure", points=points, fill="currentColor")


def _pulse(canvas: Canvas) -> str:
    return _series(canvas.points("heart_rate", canvas.above), "flow-pulse", _disc, dashes="none")


def _oxygen(canvas: Canvas) -> str:
    return _series(canvas.points("oxygen", canvas.below), "flow-oxygen", _diamond, dashes="5 3")


def _series(
    points: Sequence[tuple[float, float]], class_: str, mark: Callable[[float, float], str], *, dashes: str
) -> str:
    line = tag(
        "polyline", points=corners(points), fill="none", stroke="currentColor", stroke_width=1.5,
        stroke_dasharray=dashes,
    )  # fmt: skip
    return tag("g", line, *(mark(x, y) for x, y in points), class_=class_)


def _disc(x: float, y: float) -> str:
    return tag("circle", cx=x, cy=y, r=4, fill="currentColor")


def _diamond(x: float, y: float) -> str:
    return tag(
        "polygon", points=corners([(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)]), fill="currentColor"
    )


def _minutes(canvas: Canvas) -> str:
    step = 10 if canvas.last - canvas.first <= 90 else 30
    first = -(-canvas.first // step) * step
    y = canvas.bottom + canvas.layout.size * 1.2
    ticks = [
        words(number(minute), x=canvas.x(minute), y=y, class_="chart-number", anchor="middle")
        for minute in range(first, canvas.last + 1, step)
    ]
    return "".join((*ticks, words("min", x=canvas.right + 4, y=y, class_="chart-number")))


def _key(canvas: Canvas) -> str:
    """What each shape stands for."""
    size, x, y = canvas.layout.size, canvas.layout.gutter, canvas.bottom + canvas.layout.size * 3
    shapes = (
        (tag("g", _wedge(0, 5, down=True), class_="flow-pressure"), "systolic"),
        (tag("g", _wedge(0, -5, down=False), class_="flow-pressure"), "diastolic"),
        (tag("g", _disc(0, 0), class_="flow-pulse"), "pulse"),
        (tag("g", _diamond(0, 0), class_="flow-oxygen"), "SpO₂"),
    )
    return _key_row(shapes, x=x, y=y, size=size) + words(
        EVENT_WORDS, x=0, y=y + size * 1.7, class_="chart-name"
    )


def _key_row(shapes: Sequence[tuple[str, str]], *, x: float, y: float, size: float) -> str:
    made = []
    for shape, name in shapes:
        made.append(tag("g", shape, transform=f"translate({number(x + 6)} {number(y - size * 0.35)})"))
        made.append(words(name, x=x + 16, y=y, class_="chart-name"))
        x += 16 + len(name) * size * 0.62 + 14
    return "".join(made)
