"""A patient's own infusions: what is booked next and what fell away, and how the past ones went."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from holdfast.access import Permission, Viewer, require
from holdfast.pathway.after_infusions import DayAfter, day_after
from holdfast.pathway.limits import SiteLimits
from holdfast.records.models import BookingCancellation, Discharge, InfusionBooking, InfusionCourse
from holdfast.records.queries import patient, scope, site_limits


@dataclass(frozen=True)
class ComingRow:
    """A booked infusion that lies ahead, or goes on."""

    treatment: str
    starts_at: datetime
    minutes: int
    place: str

    @property
    def ends_at(self) -> datetime:
        """Until when the place is kept."""
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class PastRow:
    """An infusion that was given, and what was told the day after; None where nothing was."""

    treatment: str
    at: datetime
    after: DayAfter | None


@dataclass(frozen=True)
class Own:
    """The person's own infusions.

    `treatment` is that of the next one, else of the newest course, else of the last infusion; empty without any.
    `fell_away` are cancelled ones that would still lie ahead. `past` is newest first.
    """

    treatment: str
    coming: tuple[ComingRow, ...]
    fell_away: tuple[ComingRow, ...]
    past: tuple[PastRow, ...]
    limits: SiteLimits | None


def own(viewer: Viewer, *, at: datetime) -> Own:
    """What the person may know of their own infusions. A fixed number of queries."""
    require(viewer, Permission.SEE_OWN_RECORD)
    episode_id = patient.own_episode_id(viewer)
    history = patient.history(viewer, episode_id).as_of(at)
    coming, fell_away = _booked(viewer, at=at)
    past = tuple(PastRow(one.drug, one.at, day_after(history, one)) for one in reversed(history.infusions))
    newest = InfusionCourse.current.filter(episode__in=scope.episodes(viewer)).order_by("-happened_at", "-pk")
    known = [
        *(one.treatment for one in coming),
        *newest.values_list("treatment", flat=True)[:1],
        *(one.treatment for one in past),
    ]
    treatment = next(iter(known), "")
    limits = site_limits.of_clinic(viewer.clinic_id, treatment=treatment) if treatment else None
    return Own(treatment, coming, fell_away, past, limits)


def _booked(viewer: Viewer, *, at: datetime) -> tuple[tuple[ComingRow, ...], tuple[ComingRow, ...]]:
    """What lies ahead, soonest first, and what was cancelled of it. One query."""
    # H-034: reached through the person's own episodes alone.
    rows = (
        InfusionBooking.current.filter(
            course__episode__in=scope.episodes(viewer), happened_at__gt=at - timedelta(days=1)
        )
        .annotate(
            cancelled=Exists(BookingCancellation.current.filter(booking=OuterRef("pk"))),
            gone_home=Exists(Discharge.current.filter(visit__booking=OuterRef("pk"))),
        )
        .filter(~Q(gone_home=True))
        .select_related("course", "chair")
        .order_by("happened_at", "pk")
    )
    ahead = [
        (ComingRow(row.course.treatment, row.happened_at, row.minutes, row.chair.name), row.cancelled)
        for row in rows
        if row.happened_at + timedelta(minutes=row.minutes) > at
    ]
    return (
        tuple(one for one, cancelled in ahead if not cancelled),
        tuple(one for one, cancelled in ahead if cancelled),
    )
