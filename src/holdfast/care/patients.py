"""People come into care, are assessed, and leave it."""

import uuid
from datetime import date, datetime

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.care.accounts import known_zone
from holdfast.errors import Conflict, InvalidInput, Problem
from holdfast.instruments.loader import judging, load
from holdfast.records.models import Assessment, Clinic, Episode, EpisodeEnd, Patient, PatientDetails
from holdfast.records.queries import scope


def enrol(
    *,
    code: str,
    name: str,
    by: Viewer,
    at: datetime,
    started_at: datetime | None = None,
    born_on: date | None = None,
    zone: str | None = None,
    instrument: str = "phq9",
) -> int:
    """Take a person into care and open their episode; gives the episode's id.

    Errors: `InvalidInput` for an empty code or name, an unknown zone or an instrument that tells no response;
    `Conflict` when the clinic knows the code.
    """
    require(by, Permission.ENROL_PATIENT)
    episode_id = keep(
        code=code,
        name=name,
        by=by,
        at=at,
        started_at=started_at,
        born_on=born_on,
        zone=zone,
        instrument=instrument,
    )
    outlooks.refresh(episode_id, at=at)
    return episode_id


@transaction.atomic
def keep(
    *,
    code: str,
    name: str,
    by: Viewer,
    at: datetime,
    started_at: datetime | None,
    born_on: date | None,
    zone: str | None,
    instrument: str,
) -> int:
    """Write patient, details and episode; no statistics. For verbs that have checked the permission."""
    code, name = code.strip(), name.strip()
    problems = [
        Problem(field, "is empty", f"the patient's {field}")
        for field, value in (("code", code), ("name", name))
        if not value
    ]
    if started_at is not None and started_at > at:
        problems.append(Problem("start of care", "lies in the future", "a moment that has passed"))
    if load(instrument).slug not in judging():
        what = f"too little is known to judge a course on {load(instrument).name}"
        problems.append(Problem("instrument", what, "one of " + ", ".join(judging())))
    if problems:
        raise InvalidInput(*problems)
    try:
        with transaction.atomic():
            patient = Patient.objects.create(
                clinic_id=by.clinic_id, code=code, recorded_at=at, recorded_by_id=by.account_id
            )
    except IntegrityError as error:
        raise Conflict("a patient with this code is in this clinic already") from error
    begun = started_at or at
    PatientDetails.objects.create(
        patient=patient,
        name=name,
        born_on=born_on,
        zone=known_zone(zone or Clinic.objects.values_list("zone", flat=True).get(pk=by.clinic_id)),
        happened_at=begun,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )
    episode = Episode.objects.create(
        patient=patient,
        started_at=begun,
        primary_instrument=instrument,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )
    audit.note("patient enrolled", subject="episode", subject_id=episode.pk, by=by, at=at)
    return episode.pk


def assess(
    episode_id: int, *, treatment_resistant: bool, happened_at: datetime, by: Viewer, at: datetime
) -> None:
    """Record whether this is treatment-resistant depression; a later finding replaces an earlier one in effect."""
    require(by, Permission.DECIDE_SUGGESTION)
    episode = scope.episode(by, episode_id)
    with transaction.atomic():
        Assessment.objects.create(
            episode=episode,
            treatment_resistant=treatment_resistant,
            happened_at=happened_at,
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        audit.note("assessed", subject="episode", subject_id=episode.pk, by=by, at=at)
    outlooks.refresh(episode.pk, at=at)


def close(episode_id: int, *, reason: str, by: Viewer, at: datetime, uid: uuid.UUID | None = None) -> None:
    """Close the episode with a reason; it stays readable and can no longer be added to by check-ins that fall due."""
    require(by, Permission.DECIDE_SUGGESTION)
    episode = scope.episode(by, episode_id)
    if not reason.strip():
        raise InvalidInput(Problem("reason", "is empty", "why care ends, in a few words"))
    with transaction.atomic():
        # Locked, so that of two taps at the same moment the second is told that the first has closed it.
        Episode.objects.select_for_update().get(pk=episode.pk)
        if EpisodeEnd.current.filter(episode=episode).exists():
            raise Conflict("this episode is closed already")
        EpisodeEnd.objects.create(
            uid=uid or uuid.uuid4(),
            episode=episode,
            reason=reason.strip(),
            happened_at=at,
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        audit.note("episode closed", subject="episode", subject_id=episode.pk, by=by, at=at)
    outlooks.refresh(episode.pk, at=at)
