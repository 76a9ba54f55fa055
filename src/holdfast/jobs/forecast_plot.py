"""The plot of `holdfast forecast`: a panel a person, with what was seen and what is likely."""

import textwrap
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from holdfast.instruments.loader import load
from holdfast.jobs import plots
from holdfast.jobs.forecast_csv import Outlook
from holdfast.jobs.forecast_rows import EventRow, InfusionRow, SessionRow
from holdfast.units import days_between

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ACROSS = 3
_DAYS_AHEAD_ALONE = 14
"""Days before now that a panel shows at least."""

_MARKS: dict[str, dict[str, Any]] = {
    "infusion": {"marker": "v", "markersize": 5.5, "color": plots.INK},
    "inactive infusion": {"marker": "v", "markersize": 5.5, "color": plots.INK, "markerfacecolor": "white"},
    "therapy session": {"marker": "|", "markersize": 7, "markeredgewidth": 1.6, "color": plots.ACCENT},
}
_SEEN: dict[str, Any] = {"marker": "o", "markersize": 5, "color": plots.INK, "markeredgecolor": "white"}

_INFUSIONS_AT, _SESSIONS_AT, _FLOOR = -0.08, -0.17, -0.23
"""Heights of the ticks of treatment, and of the panel's lower end, in shares of the instrument's range."""


def figure(outlooks: Sequence[Outlook], *, people: int) -> "Figure":
    """A panel for each outlook, said to be the first of so many people where they are not all."""
    drawn, axes = plots.panels(len(outlooks), across=_ACROSS)
    for outlook, panel in zip(outlooks, axes, strict=True):
        _panel(panel, outlook)
    for panel in axes[-_ACROSS:]:
        panel.set_xlabel("days from the last entry")
    if people > len(outlooks):
        drawn.suptitle(f"The first {len(outlooks)} of {people} people", x=0.01, ha="left", fontsize=10)
    plots.legend(drawn, _keys(outlooks))
    return drawn


def _panel(axes: "Axes", outlook: Outlook) -> None:
    instrument = load(outlook.instrument)
    width = instrument.maximum - instrument.minimum
    axes.set_title(f"{outlook.name} · {instrument.name}, last entry {_when(outlook)}")
    axes.set_ylim(instrument.minimum + _FLOOR * width, instrument.maximum + 0.02 * width)
    axes.set_yticks([tick for tick in axes.get_yticks() if instrument.minimum <= tick <= instrument.maximum])
    axes.spines["left"].set_bounds(instrument.minimum, instrument.maximum)
    axes.axvline(0, color=plots.SOFT, linewidth=0.8, zorder=1)
    if outlook.reason is None:
        _fan(axes, outlook)
        _levels(axes, outlook)
    else:
        words = textwrap.fill(outlook.reason, 34)
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", zorder=6)
    seen = [(_ahead(outlook, row), row.total) for row in outlook.person.scores if _is_seen(outlook, row)]
    axes.plot(*zip(*seen, strict=True), **_SEEN, linestyle="none", zorder=5)
    _treatments(axes, outlook, low=instrument.minimum, width=width)
    first = min(axes.get_xlim()[0], -_DAYS_AHEAD_ALONE)
    axes.set_xlim(first, float(outlook.ahead.days[-1]))


def _when(outlook: Outlook) -> str:
    return outlook.person.as_of if outlook.person.clock == "date" else f"day {outlook.person.as_of}"


def _is_seen(outlook: Outlook, row: Any) -> bool:
    return row.instrument == outlook.instrument and row.total is not None


def _ahead(outlook: Outlook, row: Any) -> float:
    """Days from now; negative for what was."""
    return days_between(outlook.person.ends_at, row.at)


def _fan(axes: "Axes", outlook: Outlook) -> None:
    fan = outlook.ahead.scores(outlook.instrument)
    for band, shade in plots.BANDS.items():
        low, high = getattr(fan, f"lower{band}"), getattr(fan, f"upper{band}")
        axes.fill_between(fan.days, low, high, step="mid", color=shade, linewidth=0, zorder=0.5)
    axes.plot(fan.days, fan.median, drawstyle="steps-mid", color=plots.INK, linewidth=1.4, zorder=3)


def _levels(axes: "Axes", outlook: Outlook) -> None:
    scale = outlook.ahead.scales[outlook.instrument]
    if scale.remission_at_most is not None:
        plots.level(
            axes, scale.remission_at_most, f"remission\n{scale.remission_at_most} or less", dotted=True
        )
    if scale.relapse_at_least is not None:
        plots.level(axes, scale.relapse_at_least, f"relapse\n{scale.relapse_at_least} or more")


def _treatments(axes: "Axes", outlook: Outlook, *, low: float, width: float) -> None:
    """Ticks below the scores: infusions, and below them sessions; planned ones lie ahead of now."""
    for row in chain(outlook.person.events, outlook.person.planned):
        kind = _kind(row)
        if kind is not None:
            height = _SESSIONS_AT if isinstance(row, SessionRow) else _INFUSIONS_AT
            axes.plot(_ahead(outlook, row), low + height * width, **_MARKS[kind], linestyle="none", zorder=4)


def _kind(row: EventRow) -> str | None:
    """What the row is called in the legend; None for a session that did not take place."""
    if isinstance(row, InfusionRow):
        return "inactive infusion" if row.dose is None else "infusion"
    return "therapy session" if row.attended else None


def _keys(outlooks: Iterable[Outlook]) -> list[Any]:
    """What the legend explains: bands and dots always, treatment where there was any."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    given = {_kind(row) for one in outlooks for row in (*one.person.events, *one.person.planned)}
    return [
        Line2D([], [], **_SEEN, linestyle="none", label="score seen"),
        Line2D([], [], color=plots.INK, linewidth=1.4, label="median ahead"),
        *(Patch(color=shade, label=f"{band} % band") for band, shade in sorted(plots.BANDS.items())),
        *(
            Line2D([], [], **mark, linestyle="none", label=kind)
            for kind, mark in _MARKS.items()
            if kind in given
        ),
    ]
