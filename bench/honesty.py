"""Is the forecast honest? On people drawn from its own model and on a real trial, beside simple rules.

    python -m bench.honesty [--hamd17 antidepressant_data.csv] [--out docs/honesty.md]

The work, on simulated people: a course of six infusions with check-ins, forecast on day 56 for one, four and twelve
weeks on, with the right numbers, for people whom nobody has fitted. On the real trial (HAM-D17 of 172 people on an
antidepressant or placebo, no ketamine; not part of this repository): weeks 4 and 6 forecast from the visits before, in
five parts, each forecast by what the other four teach: the rules their spread, the model its numbers (`forecast.fit`).
"""

import csv
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from bench.baselines import RULES, Course, Floats, predict
from holdfast.forecast import calibration, fit, parameters
from holdfast.forecast.ahead import forecast_cohort
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.model import Record, ScoreEvent
from holdfast.forecast.parameters import Parameters
from holdfast.forecast.scales import Scale
from holdfast.forecast.scenario import Scenario
from holdfast.forecast.score_fan import before_rounding
from holdfast.forecast.simulate import MISSING, everyone

SEED = 20_261_126
PEOPLE, LEARNED_FROM = 8_000, 4_000
CUT_OFF, WEEKS = 56, (1, 4, 12)
PARTS = 5
VISITS = {"4": 1, "5": 2, "6": 3, "7": 4}
"""Visit names of the trial, and their place after the start; weeks 1, 2, 4 and 6."""

RELAPSE_WEEKS = 4
CHECK_INS = tuple(range(0, CUT_OFF + 7 * WEEKS[-1] + 1, 7))

SCENARIO = Scenario.model_validate(
    {
        "name": "clinic",
        "about": "Six infusions in three weeks, two of maintenance, ten sessions; asked by week, one in five skipped.",
        "days": CHECK_INS[-1],
        "entry": {"instrument": "phq9"},
        "visits": [{"instrument": "phq9", "days": CHECK_INS, "answered": 0.8}],
        "infusions": {"days": (0, 3, 7, 10, 14, 17), "maintenance": (14, 14)},
        "therapy": {
            "therapy": "cbt",
            "start_days": 20,
            "sessions": 10,
            "days_apart": 4,
            "by_severity": False,
        },
    }
)

MODEL, AS_RELEASED = "course model", "course model, as released"


@dataclass(frozen=True)
class Judged:
    """How one method did at one distance."""

    method: str
    when: str
    count: int
    coverage: dict[int, float]
    crps: float
    error: float
    bias: float
    brier: float
    auc: float | None


