"""Check-ins: answers come in, are scored, kept with their alerts, and only then does anything statistical run."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Role, Viewer, require
from holdfast.care import alerts, audit, corrections, outlooks
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.instruments.loader import load
from holdfast.instruments.model import Instrument, Score
from holdfast.instruments.scoring import score, score_total
from holdfast.pathway.checkin_times import arrival
from holdfast.records.models import CheckIn, CheckInDraft, Episode
from holdfast.records.queries import scope
from holdfast.records.queries.history import histories

Answers = Mapping[str, int | None]

DRAFT_LASTS = timedelta(hours=24)
"""How long an unsent check-in can be gone on with. A convention of this project."""


@dataclass(frozen=True)
class Kept:
    """A check-in that is safely in the record; `help_now` when an answer in it calls for help at once."""

    uid: uuid.UUID
    score: Score
    help_now: bool


def submit(
    episode_id: int,
    instrument: str,
    answers: Answers,
    *,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
    happened_at: datetime | None = None,
) -> Kept:
    """Keep a patient's or staff member's answers, then renew the outlook.

    `uid` is made by the sender: the same one again gives what was kept the first time. A later `at` than
    `happened_at` makes it late or backfilled. Errors: `InvalidInput` for an unknown item or an answer outside its
    options; `NotFound` when the episode is not the viewer's; `Conflict` when `uid` names other answers.
    """
    require(by, Permission.ANSWER_CHECK_IN if by.role is Role.PATIENT else Permission.ENTER_SCORE)
    episode = scope.episode(by, episode_id)
    return _submit(
        episode, load(instrument), answers=answers, total=None, by=by, at=at, uid=uid, happened_at=happened_at
    )


def enter_score(
    episode_id: int,
    instrument: str,
    total: int,
    *,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
    happened_at: datetime | None = None,
) -> Kept:
    """Keep a total that a clinician rated or read off a paper form, then renew the outlook."""
    require(by, Permission.ENTER_SCORE)
    episode = scope.episode(by, episode_id)
    return _submit(
        episode, load(instrument), answers=None, total=total, by=by, at=at, uid=uid, happened_at=happened_at
    )


def keep(
    episode: Episode,
    instrument: Instrument,
    *,
    answers: Answers | None,
    total: int | None,
    by: Viewer,
    at: datetime,
    happened_at: datetime,
    uid: uuid.UUID,
    source: CheckIn.Source,
    arrived: str,
) -> Kept:
    """Write answer, alerts and audit in one transaction; no statistics. For verbs that have checked the permission."""
    result = score(instrument, answers) if answers is not None else score_total(instrument, _given(total))
    # H-001: the answer and its alerts are committed together, before anything that could fail or take time.
    with transaction.atomic():
        row = CheckIn.objects.create(
            uid=uid,
            episode=episode,
            instrument=instrument.slug,
            instrument_version=instrument.version,
            answers=dict(answers) if answers is not None else None,
            total=result.total,
            band=result.band or "",
            complete=result.complete,
            arrival=arrived,
            source=source,
            happened_at=happened_at,
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        alerts.raise_for(
            result.alerts, episode=episode, checkin_uid=uid, instrument=instrument.slug, by=by, at=at
        )
        audit.note(
            "check-in submitted",
            subject="check-in",
            subject_id=str(row.uid),
            by=by,
            at=at,
            episode=episode.pk,
        )
        CheckInDraft.objects.filter(pk=uid).delete()
    return Kept(uid=uid, score=result, help_now=bool(result.alerts))


def draft(episode_id: int, instrument: str, *, by: Viewer, at: datetime) -> uuid.UUID:
    """The viewer's unsent check-in of that instrument, begun now if there is none.

    One begun more than a day ago tells how that day was: it is kept as it stands, incomplete or not, and a new one
    begins.
    """
    require(by, Permission.ANSWER_CHECK_IN)
    episode = scope.episode(by, episode_id)
    old = CheckInDraft.objects.filter(
        episode=episode, instrument=instrument, started_at__lte=at - DRAFT_LASTS
    ).first()
    if old is not None and old.answers:
        submit(episode_id, instrument, old.answers, by=by, at=at, uid=old.pk, happened_at=old.started_at)
    elif old is not None:
        old.delete()
    row, _ = CheckInDraft.objects.get_or_create(
        episode=episode, instrument=load(instrument).slug, defaults={"started_at": at}
    )
    return row.pk


def answer(draft_uid: uuid.UUID, item: str, value: int | None, *, by: Viewer, at: datetime) -> bool:
    """Keep one answer of a draft (None: skipped) and give whether help must be shown before the next question.

    H-004: a marked answer raises its alert here, not when the whole form is sent: a person may stop half-way.
    """
    require(by, Permission.ANSWER_CHECK_IN)
    with transaction.atomic():
        row = CheckInDraft.objects.select_for_update().filter(pk=draft_uid).first()
        if row is None:
            raise NotFound("this check-in was sent already, or was not begun")
        episode = scope.episode(by, row.episode_id)
        instrument = load(row.instrument)
        marked = score(instrument, {item: value}).alerts
        row.answers = {**row.answers, item: value}
        row.save()
        alerts.raise_for(
            marked, episode=episode, checkin_uid=row.pk, instrument=instrument.slug, by=by, at=at
        )
    return bool(marked)


def send(draft_uid: uuid.UUID, *, by: Viewer, at: datetime) -> Kept:
    """Send a draft as it stands. Sent before: gives what was kept then."""
    row = CheckInDraft.objects.filter(pk=draft_uid).first()
    if row is None:
        sent = CheckIn.objects.filter(uid=draft_uid).first()
        if sent is None:
            raise NotFound("this check-in was not begun")
        scope.episode(by, sent.episode_id)
        return _as_kept(sent)
    return submit(row.episode_id, row.instrument, row.answers, by=by, at=at, uid=row.pk, happened_at=at)


def correct(uid: uuid.UUID, *, total: int, reason: str, by: Viewer, at: datetime) -> None:
    """Replace a check-in's total by the right one, with the reason; a total that is marked raises its alert."""
    require(by, Permission.ENTER_SCORE)
    row = CheckIn.current.filter(uid=uid).first()
    if row is None:
        raise NotFound("no such check-in, or it has been corrected since you opened it")
    episode = scope.episode(by, row.episode_id)
    result = score_total(load(row.instrument), total)
    changes = {"answers": None, "total": result.total, "band": result.band or "", "complete": True}
    with transaction.atomic():
        corrections.replace(row, changes=changes, reason=reason, by=by, at=at)
        # H-001: as when a score is kept, so a slip that is put right cannot hide what it should have raised.
        alerts.raise_for(
            result.alerts, episode=episode, checkin_uid=uid, instrument=row.instrument, by=by, at=at
        )
        audit.note("check-in corrected", subject="check-in", subject_id=str(uid), by=by, at=at)
    outlooks.refresh(row.episode_id, at=at)


