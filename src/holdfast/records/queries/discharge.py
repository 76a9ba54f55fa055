"""Someone about to go home after a treatment: what the criteria are judged by, and how they left."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from holdfast.access import Viewer
from holdfast.pathway import discharge
from holdfast.pathway.discharge import Judged, Leaving, Reading, Signed
from holdfast.pathway.go_list import Escort
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.records.models import Alert, Appointment, Discharge, InfusionBooking, Override, TherapySession
from holdfast.records.queries import clinic, flow_sheet, visits
from holdfast.records.queries.flow_sheet import Sheet


@dataclass(frozen=True)
class Gone:
    """How someone left. `criteria` are as they stood then: slug to whether met, why, and who signed regardless."""

    uid: uuid.UUID
    at: datetime
    escort_name: str
    note: str
    let_go_by: str
    criteria: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Home:
    """A visit as someone leaves it; `next_contact` is in words, empty when nothing is booked.

    `alert_waits` while a safety alert of theirs has no answer.
    """

    sheet: Sheet
    escort: Escort | None
    overrides: Mapping[str, Signed]
    next_contact: str
    alert_waits: bool
    gone: Gone | None

    @property
    def protocol(self) -> InfusionProtocol:
        """The treatment's protocol."""
        return self.sheet.protocol

    @property
    def over(self) -> bool:
        """Whether the drug was given and has ended: only then is there anything to leave from."""
        return self.sheet.started_at is not None and self.sheet.end is not None

    def judged(
        self, answers: Mapping[str, str], *, at: datetime, escort_name: str = ""
    ) -> tuple[Judged, ...]:
        """Every criterion for leaving at that moment with these answers, with whoever came to take them home."""
        named = self.escort if self.escort and escort_name in ("", self.escort.name) else None
        leaving = Leaving(
            at=at,
            started_at=self.sheet.started_at,
            ended_at=self.sheet.end.at if self.sheet.end else None,
            readings=tuple(
                Reading(at=row.at, recorded_at=row.recorded_at, values=row.values, seen=not row.waits)
                for row in self.sheet.current
            ),
            answers=answers,
            overrides=self.overrides,
            escort=f"{named.name}, {named.phone}" if named else escort_name,
            next_contact=self.next_contact,
            alert_waits=self.alert_waits,
        )
        return discharge.judge(self.sheet.limits, leaving)


def home(viewer: Viewer, visit_uid: uuid.UUID, *, at: datetime) -> Home:
    """The visit as it stands; the same number of queries at any number of rows."""
    sheet = flow_sheet.sheet(viewer, visit_uid, at=at)
    return of_sheet(viewer, sheet, escort=visits.go_list(viewer, visit_uid, at=at).escort)


def of_sheet(viewer: Viewer, sheet: Sheet, *, escort: Escort | None) -> Home:
    """As `home`, for who has the sheet and the escort already."""
    return Home(
        sheet=sheet,
        escort=escort,
        overrides=_overrides(sheet.visit_uid),
        next_contact=next_contact(sheet.episode_id, zone=clinic.zone(viewer.clinic_id), at=sheet.at),
        alert_waits=Alert.objects.filter(episode=sheet.episode_id, acknowledgement__isnull=True).exists(),
        gone=_gone(sheet.visit_uid),
    )


def next_contact(episode_id: int, *, zone: str, at: datetime) -> str:
    """The next treatment or session that is booked, in words and the clinic's time; empty when there is none."""
    # H-028: a booking someone has come for is this visit, or another that is under way: it is nothing further.
    treatments = InfusionBooking.current.filter(
        course__episode_id=episode_id, happened_at__gt=at, visits__isnull=True
    )
    treatments = treatments.exclude(
        cancellations__replaced_by__isnull=True, cancellations__entered_in_error=False
    )
    held = TherapySession.current.filter(appointment__isnull=False).values("appointment")
    sessions = Appointment.current.filter(course__episode_id=episode_id, happened_at__gt=at)
    booked = [
        *(
            (row.happened_at, SiteLimits(row.course.treatment).protocol.given_as)
            for row in treatments.select_related("course").order_by("happened_at")[:1]
        ),
        *(
            (row.happened_at, "therapy session")
            for row in sessions.exclude(pk__in=held).order_by("happened_at")[:1]
        ),
    ]
    if not booked:
        return ""
    first, what = min(booked)
    return f"{what} on {first.astimezone(ZoneInfo(zone)):%-d %b %Y at %H:%M}"


def _overrides(visit_uid: uuid.UUID) -> dict[str, Signed]:
    """The newest override of each criterion."""
    rows = Override.current.filter(visit__uid=visit_uid, about=Override.About.DISCHARGE)
    return {
        row.criterion: Signed(by=row.recorded_by.name, reason=row.reason, at=row.recorded_at)
        for row in rows.select_related("recorded_by").order_by("happened_at", "pk")
    }


def _gone(visit_uid: uuid.UUID) -> Gone | None:
    row = Discharge.current.filter(visit__uid=visit_uid).select_related("recorded_by").first()
    if row is None:
        return None
    return Gone(
        uid=row.uid,
        at=row.happened_at,
        escort_name=row.escort_name,
        note=row.note,
        let_go_by=row.recorded_by.name,
        criteria=row.criteria,
    )
