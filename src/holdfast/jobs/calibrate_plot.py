"""The plot of `holdfast calibrate`: every simulated figure against its published interval, in standard errors."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from holdfast.forecast.published.reproduce import Outcome
from holdfast.jobs import plots
from holdfast.jobs.fit_card import figure as written

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDEST: Final = 5.0
"""Standard errors that are drawn; what lies further out stands at the edge."""

_LONGEST: Final = 68
_MET: Final[dict[str, Any]] = {"marker": "o", "markersize": 5, "color": plots.INK, "linestyle": "none"}
_MISSED: Final[dict[str, Any]] = {"marker": "X", "markersize": 7, "color": plots.WARNING, "linestyle": "none"}


def figure(outcomes: Sequence[Outcome]) -> "Figure":
    """A row a target, anchors below; the bar is the published interval, the mark the simulated figure."""
    in_order = sorted(outcomes, key=lambda one: one.target.role != "match")
    targets = sum(one.target.role == "match" for one in outcomes)
    drawn, (axes,) = plots.panels(1, size=(9.6, 0.22 * len(outcomes) + 1.5))
    # Anchors stand one row apart.
    places = [row + (row >= targets) for row in range(len(in_order))]
    for place, one in zip(places, in_order, strict=True):
        _row(axes, place, one)
    axes.axvline(0, color=plots.SOFT, linewidth=0.9)
    axes.set_yticks(places, [_label(one) for one in in_order])
    axes.text(-_WIDEST, targets, "anchors", va="center", fontsize=8.5, color=plots.SOFT)
    axes.set_ylim(places[-1] + 0.7, -0.7)
    axes.set_xlim(-_WIDEST - 0.2, _WIDEST + 0.2)
    axes.set_xlabel("standard errors from the published value")
    axes.set_title(
        f"{sum(one.inside for one in in_order[:targets])} of {targets} targets inside their interval"
    )
    axes.annotate(
        "published → simulated", (1, 1), xycoords="axes fraction", xytext=(4, 6), textcoords="offset points",
        fontsize=7.5,
    )  # fmt: skip
    plots.legend(drawn, _keys(), columns=3)
    return drawn


def _row(axes: "Axes", place: int, one: Outcome) -> None:
    low, high = one.target.z(one.target.lower), one.target.z(one.target.upper)
    axes.plot(
        [low, high], [place, place], color=plots.BANDS[50], linewidth=5, solid_capstyle="butt", zorder=1
    )
    mark = _MET if one.inside else _MISSED
    axes.plot(float(np.clip(one.z, -_WIDEST, _WIDEST)), place, **mark, zorder=3)
    shown = f"{written(one.target.value)} → {written(one.simulated)}"
    axes.annotate(
        shown, (1, place), xycoords=axes.get_yaxis_transform(), xytext=(4, 0), textcoords="offset points",
        va="center", fontsize=7.5,
    )  # fmt: skip


def _label(one: Outcome) -> str:
    return f"{textwrap.shorten(one.target.about, _LONGEST, placeholder=' …')}  {one.target.id}"


def _keys() -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=plots.BANDS[50], linewidth=5, label="published interval"),
        Line2D([], [], **_MET, label="simulated, inside"),
        Line2D([], [], **_MISSED, label="simulated, outside"),
    ]
