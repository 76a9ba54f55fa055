"""The model card of a fit: which records, how the search ended, what was learned of each number and what was not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from holdfast.forecast.fit import FEWEST_SITES, FIXED, Fit
from holdfast.forecast.parameters import Release
from holdfast.forecast.parameters.belief import Estimate
from holdfast.forecast.parameters.model import Value
from holdfast.instruments.loader import load
from holdfast.jobs.fit_records import Gathered

LEAST_LEARNED: Final = 0.2
"""Below this share of the belief's variance taken away, the records hardly tell the number."""

_HARDLY: Final = "Not identifiable from these records; stayed at what was thought before."

CAVEATS: Final = (
    "Whether someone comes to a session depends on how they feel that day; the model takes attendance as given. "
    "Effects of therapy (beta) and how they differ between people (c_v) are biased by that.",
    "People come into care when they are ill: part of the first fall is a return to what is usual for them, and how "
    "people differ (sigma_B, sigma_D0) is told of those who were taken in.",
    "These are people in care, not a trial: what infusions and therapy add is told apart from what would have "
    "happened anyway by the shape of the course alone.",
    "Standard errors hold if the model is right, and include what was thought before. They are of averages and "
    "spreads: the bands of a person's forecast leave them out.",
    "Drug and expectancy can hardly be told apart without infusions of an inactive drug.",
)


@dataclass(frozen=True)
class Fitted:
    """A fit with all that its card tells: the records, the release before, and what was found."""

    records: Gathered
    before: Release
    found: Fit
    log_likelihood_before: float

    @cached_property
    def unlearned(self) -> tuple[str, ...]:
        """The numbers, but for sites, that the records hardly tell."""
        return tuple(
            name
            for name, one in self.found.estimates.items()
            if one.learned < LEAST_LEARNED and not name.startswith("site.")
        )

    @cached_property
    def release(self) -> Release:
        """The release that was found, saying whose records it is from and what they cannot tell."""
        told = (
            f"Not identifiable from these records; stayed at what was thought before: {', '.join(self.unlearned)}.",
        )
        provenance = self.found.release.provenance.model_copy(
            update={
                "population": self.records.name,
                "sources": (
                    f"Records: {self.records.name}. {self.records.sentence}.",
                    f"What was thought before, and what is fixed: release {self.before.release}.",
                ),
                "not_known": (*(told if self.unlearned else ()), *CAVEATS),
            }
        )
        return self.found.release.model_copy(
            update={
                "provenance": provenance,
                "population": self._noted(self.found.release.population, "{}"),
                "therapy_effect": self._noted(
                    self.found.release.therapy_effect,
                    "beta" if "beta" in self.found.estimates else "beta.{}",
                ),
            }
        )

    def _noted(self, values: Mapping[str, Value], name: str) -> dict[str, Value]:
        """The values, those that were hardly learned with a note that says so."""
        return {
            key: one.model_copy(update={"note": _HARDLY}) if name.format(key) in self.unlearned else one
            for key, one in values.items()
        }


def sentence(fitted: Fitted) -> str:
    """How the fit ended, in a line."""
    found = fitted.found
    ended = "Converged" if found.converged else "NOT CONVERGED: do not use these numbers. Stopped"
    return (
        f"{ended} after {found.iterations} steps at a log-likelihood of {found.log_likelihood:.2f}; "
        f"{len(fitted.unlearned)} of {len(found.estimates)} numbers not identifiable"
    )


def text(fitted: Fitted) -> str:
    """The card, as Markdown."""
    found = fitted.found
    parts = (
        f"# Model card of `{found.release.release}`",
        f"Fitted on {found.release.provenance.made_on} by `holdfast fit`, from `{fitted.before.release}`.",
        "## Records",
        _bullets(_records(fitted.records)),
        "## Search",
        f"{sentence(fitted)}. Before the fit it was {fitted.log_likelihood_before:.2f}.",
        "## Numbers",
        "*Before* is what was thought before the records, *moved* how far they took it, in standard deviations of that "
        "belief, *learned* the share of its variance that they took away.",
        _numbers(fitted),
        "## Not identifiable from these records; stayed at what was thought before",
        _bullets(_unlearned(fitted) or ["None."]),
        "## Sites",
        _sites(fitted),
        "## Not estimated",
        _bullets(_fixed(fitted)),
        "## Caveats",
        _bullets(CAVEATS),
    )
    return "\n\n".join(parts) + "\n"


