"""Other filters on the same model: from the inputs of `exposures` to the same answer.

Each runs its own Kalman filter over the twelve scores; the twelve weeks ahead then follow from its last state by one
matrix product, which costs each of them less than filtering on over twelve missing scores.
"""

from functools import cache
from typing import Any

import numpy as np

from bench.exposures import LOG_SLOPE, NOISE, PRIOR_COVARIANCE, PRIOR_MEAN, Inputs, Q
from bench.forecast_work import SCORES, Answer, Numbers
from holdfast.forecast.model import STATES, D

_ONLY_D = np.eye(STATES)[:, [D]]
_NOISE = np.array([[NOISE]])
_LOG_2PI = float(np.log(2.0 * np.pi))


def by_statsmodels(inputs: Inputs) -> Answer:
    """One person after the other through the compiled filter of statsmodels, a model for each."""
    from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

    found = _Found(len(inputs.heard))
    for i, matrices in enumerate(_matrices(inputs)):
        model = KalmanFilter(
            1, STATES, k_posdef=1, selection=_ONLY_D, obs_cov=_NOISE, nobs=SCORES, **matrices
        )
        model.bind(inputs.heard[i])
        model.initialize_known(PRIOR_MEAN, PRIOR_COVARIANCE)
        found.keep(i, model.filter())
    return found.answer(inputs)


def by_statsmodels_reused(inputs: Inputs) -> Answer:
    """The same with one model for all people, which is faster; scores go in as its intercept.

    A model that has filtered once takes up new matrices, but not newly bound data.
    """
    from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

    found = _Found(len(inputs.heard))
    model = KalmanFilter(1, STATES, k_posdef=1, selection=_ONLY_D, obs_cov=_NOISE, nobs=SCORES)
    model.bind(np.zeros(SCORES))
    model.initialize_known(PRIOR_MEAN, PRIOR_COVARIANCE)
    for i, matrices in enumerate(_matrices(inputs)):
        for name, matrix in matrices.items():
            model[name] = matrix
        model["obs_intercept"] = -inputs.heard[i][None]
        found.keep(i, model.filter())
    return found.answer(inputs)


def by_pykalman(inputs: Inputs) -> Answer:
    """One person after the other through pykalman, which passes over the scores once more for the likelihood."""
    from pykalman import KalmanFilter

    people = len(inputs.heard)
    found = _Found(people)
    transition, gathered = np.tile(np.eye(STATES), (SCORES - 1, 1, 1)), np.zeros((SCORES - 1, STATES, STATES))
    for i in range(people):
        transition[:, D, D] = inputs.kept[i, 1:]
        gathered[:, D, D] = Q.sigma_D**2 * (1.0 - inputs.kept[i, 1:] ** 2)
        model = KalmanFilter(
            transition_matrices=transition,
            transition_covariance=gathered,
            observation_matrices=inputs.loading[i][:, None],
            observation_covariance=_NOISE,
            initial_state_mean=PRIOR_MEAN,
            initial_state_covariance=PRIOR_COVARIANCE,
        )
        means, covariances = model.filter(inputs.heard[i])
        found.mean[i], found.covariance[i] = means[-1], covariances[-1]
        found.log_likelihood[i] = model.loglikelihood(inputs.heard[i])
    return found.answer(inputs)


def by_simdkalman(inputs: Inputs) -> Answer:
    """Everyone at once through the steps of simdkalman: its ready-made filter takes no matrices that change."""
    from simdkalman import primitives

    people = len(inputs.heard)
    mean, covariance = np.tile(PRIOR_MEAN[:, None], (people, 1, 1)), np.tile(PRIOR_COVARIANCE, (people, 1, 1))
    transition, gathered = np.tile(np.eye(STATES), (people, 1, 1)), np.zeros((people, STATES, STATES))
    log_likelihood = np.full(people, -0.5 * SCORES * _LOG_2PI)
    for score in range(SCORES):
        if score:
            transition[:, D, D] = inputs.kept[:, score]
            gathered[:, D, D] = Q.sigma_D**2 * (1.0 - inputs.kept[:, score] ** 2)
            mean, covariance = primitives.predict(mean, covariance, transition, gathered)
        mean, covariance, _, gained = primitives.priv_update_with_nan_check(
            mean,
            covariance,
            inputs.loading[:, score, None],
            _NOISE[None],
            inputs.heard[:, score, None, None],
            log_likelihood=True,
        )
        log_likelihood += gained
    return _looked_ahead(inputs, mean[:, :, 0], covariance, log_likelihood)


