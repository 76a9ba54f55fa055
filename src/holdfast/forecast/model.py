"""The generative model of depression severity, and the record of one person it is conditioned on.

Severity is a number on one unbounded scale on which a MADRS score, had it no noise and no limits, would be itself.
Time runs in days from the start of the episode, day 0.

**Severity of a person at time t**

    s(t) = B + D(t) − G_f u_f(t) − G_s u_s(t) − G_e u_e(t) − (1 + c_v Z) W(t)

**State of a person** x = (B, D, G_f, G_s, G_e, Z): what differs between people and is learned from their scores.

    B         usual severity, constant                    N(μ_B, σ_B²)                              points
    D(t)      the episode, drawn back to 0                D(0) ~ N(d_0, σ_D0²), then                points
              dD = −D/τ_D dt + σ_D √(2/τ_D) dω            an Ornstein–Uhlenbeck process: time-scale τ_D, long-run sd σ_D
    G_f, G_s  response to ketamine, fast and durable      N((μ_f, μ_s + η), σ_f, σ_s, correlation ρ) points at u = 1
    G_e       expectancy: response to being treated       N(μ_e, σ_e²)                              points at u = 1
    Z         responsiveness to psychotherapy             N(0, 1)                                   sd

η is the effect of the site where the person is treated, N(0, σ_η²) between sites; of a site that was fitted, its own
mean and variance. Expectancy is what infusions of an inactive drug bring too.

**Inputs**, known exactly once the record is known; all are 0 before any treatment, u and z stay within [0, 1].

    infusion of dose δ (1 = 0.5 mg/kg), on both drug routes     a ← a + min(1, φ δ) (1 − u − a)
    any infusion, active or not, on the route of expectancy     a ← a + φ_e (1 − u − a)
        between infusions                                       da/dt = −a/τ_on,  du/dt = a/τ_on − u/τ
        fast: φ_f, τ_f give a_f, u_f;  durable: φ_s, τ_s give a_s, u_s;  expectancy: φ_e, τ_e give a_e, u_e
    attended session of therapy m                               g = κ (1 − z − z_a),  z_a ← z_a + g,  W_a ← W_a + β_m g
        between sessions                                        dz_a/dt = −z_a/τ_lag,  dz/dt = z_a/τ_lag − z/τ_z
                                                                and the same for W_a and W

The cap on φ δ keeps u within [0, 1] for doses above 1/φ; below, the share taken up is proportional to the dose.

**A score** y of instrument i, with the link (a_i, b_i, r_i) from the instrument's own file:

    v = a_i + b_i s(t) + N(0, r_i²),     y = v rounded to a whole number and clipped to the instrument's range

A score inside the range is taken as v known up to rounding, which adds 1/12 to its variance. A score on the floor or
ceiling says only that v lies beyond it: it is a censored observation, and the posterior after it is the Gaussian with
the exact mean and variance of the truncated one.

**Events at the same instant** are taken in this order: scores, then infusions, then sessions. A score taken at the
instant of an infusion therefore knows nothing of it. Severity itself does not jump at an event, since a and z_a come
before u and z; the order fixes the arithmetic, and forecasts at the instant of a planned event are likewise from
before it.

**Why relapse grows rarer with time well**, though no term says so: people differ in B, in how durable their response is
and in how therapy works for them, so those likely to relapse do so early and the others stay.

**Source**: bi-exponential input and Ornstein–Uhlenbeck disturbance are standard pharmacodynamic and longitudinal forms;
moment matching of a truncated Gaussian: Johnson, Kotz & Balakrishnan (1994), Continuous Univariate Distributions 1,
§13.10.1. Numbers and their sources: `parameters/`.
"""

# ruff: noqa: N815  a letter keeps the case it has in the equations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from holdfast.errors import InvalidInput, Problem
from holdfast.forecast.scales import range_of
from holdfast.forecast.shapes import Real

THERAPIES: Final = ("cbt", "dbt", "act", "psychodynamic", "ipt")
"""The psychotherapies the model knows; a session's code in a cohort is its place here."""

HIGHEST_DOSE: Final = 4.0
"""Twice the 1.0 mg/kg that trials have reached; above it the number is in the wrong unit, not a dose for depression.
Source: Fava 2018, doi:10.1038/s41380-018-0256-5, gave 0.1 to 1.0 mg/kg."""

SCORE, INFUSION, SESSION = range(3)
"""Kinds of event, numbered in the order in which events at the same instant are taken."""

KETAMINE, INACTIVE = range(2)
"""What was infused: the code of an infusion in a cohort."""

