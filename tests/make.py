"""Makes what a test needs, through the verbs a clinic uses; plain functions, every default told here."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from holdfast.access import Role, Viewer
from holdfast.care import accounts, checkins, infusions, patients, therapy

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
    return therapy.start_course(episode_id, slug, started_at=started_at, by=by, at=NOW)


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
