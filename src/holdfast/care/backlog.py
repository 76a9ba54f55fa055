"""Facts recorded one after the other without an outlook after each: for a job that renews the outlooks once, at its end.

Rules, alerts and trail are those of the verbs that people use; only the statistics wait.
"""

import uuid
from datetime import datetime
from decimal import Decimal

from holdfast import units
from holdfast.access import Permission, Role, Viewer, require
from holdfast.care import checkins, infusions, therapy
from holdfast.errors import NotFound
from holdfast.instruments.loader import load
from holdfast.instruments.model import Answers
from holdfast.records.models import CheckIn, TherapyCourse
from holdfast.records.queries import scope


def check_in(
    episode_id: int,
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
        scope.episode(by, episode_id),
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
    episode_id: int, *, dose_mg: Decimal, weight_kg: Decimal, happened_at: datetime, by: Viewer, at: datetime
) -> None:
    """Keep an infusion given. **Units**: mg, kg."""
    require(by, Permission.RECORD_INFUSION)
    infusions.keep(
        scope.episode(by, episode_id),
        dose_mg=dose_mg,
        dose_mg_per_kg=units.dose_mg_per_kg(dose_mg=dose_mg, weight_kg=weight_kg),
        weight_kg=weight_kg,
        happened_at=happened_at,
        by=by,
        at=at,
        uid=uuid.uuid4(),
    )


def course(episode_id: int, slug: str, *, started_at: datetime, by: Viewer, at: datetime) -> int:
    """Open a course of a therapy; gives its id."""
    require(by, Permission.RECORD_SESSION)
    return therapy.keep_course(scope.episode(by, episode_id), slug, started_at=started_at, by=by, at=at)


def session(
    course_id: int, *, number: int, attendance: str, happened_at: datetime, by: Viewer, at: datetime
) -> None:
    """Keep what became of one session."""
    require(by, Permission.RECORD_SESSION)
    row = TherapyCourse.objects.filter(pk=course_id, episode__in=scope.episodes(by)).first()
    if row is None:
        raise NotFound("no such therapy course in your clinic")
    therapy.keep_session(
        row, number=number, attendance=attendance, happened_at=happened_at, by=by, at=at, uid=uuid.uuid4()
    )
