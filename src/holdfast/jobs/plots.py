"""Plots as PNG, SVG or PDF: how they look, and how a file of one comes about. matplotlib is loaded for that alone."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from holdfast.jobs import outputs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ENDINGS: Final = (".png", ".svg", ".pdf")
MOST_PANELS: Final = 12
"""Panels of one figure; more could not be read."""

INK, SOFT, ACCENT, WARNING = "#1b1b1b", "#6b6b6b", "#1f5a8a", "#b3421f"
"""Colours of different lightness: they stay apart in grey."""

BANDS: Final[Mapping[int, str]] = MappingProxyType({95: "#dfe7ee", 80: "#bccddd", 50: "#8fabc5"})
"""Shades of the bands, by per cent."""

_LOOK: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "font.size": 8.5,
        "axes.titlesize": 9.5,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": SOFT,
        "axes.labelcolor": INK,
        "axes.axisbelow": True,
        "xtick.color": SOFT,
        "ytick.color": SOFT,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "legend.frameon": False,
        "figure.dpi": 110,
        "savefig.dpi": 150,
        "text.parse_math": False,  # a dollar sign in the name of a person is a dollar sign
        "svg.fonttype": "none",  # words stay words: to be searched, and read aloud
        "svg.hashsalt": "holdfast",  # the same plot is the same file
        "pdf.fonttype": 42,
    }
)
_UNDATED: Final[Mapping[str, dict[str, None]]] = MappingProxyType(
    {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
)

Draw = Callable[[Callable[[], "Figure"]], None]
"""Takes what makes the figure, and calls it where a plot was asked for."""


@contextmanager
def opened(plot: Path | None) -> Iterator[Draw]:
    """A plot to be drawn into a file, which is there whole when the block ends well; None: nothing is drawn.

    Errors: `InvalidInput` for another ending or a place that cannot be written; `HoldfastError` without matplotlib.
    """
    if plot is None:
        yield lambda _: None
        return
    outputs.refuse_ending(plot, ENDINGS)
    matplotlib = _matplotlib(plot)
    ending = plot.suffix.lower()
    with outputs.whole(plot) as part, matplotlib.rc_context(_LOOK), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a letter that the font lacks is drawn as a box
        yield lambda make: make().savefig(
            part, format=ending.removeprefix("."), metadata=_UNDATED[ending], bbox_inches="tight"
        )


def panels(
    count: int, *, across: int = 3, size: tuple[float, float] = (3.9, 2.9)
) -> tuple["Figure", list["Axes"]]:
    """A figure with so many panels, at most so many side by side, each of a size in inches."""
    from matplotlib.figure import Figure

    columns = min(count, across)
    rows = -(-count // columns)
    figure = Figure(figsize=(size[0] * columns, size[1] * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for unused in axes[count:]:
        unused.remove()
    return figure, axes[:count]


def level(axes: "Axes", height: float, text: str, *, dotted: bool = False) -> None:
    """A horizontal line over the whole panel, with words beside its right end."""
    axes.axhline(height, color=SOFT, linewidth=0.9, linestyle=":" if dotted else "--", zorder=2)
    axes.annotate(
        text,
        (1, height),
        xycoords=axes.get_yaxis_transform(),
        xytext=(3, 0),
        textcoords="offset points",
        ha="left",
        va="center",
        fontsize=7.5,
        color=INK,
    )


def legend(figure: "Figure", handles: Sequence[Any], *, columns: int = 4) -> None:
    """One legend for all panels, below them."""
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, fontsize=8)


def _matplotlib(plot: Path) -> Any:
    try:
        import matplotlib as found
    except ImportError as error:
        raise outputs.missing(plot.name, "matplotlib") from error
    return found