STATES: Final = 6
B, D, G_F, G_S, G_E, Z = range(STATES)
"""Places of the state's parts in a posterior's mean and covariance."""


class Population(NamedTuple):
    """What the model's letters are worth among all people, one number each; points, days or plain numbers."""

    mu_B: float
    sigma_B: float
    d_0: float
    sigma_D0: float
    sigma_D: float
    tau_D: float
    mu_f: float
    sigma_f: float
    mu_s: float
    sigma_s: float
    rho: float
    mu_e: float
    sigma_e: float
    sigma_site: float
    phi_f: float
    phi_s: float
    phi_e: float
    tau_on: float
    tau_f: float
    tau_s: float
    tau_e: float
    c_v: float
    kappa: float
    tau_lag: float
    tau_z: float


class Exposure(NamedTuple):
    """How much of the treatments so far is still entering (a, z_a, W_a) and how much they hold now (u, z, W)."""

    a_f: float
    u_f: float
    a_s: float
    u_s: float
    a_e: float
    u_e: float
    z_a: float
    z: float
    W_a: float
    W: float


UNTREATED: Final = Exposure(*[0.0] * len(Exposure._fields))


@dataclass(frozen=True)
class ScoreEvent:
    """A complete total of one instrument, by its slug. **Units**: `day` since the episode's start."""

    day: Real
    instrument: str
    value: int

    def __post_init__(self) -> None:
        _refuse_bad_day(self.day)
        low, high = range_of(self.instrument)
        if not low <= self.value <= high or self.value != int(self.value):
            expected = f"a whole number from {low} to {high}"
            raise InvalidInput(Problem("score", f"not a total of {self.instrument}", expected))


@dataclass(frozen=True)
class InfusionEvent:
    """An infusion of ketamine. **Units**: `dose` as a multiple of 0.5 mg/kg, 1.0 being the usual dose."""

    day: Real
    dose: Real

    def __post_init__(self) -> None:
        _refuse_bad_day(self.day)
        if not 0 < self.dose <= HIGHEST_DOSE:
            expected = f"more than 0 and at most {HIGHEST_DOSE:g} times 0.5 mg/kg"
            raise InvalidInput(Problem("dose", "not a dose of ketamine for depression", expected))


@dataclass(frozen=True)
class InactiveEvent:
    """An infusion of saline or midazolam in a blinded trial: it carries expectancy and nothing else."""

    day: Real

    def __post_init__(self) -> None:
        _refuse_bad_day(self.day)


@dataclass(frozen=True)
class SessionEvent:
    """A therapy session that was attended; one that was missed is no event of the model."""

    day: Real
    therapy: str

    def __post_init__(self) -> None:
        _refuse_bad_day(self.day)
        if self.therapy not in THERAPIES:
            raise InvalidInput(
                Problem("therapy", "no therapy of the model", "one of " + ", ".join(THERAPIES))
            )


Treatment = InfusionEvent | InactiveEvent | SessionEvent
"""What can also be planned: an event of a forecast's what-if, on the same clock as the record."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """All that is known of one person on the day `as_of_day`; kept in order of time whatever order it came in.

    A record without scores is allowed: nothing has been learned, and the forecast will say so. `site` names the place
    of treatment; None, or one the parameters do not know, is a site drawn from all.

    **Errors**: `InvalidInput` naming list, place and column of every event after `as_of_day`.
    """

    scores: tuple[ScoreEvent, ...]
    infusions: tuple[InfusionEvent | InactiveEvent, ...] = ()
    sessions: tuple[SessionEvent, ...] = ()
    as_of_day: Real
    site: str | None = None

    def __post_init__(self) -> None:
        _refuse_bad_day(self.as_of_day, where="as_of_day")
        late = [
            Problem(f"{name}[{place}].day", "later than the day the record is taken", "at most as_of_day")
            for name in ("scores", "infusions", "sessions")
            for place, event in enumerate(getattr(self, name))
            if event.day > self.as_of_day
        ]
        if late:
            raise InvalidInput(*late)
        for name in ("scores", "infusions", "sessions"):
            object.__setattr__(self, name, in_order(getattr(self, name), key=lambda event: float(event.day)))


Event = TypeVar("Event")


def in_order(events: tuple[Event, ...], *, key: Callable[[Event], float]) -> tuple[Event, ...]:
    """The events by time; those at the same instant stay in the order given."""
    return tuple(sorted(events, key=key))


def _refuse_bad_day(day: Real, *, where: str = "day") -> None:
    if not (math.isfinite(day) and day >= 0):
        raise InvalidInput(Problem(where, "not a day of the episode", "a finite number of days, 0 or more"))
