"""Facts recorded one after the other without an outlook after each: for a job that renews outlooks once, at its end.

Rules, alerts and trail are those of the verbs that people use; only the statistics wait. Each takes the episode as
`scope.episode` gave it to someone of the clinic, which is asked once and not again for every fact.
"""

import uuid
from datetime import datetime
from decimal import Decimal

from holdfast import units
from holdfast.access import Permission, Role, Viewer, require
from holdfast.care import checkins, courses, infusions, therapy
from holdfast.instruments.loader import load
from holdfast.instruments.model import Answers
from holdfast.records.models import CheckIn, Episode, TherapyCourse
from holdfast.records.queries import site_limits


def check_in(
    episode: Episode,
    instrument: str,
    *,
    answers: Answers | None = None,
    total: int | None = None,
    happened_at: datetime,
    arrived: str,
    by: Viewer,
    at: datetime,
) -> None:
    """Keep answers, or a total, with the alerts they raise."""
    patient = by.role is Role.PATIENT
    require(by, Permission.ANSWER_CHECK_IN if patient else Permission.ENTER_SCORE)
    checkins.keep(
        episode,
        load(instrument),
        answers=answers,
        total=total,
        by=by,
        at=at,
        happened_at=happened_at,
        uid=uuid.uuid4(),
        source=CheckIn.Source.PATIENT if patient else CheckIn.Source.STAFF,
        arrived=arrived,
    )


def infusion(
    episode: Episode, *, dose_mg: Decimal, weight_kg: Decimal, happened_at: datetime, by: Viewer, at: datetime
) -> None:
    """Keep an infusion given. **Units**: mg, kg."""
    require(by, Permission.RECORD_INFUSION)
    infusions.keep(
        episode,
        limits=site_limits.of_clinic(by.clinic_id, treatment=infusions.DRUG),
        dose_mg=dose_mg,
        dose_mg_per_kg=units.dose_mg_per_kg(dose_mg=dose_mg, weight_kg=weight_kg),
        weight_kg=weight_kg,
        happened_at=happened_at,
        by=by,
        at=at,
        uid=uuid.uuid4(),
    )


def course(episode: Episode, slug: str, *, started_at: datetime, by: Viewer, at: datetime) -> TherapyCourse:
    """Open a course of a therapy."""
    require(by, Permission.RECORD_SESSION)
    pk = courses.keep(episode, slug, started_at=started_at, by=by, at=at)
    return TherapyCourse(pk=pk, episode=episode, therapy=slug)


def session(
    course: TherapyCourse,
    *,
    number: int,
    attendance: str,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    held: therapy.Held | None = None,
) -> None:
    """Keep what became of one session of a course opened here."""
    require(by, Permission.RECORD_SESSION)
    therapy.keep_session(
        course,
        number=number,
        attendance=attendance,
        happened_at=happened_at,
        by=by,
        at=at,
        uid=uuid.uuid4(),
        held=held,
    )
