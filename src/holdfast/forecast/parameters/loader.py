"""Reads and writes parameter files: every TOML file beside this one is a release, named by its stem."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from holdfast.errors import DataFileError, NotFound
from holdfast.forecast.parameters.model import Parameters, Release, parameters_of

CURRENT: Final = "routine_care_2"
"""The release forecasts are made with unless another is asked for."""

_FOLDER: Final = Path(__file__).parent
_HEADING: Final = (
    "# Parameters of the severity model (letters: forecast/model.py). Never edit a release that was used."
)


def releases() -> tuple[str, ...]:
    """The names of the releases there are."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


@cache
def load(name: str = CURRENT) -> Parameters:
    """The parameters of a release, by name or as the path of a file.

    **Errors**: `NotFound` naming those there are; `DataFileError` for a broken file.
    """
    return parameters_of(release(name))


def release(name: str) -> Release:
    """A release as written, with where every number comes from. Errors: as `load`."""
    if name in releases():
        return read(_FOLDER / f"{name}.toml")
    if name.endswith(".toml") and Path(name).is_file():
        return read(Path(name))
    raise NotFound(f"no parameters {name!r}; there are {', '.join(releases())}, or the path of a TOML file")


def read(file: Path) -> Release:
    """The release a file holds. Errors: `DataFileError` naming file and key, for any fault in the file."""
    try:
        found = Release.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataFileError(file=file.name, key="(syntax)", what=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise DataFileError(file=file.name, key=key, what=first["msg"]) from error
    if found.release != file.stem:
        raise DataFileError(
            file=file.name, key="release", what=f"{found.release!r} is not the name of the file"
        )
    return found


def write(found: Release, file: Path) -> None:
    """Write a release as a file that `read` reads. Errors: `DataFileError` when its name is not the file's."""
    import tomli_w

    if found.release != file.stem:
        raise DataFileError(
            file=file.name, key="release", what=f"{found.release!r} is not the name of the file"
        )
    plain = found.model_dump(exclude_none=True, exclude_defaults=True)
    text = tomli_w.dumps(plain, multiline_strings=True)
    file.write_text(f"{_HEADING}\n\n{text}", encoding="utf-8")