@click.command()
@click.option(
    "--hamd17", type=click.Path(exists=True, path_type=Path), help="The trial's file, see docs/examples."
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the report here.")
def main(hamd17: Path | None, out: Path | None) -> None:
    """Judge the forecast and write the report."""
    warnings.simplefilter("ignore")  # the mixed model warns of what its own figures show
    simulated = list(on_simulated_people())
    ranks = list(simulation_based_calibration())
    real = list(on_the_trial(hamd17)) if hamd17 else []
    words = report(ranks, simulated, real)
    if out is None:
        click.echo(words)
    else:
        out.write_text(words, encoding="utf-8")


def on_simulated_people() -> Iterator[Judged]:
    """Held-out people of the model's own making."""
    numbers = parameters.load()
    scale = numbers.scales["phq9"]
    people = everyone(SCENARIO, numbers, people=PEOPLE + LEARNED_FROM, seed=SEED)
    course = _course(people.scores("phq9")[1])
    held_out = np.arange(len(course)) >= LEARNED_FROM
    known = CHECK_INS.index(CUT_OFF)
    ahead = forecast_cohort(
        people.cohort(until=CUT_OFF), numbers, days=np.array([7.0 * week for week in WEEKS]), relapse=False
    )
    for place, week in enumerate(WEEKS):
        asked, when = known + week, _when(week)
        for method, rule in RULES.items():
            guess = predict(rule, course.of(held_out), known=known, asked=asked, others=course.of(~held_out))
            yield judge(method, when, scale, guess, course.of(held_out).score[:, asked])
        guess = before_rounding(
            scale, latent_mean=ahead.latent_mean[:, place], latent_sd=ahead.latent_sd[:, place]
        )
        yield judge(
            MODEL, when, scale, (guess[0][held_out], guess[1][held_out]), course.of(held_out).score[:, asked]
        )


def simulation_based_calibration() -> Iterator[tuple[str, float, float, Floats]]:
    """Where true severity lay in its posterior, now and ahead: name, p of evenness, largest gap, ranks."""
    numbers = parameters.load()
    people = everyone(SCENARIO, numbers, people=PEOPLE, seed=SEED + 1)
    days = np.array([0.0, *(7.0 * week for week in WEEKS)])
    ahead = forecast_cohort(people.cohort(until=CUT_OFF), numbers, days=days, relapse=False)
    for place, day in enumerate(days):
        truth = people.severity[:, CHECK_INS.index(CUT_OFF + int(day))]
        ranks = stats.norm.cdf((truth - ahead.latent_mean[:, place]) / ahead.latent_sd[:, place])
        test = stats.kstest(ranks, "uniform")
        yield (
            "now" if day == 0 else _when(int(day / 7)),
            float(test.pvalue),
            float(test.statistic),
            ranks,
        )


def on_the_trial(file: Path) -> Iterator[Judged]:
    """The real people: every rule and the model, learned from four fifths, judged on the fifth."""
    course = _trial(file)
    scale = parameters.load().scales["hamd17"]
    part = np.random.default_rng(SEED).permutation(len(course)) % PARTS
    for known, asked, when in ((2, 3, "week 4, from weeks 0 to 2"), (3, 4, "week 6, from weeks 0 to 4")):
        for method, guesser in GUESSERS.items():
            centre, spread = np.full(len(course), np.nan), np.full(len(course), np.nan)
            for one in range(PARTS):
                here = (part == one) & ~np.isnan(course.score[:, known])
                centre[here], spread[here] = guesser(course.of(here), known, asked, course.of(part != one))
            seen = ~np.isnan(centre) & ~np.isnan(course.score[:, asked])
            yield judge(method, when, scale, (centre[seen], spread[seen]), course.score[seen, asked])


def judge(method: str, when: str, scale: Scale, guess: tuple[Floats, Floats], seen: Floats) -> Judged:
    """One method's predictions against what came; people who did not answer are left out."""
    there = ~np.isnan(seen)
    predicted = calibration.Predicted(scale, guess[0][there], guess[1][there])
    came = seen[there].astype(np.int64)
    expected = calibration.chances_of(scale, predicted.centre, predicted.spread) @ np.arange(
        scale.minimum, scale.maximum + 1
    )
    level = int(np.ceil(scale.intercept + 22 * scale.slope))
    ill = came >= level
    chance = stats.norm.sf((level - 0.5 - predicted.centre) / predicted.spread)
    return Judged(
        method=method,
        when=when,
        count=len(came),
        coverage=dict(calibration.coverage(predicted, came)),
        crps=float(calibration.crps(predicted, came).mean()),
        error=float(np.abs(expected - came).mean()),
        bias=float((expected - came).mean()),
        brier=calibration.brier(chance, ill),
        auc=calibration.auc(chance, ill),
    )


def report(ranks: list[tuple[str, float, float, Floats]], simulated: list[Judged], real: list[Judged]) -> str:
    """The report in Markdown."""
    lines = [HEAD, "## People drawn from the model\n", ABOUT_SIMULATED, *_table(simulated)]
    lines += [
        "\n## Simulation-based calibration\n",
        ABOUT_RANKS,
        "| severity | largest gap | p |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {gap:.3f} | {p:.2f} |" for name, p, gap, _ in ranks]
    if real:
        lines += ["\n## A real trial\n", ABOUT_TRIAL, *_table(real)]
    return "\n".join(lines) + "\n"


def _table(rows: list[Judged]) -> list[str]:
    lines = ["| when | method | people | within 50 / 80 / 95 % | CRPS | mean error | bias | Brier | AUC |"]
    lines.append("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        within = " / ".join(f"{100 * row.coverage[band]:.0f}" for band in (50, 80, 95))
        auc = "" if row.auc is None else f"{row.auc:.3f}"
        lines.append(
            f"| {row.when} | {row.method} | {row.count:,} | {within} | {row.crps:.2f} | {row.error:.2f} | "
            f"{row.bias:+.2f} | {row.brier:.3f} | {auc} |"
        )
    return lines


def _when(week: int) -> str:
    return f"{week} week{'s' if week > 1 else ''} on"


def _course(scores: NDArray[np.int16]) -> Course:
    days = np.broadcast_to(np.array(CHECK_INS, float), scores.shape)
    return Course(days, np.where(scores == MISSING, np.nan, scores).astype(float))


def _trial(file: Path) -> Course:
    with file.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    patients = {name: place for place, name in enumerate(dict.fromkeys(row["PATIENT"] for row in rows))}
    score = np.full((len(patients), len(VISITS) + 1), np.nan)
    day = np.tile(np.array([0.0, 7.0, 14.0, 28.0, 42.0]), (len(patients), 1))
    for row in rows:
        person, visit = patients[row["PATIENT"]], VISITS[row["VISIT"]]
        score[person, 0] = float(row["BASVAL"])
        score[person, visit], day[person, visit] = float(row["HAMDTL17"]), float(row["RELDAYS"])
    return Course(day, score)


Guesser = Callable[[Course, int, int, Course], tuple[Floats, Floats]]


def _by(rule: Callable[..., tuple[Floats, Floats | None]]) -> Guesser:
    return lambda course, known, asked, others: predict(rule, course, known=known, asked=asked, others=others)


def _released(course: Course, known: int, asked: int, others: Course) -> tuple[Floats, Floats]:
    return _model(course, known, asked, parameters.load())


def _fitted(course: Course, known: int, asked: int, others: Course) -> tuple[Floats, Floats]:
    start = parameters.release(parameters.CURRENT)
    learned = fit.fit(
        _records(others, others.score.shape[1] - 1), start, name="trial", made_on=date(2026, 11, 26)
    )
    return _model(course, known, asked, learned.parameters)


def _model(course: Course, known: int, asked: int, numbers: Parameters) -> tuple[Floats, Floats]:
    """Each person's own day is asked for: people were not seen on the very same days."""
    cohort, scale = _records(course, known), numbers.scales["hamd17"]
    ahead = course.day[:, asked] - cohort.as_of_day
    days, place = np.unique(np.maximum(ahead, 1.0), return_inverse=True)
    found = forecast_cohort(cohort, numbers, days=days, relapse=False)
    everyone_own = np.arange(len(course)), place
    return before_rounding(
        scale, latent_mean=found.latent_mean[everyone_own], latent_sd=found.latent_sd[everyone_own]
    )


def _records(course: Course, known: int) -> Cohort:
    records = []
    for day, score in zip(course.day[:, : known + 1], course.score[:, : known + 1], strict=True):
        seen = ~np.isnan(score)
        scores = tuple(
            ScoreEvent(float(d), "hamd17", int(s)) for d, s in zip(day[seen], score[seen], strict=True)
        )
        records.append(Record(scores=scores, as_of_day=float(day[seen].max())))
    return Cohort.of(records)


GUESSERS: dict[str, Guesser] = {
    **{name: _by(rule) for name, rule in RULES.items()},
    AS_RELEASED: _released,
    MODEL: _fitted,
}

HEAD = """# Is the forecast honest?

Made by `make honesty`. Coverage: the share of scores within the band that should hold 50, 80 or 95 %; more is possible
where a band ends on floor or ceiling, and because scores are whole numbers. CRPS and mean error in points of the
instrument, lower is better. Brier score and AUC of the chance to be at the relapse level (a MADRS of 22 on the
instrument's own scale) at that visit. Every rule learned its spread from other people than those it is judged on.
"""

ABOUT_SIMULATED = """Its own people flatter a model; this shows that the arithmetic holds what the model promises, not
that the model is true. Six infusions, then two more, ten sessions; PHQ-9 by week, one in five skipped; forecast on
day 56. The model was given the numbers the people were drawn with and no infusion or session ahead was planned.
"""

ABOUT_RANKS = """Where the true severity of 8,000 people lay in its posterior: even from 0 to 1, if all is right. The
largest gap is that of the distribution function (Kolmogorov-Smirnov). Scores on floor and ceiling are matched in two
moments only, and rounding counts as a variance, so an exact fit is not to be expected of this many people.
"""

ABOUT_TRIAL = """HAM-D17 of 172 people (84 on an antidepressant, 88 on placebo), seen at weeks 0, 1, 2, 4 and 6;
drop-out is real. No ketamine, and milder than the people the released numbers are for. Five parts; what is said of each
was learned from the other four. `as released` has not learned anything from them.
"""

if __name__ == "__main__":
    main()