def _records(records: Gathered) -> Iterator[str]:
    yield records.name
    least, middle, greatest = (f"{days:.0f}" for days in records.followed)
    yield f"{records.people:,} people, followed for {least} to {greatest} days (median {middle})"
    if records.dates:
        yield f"Between {records.dates[0]} and {records.dates[1]}"
    total = sum(records.scores.values())
    yield f"{total:,} scores: " + ", ".join(
        f"{count:,} {load(one).name}" for one, count in records.scores.items()
    )
    if records.passed_over:
        passed = ", ".join(f"{count:,} {load(one).name}" for one, count in records.passed_over.items())
        yield f"Passed over, incomplete or without a link to severity: {passed}"
    yield f"{records.infusions:,} infusions of ketamine, {records.inactive:,} of an inactive drug"
    sessions = ", ".join(f"{count:,} {therapy}" for therapy, count in records.sessions.items())
    yield f"Sessions attended: {sessions or 'none'}"


def _numbers(fitted: Fitted) -> str:
    found = fitted.found
    rows = [
        (
            f"`{name}`",
            _meaning(fitted, name),
            figure(found.beliefs[name].value),
            figure(one.value),
            figure(one.standard_error),
            f"{one.moved:+.2f}",
            _percent(one),
        )
        for name, one in found.estimates.items()
        if not name.startswith("site.")
    ]
    return table(("number", "meaning", "before", "after", "standard error", "moved", "learned"), rows)


def _unlearned(fitted: Fitted) -> list[str]:
    estimates = fitted.found.estimates
    return [
        f"`{name}` ({_percent(estimates[name])} learned): {_meaning(fitted, name)}"
        for name in fitted.unlearned
    ]


def _percent(one: Estimate) -> str:
    return f"{100 * max(one.learned, 0.0):.0f} %"


def _meaning(fitted: Fitted, name: str) -> str:
    part, _, which = name.partition(".")
    if part == "noise":
        return f"Noise of {load(which).name}, in its points."
    if part == "beta" and not which:
        return "Points of severity a full course of therapy takes off; one for all therapies."
    value = fitted.before.therapy_effect[which] if part == "beta" else fitted.before.population[name]
    return value.about


def _sites(fitted: Fitted) -> str:
    named = {
        name.removeprefix("site."): one
        for name, one in fitted.found.estimates.items()
        if name.startswith("site.")
    }
    if not named:
        return "The records name no site."
    spread = fitted.found.release.population["sigma_site"].value
    fate = "estimated" if len(named) >= FEWEST_SITES else f"as before: fewer than {FEWEST_SITES} sites"
    rows = [
        (
            site,
            f"{fitted.records.sites[site]:,}",
            f"{one.value:+.2f}",
            f"{one.standard_error:.2g}",
            _percent(one),
        )
        for site, one in named.items()
    ]
    shown = table(
        ("site", "people", "durable response, against all sites", "standard error", "learned"), rows
    )
    return f"{shown}\n\nSpread between sites: {figure(spread)} points ({fate})."


def _fixed(fitted: Fitted) -> Iterator[str]:
    for name in FIXED:
        value = fitted.found.release.population[name]
        if name != "sigma_site":
            yield f"`{name}` = {value.value:g} {value.unit}: {value.about}"
    yield "Intercept and slope of every instrument's link to severity; only its noise is."
    yield "How people come to therapy and leave it (`conduct`, `leave`): used in simulation alone."


def _bullets(lines: Iterator[str] | Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def figure(number: float) -> str:
    """A number to three digits, without an exponent."""
    return f"{number:.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = (header, ["---"] * len(header), *rows)
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
