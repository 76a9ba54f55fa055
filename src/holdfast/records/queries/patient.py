"""One person's record: who they are, their facts on one timeline, and the outlook as last made."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from holdfast.access import Permission, Viewer, require
from holdfast.errors import NotFound
from holdfast.forecast.ahead import Forecast
from holdfast.pathway.history import History
from holdfast.pathway.next_steps import Suggestion
from holdfast.records.models import (
    CheckIn,
    CheckInDraft,
    Clinic,
    Infusion,
    Outlook,
    TherapyCourse,
    TherapySession,
)
from holdfast.records.queries import identity, scope
from holdfast.records.queries.history import histories


@dataclass(frozen=True)
class Person:
    """Whose record it is, and which episode."""

    episode_id: int
    patient_id: int
    code: str
    name: str
    born_on: date | None
    zone: str
    started_at: datetime
    instrument: str


@dataclass(frozen=True)
class CheckInRow:
    """A check-in on the timeline; `total` is None when items are missing."""

    uid: uuid.UUID
    at: datetime
    instrument: str
    total: int | None
    band: str
    complete: bool
    arrival: str
    source: str
    recorded_by: str
    kind: str = "check-in"


@dataclass(frozen=True)
class InfusionRow:
    """An infusion on the timeline."""

    uid: uuid.UUID
    at: datetime
    drug: str
    dose_mg: Decimal | None
    dose_mg_per_kg: Decimal | None
    weight_kg: Decimal | None
    recorded_by: str
    kind: str = "infusion"


@dataclass(frozen=True)
class SessionRow:
    """A therapy session on the timeline."""

    uid: uuid.UUID
    at: datetime
    therapy: str
    number: int
    attendance: str
    recorded_by: str
    kind: str = "session"


@dataclass(frozen=True)
class WithdrawnRow:
    """An entry that was withdrawn or replaced: still readable, no longer counted."""

    uid: uuid.UUID
    at: datetime
    kind: str
    was: str
    reason: str
    corrected_by: str
    corrected_at: datetime


@dataclass(frozen=True)
class CourseRow:
    """A course of therapy that can be added to."""

    course_id: int
    therapy: str
    protocol_version: str
    started_at: datetime


@dataclass(frozen=True)
class OutlookRow:
    """The outlook as last made and shown."""

    outlook_id: int
    made_at: datetime
    stage: str
    forecast: Forecast | None
    failure: str
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True)
class DraftRow:
    """A check-in begun but not sent; an item that was not reached yet is not among the answers."""

    uid: uuid.UUID
    instrument: str
    answers: dict[str, int | None]
    started_at: datetime


def person(viewer: Viewer, episode_id: int) -> Person:
    """Who the episode is about; `NotFound` when it is not the viewer's to open."""
    episode = scope.episode(viewer, episode_id)
    details = identity.details(episode.patient_id)
    if details is None:
        raise NotFound("this patient has no details on record")
    return Person(
        episode_id=episode.pk,
        patient_id=episode.patient_id,
        code=episode.patient.code,
        name=details.name,
        born_on=details.born_on,
        zone=details.zone,
        started_at=episode.started_at,
        instrument=episode.primary_instrument,
    )


def own_episode_id(viewer: Viewer) -> int:
    """The patient's own newest episode."""
    require(viewer, Permission.SEE_OWN_RECORD)
    pk = scope.episodes(viewer).order_by("-started_at").values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound("you have no care with us at present")
    return pk


def history(viewer: Viewer, episode_id: int) -> History:
    """The facts of an episode as the pathway reads them."""
    pk = scope.episode(viewer, episode_id).pk
    return histories([pk])[pk]


def timeline(viewer: Viewer, episode_id: int) -> tuple[CheckInRow | InfusionRow | SessionRow, ...]:
    """Everything that happened and still counts, newest first. Three queries."""
    pk = scope.episode(viewer, episode_id).pk
    sessions = TherapySession.current.filter(course__episode_id=pk).select_related("recorded_by", "course")
    rows: list[CheckInRow | InfusionRow | SessionRow] = [
        *(_check_in(row) for row in CheckIn.current.filter(episode_id=pk).select_related("recorded_by")),
        *(_infusion(row) for row in Infusion.current.filter(episode_id=pk).select_related("recorded_by")),
        *(_session(row) for row in sessions),
    ]
    return tuple(sorted(rows, key=lambda row: (row.at, str(row.uid)), reverse=True))


def withdrawn(viewer: Viewer, episode_id: int) -> tuple[WithdrawnRow, ...]:
    """Entries that were corrected, with who corrected them and why, newest first."""
    pk = scope.episode(viewer, episode_id).pk
    sources: tuple[tuple[str, Any, dict[str, int]], ...] = (
        ("check-in", CheckIn, {"episode_id": pk}),
        ("infusion", Infusion, {"episode_id": pk}),
        ("session", TherapySession, {"course__episode_id": pk}),
    )
    rows = [
        WithdrawnRow(
            uid=row.replaces.uid,
            at=row.replaces.happened_at,
            kind=kind,
            was=_was(row.replaces),
            reason=row.correction_reason,
            corrected_by=row.recorded_by.name,
            corrected_at=row.recorded_at,
        )
        for kind, model, condition in sources
        for row in model.objects.filter(replaces__isnull=False, **condition).select_related(
            "replaces", "recorded_by"
        )
    ]
    return tuple(sorted(rows, key=lambda row: row.corrected_at, reverse=True))


def courses(viewer: Viewer, episode_id: int) -> tuple[CourseRow, ...]:
    """Therapy courses of the episode, newest first."""
    pk = scope.episode(viewer, episode_id).pk
    return tuple(
        CourseRow(
            course_id=row.pk,
            therapy=row.therapy,
            protocol_version=row.protocol_version,
            started_at=row.started_at,
        )
        for row in TherapyCourse.objects.filter(episode_id=pk).order_by("-started_at", "-pk")
    )


