"""Exercises: given as practice, filled in with every change kept, finished, shown to someone, looked at together."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Role, Viewer, require
from holdfast.care import alerts, audit, outlooks
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.protocols import filling, sight
from holdfast.protocols.exercise import Exercise, Sight
from holdfast.records.models import EntryLook, EntryShare, Episode, ExerciseDraft, ExerciseEntry, Practice
from holdfast.records.queries import exercises, therapy

DONE = ExerciseEntry.Outcome.DONE.value
SMALL = ExerciseEntry.Outcome.SMALL.value
NOT_THIS_TIME = ExerciseEntry.Outcome.NOT_THIS_TIME.value
"""How an exercise may end; every one is a fair end."""

ADDED_LATER = "added later"
"""Why an entry replaces the one before, when nothing was wrong with it."""

MOST_TYPED = 200_000
"""Longest draft kept, in characters: far above anything a person types, below what would hurt the database."""


@dataclass(frozen=True)
class Saved:
    """A draft as it is kept now; `problems` are what could not be read, kept as typed all the same."""

    revision: int
    problems: tuple[Problem, ...]
    help_now: bool


@dataclass(frozen=True)
class Kept:
    """A finished exercise; `help_now` when an answer in it calls for help at once."""

    thread: uuid.UUID
    help_now: bool


def give(
    course_id: int,
    name: str,
    *,
    number: int,
    dose: str = "",
    optional: bool = False,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Give an exercise to try before the next session. Sending the same `uid` again gives nothing new."""
    require(by, Permission.GIVE_THERAPY)
    course = therapy.course(by, course_id)
    keep_practice(course, name, number=number, dose=dose, optional=optional, by=by, at=at, uid=uid)


