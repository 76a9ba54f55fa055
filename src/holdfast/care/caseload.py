"""Keeps the caseload list in step with the facts it is derived from."""

from collections.abc import Sequence
from datetime import datetime

from holdfast.instruments.loader import load
from holdfast.instruments.scoring import band_of
from holdfast.pathway.history import ATTENDED, History
from holdfast.pathway.next_steps import Suggestion
from holdfast.records.models import CaseloadEntry, Outlook, Patient, PatientDetails

NOTHING_TO_DO = 4
"""Urgency of an episode without a next step; sorts after every urgency of a suggestion."""

_RECENT = 12


def write(outlook: Outlook, *, history: History, suggestions: Sequence[Suggestion], at: datetime) -> None:
    """Write the episode's line from the outlook just made."""
    patient = Patient.objects.get(episode=outlook.episode_id)
    name = (
        PatientDetails.current.filter(patient=patient)
        .order_by("-happened_at", "-id")
        .values_list("name", flat=True)[0]
    )
    first = suggestions[0] if suggestions else None
    course = history.courses[-1] if history.courses else None
    open_alerts = len(history.open_alerts)
    CaseloadEntry.objects.update_or_create(
        episode_id=outlook.episode_id,
        defaults={
            "clinic_id": patient.clinic_id,
            "patient": patient,
            "name": name,
            "code": patient.code,
            "search_text": f"{name} {patient.code}".lower(),
            "stage": outlook.stage,
            "closed": history.closed_at is not None,
            "urgency": 0 if open_alerts else (first.urgency.value if first else NOTHING_TO_DO),
            "since": first.since if first else at,
            "next_step": first.title if first else "",
            "next_step_owner": first.owner.value if first else "",
            "open_alerts": open_alerts,
            "last_check_in_at": max(history.check_ins_at, default=None),
            "last_infusion_at": history.infusions[-1].at if history.infusions else None,
            "infusions": len(history.infusions),
            "therapy": course.therapy if course else "",
            "sessions_attended": sum(s.attendance == ATTENDED for s in course.sessions) if course else 0,
            "updated_at": at,
            **_scores(history),
        },
    )


def _scores(history: History) -> dict[str, object]:
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
