"""Drawings of exercises about people and days: rings around me, a mood line, the clock of a week, dots of a week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, pi, sin
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from holdfast.web.parts.svg import corners, tag, words

WIDTH: Final = 440.0

# Mirrored in static/widgets/circle_map.js, so that the map of the form is the map that is read.
RADII: Final = (66.0, 112.0, 158.0, 200.0)
"""Distance of each ring from the middle, the closest first."""

TURN: Final = pi * (3 - 5**0.5)
"""Angle from one person to the next: no two lie in one direction, however many there are."""

FIRST: Final = 0.9 - pi / 2
"""Angle of the first person: beside the names of the rings, which stand at the top."""

LONGEST_NAME: Final = 12
LETTER: Final = 10.0
"""Width of a letter of a name, rather more than less: a name at the edge is moved inward."""

DOT: Final = 8.0

HIGH: Final = 10
"""Highest mood of a line."""

FIRST_HOUR: Final = 4
"""Hour at which a day of the clock begins: whoever goes to bed after midnight ends their day then."""

DAY_MINUTES: Final = 24 * 60

STEP: Final = (9.0, -9.0)
"""How far below or above its line a time lies, by turns, so that times close to each other can both be read."""


@dataclass(frozen=True)
class Person:
    """One person of the map. `ring` and `wish` count from the closest, None for no answer."""

    name: str
    ring: int | None
    wish: int | None
    changed: bool


@dataclass(frozen=True)
class Mark:
    """One point of a line: its number, how low or high, and the day it is placed by.

    A `closed` point is drawn greyed, and nothing of it is told.
    """

    number: int
    mood: int | None
    on: date | None = None
    when: str = ""
    closed: bool = False


@dataclass(frozen=True)
class Clock:
    """One day of the clock: minutes since midnight for each kind of time, None where there is none."""

    on: date
    minutes: tuple[int | None, ...]


def circle(people: Sequence[Person], rings: Sequence[str]) -> str:
    """SVG of the people around the middle; empty when nobody has a place. A dashed arrow leads to the wished ring."""
    if not any(one.ring is not None for one in people):
        return ""
    middle = WIDTH / 2
    drawn = "".join(_ring(radius) for radius in RADII[: len(rings)])
    drawn += "".join(
        words(name, x=middle, y=middle - radius + 16, class_="map-ring-name", anchor="middle")
        for name, radius in zip(rings, RADII, strict=False)
    )
    drawn += words(_("me"), x=middle, y=middle + 6, class_="map-me", anchor="middle")
    drawn += "".join(_person(one, place) for place, one in enumerate(people) if one.ring is not None)
    says = "; ".join(_placed(one, rings) for one in people if one.ring is not None)
    return _svg(drawn, _("Map of my people. %(people)s.") % {"people": says}, WIDTH, class_="map")


def _ring(radius: float) -> str:
    return tag("circle", class_="map-ring", cx=WIDTH / 2, cy=WIDTH / 2, r=radius)


def _person(one: Person, place: int) -> str:
    turn = TURN * place + FIRST
    x, y = _at(one.ring or 0, turn)
    arrow = "" if one.wish is None or one.wish == one.ring else _arrow(one.ring or 0, one.wish, turn)
    changed = tag("circle", class_="map-changed", cx=x, cy=y, r=DOT + 6) if one.changed else ""
    dot = tag("circle", class_="map-dot", cx=x, cy=y, r=DOT)
    name = one.name if len(one.name) <= LONGEST_NAME else f"{one.name[: LONGEST_NAME - 1]}…"
    half = LETTER * len(name) / 2
    written = words(
        name, x=min(max(x, half), WIDTH - half), y=y + DOT + 20, class_="map-name", anchor="middle"
    )
    return arrow + changed + dot + written


def _at(ring: int, turn: float) -> tuple[float, float]:
    radius = RADII[min(ring, len(RADII) - 1)] - 14
    return WIDTH / 2 + radius * cos(turn), WIDTH / 2 + radius * sin(turn)


def _arrow(ring: int, wish: int, turn: float) -> str:
    (x1, y1), (x2, y2) = _at(ring, turn), _at(wish, turn)
    way = 1 if wish > ring else -1
    head = [(x2, y2)] + [
        (x2 - way * 13 * cos(turn + side), y2 - way * 13 * sin(turn + side)) for side in (0.45, -0.45)
    ]
    return tag("line", class_="map-wish", x1=x1, y1=y1, x2=x2, y2=y2) + tag(
        "polygon", class_="map-head", points=corners(head)
    )


def _placed(one: Person, rings: Sequence[str]) -> str:
    said = f"{one.name}: {rings[one.ring or 0]}"
    if one.wish is not None and one.wish != one.ring:
        said += _(", wished: %(ring)s") % {"ring": rings[one.wish]}
    return said + (_(", changed when I got ill") if one.changed else "")


def mood_line(marks: Sequence[Mark], infusions: Sequence[date] = ()) -> str:
    """SVG of numbered points, low to high, in their order; empty without any. Infusions are triangles above them."""
    if not marks:
        return ""
    left, right, top, bottom, height = 52.0, WIDTH - 18, 40.0, 200.0, 240.0
    days = sorted(one.on for one in marks if one.on is not None)

    def across(place: int, on: date | None) -> float:
        if on is None:
            return left + (right - left) * (place + 0.5) / len(marks)
        span = (days[-1] - days[0]).days
        return left + 12 + (right - left - 24) * ((on - days[0]).days / span if span else 0.5)

    def up(mood: int | None) -> float:
        return bottom if mood is None else bottom - (bottom - top) * mood / HIGH

    drawn = _levels(left, right, {_("high"): top, _("low"): bottom})
    within = [on for on in infusions if days and days[0] <= on <= days[-1]]
    drawn += "".join(_infusion(across(0, on), bottom) for on in within)
    spots = [(across(place, one.on), up(one.mood), one) for place, one in enumerate(marks)]
    joined = [(x, y) for x, y, one in spots if one.mood is not None and not one.closed]
    if len(joined) > 2:
        drawn += tag("polyline", class_="line-path", points=corners(joined))
    drawn += "".join(_numbered(x, y, one) for x, y, one in spots)
    for one, x, anchor in (marks[0], left, "start"), (marks[-1], right, "end"):
        ends = date_format(one.on, "M Y") if one.on else one.when[:18]
        drawn += words(ends, x=x, y=height - 8, class_="line-word", anchor=anchor) if len(marks) > 1 else ""
    return _svg(drawn, _line_said(marks, within), height, class_="line")


def _levels(left: float, right: float, named: dict[str, float]) -> str:
    return "".join(
        tag("line", class_="line-rule", x1=left, x2=right, y1=y, y2=y)
        + words(name, x=left - 8, y=y + 6, class_="line-word", anchor="end")
        for name, y in named.items()
    )


def _infusion(x: float, bottom: float) -> str:
    head = tag("polygon", class_="line-infusion", points=corners([(x - 7, 4), (x + 7, 4), (x, 18)]))
    return head + tag("line", class_="line-infusion-day", x1=x, x2=x, y1=18, y2=bottom)


def _numbered(x: float, y: float, one: Mark) -> str:
    if one.closed:
        return tag("rect", class_="line-closed", x=x - 9, y=y - 9, width=18, height=18, rx=4)
    look = "line-dot" if one.mood is not None else "line-dot line-unset"
    return tag("circle", class_=look, cx=x, cy=y, r=13) + words(
        str(one.number), x=x, y=y + 6, class_="line-number", anchor="middle"
    )


def _line_said(marks: Sequence[Mark], infusions: Sequence[date]) -> str:
    said = "; ".join(
        _("%(n)s: kept shut") % {"n": one.number}
        if one.closed
        else _("%(n)s: no mood given") % {"n": one.number}
        if one.mood is None
        else _("%(n)s: %(mood)s of 10") % {"n": one.number, "mood": one.mood}
        for one in marks
    )
    given = _(" Infusions: %(n)s.") % {"n": len(infusions)} if infusions else ""
    return _("Line of points from low to high. %(points)s.") % {"points": said} + given


def clock(days: Sequence[Clock]) -> str:
    """SVG of days as lines from early to late, the times on them numbered by kind; empty without a time."""
    if not any(minute is not None for day in days for minute in day.minutes):
        return ""
    left, right, top, row = 70.0, WIDTH - 20, 30.0, 46.0
    bottom = top + row * len(days)

    def across(minute: int) -> float:
        return left + (right - left) * ((minute - FIRST_HOUR * 60) % DAY_MINUTES) / DAY_MINUTES

    drawn = "".join(
        tag("line", class_="line-rule", x1=across(hour * 60), x2=across(hour * 60), y1=top, y2=bottom)
        + words(f"{hour:02}", x=across(hour * 60), y=20, class_="line-word", anchor="middle")
        for hour in (6, 12, 18, 0)
    )
    for place, day in enumerate(days):
        y = top + row * (place + 0.5)
        drawn += words(date_format(day.on, "D j"), x=0, y=y + 6, class_="line-word")
        drawn += tag("line", class_="line-day", x1=left, x2=right, y1=y, y2=y)
        drawn += "".join(
            tag("circle", class_="line-dot", cx=across(minute), cy=y + STEP[number % 2], r=11)
            + words(
                str(number),
                x=across(minute),
                y=y + STEP[number % 2] + 5,
                class_="line-number",
                anchor="middle",
            )
            for number, minute in enumerate(day.minutes, start=1)
            if minute is not None
        )
    return _svg(
        drawn,
        _("Times of %(n)s days; the table says the same.") % {"n": len(days)},
        bottom + 6,
        class_="line",
    )


def dots(days: Sequence[date], lines: Sequence[Sequence[float | None]]) -> str:
    """SVG of a week, each answer as its part of the scale, 0 to 1: the first line as full discs, the second as rings.

    A day without an answer stays empty.
    """
    left, right, top, bottom, height = 52.0, WIDTH - 20, 20.0, 150.0, 190.0
    step = (right - left) / len(days)
    drawn = _levels(left, right, {_("high"): top, _("low"): bottom})
    for place, on in enumerate(days):
        x = left + step * (place + 0.5)
        drawn += words(date_format(on, "D")[:2], x=x, y=height - 12, class_="line-word", anchor="middle")
        for which, line in enumerate(lines[:2]):
            value = line[place]
            if value is not None:
                y = bottom - (bottom - top) * value
                drawn += tag(
                    "circle", class_="line-ring" if which else "line-disc", cx=x, cy=y, r=12 if which else 7
                )
    return _svg(drawn, _("Dots of the week; the table says the same."), height, class_="line")


def _svg(content: str, says: str, height: float, *, class_: str) -> str:
    return tag(
        "svg", content, xmlns="http://www.w3.org/2000/svg", class_=f"drawn drawn-{class_}",
        viewBox=f"0 0 {WIDTH:.0f} {height:.0f}", role="img", aria_label=says,
    )  # fmt: skip
