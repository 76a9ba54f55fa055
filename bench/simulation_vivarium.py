"""The simulation as a component of vivarium: a table of states by simulant, its own random streams, a step a day.

Days on which nothing happens cost a step that returns at once.
"""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

with np.errstate():  # vivarium makes every rounding to 0 an error, for the whole program
    from vivarium import Component, InteractiveContext

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
_FIRST_DAY = date(2026, 1, 1)


class Depression(Component):
    """Severity of simulants through infusions and sessions, and the scores they report."""

    def __init__(self, people: int, seed: int) -> None:
        super().__init__()
        self.people, self.seed, self.held = people, seed, infused()
        self.scores = np.empty((len(VISIT_DAYS), people), np.int16)
        self.steps, self.day, self.place, self.visit = 0, 0, 0, 0

    def setup(self, builder: Any) -> None:
        """Ask for streams of random numbers, and for the columns of the table."""
        streams = ("moves", "noise", "answers", "leaving", "coming")
        self.luck = {name: builder.randomness.get_stream(name) for name in streams}
        columns = ["B", "D", "G_f", "G_s", "G_e", "relief", "z_a", "z", "first_score", "attended", "staying"]
        builder.population.register_initializer(initializer=self.fill, columns=columns, required_resources=[])

    def fill(self, new: Any) -> None:
        """Draw the simulants; who does not meet the entry rule is drawn anew."""
        person = drawn(len(new.index), np.random.default_rng(self.seed))
        table = {name: getattr(person, name) for name in ("B", "D", "G_f", "G_s", "G_e")}
        table |= {"relief": (1.0 + Q.c_v * person.Z) * BETA, "z_a": 0.0, "z": 0.0}
        table |= {"first_score": person.start.astype(float), "attended": 0, "staying": True}
        self.population_view.initialize(pd.DataFrame(table, index=new.index))

    def on_time_step(self, event: Any) -> None:
        """A day: first what went on since the last one, then the visit, then the session."""
        today, self.steps = self.steps, self.steps + 1
        if today not in DAYS:
            return
        table = self.population_view.get(event.index, self.population_view.private_columns)
        changed = self._elapse(table, today - self.day) if today else set()
        severity = self._severity(table)
        if today in VISIT_DAYS:
            self.scores[self.visit] = self._answers(severity) if today else table["first_score"]
            self.visit += 1
        if today in SESSION_DAYS:
            changed |= self._meet(table, severity)
        if changed:
            columns = sorted(changed)
            self.population_view.update(columns, lambda _: table[columns])
        self.day, self.place = today, self.place + 1

    def _severity(self, table: pd.DataFrame) -> pd.Series:
        fast, durable, expectancy = (held[self.place] for held in self.held)
        relief = table["G_f"] * fast + table["G_s"] * durable + table["G_e"] * expectancy
        return table["B"] + table["D"] - relief - table["relief"] * table["z"]

    def _elapse(self, table: pd.DataFrame, days: int) -> set[str]:
        kept_D, kept_in, kept = np.exp(-days / np.array([Q.tau_D, Q.tau_lag, Q.tau_z]))
        moves = self.luck["moves"].sample_from_distribution(table.index, distribution=stats.norm)
        table["D"] = table["D"] * kept_D + Q.sigma_D * np.sqrt(1.0 - kept_D**2) * moves
        table["z"] = table["z"] * kept + table["z_a"] * (_INTO * (kept - kept_in))
        table["z_a"] = table["z_a"] * kept_in
        return {"D", "z", "z_a"}

    def _answers(self, severity: pd.Series) -> pd.Series:
        noise = self.luck["noise"].sample_from_distribution(severity.index, distribution=stats.norm)
        value = SCALE.intercept + SCALE.slope * severity + SCALE.noise_sd * noise
        scores = np.floor(value + 0.5).clip(SCALE.minimum, SCALE.maximum)
        return scores.where(self.luck["answers"].get_draw(severity.index) < ANSWERED, -1.0)

    def _meet(self, table: pd.DataFrame, severity: pd.Series) -> set[str]:
        g = (severity - 25.0) / 10.0
        leaving, coming = (self.luck[name].get_draw(table.index) for name in ("leaving", "coming"))
        leaves = leaving < 1.0 / (1.0 + np.exp(-(LEAVE + CONDUCT.leave_slope * g)))
        comes = coming < 1.0 / (1.0 + np.exp(-(CONDUCT.attend - CONDUCT.attend_slope * g)))
        table["staying"] = table["staying"] & ~leaves
        comes &= table["staying"]
        table["z_a"] = table["z_a"] + (Q.kappa * (1.0 - table["z"] - table["z_a"])).where(comes, 0.0)
        table["attended"] = table["attended"] + comes
        return {"z_a", "attended", "staying"}


def run(people: int, *, seed: int) -> Course:
    """Take people through the scenario."""
    depression = Depression(people, seed)
    last = _FIRST_DAY + timedelta(days=SCENARIO.days + 1)
    world = InteractiveContext(
        components=[depression],
        configuration={
            "population": {"population_size": people},
            "time": {"start": _on(_FIRST_DAY), "end": _on(last), "step_size": 1},
            "randomness": {"random_seed": seed},
        },
        logging_verbosity=0,
    )
    world.run(with_logging=False)
    return Course(depression.scores.T, world.get_population("attended").to_numpy())


def _on(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}
