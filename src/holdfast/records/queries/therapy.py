"""Courses of therapy: the protocol each runs on, what was held and booked, decided and given."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from holdfast.access import Permission, Role, Viewer, may
from holdfast.errors import NotFound
from holdfast.pathway.history import CourseFact
from holdfast.protocols.progress import Progress
from holdfast.protocols.therapy import Therapy
from holdfast.records.models import (
    Account,
    Appointment,
    CourseDecision,
    Practice,
    TherapyCourse,
    TherapySession,
)
from holdfast.records.queries import scope
from holdfast.records.queries.history import histories


@dataclass(frozen=True)
class Course:
    """A course of therapy with all that the engine needs to say where it stands."""

    course_id: int
    episode_id: int
    clinic_id: int
    fact: CourseFact
    therapist_id: int | None
    started_at: datetime

    @property
    def plan(self) -> Therapy:
        """The protocol it runs on."""
        return self.fact.protocol

    def progress(self, *, at: datetime) -> Progress:
        """Where it stands as of `at`."""
        return self.fact.progress(at=at)


@dataclass(frozen=True)
class BookedRow:
    """A session that is booked and has not been held."""

    uid: uuid.UUID
    course_id: int
    starts_at: datetime
    minutes: int
    channel: str
    link: str
    place: str
    booked_by: str


@dataclass(frozen=True)
class DecisionRow:
    """A decision about a course."""

    kind: str
    value: str
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True)
class GivenRow:
    """Practice that was given."""

    uid: uuid.UUID
    exercise: str
    dose: str
    optional: bool
    number: int
    given_at: datetime


def courses(viewer: Viewer) -> QuerySet[TherapyCourse]:
    """Courses of the episodes the viewer may open."""
    return TherapyCourse.objects.filter(episode__in=scope.episodes(viewer))


def course(viewer: Viewer, course_id: int) -> Course:
    """One course. Errors: `NotFound` when it is not the viewer's to open."""
    row = courses(viewer).filter(pk=course_id).values("episode_id").first()
    found = of_episode(viewer, row["episode_id"]) if row else ()
    for one in found:
        if one.course_id == course_id:
            return one
    raise NotFound("no such therapy course in your clinic")


def of_episode(viewer: Viewer, episode_id: int) -> tuple[Course, ...]:
    """The courses of an episode, oldest first."""
    episode = scope.episode(viewer, episode_id)
    facts = {int(fact.key): fact for fact in histories([episode.pk])[episode.pk].courses}
    rows = TherapyCourse.objects.filter(episode=episode).order_by("started_at", "pk")
    return tuple(
        Course(
            course_id=row.pk,
            episode_id=episode.pk,
            clinic_id=episode.patient.clinic_id,
            fact=facts[row.pk],
            therapist_id=_therapist(facts[row.pk], row.therapist_id),
            started_at=row.started_at,
        )
        for row in rows
    )


def running(viewer: Viewer, episode_id: int) -> Course | None:
    """The newest course of the episode that was not ended; None without one."""
    going = [one for one in of_episode(viewer, episode_id) if one.fact.ended is None]
    return going[-1] if going else None


def latest(viewer: Viewer, episode_id: int) -> Course | None:
    """The course that runs, else the one that ended last; None without any."""
    found = of_episode(viewer, episode_id)
    going = [one for one in found if one.fact.ended is None]
    return next(reversed(going or found), None)


def booked(viewer: Viewer, course_id: int) -> tuple[BookedRow, ...]:
    """Sessions booked and not yet held or cancelled, soonest first."""
    rows = (
        Appointment.current.filter(course__in=courses(viewer), course_id=course_id)
        .exclude(uid__in=_over(course_id))
        .order_by("happened_at", "pk")
        .select_related("recorded_by")
    )
    return tuple(
        BookedRow(
            uid=row.uid,
            course_id=row.course_id,
            starts_at=row.happened_at,
            minutes=row.minutes,
            channel=row.channel,
            link=row.link,
            place=row.place,
            booked_by=row.recorded_by.name,
        )
        for row in rows
    )


def next_booked(viewer: Viewer, course_id: int, *, at: datetime) -> BookedRow | None:
    """The session that is booked next, until it is over; None without one."""
    ahead = (one for one in booked(viewer, course_id) if one.starts_at + timedelta(minutes=one.minutes) > at)
    return next(ahead, None)


def decisions(viewer: Viewer, course_id: int) -> tuple[DecisionRow, ...]:
    """What was decided about a course, newest first."""
    rows = (
        CourseDecision.current.filter(course__in=courses(viewer), course_id=course_id)
        .select_related("recorded_by")
        .order_by("-happened_at", "-pk")
    )
    return tuple(
        DecisionRow(row.kind, row.value, row.reason, row.happened_at, row.recorded_by.name) for row in rows
    )


def given(viewer: Viewer, course_id: int) -> tuple[GivenRow, ...]:
    """Practice given in the newest session in which any was given: what there is to try now."""
    rows = Practice.objects.filter(course__in=courses(viewer), course_id=course_id)
    newest = rows.order_by("-given_at", "-pk").values_list("number", flat=True).first()
    current = rows.filter(number=newest).order_by("given_at", "pk") if newest is not None else rows.none()
    latest = {row.exercise: row for row in current}
    return tuple(
        GivenRow(row.uid, row.exercise, row.dose, row.optional, row.number, row.given_at)
        for row in latest.values()
    )


def therapists(viewer: Viewer) -> tuple[tuple[int, str], ...]:
    """Therapists of the viewer's clinic, by name: id and name."""
    if not may(viewer, Permission.BOOK_SESSION):
        return ()
    rows = Account.objects.filter(clinic_id=viewer.clinic_id, role=Role.THERAPIST, is_active=True)
    return tuple(rows.order_by("name").values_list("pk", "name"))


def _over(course_id: int) -> QuerySet[TherapySession]:
    """Bookings of which something became."""
    return TherapySession.current.filter(course_id=course_id, appointment__isnull=False).values_list(
        "appointment__uid", flat=True
    )


def _therapist(fact: CourseFact, first: int | None) -> int | None:
    named = [one.value for one in fact.decisions if one.kind == CourseDecision.Kind.THERAPIST]
    return int(named[-1]) if named else first
