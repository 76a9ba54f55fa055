"""Sessions as they are held and as they were noted: the open session, signed notes with what was added to them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdfast.access import Permission, Viewer, require
from holdfast.errors import NotFound
from holdfast.records.models import ProgressNote, SessionRoom, TherapySession
from holdfast.records.queries import therapy


@dataclass(frozen=True)
class RoomRow:
    """A session being held; `link` is the video room of its booking."""

    uid: uuid.UUID
    number: int
    outline: str
    variant: str
    channel: str
    link: str
    ticks: Mapping[str, Mapping[str, str]]
    note: Mapping[str, str]
    homework: Sequence[Mapping[str, Any]]
    revision: int
    started_at: datetime
    mine: bool
    by: str


@dataclass(frozen=True)
class HeldRow:
    """A session of a course as the list shows it; `noted` is whether its note is signed."""

    uid: uuid.UUID
    number: int
    outline: str
    attendance: str
    reason: str
    at: datetime
    noted: bool


@dataclass(frozen=True)
class Addendum:
    """Something added to a signed note."""

    text: str
    at: datetime
    by: str


@dataclass(frozen=True)
class NoteRow:
    """A signed note."""

    note_id: int
    number: int
    outline: str
    held_at: datetime
    agenda: Sequence[Mapping[str, Any]]
    parts: Mapping[str, str]
    signed_at: datetime
    signed_by: str
    addenda: tuple[Addendum, ...]


def room(viewer: Viewer, course_id: int) -> RoomRow | None:
    """The session being held in a course; None while there is none."""
    require(viewer, Permission.GIVE_THERAPY)
    rows = SessionRoom.objects.filter(course__in=therapy.courses(viewer), course_id=course_id)
    row = rows.select_related("appointment", "by").first()
    if row is None:
        return None
    return RoomRow(
        uid=row.uid,
        number=row.number,
        outline=row.outline,
        variant=row.variant,
        channel=row.channel,
        link=row.appointment.link if row.appointment else "",
        ticks=row.ticks,
        note=row.note,
        homework=row.homework,
        revision=row.revision,
        started_at=row.started_at,
        mine=row.by_id == viewer.account_id,
        by=row.by.name,
    )


def held(viewer: Viewer, course_id: int) -> tuple[HeldRow, ...]:
    """Sessions of a course and what became of them, newest first."""
    rows = TherapySession.current.filter(course__in=therapy.courses(viewer), course_id=course_id)
    noted = set(
        ProgressNote.objects.filter(session__course_id=course_id).values_list("session__uid", flat=True)
    )
    return tuple(
        HeldRow(
            row.uid,
            row.number,
            row.outline,
            row.attendance,
            row.reason,
            row.happened_at,
            row.uid in noted,
        )
        for row in rows.order_by("-happened_at", "-pk")
    )


def note(viewer: Viewer, course_id: int, session: uuid.UUID) -> NoteRow:
    """The signed note of a session. Errors: `NotFound` when it has none, or is not the viewer's to open."""
    require(viewer, Permission.GIVE_THERAPY)
    rows = ProgressNote.objects.filter(session__course__in=therapy.courses(viewer))
    row = (
        rows.filter(session__course_id=course_id, session__uid=session)
        .select_related("session", "signed_by")
        .prefetch_related("addenda__added_by")
        .first()
    )
    if row is None:
        raise NotFound("this session has no signed note")
    added = sorted(row.addenda.all(), key=lambda one: (one.added_at, one.pk))
    return NoteRow(
        note_id=row.pk,
        number=row.session.number,
        outline=row.session.outline,
        held_at=row.session.happened_at,
        agenda=row.agenda,
        parts=row.parts,
        signed_at=row.signed_at,
        signed_by=row.signed_by.name,
        addenda=tuple(Addendum(one.text, one.added_at, one.added_by.name) for one in added),
    )
