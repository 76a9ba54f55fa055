"""The marks of a chart, each with its own shape, so that nothing is told by colour alone."""

from html import escape

from holdfast.web.parts.svg import corners, tag


def score_mark(x: float, y: float, *, radius: float, says: str = "") -> str:
    """A complete score: a filled disc; `says` shows where a pointer rests."""
    content = [tag("title", escape(says))] if says else []
    return tag("circle", *content, class_="chart-score", cx=x, cy=y, r=radius, fill="currentColor")


def incomplete_mark(x: float, y: float, *, radius: float) -> str:
    """A check-in without a score: a ring."""
    return _hollow("circle", cx=x, cy=y, r=radius)


def infusion_mark(x: float, y: float, *, size: float) -> str:
    """An infusion: a filled triangle pointing down, as something going in."""
    half = size / 2
    points = corners([(x - half, y - half), (x + half, y - half), (x, y + half)])
    return tag("polygon", class_="chart-infusion", points=points, fill="currentColor")


def session_mark(x: float, y: float, *, size: float, attended: bool) -> str:
    """A therapy session: a square, hollow when it was missed."""
    if attended:
        place = {"x": x - size / 2, "y": y - size / 2, "width": size, "height": size}
        return tag("rect", class_="chart-session", fill="currentColor", **place)
    inner = size - 1.5
    return _hollow("rect", x=x - inner / 2, y=y - inner / 2, width=inner, height=inner)


def _hollow(shape: str, **place: float) -> str:
    return tag(shape, class_="chart-hollow", fill="none", stroke="currentColor", stroke_width=1.5, **place)
