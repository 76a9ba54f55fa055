"""What the record of one person holds of a skills group: their own weeks, notes and coaching calls; nobody else's."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F

from holdfast.access import Permission, Viewer, require
from holdfast.protocols.group import Standing
from holdfast.protocols.therapy import Therapy, Week
from holdfast.records.models import CoachingCall, GroupAttendance, GroupMember, SkillsGroup
from holdfast.records.queries import groups, therapy
from holdfast.records.queries.protocols import plan


@dataclass(frozen=True)
class Belonging:
    """A person's membership as they and their clinician see it: the group, and themselves in it."""

    group: groups.Group
    member: groups.Member

    @property
    def standing(self) -> Standing:
        """What they have met, missed and lack."""
        return self.group.standing(self.member)


@dataclass(frozen=True)
class OwnNote:
    """One meeting in a person's own record: what was taught, and how it was for them."""

    uid: uuid.UUID
    at: datetime
    week: Week
    summary: str
    leader: str
    state: str
    homework: str
    obstacle: str
    leaving: str
    note: str


@dataclass(frozen=True)
class CallRow:
    """A coaching call."""

    uid: uuid.UUID
    at: datetime
    minutes: int
    about: str
    skill: str
    safety: bool
    by: str


@dataclass(frozen=True)
class OwnGroup:
    """A person's own group, for their eyes: when, where, what is taught and practised. Holds no other member."""

    day: date
    starts_at: datetime
    minutes: int
    channel: str
    place: str
    link: str
    led_by: tuple[str, ...]
    upcoming: Week
    latest: Week | None
    practice: str
    rules: tuple[str, ...]
    begun: bool
    back_on: date | None


def belonging(viewer: Viewer, episode_id: int, *, at: datetime) -> Belonging | None:
    """The newest membership of a person, while it runs, pauses, or after it ended; None without one."""
    require(viewer, Permission.LEAD_GROUP)
    courses = therapy.courses(viewer).filter(episode_id=episode_id).values_list("pk", flat=True)
    return _newest(viewer, list(courses), at=at)


def own(viewer: Viewer, *, at: datetime) -> OwnGroup | None:
    """The viewer's own group while they belong to it or pause; None without one.

    H-019: made of the group's own facts and the viewer's; no member but the viewer is in what it gives.
    """
    require(viewer, Permission.SEE_OWN_RECORD)
    courses = therapy.courses(viewer).values_list("pk", flat=True)
    found = _newest(viewer, list(courses), at=at)
    if found is None or not (found.member.active or found.member.paused(today=found.group.today)):
        return None
    group, member = found.group.as_if_written(at), found.member
    begun = member.begins <= len(group.taught)
    week = group.upcoming if begun else group.week(member.joined_week)
    day = group.day_of(week.week)
    latest = group.latest if begun and member.visits else None
    practice = group.plan.exercises.get(latest.practice) if latest else None
    return OwnGroup(
        day=day,
        starts_at=group.starts_at(day),
        minutes=group.curriculum.minutes,
        channel=group.details.channel,
        place=group.details.place,
        link=group.details.link,
        led_by=tuple(one.name for one in (group.details.leader, group.details.co_leader) if one),
        upcoming=week,
        latest=latest,
        practice=practice.title if practice else "",
        rules=group.curriculum.rules,
        begun=begun,
        back_on=None if member.active else member.back_on,
    )


def is_member(viewer: Viewer) -> bool:
    """Whether the viewer belongs to a skills group now."""
    require(viewer, Permission.SEE_OWN_RECORD)
    return GroupMember.objects.filter(course__in=therapy.courses(viewer), end__isnull=True).exists()


def notes(viewer: Viewer, episode_id: int) -> tuple[OwnNote, ...]:
    """A person's own group notes, newest first.

    H-019: read from the rows of that person alone; the summary they share names nobody.
    """
    require(viewer, Permission.GIVE_THERAPY)
    rows = (
        GroupAttendance.current.filter(member__course__in=therapy.courses(viewer))
        .filter(member__course__episode_id=episode_id)
        .select_related("meeting__leader")
        .annotate(taught_on=F("meeting__group__release__digest"))
    )
    return tuple(_note(row, plan(row.taught_on)) for row in rows.order_by("-happened_at", "-pk"))


def calls(viewer: Viewer, episode_id: int) -> tuple[CallRow, ...]:
    """Coaching calls with a person, newest first."""
    require(viewer, Permission.GIVE_THERAPY)
    rows = CoachingCall.current.filter(
        course__in=therapy.courses(viewer), course__episode_id=episode_id
    ).select_related("recorded_by")
    return tuple(
        CallRow(
            uid=row.uid,
            at=row.happened_at,
            minutes=row.minutes,
            about=row.about,
            skill=row.skill,
            safety=row.safety,
            by=row.recorded_by.name,
        )
        for row in rows.order_by("-happened_at", "-pk")
    )


def _note(row: GroupAttendance, taught_on: Therapy) -> OwnNote:
    weeks = taught_on.curriculum.weeks if taught_on.curriculum else ()
    return OwnNote(
        uid=row.uid,
        at=row.happened_at,
        week=weeks[row.meeting.week - 1],
        summary=row.meeting.summary,
        leader=row.meeting.leader.name,
        state=row.get_state_display(),
        homework=row.get_homework_display(),
        obstacle=row.get_obstacle_display(),
        leaving=row.get_leaving_display(),
        note=row.note,
    )


def _newest(viewer: Viewer, course_ids: list[int], *, at: datetime) -> Belonging | None:
    row = GroupMember.objects.filter(course_id__in=course_ids).order_by("-joined_at", "-pk").first()
    if row is None:
        return None
    (group,) = groups.load(SkillsGroup.objects.filter(pk=row.group_id, clinic_id=viewer.clinic_id), at=at)
    member = next(one for one in group.members if one.member_id == row.pk)
    return Belonging(group, member)
