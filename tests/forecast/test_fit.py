"""The fit: its slope is exact, it finds the numbers a cohort was drawn with, and it says what a cohort cannot tell."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from types import MappingProxyType

import numpy as np
import pytest

from holdfast.errors import InvalidInput
from holdfast.forecast import fit, gradient, parameters
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.filtering import columns_of, filter_cohort
from holdfast.forecast.model import THERAPIES, InactiveEvent, Population, Record, ScoreEvent
from holdfast.forecast.parameters import Parameters
from holdfast.forecast.parameters.belief import Belief
from holdfast.forecast.scales import instruments
from holdfast.forecast.scenario import Scenario
from holdfast.forecast.simulate import everyone
from tests.forecast.people import make_infusions, make_random, make_scores, make_sessions

RELEASE = parameters.release(parameters.CURRENT)
PARAMETERS = parameters.load()
TODAY = date(2026, 3, 2)

SCENARIO = Scenario.model_validate(
    {
        "name": "clinic",
        "about": "A course of infusions, then therapy, with check-ins now and then.",
        "days": 130,
        "entry": {"instrument": "phq9"},
        "visits": [
            {
                "instrument": "phq9",
                "days": (0, 1, 4, 8, 11, 15, 18, 25, 32, 46, 60, 88, 116, 130),
                "answered": 0.8,
            }
        ],
        "infusions": {"days": (0, 3, 7, 10, 14, 17), "maintenance": (21, 28)},
        "therapy": {"therapy": "cbt", "start_days": 20, "sessions": 12, "by_severity": False},
    }
)


def _cohort_with_everything() -> Cohort:
    """Irregular records, and one with scores on floor and ceiling, an inactive infusion and a site."""
    at_the_ends = Record(
        scores=make_scores(22, 8, 0, 0, 3, 0, 27, every=8.0),
        infusions=(*make_infusions(1.0, 4.0), InactiveEvent(9.0)),
        sessions=make_sessions(*range(10, 34, 3), therapy="act"),
        as_of_day=70.0,
        site="harbour",
    )
    return Cohort.of([at_the_ends, *(make_random(np.random.default_rng(seed)) for seed in range(12))])


def _slopes(cohort: Cohort) -> np.ndarray:
    offsets, day, kind, code, amount, _, site, *numbers = columns_of(cohort, PARAMETERS)
    log_likelihood, out = (
        np.empty(len(cohort)),
        np.empty((len(cohort), gradient.NOISE_SD + len(instruments()) + 1)),
    )
    most = int(np.diff(cohort.offsets).max())
    columns = (offsets, day, kind, code, amount, site, np.zeros(len(cohort), bool), *numbers, most)
    gradient.slopes(*columns, 0, len(cohort), log_likelihood, out)
    np.testing.assert_allclose(log_likelihood, filter_cohort(cohort, PARAMETERS).log_likelihood, rtol=1e-13)
    return out


def _moved() -> Iterator[tuple[str, int, float, Callable[[float], Parameters]]]:
    """Every number: its name, its place among the slopes, its value, and the parameters with another value of it."""
    for name in Population._fields:
        value = getattr(PARAMETERS.population, name)

        def letter(x: float, name: str = name) -> Parameters:
            return replace(PARAMETERS, population=PARAMETERS.population._replace(**{name: x}))

        yield name, gradient.PLACE[name], value, letter
    for place, therapy in enumerate(THERAPIES):

        def effect(x: float, therapy: str = therapy) -> Parameters:
            return replace(
                PARAMETERS, therapy_effect=MappingProxyType({**PARAMETERS.therapy_effect, therapy: x})
            )

        yield therapy, gradient.BETA + place, PARAMETERS.therapy_effect[therapy], effect
    for slug, scale in PARAMETERS.scales.items():

        def noise(x: float, slug: str = slug) -> Parameters:
            scales = {**PARAMETERS.scales, slug: replace(PARAMETERS.scales[slug], noise_sd=x)}
            return replace(PARAMETERS, scales=MappingProxyType(scales))

        yield f"noise of {slug}", gradient.NOISE_SD + instruments().index(slug), scale.noise_sd, noise


def test_gradient_when_compared_with_differences_then_agrees_in_every_number() -> None:
    cohort = _cohort_with_everything()
    slopes = _slopes(cohort)
    for name, place, value, parameters_at in _moved():
        step = 1e-5 * max(abs(value), 0.1)
        above, below = (
            filter_cohort(cohort, parameters_at(value + side * step)).log_likelihood for side in (1, -1)
        )
        expected = (above - below) / (2 * step)
        assert np.abs(expected).max() > 0, name
        np.testing.assert_allclose(
            slopes[:, place], expected, atol=2e-6 * np.abs(expected).max(), err_msg=name
        )


@cache
def _fitted(people: int) -> fit.Fit:
    cohort = everyone(SCENARIO, PARAMETERS, people=people, seed=3).cohort()
    wrong = {
        name: value.model_copy(update={"value": value.value * 1.15})
        for name, value in RELEASE.population.items()
        if name.startswith(("sigma_", "tau_D", "tau_f")) and name != "sigma_site"
    }
    start = RELEASE.model_copy(update={"population": {**RELEASE.population, **wrong}})
    return fit.fit(cohort, start, name="fitted", made_on=TODAY)


def _truth(name: str) -> float:
    part, _, which = name.partition(".")
    if part == "noise":
        return PARAMETERS.scales[which].noise_sd
    return PARAMETERS.therapy_effect["cbt"] if part == "beta" else getattr(PARAMETERS.population, name)


def test_fit_when_people_are_drawn_with_known_numbers_then_finds_them_within_its_errors() -> None:
    found = _fitted(4000)
    assert found.converged
    z = [(one.value - _truth(name)) / one.standard_error for name, one in found.estimates.items()]
    assert np.sqrt(np.mean(np.square(z))) < 1.3
    assert np.abs(z).max() < 4


def test_fit_when_there_are_more_people_then_is_surer() -> None:
    few, many = _fitted(1000).estimates, _fitted(4000).estimates
    ratio = [few[name].standard_error / many[name].standard_error for name in many if few[name].learned > 0.9]
    assert len(ratio) > 8
    assert 1.6 < np.median(ratio) < 2.4


def test_fit_when_a_release_is_made_of_it_then_carries_errors_method_and_the_fitted_noise() -> None:
    found = _fitted(1000)
    assert found.release.release == "fitted"
    assert found.release.population["mu_s"].standard_error == found.estimates["mu_s"].standard_error
    assert "1000 people" in found.release.provenance.method
    assert found.parameters.scales["phq9"].noise_sd == found.estimates["noise.phq9"].value
    assert found.release.population["tau_on"] == RELEASE.population["tau_on"]


def test_fit_when_nobody_had_therapy_then_says_it_learned_nothing_of_it() -> None:
    people = everyone(SCENARIO.model_copy(update={"therapy": None}), PARAMETERS, people=200, seed=4)
    found = fit.fit(people.cohort(), RELEASE, name="fitted", made_on=TODAY)
    for name in ("beta", "c_v", "kappa"):
        assert found.estimates[name].learned == pytest.approx(0.0, abs=1e-6)
        assert found.estimates[name].value == pytest.approx(_truth(name), rel=1e-6)
    assert found.estimates["noise.phq9"].learned > 0.9


def test_fit_when_a_belief_is_firm_then_the_number_stays() -> None:
    cohort = everyone(SCENARIO, PARAMETERS, people=100, seed=5).cohort()
    firm = fit.beliefs_of(RELEASE, cohort, but={"mu_s": Belief(3.0, 1e-4)})
    found = fit.fit(cohort, RELEASE, name="fitted", made_on=TODAY, beliefs=firm)
    assert found.estimates["mu_s"].value == pytest.approx(3.0, abs=1e-3)


def test_fit_when_sites_differ_then_finds_their_effects_and_their_spread() -> None:
    shifts = dict(zip("abcdefgh", (-9.0, -6.0, -3.0, 0.0, 1.0, 4.0, 6.0, 7.0), strict=True))
    cohort = _joined(
        [
            everyone(SCENARIO, _at_site(shift), people=150, seed=seed).cohort()
            for seed, shift in enumerate(shifts.values())
        ],
        tuple(shifts),
    )
    found = fit.fit(cohort, RELEASE, name="fitted", made_on=TODAY)
    effects = np.array([found.release.site[name].mean for name in shifts])
    errors = np.array([found.release.site[name].sd for name in shifts])
    apart = effects - effects.mean() - (np.array(list(shifts.values())) - np.mean(list(shifts.values())))
    assert (np.abs(apart) < 3.5 * errors).all()
    spread = found.release.population["sigma_site"]
    assert 3.0 < spread.value < 9.0
    assert (spread.standing, spread.note) == ("fitted", "")
    at_best, at_new = (
        filter_cohort(Cohort.of([_record(site)]), found.parameters)[0] for site in ("h", "new")
    )
    assert at_best.mean[3] > at_new.mean[3] + 3


def test_belief_when_therapies_differ_and_one_effect_is_asked_for_then_is_their_mean() -> None:
    effects = {
        name: value.model_copy(update={"value": 4.0 + place})
        for place, (name, value) in enumerate(RELEASE.therapy_effect.items())
    }
    release = RELEASE.model_copy(update={"therapy_effect": effects})
    cohort = _cohort_with_everything()
    assert fit.beliefs_of(release, cohort)["beta"].value == pytest.approx(6.0)
    apart = fit.beliefs_of(release, cohort, therapies_apart=True)
    assert [apart[f"beta.{name}"].value for name in THERAPIES] == pytest.approx([4, 5, 6, 7, 8])


def _record(site: str) -> Record:
    return Record(scores=(ScoreEvent(0.0, "phq9", 18),), as_of_day=1.0, site=site)


def _at_site(shift: float) -> Parameters:
    q = PARAMETERS.population
    return replace(PARAMETERS, population=q._replace(mu_s=q.mu_s + shift, sigma_site=1e-6))


def _joined(cohorts: list[Cohort], names: tuple[str, ...]) -> Cohort:
    ends = np.cumsum([0, *(len(one.day) for one in cohorts)])
    offsets = np.concatenate([[0], *(one.offsets[1:] + end for one, end in zip(cohorts, ends, strict=False))])
    columns = ("day", "kind", "code", "amount", "as_of_day")
    return Cohort(
        offsets=offsets,
        site=np.repeat(np.arange(len(cohorts)), [len(one) for one in cohorts]),
        site_names=names,
        **{name: np.concatenate([getattr(one, name) for one in cohorts]) for name in columns},
    )


def test_fit_when_told_of_its_steps_then_they_grow_more_likely() -> None:
    said: list[float] = []
    cohort = everyone(SCENARIO, PARAMETERS, people=60, seed=6).cohort()
    fit.fit(cohort, RELEASE, name="fitted", made_on=TODAY, told=lambda _, likely: said.append(likely))
    assert len(said) > 1
    assert said[-1] > said[0]


def test_fit_when_there_are_too_few_people_or_no_scores_then_refuses() -> None:
    few = everyone(SCENARIO, PARAMETERS, people=19, seed=7).cohort()
    with pytest.raises(InvalidInput, match="cohort: has 19 people \\(expected at least 20 people\\)"):
        fit.fit(few, RELEASE, name="fitted", made_on=TODAY)
    silent = Cohort.of(
        [Record(scores=make_scores(*([20] if i != 4 else [])), as_of_day=1.0) for i in range(25)]
    )
    with pytest.raises(InvalidInput, match="person 4: has no score"):
        fit.fit(silent, RELEASE, name="fitted", made_on=TODAY)


def test_beliefs_when_a_name_is_unknown_then_names_those_there_are() -> None:
    cohort = everyone(SCENARIO, PARAMETERS, people=20, seed=8).cohort()
    with pytest.raises(
        InvalidInput, match=r"beliefs: mu_X is not estimated here \(expected mu_B, .*noise.phq9\)"
    ):
        fit.beliefs_of(RELEASE, cohort, but={"mu_X": Belief(0.0, 1.0)})
