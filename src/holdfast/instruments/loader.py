"""Reads the library of instruments: every TOML file in it is one, named by its slug."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from holdfast.errors import DataFileError, NotFound
from holdfast.instruments.model import Instrument
from holdfast.instruments.scoring import METHODS, reach

LIBRARY = Path(__file__).parent / "library"


def load(slug: str) -> Instrument:
    """The instrument of that slug. Errors: `NotFound`, naming the slugs there are."""
    try:
        return all_instruments()[slug]
    except KeyError:
        raise NotFound(f"no instrument {slug!r}; there are {', '.join(all_instruments())}") from None


@cache
def all_instruments() -> Mapping[str, Instrument]:
    """Every instrument of the library by its slug, in the order of the slugs. Errors: `DataFileError`."""
    return MappingProxyType({file.stem: read(file) for file in sorted(LIBRARY.glob("*.toml"))})


@cache
def judging() -> tuple[str, ...]:
    """The slugs of the instruments that can judge a course: their files say what a response is."""
    judges = (one for one in all_instruments().values() if one.cutoffs.response_fall_percent is not None)
    return tuple(one.slug for one in judges)


def read(file: Path) -> Instrument:
    """The instrument a file holds. Errors: `DataFileError` naming file and key, for any fault in the file."""
    try:
        instrument = Instrument.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataFileError(file=file.name, key="(syntax)", what=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        what = "no such key" if first["type"] == "extra_forbidden" else first["msg"]
        raise DataFileError(file=file.name, key=key, what=what) from error
    _check(instrument, file)
    return instrument


@dataclass(frozen=True)
class LicenceEntry:
    """One line of the licence register: what an owner allows, and whether the item text is bundled."""

    slug: str
    name: str
    status: str
    holder: str
    statement: str
    source: str
    verified_on: date | None


def licence_register() -> tuple[LicenceEntry, ...]:
    """What the owner of each instrument allows, one line an instrument, in the order of their slugs."""
    return tuple(
        LicenceEntry(slug=one.slug, name=one.name, **one.licence.model_dump())
        for one in all_instruments().values()
    )


def _check(instrument: Instrument, file: Path) -> None:
    """What a file states must agree with its name and with the scoring method it asks for."""
    if instrument.slug != file.stem:
        what = f"{instrument.slug!r} is not the name of the file"
        raise DataFileError(file=file.name, key="slug", what=what)
    if instrument.method not in METHODS:
        what = f"{instrument.method!r} is no scoring method; there are {', '.join(METHODS)}"
        raise DataFileError(file=file.name, key="method", what=what)
    _check_items(instrument, file)


def _check_items(instrument: Instrument, file: Path) -> None:
    parts = METHODS[instrument.method](instrument)
    counted = {item for part in parts for choice in part.choices for item in choice}
    if counted != set(instrument.item_ids):
        odd = ", ".join(sorted(counted ^ set(instrument.item_ids)))
        what = f"{odd}: not both asked and counted by {instrument.method}"
        raise DataFileError(file=file.name, key="items", what=what)
    if instrument.missing.prorate_up_to >= max(len(parts), 1):
        what = "must be fewer than the parts of the total"
        raise DataFileError(file=file.name, key="missing.prorate_up_to", what=what)
    if reach(instrument) != (instrument.minimum, instrument.maximum):
        low, high = reach(instrument)
        what = f"the items reach {low} to {high}"
        raise DataFileError(file=file.name, key="maximum", what=what)
