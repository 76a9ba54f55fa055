"""The calendar of a clinic: infusions on its chairs, and the therapy of the same people and of whoever looks."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from holdfast.access import Permission, Viewer, require
from holdfast.pathway.infusion_plan import too_soon
from holdfast.records.models import (
    Account,
    Appointment,
    Chair,
    Clinic,
    CourseDecision,
    Episode,
    InfusionBooking,
    TherapySession,
)
from holdfast.records.queries import identity, scope
from holdfast.records.queries.infusion_courses import BookingRow, State, booking_rows

MOST = 300
"""Bookings shown at once; a day or a week of a clinic has far fewer."""

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Named:
    """Whose entry it is."""

    episode_id: int
    patient_id: int
    name: str
    code: str


@dataclass(frozen=True)
class InfusionEntry:
    """A booked infusion in the calendar."""

    person: Named
    treatment: str
    booking: BookingRow

    @property
    def starts_at(self) -> datetime:
        """When it is to begin."""
        return self.booking.starts_at


@dataclass(frozen=True)
class TherapyEntry:
    """A booked therapy session in the calendar; `too_soon` when it lies within a day after an infusion booked."""

    person: Named
    course_id: int
    uid: uuid.UUID
    starts_at: datetime
    minutes: int
    therapy: str
    therapist: str
    too_soon: bool

    @property
    def ends_at(self) -> datetime:
        """When it is to end."""
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Calendar:
    """Some days of a clinic, in its zone: the chairs, then infusions and sessions by their time.

    `chairs` are those in use and any other that is booked, by id. `left_out` is how many bookings more there are.
    """

    first: date
    days: int
    zone: str
    chairs: Mapping[int, str]
    infusions: tuple[InfusionEntry, ...]
    sessions: tuple[TherapyEntry, ...]
    left_out: int

    def day(self, at: datetime) -> date:
        """The day of the clinic."""
        return at.astimezone(ZoneInfo(self.zone)).date()


def of_days(viewer: Viewer, first: date, *, days: int) -> Calendar:
    """So many days of the viewer's clinic from a day on. A constant number of queries."""
    require(viewer, Permission.SEE_INFUSIONS)
    zone = Clinic.objects.values_list("zone", flat=True).get(pk=viewer.clinic_id)
    begins, ends = (
        datetime.combine(day, time(), tzinfo=ZoneInfo(zone)) for day in (first, first + days * DAY)
    )
    rows = InfusionBooking.current.filter(
        course__episode__in=scope.episodes(viewer), happened_at__gte=begins - DAY, happened_at__lt=ends + DAY
    ).select_related("course__episode__patient")
    kept = {row.uid: row for row in rows}
    bookings = booking_rows(rows)
    shown = [one for one in bookings if begins <= one.starts_at < ends]
    standing = [one for one in bookings if one.state is not State.CANCELLED]
    patients = {kept[one.uid].course.episode.patient_id for one in standing}
    sessions = _appointments(viewer, patients, begins, ends)
    names = _names(
        [*(row.course.episode for row in kept.values()), *(row.course.episode for row in sessions)]
    )
    given = [(kept[one.uid].course.episode.patient_id, one.starts_at) for one in standing]
    return Calendar(
        first=first,
        days=days,
        zone=zone,
        chairs=_chairs(viewer, {one.chair_id for one in shown if one.state is not State.CANCELLED}),
        infusions=tuple(
            InfusionEntry(names[kept[one.uid].course.episode_id], kept[one.uid].course.treatment, one)
            for one in shown[:MOST]
        ),
        sessions=_therapy(sessions, names, given),
        left_out=max(0, len(shown) - MOST),
    )


def _appointments(
    viewer: Viewer, patients: Collection[int], begins: datetime, ends: datetime
) -> list[Appointment]:
    """Sessions of these people and those the viewer holds, but for cancelled ones, soonest first."""
    off = TherapySession.current.filter(appointment=OuterRef("pk"), attendance__startswith="cancelled")
    decided = CourseDecision.current.filter(
        course=OuterRef("course"), kind=CourseDecision.Kind.THERAPIST, value=str(viewer.account_id)
    )
    mine = Q(course__therapist=viewer.account_id) | Q(Exists(decided))
    rows = Appointment.current.filter(
        mine | Q(course__episode__patient__in=patients),
        course__episode__in=scope.episodes(viewer),
        happened_at__gte=begins,
        happened_at__lt=ends,
    ).exclude(Exists(off))
    related = ("course__episode__patient", "course__therapist")
    return list(rows.select_related(*related).order_by("happened_at", "pk")[:MOST])


def _therapy(
    rows: Sequence[Appointment], names: Mapping[int, Named], given: Sequence[tuple[int, datetime]]
) -> tuple[TherapyEntry, ...]:
    therapists = _therapists({row.course_id for row in rows})
    found = []
    for row in rows:
        person = names[row.course.episode_id]
        first = row.course.therapist.name if row.course.therapist else ""
        own = [moment for patient_id, moment in given if patient_id == person.patient_id]
        found.append(
            TherapyEntry(
                person=person,
                course_id=row.course_id,
                uid=row.uid,
                starts_at=row.happened_at,
                minutes=row.minutes,
                therapy=row.course.therapy,
                therapist=therapists.get(row.course_id, first),
                too_soon=too_soon(row.happened_at, own),
            )
        )
    return tuple(found)


def _therapists(course_ids: Collection[int]) -> Mapping[int, str]:
    """Who holds a course now, where that was decided after its start."""
    decided = CourseDecision.current.filter(course__in=course_ids, kind=CourseDecision.Kind.THERAPIST)
    newest = dict(decided.order_by("happened_at", "pk").values_list("course", "value"))
    names = dict(
        Account.objects.filter(pk__in=[int(one) for one in newest.values()]).values_list("pk", "name")
    )
    return {course_id: names[int(account_id)] for course_id, account_id in newest.items()}


def _chairs(viewer: Viewer, booked: Collection[int]) -> Mapping[int, str]:
    rows = Chair.objects.filter(Q(is_active=True) | Q(pk__in=booked), clinic_id=viewer.clinic_id)
    return dict(rows.order_by("name").values_list("pk", "name"))


def _names(episodes: Iterable[Episode]) -> Mapping[int, Named]:
    """Whose each episode is, by its id. One query."""
    found = {one.pk: one for one in episodes}
    names = identity.names({one.patient_id for one in found.values()})
    return {
        pk: Named(pk, one.patient_id, names[one.patient_id], one.patient.code) for pk, one in found.items()
    }