def _submit(
    episode: Episode,
    instrument: Instrument,
    *,
    answers: Answers | None,
    total: int | None,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None,
    happened_at: datetime | None,
) -> Kept:
    happened_at = happened_at or at
    if happened_at > at:
        raise InvalidInput(Problem("date", "lies in the future", "a moment that has passed"))
    uid = uid or uuid.uuid4()
    if (before := CheckIn.objects.filter(uid=uid).first()) is not None:
        return _same_again(before, episode)
    history = histories([episode.pk])[episode.pk]
    try:
        kept = keep(
            episode,
            instrument,
            answers=answers,
            total=total,
            by=by,
            at=at,
            happened_at=happened_at,
            uid=uid,
            source=CheckIn.Source.PATIENT if by.role is Role.PATIENT else CheckIn.Source.STAFF,
            arrived=arrival(history, happened_at=happened_at, recorded_at=at),
        )
    except IntegrityError:
        # Two taps at the same moment: the first is kept, the second gives the same answer back.
        return _same_again(CheckIn.objects.get(uid=uid), episode)
    outlooks.refresh(episode.pk, at=at)
    return kept


def _same_again(row: CheckIn, episode: Episode) -> Kept:
    if row.episode_id != episode.pk:
        raise Conflict("this check-in was sent for someone else; begin a new one")
    return _as_kept(row)


def _as_kept(row: CheckIn) -> Kept:
    instrument = load(row.instrument)
    result = (
        score(instrument, row.answers)
        if row.answers is not None
        else score_total(instrument, _given(row.total))
    )
    return Kept(uid=row.uid, score=result, help_now=bool(result.alerts))


def _given(total: int | None) -> int:
    if total is None:
        raise InvalidInput(Problem("score", "is missing", "a whole number"))
    return total
