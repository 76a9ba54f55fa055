"""Charts as pure functions from plain values to markup, each with the same in words and in rows.

The same chart always gives the same text. Nothing here reads a clock, a setting or a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from itertools import pairwise

from holdfast.web.parts.canvas import Canvas, canvas
from holdfast.web.parts.course import LONGEST_JOINED, ChartPoint, CourseChart, Fan
from holdfast.web.parts.key import key
from holdfast.web.parts.labels import labels, limit_lines
from holdfast.web.parts.plot import bands, dates, events, fan, heading, naming, now_line, scores
from holdfast.web.parts.scales import ScoreScale
from holdfast.web.parts.svg import corners, tag
from holdfast.web.parts.wording import ENGLISH, Wording, plain, sentence

__all__ = [
    "ENGLISH", "ChartPoint", "CourseChart", "CourseRow", "Fan", "Wording",
    "course_chart", "course_sentence", "course_table", "sparkline",
]  # fmt: skip

SPARK_WIDTH, SPARK_HEIGHT = 96.0, 28.0


@dataclass(frozen=True)
class CourseRow:
    """One line of the table that says what a chart shows.

    `value` is a score or a range as text, empty where there is none; `meaning` a severity band or the ranges
    of a forecast. `ahead` marks the forecast.
    """

    on: date
    what: str
    value: str
    meaning: str
    ahead: bool = False


def course_chart(chart: CourseChart, wording: Wording = ENGLISH) -> str:
    """The course as an SVG element; a paragraph of words while there is no score.

    **Meaning**: time runs true to the calendar; a wait of more than 21 days is left open; a score
    is drawn at its own height, the limits of remission and response between two whole scores.
    """
    said = sentence(chart, wording)
    if not chart.points:
        return tag("p", escape(said), class_="chart-empty")
    sheet = canvas(chart, wording)
    drawn_key, height = key(sheet, top=sheet.events_bottom + sheet.layout.size * 3)
    return tag(
        "svg", naming(said), *_layers(sheet), drawn_key,
        xmlns="http://www.w3.org/2000/svg", role="img", aria_label=said,
        class_=f"chart chart-{'compact' if chart.compact else 'wide'}",
        viewBox=f"0 0 {sheet.layout.width:.0f} {height:.0f}", width=sheet.layout.width, height=round(height),
        font_size=sheet.layout.size,
    )  # fmt: skip


def _layers(sheet: Canvas) -> list[str]:
    # Scores come last: no word may cover one.
    parts = (heading, bands, dates, fan, now_line, limit_lines, events, labels, scores)
    return [part(sheet) for part in parts]


def course_sentence(chart: CourseChart, wording: Wording = ENGLISH) -> str:
    """What the chart says, as a sentence or two to print beside it."""
    return sentence(chart, wording)


def sparkline(
    points: Sequence[ChartPoint], minimum: float, maximum: float, wording: Wording = ENGLISH
) -> str:
    """A course small enough for a table row: the line, the latest score as a dot, and all of it in words."""
    if not points:
        return tag("span", escape(wording.no_spark), class_="spark-empty")
    ordered = sorted(points, key=lambda point: _utc(point.at))
    placed = _spark_points(ordered, minimum, maximum)
    lines = [
        tag("polyline", points=corners(run), fill="none", stroke="currentColor", stroke_width=1.5)
        for run in _spark_runs(ordered, placed)
    ]
    x, y = placed[-1]
    return tag(
        "svg", *lines, tag("circle", cx=x, cy=y, r=3, fill="currentColor"),
        xmlns="http://www.w3.org/2000/svg", class_="spark",
        role="img", aria_label=_spark_words(ordered, wording),
        viewBox=f"0 0 {SPARK_WIDTH:.0f} {SPARK_HEIGHT:.0f}", width=SPARK_WIDTH, height=SPARK_HEIGHT,
    )  # fmt: skip


def _utc(at: date | datetime) -> datetime:
    # A row of the caseload is too small for zones to show; a plain date is its noon.
    return at if isinstance(at, datetime) else datetime(at.year, at.month, at.day, 12, tzinfo=UTC)


def _spark_points(points: Sequence[ChartPoint], minimum: float, maximum: float) -> list[tuple[float, float]]:
    scale = ScoreScale(minimum, maximum, top=2, bottom=SPARK_HEIGHT - 2)
    first, last = _utc(points[0].at), _utc(points[-1].at)
    span = max((last - first).total_seconds(), 1.0)
    room = SPARK_WIDTH - 8
    return [
        (4 + room * (1 - (last - _utc(point.at)).total_seconds() / span), scale.y(point.score))
        for point in points
    ]


def _spark_runs(
    points: Sequence[ChartPoint], placed: Sequence[tuple[float, float]]
) -> list[list[tuple[float, float]]]:
    pieces = [[placed[0]]]
    for (before, after), at in zip(pairwise(points), placed[1:], strict=True):
        if _utc(after.at) - _utc(before.at) > LONGEST_JOINED:
            pieces.append([])
        pieces[-1].append(at)
    return [piece for piece in pieces if len(piece) > 1]


def _spark_words(points: Sequence[ChartPoint], wording: Wording) -> str:
    values = [point.score for point in points]
    return wording.spark.format(
        count=len(values), first=plain(values[0]), latest=plain(values[-1]),
        lowest=plain(min(values)), highest=plain(max(values)),
    )  # fmt: skip


def course_table(chart: CourseChart, wording: Wording = ENGLISH) -> tuple[CourseRow, ...]:
    """Everything the chart shows as rows: what happened, first to last, then the forecast week by week."""
    past = [*_score_rows(chart, wording), *_event_rows(chart, wording)]
    return (*(row for _, row in sorted(past, key=lambda pair: pair[0])), *_ahead_rows(chart, wording))


def _score_rows(chart: CourseChart, wording: Wording) -> list[tuple[datetime, CourseRow]]:
    return [
        (
            chart.moment(point.at),
            CourseRow(chart.day(point.at), wording.score, plain(point.score), chart.band(point.score)),
        )
        for point in chart.points
    ]


def _event_rows(chart: CourseChart, wording: Wording) -> list[tuple[datetime, CourseRow]]:
    what = [
        *((at, wording.incomplete) for at in chart.incomplete),
        *((at, wording.infusion) for at in chart.infusions),
        *((at, wording.attended if attended else wording.missed) for at, attended in chart.sessions),
    ]
    return [(chart.moment(at), CourseRow(chart.day(at), name, "", "")) for at, name in what]


def _ahead_rows(chart: CourseChart, wording: Wording) -> list[CourseRow]:
    if chart.fan is None:
        return []
    weekly = [i for i, day in enumerate(chart.fan.days) if day > 0 and day % 7 == 0]
    return [_ahead_row(chart, chart.fan, i, wording) for i in weekly]


def _ahead_row(chart: CourseChart, ahead: Fan, i: int, wording: Wording) -> CourseRow:
    meaning = wording.ranges.format(
        low50=plain(ahead.lower50[i]), high50=plain(ahead.upper50[i]),
        low80=plain(ahead.lower80[i]), high80=plain(ahead.upper80[i]),
        low95=plain(ahead.lower95[i]), high95=plain(ahead.upper95[i]),
    )  # fmt: skip
    on = chart.day(chart.now + timedelta(days=ahead.days[i]))
    return CourseRow(on, wording.median, plain(ahead.median[i]), meaning, ahead=True)