def by_dynamax(inputs: Inputs) -> Answer:
    """Everyone at once through dynamax, compiled by JAX for many people, in double precision."""
    mean, variance, log_likelihood = _compiled_dynamax()(*inputs)
    return Answer(
        np.asarray(mean), np.sqrt(np.asarray(variance)), np.asarray(log_likelihood) - SCORES * LOG_SLOPE
    )


@cache
def _compiled_dynamax() -> Any:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    from dynamax.linear_gaussian_ssm.inference import lgssm_filter, make_lgssm_params

    def one_person(*given: Any) -> Any:
        inputs = Inputs(*given)
        known = make_lgssm_params(
            initial_mean=jnp.asarray(PRIOR_MEAN),
            initial_cov=jnp.asarray(PRIOR_COVARIANCE),
            dynamics_weights=jnp.tile(jnp.eye(STATES), (SCORES, 1, 1)).at[:, D, D].set(inputs.kept),
            dynamics_cov=jnp.zeros((SCORES, STATES, STATES))
            .at[:, D, D]
            .set(Q.sigma_D**2 * (1.0 - inputs.kept**2)),
            emissions_weights=inputs.loading[:, None],
            emissions_cov=jnp.asarray(_NOISE),
        )
        found = lgssm_filter(known, inputs.heard[:, None])
        loading, covariance = inputs.ahead_loading, found.filtered_covariances[-1]
        variance = ((loading @ covariance) * loading).sum(-1) + inputs.ahead_gathered
        return loading @ found.filtered_means[-1] - inputs.ahead_off, variance, found.marginal_loglik

    return jax.jit(jax.vmap(one_person))


class _Found:
    """What a filter of one person at a time leaves: the last state and the likelihood of each."""

    def __init__(self, people: int) -> None:
        self.mean, self.covariance = np.empty((people, STATES)), np.empty((people, STATES, STATES))
        self.log_likelihood = np.empty(people)

    def keep(self, person: int, filtered: Any) -> None:
        """Keep what statsmodels found of a person."""
        self.mean[person] = filtered.filtered_state[:, -1]
        self.covariance[person] = filtered.filtered_state_cov[:, :, -1]
        self.log_likelihood[person] = filtered.llf

    def answer(self, inputs: Inputs) -> Answer:
        """The answer that follows."""
        return _looked_ahead(inputs, self.mean, self.covariance, self.log_likelihood)


def _matrices(inputs: Inputs) -> list[dict[str, Numbers]]:
    """The matrices of statsmodels by person, whose time comes last and whose transition leads to the next score."""
    people = len(inputs.heard)
    kept = np.ones((people, SCORES))
    kept[:, :-1] = inputs.kept[:, 1:]
    transition = np.tile(np.eye(STATES)[:, :, None], (people, 1, 1, SCORES))
    transition[:, D, D] = kept
    gathered = (Q.sigma_D**2 * (1.0 - kept**2))[:, None, None]
    design = np.ascontiguousarray(inputs.loading.transpose(0, 2, 1))[:, None]
    return [
        {"design": h, "transition": f, "state_cov": q}
        for h, f, q in zip(design, transition, gathered, strict=True)
    ]


def _looked_ahead(inputs: Inputs, mean: Numbers, covariance: Numbers, log_likelihood: Numbers) -> Answer:
    """Severity on the weeks ahead, from the state at the last score."""
    loading = inputs.ahead_loading
    variance = np.einsum("pws,pws->pw", loading @ covariance, loading) + inputs.ahead_gathered
    return Answer(
        mean=(loading @ mean[:, :, None])[:, :, 0] - inputs.ahead_off,
        sd=np.sqrt(variance),
        log_likelihood=log_likelihood - SCORES * LOG_SLOPE,
    )
