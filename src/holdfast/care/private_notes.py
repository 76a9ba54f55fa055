"""A therapist's private notes: sealed before they reach the database, read by their author and whom the author lets."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction

from holdfast.access import Permission, Role, Viewer, require
from holdfast.care import audit
from holdfast.errors import HoldfastError, InvalidInput, Problem
from holdfast.records.models import Account, PrivateNote, PrivateNoteGrant, PrivateNoteLook
from holdfast.records.queries import therapy

LONGEST = 20_000


class CannotUnseal(HoldfastError):
    """The keys of this site do not open a note."""


@dataclass(frozen=True)
class Note:
    """A private note, open."""

    uid: uuid.UUID
    author: str
    mine: bool
    written_at: datetime
    text: str


def write(course_id: int, text: str, *, by: Viewer, at: datetime, uid: uuid.UUID | None = None) -> None:
    """Keep a private note. Sending the same `uid` again keeps nothing new."""
    require(by, Permission.KEEP_PRIVATE_NOTES)
    therapy.course(by, course_id)
    if not text.strip():
        raise InvalidInput(Problem("note", "is empty", "what you want to keep in mind"))
    if len(text) > LONGEST:
        raise InvalidInput(Problem("note", f"is {len(text):,} characters long", f"at most {LONGEST:,}"))
    with transaction.atomic():
        _, created = PrivateNote.objects.get_or_create(
            uid=uid or uuid.uuid4(),
            defaults={
                "course_id": course_id,
                "author_id": by.account_id,
                "sealed": _keys().encrypt(text.strip().encode()).decode(),
                "written_at": at,
            },
        )
        if created:
            audit.note("private note written", subject="course", subject_id=course_id, by=by, at=at)


def read(course_id: int, *, by: Viewer, at: datetime) -> tuple[Note, ...]:
    """The private notes of a course that the viewer may read, newest first; every reading is noted."""
    require(by, Permission.KEEP_PRIVATE_NOTES)
    therapy.course(by, course_id)
    rows = PrivateNote.objects.filter(course_id=course_id, author_id__in=_authors(course_id, by))
    # H-021: every reading by someone else than the author is noted.
    found = list(rows.select_related("author").order_by("-written_at", "-pk"))
    with transaction.atomic():
        PrivateNoteLook.objects.bulk_create(
            PrivateNoteLook(note=row, by_id=by.account_id, at=at)
            for row in found
            if row.author_id != by.account_id
        )
    return tuple(
        Note(row.uid, row.author.name, row.author_id == by.account_id, row.written_at, _opened(row))
        for row in found
    )


def allow(course_id: int, reader_id: int, *, allowed: bool, by: Viewer, at: datetime) -> None:
    """Let a supervisor read the viewer's own private notes of a course, or end that."""
    require(by, Permission.KEEP_PRIVATE_NOTES)
    therapy.course(by, course_id)
    reader = Account.objects.filter(pk=reader_id, clinic_id=by.clinic_id, role=Role.THERAPIST).first()
    if reader is None or reader.pk == by.account_id:
        raise InvalidInput(Problem("supervisor", "is not another therapist of your clinic", "one of them"))
    with transaction.atomic():
        PrivateNoteGrant.objects.create(
            course_id=course_id, author_id=by.account_id, reader=reader, allowed=allowed, at=at
        )
        audit.note(
            "private notes opened to a supervisor" if allowed else "private notes closed to a supervisor",
            subject="course",
            subject_id=course_id,
            by=by,
            at=at,
            reader=reader.pk,
        )


def readers(course_id: int, *, by: Viewer) -> tuple[tuple[int, str], ...]:
    """Who may read the viewer's own private notes of a course: id and name."""
    require(by, Permission.KEEP_PRIVATE_NOTES)
    newest: dict[int, tuple[bool, str]] = {}
    for reader_id, name, allowed in (
        PrivateNoteGrant.objects.filter(course_id=course_id, author_id=by.account_id)
        .order_by("at", "pk")
        .values_list("reader_id", "reader__name", "allowed")
    ):
        newest[reader_id] = (allowed, name)
    return tuple((pk, name) for pk, (allowed, name) in newest.items() if allowed)


def reseal() -> int:
    """Seal every note anew with the first of the site's keys; gives how many. For a change of keys."""
    count = 0
    for row in PrivateNote.objects.order_by("pk").iterator(chunk_size=500):
        try:
            row.sealed = _keys().rotate(row.sealed.encode()).decode()
        except InvalidToken:
            raise CannotUnseal(f"private note {row.uid}: no key of this site opens it") from None
        row.save(update_fields=["sealed"])
        count += 1
    return count


def _authors(course_id: int, viewer: Viewer) -> Iterator[int]:
    """Whose notes the viewer may read: their own, and those of authors who let them now."""
    yield viewer.account_id
    newest: dict[int, bool] = {}
    for author_id, allowed in (
        PrivateNoteGrant.objects.filter(course_id=course_id, reader_id=viewer.account_id)
        .order_by("at", "pk")
        .values_list("author_id", "allowed")
    ):
        newest[author_id] = allowed
    yield from (author_id for author_id, allowed in newest.items() if allowed)


def _opened(row: PrivateNote) -> str:
    try:
        return _keys().decrypt(row.sealed.encode()).decode()
    except InvalidToken:
        raise CannotUnseal("a private note cannot be opened with the keys of this site") from None


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in settings.NOTES_KEYS])
