"""Shapes of the arrays of the forecast, by name; checked at run time in tests only."""

from typing import Any

import numpy as np
from jaxtyping import Bool, Float64, Int8, Int16, Int64

PerDay = Float64[np.ndarray, "day"]
PerWeek = Float64[np.ndarray, "week"]
ScorePerDay = Int64[np.ndarray, "day"]
DayByDay = Float64[np.ndarray, "day day"]
DayByState = Float64[np.ndarray, "day 6"]
DayByInput = Float64[np.ndarray, "day 4"]
DayByScore = Float64[np.ndarray, "day score"]

State = Float64[np.ndarray, "6"]
StateByState = Float64[np.ndarray, "6 6"]

PerPerson = Float64[np.ndarray, "person"]
CountPerPerson = Int64[np.ndarray, "person"]
PersonByState = Float64[np.ndarray, "person 6"]
PersonByStateByState = Float64[np.ndarray, "person 6 6"]
PersonByExposure = Float64[np.ndarray, "person 10"]
PersonByDay = Float64[np.ndarray, "person day"]
PersonByNumber = Float64[np.ndarray, "person number"]
PersonByVisit = Int16[np.ndarray, "person visit"]
PersonByInfusion = Int16[np.ndarray, "person infusion"]
PersonBySession = Int16[np.ndarray, "person session"]
PersonBySite = Float64[np.ndarray, "person 2"]
PlacePerPerson = Int64[np.ndarray, "person"]

PerEvent = Float64[np.ndarray, "event"]
CodePerEvent = Int8[np.ndarray, "event"]
WhetherPerPerson = Bool[np.ndarray, "person"]
PersonPerEvent = Int64[np.ndarray, "event"]
WhetherPerEvent = Bool[np.ndarray, "event"]
Ends = Int64[np.ndarray, "ends"]

PerTherapy = Float64[np.ndarray, "therapy"]
InstrumentByColumn = Float64[np.ndarray, "instrument 7"]
DirectionByPoint = Float64[np.ndarray, "direction point"]
DayByPoint = Float64[np.ndarray, "day point"]

AnyNumbers = Float64[np.ndarray, "*any"]
PerNumber = Float64[np.ndarray, "number"]
RowByNumber = Float64[np.ndarray, "row number"]
NumberByNumber = Float64[np.ndarray, "number number"]
AnyBools = Bool[np.ndarray, "*any"]
AnyInts = Int64[np.ndarray, "*any"]
AnyScores = Int64[np.ndarray, "*any"]

Statistic = float
"""A figure of a paper."""

Real = float | int
"""A number of days. A whole number is one too, also for run-time checkers that keep the two types apart."""

Plain = dict[str, Any]
"""What JSON can hold, by name."""
