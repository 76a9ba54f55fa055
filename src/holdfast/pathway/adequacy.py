"""Whether an antidepressant that was tried counts as one that failed: dose, time and improvement, with the reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from holdfast.pathway.limits import AS_SHIPPED, SiteLimits
from holdfast.protocols import medicines


class Verdict(StrEnum):
    """Yes, no, or that the record does not tell: what is missing is never taken for either."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True)
class DrugFact:
    """An antidepressant that was tried; None for what is not known. `drug` is a slug of the table, or a name as told.

    **Units**: mg a day at most, weeks at or above the minimum dose, percent better at best.
    """

    drug: str
    this_episode: bool = True
    dose_mg: Decimal | None = None
    weeks: Decimal | None = None
    improvement_percent: int | None = None
    optimised: bool = False
    augmented_with: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, as a sentence."""

    words: str
    verdict: Verdict


@dataclass(frozen=True)
class Adequacy:
    """A trial judged. It is adequate by dose and time; it counts when it was adequate, failed, and of this episode."""

    dose: Finding
    weeks: Finding
    improvement: Finding
    episode: Finding

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was looked at, in the order it is read."""
        return (self.dose, self.weeks, self.improvement, self.episode)

    @property
    def adequate(self) -> Verdict:
        """Whether dose and time were enough."""
        return every(one.verdict for one in (self.dose, self.weeks))

    @property
    def counts(self) -> Verdict:
        """Whether it counts as an adequate trial of this episode that failed."""
        return every(one.verdict for one in self.findings)

    @property
    def because(self) -> tuple[Finding, ...]:
        """What decides it: what speaks against it, else what is missing, else everything."""
        return tuple(one for one in self.findings if one.verdict is self.counts)


@dataclass(frozen=True)
class Judged:
    """A trial with what was found of it."""

    trial: DrugFact
    adequacy: Adequacy


def every(verdicts: Iterable[Verdict]) -> Verdict:
    """Yes when all are, no when any is, else unknown."""
    given = set(verdicts)
    if Verdict.NO in given:
        return Verdict.NO
    return Verdict.UNKNOWN if Verdict.UNKNOWN in given else Verdict.YES


def judge(trial: DrugFact, *, limits: SiteLimits = AS_SHIPPED) -> Judged:
    """Judge one trial by the table of minimum doses and the site's weeks and improvement.

    **Source**: at least 4 weeks at the minimum dose in one rating form, 6 in another, under 50 % better (ATHF-SF,
    MGH-ATRQ, as recalled); the numbers are thresholds of the site.
    """
    return Judged(
        trial,
        Adequacy(
            dose=_dose(trial),
            weeks=_weeks(trial, limits),
            improvement=_improvement(trial, limits),
            episode=Finding("In this episode", Verdict.YES)
            if trial.this_episode
            else Finding("Before this episode, so it does not count", Verdict.NO),
        ),
    )


@dataclass(frozen=True)
class Count:
    """How many different antidepressants count, how many may, and how many are needed."""

    counted: int
    uncertain: int
    needed: int

    @property
    def verdict(self) -> Verdict:
        """Whether enough antidepressants failed for treatment-resistant depression."""
        if self.counted >= self.needed:
            return Verdict.YES
        return Verdict.UNKNOWN if self.counted + self.uncertain >= self.needed else Verdict.NO


def count(judged: Sequence[Judged], *, limits: SiteLimits = AS_SHIPPED) -> Count:
    """The adequate trials of this episode that failed; a drug that was tried twice counts once.

    **Source**: two or more antidepressants of adequate dose and duration (threshold `trials_needed`).
    """
    certain = {one.trial.drug for one in judged if one.adequacy.counts is Verdict.YES}
    uncertain = {one.trial.drug for one in judged if one.adequacy.counts is Verdict.UNKNOWN} - certain
    return Count(len(certain), len(uncertain), int(limits.number("trials_needed")))


def called(drug: str) -> str:
    """The name of an antidepressant by its slug; a name that is not in the table as it was told."""
    medicine = medicines.of_slug(drug)
    return medicine.name if medicine else drug


def _dose(trial: DrugFact) -> Finding:
    medicine = medicines.of_slug(trial.drug)
    if medicine is None:
        return Finding("Not in the table of antidepressants, so no minimum dose is known", Verdict.UNKNOWN)
    if medicine.minimum_mg is None:
        return Finding(f"No minimum dose of {medicine.name} is agreed", Verdict.UNKNOWN)
    least = f"{medicine.minimum_mg.normalize():f} mg a day"
    if trial.dose_mg is None:
        return Finding(f"Dose not known; the minimum is {least}", Verdict.UNKNOWN)
    given = f"{trial.dose_mg.normalize():f} mg"
    if trial.dose_mg < medicine.minimum_mg:
        return Finding(f"{given} is below the minimum of {least}", Verdict.NO)
    return Finding(f"{given} reaches the minimum of {least}", Verdict.YES)


def _weeks(trial: DrugFact, limits: SiteLimits) -> Finding:
    needed = limits.threshold("trial_weeks_at_least")
    if trial.weeks is None:
        return Finding(f"Weeks not known; {needed.words} are needed", Verdict.UNKNOWN)
    given = f"{trial.weeks.normalize():f} {'week' if trial.weeks == 1 else 'weeks'}"
    if trial.weeks < Decimal(str(needed.value)):
        return Finding(f"{given}, shorter than the {needed.words} needed", Verdict.NO)
    return Finding(f"{given}, long enough ({needed.words})", Verdict.YES)


def _improvement(trial: DrugFact, limits: SiteLimits) -> Finding:
    enough = limits.threshold("trial_failed_below")
    if trial.improvement_percent is None:
        return Finding(f"Improvement not known; under {enough.words} counts as failed", Verdict.UNKNOWN)
    given = f"{trial.improvement_percent} % better"
    if trial.improvement_percent < enough.value:
        return Finding(f"{given}, too little (under {enough.words})", Verdict.YES)
    return Finding(f"{given}, so it helped ({enough.words} or more)", Verdict.NO)
