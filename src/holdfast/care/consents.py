"""Consent to a treatment is signed, and taken back."""

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.errors import Conflict, InvalidInput, Problem
from holdfast.records.models import Consent, Episode
from holdfast.records.queries import clinic, scope, site_limits


def sign(
    episode_id: int,
    *,
    treatment: str,
    form_version: str,
    expires_on: date | None = None,
    happened_at: datetime,
    note: str = "",
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Record that a consent form was signed. Without `expires_on` it holds as long as the site allows.

    Errors: `InvalidInput` for a form without a version, a moment in the future, or a last day before the signing or
    later than the site allows. Sending the same `uid` again records nothing new.
    """
    require(by, Permission.ASSESS_RESISTANCE)
    episode = scope.episode(by, episode_id)
    signed_on = happened_at.astimezone(ZoneInfo(clinic.zone(by.clinic_id))).date()
    valid_for = site_limits.of_clinic(by.clinic_id, treatment=treatment).threshold("consent_valid_for")
    latest = signed_on + valid_for.duration
    problems = []
    if not form_version.strip():
        problems.append(Problem("form", "has no version", "the version printed on the form, such as 2026-01"))
    if happened_at > at:
        problems.append(Problem("time", "lies in the future", "a moment that has passed"))
    if expires_on is not None and not signed_on <= expires_on <= latest:
        what = (
            "lies before the signing" if expires_on < signed_on else f"is later than {valid_for.words} allow"
        )
        problems.append(Problem("last day", what, f"{signed_on} to {latest}, or empty for the latest"))
    if problems:
        raise InvalidInput(*problems)
    fact = {"given": True, "form_version": form_version.strip(), "expires_on": expires_on or latest}
    _keep(episode, treatment, fact, note=note, happened_at=happened_at, by=by, at=at, uid=uid or uuid.uuid4())
    outlooks.refresh(episode.pk, at=at)


def take_back(
    episode_id: int,
    *,
    treatment: str,
    note: str,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Record that consent was taken back, or refused from the start. It holds no longer from then on.

    Errors: `InvalidInput` for an empty note or a moment in the future or before the newest consent; `Conflict` when
    it was taken back already. Sending the same `uid` again records nothing new.
    """
    require(by, Permission.ASSESS_RESISTANCE)
    episode = scope.episode(by, episode_id)
    uid = uid or uuid.uuid4()
    problems = []
    if not note.strip():
        problems.append(Problem("note", "is empty", "what they said, in a few words"))
    if happened_at > at:
        problems.append(Problem("time", "lies in the future", "a moment that has passed"))
    with transaction.atomic():
        # Locked, so that of two people who record the same words one is told.
        Episode.objects.select_for_update(no_key=True).get(pk=episode.pk)
        if Consent.objects.filter(uid=uid, episode=episode).exists():
            return
        rows = Consent.current.filter(episode=episode, treatment=treatment)
        newest = rows.order_by("-happened_at", "-pk").first()
        if newest is not None and not newest.given:
            raise Conflict("consent was taken back already")
        # H-026: one that lies before the signing would leave the consent standing.
        if newest is not None and happened_at < newest.happened_at:
            problems.append(Problem("time", "lies before the consent was signed", "a moment after it"))
        if problems:
            raise InvalidInput(*problems)
        _keep(episode, treatment, {"given": False}, note=note, happened_at=happened_at, by=by, at=at, uid=uid)
    outlooks.refresh(episode.pk, at=at)


def _keep(
    episode: Episode,
    treatment: str,
    fact: dict[str, object],
    *,
    note: str,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID,
) -> None:
    """Write the consent and its audit, once."""
    try:
        with transaction.atomic():
            row = Consent.objects.create(
                **fact,
                uid=uid,
                episode=episode,
                treatment=treatment,
                note=note.strip(),
                happened_at=happened_at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
            done = "consent signed" if row.given else "consent taken back"
            audit.note(done, subject="consent", subject_id=str(uid), by=by, at=at, episode=episode.pk)
    except IntegrityError:
        if not Consent.objects.filter(uid=uid, episode=episode).exists():
            raise
