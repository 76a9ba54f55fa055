"""Run the whole benchmark of the forecast, and write docs/benchmarks.md and its picture docs/benchmarks.svg.

python -m bench.report
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench import filtering, fitting, machine, million, one_person, simulating
from bench.results import Section, lines, show

DOCS: Final = Path(__file__).parents[1] / "docs"
PICTURE: Final = "benchmarks.svg"

SUITES: Final = (one_person.measure, million.measure, filtering.measure, fitting.measure, simulating.measure)

_OURS, _THEIRS, _INK = "#1f6f6b", "#b9bec6", "#30343a"

_HOW: Final = """\
Each contestant is given the same synthetic work in one run. Where it answers the same question, its answer is checked
against Holdfast's before it is timed. A time is the best of three to five repeats after a warm-up, by the clock on the
wall, unless it is said otherwise; what is compiled is compiled in the warm-up and left out. Rates on one core are
measured with the program held to one core. `make bench-forecast` measures everything anew and writes this page;
`bench/` says exactly what is done."""

_LIMITS: Final = """\
One machine, with few cores; ratios move from machine to machine and with the versions of the packages. The people are
synthetic. The other filters are general: they take any linear Gaussian model, Holdfast's takes one. The targets come
from a sketch of the model, measured on another machine with older versions of the others, and are kept as they were."""


def main() -> None:
    """Measure, print as it goes, and write the page."""
    began, started = machine.now(), time.perf_counter()
    sections = []
    for measure in SUITES:
        sections.append(measure())
        show(sections[-1])
    described = machine.described()
    minutes, others = (time.perf_counter() - started) / 60, machine.others_share(began)
    took = f"The whole run took {minutes:.1f} minutes; other programs used {others:.1%} of the cores"
    (DOCS / "benchmarks.md").write_text(page(sections, (*described, took)))
    draw([section for section in sections if section.bars], DOCS / PICTURE)
    print(took)


def page(sections: Sequence[Section], described: Sequence[str]) -> str:
    """The document."""
    order = sorted(sections, key=lambda section: not section.bars)
    targets = [
        f"| {one.words} | {one.measured} | {'yes' if one.reached else '**no**'} |"
        for section in order
        for one in section.targets
    ]
    return "\n".join(
        [
            "# Benchmarks of the forecast",
            "",
            "Measured by `make bench-forecast`, which also writes this page.",
            "",
            f"![Bars of people or patient-weeks a second, Holdfast beside others]({PICTURE})",
            "",
            "## Targets",
            "",
            "| target | measured | reached |",
            "| --- | --- | --- |",
            *targets,
            "",
            *(line for section in order for line in lines(section, targets=False)),
            "## How it was measured",
            "",
            _HOW,
            "",
            *(f"- {line}" for line in described),
            "",
            "## Limits",
            "",
            _LIMITS,
            "",
        ]
    )


def draw(sections: Sequence[Section], to: Path) -> None:
    """Bars on a logarithmic scale, a panel for each piece of work."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams |= {
        "svg.hashsalt": "bench",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 9,
    }
    import matplotlib.pyplot as plt

    heights = [len(section.bars) + 1.2 for section in sections]
    figure, panels = plt.subplots(
        len(sections), 1, figsize=(8, 0.36 * sum(heights)), height_ratios=heights, layout="constrained"
    )
    for panel, section in zip(panels, sections, strict=True):
        _panel(panel, section)
    figure.savefig(to, metadata={"Date": None})


def _panel(panel: Any, section: Section) -> None:
    bars = section.bars[::-1]
    values = [bar.value for bar in bars]
    drawn = panel.barh(
        [bar.label for bar in bars],
        values,
        color=[_OURS if bar.ours else _THEIRS for bar in bars],
        height=0.7,
    )
    panel.bar_label(
        drawn, labels=[f"{value:,.3g}" if value < 1000 else f"{value:,.0f}" for value in values], padding=4
    )
    panel.set(xscale="log", xlim=(min(values) / 3, max(values) * 6))
    panel.set_title(f"{section.title}: {section.bars_unit}", loc="left", color=_INK, fontsize=10)
    panel.spines[["top", "right"]].set_visible(False)
    panel.tick_params(axis="y", length=0)


if __name__ == "__main__":
    main()
