"""Going on in spite of a rule, as it is signed: one row, whichever list the rule is on."""

import uuid
from datetime import datetime

from holdfast.access import Viewer
from holdfast.care import audit
from holdfast.records.models import EligibilityReview, InfusionVisit, Override


def keep(
    of: EligibilityReview | InfusionVisit,
    *,
    about: Override.About,
    criterion: str,
    reason: str,
    by: Viewer,
    at: datetime,
    uid: uuid.UUID,
) -> None:
    """Write the override of a review or a visit, with its line in the trail.

    For verbs that have checked who may sign and what speaks against it, in their transaction and under their lock.
    """
    belongs = {"review": of} if isinstance(of, EligibilityReview) else {"visit": of}
    Override.objects.create(
        uid=uid,
        episode_id=of.episode_id,
        about=about,
        criterion=criterion,
        reason=reason.strip(),
        happened_at=at,
        recorded_at=at,
        recorded_by_id=by.account_id,
        **belongs,
    )
    audit.note(
        "override signed",
        subject=next(iter(belongs)),
        subject_id=str(of.uid),
        by=by,
        at=at,
        about=about.value,
        criterion=criterion,
    )
