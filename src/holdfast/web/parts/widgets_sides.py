"""Drawings of exercises that say more than their fields: the direction dial, then and now, and the wave of an urge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any, Final

from django.utils.translation import gettext as _

from holdfast.protocols.exercise import Exercise
from holdfast.records.queries import exercises, therapy
from holdfast.web.page import PageRequest
from holdfast.web.parts.svg import Attribute, corners, tag, words

DIAL, WAVE = "values_compass", "quick_curve"
WIDTH, HEIGHT = 440.0, 380.0
HUB, RIM = 30.0, 125.0
"""Distance from the middle of a 10 and of a 0. Marks that are all at 10 must not lie on each other."""

LEFT, RIGHT, TOP, BOTTOM, WAVE_HEIGHT = 40.0, 426.0, 20.0, 180.0, 210.0
"""The frame of a wave."""

MOST: Final = 10
RINGS: Final = (10, 5, 0)
LINE: Final[Mapping[str, Attribute]] = {"fill": "none", "stroke": "currentColor"}


@dataclass(frozen=True)
class Area:
    """One direction of a dial: how near the person was, 0 to 10, or None for no answer."""

    area: str
    lived: int | None


def read(request: PageRequest, row: exercises.EntryRow, course: therapy.Course) -> dict[str, Any]:
    """What the page of a finished exercise draws besides its words; nothing for most."""
    exercise = course.plan.exercises[row.exercise]
    if exercise.widget == WAVE:
        return {"wave": wave(row.values)}
    if exercise.widget != DIAL:
        return {}
    before = [
        one
        for one in exercises.entries(request.viewer, course, names={row.exercise})
        if one.at < row.at and one.thread != row.thread
    ]
    then = areas(exercise, before[0].values) if before else ()
    return {"dial": dial(areas(exercise, row.values), then), "dial_then": bool(then)}


def filled_before(request: PageRequest, draft: exercises.DraftRow, course: therapy.Course) -> dict[str, Any]:
    """What the form of an exercise shows of the time before; nothing for most."""
    exercise = course.plan.exercises[draft.exercise]
    if exercise.widget != DIAL:
        return {}
    rows = exercises.entries(request.viewer, course, names={draft.exercise})
    before = [one for one in rows if one.thread != draft.continues]
    return {
        "then": [one for one in areas(exercise, before[0].values) if one.lived is not None] if before else []
    }


def areas(exercise: Exercise, values: Mapping[str, Any]) -> tuple[Area, ...]:
    """The directions in an entry of the dial, in their order."""
    table = next((item.slug for item in exercise.fields if item.type == "table"), "")
    rows = values.get(table, [])
    return tuple(Area(str(row.get("area", row.get("words", ""))), row.get("lived")) for row in rows)


def dial(now: Sequence[Area], then: Sequence[Area] = ()) -> str:
    """SVG of the dial; empty without an area. Areas of `then` are drawn hollow where they are still there."""
    if not now:
        return ""
    earlier = {one.area: one.lived for one in then}
    drawn = "".join(_ring(value) for value in RINGS)
    marks = ""
    for place, one in enumerate(now):
        turn = 2 * pi * place / len(now) - pi / 2
        drawn += _spoke(turn) + _named(one.area, turn)
        marks += _mark(earlier.get(one.area), turn, hollow=True) + _mark(one.lived, turn, hollow=False)
    path = _joined(now)
    says = "; ".join(_said(one, earlier.get(one.area)) for one in now)
    return _svg(drawn + path + marks, _("Direction dial. %(areas)s.") % {"areas": says}, HEIGHT)


def _said(one: Area, then: int | None) -> str:
    if one.lived is None:
        return _("%(area)s: no answer") % {"area": one.area}
    said = _("%(area)s: %(lived)s of 10 near") % {"area": one.area, "lived": one.lived}
    return said if then is None else said + _(", the time before %(then)s") % {"then": then}


def _point(value: float, turn: float) -> tuple[float, float]:
    distance = RIM - (RIM - HUB) * value / MOST
    return WIDTH / 2 + distance * cos(turn), HEIGHT / 2 + distance * sin(turn)


def _ring(value: int) -> str:
    radius = RIM - (RIM - HUB) * value / MOST
    return tag(
        "circle", class_="dial-ring", cx=WIDTH / 2, cy=HEIGHT / 2, r=radius, stroke_opacity="0.35", **LINE
    )


def _spoke(turn: float) -> str:
    (x1, y1), (x2, y2) = _point(MOST, turn), _point(0, turn)
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke="currentColor", stroke_opacity="0.35")


def _named(area: str, turn: float) -> str:
    x, y = WIDTH / 2 + (RIM + 18) * cos(turn), HEIGHT / 2 + (RIM + 18) * sin(turn)
    anchor = "middle" if abs(cos(turn)) < 0.3 else "start" if cos(turn) > 0 else "end"
    pieces = _pieces(area)
    top = y + 6 - 20 * (len(pieces) - 1) * (1 - sin(turn)) / 2
    return "".join(
        words(piece, x=x, y=top + 20 * place, class_="dial-name", anchor=anchor)
        for place, piece in enumerate(pieces)
    )


def _pieces(area: str) -> list[str]:
    """A name in two lines where one would run off the drawing."""
    first, space, rest = area.rpartition(" ") if len(area) > 9 else (area, "", "")
    return [one[:14] for one in ([first, rest] if space else [area])]


def _mark(lived: int | None, turn: float, *, hollow: bool) -> str:
    if lived is None:
        return ""
    x, y = _point(lived, turn)
    look = "dial-then" if hollow else "dial-mark"
    return tag("circle", class_=look, cx=x, cy=y, r=11 if hollow else 8)


def _joined(now: Sequence[Area]) -> str:
    placed = [(one.lived, 2 * pi * place / len(now) - pi / 2) for place, one in enumerate(now)]
    known = [_point(lived, turn) for lived, turn in placed if lived is not None]
    if len(known) < 3 or len(known) < len(now):
        return ""
    return tag("polygon", class_="dial-shape", points=corners(known), stroke_width=1.6, **LINE)


def wave(values: Mapping[str, Any]) -> str:
    """SVG sketch of an urge from its start, its highest and the minutes until it eased; empty without a highest."""
    start, peak, minutes = values.get("start"), values.get("peak"), values.get("minutes")
    if peak is None:
        return ""
    begin, crest, end = (
        (LEFT, _level(peak if start is None else start)),
        (LEFT + (RIGHT - LEFT) * 0.4, _level(peak)),
        (RIGHT, _level(0)),
    )
    drawn = "".join(_rule(value) for value in RINGS) + _curve(begin, crest)
    drawn += tag("circle", class_="dial-mark", cx=crest[0], cy=crest[1], r=6)
    drawn += words(str(peak), x=crest[0], y=max(crest[1] - 12, 16), class_="dial-name", anchor="middle")
    if minutes is None:
        return _svg(drawn, _("The urge rose to %(peak)s of 10.") % {"peak": peak}, WAVE_HEIGHT)
    drawn += _curve(crest, end)
    drawn += words(
        _("%(n)s min") % {"n": minutes}, x=RIGHT, y=WAVE_HEIGHT - 6, class_="dial-name", anchor="end"
    )
    says = _("The urge rose to %(peak)s of 10 and eased after %(n)s min.") % {"peak": peak, "n": minutes}
    return _svg(drawn, says, WAVE_HEIGHT)


def _level(value: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * value / MOST


def _rule(value: int) -> str:
    y = _level(value)
    line = tag("line", x1=LEFT, x2=RIGHT, y1=y, y2=y, stroke="currentColor", stroke_opacity="0.25")
    return line + words(str(value), x=LEFT - 8, y=y + 6, class_="dial-name", anchor="end")


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A smooth rise or fall between two points, level at both ends."""
    (x1, y1), (x2, y2) = start, end
    middle = (x1 + x2) / 2
    path = f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    return tag("path", class_="wave-line", d=path, stroke_width=3, **LINE)


def _svg(content: str, says: str, height: float) -> str:
    return tag(
        "svg", content, xmlns="http://www.w3.org/2000/svg", class_="dial", viewBox=f"0 0 {WIDTH:.0f} {height:.0f}",
        role="img", aria_label=says,
    )  # fmt: skip
