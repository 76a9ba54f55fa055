"""The skills group of the synthetic clinic: opened, joined, its meetings written down, a call between them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from holdfast.care import coaching, courses, group_meetings, groups
from holdfast.errors import InvalidInput, NotFound
from holdfast.jobs import demo_content
from holdfast.jobs.demo_content import Meeting, Member, content, moment
from holdfast.jobs.demo_people import ZONE
from holdfast.jobs.demo_therapy import Step, Team
from holdfast.records.queries import groups as group_rows

TUESDAY: Final = 1
BEGINS: Final = time(17, 30)
LASTS: Final = timedelta(hours=2, minutes=15)
"""From the beginning of a meeting to when it is written down."""

PLACES: Final = 8
OPENED: Final = 5
JOINED: Final = 4
"""Days before the first meeting on which the group was opened, and before their own on which someone joined."""

THERAPY: Final = "dbt"
THERE: Final = group_meetings.Row("present", leaving="ok")


class GroupSteps:
    """Six meetings and one that was cancelled, on Tuesdays up to this week."""

    def __init__(self, team: Team, *, at: datetime) -> None:
        self.team, self.plan = team, content().group
        self.today = at.astimezone(ZONE).date()
        self.group_id = 0

    def steps(self) -> Iterator[Step]:
        """The life of the group so far."""
        days = self._days()
        yield moment(days[0], -OPENED, "09:00"), self._open
        for member in self.plan.members:
            first = next(day for day, one in zip(days, self.plan.meetings, strict=True) if _of(member, one))
            yield moment(first, -JOINED, "12:00"), partial(self._join, member)
        for day, meeting in zip(days, self.plan.meetings, strict=True):
            over = moment(day, 0, BEGINS.isoformat()) + (LASTS if meeting.held else -LASTS)
            yield over, partial(self._meet, meeting, day)
        call = self.plan.call
        yield moment(self.today, call.day, call.time), self._call

    def _days(self) -> list[date]:
        """The days of the meetings: every Tuesday up to the last one before today."""
        last = self.today - timedelta(days=(self.today.weekday() - TUESDAY - 1) % 7 + 1)
        return [last - timedelta(weeks=back) for back in range(len(self.plan.meetings))][::-1]

    def _open(self, at: datetime) -> None:
        bell = self.team.bell
        plan = groups.Plan(
            name=self.plan.name,
            mode="rolling",
            capacity=PLACES,
            leader_id=bell.account_id,
            co_leader_id=None,
            cover_id=None,
            weekday=TUESDAY,
            begins=BEGINS,
            channel="in_person",
            place=self.plan.place,
        )
        self.group_id = groups.open_group(plan, slug=THERAPY, by=bell, at=at)

    def _join(self, member: Member, at: datetime) -> None:
        """Into the group with the course of DBT they have; else with one that is held in the group alone."""
        known, bell = self.team.courses.get(member.code), self.team.bell
        if known is not None and known.therapy == THERAPY:
            course_id = known.pk
        else:
            episode_id = self.team.episodes[member.code].pk
            course_id = courses.start(episode_id, THERAPY, track="group", started_at=at, by=bell, at=at)
        groups.enrol(
            self.group_id, course_id, shown_as=member.calls, week=member.week, agreed=True, by=bell, at=at
        )

    def _meet(self, meeting: Meeting, day: date, at: datetime) -> None:
        bell, starts_at = self.team.bell, moment(day, 0, BEGINS.isoformat())
        group = group_rows.one(bell, self.group_id, at=at)
        members = group.expected(starts_at, place=len(group.taught)) if meeting.held else ()
        rows = {name: group_meetings.Row(**row) for name, row in meeting.rows.items()}
        kept = group_meetings.Meeting(
            week=meeting.week,
            happened_at=starts_at,
            leader_id=bell.account_id,
            held=meeting.held,
            summary=meeting.summary,
            rows={one.member_id: rows.pop(one.shown_as, THERE) for one in members},
        )
        try:
            group_meetings.record(self.group_id, kept, by=bell, at=at)
        except InvalidInput as error:
            raise demo_content.refusal(f"group.meetings, week {meeting.week}", error) from error
        if rows:
            strangers = NotFound(f"{', '.join(rows)} did not belong to the group then")
            raise demo_content.refusal(f"group.meetings, week {meeting.week}", strangers)

    def _call(self, at: datetime) -> None:
        call = self.plan.call
        coaching.record_call(
            self.team.courses[call.code].pk,
            minutes=call.minutes,
            about=call.about,
            skill=call.skill,
            happened_at=at - timedelta(minutes=call.minutes),
            by=self.team.bell,
            at=at,
        )


def _of(member: Member, meeting: Meeting) -> bool:
    return meeting.held and meeting.week == member.week
