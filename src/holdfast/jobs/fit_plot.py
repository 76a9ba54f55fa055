"""The plot of `holdfast fit`: every number beside what was thought of it before."""

from typing import TYPE_CHECKING, Any

from holdfast.jobs import plots
from holdfast.jobs.fit_card import LEAST_LEARNED, Fitted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_95 = 1.96


def figure(fitted: Fitted) -> "Figure":
    """Estimates with 1.96 standard errors, in standard deviations of the belief, which is the band around 0."""
    estimates = list(fitted.found.estimates.items())
    drawn, (axes,) = plots.panels(1, size=(6.4, 0.21 * len(estimates) + 1.6))
    axes.axvspan(-_95, _95, color=plots.BANDS[95], linewidth=0, label="thought before, 95 %")
    axes.axvline(0, color=plots.SOFT, linewidth=0.9)
    for place, (_, one) in enumerate(estimates):
        # On the belief's scale the error is the square root of what was not learned.
        reach = _95 * max(1 - one.learned, 0.0) ** 0.5
        known = one.learned >= LEAST_LEARNED
        axes.plot([one.moved - reach, one.moved + reach], [place, place], color=plots.INK, linewidth=1.3)
        axes.plot(
            one.moved,
            place,
            "o",
            color=plots.INK,
            markerfacecolor=plots.INK if known else "white",
            markersize=5,
        )
    axes.set_yticks(range(len(estimates)), [_label(fitted, name) for name, _ in estimates])
    axes.set_ylim(len(estimates) - 0.5, -0.5)
    axes.set_xlabel("standard deviations of what was thought before")
    axes.set_title(f"{fitted.found.release.release}, from {fitted.records.people:,} people")
    plots.legend(drawn, _keys(), columns=3)
    return drawn


def _label(fitted: Fitted, name: str) -> str:
    one = fitted.found.estimates[name]
    return f"{name}  {fitted.found.beliefs[name].value:.3g} → {one.value:.3g}"


def _keys() -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    dot: dict[str, Any] = {"color": plots.INK, "marker": "o", "markersize": 5, "linewidth": 1.3}
    return [
        Patch(color=plots.BANDS[95], label="thought before, 95 %"),
        Line2D([], [], **dot, label="estimate, 95 %"),
        Line2D([], [], **dot, markerfacecolor="white", label="not identifiable"),
    ]
