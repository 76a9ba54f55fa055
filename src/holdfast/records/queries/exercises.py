"""Exercises as the viewer may see them: drafts, entries, what was shown, what they add up to."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from holdfast.access import Permission, Role, Viewer, may
from holdfast.errors import NotAllowed, NotFound
from holdfast.protocols import derive, filling, sight
from holdfast.protocols.exercise import Exercise
from holdfast.protocols.gates import gate_rules
from holdfast.records.models import CheckIn, EntryLook, EntryShare, ExerciseDraft, ExerciseEntry
from holdfast.records.queries import patient, therapy

AUDIENCES: Mapping[sight.Reader, str] = {
    sight.Reader.THERAPIST: EntryShare.Audience.THERAPIST,
    sight.Reader.GROUP_LEADER: EntryShare.Audience.GROUP_LEADER,
    sight.Reader.PATIENT: EntryShare.Audience.PATIENT,
}


@dataclass(frozen=True)
class EntryRow:
    """A finished exercise, with the values this viewer may see. `hidden` counts the fields that are kept from them."""

    thread: uuid.UUID
    uid: uuid.UUID
    course_id: int
    exercise: str
    at: datetime
    values: filling.Values
    hidden: int
    outcome: str
    obstacle: str
    by_therapist: bool
    mine: bool
    looked_at_together: bool
    shown_to: frozenset[str]
    waits: bool


@dataclass(frozen=True)
class DraftRow:
    """An exercise being filled in by the viewer, as typed so far."""

    uid: uuid.UUID
    course_id: int
    exercise: str
    values: filling.Values
    low_energy: bool
    revision: int
    continues: uuid.UUID | None
    saved_at: datetime


@dataclass(frozen=True)
class VersionRow:
    """How an entry stood before it was changed."""

    at: datetime
    values: filling.Values


@dataclass(frozen=True)
class Marked:
    """A gate an answer has opened: which field, what it is about, how soon someone must look (0 for nobody)."""

    field: str
    kind: str
    level: int
    help_now: bool


def reader(viewer: Viewer) -> sight.Reader:
    """As whom the viewer sees exercises. Errors: `NotAllowed` for roles that do not see the content of therapy."""
    if viewer.role is Role.PATIENT:
        return sight.Reader.PATIENT
    if may(viewer, Permission.GIVE_THERAPY):
        return sight.Reader.THERAPIST
    raise NotAllowed("the content of therapy is not for your role")


def entries(
    viewer: Viewer,
    course: therapy.Course,
    *,
    names: Collection[str] | None = None,
    together: bool = False,
    export: bool = False,
) -> tuple[EntryRow, ...]:
    """Finished exercises of a course, newest first, each with what the viewer may see; without anything, left out.

    `together` is for a screen that both look at, `export` for a file: process notes are in neither.
    """
    as_whom = reader(viewer)
    rows = ExerciseEntry.current.filter(course_id=course.course_id).order_by("-happened_at", "-pk")
    found = list(rows if names is None else rows.filter(exercise__in=names))
    shown = _shown([row.thread for row in found])
    looked = set(
        EntryLook.objects.filter(thread__in=[row.thread for row in found], together=True).values_list(
            "thread", flat=True
        )
    )
    made = (
        _row(
            row,
            course,
            as_whom,
            shown[row.thread],
            author=not export and row.recorded_by_id == viewer.account_id,
            looked=row.thread in looked,
            together=together,
        )
        for row in found
    )
    return tuple(row for row in made if row is not None)


def entry(viewer: Viewer, thread: uuid.UUID) -> tuple[EntryRow, therapy.Course]:
    """One finished exercise and its course. Errors: `NotFound` when there is nothing of it for the viewer."""
    row = ExerciseEntry.current.filter(thread=thread).first()
    if row is None:
        raise NotFound("no such exercise")
    course = therapy.course(viewer, row.course_id)
    looked = EntryLook.objects.filter(thread=thread, together=True).exists()
    made = _row(
        row,
        course,
        reader(viewer),
        _shown([thread])[thread],
        author=row.recorded_by_id == viewer.account_id,
        looked=looked,
    )
    if made is None:
        raise NotFound("no such exercise")
    return made, course


def newest(viewer: Viewer, episode_id: int, name: str) -> tuple[EntryRow, therapy.Course] | tuple[None, None]:
    """The newest entry of an exercise in any course of the episode, with its course; a plan outlives a therapy."""
    for course in reversed(therapy.of_episode(viewer, episode_id)):
        rows = [row for row in entries(viewer, course, names={name}) if row.values]
        if rows:
            return rows[0], course
    return None, None


def earlier(viewer: Viewer, thread: uuid.UUID) -> tuple[VersionRow, ...]:
    """How an entry stood before each change, newest first, as far as the viewer may see it."""
    row, course = entry(viewer, thread)
    exercise = course.plan.exercises[row.exercise]
    fields = _shown([thread])[thread].get(AUDIENCES[reader(viewer)], frozenset())
    replaced = (
        ExerciseEntry.objects.filter(thread=thread).exclude(uid=row.uid).order_by("-recorded_at", "-pk")
    )
    return tuple(
        VersionRow(
            one.recorded_at,
            sight.visible(
                exercise,
                one.values,
                reader=reader(viewer),
                by_therapist=one.by_therapist,
                author=one.recorded_by_id == viewer.account_id,
                shown=fields,
            ),
        )
        for one in replaced
    )


def answered_since(course: therapy.Course, thread: uuid.UUID, field: str, answer: str) -> datetime | None:
    """Since when an entry of the course has had that answer, through every change; None where it has another."""
    versions = ExerciseEntry.objects.filter(course_id=course.course_id, thread=thread)
    since = None
    for at, values in versions.order_by("-recorded_at", "-pk").values_list("recorded_at", "values"):
        if values.get(field) != answer:
            break
        since = at
    return since


def entry_of(viewer: Viewer, draft_uid: uuid.UUID) -> uuid.UUID:
    """The thread of the entry a draft became. Errors: `NotFound` when it became none of the viewer's."""
    row = ExerciseEntry.objects.filter(uid=draft_uid, course__in=therapy.courses(viewer)).first()
    if row is None:
        raise NotFound("this exercise was put away, or was not begun")
    return row.thread


