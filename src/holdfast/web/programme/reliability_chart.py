"""The reliability of a chance as a drawing: what was said along the bottom, what came upwards, the honest line."""

from collections.abc import Sequence

from holdfast.forecast.calibration import Bin
from holdfast.web.parts.svg import tag, words

SIDE, LEFT, TOP, BOTTOM = 260.0, 52.0, 34.0, 44.0
SMALLEST, LARGEST = 4.0, 14.0
TICKS = (0, 25, 50, 75, 100)


def reliability_chart(bins: Sequence[Bin]) -> str:
    """SVG of the bins: a disc for each, larger the more predictions it holds, with its count beside it."""
    most = max(one.count for one in bins)
    width, height = LEFT + SIDE + 40, TOP + SIDE + BOTTOM
    axis = "".join(_tick(tick) for tick in TICKS)
    honest = tag(
        "line", class_="chart-rule", stroke="currentColor", stroke_opacity="0.5", stroke_dasharray="6 4",
        x1=_x(0), y1=_y(0), x2=_x(1), y2=_y(1),
    )  # fmt: skip
    names = words(
        "said, %", x=LEFT + SIDE / 2, y=TOP + SIDE + 38, class_="chart-name", anchor="middle"
    ) + words("came, %", x=0, y=16, class_="chart-name")
    marks = "".join(_mark(one, most) for one in bins)
    said = "Reliability of the chance of relapse: the table below holds the same figures."
    return tag(
        "svg", axis + honest + names + marks, xmlns="http://www.w3.org/2000/svg", class_="chart chart-small",
        viewBox=f"0 0 {width:.0f} {height:.0f}", role="img", aria_label=said,
    )  # fmt: skip


def _x(share: float) -> float:
    return LEFT + share * SIDE


def _y(share: float) -> float:
    return TOP + (1 - share) * SIDE


def _tick(percent: int) -> str:
    share = percent / 100
    lines = tag(
        "line", class_="chart-rule", stroke="currentColor", stroke_opacity="0.2",
        x1=_x(0), y1=_y(share), x2=_x(1), y2=_y(share),
    )  # fmt: skip
    across = words(str(percent), x=_x(share), y=TOP + SIDE + 18, class_="chart-number", anchor="middle")
    return (
        lines + across + words(str(percent), x=LEFT - 8, y=_y(share) + 5, class_="chart-number", anchor="end")
    )


def _mark(one: Bin, most: int) -> str:
    radius = SMALLEST + (LARGEST - SMALLEST) * (one.count / most) ** 0.5
    x, y = _x(one.said), _y(one.came)
    disc = tag("circle", class_="chart-score", cx=x, cy=y, r=radius, fill="currentColor", fill_opacity="0.35")
    dot = tag("circle", class_="chart-score", cx=x, cy=y, r=2.5, fill="currentColor")
    return disc + dot + words(str(one.count), x=x + radius + 3, y=y + 5, class_="chart-value", anchor="start")
