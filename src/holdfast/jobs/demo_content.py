"""Reads what therapy left in the records of the synthetic clinic, `demo_practice.toml`; its days count from today."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from holdfast.errors import DataFileError
from holdfast.jobs.demo_people import ZONE
from holdfast.protocols import loader
from holdfast.protocols.model import Part, Text

FILE: Final = Path(__file__).with_name("demo_practice.toml")

PLAN: Final = "shared.staying_safe"
"""The staying-safe plan, made in the preparation by therapist and person together."""

_RELATIVE: Final = "@"
"""Begins a value that is a day, or a day and a time, counted from today."""


class Entry(Part):
    """An exercise someone finished: on a day counted from today, or in the session of that number.

    Days in an entry of a session count from that session. `later` is what was filled in after the event; `shown` what a
    therapist wrote and the person may see.
    """

    exercise: Text
    day: int | None = None
    time: Text = "20:00"
    session: int | None = None
    by: Literal["patient", "therapist"] = "patient"
    outcome: Literal["done", "small", "not_this_time"] = "done"
    obstacle: str = ""
    values: Mapping[str, Any] = {}
    later: Mapping[str, Any] = {}
    later_day: int = 0
    later_time: Text = "20:00"
    shown: bool = False


class DiaryDay(Part):
    """One day of a diary; `kept` is when it was filled in, where that was later."""

    day: int
    values: tuple[Any, ...]
    more: Mapping[str, Any] = {}
    kept: str = ""


class Diary(Part):
    """An exercise of every day: a value for each column, and a line for each day that was filled in.

    `dated` says that the exercise has a field `day`.
    """

    exercise: Text
    time: Text
    dated: bool = False
    columns: tuple[Text, ...]
    days: tuple[DiaryDay, ...]

    def entries(self) -> Iterator[Entry]:
        """Each day as an entry of its own."""
        for one in self.days:
            values = dict(zip(self.columns, one.values, strict=True)) | dict(one.more)
            on = {"day": f"{_RELATIVE}{one.day}"} if self.dated else {}
            kept_day, _, kept_time = one.kept.removeprefix(_RELATIVE).partition(" ")
            yield Entry(
                exercise=self.exercise,
                day=int(kept_day or one.day),
                time=kept_time or self.time,
                values=on | values,
            )


class Note(Part):
    """A session that was held with its note; `moved` are points left for later, `also` practice given besides."""

    happened: Text
    safety: Text
    response: str = ""
    plan: str = ""
    addendum: str = ""
    variant: str = ""
    moved: Mapping[str, str] = {}
    also: tuple[Text, ...] = ()


class Booking(Part):
    """The next session: how and where they meet, and on which day."""

    channel: Text
    place: str = ""
    link: str = ""
    when: Literal["good", "late", "passed", "after_infusion"] = "good"


class Talk(Part):
    """A talk over which therapy to choose."""

    person: Mapping[str, int]
    clinician: Mapping[str, int] = {}
    chosen: Text
    why: Text


class Draft(Part):
    """An exercise begun and not finished."""

    exercise: Text
    values: Mapping[str, Any]


class Practised(Part):
    """What therapy left in the record of someone who can log in; `notes` by the number of the session."""

    private: Text
    booking: Booking
    notes: Mapping[int, Note]
    plan: Mapping[str, Any]
    entries: tuple[Entry, ...]
    talk: Talk | None = None
    draft: Draft | None = None
    diary: Diary | None = None

    @property
    def practice(self) -> tuple[Entry, ...]:
        """Every finished exercise, the days of a diary among them."""
        return (*self.entries, *(self.diary.entries() if self.diary else ()))


class Booked(Booking):
    """The next session of someone without a log-in."""

    code: Text


class Begun(Part):
    """A course that was opened a few days ago, before its first session."""

    code: Text
    therapy: Text


class Given(Part):
    """Practice given in every session, which nobody has done."""

    code: Text
    exercise: Text
    dose: str = ""


class Member(Part):
    """Someone in the skills group, and the week they began with."""

    code: Text
    calls: Text
    week: int = 1


class Meeting(Part):
    """A meeting of the group; `rows` by the name a member is called there, everyone else being there and well."""

    week: int
    held: bool = True
    summary: str = ""
    rows: Mapping[str, Mapping[str, str]] = {}


class Call(Part):
    """A coaching call."""

    code: Text
    day: int
    time: Text
    minutes: int
    about: Text
    skill: str = ""


class Group(Part):
    """The skills group."""

    name: Text
    place: Text
    members: tuple[Member, ...]
    meetings: tuple[Meeting, ...]
    call: Call


class Content(Part):
    """The whole file: people and talks by the code of the person."""

    people: Mapping[str, Practised]
    bookings: tuple[Booked, ...]
    courses: tuple[Begun, ...]
    practice: tuple[Given, ...]
    talks: Mapping[str, Talk]
    group: Group


@cache
def content() -> Content:
    """What the file holds. Errors: `DataFileError` naming file and key."""
    return loader.build(Content, loader.toml(FILE, FILE.name), FILE.name)


def refusal(key: str, error: Exception) -> DataFileError:
    """An entry of the file that the clinic's own verbs refuse, as an error that names it."""
    return DataFileError(file=FILE.name, key=key, what=str(error))


def moment(since: date, day: int, clock: str) -> datetime:
    """That time on a day counted from another, at the clinic; UTC."""
    on = since + timedelta(days=day)
    return datetime.combine(on, time.fromisoformat(clock), tzinfo=ZONE).astimezone(UTC)


def dated(value: Any, since: date) -> Any:
    """The value with every day that is counted from that one as the date it is."""
    if isinstance(value, Mapping):
        return {name: dated(one, since) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [dated(one, since) for one in value]
    if not (isinstance(value, str) and value.startswith(_RELATIVE)):
        return value
    day, _, clock = value.removeprefix(_RELATIVE).partition(" ")
    on = (since + timedelta(days=int(day))).isoformat()
    return f"{on}T{clock}" if clock else on
