"""What the record holds already of the people named in an import."""

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from holdfast.access import Permission, Viewer, require
from holdfast.pathway.history import History
from holdfast.records.models import CheckIn, Episode, Infusion, TherapySession
from holdfast.records.queries.history import histories

_CHUNK = 500
"""People asked for at once: SQLite takes a limited number of values in one question."""


@dataclass(frozen=True)
class Before:
    """The people an import names whom the clinic knows, by code.

    `episodes` and `histories` are of their newest stay. `uids` are those of every fact they ever had, withdrawn
    ones too: an import does not bring back what was corrected. `answered` are person, instrument and moment of
    the check-ins that count.
    """

    episodes: Mapping[str, int]
    histories: Mapping[str, History]
    uids: frozenset[uuid.UUID]
    answered: frozenset[tuple[str, str, datetime]]


def before(codes: Collection[str], *, viewer: Viewer) -> Before:
    """What the viewer's clinic holds of the people with these codes; a handful of queries for every 500."""
    require(viewer, Permission.IMPORT_RECORDS)
    episodes: dict[str, int] = {}
    facts: dict[str, History] = {}
    uids: set[uuid.UUID] = set()
    answered: set[tuple[str, str, datetime]] = set()
    for chunk in _chunks(sorted(codes)):
        newest = _newest_episodes(chunk, clinic_id=viewer.clinic_id)
        found = histories(newest.values())
        episodes |= newest
        facts |= {code: found[pk] for code, pk in newest.items()}
        uids |= set(_uids(newest, clinic_id=viewer.clinic_id))
        answered |= set(_answered(newest))
    return Before(episodes=episodes, histories=facts, uids=frozenset(uids), answered=frozenset(answered))


def _chunks(codes: list[str]) -> Iterator[list[str]]:
    return (codes[start : start + _CHUNK] for start in range(0, len(codes), _CHUNK))


def _newest_episodes(codes: Collection[str], *, clinic_id: int) -> dict[str, int]:
    rows = Episode.objects.filter(patient__clinic_id=clinic_id, patient__code__in=codes)
    return dict(rows.order_by("started_at", "pk").values_list("patient__code", "pk"))


def _uids(codes: Collection[str], *, clinic_id: int) -> Iterator[uuid.UUID]:
    for model, path in ((CheckIn, "episode"), (Infusion, "episode"), (TherapySession, "course__episode")):
        rows = model.objects.filter(
            **{f"{path}__patient__clinic_id": clinic_id, f"{path}__patient__code__in": list(codes)}
        )
        yield from rows.values_list("uid", flat=True)


def _answered(episodes: Mapping[str, int]) -> Iterator[tuple[str, str, datetime]]:
    codes = {pk: code for code, pk in episodes.items()}
    rows = CheckIn.current.filter(episode_id__in=list(codes))
    for episode_id, instrument, at in rows.values_list("episode_id", "instrument", "happened_at"):
        yield codes[episode_id], instrument, at
