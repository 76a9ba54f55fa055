"""The scenario that every simulation of the benchmark takes people through, its days, and what must come out alike."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.forecast_work import INSTRUMENT, PARAMETERS, Numbers
from holdfast.forecast.model import THERAPIES
from holdfast.forecast.scenario import Scenario

_ASKED: Final = {
    "about": "Six infusions, then sixteen sessions, a check-in every week; who feels worse comes less and leaves more.",
    "days": 182,
    "entry": {"instrument": INSTRUMENT, "at_least": 15},
    "visits": [{"instrument": INSTRUMENT, "days": tuple(range(0, 183, 7)), "answered": 0.9}],
}
_INFUSIONS: Final = (0, 3, 7, 10, 14, 17)

SCENARIO: Final = Scenario.model_validate(
    {
        **_ASKED,
        "name": "half a year on fixed days",
        "infusions": {"days": _INFUSIONS},
        "therapy": {"therapy": "cbt", "start_days": 21, "sessions": 16},
    }
)
RULES: Final = Scenario.model_validate(
    {
        **_ASKED,
        "name": "half a year by rules",
        "infusions": {
            "days": _INFUSIONS,
            "stop_after": 4,
            "maintenance": (21,) * 6,
            "maintenance_for": "responders",
        },
        "therapy": {
            "therapy": "cbt",
            "start": "after relief",
            "start_days": 2,
            "at_latest": 28,
            "sessions": 16,
        },
    }
)
"""What Holdfast alone is timed on: everyone is treated on days of their own."""

WEEKS: Final = SCENARIO.days / 7

VISIT_DAYS: Final = tuple(day for day, _ in SCENARIO.asked)
INFUSION_DAYS: Final = _INFUSIONS
SESSION_DAYS: Final = tuple(21 + 7 * number for number in range(16))
DAYS: Final = tuple(sorted({*VISIT_DAYS, *INFUSION_DAYS, *SESSION_DAYS}))
"""Every day on which anything happens."""

Q: Final = PARAMETERS.population
SCALE: Final = PARAMETERS.scales[INSTRUMENT]
CONDUCT: Final = PARAMETERS.conduct
LEAVE: Final = PARAMETERS.leave["cbt"]
BETA: Final = float(PARAMETERS.beta[THERAPIES.index("cbt")])
ENTRY: Final = SCENARIO.entry.limits[0]
ANSWERED: Final = SCENARIO.visits[0].answered


class Course(NamedTuple):
    """What became of people: scores by visit, −1 where none was given, sessions attended, and what else was kept.

    **Shapes**: [person, visit] and [person].
    """

    score: NDArray[np.int16]
    attended: NDArray[np.int64]
    more: tuple[NDArray[Any], ...] = ()


class Infused(NamedTuple):
    """What is held of the six infusions, the same for everyone: fast, durable, expectancy on each of `DAYS`."""

    fast: Numbers
    durable: Numbers
    expectancy: Numbers


def infused() -> Infused:
    """The inputs of the infusions, which everyone gets on the same days."""
    from holdfast.forecast import passes
    from holdfast.forecast.cohort import columns
    from holdfast.forecast.model import UNTREATED, InfusionEvent

    day, kind, code, amount = columns([InfusionEvent(day, 1.0) for day in INFUSION_DAYS])
    on_days = np.array(DAYS, dtype=np.float64)
    held = passes.exposures(UNTREATED, kind, day, code, amount, on_days, Q, PARAMETERS.beta)
    return Infused(held[:, 0].copy(), held[:, 1].copy(), held[:, 2].copy())
