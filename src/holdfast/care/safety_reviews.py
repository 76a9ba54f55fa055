"""The safety review of a long course: each topic asked about, beside the exposure so far, and what follows."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import audit, outlooks
from holdfast.errors import InvalidInput, NotFound, Problem
from holdfast.pathway.exposure import Exposure
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import infusions
from holdfast.records.models import Episode, Infusion, InfusionCourse, SafetyReview
from holdfast.records.queries import after, scope

FOUND: Final = ("none", "some", "not_asked")
"""What may be found about a topic: nothing, something, or nobody asked."""

NOTE_AT_MOST: Final = 500
ACTION_AT_MOST: Final = 1000


def record(
    episode_id: int,
    *,
    treatment: str,
    findings: Mapping[str, Mapping[str, str]],
    action: str,
    happened_at: datetime,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID | None = None,
) -> None:
    """Keep a review: each topic of the protocol as `{found, note}`, and the exposure as of then. Sent twice, it counts
    once.

    Errors: `InvalidInput` naming each topic left out, and the action where something was found; `NotFound` for a
    treatment this person has not had.
    """
    require(by, Permission.ASSESS_RESISTANCE)
    episode = scope.episode(by, episode_id)
    uid = uid or uuid.uuid4()
    if _kept(uid, episode):
        return
    protocol = _had(episode, treatment)
    _refuse_unfit(protocol, findings, action=action.strip(), happened_at=happened_at, at=at)
    shown = after.exposure(by, episode_id, treatment=treatment, at=happened_at)
    try:
        with transaction.atomic():
            SafetyReview.objects.create(
                uid=uid,
                episode=episode,
                treatment=treatment,
                findings={
                    topic: {"found": one["found"], "note": one.get("note", "").strip()}
                    for topic, one in findings.items()
                },
                exposure=_stored(shown),
                action=action.strip(),
                happened_at=happened_at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
            audit.note(
                "safety review recorded",
                subject="episode",
                subject_id=episode.pk,
                by=by,
                at=at,
                treatment=treatment,
            )
    except IntegrityError:
        if not _kept(uid, episode):
            raise
    outlooks.refresh(episode.pk, at=at)


def _kept(uid: uuid.UUID, episode: Episode) -> bool:
    return SafetyReview.objects.filter(uid=uid, episode=episode).exists()


def _had(episode: Episode, treatment: str) -> InfusionProtocol:
    """The protocol of a treatment the person has had or has a course of."""
    rows = ({"drug": treatment}, Infusion), ({"treatment": treatment}, InfusionCourse)
    if not any(model.current.filter(episode=episode, **condition).exists() for condition, model in rows):
        raise NotFound("this person has not had this treatment")
    return infusions(treatment)


def _refuse_unfit(
    protocol: InfusionProtocol,
    findings: Mapping[str, Mapping[str, str]],
    *,
    action: str,
    happened_at: datetime,
    at: datetime,
) -> None:
    topics = {one.slug: one.name for one in protocol.review_topics}
    problems = [
        Problem(topic, "is no topic of this review", " or ".join(topics))
        for topic in findings
        if topic not in topics
    ]
    for topic in topics:
        one = findings.get(topic, {})
        if one.get("found") not in FOUND:
            problems.append(Problem(topic, "is not answered", " or ".join(FOUND)))
        if len(one.get("note", "")) > NOTE_AT_MOST:
            problems.append(Problem(topic, "has too long a note", f"at most {NOTE_AT_MOST} letters"))
    found = {one.get("found") for one in findings.values()}
    if found == {"not_asked"}:
        problems.append(Problem("topics", "nothing was asked", "at least one topic asked about"))
    if "some" in found and not action:
        problems.append(Problem("action", "is empty though something was found", "what follows from it"))
    if len(action) > ACTION_AT_MOST:
        problems.append(Problem("action", "is too long", f"at most {ACTION_AT_MOST} letters"))
    if happened_at > at:
        problems.append(Problem("time", "lies in the future", "a moment that has passed"))
    if problems:
        raise InvalidInput(*problems)


def _stored(shown: Exposure | None) -> dict[str, int | str]:
    """The exposure as it is kept: milligrams as text, so that they stay exact."""
    if shown is None:
        return {"mg": "0", "count": 0, "mg_of_year": "0", "count_of_year": 0}
    return {
        "mg": str(shown.in_all.mg),
        "count": shown.in_all.count,
        "mg_of_year": str(shown.recent.mg),
        "count_of_year": shown.recent.count,
    }
