"""What a suite of the benchmark found: a table, bars for the picture, and targets with whether they were reached."""

from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Final

HOLDFAST: Final = "Holdfast"


@dataclass(frozen=True)
class Bar:
    """One bar of the picture: more is better."""

    label: str
    value: float

    @property
    def ours(self) -> bool:
        """Whether it is Holdfast's."""
        return self.label.startswith(HOLDFAST)


@dataclass(frozen=True)
class Target:
    """What was to be reached, what was measured, and whether that is enough."""

    words: str
    measured: str
    reached: bool


@dataclass(frozen=True)
class Section:
    """One piece of work: what it is, who did it how fast, and what follows. Rows hold texts, one a heading."""

    title: str
    about: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    targets: tuple[Target, ...]
    notes: tuple[str, ...] = ()
    bars_unit: str = ""
    bars: tuple[Bar, ...] = field(default=())


def release(package: str) -> str:
    """Name and version of an installed package."""
    return f"{package} {version(package)}"


def rounded(value: float) -> str:
    """A figure to three significant digits, thousands set apart."""
    if value >= 1000:
        digits = len(str(int(value))) - 3
        return f"{round(value / 10**digits) * 10**digits:,}"
    return f"{value:.3g}"


def times(value: float) -> str:
    """A ratio."""
    return f"{rounded(value)} ×"


def at_least(words: str, *, asked: float, measured: float) -> Target:
    """A target for a ratio."""
    return Target(f"{words}: at least {asked:g} ×", times(measured), measured >= asked)


def below(words: str, *, asked: float, measured: float, unit: str) -> Target:
    """A target for a time or size."""
    return Target(f"{words}: below {asked:g} {unit}", f"{rounded(measured)} {unit}", measured < asked)


def show(section: Section) -> None:
    """Print a section as it will stand in the document."""
    print("\n".join(lines(section)), flush=True)


def lines(section: Section, *, targets: bool = True) -> list[str]:
    """A section as lines of Markdown, with its targets or without."""
    table = [section.headings, tuple("---" for _ in section.headings), *section.rows]
    reached = [
        f"- {one.words}: **{one.measured}**, {'reached' if one.reached else 'not reached'}"
        for one in section.targets
    ]
    return [
        f"## {section.title}",
        "",
        section.about,
        "",
        *(f"| {' | '.join(row)} |" for row in table),
        "",
        *(["Targets:", "", *reached, ""] if reached and targets else []),
        *(f"- {note}" for note in section.notes),
        *([""] if section.notes else []),
    ]
