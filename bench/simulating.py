"""Simulate people through a scenario: patient-weeks a second on one core, beside plain NumPy and two frameworks.

python -m bench.simulating
"""

import io
import os
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Final

import numpy as np

from bench import simulation_numpy
from bench.forecast_work import PARAMETERS, Numbers
from bench.results import HOLDFAST, Bar, Section, at_least, release, rounded, show, times
from bench.simulation_work import RULES, SCENARIO, WEEKS, Course
from bench.timing import best_seconds, on_cores
from holdfast.forecast import simulate
from holdfast.forecast.scenario import Scenario

ALIKE_SES: Final = 4.5
"""How many standard errors the mean scores of two simulations may differ by, on any of the visits."""

_CHECKED: Final = 20_000
_SIZES: Final = (10_000, 20_000, 100_000)

Run = Callable[[int], object]


def measure() -> Section:
    """Check that all simulations have the same mean scores, then time them."""
    runs = _runs()
    with redirect_stdout(io.StringIO()):  # vivarium says so whenever it is done
        apart = {name: _apart(run) for name, (_, run) in runs.items()}
        rate = {name: _rate(lambda people, run=run: run(people, seed=1)) for name, (_, run) in runs.items()}
    rate = {HOLDFAST: _rate(lambda people: _ours(SCENARIO, people))} | rate
    mine, by_rules = rate[HOLDFAST], _rate(lambda people: _ours(RULES, people))
    rows = [
        (HOLDFAST, "", rounded(mine), "", ""),
        (f"{HOLDFAST}, treated by rules", "", rounded(by_rules), "", ""),
    ]
    rows += [
        (name, release(package), rounded(rate[name]), times(mine / rate[name]), f"{apart[name]:.1f}")
        for name, (package, _) in runs.items()
    ]
    frameworks = max(rate[name] for name, (package, _) in runs.items() if package != "numpy")
    return Section(
        title="Simulate",
        about=(
            f"{SCENARIO.days // 7} weeks: a PHQ-9 every week, six infusions, sixteen sessions that depend on severity, "
            "on one core."
        ),
        headings=(
            "who",
            "version",
            "patient-weeks/s on one core",
            "Holdfast is",
            "largest z of a mean score",
        ),
        rows=tuple(rows),
        targets=(
            at_least("simulation, against the fastest framework", asked=100, measured=mine / frameworks),
            at_least("simulation, against plain NumPy", asked=3, measured=mine / rate["NumPy"]),
        ),
        notes=(
            "All follow the same model and rules in the same order of events. Everyone is infused on the same days "
            "here, so the others work out the inputs of infusions once for all; Holdfast works everything out person "
            "by person.",
            "The others step over days on which nothing happens: NumPy does not visit them, a framework's step returns "
            "at once. Timed with 10,000, 20,000 and 100,000 people at once; the fastest is shown.",
            "By rules: the same, but the course of infusions stops without improvement, therapy starts two days after "
            "the first response, and responders get maintenance, so that everyone has days of their own. No other was "
            "made to follow these.",
            "starsim works in single precision, the rest in double.",
            f"Before timing, mean scores of every visit were compared, {_CHECKED:,} people each.",
        ),
        bars_unit="patient-weeks a second, on one core",
        bars=tuple(Bar(name, value) for name, value in rate.items()),
    )


def _runs() -> dict[str, tuple[str, Callable[..., Course]]]:
    """Package and simulation by name; frameworks are imported late, since they are slow to."""
    os.environ["STARSIM_INSTALL_FONTS"] = "0"
    from bench import simulation_starsim, simulation_vivarium

    return {
        "NumPy": ("numpy", simulation_numpy.run),
        "starsim": ("starsim", simulation_starsim.run),
        "vivarium": ("vivarium", simulation_vivarium.run),
    }


def _ours(scenario: Scenario, people: int) -> None:
    for _ in simulate.run(scenario, PARAMETERS, people=people, seed=1):
        pass


def _rate(run: Run) -> float:
    """Patient-weeks a second on one core."""
    with on_cores(1):
        return max(
            people * WEEKS / best_seconds(lambda people=people: run(people), repeats=3) for people in _SIZES
        )


def _apart(run: Callable[..., Course]) -> float:
    """The largest z of a mean score. Errors: `ArithmeticError` where two simulations are not alike."""
    ours = simulate.everyone(SCENARIO, PARAMETERS, people=_CHECKED, seed=1).score
    z = float(np.max(np.abs(_z(ours, run(_CHECKED, seed=2).score))))
    if not z <= ALIKE_SES:
        raise ArithmeticError(f"mean scores differ by {z:.1f} standard errors")
    return z


def _z(one: np.ndarray, other: np.ndarray) -> Numbers:
    """How far the mean scores of two simulations lie apart by visit, in standard errors."""
    parts = [np.where(score < 0, np.nan, score) for score in (one, other)]
    error = np.sqrt(sum(np.nanvar(part, axis=0) / np.isfinite(part).sum(axis=0) for part in parts))
    apart: Numbers = (np.nanmean(parts[0], axis=0) - np.nanmean(parts[1], axis=0)) / error
    return apart


if __name__ == "__main__":
    show(measure())
