"""The compiled pass of a cohort's forecast by itself: no look at the columns before it, no tables made of it after."""

from collections.abc import Callable
from typing import Final

import numpy as np

from bench.forecast_work import HORIZONS, PARAMETERS
from holdfast.forecast import crossing
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.filtering import columns_of
from holdfast.forecast.passage import points
from holdfast.forecast.sharing import share

_NO_LEVEL: Final = 0.0
"""Without points, no chance of reaching a level is worked out, so that none is needed."""


def kernel_of(cohort: Cohort) -> Callable[[], None]:
    """What filters the cohort and looks twelve weeks ahead when it is called, on as many threads as there are cores."""
    people = len(cohort)
    fixed, gathered = points(tuple(HORIZONS.tolist()), PARAMETERS.population, count=0)
    columns = (*columns_of(cohort, PARAMETERS), HORIZONS, _NO_LEVEL, fixed, gathered)
    by_week = [np.empty((people, len(HORIZONS))) for _ in range(3)]
    out = (*by_week, *(np.empty(people) for _ in range(4)), np.empty(people, np.int64))
    return lambda: share(people, lambda first, last: crossing.look_ahead(*columns, first, last, out))
