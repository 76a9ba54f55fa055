"""What `holdfast calibrate` says: published results beside simulated ones, as Markdown, as a table, or in short."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from holdfast.forecast.model import THERAPIES
from holdfast.forecast.parameters import Release
from holdfast.forecast.parameters.belief import Belief, Estimate
from holdfast.forecast.parameters.model import Value
from holdfast.forecast.published.matching import BELIEFS
from holdfast.forecast.published.reproduce import Context, Outcome
from holdfast.jobs import sheets
from holdfast.jobs.fit_card import figure, table

COLUMNS: Final[sheets.Columns] = MappingProxyType(
    {
        "id": "text",
        "role": "text",
        "target": "text",
        "population": "text",
        "parameters": "text",
        "published": "number",
        "lower": "number",
        "upper": "number",
        "interval": "text",
        "simulated": "number",
        "z": "number",
        "inside": "text",
        "source": "text",
    }
)
ESTIMATE_COLUMNS: Final[sheets.Columns] = MappingProxyType(
    {
        "number": "text",
        "belief": "number",
        "belief_sd": "number",
        "scale": "text",
        "value": "number",
        "standard_error": "number",
        "moved": "number",
        "learned": "number",
    }
)
_WIDTH: Final = 62
_HOW_TO_READ: Final = (
    "Each published result is simulated: people who meet its entry rule are taken through its treatment, and the "
    "paper's figure is computed from their scores. *z* is how many standard errors the simulated figure lies above the "
    "published one, the standard error being the width of the interval over 3.92; for ratios both are on the "
    "logarithmic scale. An interval called a judgement, or with an assumed number of people, is ours."
)
_HOW_TO_READ_ESTIMATES: Final = (
    "The parameters were matched to these results, and to what was thought before. *Moved* is how far the results took "
    "a number from that, in standard deviations of the belief; *learned* is the share of its variance that they took "
    "away: near 0 %, they say nothing of it."
)


@dataclass(frozen=True)
class Calibration:
    """Every target as simulated, with which releases, and what published results told of each number."""

    outcomes: tuple[Outcome, ...]
    releases: Mapping[Context, Release]
    estimates: Mapping[str, Estimate]
    people: int
    seed: int


def estimates_of(releases: Mapping[Context, Release]) -> dict[str, Estimate]:
    """What the published results told of each number, from the values and standard errors of the releases.

    Without the two numbers that set routine care apart: the releases hold no standard error of these.
    """
    found = {name: (_value(releases["drug free"], name), belief) for name, belief in BELIEFS.items()}
    return {
        name: _estimate(value, belief)
        for name, (value, belief) in found.items()
        if value is not None and value.standard_error is not None
    }


def _value(release: Release, name: str) -> Value | None:
    part, _, which = name.partition(".")
    if part == "leave":
        return release.leave[which]
    if part == "beta":
        return release.therapy_effect[THERAPIES[0]]
    return release.population.get(name) or release.conduct.get(name)


def _estimate(value: Value, belief: Belief) -> Estimate:
    at = Belief(value.value, belief.sd, belief.scale).start
    return belief.estimate(at, (value.standard_error or 0.0) / belief.slope(at))


def rows(outcomes: Sequence[Outcome]) -> list[tuple[object, ...]]:
    """The cells of `COLUMNS`, a row a target."""
    return [
        (
            one.target.id, one.target.role, one.target.about, one.target.population, one.target.context,
            one.target.value, one.target.lower, one.target.upper, one.target.interval,
            round(one.simulated, 4), round(one.z, 2), "yes" if one.inside else "no", one.target.source,
        )
        for one in outcomes
    ]  # fmt: skip


def estimate_rows(estimates: Mapping[str, Estimate]) -> list[tuple[object, ...]]:
    """The cells of `ESTIMATE_COLUMNS`, a row a number."""
    return [
        (
            name, BELIEFS[name].value, BELIEFS[name].sd, BELIEFS[name].scale,
            *(float(f"{number:.6g}") for number in (one.value, one.standard_error, one.moved, one.learned)),
        )
        for name, one in estimates.items()
    ]  # fmt: skip


def verdict(outcomes: Sequence[Outcome]) -> str:
    """How many targets are met, and how many anchors, in a line each."""
    match, anchors = _of(outcomes, "match"), _of(outcomes, "anchor")
    return (
        f"{_met(match)} of {len(match)} targets inside their interval\n"
        f"{_met(anchors)} of {len(anchors)} anchors inside their interval"
    )


def short(done: Calibration) -> str:
    """The comparison as lines for a screen, ending with the verdict."""
    lines = [f"{'':4} {'':{_WIDTH}} {'published':>9} {'interval':>17} {'simulated':>9} {'z':>6}"]
    for role, name in (("match", "Targets"), ("anchor", "Anchors")):
        lines += ["", name, *map(_line, _of(done.outcomes, role))]
    return "\n".join([*lines, "", verdict(done.outcomes)])


def _line(one: Outcome) -> str:
    target = one.target
    about = textwrap.shorten(target.about, _WIDTH, placeholder=" …")
    interval = f"{figure(target.lower)} to {figure(target.upper)}"
    line = (
        f"{target.id:4} {about:{_WIDTH}} {figure(target.value):>9} {interval:>17} {figure(one.simulated):>9}"
    )
    return f"{line} {one.z:>+6.2f}{'' if one.inside else '  outside'}"


def text(done: Calibration) -> str:
    """The comparison as Markdown."""
    names = " and ".join(
        f"`{release.release}` of {release.provenance.made_on} ({context})"
        for context, release in done.releases.items()
    )
    made = f"with {done.people:,} virtual people an arm, seed {done.seed}; parameters {names}"
    parts = (
        "# Calibration: published results and the simulation",
        f"Made by `holdfast calibrate` {made}.",
        _HOW_TO_READ,
        "## Targets",
        "Results that the simulation is to reproduce.",
        _outcome_table(_of(done.outcomes, "match")),
        "## Anchors",
        "Further figures that hold spreads and the course without treatment in place.",
        _outcome_table(_of(done.outcomes, "anchor")),
        "## What the results tell of each number",
        _HOW_TO_READ_ESTIMATES,
        _estimate_table(done.estimates),
        "## Verdict",
        "\n".join(f"- {line}" for line in verdict(done.outcomes).splitlines()),
    )
    return "\n\n".join(parts) + "\n"


def _outcome_table(outcomes: Sequence[Outcome]) -> str:
    header = ("id", "target", "population", "published", "interval", "simulated", "z", "inside", "source")
    return table(header, [tuple(_cells(one)) for one in outcomes])


def _cells(one: Outcome) -> Iterator[str]:
    target = one.target
    yield target.id
    yield f"{target.about} ({target.context})"
    yield target.population
    yield figure(target.value)
    yield f"{figure(target.lower)} to {figure(target.upper)} ({target.interval})"
    yield figure(one.simulated)
    yield f"{one.z:+.2f}"
    yield "yes" if one.inside else "**no**"
    yield target.source + (f". {target.note}" if target.note else "")


def _estimate_table(estimates: Mapping[str, Estimate]) -> str:
    header = ("number", "thought before", "value", "standard error", "moved", "learned")
    cells = [
        (
            f"`{name}`",
            figure(BELIEFS[name].value),
            figure(one.value),
            figure(one.standard_error),
            f"{one.moved:+.2f}",
            f"{100 * max(one.learned, 0.0):.0f} %",
        )
        for name, one in estimates.items()
    ]
    return table(header, cells)


def _of(outcomes: Sequence[Outcome], role: str) -> list[Outcome]:
    return [one for one in outcomes if one.target.role == role]


def _met(outcomes: Sequence[Outcome]) -> int:
    return sum(one.inside for one in outcomes)
