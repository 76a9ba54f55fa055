"""Records kept elsewhere are brought in as planned by `care.import_plan`: whole or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import alerts, audit, courses, infusions, therapy
from holdfast.care.caseload import NOTHING_TO_DO
from holdfast.care.import_entries import NewPerson, Plan, PlannedCheckIn, PlannedInfusion, PlannedSession
from holdfast.errors import Conflict
from holdfast.pathway.limits import SiteLimits
from holdfast.pathway.stage import Stage
from holdfast.records.models import (
    CaseloadEntry,
    CheckIn,
    Clinic,
    Episode,
    Patient,
    PatientDetails,
    TherapyCourse,
)
from holdfast.records.queries import site_limits

Row = TypeVar("Row")

CHUNK = 500
"""Rows written or asked for at once: enough to be quick, few enough for SQLite and for a small machine."""


def bring_in(plan: Plan, *, by: Viewer, at: datetime) -> tuple[int, ...]:
    """Write what was planned, refused entries left out; gives the episodes that were added to.

    One transaction, with the rules, alerts and trail of the verbs that record one fact at a time. No statistics:
    the outlooks of those episodes are renewed afterwards. Errors: `Conflict` when the record changed since the plan
    was made.
    """
    require(by, Permission.IMPORT_RECORDS)
    try:
        with transaction.atomic():
            episodes = {**plan.before.episodes, **_enrolled(plan.people, by=by, at=at)}
            added_to = {person: episodes[person] for person in plan.persons}
            _keep_check_ins(plan.check_ins, added_to, by=by, at=at)
            _keep_infusions(plan.infusions, added_to, by=by, at=at)
            _keep_sessions(plan.sessions, added_to, by=by, at=at)
            if added_to:
                _note(plan, by=by, at=at)
    except IntegrityError as error:
        raise Conflict(
            "the record changed while this was prepared; nothing was written, try again"
        ) from error
    return tuple(sorted(added_to.values()))


def _enrolled(people: Sequence[NewPerson], *, by: Viewer, at: datetime) -> dict[str, int]:
    """As `patients.keep` under their codes, many at once; gives their episodes."""
    recorded = {"recorded_at": at, "recorded_by_id": by.account_id}
    zone = Clinic.objects.values_list("zone", flat=True).get(pk=by.clinic_id)
    episodes: dict[str, int] = {}
    for chunk in _chunks(people):
        found = Patient.objects.bulk_create(
            Patient(clinic_id=by.clinic_id, code=person.code, **recorded) for person in chunk
        )
        PatientDetails.objects.bulk_create(
            PatientDetails(
                patient=patient, name=patient.code, zone=zone, happened_at=person.started_at, **recorded
            )
            for patient, person in zip(found, chunk, strict=True)
        )
        begun = Episode.objects.bulk_create(
            Episode(
                patient=patient,
                started_at=person.started_at,
                primary_instrument=person.instrument,
                **recorded,
            )
            for patient, person in zip(found, chunk, strict=True)
        )
        audit.note_all(
            [audit.Entry("patient enrolled", "episode", episode.pk) for episode in begun], by=by, at=at
        )
        _list_in_caseload(begun, at=at)
        episodes |= {person.code: episode.pk for person, episode in zip(chunk, begun, strict=True)}
    return episodes


def _list_in_caseload(episodes: Sequence[Episode], *, at: datetime) -> None:
    """Put new people on the list at once: an alert of theirs must be seen before their first outlook is made."""
    CaseloadEntry.objects.bulk_create(
        CaseloadEntry(
            episode=episode,
            clinic_id=episode.patient.clinic_id,
            patient=episode.patient,
            name=episode.patient.code,
            code=episode.patient.code,
            search_text=f"{episode.patient.code} {episode.patient.code}".lower(),
            stage=Stage.REFERRED.value,
            urgency=NOTHING_TO_DO,
            since=at,
            updated_at=at,
        )
        for episode in episodes
    )


def _keep_check_ins(
    check_ins: Sequence[PlannedCheckIn], episodes: Mapping[str, int], *, by: Viewer, at: datetime
) -> None:
    """As `checkins.keep`, many at once. H-001: answers and their alerts in one transaction, before any statistics."""
    for chunk in _chunks(check_ins):
        CheckIn.objects.bulk_create(_row(planned, episodes, by=by, at=at) for planned in chunk)
        for planned in chunk:
            if planned.scored.alerts:
                _raise_alerts(planned, episodes, by=by, at=at)
        audit.note_all([_submitted(planned, episodes) for planned in chunk], by=by, at=at)


def _row(planned: PlannedCheckIn, episodes: Mapping[str, int], *, by: Viewer, at: datetime) -> CheckIn:
    entry, scored = planned.entry, planned.scored
    return CheckIn(
        uid=planned.uid,
        episode_id=episodes[entry.person],
        instrument=entry.instrument,
        instrument_version=scored.version,
        answers=None if entry.answers is None else dict(entry.answers),
        total=scored.total,
        band=scored.band,
        complete=scored.complete,
        arrival=planned.arrived,
        source=CheckIn.Source.IMPORT,
        happened_at=entry.happened_at,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )


def _raise_alerts(planned: PlannedCheckIn, episodes: Mapping[str, int], *, by: Viewer, at: datetime) -> None:
    alerts.raise_for(
        planned.scored.alerts,
        episode=Episode.objects.select_related("patient").get(pk=episodes[planned.entry.person]),
        checkin_uid=planned.uid,
        instrument=planned.entry.instrument,
        by=by,
        at=at,
    )


def _submitted(planned: PlannedCheckIn, episodes: Mapping[str, int]) -> audit.Entry:
    return audit.Entry(
        "check-in submitted",
        subject="check-in",
        subject_id=str(planned.uid),
        detail={"episode": episodes[planned.entry.person]},
    )


def _keep_infusions(
    given: Sequence[PlannedInfusion], episodes: Mapping[str, int], *, by: Viewer, at: datetime
) -> None:
    limits = site_limits.of_clinic(by.clinic_id, treatment=infusions.DRUG) if given else SiteLimits()
    for planned in given:
        entry = planned.entry
        infusions.keep(
            Episode(pk=episodes[entry.person]),
            limits=limits,
            dose_mg_per_kg=entry.dose_mg_per_kg,
            dose_mg=entry.dose_mg,
            weight_kg=entry.weight_kg,
            happened_at=entry.happened_at,
            by=by,
            at=at,
            uid=planned.uid,
        )


def _keep_sessions(
    sessions: Sequence[PlannedSession], episodes: Mapping[str, int], *, by: Viewer, at: datetime
) -> None:
    opened = _newest_courses(sorted({episodes[planned.entry.person] for planned in sessions}))
    for planned in sessions:
        entry = planned.entry
        place = episodes[entry.person], entry.therapy
        if place not in opened:
            opened[place] = courses.keep(
                Episode(pk=place[0]), entry.therapy, started_at=entry.happened_at, by=by, at=at
            )
        therapy.keep_session(
            TherapyCourse(pk=opened[place], episode_id=place[0]),
            number=planned.number,
            attendance=entry.attendance,
            happened_at=entry.happened_at,
            by=by,
            at=at,
            uid=planned.uid,
        )


def _newest_courses(episode_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    newest: dict[tuple[int, str], int] = {}
    for chunk in _chunks(episode_ids):
        rows = TherapyCourse.objects.filter(episode_id__in=chunk).order_by("started_at", "pk")
        newest |= {
            (episode_id, slug): pk for episode_id, slug, pk in rows.values_list("episode_id", "therapy", "pk")
        }
    return newest


def _note(plan: Plan, *, by: Viewer, at: datetime) -> None:
    audit.note(
        "records imported", subject="clinic", subject_id=by.clinic_id, by=by, at=at,
        people=len(plan.people), check_ins=len(plan.check_ins), infusions=len(plan.infusions),
        sessions=len(plan.sessions), left_out=len(plan.refused),
    )  # fmt: skip


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
