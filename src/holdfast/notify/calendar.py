"""A calendar file (RFC 5545) of appointments: what a calendar program reads when it is given an address."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from icalendar import CLASS, STATUS, Calendar, Event, vDuration

REFRESH: Final = timedelta(hours=1)
"""How often a program is asked to look again. Many look less often: a moved appointment is told in other ways too."""


@dataclass(frozen=True)
class Appointment:
    """One entry. `uid` stays through every move, `version` grows with each, `changed_at` is when the last was."""

    uid: uuid.UUID
    version: int
    changed_at: datetime
    starts_at: datetime
    minutes: int
    cancelled: bool
    title: str


def written(name: str, appointments: Iterable[Appointment]) -> bytes:
    """The file. Moments are in UTC, so that no program needs our table of time zones to show its own time.

    The same appointments give the same bytes: nothing in it says when it was read.
    """
    made = Calendar()
    for key, value in {"VERSION": "2.0", "PRODID": "-//Holdfast//Appointments//EN", "NAME": name}.items():
        made.add(key, value)
    made.add("X-WR-CALNAME", name)  # what most programs read in place of NAME
    made.add("REFRESH-INTERVAL", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    made.add("X-PUBLISHED-TTL", vDuration(REFRESH))  # what Outlook reads in place of it
    for one in appointments:
        made.add_component(_event(one))
    return bytes(made.to_ical())


def _event(one: Appointment) -> Event:
    return Event.new(
        uid=one.uid,
        sequence=one.version,
        stamp=one.changed_at.astimezone(UTC),
        last_modified=one.changed_at.astimezone(UTC),
        start=one.starts_at.astimezone(UTC),
        end=one.starts_at.astimezone(UTC) + timedelta(minutes=one.minutes),
        summary=one.title,
        status=STATUS.CANCELLED if one.cancelled else STATUS.CONFIRMED,
        classification=CLASS.PRIVATE,
    )
