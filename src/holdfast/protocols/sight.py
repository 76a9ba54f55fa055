"""Who sees which field of an exercise: the rules of the brief as one function, and one for what is exported."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from holdfast.protocols.exercise import Exercise, Item, Sight
from holdfast.protocols.filling import Values

KEPT_SHUT: Final = "keep_shut"
"""Column of a row the person is not ready to show: such a row is theirs alone."""

SHARE: Final = "share"
"""Field in which a person says that an entry of their own page may be seen."""

SHARED_ANSWERS: Final = frozenset({"yes", "share it"})
"""Answers to `SHARE` that show the whole entry to the therapist."""


class Reader(StrEnum):
    """Who is looking at an entry."""

    PATIENT = "patient"
    THERAPIST = "therapist"
    GROUP_LEADER = "group_leader"


def visible(
    exercise: Exercise,
    values: Values,
    *,
    reader: Reader,
    by_therapist: bool,
    author: bool = False,
    shown: Collection[str] = (),
    together: bool = False,
) -> Values:
    """The part of an entry that the reader may see.

    `shown` are the fields that were shown to this reader, "" for the whole entry. Patients see what they wrote; what a
    therapist wrote, once it was shown to them. Therapists see what patients wrote but for private fields and rows kept
    shut, unless shown; group leaders only what was shown. `together` is a screen both look at: what may give away that
    someone is in danger from another is left off it. Process notes are the `author`'s alone, never on such a screen.
    """
    # H-018: the one place that decides who sees which field.
    kept: Values = {}
    for item in exercise.fields:
        if item.slug not in values or not _sees(item, reader, by_therapist, shown):
            continue
        if together and item.slug in _dangerous(exercise):
            continue
        if item.sight is Sight.PROCESS_NOTE and (together or not author):
            continue
        value = values[item.slug]
        if item.type == "table":
            value = _rows(exercise, item, value, reader, by_therapist, shown, together=together)
        if value not in ([], None):
            kept[item.slug] = value
    return kept


def _sees(item: Item, reader: Reader, by_therapist: bool, shown: Collection[str]) -> bool:
    was_shown = "" in shown or item.slug in shown
    if reader is Reader.GROUP_LEADER:
        return was_shown and item.sight is not Sight.RISK
    wrote = by_therapist == (reader is Reader.THERAPIST)
    if wrote:
        return True
    return was_shown or (reader is Reader.THERAPIST and item.sight is not Sight.PRIVATE)


def _rows(
    exercise: Exercise,
    item: Item,
    rows: list[Values],
    reader: Reader,
    by_therapist: bool,
    shown: Collection[str],
    *,
    together: bool,
) -> list[Values]:
    own = by_therapist == (reader is Reader.THERAPIST)
    hidden = {
        test.row
        for derived in exercise.gates
        if together and derived.gate == "harm_by_other"
        for test in derived.any_of
        if test.field == item.slug
    }
    open_rows = (row for row in rows if own or "" in shown or row.get(KEPT_SHUT) != "yes")
    return [{slug: value for slug, value in row.items() if slug not in hidden} for row in open_rows]


def _dangerous(exercise: Exercise) -> frozenset[str]:
    """Fields of the entry itself from which someone looking on could see that they are feared."""
    tests = (test for one in exercise.gates if one.gate == "harm_by_other" for test in one.any_of)
    return frozenset(test.field for test in tests if not test.row)


def exported(exercise: Exercise, values: Values, *, shown: Collection[str] = ()) -> Values:
    """What an export of the record holds of a patient's entry: no private field or row unless it was shown."""
    return visible(exercise, values, reader=Reader.THERAPIST, by_therapist=False, shown=shown)


def label(item: Item) -> str:
    """What an export says of a field's sight; empty for an ordinary one."""
    return {
        Sight.SENSITIVE: "personal",
        Sight.RISK: "may carry signs of danger",
        Sight.THIRD_PARTY: "about someone else: look through before passing on",
        Sight.PRIVATE: "shown by the person's choice",
    }.get(item.sight, "")