def draft(viewer: Viewer, uid: uuid.UUID) -> tuple[DraftRow, therapy.Course]:
    """One draft of the viewer's own, and its course. Errors: `NotFound` when it is not theirs, or was finished."""
    row = ExerciseDraft.objects.filter(pk=uid, by_id=viewer.account_id).select_related("continues").first()
    if row is None:
        raise NotFound("this exercise was finished already, or was not begun")
    return _draft(row), therapy.course(viewer, row.course_id)


def drafts(viewer: Viewer, course: therapy.Course) -> tuple[DraftRow, ...]:
    """The viewer's own drafts in a course, newest first."""
    rows = ExerciseDraft.objects.filter(course_id=course.course_id, by_id=viewer.account_id)
    return tuple(_draft(row) for row in rows.select_related("continues").order_by("-saved_at", "pk"))


def options(course: therapy.Course) -> filling.Options:
    """What can be chosen in fields whose options come from elsewhere in the therapy, by their source."""
    sources = {
        item.options_from
        for exercise in course.plan.exercises.values()
        for item in exercise.fields
        if "." in item.options_from
    }
    if not sources:
        return {}
    named = {".".join(source.split(".")[:2]) for source in sources}
    latest: dict[str, filling.Values] = {}
    rows = ExerciseEntry.current.filter(course_id=course.course_id, exercise__in=named).order_by(
        "happened_at"
    )
    for name, values in rows.values_list("exercise", "values"):
        latest[name] = values
    found = {source: _choices(source, course, latest) for source in sources}
    return {source: choices for source, choices in found.items() if choices}


def gates(
    viewer: Viewer, course: therapy.Course, exercise: Exercise, values: filling.Values, *, at: datetime
) -> tuple[Marked, ...]:
    """The gates these values open, with who must look how soon."""
    if not exercise.gates:
        return ()
    newest = (
        ExerciseEntry.current.filter(course_id=course.course_id, exercise=exercise.name, happened_at__lt=at)
        .order_by("-happened_at", "-pk")
        .values_list("happened_at", "values")[:60]
    )
    readings = CheckIn.current.filter(
        episode_id=course.episode_id, instrument="phq9", happened_at__lte=at, total__isnull=False
    )
    context = derive.Context(
        at=at,
        zone=patient.person(viewer, course.episode_id).zone,
        entries={exercise.name: _as_entries(list(newest)[::-1], exercise.name)},
        readings=tuple(readings.values_list("happened_at", "total")),
    )
    rules = gate_rules()
    now = derive.Entry(at=at, values=values, exercise=exercise.name)
    return tuple(
        Marked(
            field=raised.field,
            kind=raised.gate,
            level=rules[raised.gate].level,
            help_now=rules[raised.gate].help_at_once,
        )
        for raised in derive.gates(exercise, now, context)
    )


