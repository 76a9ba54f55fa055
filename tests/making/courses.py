"""Makes courses of infusions, chairs and bookings for tests, through the verbs a clinic uses."""

import uuid
from datetime import datetime, timedelta

from holdfast.access import Viewer
from holdfast.care import chairs, infusion_bookings, infusion_courses
from holdfast.records.queries import chairs as chair_rows
from tests import make


def make_course(
    episode_id: int,
    *,
    by: Viewer,
    treatment: str = "ketamine_iv",
    schedule: str = "twice_weekly",
    happened_at: datetime = make.NOW - timedelta(days=1),
    at: datetime = make.NOW,
) -> int:
    """A course of infusions agreed yesterday; gives its id."""
    return infusion_courses.begin(
        episode_id, treatment=treatment, schedule=schedule, happened_at=happened_at, by=by, at=at
    )


def make_chair(*, by: Viewer, name: str = "Chair 1", at: datetime = make.NOW) -> int:
    """A chair of the clinic of `by`; gives its id. The same name again gives the same chair."""
    known = {name: pk for pk, name in chair_rows.in_use(by)}
    return known.get(name) or chairs.open_chair(name, by=by, at=at)


def make_booking(
    course_id: int,
    *,
    by: Viewer,
    starts_at: datetime = make.NOW + timedelta(days=1),
    chair: str = "Chair 1",
    nurse_id: int | None = None,
    minutes: int | None = None,
    booster: bool = False,
    at: datetime = make.NOW,
) -> uuid.UUID:
    """A booked infusion, tomorrow, on the chair of that name, looked after by `by`; gives its uid."""
    return infusion_bookings.book(
        course_id,
        starts_at=starts_at,
        chair_id=make_chair(by=by, name=chair, at=at),
        nurse_id=nurse_id or by.account_id,
        minutes=minutes,
        booster=booster,
        by=by,
        at=at,
    )
