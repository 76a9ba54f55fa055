"""What filters that know no treatments need of them: the inputs of the model as arrays, by NumPy for many people.

Given the record, the model of `holdfast.forecast.model` is a linear Gaussian state space: a score is loading · x − W
plus noise, and only D moves between scores. Here the loadings are worked out for everyone at once, event by event in
the order of time, the people of a piece side by side.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.forecast_work import HORIZONS, INSTRUMENT, PARAMETERS, SCORES, Events, Numbers
from holdfast.forecast.filtering import prior
from holdfast.forecast.model import INFUSION, SCORE, SESSION, STATES, D

Q = PARAMETERS.population
SCALE = PARAMETERS.scales[INSTRUMENT]
NOISE = (SCALE.noise_sd**2 + 1 / 12) / SCALE.slope**2
"""Variance of a score as severity: its noise, and rounding to whole numbers."""

PRIOR_MEAN, PRIOR_COVARIANCE = prior(PARAMETERS)
LOG_SLOPE = float(np.log(SCALE.slope))

_RATES = 1.0 / np.array([Q.tau_on, Q.tau_lag, Q.tau_f, Q.tau_s, Q.tau_e, Q.tau_z])[:, None]
_OF_IN, _OF_OUT = np.array([0, 0, 0, 1, 1]), np.array([2, 3, 4, 5, 5])
_INTO = _RATES[_OF_IN] / (_RATES[_OF_IN] - _RATES[_OF_OUT])
_F, _S, _E, _Z, _W = range(5)
"""The five pairs of compartments: three routes of an infusion, and of sessions how many and what they are worth."""


class Inputs(NamedTuple):
    """A linear Gaussian state space by person: what was heard, and how it depends on the state.

    `heard` is each score as severity, with W added, so that it is loading · x plus noise. `kept` is the share of D left
    since the score before. The `ahead_…` are of the twelve weeks, seen from the last score: loading, what W takes off,
    and the variance that D gathers until then.

    **Shapes**: [person, score] and [person, week], loadings with the six states last.
    """

    heard: Numbers
    loading: Numbers
    kept: Numbers
    ahead_loading: Numbers
    ahead_off: Numbers
    ahead_gathered: Numbers


def inputs_of(events: Events, first: int, last: int) -> Inputs:
    """The inputs of the people from `first` to `last`."""
    day, kind, code, amount = _even(events, first, last)
    steps, people = day.shape
    infused, in_session = kind == INFUSION, kind == SESSION
    fast, durable = (np.minimum(1.0, phi * np.where(infused, amount, 0.0)) for phi in (Q.phi_f, Q.phi_s))
    expected, learned = np.where(infused, Q.phi_e, 0.0), np.where(in_session, Q.kappa, 0.0)
    worth = PARAMETERS.beta[np.where(in_session, code, 0)]
    entering, held = np.zeros((5, people)), np.zeros((5, people))
    seen, apart = np.empty((steps, 5, people)), np.diff(day, axis=0, prepend=0.0)
    for step in range(steps):
        held, entering = _elapse(held, entering, apart[step])
        seen[step] = held
        room = 1.0 - held - entering
        entering[_F] += fast[step] * room[_F]
        entering[_S] += durable[step] * room[_S]
        entering[_E] += expected[step] * room[_E]
        gain = learned[step] * room[_Z]
        entering[_Z] += gain
        entering[_W] += worth[step] * gain
    at_score = np.nonzero((kind == SCORE).T)[1].reshape(people, SCORES).T
    now = np.arange(people)
    heard = (amount[at_score, now].T - SCALE.intercept) / SCALE.slope
    return _stated(
        score_day=day[at_score, now].T,
        heard=heard,
        held=seen[at_score, :, now].transpose(1, 0, 2),
        ahead=_ahead(held, entering, events.as_of_day[first:last] - day[-1]),
        ahead_day=events.as_of_day[first:last, None] + HORIZONS,
    )


def _even(
    events: Events, first: int, last: int
) -> tuple[Numbers, NDArray[np.int8], NDArray[np.int8], Numbers]:
    """Day, kind, code and amount as [event, person]; people with fewer events stay at their last one."""
    starts, ends = events.offsets[first:last], events.offsets[first + 1 : last + 1]
    place = starts + np.arange((ends - starts).max())[:, None]
    filling = place >= ends
    place = np.where(filling, ends - 1, place)
    kind = np.where(filling, np.int8(-1), events.kind[place])
    return events.day[place], kind, events.code[place], events.amount[place]


def _elapse(held: Numbers, entering: Numbers, days: Numbers) -> tuple[Numbers, Numbers]:
    kept = np.exp(-_RATES * days)
    kept_in, kept_out = kept[_OF_IN], kept[_OF_OUT]
    return held * kept_out + entering * (_INTO * (kept_out - kept_in)), entering * kept_in


def _ahead(held: Numbers, entering: Numbers, days: Numbers) -> Numbers:
    """What is held on each of the twelve weeks, [person, week, 5], from the last event on, without treatment."""
    held, entering = _elapse(held, entering, days)
    weeks = np.empty((len(days), len(HORIZONS), 5))
    for week in range(len(HORIZONS)):
        held, entering = _elapse(held, entering, np.full(1, np.diff(HORIZONS, prepend=0.0)[week]))
        weeks[:, week] = held.T
    return weeks


def _stated(
    *, score_day: Numbers, heard: Numbers, held: Numbers, ahead: Numbers, ahead_day: Numbers
) -> Inputs:
    kept_ahead = np.exp((score_day[:, -1:] - ahead_day) / Q.tau_D)
    return Inputs(
        heard=heard + held[:, :, _W],
        loading=_loading(held, 1.0),
        kept=np.exp(-np.diff(score_day, axis=1, prepend=0.0) / Q.tau_D),
        ahead_loading=_loading(ahead, kept_ahead),
        ahead_off=ahead[:, :, _W],
        ahead_gathered=Q.sigma_D**2 * (1.0 - kept_ahead**2),
    )


def _loading(held: Numbers, kept_D: Numbers | float) -> Numbers:
    """(1, kept_D, −u_f, −u_s, −u_e, −c_v W)."""
    loading = np.empty((*held.shape[:2], STATES))
    loading[:, :, 0] = 1.0
    loading[:, :, D] = kept_D
    loading[:, :, D + 1 : STATES - 1] = -held[:, :, : _E + 1]
    loading[:, :, STATES - 1] = -Q.c_v * held[:, :, _W]
    return loading