def known(
    viewer: Viewer, course: therapy.Course, *, names: Collection[str] | None = None
) -> Mapping[str, Sequence[derive.Entry]]:
    """What the viewer may see of each exercise, oldest first, as derived values are worked out from."""
    found: defaultdict[str, list[derive.Entry]] = defaultdict(list)
    for row in reversed(entries(viewer, course, names=names)):
        found[row.exercise].append(derive.Entry(at=row.at, values=row.values, exercise=row.exercise))
    return found


def _as_entries(rows: Collection[tuple[datetime, filling.Values]], name: str) -> list[derive.Entry]:
    return [derive.Entry(at=at, values=values, exercise=name) for at, values in rows]


def _choices(source: str, course: therapy.Course, latest: Mapping[str, filling.Values]) -> tuple[str, ...]:
    therapy_slug, name, *field = source.split(".")
    exercise = course.plan.exercises.get(f"{therapy_slug}.{name}")
    if exercise is None:
        weeks = course.plan.curriculum.weeks if course.plan.curriculum else ()
        return tuple(week.title for week in weeks)
    if not field:
        return next((item.options for item in exercise.fields if item.type == "multichoice"), ())
    rows = latest.get(exercise.name, {}).get(field[0], [])
    chosen = [next((str(value) for value in row.values()), "") for row in rows]
    column = next((c for item in exercise.fields if item.slug == field[0] for c in item.columns), None)
    return tuple(dict.fromkeys(one for one in chosen if one)) or (column.options if column else ())


def _row(
    row: ExerciseEntry,
    course: therapy.Course,
    as_whom: sight.Reader,
    shown: Mapping[str, frozenset[str]],
    *,
    author: bool,
    looked: bool,
    together: bool = False,
) -> EntryRow | None:
    exercise = course.plan.exercises.get(row.exercise)
    if exercise is None:
        return None
    mine = row.by_therapist == (as_whom is sight.Reader.THERAPIST)
    to_reader = shown.get(AUDIENCES[as_whom], frozenset())
    values = sight.visible(
        exercise,
        row.values,
        reader=as_whom,
        by_therapist=row.by_therapist,
        author=author,
        shown=to_reader,
        together=together,
    )
    if not values.keys() - {sight.SHARE} and row.values.keys() - {sight.SHARE} and not (mine and author):
        return None
    return EntryRow(
        thread=row.thread,
        uid=row.uid,
        course_id=row.course_id,
        exercise=row.exercise,
        at=row.happened_at,
        values=values,
        hidden=len(row.values) - len(values),
        outcome=row.outcome,
        obstacle=row.obstacle,
        by_therapist=row.by_therapist,
        mine=mine,
        looked_at_together=looked,
        shown_to=frozenset(audience for audience, fields in shown.items() if fields),
        waits=_waits(exercise, row),
    )


def _waits(exercise: Exercise, row: ExerciseEntry) -> bool:
    """Whether a part that is filled in after the event is still empty."""
    if row.outcome == ExerciseEntry.Outcome.NOT_THIS_TIME:
        return False
    later = [item.slug for item in exercise.fields if item.later]
    return bool(later) and not any(slug in row.values for slug in later)


def _shown(threads: Collection[uuid.UUID]) -> defaultdict[uuid.UUID, dict[str, frozenset[str]]]:
    """For each entry and audience the fields shown to it now; "" stands for the whole entry."""
    newest: dict[tuple[uuid.UUID, str, str], bool] = {}
    for thread, audience, field, shown in (
        EntryShare.objects.filter(thread__in=threads)
        .order_by("at", "pk")
        .values_list("thread", "audience", "field", "shown")
    ):
        newest[thread, audience, field] = shown
    found: defaultdict[uuid.UUID, dict[str, frozenset[str]]] = defaultdict(dict)
    for (thread, audience, field), shown in newest.items():
        if shown:
            found[thread][audience] = found[thread].get(audience, frozenset()) | {field}
    return found


def _draft(row: ExerciseDraft) -> DraftRow:
    return DraftRow(
        uid=row.pk,
        course_id=row.course_id,
        exercise=row.exercise,
        values=row.values,
        low_energy=row.low_energy,
        revision=row.revision,
        continues=row.continues.thread if row.continues else None,
        saved_at=row.saved_at,
    )
