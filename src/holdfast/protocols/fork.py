"""A clinic's own version of a shipped therapy: a `fork.toml` that names the therapy and patches it by path.

A path names a place by slugs, as in `sessions.cbt-01.agenda.picture.text` or `exercises.cbt.five_parts.fields.moment`.
Entries of a list go by their slug, those without one by position from 1. `add` puts an entry last, or in front of the
one `before` names; by position, it puts it there. `remove` of a single value leaves its default.

What may change and what guards safety is in `safeguards`. A fork is a draft, whatever its parent is: those who signed
the parent signed another text.
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from holdfast.errors import DataFileError
from holdfast.protocols.model import Part, Status, Text
from holdfast.protocols.release import content
from holdfast.protocols.safeguards import KEPT_WORDS, Op, Place, lesser_session, refusal
from holdfast.protocols.therapy import Therapy

Raw = dict[str, Any]


class Patch(Part):
    """One change: `before` names the entry of the same list that an added one stands in front of."""

    op: Op
    path: Text
    value: Any = None
    before: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.op != "remove") != ("value" in self.model_fields_set):
            raise ValueError("replace and add have a value, remove has none")
        if self.before and self.op != "add":
            raise ValueError("before is for add")
        return self

    @property
    def place(self) -> Place:
        """The keys of the path; an exercise goes by its whole name, as in cbt.five_parts."""
        keys = tuple(self.path.split("."))
        return (keys[0], ".".join(keys[1:3]), *keys[3:]) if keys[0] == "exercises" and keys[1:] else keys


class Fork(Part):
    """What a clinic's file says. `reason` is for staff; `shown_to_patient` says in a sentence what is other here."""

    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=32)]
    extends: Text
    extends_version: Text
    version: Text
    author: Text
    made_on: date
    reason: Text
    shown_to_patient: Text
    patch: Annotated[tuple[Patch, ...], Field(min_length=1)]

    @property
    def adapted_by(self) -> str:
        """What everyone reads beside the therapy: that it was changed, how, by whom, when and why."""
        made = f"{self.author}, {self.made_on.day} {self.made_on:%B %Y}: {self.reason}"
        return f"Adapted by your clinic: {self.shown_to_patient} ({made})"


class _Refused(Exception):
    """Why a patch cannot be made."""


def patched(parent: Therapy, fork: Fork, *, file: str) -> Raw:
    """The therapy with the fork's changes, as plain values that are still to be checked as a whole.

    Errors: `DataFileError` naming patch and path, for a place that is not there or a change that weakens safety.
    """
    if fork.extends_version != parent.version:
        what = (
            f"{fork.extends_version} is not the shipped version, {parent.version}: look at what changed first"
        )
        raise DataFileError(file=file, key="extends_version", what=what)
    values = content(parent)
    for number, patch in enumerate(fork.patch, 1):
        try:
            _refuse_weaker(patch, parent, fork)
            _apply(values, patch)
        except _Refused as refused:
            raise _error(file, number, patch, str(refused)) from refused
    return values | {
        "slug": fork.slug,
        "parent": parent.slug,
        "version": fork.version,
        "effective": fork.made_on,
        "status": Status.DRAFT,
        "sign_offs": [],
        "adapted_by": fork.adapted_by,
    }


def refuse_lesser_sessions(parent: Therapy, made: Therapy, *, file: str) -> None:
    """Refuse a patched therapy with a session that guards less than as shipped. Errors: `DataFileError`."""
    for slug, outline in made.sessions.items():
        why = lesser_session(parent, outline)
        if why:
            raise DataFileError(file=file, key=f"sessions.{slug}", what=why)


def blamed(error: DataFileError, fork: Fork) -> DataFileError:
    """The error by the last patch of the place it names; as it is where no patch touched that."""
    for number, patch in reversed(list(enumerate(fork.patch, 1))):
        longer, shorter = sorted((f"{patch.path}.", f"{error.key}."), key=len, reverse=True)
        if longer.startswith(shorter):
            return _error(error.file, number, patch, error.what)
    return error


def _error(file: str, number: int, patch: Patch, what: str) -> DataFileError:
    return DataFileError(file=file, key=f"patch {number}, {patch.path}", what=what)


def _refuse_weaker(patch: Patch, parent: Therapy, fork: Fork) -> None:
    # H-020: what is not open to change stays as shipped.
    place = patch.place
    why = refusal(parent, place, patch.op, patch.value)
    if why:
        raise _Refused(why)
    own = f"{fork.slug}."
    if patch.op == "add" and place[0] == "exercises" and len(place) == 2 and not place[1].startswith(own):
        raise _Refused(f"an exercise of your own is named {own}…")


def _apply(values: Raw, patch: Patch) -> None:
    holder: Any = values
    for key in patch.place[:-1]:
        holder = holder[_key(holder, key)]
    last, value = patch.place[-1], deepcopy(patch.value)
    if patch.op == "add":
        _add(holder, patch, value)
        return
    at = _key(holder, last)
    if patch.place[:-1] != ("exercises",):
        _refuse_unsaid(holder[at], value)
    if patch.op == "remove":
        del holder[at]
    else:
        holder[at] = _named(value, last) if _is_named(holder[at]) else value


def _refuse_unsaid(before: Any, now: Any) -> None:
    for words in KEPT_WORDS:
        if words in " ".join(str(before).split()) and words not in " ".join(str(now).split()):
            raise _Refused(f"must say: {words}")


def _add(holder: Any, patch: Patch, value: Any) -> None:
    last = patch.place[-1]
    if isinstance(holder, list):
        _insert(holder, last, value, before=patch.before)
    elif not isinstance(holder, dict):
        raise _Refused("nothing can be added here")
    elif last in holder:
        raise _Refused("is there already: replace it")
    else:
        by = _NAME_IN.get(patch.place[:-1])
        holder[last] = _named(value, last, by=by) if by else value


_NAME_IN: Final[Mapping[Place, str]] = {("sessions",): "slug", ("exercises",): "name"}


def _key(holder: Any, key: str) -> Any:
    """The key of a table, or the index in a list. Errors: `_Refused`, with what there is."""
    known = holder if isinstance(holder, dict) else _addresses(holder if isinstance(holder, list) else [])
    if key not in known:
        raise _Refused(f"there is no {key}; there is {', '.join(known) or 'nothing below'}")
    return key if isinstance(known, dict) else known.index(key)


def _addresses(entries: list[Any]) -> list[str]:
    return [str(one["slug"]) if _is_named(one) else str(number) for number, one in enumerate(entries, 1)]


def _is_named(entry: Any) -> bool:
    """Whether an entry of a list goes by its slug; else it has only its position."""
    return isinstance(entry, dict) and "slug" in entry


def _insert(entries: list[Any], key: str, value: Any, *, before: str) -> None:
    known = _addresses(entries)
    if any(map(_is_named, entries)) or not (entries or key.isdecimal()):
        if key in known:
            raise _Refused("is there already: replace it")
        entries.insert(_key(entries, before) if before else len(entries), _named(value, key))
        return
    places = [*known, str(len(entries) + 1)]
    if key not in places:
        raise _Refused(f"there is no position {key}; the last to add at is {places[-1]}")
    entries.insert(places.index(key), value)


def _named(value: Any, key: str, *, by: str = "slug") -> Raw:
    """The entry under its own name, given or not. Errors: `_Refused` for another name, or what is no table."""
    if not isinstance(value, dict) or str(value.get(by, key)) != key:
        raise _Refused(f"is a table whose {by} is {key}")
    return {by: key} | value
