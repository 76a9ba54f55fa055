"""A therapy session as it is held: opened, kept at every change, signed as session, note and practice at once."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, exercises, outlooks
from holdfast.care import therapy as sessions
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.protocols.outline import AgendaItem, SessionOutline
from holdfast.records.models import Channel, NoteAddendum, ProgressNote, SessionRoom, TherapySession
from holdfast.records.queries import therapy

PARTS: Mapping[str, str] = {
    "happened": "What we did",
    "safety": "Safety, as asked today",
    "response": "How it was received",
    "plan": "Plan",
}
"""Parts of a progress note, with what each is for."""

NEEDED = ("happened", "safety")
"""Parts without which a note is not signed."""

STATES = ("done", "skipped", "moved")
"""What may become of a point of the agenda; none is a failure."""

LONGEST_PART = 20_000


@dataclass(frozen=True)
class Room:
    """What is typed in a session: ticks by point, parts of the note, practice to give."""

    ticks: Mapping[str, Mapping[str, str]]
    note: Mapping[str, str]
    homework: Sequence[Mapping[str, Any]]


def open_room(
    course_id: int,
    *,
    outline: str | None = None,
    variant: str = "",
    channel: str = "in_person",
    appointment: uuid.UUID | None = None,
    by: Viewer,
    at: datetime,
) -> SessionRoom:
    """The session being held in a course: the one that was begun, or the next of the course begun now.

    Errors: `Conflict` when another therapist holds one; `NotFound` for an outline the therapy does not have, or a
    course with no session left.
    """
    require(by, Permission.GIVE_THERAPY)
    course = therapy.course(by, course_id)
    held = SessionRoom.objects.filter(course_id=course_id).first()
    if held is not None:
        if held.by_id != by.account_id:
            raise Conflict("another therapist has this session open; ask them to sign or close it")
        return held
    upcoming = course.progress(at=at).next
    slug = outline or (upcoming.outline.slug if upcoming else "")
    if slug not in course.plan.sessions:
        raise NotFound("there is no session left in this course" if not slug else f"no session {slug!r}")
    row, _ = SessionRoom.objects.get_or_create(
        course_id=course_id,
        defaults={
            "number": 0 if slug == course.plan.preparation else _next_number(course, at=at),
            "outline": slug,
            "variant": variant if variant in course.plan.sessions[slug].variants else "",
            "channel": channel if channel in Channel.values else Channel.IN_PERSON,
            "appointment_id": _booking(course, appointment),
            "homework": _suggested(course.plan.sessions[slug]),
            "by_id": by.account_id,
            "started_at": at,
            "saved_at": at,
        },
    )
    return row


def keep_typed(course_id: int, room: Room, *, revision: int, by: Viewer, at: datetime) -> int:
    """Keep what was typed in the session; gives its new revision. Errors: `Conflict` for a save that is older."""
    require(by, Permission.GIVE_THERAPY)
    with transaction.atomic():
        row = _own(course_id, by=by)
        if revision < row.revision:
            raise Conflict("this page is older than what is kept; open the session anew")
        _fill(row, room, at=at)
        row.save()
    return row.revision


def change(course_id: int, *, outline: str, variant: str, channel: str, by: Viewer, at: datetime) -> None:
    """Hold another session of the protocol than the one begun, or in another form; what was typed stays."""
    require(by, Permission.GIVE_THERAPY)
    course = therapy.course(by, course_id)
    if outline not in course.plan.sessions:
        raise NotFound(f"no session {outline!r} in {course.plan.short_name}")
    with transaction.atomic():
        row = _own(course_id, by=by)
        if outline != row.outline:
            row.homework = _suggested(course.plan.sessions[outline])
        row.outline, row.channel = outline, channel if channel in Channel.values else row.channel
        row.variant = variant if variant in course.plan.sessions[outline].variants else ""
        row.number = 0 if outline == course.plan.preparation else _next_number(course, at=at)
        row.revision, row.saved_at = row.revision + 1, at
        row.save()


def leave(course_id: int, *, by: Viewer, at: datetime) -> None:
    """Close a session that was opened by mistake; what was typed in it is gone, so a note with words is refused."""
    require(by, Permission.GIVE_THERAPY)
    with transaction.atomic():
        row = _own(course_id, by=by)
        if any(text.strip() for text in row.note.values()):
            raise Conflict("the note has words in it: sign it, or empty it first")
        audit.note("session closed unsigned", subject="course", subject_id=course_id, by=by, at=at)
        row.delete()


def sign(course_id: int, room: Room, *, revision: int, by: Viewer, at: datetime) -> uuid.UUID:
    """Keep session, note and practice in one transaction, then renew the outlook; gives the uid of the session.

    Errors: `InvalidInput` for a note without what it needs, or a locked point passed over without a reason: what was
    typed stays. `Conflict` when the number was attended already or the page is older than what is kept.
    """
    require(by, Permission.GIVE_THERAPY)
    course = therapy.course(by, course_id)
    keep_typed(course_id, room, revision=revision, by=by, at=at)
    with transaction.atomic():
        row = _own(course_id, by=by)
        agenda = course.plan.sessions[row.outline].in_variant(row.variant)
        _refuse_unfinished(row, agenda)
        session = sessions.keep_session(
            row.course,
            number=row.number,
            attendance=TherapySession.Attendance.ATTENDED,
            happened_at=row.started_at,
            by=by,
            at=at,
            uid=row.uid,
            held=sessions.Held(
                row.outline, row.variant, row.channel, row.appointment.uid if row.appointment else None
            ),
        )
        ProgressNote.objects.create(
            session=session,
            agenda=[_kept_point(item, row.ticks.get(item.slug, {})) for item in agenda],
            parts={part: row.note[part].strip() for part in PARTS if row.note.get(part, "").strip()},
            signed_at=at,
            signed_by_id=by.account_id,
        )
        for one in row.homework:
            exercises.keep_practice(
                course,
                str(one["exercise"]),
                number=row.number,
                dose=str(one.get("dose", "")),
                optional=bool(one.get("optional")),
                by=by,
                at=at,
            )
        audit.note("note signed", subject="session", subject_id=str(session.uid), by=by, at=at)
        row.delete()
    outlooks.refresh(course.episode_id, at=at)
    return session.uid


def add(note_id: int, text: str, *, by: Viewer, at: datetime) -> None:
    """Add to a signed note; the note itself never changes."""
    require(by, Permission.GIVE_THERAPY)
    note = ProgressNote.objects.select_related("session__course").filter(pk=note_id).first()
    if note is None:
        raise NotFound("no such note")
    therapy.course(by, note.session.course_id)
    if not text.strip():
        raise InvalidInput(Problem("addendum", "is empty", "what is to be added"))
    with transaction.atomic():
        NoteAddendum.objects.create(note=note, text=text.strip(), added_at=at, added_by_id=by.account_id)
        audit.note("note added to", subject="session", subject_id=str(note.session.uid), by=by, at=at)


def _own(course_id: int, *, by: Viewer) -> SessionRoom:
    row = SessionRoom.objects.select_for_update().filter(course_id=course_id, by_id=by.account_id).first()
    if row is None:
        raise NotFound("this session was signed already, or was not begun")
    return row


def _fill(row: SessionRoom, room: Room, *, at: datetime) -> None:
    problems = [
        Problem(PARTS.get(part, part), f"is {len(text):,} characters long", f"at most {LONGEST_PART:,}")
        for part, text in room.note.items()
        if len(text) > LONGEST_PART
    ]
    if problems:
        raise InvalidInput(*problems)
    row.ticks = {
        slug: {"state": tick.get("state", ""), "reason": tick.get("reason", "")[:500]}
        for slug, tick in room.ticks.items()
        if tick.get("state") in STATES or tick.get("reason")
    }
    row.note = {part: room.note.get(part, "") for part in PARTS}
    row.homework = [dict(one) for one in room.homework]
    row.revision, row.saved_at = row.revision + 1, at


def _refuse_unfinished(row: SessionRoom, agenda: Sequence[AgendaItem]) -> None:
    problems = [
        Problem(PARTS[part], "is empty", "a sentence is enough")
        for part in NEEDED
        if not row.note.get(part, "").strip()
    ]
    # H-017: what guards safety is not left out without a word.
    for item in agenda:
        tick = row.ticks.get(item.slug, {})
        if item.locked and tick.get("state") != "done" and not tick.get("reason", "").strip():
            problems.append(
                Problem(item.text, "guards safety and was not done", "done, or the reason why not")
            )
    if problems:
        raise InvalidInput(*problems)


def _kept_point(item: AgendaItem, tick: Mapping[str, str]) -> dict[str, Any]:
    return {
        "slug": item.slug,
        "text": item.text,
        "minutes": item.minutes,
        "state": tick.get("state", ""),
        "reason": tick.get("reason", ""),
    }


def _suggested(outline: SessionOutline) -> list[dict[str, Any]]:
    return [
        {"exercise": one.exercise, "dose": one.dose, "optional": one.optional} for one in outline.practice
    ]


def _next_number(course: therapy.Course, *, at: datetime) -> int:
    return 1 + max((s.number for s in course.fact.sessions if s.attended and s.at <= at), default=0)


def _booking(course: therapy.Course, uid: uuid.UUID | None) -> int | None:
    if uid is None:
        return None
    return sessions.appointment_id(course.course_id, uid)
