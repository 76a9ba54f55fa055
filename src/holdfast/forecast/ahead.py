"""The twelve weeks ahead of one person: scores, response, remission, relapse, how long relief holds, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from holdfast.errors import InvalidInput, NotFound, Problem
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.filtering import Posterior, columns_of
from holdfast.forecast.model import G_E, G_F, G_S, B, D, Treatment, Z
from holdfast.forecast.parameters import Parameters
from holdfast.forecast.passage import COHORT_POINTS, chance_below, points
from holdfast.forecast.scales import Scale
from holdfast.forecast.score_fan import ScoreFan, chance_at_most, score_fan
from holdfast.forecast.shapes import (
    CountPerPerson,
    PerDay,
    PerPerson,
    PersonByDay,
    PerWeek,
    Plain,
    Real,
    WhetherPerPerson,
)
from holdfast.forecast.sharing import share
from holdfast.forecast.trajectory import Trajectory, trajectory

HORIZON_DAYS: Final = 84
LONGEST_HORIZON_DAYS: Final = 366
WEEK_DAYS: Final = 7

RELAPSE_INSTRUMENT: Final = "madrs"
"""The instrument whose relapse cut-off counts, unless another is asked for."""

FEWEST_SCORES: Final = 2
"""With one score the forecast is mostly that of an average person. Source: site default of this project."""

LARGEST_SD_SHARE: Final = 0.8
"""Above this share of the uncertainty there would be without scores, little has been learned, or too long ago.
Source: site default of this project."""


@dataclass(frozen=True)
class ReliefHolds:
    """How many days the relief there is now is likely to hold: until severity first reaches `relief_ends_at`.

    An 80 % interval around the median. None means beyond the horizon; `lower_days` is then the horizon, which relief
    holds at least. Severity is looked at once a day.
    """

    median_days: int | None
    lower_days: int
    upper_days: int | None


@dataclass(frozen=True, eq=False)
class Contributions:
    """What makes up expected severity on each day: the sum of the parts is its mean.

    `usual` is where the person would settle without treatment, `drift` how far the episode still stands above it;
    together they are the course without treatment. `infusions` is the drug's part, `expectancy` that of being treated
    at all. Negative numbers are relief. They are model contrasts, not effects shown in a trial: one person's scores
    can hardly tell drug from expectancy, so that split rests on trials with an inactive infusion.

    **Units**: points of severity.
    """

    usual: float
    drift: PerDay
    infusions: PerDay
    expectancy: PerDay
    therapy: PerDay

    def to_json(self) -> Plain:
        """Plain values."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Contributions":
        """What `to_json` stored."""
        by_day = {
            name: np.array(stored[name], dtype=np.float64)
            for name in ("drift", "infusions", "expectancy", "therapy")
        }
        return cls(usual=stored["usual"], **by_day)


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is likely on each day from now to the horizon; all that is needed to show it again as it was.

    `latent_mean` and `latent_sd` are of severity. `p_relapse_by` is the chance that severity reaches `relapse_level`,
    where the relapse cut-off of the instrument asked for lies, at or before each of `relapse_days`, looked at once a
    week; for a person who is above that level now it says little, so read it together with `relief_holds`, which is
    None when there is no relief now.

    **Units**: days from `as_of_day`, which counts from the episode's start; points of severity.
    """

    as_of_day: float
    days: PerDay
    latent_mean: PerDay
    latent_sd: PerDay
    relapse_days: PerWeek
    p_relapse_by: PerWeek
    relief_holds: ReliefHolds | None
    contributions: Contributions
    too_little_data_reason: str | None
    n_scores: int
    relapse_level: float
    parameters_release: str
    scales: Mapping[str, Scale]

    @property
    def too_little_data(self) -> bool:
        """Whether the numbers say little of this person and should not be shown as a forecast."""
        return self.too_little_data_reason is not None

    def scores(self, instrument: str) -> ScoreFan:
        """The scores one instrument would show. Errors: `NotFound` for one that has no link to severity."""
        return score_fan(
            self._scale(instrument), days=self.days, latent_mean=self.latent_mean, latent_sd=self.latent_sd
        )

    def p_response(self, instrument: str, baseline: int) -> PerDay:
        """Chance on each day of a score that is a response to this baseline on the same instrument."""
        scale = self._scale(instrument)
        return self._p_at_most(scale, scale.response_at_most(baseline))

    def p_remission(self, instrument: str) -> PerDay:
        """Chance on each day of a score in the remission range. Errors: `NotFound` where the instrument has none."""
        scale = self._scale(instrument)
        if scale.remission_at_most is None:
            raise NotFound(f"{instrument} has no cut-off for remission")
        return self._p_at_most(scale, scale.remission_at_most)

    def p_relapse_within(self, days: Real) -> float:
        """Chance of relapse within some days; between weekly points on the straight line.

        **Errors**: `InvalidInput` outside the horizon.
        """
        last = float(self.relapse_days[-1]) if len(self.relapse_days) else 0.0
        if not 0 <= days <= last:
            raise InvalidInput(Problem("days", "outside what was forecast", f"0 to {last:g} days"))
        return float(np.interp(days, [0.0, *self.relapse_days], [0.0, *self.p_relapse_by]))

    def to_json(self) -> Plain:
        """Plain values that `from_json` turns back into an equal forecast."""
        stored = {one.name: _plain(getattr(self, one.name)) for one in fields(self)}
        return stored | {"scales": {slug: scale.to_json() for slug, scale in self.scales.items()}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Forecast":
        """The forecast that `to_json` stored, with the links and release it was made with."""
        arrays = ("days", "latent_mean", "latent_sd", "relapse_days", "p_relapse_by")
        relief = stored["relief_holds"]
        return cls(
            **{name: np.array(stored[name], dtype=np.float64) for name in arrays},
            as_of_day=stored["as_of_day"],
            relief_holds=None if relief is None else ReliefHolds(**relief),
            contributions=Contributions.from_json(stored["contributions"]),
            too_little_data_reason=stored["too_little_data_reason"],
            n_scores=stored["n_scores"],
            relapse_level=stored["relapse_level"],
            parameters_release=stored["parameters_release"],
            scales=MappingProxyType(
                {slug: Scale.from_json(scale) for slug, scale in stored["scales"].items()}
            ),
        )

    def _scale(self, instrument: str) -> Scale:
        if instrument not in self.scales:
            raise NotFound(f"no forecast on {instrument!r}; there is one on {', '.join(self.scales)}")
        return self.scales[instrument]

    def _p_at_most(self, scale: Scale, limit: int) -> PerDay:
        return chance_at_most(scale, limit, latent_mean=self.latent_mean, latent_sd=self.latent_sd)


def forecast(
    posterior: Posterior,
    *,
    horizon_days: int = HORIZON_DAYS,
    planned: Sequence[Treatment] = (),
    relapse_on: str = RELAPSE_INSTRUMENT,
) -> Forecast:
    """The days from now to the horizon, with no treatment but the planned events, on the clock of the record.

    `relapse_on` is the instrument whose cut-off counts as relapse: the one the person is judged on.

    **Errors**: `InvalidInput` for a horizon that is not 0 to 366 whole days, or a planned event before the record's
    day or beyond the horizon; `NotFound` for an instrument without such a cut-off.
    """
    _refuse_bad_horizon(posterior, horizon_days, planned)
    level = relapse_level(posterior.parameters, relapse_on)
    daily = trajectory(posterior, days=np.arange(horizon_days + 1, dtype=np.float64), planned=planned)
    weekly = trajectory(posterior, days=daily.days[WEEK_DAYS::WEEK_DAYS], planned=planned)
    return Forecast(
        as_of_day=posterior.as_of_day,
        days=daily.days,
        latent_mean=daily.mean,
        latent_sd=daily.sd,
        relapse_days=weekly.days,
        p_relapse_by=1.0 - chance_below(weekly, level),
        relief_holds=relief_holds(daily, level=level),
        contributions=_contributions(daily),
        too_little_data_reason=too_little_data(posterior),
        n_scores=posterior.n_scores,
        relapse_level=level,
        parameters_release=posterior.parameters.release,
        scales=posterior.parameters.scales,
    )


@dataclass(frozen=True, eq=False)
class CohortForecast:
    """What is likely for every person of a cohort on the same days ahead, with no further treatment, as columns.

    `p_relapse_by` is the chance of reaching the relapse level at or before each day, looked at on these days alone;
    None where it was not asked for. `too_little_data` is the rule of that name, person by person.

    **Shapes**: [person, day] and [person]. **Units**: days from each person's `as_of_day`; points of severity.
    """

    cohort: Cohort
    parameters: Parameters
    days: PerDay
    latent_mean: PersonByDay
    latent_sd: PersonByDay
    p_relapse_by: PersonByDay | None
    log_likelihood: PerPerson
    n_scores: CountPerPerson
    too_little_data: WhetherPerPerson

    def scores(self, instrument: str) -> ScoreFan:
        """The scores one instrument would show, person after person, day after day in each. Errors: `NotFound`."""
        if instrument not in self.parameters.scales:
            raise NotFound(
                f"no forecast on {instrument!r}; there is one on {', '.join(self.parameters.scales)}"
            )
        return score_fan(
            self.parameters.scales[instrument],
            days=np.tile(self.days, len(self.cohort)),
            latent_mean=self.latent_mean.ravel(),
            latent_sd=self.latent_sd.ravel(),
        )


def forecast_cohort(
    cohort: Cohort,
    parameters: Parameters,
    *,
    days: PerDay | None = None,
    relapse: bool = True,
    relapse_on: str = RELAPSE_INSTRUMENT,
) -> CohortForecast:
    """The days ahead of everyone in a cohort, filtered and looked ahead in one pass on every core.

    `days` rise from 0 or later; without them, twelve weeks by week. Chances of relapse by fewer points than for one
    person (see `passage`): five times the work of the rest.

    **Errors**: `InvalidInput` for days that do not rise; as `filter_cohort`.
    """
    from holdfast.forecast import crossing

    days = np.arange(WEEK_DAYS, HORIZON_DAYS + 1, WEEK_DAYS, dtype=np.float64) if days is None else days
    if not len(days) or days[0] < 0 or (np.diff(days) <= 0).any():
        raise InvalidInput(
            Problem("days", "do not rise from 0 or later", "days ahead, each later than the last")
        )
    people = len(cohort)
    by_day = [np.empty((people, len(days))) for _ in range(3)]
    by_person = [np.empty(people) for _ in range(4)]
    n_scores = np.empty(people, np.int64)
    fixed, gathered = points(
        tuple(days.tolist()), parameters.population, count=COHORT_POINTS if relapse else 0
    )
    level = relapse_level(parameters, relapse_on)
    columns = (*columns_of(cohort, parameters), days, level, fixed, gathered)
    out = (*by_day, *by_person, n_scores)
    share(people, lambda first, last: crossing.look_ahead(*columns, first, last, out))
    mean, sd, chance = by_day
    _, now_sd, prior_sd, log_likelihood = by_person
    return CohortForecast(
        cohort=cohort,
        parameters=parameters,
        days=days,
        latent_mean=mean,
        latent_sd=sd,
        p_relapse_by=chance if relapse else None,
        log_likelihood=log_likelihood,
        n_scores=n_scores,
        too_little_data=(n_scores < FEWEST_SCORES) | (now_sd > LARGEST_SD_SHARE * prior_sd),
    )


def relapse_level(parameters: Parameters, instrument: str = RELAPSE_INSTRUMENT) -> float:
    """The severity at which an instrument's relapse cut-off is expected: 22 for the MADRS, 17 for the PHQ-9.

    Cut-offs of instruments were set one by one and do not meet on one severity. **Source**: each cut-off's own, in the
    instrument's file. **Errors**: `NotFound` for an instrument without such a cut-off or link.
    """
    scale = parameters.scales.get(instrument)
    if scale is None or scale.relapse_at_least is None:
        raise NotFound(f"{instrument} has no cut-off for relapse that severity can be held against")
    return scale.severity(scale.relapse_at_least)


def too_little_data(posterior: Posterior) -> str | None:
    """Why the forecast says little of this person, in plain words; None when there is enough to say.

    Too little is fewer than two scores, or severity now still as unsure as 80 % of what it would be without any.
    """
    # H-011: callers show the reason instead of numbers.
    if posterior.n_scores < FEWEST_SCORES:
        return f"Only {posterior.n_scores} of the {FEWEST_SCORES} scores a forecast needs."
    if posterior.severity_sd > LARGEST_SD_SHARE * posterior.prior_severity_sd:
        return "The scores are too few or too long ago to tell this person from an average one."
    return None


def relief_ends_at(posterior: Posterior, *, level: float) -> float:
    """The severity at which relief counts as over: the relapse level, or half of the baseline where that is higher.

    A response to a very high baseline may lie above the relapse level; it is relief all the same.
    """
    return max(level, posterior.baseline_severity / 2)


def has_relief(posterior: Posterior) -> bool:
    """Whether there is relief now: expected severity is at most half of the baseline's.

    The rule of response, taken on severity, so that scores of several instruments count together.
    """
    return posterior.severity_mean <= posterior.baseline_severity / 2


def relief_holds(daily: Trajectory, *, level: float) -> ReliefHolds | None:
    """How long relief is likely to hold along a daily trajectory; None when there is none now."""
    if not has_relief(daily.posterior):
        return None
    over = 1.0 - chance_below(daily, relief_ends_at(daily.posterior, level=level))
    early, middle, late = (_first_day(daily.days, over, chance) for chance in (0.1, 0.5, 0.9))
    return ReliefHolds(
        median_days=middle, lower_days=int(daily.days[-1]) if early is None else early, upper_days=late
    )


def _first_day(days: PerDay, over: PerDay, chance: float) -> int | None:
    reached = np.flatnonzero(over >= chance)
    return int(days[reached[0]]) if len(reached) else None


def _contributions(daily: Trajectory) -> Contributions:
    x, (u_f, u_s, u_e, W) = daily.posterior.mean, daily.held.T
    c_v = daily.posterior.parameters.population.c_v
    return Contributions(
        usual=float(x[B]),
        drift=x[D] * daily.loading[:, D],
        infusions=0.0 - (x[G_F] * u_f + x[G_S] * u_s),  # subtracted: a minus sign would show none as -0
        expectancy=0.0 - x[G_E] * u_e,
        therapy=0.0 - (1 + c_v * x[Z]) * W,
    )


def _refuse_bad_horizon(posterior: Posterior, horizon_days: int, planned: Sequence[Treatment]) -> None:
    if not 0 <= horizon_days <= LONGEST_HORIZON_DAYS or horizon_days != int(horizon_days):
        expected = f"a whole number of days from 0 to {LONGEST_HORIZON_DAYS}"
        raise InvalidInput(Problem("horizon_days", "not a horizon", expected))
    late = [place for place, event in enumerate(planned) if event.day > posterior.as_of_day + horizon_days]
    if late:
        raise InvalidInput(
            Problem(f"planned[{late[0]}].day", "beyond the horizon", "a day within what is forecast")
        )


def _plain(value: object) -> object:
    match value:
        case np.ndarray():
            return value.tolist()
        case ReliefHolds():
            return asdict(value)
        case Contributions():
            return value.to_json()
        case _:
            return value