def keep_practice(
    course: therapy.Course,
    name: str,
    *,
    number: int,
    dose: str,
    optional: bool,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Write the practice and its audit. For verbs that have checked the permission."""
    known = _exercise(course, name)
    uid = uid or uuid.uuid4()
    with transaction.atomic():
        _, created = Practice.objects.get_or_create(
            uid=uid,
            defaults={
                "course_id": course.course_id,
                "exercise": known.name,
                "dose": dose.strip()[:200],
                "optional": optional,
                "number": number,
                "given_at": at,
                "given_by_id": by.account_id,
            },
        )
        if created:
            audit.note("practice given", subject="course", subject_id=course.course_id, by=by, at=at)


def begin(
    course_id: int,
    name: str,
    *,
    practice: uuid.UUID | None = None,
    low_energy: bool = False,
    by: Viewer,
    at: datetime,
) -> uuid.UUID:
    """The viewer's draft of the exercise: the one that was begun, or a new one."""
    course = _course_to_fill(course_id, by=by)
    exercise = _exercise(course, name)
    _refuse_other_than_filler(exercise, by=by)
    given = None
    if practice is not None:
        given = Practice.objects.filter(uid=practice, course_id=course_id, exercise=name).first()
    row, created = ExerciseDraft.objects.get_or_create(
        course_id=course_id,
        exercise=name,
        by_id=by.account_id,
        continues=None,
        defaults={
            "practice": given,
            "low_energy": low_energy,
            "values": {item.slug: item.start for item in exercise.fields if item.start},
            "started_at": at,
            "saved_at": at,
        },
    )
    if not created and row.low_energy != low_energy:
        row.low_energy = low_energy
        row.save(update_fields=["low_energy"])
    return row.pk


def go_on(thread: uuid.UUID, *, by: Viewer, at: datetime) -> uuid.UUID:
    """A draft that goes on with a finished entry: its later part, or a change of it."""
    entry = _current(thread)
    course = _course_to_fill(entry.course_id, by=by)
    _refuse_other_than_writer(entry, by=by)
    _refuse_notes_of_another(entry, _exercise(course, entry.exercise), by=by)
    row, _ = ExerciseDraft.objects.get_or_create(
        continues=entry,
        by_id=by.account_id,
        defaults={
            "course_id": course.course_id,
            "exercise": entry.exercise,
            "practice_id": entry.practice_id,
            "values": entry.values,
            "started_at": at,
            "saved_at": at,
        },
    )
    return row.pk


def keep_typed(
    draft_uid: uuid.UUID, raw: Mapping[str, Any], *, revision: int, by: Viewer, at: datetime
) -> Saved:
    """Keep a draft as typed, right or wrong; gives what could not be read.

    H-004: an answer that calls for help raises its alert here, not when the exercise is finished: a person may stop
    half-way. Errors: `Conflict` for a save that is older than what is kept; `InvalidInput` for far too much text.
    """
    with transaction.atomic():
        row, course, exercise = _locked(draft_uid, by=by)
        if revision < row.revision:
            raise Conflict("this page is older than what is kept; open the exercise anew")
        if len(str(raw)) > MOST_TYPED:
            raise InvalidInput(
                Problem("exercise", "holds too much text", f"at most {MOST_TYPED:,} characters")
            )
        raw = _own_fields(exercise, raw, by=by)
        row.values = raw
        row.revision, row.saved_at = row.revision + 1, at
        row.save()
        values, problems = filling.sorted_out(exercise, raw, options=exercises.options(course))
        raised = _raise_alerts(course, exercise, values, uid=row.pk, by=by, at=at)
    return Saved(revision=row.revision, problems=tuple(problems), help_now=raised.help_now)


def finish(
    draft_uid: uuid.UUID,
    raw: Mapping[str, Any],
    *,
    outcome: str,
    obstacle: str = "",
    by: Viewer,
    at: datetime,
) -> Kept:
    """Keep an exercise as finished. Sent before: gives what was kept then.

    Errors: `InvalidInput` naming every field that cannot be read (what was typed stays in the draft), an outcome that
    does not exist, or a finished exercise in which nothing was filled in.
    """
    sent = ExerciseEntry.objects.filter(uid=draft_uid).first()
    if sent is not None:
        _course_to_fill(sent.course_id, by=by)
        return Kept(thread=sent.thread, help_now=False)
    try:
        with transaction.atomic():
            row, course, exercise = _locked(draft_uid, by=by)
            raw = _own_fields(exercise, raw, by=by)
            values = _whole(exercise, raw, outcome=outcome, options=exercises.options(course))
            # H-001: the entry and its alerts are committed together, before anything that could fail or take time.
            entry = _keep(row, course, values, outcome=outcome, obstacle=obstacle, by=by, at=at)
            raised = _raise_alerts(course, exercise, values, uid=row.pk, by=by, at=at)
            row.delete()
    except InvalidInput:
        # What was typed stays, though it could not be kept as an entry.
        ExerciseDraft.objects.filter(pk=draft_uid, by_id=by.account_id).update(values=dict(raw), saved_at=at)
        raise
    if raised.any_new:
        outlooks.refresh(course.episode_id, at=at)
    return Kept(thread=entry.thread, help_now=raised.help_now)


def discard(draft_uid: uuid.UUID, *, by: Viewer) -> None:
    """Put a draft away that its writer does not want."""
    ExerciseDraft.objects.filter(pk=draft_uid, by_id=by.account_id).delete()


def share(
    thread: uuid.UUID, *, field: str = "", audience: str, shown: bool, by: Viewer, at: datetime
) -> None:
    """Show a field or a whole entry to someone, or hide it again. Only whoever wrote it decides that."""
    entry = _current(thread)
    _course_to_fill(entry.course_id, by=by)
    _refuse_other_than_writer(entry, by=by)
    if audience not in EntryShare.Audience.values:
        raise InvalidInput(
            Problem("whom", f"{audience!r} is nobody", " or ".join(EntryShare.Audience.values))
        )
    with transaction.atomic():
        EntryShare.objects.create(
            thread=thread, field=field, audience=audience, shown=shown, at=at, by_id=by.account_id
        )
        audit.note(
            "exercise shown" if shown else "exercise hidden",
            subject="exercise",
            subject_id=str(thread),
            by=by,
            at=at,
            audience=audience,
        )


def look(thread: uuid.UUID, *, together: bool, by: Viewer, at: datetime) -> None:
    """Note that an entry was looked at, with the person or alone."""
    require(by, Permission.GIVE_THERAPY)
    therapy.course(by, _current(thread).course_id)
    if not EntryLook.objects.filter(thread=thread, together=together, by_id=by.account_id).exists():
        EntryLook.objects.create(thread=thread, together=together, at=at, by_id=by.account_id)


@dataclass(frozen=True)
class _Raised:
    any_new: bool
    help_now: bool


def _raise_alerts(
    course: therapy.Course,
    exercise: Exercise,
    values: filling.Values,
    *,
    uid: uuid.UUID,
    by: Viewer,
    at: datetime,
) -> _Raised:
    raised = exercises.gates(by, course, exercise, values, at=at)
    episode = Episode.objects.select_related("patient").get(pk=course.episode_id)
    marked = [alerts.Marked(one.field, 1, one.level, one.kind) for one in raised if one.level]
    new = alerts.raise_marked(marked, episode=episode, uid=uid, asked_in=exercise.name, by=by, at=at)
    return _Raised(any_new=bool(new), help_now=any(one.help_now for one in raised))


def _keep(
    row: ExerciseDraft,
    course: therapy.Course,
    values: filling.Values,
    *,
    outcome: str,
    obstacle: str,
    by: Viewer,
    at: datetime,
) -> ExerciseEntry:
    before = row.continues
    thread = before.thread if before else row.pk
    try:
        with transaction.atomic():
            entry = ExerciseEntry.objects.create(
                uid=row.pk,
                thread=thread,
                course_id=course.course_id,
                exercise=row.exercise,
                protocol_version=course.plan.version,
                values=values,
                outcome=outcome,
                obstacle=obstacle.strip()[:500],
                practice_id=row.practice_id,
                by_therapist=by.role is not Role.PATIENT,
                replaces=before,
                correction_reason=ADDED_LATER if before else "",
                happened_at=before.happened_at if before else at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
    except IntegrityError as error:
        raise Conflict("this entry was changed elsewhere meanwhile; open it anew") from error
    if values.get(sight.SHARE) in sight.SHARED_ANSWERS:
        EntryShare.objects.create(
            thread=thread,
            field="",
            audience=EntryShare.Audience.THERAPIST,
            shown=True,
            at=at,
            by_id=by.account_id,
        )
    audit.note("exercise finished", subject="exercise", subject_id=str(entry.uid), by=by, at=at)
    return entry


def _whole(
    exercise: Exercise, raw: Mapping[str, Any], *, outcome: str, options: filling.Options
) -> filling.Values:
    if outcome not in ExerciseEntry.Outcome.values:
        raise InvalidInput(
            Problem("outcome", f"{outcome!r} is not one", " or ".join(ExerciseEntry.Outcome.values))
        )
    values = filling.checked(exercise, raw, options=options)
    given = {item.slug for item in exercise.fields if item.start}
    if outcome != ExerciseEntry.Outcome.NOT_THIS_TIME and not set(values) - given:
        raise InvalidInput(Problem("exercise", "is empty", "at least one answer, or “not this time”"))
    return values


def _course_to_fill(course_id: int, *, by: Viewer) -> therapy.Course:
    require(by, Permission.PRACTISE if by.role is Role.PATIENT else Permission.GIVE_THERAPY)
    return therapy.course(by, course_id)


def _exercise(course: therapy.Course, name: str) -> Exercise:
    found = course.plan.exercises.get(name)
    if found is None:
        raise NotFound(f"{course.plan.short_name} has no exercise {name!r}")
    return found


def _own_fields(exercise: Exercise, raw: Mapping[str, Any], *, by: Viewer) -> dict[str, Any]:
    """What was sent for the fields that are the writer's to fill in."""
    filler = "patient" if by.role is Role.PATIENT else "therapist"
    own = {item.slug for item in exercise.fields if item.by in (None, filler)}
    return {slug: value for slug, value in raw.items() if slug in own}


def _refuse_other_than_filler(exercise: Exercise, *, by: Viewer) -> None:
    # A therapist may fill in for someone who is too tired to write: only the other way round is refused.
    if by.role is Role.PATIENT and "patient" not in exercise.filled_by:
        raise NotFound(f"{exercise.title} is not yours to fill in")
    # H-021: process notes are sealed; here they would lie open.
    if exercise.is_private_note:
        raise NotFound(f"{exercise.title} is written as a private note")


def _refuse_other_than_writer(entry: ExerciseEntry, *, by: Viewer) -> None:
    if entry.by_therapist != (by.role is not Role.PATIENT):
        raise NotFound("this entry is someone else's")


def _refuse_notes_of_another(entry: ExerciseEntry, exercise: Exercise, *, by: Viewer) -> None:
    # H-021: whoever goes on with an entry has all of it before them.
    notes = any(item.sight is Sight.PROCESS_NOTE and item.slug in entry.values for item in exercise.fields)
    if notes and entry.recorded_by_id != by.account_id:
        raise NotFound("this entry holds notes of whoever wrote it; write one of your own")


def _current(thread: uuid.UUID) -> ExerciseEntry:
    row: ExerciseEntry | None = ExerciseEntry.current.filter(thread=thread).first()
    if row is None:
        raise NotFound("no such exercise")
    return row


def _locked(draft_uid: uuid.UUID, *, by: Viewer) -> tuple[ExerciseDraft, therapy.Course, Exercise]:
    row = ExerciseDraft.objects.select_for_update().filter(pk=draft_uid, by_id=by.account_id).first()
    if row is None:
        raise NotFound("this exercise was finished already, or was not begun")
    course = _course_to_fill(row.course_id, by=by)
    return row, course, _exercise(course, row.exercise)
