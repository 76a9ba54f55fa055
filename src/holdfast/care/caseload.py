"""Keeps the caseload list in step with the facts it is derived from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from holdfast.instruments.loader import load
from holdfast.instruments.scoring import band_of
from holdfast.pathway.attendance import drifting
from holdfast.pathway.history import ATTENDED, History
from holdfast.pathway.next_steps import Suggestion
from holdfast.records.models import CaseloadEntry, Outlook, Patient
from holdfast.records.queries import identity

NOTHING_TO_DO = 4
"""Urgency of an episode without a next step; sorts after every urgency of a suggestion."""

_RECENT = 12

_WRITTEN = [field.name for field in CaseloadEntry._meta.fields if field.name not in {"episode", "looked_at"}]


@dataclass(frozen=True)
class Line:
    """What an episode's line is made from: the outlook just kept, the facts, and the next steps."""

    outlook: Outlook
    history: History
    suggestions: Sequence[Suggestion]


def write(lines: Sequence[Line], *, at: datetime) -> None:
    """Write the lines of these episodes."""
    people = _people([line.outlook.episode_id for line in lines])
    CaseloadEntry.objects.bulk_create(
        (_entry(line, *people[line.outlook.episode_id], at=at) for line in lines),
        update_conflicts=True,
        unique_fields=["episode"],
        update_fields=_WRITTEN,
    )


def note_looked_at(episode_ids: Sequence[int], *, at: datetime) -> None:
    """Note that the nightly run has looked whether these must be renewed."""
    CaseloadEntry.objects.filter(episode__in=episode_ids).update(looked_at=at)


def _people(episode_ids: Sequence[int]) -> Mapping[int, tuple[Patient, str]]:
    """Who each episode is about, by their current name."""
    patients = {
        pk: patient
        for patient in Patient.objects.filter(episode__in=episode_ids).prefetch_related("episode_set")
        for pk in (episode.pk for episode in patient.episode_set.all())
    }
    names = identity.names({patient.pk for patient in patients.values()})
    return {pk: (patient, names[patient.pk]) for pk, patient in patients.items()}


def _entry(line: Line, patient: Patient, name: str, *, at: datetime) -> CaseloadEntry:
    history = line.history
    first = line.suggestions[0] if line.suggestions else None
    course = history.course
    open_alerts = len(history.open_alerts)
    return CaseloadEntry(
        episode_id=line.outlook.episode_id,
        clinic_id=patient.clinic_id,
        patient=patient,
        name=name,
        code=patient.code,
        search_text=f"{name} {patient.code}".lower(),
        stage=line.outlook.stage,
        closed=history.closed_at is not None,
        urgency=0 if open_alerts else (first.urgency.value if first else NOTHING_TO_DO),
        since=first.since if first else at,
        next_step=first.title if first else "",
        next_step_owner=first.owner.value if first else "",
        open_alerts=open_alerts,
        last_check_in_at=max(history.check_ins_at, default=None),
        last_infusion_at=history.infusions[-1].at if history.infusions else None,
        infusions=len(history.infusions),
        therapy=course.therapy if course else "",
        sessions_attended=sum(s.attendance == ATTENDED for s in course.sessions) if course else 0,
        drifting=history.closed_at is None and drifting(history, at=at),
        updated_at=at,
        **_scores(history),
    )


def _scores(history: History) -> dict[str, Any]:
    """The newest scores of the primary instrument, or of the newest one used when that has none."""
    slugs = [reading.instrument for reading in history.readings]
    if not slugs:
        return {"instrument": "", "recent_scores": [], "band": ""}
    slug = history.instrument if history.instrument in slugs else slugs[-1]
    recent = [r for r in history.readings if r.instrument == slug][-_RECENT:]
    return {
        "instrument": slug,
        "recent_scores": [[r.at.isoformat(), r.total] for r in recent],
        "band": band_of(load(slug), recent[-1].total) or "",
    }
