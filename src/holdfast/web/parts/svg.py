"""SVG elements as text, everything escaped, without style attributes, as the strict content policy asks."""

from collections.abc import Sequence
from html import escape

Attribute = str | int | float


def number(value: float) -> str:
    """A coordinate with at most one decimal: finer than a screen shows, and the same on every machine."""
    return f"{value:.1f}".removesuffix(".0").replace("-0", "-0" if abs(value) >= 0.05 else "0")


def tag(name: str, *content: str, **attributes: Attribute) -> str:
    """One element around markup that is already safe.

    Underscores of attribute names become hyphens (`stroke_width`), and one at the end is dropped (`class_`).
    """
    written = "".join(f' {_name(key)}="{_value(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(content)}</{name}>" if content else f"<{name}{written}/>"


def _name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")


def _value(value: Attribute) -> str:
    return escape(value) if isinstance(value, str) else number(value)


def words(text: str, *, x: float, y: float, class_: str = "chart-text", anchor: str = "start") -> str:
    """One line of text, escaped, with `y` its baseline."""
    return tag("text", escape(text), x=x, y=y, class_=class_, fill="currentColor", text_anchor=anchor)


def corners(points: Sequence[tuple[float, float]]) -> str:
    """Points as the attribute of a polyline or polygon takes them."""
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)
