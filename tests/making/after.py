"""Someone on a course of infusions, and what came after: given, spaced, reviewed for safety, booked."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from holdfast.access import Viewer
from holdfast.care import chairs, infusion_bookings, infusion_courses, safety_reviews, spacing
from holdfast.protocols.loader import infusions as protocol
from holdfast.records.models import Chair, Infusion
from holdfast.records.queries import patient
from tests import make

BEGUN = make.NOW - timedelta(days=40)
"""When courses of these tests were agreed."""

INDUCTION = (38, 35, 31, 28, 24, 21)
"""Days ago of a whole first course, twice a week."""


def make_infusion_course(
    episode_id: int, *, by: Viewer, treatment: str = "ketamine_iv", happened_at: datetime = BEGUN
) -> int:
    """A course on the first schedule of the treatment; gives its id."""
    schedule = protocol(treatment).schedules[0].slug
    return infusion_courses.begin(
        episode_id, treatment=treatment, schedule=schedule, happened_at=happened_at, by=by, at=happened_at
    )


def make_given(episode_id: int, *days_ago: float, by: Viewer, treatment: str = "ketamine_iv") -> None:
    """Infusions given so many days before now: 35 mg at 70 kg by weight, or 84 mg as a fixed dose."""
    for days in days_ago:
        happened_at = make.NOW - timedelta(days=days)
        if treatment == "ketamine_iv":
            make.make_infusion(episode_id, by=by, happened_at=happened_at, at=happened_at)
        else:
            Infusion.objects.create(
                episode_id=episode_id, drug=treatment, dose_mg=Decimal(84), happened_at=happened_at,
                recorded_at=happened_at, recorded_by_id=by.account_id,
            )  # fmt: skip


def make_scores(episode_id: int, scores: Sequence[tuple[float, int]], *, by: Viewer) -> None:
    """PHQ-9 answers, each of `(days ago, 0 to 3 for every item but the ninth)`: totals of 0, 8, 16 and 24."""
    for days, value in scores:
        happened_at = make.NOW - timedelta(days=days)
        make.make_check_in(episode_id, value, by=by, at=happened_at)


def make_spacing(
    course_id: int,
    *,
    episode_id: int,
    by: Viewer,
    at: datetime = make.NOW,
    choice: str = "hold",
    days: int | None = 14,
) -> uuid.UUID:
    """A decision on spacing beside the newest outlook; gives its uid."""
    uid, outlook = uuid.uuid4(), patient.outlook(by, episode_id)
    spacing.decide(
        course_id,
        choice=choice,
        days=days,
        reason="Relief has held so far",
        outlook_id=outlook.outlook_id if outlook else None,
        by=by,
        at=at,
        uid=uid,
    )
    return uid


def nothing_found(treatment: str = "ketamine_iv", **but: str) -> dict[str, dict[str, str]]:
    """Every topic of the safety review asked about and nothing found, but for those named."""
    topics = {one.slug: "none" for one in protocol(treatment).review_topics} | but
    return {topic: {"found": found, "note": ""} for topic, found in topics.items()}


def make_safety_review(
    episode_id: int, *, by: Viewer, at: datetime = make.NOW, treatment: str = "ketamine_iv", **found: str
) -> uuid.UUID:
    """A safety review that found nothing, but for the topics named; gives its uid."""
    uid = uuid.uuid4()
    safety_reviews.record(
        episode_id,
        treatment=treatment,
        findings=nothing_found(treatment, **found),
        action="Dipstick today" if "some" in found.values() else "",
        happened_at=at,
        by=by,
        at=at,
        uid=uid,
    )
    return uid


def make_booked(
    course_id: int, *, days: float, nurse: Viewer, by: Viewer, chair: str = "Chair 1", at: datetime = make.NOW
) -> uuid.UUID:
    """An infusion booked so many days from now, at 9:00 UTC; gives the booking's uid."""
    found = Chair.objects.filter(clinic_id=by.clinic_id, name=chair).values_list("pk", flat=True).first()
    chair_id = found or chairs.open_chair(chair, by=by, at=at)
    starts_at = (make.NOW + timedelta(days=days)).replace(hour=9)
    return infusion_bookings.book(
        course_id, starts_at=starts_at, chair_id=chair_id, nurse_id=nurse.account_id, by=by, at=at
    )
