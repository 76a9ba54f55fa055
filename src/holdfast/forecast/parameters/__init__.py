"""Numbers for the model, one TOML file per release, each with where it comes from and what it cannot tell.

A release is never edited once it was used: stored forecasts name it. New numbers are a new file.
"""

from holdfast.forecast.parameters.loader import CURRENT, load, read, release, releases, write
from holdfast.forecast.parameters.model import Parameters, Provenance, Release, parameters_of

__all__ = [
    "CURRENT", "Parameters", "Provenance", "Release", "load", "parameters_of", "read", "release", "releases", "write",
]  # fmt: skip
