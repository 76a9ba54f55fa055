"""Numbers for the model, one TOML file per release, each with where it comes from and what it cannot tell.

A release is never edited once it was used: stored forecasts name it. New numbers are a new file.
"""

from holdfast.forecast.parameters.loader import CURRENT, load, read, releases
from holdfast.forecast.parameters.model import Parameters, Provenance

__all__ = ["CURRENT", "Parameters", "Provenance", "load", "read", "releases"]
