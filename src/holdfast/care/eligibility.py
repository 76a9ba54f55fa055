"""Exclusions and cautions are looked at one by one, and a prescriber signs for going on in spite of one.

What was entered in error here (a review, a consent, a weight) is withdrawn; the row stays as it was.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, corrections, outlooks, overrides
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.pathway.eligibility import ANSWERS, Answer
from holdfast.protocols.infusion import Criterion
from holdfast.protocols.loader import infusions
from holdfast.records.models import BodyMeasure, Consent, EligibilityReview, Episode, Override
from holdfast.records.queries import scope

KINDS: Mapping[str, Any] = {"review": EligibilityReview, "consent": Consent, "weight": BodyMeasure}
"""What can be withdrawn here."""


def review(
    episode_id: int,
    *,
    treatment: str,
    found: Mapping[str, str],
    note: str = "",
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> uuid.UUID:
    """Keep what was found for each criterion, by its slug, and give the review's uid.

    A criterion that is left out counts as not looked at. What was signed for an earlier review does not carry over.
    Errors: `InvalidInput` for criteria or answers that are not known, none at all, or a moment in the future. Sending
    the same `uid` again keeps nothing new.
    """
    require(by, Permission.ASSESS_RESISTANCE)
    episode = scope.episode(by, episode_id)
    uid = uid or uuid.uuid4()
    problems = _misread(found, criteria=infusions(treatment).criteria)
    if happened_at > at:
        problems.append(Problem("time", "lies in the future", "a moment that has passed"))
    if problems:
        raise InvalidInput(*problems)
    try:
        with transaction.atomic():
            EligibilityReview.objects.create(
                uid=uid,
                episode=episode,
                treatment=treatment,
                found=dict(found),
                note=note.strip(),
                happened_at=happened_at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
            subject = {"subject": "eligibility", "subject_id": str(uid)}
            audit.note("eligibility reviewed", **subject, by=by, at=at, episode=episode.pk)
    except IntegrityError:
        if not EligibilityReview.objects.filter(uid=uid, episode=episode).exists():
            raise
    outlooks.refresh(episode.pk, at=at)
    return uid


def override(
    review_uid: uuid.UUID,
    *,
    criterion: str,
    reason: str,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Sign, as a prescriber, for going on in spite of an exclusion that the newest review found.

    Errors: `InvalidInput` for an empty reason, or a criterion that is no exclusion found present; `Conflict` when it is
    signed for already, or a newer review has been made. Sending the same `uid` again signs nothing new.
    """
    require(by, Permission.ORDER_INFUSION)
    row = EligibilityReview.current.filter(uid=review_uid).select_related("episode").first()
    if row is None:
        raise NotFound("no such review, or it was withdrawn since you opened it")
    episode = scope.episode(by, row.episode_id)
    uid = uid or uuid.uuid4()
    problems = (
        [] if reason.strip() else [Problem("reason", "is empty", "why the gain outweighs it, in words")]
    )
    exclusions = {one.slug for one in infusions(row.treatment).criteria if one.kind == "exclusion"}
    if criterion not in exclusions or row.found.get(criterion) != Answer.PRESENT:
        problems.append(Problem("criterion", f"{criterion!r} was not found", "an exclusion that is present"))
    if problems:
        raise InvalidInput(*problems)
    with transaction.atomic():
        # Locked, so that an exclusion is signed for once, and of the review that holds.
        Episode.objects.select_for_update(no_key=True).get(pk=episode.pk)
        if Override.objects.filter(uid=uid, review=row).exists():
            return
        _refuse_past(row, criterion)
        about = Override.About.ELIGIBILITY
        overrides.keep(row, about=about, criterion=criterion, reason=reason, by=by, at=at, uid=uid)
    outlooks.refresh(episode.pk, at=at)


def withdraw(kind: str, uid: uuid.UUID, *, reason: str, by: Viewer, at: datetime) -> None:
    """Mark a review, consent or weight as entered in error, with the reason; the one before it holds again.

    Errors: `InvalidInput` without a reason; `NotFound` when there is none; `Conflict` when someone else was first.
    """
    require(by, Permission.ASSESS_RESISTANCE)
    if kind not in KINDS:
        raise NotFound(f"{kind!r} cannot be withdrawn here; one of {', '.join(KINDS)} can")
    row = KINDS[kind].current.filter(uid=uid).first()
    if row is None:
        raise NotFound(f"no such {kind}, or it was withdrawn since you opened it")
    episode = scope.episode(by, row.episode_id)
    with transaction.atomic():
        corrections.replace(row, changes={"entered_in_error": True}, reason=reason, by=by, at=at)
        audit.note("entered in error", subject=kind, subject_id=str(uid), by=by, at=at, episode=episode.pk)
    outlooks.refresh(episode.pk, at=at)


def _misread(found: Mapping[str, str], *, criteria: tuple[Criterion, ...]) -> list[Problem]:
    known = {one.slug for one in criteria}
    problems = [
        Problem(slug, f"{answer!r} is no answer", " or ".join(ANSWERS))
        for slug, answer in found.items()
        if slug in known and answer not in ANSWERS
    ]
    problems += [
        Problem(slug, "is not a criterion of this treatment", ", ".join(sorted(known)))
        for slug in found
        if slug not in known
    ]
    if not found:
        problems.append(Problem("criteria", "were not looked at", "an answer for each"))
    return problems


def _refuse_past(row: EligibilityReview, criterion: str) -> None:
    of_it = EligibilityReview.current.filter(episode_id=row.episode_id, treatment=row.treatment)
    if of_it.order_by("-happened_at", "-pk").values_list("pk", flat=True).first() != row.pk:
        raise Conflict("a newer review has been made; look at what it found")
    if Override.current.filter(review=row, criterion=criterion).exists():
        raise Conflict("someone has signed for this already")
