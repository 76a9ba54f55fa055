"""Reads the library of protocols: a folder with a `protocol.toml` is a protocol."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from holdfast.errors import DataFileError, NotFound
from holdfast.protocols.model import Kind, Protocol

LIBRARY = Path(__file__).parent / "library"


def load(slug: str) -> Protocol:
    """The protocol of that slug. Errors: `NotFound`, naming the slugs there are."""
    try:
        return all_protocols()[slug]
    except KeyError:
        raise NotFound(f"no protocol {slug!r}; there are {', '.join(all_protocols())}") from None


@cache
def all_protocols() -> Mapping[str, Protocol]:
    """Every protocol of the library by its slug, in the order of the slugs. Errors: `DataFileError`."""
    folders = sorted(file.parent for file in LIBRARY.glob("*/protocol.toml"))
    return MappingProxyType({folder.name: read(folder) for folder in folders})


@cache
def therapies() -> tuple[Protocol, ...]:
    """The protocols that are psychotherapies."""
    return tuple(protocol for protocol in all_protocols().values() if protocol.kind is Kind.THERAPY)


def read(folder: Path) -> Protocol:
    """The protocol a folder holds. Errors: `DataFileError` naming file and key, for any fault in the file."""
    file = f"{folder.name}/protocol.toml"
    try:
        protocol = Protocol.model_validate(
            tomllib.loads((folder / "protocol.toml").read_text(encoding="utf-8"))
        )
    except tomllib.TOMLDecodeError as error:
        raise DataFileError(file=file, key="(syntax)", what=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise DataFileError(file=file, key=key, what=first["msg"]) from error
    if protocol.slug != folder.name:
        raise DataFileError(file=file, key="slug", what=f"{protocol.slug!r} is not the folder's name")
    return protocol
