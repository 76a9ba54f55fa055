"""Reads the library of protocols: a folder with a `protocol.toml` is a protocol, `shared` serves every therapy.

A clinic's own folders may also hold folders with a `fork.toml`: a shipped therapy with the clinic's changes.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, Field, ValidationError

from holdfast.errors import DataFileError, NotFound
from holdfast.protocols.derive import FUNCTIONS
from holdfast.protocols.exercise import Exercise
from holdfast.protocols.fork import Fork, blamed, patched, refuse_lesser_sessions
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.model import Part, Protocol, Text
from holdfast.protocols.outline import SessionOutline
from holdfast.protocols.therapy import Curriculum, Therapy

LIBRARY = Path(__file__).parent / "library"
SHARED = LIBRARY / "shared"

Raw = dict[str, Any]
"""A file, or a whole therapy, as plain values before it is checked."""

Built = TypeVar("Built", bound=BaseModel)

_places: tuple[Path, ...] = (LIBRARY,)


def use(*folders: Path) -> None:
    """Read protocols from these folders beside the library that is shipped, from now on: a clinic's own.

    Errors: `DataFileError` for a folder that is not there, so that a slip of the pen hides no therapy.
    """
    global _places  # noqa: PLW0603  set once, when the program starts
    for folder in folders:
        if not folder.is_dir():
            raise DataFileError(file=str(folder), key="(folder)", what="is not there")
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
        for file in sorted(place.glob("*/protocol.toml")):
            _refuse_taken(found, file)
            found[file.parent.name] = read(file.parent)
    shipped = {slug: one for slug, one in found.items() if (LIBRARY / slug).is_dir()}
    for place in _places[1:]:
        for file in sorted(place.glob("*/fork.toml")):
            _refuse_taken(found, file)
            found[file.parent.name] = forked(file.parent, shipped)
    return MappingProxyType(dict(sorted(found.items())))


def _refuse_taken(found: Mapping[str, Protocol], file: Path) -> None:
    slug = file.parent.name
    if slug in found:
        raise DataFileError(file=f"{slug}/{file.name}", key="slug", what="is taken already")


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


def forked(folder: Path, shipped: Mapping[str, Protocol]) -> Therapy:
    """The therapy a fork makes of a shipped one. Errors: `DataFileError` naming file and key, or patch and path."""
    file = f"{folder.name}/fork.toml"
    fork = build(Fork, toml(folder / "fork.toml", file), file)
    if fork.slug != folder.name:
        raise DataFileError(file=file, key="slug", what=f"{fork.slug!r} is not the folder's name")
    parent = shipped.get(fork.extends)
    if not isinstance(parent, Therapy):
        raise DataFileError(
            file=file, key="extends", what=f"{fork.extends!r} is not a therapy that is shipped"
        )
    try:
        made = build(Therapy, patched(parent, fork, file=file), file)
        refuse_lesser_sessions(parent, made, file=file)
    except DataFileError as error:
        raise blamed(error, fork) from error
    return made


def whole(raw: Raw, folder: Path) -> Therapy:
    """A therapy from its protocol file and the files beside it; what is shared comes from the folder `shared`."""
    file = f"{folder.name}/protocol.toml"
    for key in sorted(_FROM_ELSEWHERE.keys() & raw.keys()):
        raise DataFileError(file=file, key=key, what=f"{_FROM_ELSEWHERE[key]}, not in this file")
    raw = toml(SHARED / "defaults.toml", "shared/defaults.toml") | raw
    measures = raw.pop("preparation_measures", None)
    beside: Raw = {
        "sessions": _sessions(folder, raw.get("preparation"), measures),
        "exercises": _exercises(folder),
    }
    if (folder / "curriculum.toml").exists():
        curriculum = f"{folder.name}/curriculum.toml"
        beside["curriculum"] = build(Curriculum, toml(folder / "curriculum.toml", curriculum), curriculum)
    return build(Therapy, raw | beside, file)


_FROM_ELSEWHERE: Final[Mapping[str, str]] = {
    "sessions": "a session is a file in the folder sessions",
    "exercises": "an exercise is a file in the folder exercises",
    "curriculum": "a curriculum is the file curriculum.toml",
    "parent": "only a fork.toml makes a version of another therapy",
    "adapted_by": "only a fork.toml makes a version of another therapy",
}


def _sessions(folder: Path, preparation: object, measures: object) -> dict[str, SessionOutline]:
    """The sessions of a folder, and the shared preparation with the measures that this therapy begins with."""
    own = _parts(SessionOutline, folder, "sessions", name="slug")
    shared = _parts(SessionOutline, SHARED, "sessions", name="slug")
    file = f"{folder.name}/protocol.toml"
    if not isinstance(preparation, str) or preparation in own or preparation not in shared:
        if measures is not None:
            what = f"is for a preparation that is shared: {', '.join(shared)}"
            raise DataFileError(file=file, key="preparation_measures", what=what)
        return own
    if measures is None:
        return own | {preparation: shared[preparation]}
    given = build(_Measures, {"preparation_measures": measures}, file).preparation_measures
    return own | {preparation: shared[preparation].model_copy(update={"measures": given})}


class _Measures(Part):
    preparation_measures: Annotated[tuple[Text, ...], Field(min_length=1)]


def _exercises(folder: Path) -> dict[str, Exercise]:
    """The exercises of a folder, and those that serve every therapy."""
    own = _parts(Exercise, folder, "exercises", name="name")
    for name, exercise in own.items():
        file = f"{folder.name}/exercises/{name.rpartition('.')[2]}.toml"
        if name != f"{folder.name}.{name.partition('.')[2]}":
            raise DataFileError(file=file, key="name", what=f"{name!r} is of another folder")
        for derived in exercise.derived:
            if derived.function not in FUNCTIONS:
                what = f"there is no function {derived.function!r}; there are {', '.join(FUNCTIONS)}"
                raise DataFileError(file=file, key=f"derived.{derived.slug}.function", what=what)
    return _parts(Exercise, SHARED, "exercises", name="name") | own


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
    """The file as plain values. Errors: `DataFileError` for bad syntax, or text that is not UTF-8."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataFileError(file=file, key="(syntax)", what=str(error)) from error


def build(kind: type[Built], raw: Raw, file: str) -> Built:
    """The values checked. Errors: `DataFileError` naming file and key of the first fault."""
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        # A part in brackets names a type that was tried, which nobody finds in the file.
        key = ".".join(str(part) for part in first["loc"] if "[" not in str(part)) or "(whole file)"
        raise DataFileError(file=file, key=key, what=first["msg"]) from error
