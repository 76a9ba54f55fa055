"""The simulation in plain NumPy: everyone of a piece side by side, one day of the scenario after the other.

Same model, rules and order of events as `holdfast.forecast.simulate`, and the same arrays come out. Infusions fall on
the same days for everyone, so their inputs are one number a day; sessions are attended or not, so those are by person.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.forecast_work import Numbers
from bench.simulation_work import (
    ANSWERED,
    BETA,
    CONDUCT,
    DAYS,
    ENTRY,
    INFUSION_DAYS,
    LEAVE,
    SCALE,
    SESSION_DAYS,
    VISIT_DAYS,
    Course,
    Q,
    infused,
)

_INTO = Q.tau_z / (Q.tau_z - Q.tau_lag)


class Person(NamedTuple):
    """The numbers of people on day 0, and their first score."""

    B: Numbers
    D: Numbers
    G_f: Numbers
    G_s: Numbers
    G_e: Numbers
    Z: Numbers
    start: NDArray[np.int16]


def run(people: int, *, seed: int) -> Course:
    """Take people through the scenario."""
    rng = np.random.Generator(np.random.SFC64(seed))
    person, held = drawn(people, rng), infused()
    D, relief = person.D, (1.0 + Q.c_v * person.Z) * BETA
    z_a, z = np.zeros(people), np.zeros(people)
    severities, scores = np.empty((len(VISIT_DAYS), people)), np.empty((len(VISIT_DAYS), people), np.int16)
    infused_on = np.tile(np.array(INFUSION_DAYS, np.int16), (people, 1))
    attended_on = np.full((people, len(SESSION_DAYS)), -1, np.int16)
    attended, booked = np.zeros(people, np.int64), np.zeros(people, np.int64)
    staying, left_on = np.ones(people, bool), np.full(people, -1, np.int64)
    visit, before = 0, 0
    for place, day in enumerate(DAYS):
        if day > before:
            D, z, z_a = _later(D, z, z_a, day - before, rng)
            before = day
        severity = person.B + D - relief * z
        severity -= person.G_f * held.fast[place]
        severity -= person.G_s * held.durable[place]
        severity -= person.G_e * held.expectancy[place]
        if day in VISIT_DAYS:
            severities[visit] = severity
            scores[visit] = _answers(severity, rng) if day else person.start
            visit += 1
        if day in SESSION_DAYS:
            booked += staying
            comes = _comes(severity, staying, left_on, day, rng)
            z_a += np.where(comes, Q.kappa * (1.0 - z - z_a), 0.0)
            rows = np.flatnonzero(comes)
            attended_on[rows, attended[rows]] = day
            attended += comes
    return Course(scores.T, attended, (severities.T, infused_on, attended_on, booked, left_on))


def drawn(people: int, rng: np.random.Generator) -> Person:
    """People whose first score meets the entry rule; who does not is drawn anew."""
    person = candidates(people, rng)
    refused = np.flatnonzero(person.start < ENTRY)
    while len(refused):
        others = candidates(len(refused), rng)
        for mine, theirs in zip(person, others, strict=True):
            mine[refused] = theirs
        refused = refused[others.start < ENTRY]
    return person


def candidates(people: int, rng: np.random.Generator) -> Person:
    """People as they come, whatever their first score."""
    B, D, fast, durable, place, G_e, Z = rng.standard_normal((7, people))
    B, D = Q.mu_B + Q.sigma_B * B, Q.d_0 + Q.sigma_D0 * D
    durable = Q.rho * fast + np.sqrt(1.0 - Q.rho**2) * durable
    return Person(
        B=B,
        D=D,
        G_f=Q.mu_f + Q.sigma_f * fast,
        G_s=Q.mu_s + Q.sigma_s * durable + Q.sigma_site * place,
        G_e=Q.mu_e + Q.sigma_e * G_e,
        Z=Z,
        start=_heard(B + D, rng).astype(np.int16),
    )


def _later(
    D: Numbers, z: Numbers, z_a: Numbers, days: int, rng: np.random.Generator
) -> tuple[Numbers, Numbers, Numbers]:
    """The episode and what is held of sessions, some days on."""
    kept_D, kept_in, kept = np.exp(-days / np.array([Q.tau_D, Q.tau_lag, Q.tau_z]))
    moved = rng.standard_normal(len(D))
    moved *= Q.sigma_D * np.sqrt(1.0 - kept_D**2)
    moved += D * kept_D
    return moved, z * kept + z_a * (_INTO * (kept - kept_in)), z_a * kept_in


def _heard(severity: Numbers, rng: np.random.Generator) -> Numbers:
    """Whole scores within the instrument's range."""
    value = rng.standard_normal(len(severity))
    value *= SCALE.noise_sd
    value += SCALE.slope * severity
    value += SCALE.intercept + 0.5
    np.floor(value, out=value)
    return np.clip(value, SCALE.minimum, SCALE.maximum, out=value)


def _answers(severity: Numbers, rng: np.random.Generator) -> Numbers:
    """The scores of a visit, −1 where none was given."""
    return np.where(rng.random(len(severity)) < ANSWERED, _heard(severity, rng), -1.0)


def _comes(
    severity: Numbers,
    staying: NDArray[np.bool_],
    left_on: NDArray[np.int64],
    day: int,
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Who attends the session of a day; those who leave therapy are taken off `staying`."""
    g = (severity - 25.0) / 10.0
    luck_of_leaving, luck_of_coming = rng.random((2, len(severity)))
    leaves = luck_of_leaving < 1.0 / (1.0 + np.exp(-(LEAVE + CONDUCT.leave_slope * g)))
    left_on[staying & leaves] = day
    staying &= ~leaves
    comes: NDArray[np.bool_] = staying & (
        luck_of_coming < 1.0 / (1.0 + np.exp(-(CONDUCT.attend - CONDUCT.attend_slope * g)))
    )
    return comes
