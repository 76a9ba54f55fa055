"""The simulation as a module of starsim: states by agent, random numbers from its own streams, a step a day.

Days on which nothing happens cost a step that returns at once.
"""

from typing import Any

import numpy as np
import starsim as ss

from bench.forecast_work import Numbers
from bench.simulation_numpy import drawn
from bench.simulation_work import (
    ANSWERED,
    BETA,
    CONDUCT,
    DAYS,
    LEAVE,
    SCALE,
    SCENARIO,
    SESSION_DAYS,
    VISIT_DAYS,
    Course,
    Q,
    infused,
)

_INTO = Q.tau_z / (Q.tau_z - Q.tau_lag)


class Depression(ss.Module):
    """Severity of agents through infusions and sessions, and the scores they report."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.define_states(
            *(
                ss.FloatArr(name, default=0.0)
                for name in ("B", "D", "G_f", "G_s", "G_e", "relief", "z_a", "z")
            ),
            ss.FloatArr("first_score", default=0.0),
            ss.FloatArr("attended", default=0.0),
            ss.BoolState("staying", default=True),
        )
        self.moves, self.noise = ss.normal(), ss.normal()
        self.answers = ss.bernoulli(p=ANSWERED)
        self.leaving, self.coming = ss.random(), ss.random()
        self.held = infused()

    def init_post(self) -> None:
        """Draw the agents; who does not meet the entry rule is drawn anew."""
        super().init_post()
        person = drawn(len(self.sim.people), np.random.default_rng(self.sim.pars.rand_seed))
        for name in ("B", "D", "G_f", "G_s", "G_e"):
            self[name][:] = getattr(person, name)
        self.relief[:] = (1.0 + Q.c_v * person.Z) * BETA
        self.first_score[:] = person.start
        self.scores = np.empty((len(VISIT_DAYS), len(person.B)), np.int16)
        self.day, self.place, self.visit = 0, 0, 0

    def step(self) -> None:
        """A day: first what went on since the last one, then the visit, then the session."""
        day = int(self.ti)
        if day not in DAYS:
            return
        if day:
            self._elapse(day - self.day)
        severity = self._severity()
        if day in VISIT_DAYS:
            self.scores[self.visit] = self._answers(severity) if day else self.first_score.values
            self.visit += 1
        if day in SESSION_DAYS:
            self._meet(severity)
        self.day, self.place = day, self.place + 1

    def _severity(self) -> Numbers:
        fast, durable, expectancy = (held[self.place] for held in self.held)
        relief = self.G_f.values * fast + self.G_s.values * durable + self.G_e.values * expectancy
        return self.B.values + self.D.values - relief - self.relief.values * self.z.values

    def _elapse(self, days: int) -> None:
        kept_D, kept_in, kept = np.exp(-days / np.array([Q.tau_D, Q.tau_lag, Q.tau_z]))
        moved = Q.sigma_D * np.sqrt(1.0 - kept_D**2) * self.moves.rvs(self.sim.people.auids)
        self.D[:] = self.D.values * kept_D + moved
        self.z[:] = self.z.values * kept + self.z_a.values * (_INTO * (kept - kept_in))
        self.z_a[:] = self.z_a.values * kept_in

    def _answers(self, severity: Numbers) -> Numbers:
        everyone = self.sim.people.auids
        value = SCALE.intercept + SCALE.slope * severity + SCALE.noise_sd * self.noise.rvs(everyone)
        scores = np.clip(np.floor(value + 0.5), SCALE.minimum, SCALE.maximum)
        return np.where(self.answers.rvs(everyone), scores, -1.0)

    def _meet(self, severity: Numbers) -> None:
        everyone, g = self.sim.people.auids, (severity - 25.0) / 10.0
        leaves = self.leaving.rvs(everyone) < 1.0 / (1.0 + np.exp(-(LEAVE + CONDUCT.leave_slope * g)))
        comes = self.coming.rvs(everyone) < 1.0 / (1.0 + np.exp(-(CONDUCT.attend - CONDUCT.attend_slope * g)))
        self.staying[:] = self.staying.values & ~leaves
        comes &= self.staying.values
        self.z_a[:] = self.z_a.values + np.where(
            comes, Q.kappa * (1.0 - self.z.values - self.z_a.values), 0.0
        )
        self.attended[:] = self.attended.values + comes


def run(people: int, *, seed: int) -> Course:
    """Take people through the scenario."""
    depression = Depression()
    sim = ss.Sim(
        n_agents=people,
        start=ss.days(0),
        dur=ss.days(SCENARIO.days),
        dt=ss.days(1),
        modules=[depression],
        rand_seed=seed,
        use_aging=False,
        copy_inputs=False,
        verbose=0,
    )
    sim.run()
    return Course(depression.scores.T, depression.attended.values.astype(np.int64))