def outlook(viewer: Viewer, episode_id: int) -> OutlookRow | None:
    """The outlook as last made, or None before the first."""
    pk = scope.episode(viewer, episode_id).pk
    row = Outlook.objects.filter(episode_id=pk).order_by("-made_at", "-pk").first()
    if row is None:
        return None
    return OutlookRow(
        outlook_id=row.pk,
        made_at=row.made_at,
        stage=row.stage,
        forecast=Forecast.from_json(row.forecast) if row.forecast else None,
        failure=row.forecast_failure,
        suggestions=tuple(Suggestion.from_json(suggestion) for suggestion in row.suggestions),
    )


def last_infusion(viewer: Viewer, episode_id: int) -> InfusionRow | None:
    """The newest infusion that still counts."""
    pk = scope.episode(viewer, episode_id).pk
    rows = (
        Infusion.current.filter(episode_id=pk).select_related("recorded_by").order_by("-happened_at", "-pk")
    )
    return next((_infusion(row) for row in rows[:1]), None)


def entry(
    viewer: Viewer, episode_id: int, kind: str, uid: uuid.UUID
) -> CheckInRow | InfusionRow | SessionRow:
    """One entry of the timeline that still counts; `NotFound` when it was corrected, or is another's."""
    pk = scope.episode(viewer, episode_id).pk
    sources: dict[str, tuple[Any, dict[str, int], Callable[[Any], CheckInRow | InfusionRow | SessionRow]]] = {
        "check-in": (CheckIn, {"episode_id": pk}, _check_in),
        "infusion": (Infusion, {"episode_id": pk}, _infusion),
        "session": (TherapySession, {"course__episode_id": pk}, _session),
    }
    if kind not in sources:
        raise NotFound(f"{kind!r} is not a kind of entry; {', '.join(sources)} are")
    model, condition, read = sources[kind]
    row = model.current.filter(uid=uid, **condition).select_related("recorded_by").first()
    if row is None:
        raise NotFound(f"no such {kind}, or it has been corrected since you opened it")
    return read(row)


def by_code(viewer: Viewer, code: str) -> Person | None:
    """Whom the viewer's clinic knows by that code, in their newest episode."""
    found = scope.episodes(viewer).filter(patient__code=code.strip()).order_by("-started_at", "-pk").first()
    return person(viewer, found.pk) if found else None


def drafts(viewer: Viewer, episode_id: int) -> tuple[DraftRow, ...]:
    """Check-ins of the episode that were begun but not sent, the newest first."""
    pk = scope.episode(viewer, episode_id).pk
    rows = CheckInDraft.objects.filter(episode_id=pk).order_by("-started_at", "pk")
    return tuple(_draft(row) for row in rows)


def draft(viewer: Viewer, draft_uid: uuid.UUID) -> DraftRow:
    """One unsent check-in of the viewer's own; `NotFound` when it is not theirs, or was sent."""
    row = CheckInDraft.objects.filter(pk=draft_uid, episode__in=scope.episodes(viewer)).first()
    if row is None:
        raise NotFound("this check-in was sent already, or was not begun")
    return _draft(row)


def draft_answers(viewer: Viewer, draft_uid: uuid.UUID) -> tuple[str, dict[str, int | None]]:
    """Instrument and answers so far of the viewer's own unsent check-in; `NotFound` when it is not theirs."""
    row = draft(viewer, draft_uid)
    return row.instrument, row.answers


def answer_hours(viewer: Viewer) -> tuple[int, ...]:
    """Hours in which someone of the viewer's clinic is to look at a marked answer, by its level from 1."""
    return tuple(Clinic.objects.values_list("alert_hours", flat=True).get(pk=viewer.clinic_id))


def check_in(viewer: Viewer, uid: uuid.UUID) -> CheckInRow:
    """One check-in the viewer may see."""
    row = (
        CheckIn.objects.filter(uid=uid, episode__in=scope.episodes(viewer))
        .select_related("recorded_by")
        .first()
    )
    if row is None:
        raise NotFound("no such check-in of yours")
    return _check_in(row)


def _draft(row: CheckInDraft) -> DraftRow:
    return DraftRow(uid=row.pk, instrument=row.instrument, answers=row.answers, started_at=row.started_at)


def _check_in(row: CheckIn) -> CheckInRow:
    return CheckInRow(
        uid=row.uid,
        at=row.happened_at,
        instrument=row.instrument,
        total=row.total,
        band=row.band,
        complete=row.complete,
        arrival=row.arrival,
        source=row.source,
        recorded_by=row.recorded_by.name,
    )


def _infusion(row: Infusion) -> InfusionRow:
    return InfusionRow(
        uid=row.uid,
        at=row.happened_at,
        drug=row.drug,
        dose_mg=row.dose_mg,
        dose_mg_per_kg=row.dose_mg_per_kg,
        weight_kg=row.weight_kg,
        recorded_by=row.recorded_by.name,
    )


def _session(row: TherapySession) -> SessionRow:
    return SessionRow(
        uid=row.uid,
        at=row.happened_at,
        therapy=row.course.therapy,
        number=row.number,
        attendance=row.attendance,
        recorded_by=row.recorded_by.name,
    )


def _was(row: CheckIn | Infusion | TherapySession) -> str:
    if isinstance(row, CheckIn):
        return f"{row.instrument} {'incomplete' if row.total is None else row.total}"
    if isinstance(row, Infusion):
        return f"{row.dose_mg} mg" if row.dose_mg_per_kg is None else f"{row.dose_mg_per_kg} mg/kg"
    return f"session {row.number}, {row.get_attendance_display()}"
