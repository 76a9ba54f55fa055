"""Shapes of the arrays of the forecast, by name; checked at run time in tests only."""

from typing import Any

import numpy as np
from jaxtyping import Bool, Float64, Int8, Int64

PerDay = Float64[np.ndarray, "day"]
PerWeek = Float64[np.ndarray, "week"]
ScorePerDay = Int64[np.ndarray, "day"]
DayByDay = Float64[np.ndarray, "day day"]
DayByState = Float64[np.ndarray, "day 5"]
DayByInput = Float64[np.ndarray, "day 3"]
DayByScore = Float64[np.ndarray, "day score"]

State = Float64[np.ndarray, "5"]
StateByState = Float64[np.ndarray, "5 5"]

PerPerson = Float64[np.ndarray, "person"]
CountPerPerson = Int64[np.ndarray, "person"]
PersonByState = Float64[np.ndarray, "person 5"]
PersonByStateByState = Float64[np.ndarray, "person 5 5"]
PersonByExposure = Float64[np.ndarray, "person 8"]
PersonByDay = Float64[np.ndarray, "person day"]

PerEvent = Float64[np.ndarray, "event"]
CodePerEvent = Int8[np.ndarray, "event"]
PersonPerEvent = Int64[np.ndarray, "event"]
WhetherPerEvent = Bool[np.ndarray, "event"]
Ends = Int64[np.ndarray, "ends"]

PerTherapy = Float64[np.ndarray, "therapy"]
InstrumentByColumn = Float64[np.ndarray, "instrument 5"]
PointByDirection = Float64[np.ndarray, "point 4"]
PointByDay = Float64[np.ndarray, "point day"]

AnyNumbers = Float64[np.ndarray, "*any"]
AnyScores = Int64[np.ndarray, "*any"]

Plain = dict[str, Any]
"""What JSON can hold, by name."""
