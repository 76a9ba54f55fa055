"""Virtual people: severity drawn from the model under given treatments, and the scores they would report.

`run` takes many people through a scenario, a piece at a time, so that memory stays the same for any number of them;
`draw` gives severity of a few people who all get the same treatments.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.cohort import Cohort, columns
from holdfast.forecast.filtering import prior
from holdfast.forecast.model import (
    G_E,
    G_F,
    G_S,
    INACTIVE,
    INFUSION,
    KETAMINE,
    SCORE,
    SESSION,
    THERAPIES,
    UNTREATED,
    B,
    D,
    Treatment,
    Z,
)  # fmt: skip
from holdfast.forecast.parameters import Parameters
from holdfast.forecast.scales import instruments, scale_of
from holdfast.forecast.scenario import Scenario
from holdfast.forecast.shapes import (
    AnyInts,
    AnyNumbers,
    AnyScores,
    CountPerPerson,
    PerDay,
    PerPerson,
    PersonByDay,
    PersonByInfusion,
    PersonBySession,
    PersonByVisit,
)  # fmt: skip
from holdfast.forecast.sharing import share

PIECE = 20_000
"""People worked out at once."""

MISSING = -1
"""Score, day or count of what did not happen."""


@dataclass(frozen=True, eq=False)
class People:
    """What became of people in a scenario, one row a person.

    `severity` and `score` are by visit, in the order of `scenario.asked`; `infused_on` and `attended_on` hold the days
    of infusions given and of sessions attended, `booked` how many sessions were arranged, `left_on` the day someone
    left therapy, `drawn` how many people were drawn until this one met the entry rule. MISSING is what did not happen.
    """

    scenario: Scenario
    severity: PersonByDay
    score: PersonByVisit
    infused_on: PersonByInfusion
    attended_on: PersonBySession
    booked: CountPerPerson
    left_on: CountPerPerson
    drawn: CountPerPerson

    def __len__(self) -> int:
        return len(self.booked)

    @property
    def attended(self) -> CountPerPerson:
        """Sessions attended."""
        attended: CountPerPerson = (self.attended_on >= 0).sum(axis=1)
        return attended

    def scores(self, instrument: str) -> tuple[tuple[int, ...], PersonByVisit]:
        """Days on which an instrument was asked, and the scores. Errors: `InvalidInput` where it never was."""
        places = [place for place, (_, slug) in enumerate(self.scenario.asked) if slug == instrument]
        if not places:
            asked = ", ".join(sorted({slug for _, slug in self.scenario.asked}))
            raise InvalidInput(Problem("instrument", f"{instrument} is not asked", f"one of {asked}"))
        return tuple(self.scenario.asked[place][0] for place in places), self.score[:, places]

    def on(self, instrument: str, day: int) -> CountPerPerson:
        """The scores of one day. Errors: `InvalidInput` when the instrument was not asked then."""
        days, scores = self.scores(instrument)
        if day not in days:
            expected = f"one of {', '.join(map(str, days))}"
            raise InvalidInput(Problem("day", f"{instrument} is not asked on day {day}", expected))
        found: CountPerPerson = scores[:, days.index(day)].astype(np.int64)
        return found

    def cohort(self, *, until: int | None = None) -> Cohort:
        """Their records up to the day `until`: what a clinic would know of them at its end."""
        last = self.scenario.days if until is None else until
        parts = (_scores_of(self, last), _infusions_of(self, last), _sessions_of(self, last))
        person, day, kind, code, amount = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((kind, day, person))
        counts = np.bincount(person, minlength=len(self))
        return Cohort(
            offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            day=day[order],
            kind=kind[order].astype(np.int8),
            code=code[order].astype(np.int8),
            amount=amount[order],
            as_of_day=np.full(len(self), float(last)),
        )

    @classmethod
    def joined(cls, pieces: Sequence["People"]) -> "People":
        """The people of all pieces of one run as one table."""
        arrays = {
            one.name: np.concatenate([getattr(piece, one.name) for piece in pieces])
            for one in fields(cls)
            if one.name != "scenario"
        }
        return cls(scenario=pieces[0].scenario, **arrays)


def run(
    scenario: Scenario, parameters: Parameters, *, people: int, seed: int, piece: int = PIECE
) -> Iterator[People]:
    """Take people through the scenario, `piece` of them at a time; the same seed gives the same people in any pieces.

    Each person is treated at a site of their own, drawn like the rest.

    **Errors**: `InvalidInput` for a count or seed that cannot be, for an instrument without a link to severity, and
    when nobody drawn meets the entry rule.
    """
    if people < 1 or not 0 <= seed < 2**63:
        raise InvalidInput(
            Problem("people and seed", "cannot be", "1 person or more, a seed from 0 to 2^63 - 1")
        )
    unlinked = sorted({slug for _, slug in scenario.asked} - set(parameters.scales))
    if unlinked:
        expected = ", ".join(parameters.scales)
        raise InvalidInput(
            Problem("visits", f"{', '.join(unlinked)} is not linked to severity", f"one of {expected}")
        )
    for first in range(0, people, piece):
        yield _piece(scenario, parameters, first=first, count=min(piece, people - first), seed=seed)


def everyone(scenario: Scenario, parameters: Parameters, *, people: int, seed: int) -> People:
    """All of a run at once; `run` is for more people than fit in memory."""
    return People.joined(list(run(scenario, parameters, people=people, seed=seed)))


def _piece(scenario: Scenario, parameters: Parameters, *, first: int, count: int, seed: int) -> People:
    from holdfast.forecast import virtual

    plan, days = scenario.plan()
    most_infusions = len(days.infusion_day) + len(days.maintenance_gap)
    booked, left_on, drawn = (np.empty(count, np.int64) for _ in range(3))
    out = (
        np.empty((count, len(days.visit_day))),
        np.empty((count, len(days.visit_day)), np.int16),
        np.full((count, most_infusions), MISSING, np.int16),
        np.full((count, len(days.session_gap)), MISSING, np.int16),
        booked,
        left_on,
        drawn,
    )
    numbers = (
        parameters.population,
        parameters.beta,
        parameters.scale_table,
        parameters.conduct,
        np.array([parameters.leave[therapy] for therapy in THERAPIES]),
        parameters.site_effect(None)[1],
    )
    share(count, lambda start, stop: virtual.live(seed, first, plan, days, *numbers, start, stop, out))
    if (drawn >= virtual.TRIES).any():
        low, high = scenario.entry.limits
        what = f"hardly anyone has a {scenario.entry.instrument} of {low} to {high} on day 0"
        raise InvalidInput(Problem("entry", what, "limits that people of these parameters meet"))
    return People(scenario, *out)


Part = tuple[AnyInts, AnyNumbers, AnyInts, AnyInts, AnyNumbers]
"""Person, day, kind, code and amount of events of one kind."""


def _scores_of(people: People, last: int) -> Part:
    asked = people.scenario.asked
    days, codes = np.array([(day, instruments().index(slug)) for day, slug in asked]).T
    who, visit = np.nonzero((people.score != MISSING) & (days <= last))
    return _part(who, days[visit], SCORE, codes[visit], people.score[who, visit])


def _infusions_of(people: People, last: int) -> Part:
    infusions = people.scenario.infusions
    who, place = np.nonzero((people.infused_on >= 0) & (people.infused_on <= last))
    on = people.infused_on[who, place]
    if infusions is None:
        return _part(who, on, INFUSION, KETAMINE, 1.0)
    switched = infusions.inactive_from is not None and on >= infusions.inactive_from
    inactive = np.broadcast_to(switched | (infusions.drug == "inactive"), len(on))
    return _part(
        who, on, INFUSION, np.where(inactive, INACTIVE, KETAMINE), np.where(inactive, 1.0, infusions.dose)
    )


def _sessions_of(people: People, last: int) -> Part:
    who, place = np.nonzero((people.attended_on >= 0) & (people.attended_on <= last))
    therapy = people.scenario.therapy
    code = THERAPIES.index(therapy.therapy) if therapy else 0
    return _part(who, people.attended_on[who, place], SESSION, code, 1.0)


def _part(who: AnyInts, on: Any, kind: int, code: Any, amount: Any) -> Part:
    return (
        who.astype(np.int64),
        on.astype(np.float64),
        np.full(len(who), kind, np.int64),
        np.broadcast_to(code, len(who)).astype(np.int64),
        np.broadcast_to(amount, len(who)).astype(np.float64),
    )


def draw(
    parameters: Parameters,
    *,
    people: int,
    days: PerDay,
    treatments: Sequence[Treatment] = (),
    rng: np.random.Generator,
) -> PersonByDay:
    """Severity of people on `days`, rising from 0 or later, who all get the same treatments.

    Severity on the day of a treatment is from before it, as in `model`.
    """
    from holdfast.forecast import passes

    q = parameters.population
    mean, covariance = prior(parameters)
    x = rng.multivariate_normal(mean, covariance, size=people)
    day, kind, code, amount = columns(treatments)
    u_f, u_s, u_e, W = passes.exposures(UNTREATED, kind, day, code, amount, days, q, parameters.beta).T
    course = _episode(x[:, D], days=days, tau=q.tau_D, sd=q.sigma_D, rng=rng)
    relief = np.outer(x[:, G_F], u_f) + np.outer(x[:, G_S], u_s) + np.outer(x[:, G_E], u_e)
    severity: PersonByDay = x[:, [B]] + course - relief - np.outer(1 + q.c_v * x[:, Z], W)
    return severity


def draw_scores(severity: AnyNumbers, *, instrument: str, rng: np.random.Generator) -> AnyScores:
    """Scores of one instrument at these severities, with its noise, rounded and clipped to its range."""
    scale = scale_of(instrument)
    value = scale.intercept + scale.slope * severity + scale.noise_sd * rng.standard_normal(severity.shape)
    return np.clip(np.floor(value + 0.5), scale.minimum, scale.maximum).astype(np.int64)


def _episode(
    start: PerPerson,
    *,
    days: PerDay,
    tau: float,
    sd: float,
    rng: np.random.Generator,
) -> PersonByDay:
    """D on each day, from its value on day 0: each step is exact, however long."""
    course, now, before = np.empty((len(start), len(days))), start, 0.0
    for place, day in enumerate(days):
        kept = np.exp(-(day - before) / tau)
        now = kept * now + sd * np.sqrt(1 - kept**2) * rng.standard_normal(len(start))
        course[:, place], before = now, day
    return course
