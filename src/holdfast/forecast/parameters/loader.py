"""Reads parameter files: every TOML file beside this one is a release, named by its stem."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from holdfast.errors import DataFileError, NotFound
from holdfast.forecast.parameters.model import Parameters, Release, parameters_of

CURRENT: Final = "routine_care_1"
"""The release forecasts are made with unless another is asked for."""

_FOLDER: Final = Path(__file__).parent


def releases() -> tuple[str, ...]:
    """The names of the releases there are."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


@cache
def load(name: str = CURRENT) -> Parameters:
    """The parameters of a release. Errors: `NotFound` naming those there are; `DataFileError` for a broken file."""
    if name not in releases():
        raise NotFound(f"no parameters {name!r}; there are {', '.join(releases())}")
    return read(_FOLDER / f"{name}.toml")


def read(file: Path) -> Parameters:
    """The parameters a file holds. Errors: `DataFileError` naming file and key, for any fault in the file."""
    try:
        release = Release.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataFileError(file=file.name, key="(syntax)", what=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise DataFileError(file=file.name, key=key, what=first["msg"]) from error
    if release.release != file.stem:
        raise DataFileError(
            file=file.name, key="release", what=f"{release.release!r} is not the name of the file"
        )
    return parameters_of(release)
