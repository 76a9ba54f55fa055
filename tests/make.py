"""Makes what a test needs, through the verbs a clinic uses; plain functions, every default told here."""

import uuid
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from holdfast.access import Role, Viewer
from holdfast.care import (
    accounts,
    checkins,
    courses,
    group_meetings,
    groups,
    infusions,
    patients,
    rooms,
    therapy,
)
from holdfast.records.queries import groups as group_queries
from holdfast.records.queries import rooms as room_queries
from holdfast.records.queries import therapy as therapy_queries

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""A Monday afternoon; tests that need another moment say so."""

PASSWORD = "a long enough password"


def make_clinic(slug: str = "harbour", *, zone: str = "Europe/London") -> int:
    """A clinic with one crisis contact; gives its id."""
    return accounts.open_clinic(
        slug=slug,
        name=slug.title(),
        zone=zone,
        at=NOW - timedelta(days=400),
        crisis_contacts=[
            {"label": "Crisis line of the tests", "phone": "0000 000", "verified_on": "2026-02-01"}
        ],
    )


def make_account(
    role: Role,
    *,
    clinic_id: int,
    username: str = "",
    name: str = "",
    patient_id: int | None = None,
    email: str = "",
    zone: str | None = None,
) -> Viewer:
    """A log-in of that role, as the viewer it is."""
    username = username or f"{role.value}-{clinic_id}"
    return accounts.open_account(
        username=username,
        name=name or username.title(),
        role=role,
        clinic_id=clinic_id,
        password=PASSWORD,
        patient_id=patient_id,
        email=email,
        zone=zone,
        by=accounts.operator(clinic_id),
        at=NOW - timedelta(days=300),
    )


def make_episode(
    *,
    by: Viewer,
    code: str = "P-1",
    name: str = "Ada Example",
    started_at: datetime = NOW - timedelta(days=60),
    zone: str | None = None,
) -> int:
    """A person in care since `started_at`; gives the episode's id."""
    return patients.enrol(
        code=code, name=name, started_at=started_at, by=by, at=NOW - timedelta(days=50), zone=zone
    )


def make_infusion(episode_id: int, *, by: Viewer, happened_at: datetime, at: datetime = NOW) -> None:
    """The usual dose, 0.5 mg/kg at 70 kg."""
    infusions.record(
        episode_id, dose_mg=Decimal(35), weight_kg=Decimal(70), happened_at=happened_at, by=by, at=at
    )


def make_course(
    episode_id: int, *, by: Viewer, slug: str = "cbt", started_at: datetime = NOW - timedelta(days=20)
) -> int:
    """A therapy course; gives its id."""
    return courses.start(episode_id, slug, started_at=started_at, by=by, at=NOW)


def make_note(course_id: int, *, by: Viewer, at: datetime = NOW) -> uuid.UUID:
    """The next session of that course, held and signed with every point done; gives the session's uid."""
    rooms.open_room(course_id, by=by, at=at)
    row = room_queries.room(by, course_id)
    assert row is not None
    agenda = therapy_queries.course(by, course_id).plan.sessions[row.outline].agenda
    done = {item.slug: {"state": "done"} for item in agenda}
    words = {"happened": "Went through the week", "safety": "Asked; no thoughts of suicide"}
    return rooms.sign(course_id, rooms.Room(done, words, ()), revision=row.revision, by=by, at=at)


def phq9(*values: int | None) -> dict[str, int | None]:
    """PHQ-9 answers in order; one value alone is given to every item but the ninth, which is 0."""
    if len(values) == 1:
        values = (*values * 8, 0)
    return {f"q{number}": value for number, value in enumerate(values, start=1)}


def make_check_in(
    episode_id: int, *values: int | None, by: Viewer, at: datetime = NOW, happened_at: datetime | None = None
) -> uuid.UUID:
    """PHQ-9 answers (see `phq9`) recorded at `at`; gives the check-in's uid."""
    return checkins.submit(episode_id, "phq9", phq9(*values), by=by, at=at, happened_at=happened_at).uid


def make_session(
    course_id: int, *, by: Viewer, happened_at: datetime, number: int = 1, attendance: str = "attended"
) -> None:
    """A session of that course, recorded now."""
    therapy.record_session(
        course_id, number=number, attendance=attendance, happened_at=happened_at, by=by, at=NOW
    )


def group_plan(*, leader: Viewer, **changes: Any) -> groups.Plan:
    """A group on Tuesdays at 17:30 in a room, for eight, that opens when a module starts."""
    usual: dict[str, Any] = {
        "name": "Tuesday group",
        "mode": "modular",
        "capacity": 8,
        "leader_id": leader.account_id,
        "co_leader_id": None,
        "cover_id": None,
        "weekday": 1,
        "begins": time(17, 30),
        "channel": "in_person",
        "place": "Room 2",
    }
    return groups.Plan(**{**usual, **changes})


def make_group(*, by: Viewer, at: datetime = NOW - timedelta(days=45), **changes: Any) -> int:
    """A skills group that `by` leads (see `group_plan`); gives its id."""
    return groups.open_group(group_plan(leader=by, **changes), by=by, at=at)


def make_member(
    group_id: int,
    *,
    by: Viewer,
    code: str,
    shown_as: str,
    name: str = "",
    week: int = 1,
    track: str = "group",
    at: datetime = NOW - timedelta(days=40),
) -> int:
    """Someone new in care, in a DBT course, and in the group from that week on; gives the membership's id."""
    episode_id = make_episode(by=by, code=code, name=name or f"{shown_as} Example")
    course_id = courses.start(episode_id, "dbt", track=track, started_at=at, by=by, at=at)
    return groups.enrol(group_id, course_id, shown_as=shown_as, week=week, agreed=True, by=by, at=at)


def make_meeting(
    group_id: int,
    *,
    by: Viewer,
    at: datetime,
    week: int | None = None,
    summary: str = "We met the skill of the week and tried it in pairs.",
    rows: dict[int, group_meetings.Row] | None = None,
) -> uuid.UUID:
    """A meeting written down at `at`, when it was; all are there and well but for those of `rows`. Gives its uid."""
    group, uid = group_queries.one(by, group_id, at=at), uuid.uuid4()
    there = group_meetings.Row("present", leaving="ok")
    members = group.expected(at, place=len(group.taught))
    meeting = group_meetings.Meeting(
        week=week or group.upcoming.week,
        happened_at=at,
        leader_id=by.account_id,
        summary=summary,
        rows={one.member_id: (rows or {}).get(one.member_id, there) for one in members},
    )
    group_meetings.record(group_id, meeting, by=by, at=at, uid=uid)
    return uid
