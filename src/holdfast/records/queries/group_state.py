"""A skills group as a plain value: its details, meetings and members, and what follows of them on a day."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import islice
from zoneinfo import ZoneInfo

from holdfast.errors import NotFound
from holdfast.protocols import group as weeks
from holdfast.protocols.therapy import Curriculum, Therapy, Week
from holdfast.records.models import GroupAttendance, GroupMemberEnd

THERE = frozenset(
    {GroupAttendance.State.PRESENT, GroupAttendance.State.LATE, GroupAttendance.State.LEFT_EARLY}
)
"""States in which a member met the week."""

PLACE_KEPT = timedelta(days=7)
"""How long after the day to come back the place of someone who paused is kept: one more meeting. Site default."""


@dataclass(frozen=True)
class Person:
    """A member of staff: id of the account, and name."""

    account_id: int
    name: str


@dataclass(frozen=True)
class Details:
    """Name, people and place of a group as they hold now; `uid` names this state of them."""

    uid: uuid.UUID
    name: str
    mode: weeks.Mode
    capacity: int
    leader: Person
    co_leader: Person | None
    cover: Person | None
    weekday: int
    begins: time
    channel: str
    place: str
    link: str

    @property
    def team(self) -> tuple[Person, ...]:
        """Who leads, leads too, or stands in."""
        return tuple(one for one in (self.leader, self.co_leader, self.cover) if one is not None)


@dataclass(frozen=True)
class Meeting:
    """A meeting as it was written down."""

    uid: uuid.UUID
    at: datetime
    week: int
    held: bool
    summary: str
    leader: Person


@dataclass(frozen=True)
class Member:
    """Someone who belongs or belonged to a group. `begins` counts the held meetings before their first.

    `visits` are those of the whole cycle, in whatever group.
    """

    member_id: int
    course_id: int
    episode_id: int
    name: str
    code: str
    shown_as: str
    clinician: str
    joined_at: datetime
    joined_week: int
    cycle: int
    agreed_at: datetime | None
    begins: int
    visits: tuple[weeks.Visit, ...]
    why: str
    back_on: date | None
    ended_at: datetime | None
    came_back: bool

    @property
    def active(self) -> bool:
        """Whether they belong to it now."""
        return self.ended_at is None

    def paused(self, *, today: date) -> bool:
        """Whether they pause and their place is kept."""
        if self.why != GroupMemberEnd.Why.PAUSED or self.came_back or self.back_on is None:
            return False
        return today <= self.back_on + PLACE_KEPT


@dataclass(frozen=True)
class Group:
    """A skills group as it stands on a day in its clinic."""

    group_id: int
    clinic_id: int
    zone: str
    today: date
    plan: Therapy
    details: Details
    meetings: tuple[Meeting, ...]
    members: tuple[Member, ...]

    @property
    def curriculum(self) -> Curriculum:
        """What it teaches. Errors: `NotFound` for a protocol without one, which no group is opened on."""
        if self.plan.curriculum is None:
            raise NotFound(f"{self.plan.name} has no curriculum for a group")
        return self.plan.curriculum

    @cached_property
    def taught(self) -> tuple[int, ...]:
        """Weeks of the held meetings, in their order."""
        return tuple(one.week for one in self.meetings if one.held)

    @property
    def upcoming(self) -> Week:
        """The week that is taught next."""
        return self.week(weeks.next_week(self.curriculum, self.taught))

    @property
    def latest(self) -> Week | None:
        """The week taught last, whose practice is looked at next; None before the first meeting."""
        return self.week(self.taught[-1]) if self.taught else None

    def week(self, number: int) -> Week:
        """A week of the curriculum. Errors: `NotFound`."""
        if not 1 <= number <= len(self.curriculum.weeks):
            raise NotFound(f"the curriculum has no week {number}")
        return self.curriculum.weeks[number - 1]

    @property
    def active(self) -> tuple[Member, ...]:
        """Members now, those who begin later included."""
        return tuple(one for one in self.members if one.active)

    @property
    def paused(self) -> tuple[Member, ...]:
        """Members who pause and whose place is kept."""
        return tuple(one for one in self.members if one.paused(today=self.today))

    @property
    def free(self) -> int:
        """Free places; those of people who pause are not."""
        return max(0, self.details.capacity - len(self.active) - len(self.paused))

    @property
    def join_week(self) -> int:
        """The week with which someone can begin soonest."""
        upcoming = self.upcoming.week
        return weeks.next_join(self.curriculum, self.details.mode, upcoming=upcoming)

    def new_at(self, week: int) -> tuple[int, int | None]:
        """How many join at the same time as someone who begins with that week, and how many may (None: any)."""
        begins = weeks.begins_at(self.curriculum, self.taught, after=len(self.taught), week=week)
        places = weeks.intake(self.curriculum, self.details.mode, week=week, begins=begins)
        new = sum(one.begins in places for one in self.members if one.active)
        return new, weeks.most_new(self.curriculum, places)

    def expected(self, at: datetime, *, place: int) -> tuple[Member, ...]:
        """Who belonged to the group at a meeting, the one with so many held before it."""
        return tuple(
            one
            for one in self.members
            if self.day(one.joined_at) <= self.day(at)
            and (one.ended_at is None or one.ended_at > at)
            and one.begins <= place
        )

    def day_of(self, week: int) -> date:
        """The day that week is taught next, if no meeting between is cancelled."""
        before = weeks.meetings_until(self.curriculum, week, upcoming=self.upcoming.week)
        return next(islice(self.days(), before, None))

    @property
    def next_on(self) -> date:
        """The day of the next meeting."""
        return next(self.days())

    def starts_at(self, day: date) -> datetime:
        """When a meeting on that day begins."""
        return datetime.combine(day, self.details.begins, tzinfo=ZoneInfo(self.zone))

    def standing(self, member: Member) -> weeks.Standing:
        """What the member has met, missed and lacks."""
        return weeks.standing(self.curriculum, member.visits)

    def as_if_written(self, at: datetime) -> "Group":
        """The group as it will stand once today's meeting, which is over, is written down as held; else as it is."""
        starts_at = self.starts_at(self.next_on)
        if starts_at + timedelta(minutes=self.curriculum.minutes) > at:
            return self
        over = Meeting(
            uid=self.details.uid,
            at=starts_at,
            week=self.upcoming.week,
            held=True,
            summary="",
            leader=self.details.leader,
        )
        return replace(self, meetings=(*self.meetings, over))

    def day(self, at: datetime) -> date:
        """The calendar day of a moment where the clinic is."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def days(self) -> Iterator[date]:
        """The days of the coming meetings, without those written down already. Endless."""
        written = {self.day(one.at) for one in self.meetings}
        return weeks.meeting_days(self.details.weekday, today=self.today, written=written)
