"""Reads the library of protocols: a folder with a `protocol.toml` is a protocol, `shared` serves every therapy."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from holdfast.errors import DataFileError, NotFound
from holdfast.protocols.exercise import Exercise
from holdfast.protocols.model import InfusionProtocol, Protocol
from holdfast.protocols.outline import SessionOutline
from holdfast.protocols.therapy import Curriculum, Therapy

LIBRARY = Path(__file__).parent / "library"
SHARED = LIBRARY / "shared"

Raw = dict[str, Any]
"""A file, or a whole therapy, as plain values before it is checked."""

Built = TypeVar("Built", bound=BaseModel)

_places: tuple[Path, ...] = (LIBRARY,)


def use(*folders: Path) -> None:
    """Read protocols from these folders beside the library that is shipped, from now on: a clinic's own."""
    global _places  # noqa: PLW0603  set once, when the program starts
    _places = (LIBRARY, *folders)
    all_protocols.cache_clear()


def load(slug: str) -> Protocol:
    """The protocol of that slug. Errors: `NotFound`, naming the slugs there are."""
    try:
        return all_protocols()[slug]
    except KeyError:
        raise NotFound(f"no protocol {slug!r}; there are {', '.join(all_protocols())}") from None


def therapy(slug: str) -> Therapy:
    """The therapy of that slug. Errors: `NotFound`, also for a protocol of infusions."""
    found = load(slug)
    if not isinstance(found, Therapy):
        known = ", ".join(one.slug for one in therapies())
        raise NotFound(f"{slug!r} is not a therapy; there are {known}")
    return found


@cache
def all_protocols() -> Mapping[str, Protocol]:
    """Every protocol by its slug, in the order of the slugs. Errors: `DataFileError`, also for a slug used twice."""
    found: dict[str, Protocol] = {}
    for place in _places:
        for folder in sorted(file.parent for file in place.glob("*/protocol.toml")):
            if folder.name in found:
                raise DataFileError(file=f"{folder.name}/protocol.toml", key="slug", what="is taken already")
            found[folder.name] = read(folder)
    return MappingProxyType(dict(sorted(found.items())))


def therapies() -> tuple[Therapy, ...]:
    """The protocols that are psychotherapies."""
    return tuple(protocol for protocol in all_protocols().values() if isinstance(protocol, Therapy))


def infusions(slug: str) -> InfusionProtocol:
    """The protocol of infusions of that slug. Errors: `NotFound`, also for a therapy."""
    found = load(slug)
    if not isinstance(found, InfusionProtocol):
        raise NotFound(f"{slug!r} is not a protocol of infusions")
    return found


def read(folder: Path) -> Protocol:
    """The protocol a folder holds. Errors: `DataFileError` naming file and key, for any fault in any of its files."""
    file = f"{folder.name}/protocol.toml"
    raw = toml(folder / "protocol.toml", file)
    if raw.get("slug") != folder.name:
        raise DataFileError(file=file, key="slug", what=f"{raw.get('slug')!r} is not the folder's name")
    if raw.get("kind") == "infusion":
        return build(InfusionProtocol, raw, file)
    return whole(raw, folder)


def whole(raw: Raw, folder: Path) -> Therapy:
    """A therapy from its protocol file and the files beside it; what is shared comes from the folder `shared`."""
    file = f"{folder.name}/protocol.toml"
    raw = toml(SHARED / "defaults.toml", "shared/defaults.toml") | raw
    sessions = _parts(SessionOutline, folder, "sessions", name="slug")
    wanted = raw.get("preparation")
    if wanted and wanted not in sessions:
        shared = _parts(SessionOutline, SHARED, "sessions", name="slug")
        measures = raw.pop("preparation_measures", None)
        sessions |= {
            slug: one.model_copy(update={"measures": tuple(measures)} if measures else {})
            for slug, one in shared.items()
            if slug == wanted
        }
    own = _parts(Exercise, folder, "exercises", name="name")
    for name in own:
        if name != f"{folder.name}.{name.partition('.')[2]}":
            raise DataFileError(
                file=f"{folder.name}/exercises", key="name", what=f"{name!r} is of another folder"
            )
    exercises = _parts(Exercise, SHARED, "exercises", name="name") | own
    beside: Raw = {"sessions": sessions, "exercises": exercises}
    if (folder / "curriculum.toml").exists():
        beside["curriculum"] = build(
            Curriculum,
            toml(folder / "curriculum.toml", f"{folder.name}/curriculum.toml"),
            f"{folder.name}/curriculum.toml",
        )
    return build(Therapy, raw | beside, file)


def _parts(kind: type[Built], folder: Path, below: str, *, name: str) -> dict[str, Built]:
    """The files of one kind beside a protocol, by their slug or name, which ends in the file's own name."""
    found: dict[str, Built] = {}
    for path in sorted((folder / below).glob("*.toml")):
        file = f"{folder.name}/{below}/{path.name}"
        part = build(kind, toml(path, file), file)
        called = str(getattr(part, name))
        if called.rpartition(".")[2] != path.stem:
            raise DataFileError(file=file, key=name, what=f"{called!r} is not the file's name")
        found[called] = part
    return found


def toml(path: Path, file: str) -> Raw:
    """The file as plain values. Errors: `DataFileError` for bad syntax."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataFileError(file=file, key="(syntax)", what=str(error)) from error


def build(kind: type[Built], raw: Raw, file: str) -> Built:
    """The values checked. Errors: `DataFileError` naming file and key of the first fault."""
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise DataFileError(file=file, key=key, what=first["msg"]) from error
