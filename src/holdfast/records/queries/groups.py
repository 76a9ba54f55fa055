"""Skills groups of the viewer's clinic: where each stands in its curriculum, who belongs to it, what they lack."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from holdfast.access import Permission, Viewer, may
from holdfast.errors import NotFound
from holdfast.protocols import group as weeks
from holdfast.protocols.therapy import Therapy
from holdfast.records.models import (
    Account,
    CourseDecision,
    GroupAttendance,
    GroupDetails,
    GroupMeeting,
    GroupMember,
    GroupMemberEnd,
    SkillsGroup,
)
from holdfast.records.queries import identity
from holdfast.records.queries.group_state import THERE, Details, Group, Meeting, Member, Person
from holdfast.records.queries.protocols import plan

__all__ = [
    "THERE",
    "Details",
    "Group",
    "Meeting",
    "Member",
    "Person",
    "load",
    "of_clinic",
    "one",
    "rows_of",
    "visible",
    "with_meeting",
]


def visible(viewer: Viewer) -> QuerySet[SkillsGroup]:
    """Groups the viewer may open: those of their clinic, for those who may lead one."""
    if not may(viewer, Permission.LEAD_GROUP):
        return SkillsGroup.objects.none()
    return SkillsGroup.objects.filter(clinic_id=viewer.clinic_id)


def of_clinic(viewer: Viewer, *, at: datetime) -> tuple[Group, ...]:
    """The groups of the viewer's clinic, by the day and hour they meet. The same queries for one as for many."""
    found = load(visible(viewer), at=at)
    return tuple(sorted(found, key=lambda one: (one.details.weekday, one.details.begins, one.group_id)))


def one(viewer: Viewer, group_id: int, *, at: datetime) -> Group:
    """One group. Errors: `NotFound` when it is not of the viewer's clinic."""
    found = load(visible(viewer).filter(pk=group_id), at=at)
    if not found:
        raise NotFound("no such group in your clinic")
    return found[0]


def with_meeting(viewer: Viewer, uid: uuid.UUID, *, at: datetime) -> tuple[Group, Meeting]:
    """A meeting as it holds now, with its group. Errors: `NotFound`, also for one that was corrected meanwhile."""
    row = GroupMeeting.current.filter(uid=uid, group__in=visible(viewer)).first()
    if row is None:
        raise NotFound("no such meeting in your clinic, or it was corrected since you opened it")
    group = one(viewer, row.group_id, at=at)
    return group, next(meeting for meeting in group.meetings if meeting.uid == uid)


def rows_of(viewer: Viewer, uid: uuid.UUID) -> Mapping[int, GroupAttendance]:
    """The rows of a meeting by membership, as they hold now, for the form that corrects them."""
    rows = GroupAttendance.current.filter(meeting__uid=uid, meeting__group__in=visible(viewer))
    return {row.member_id: row for row in rows}


def load(groups: QuerySet[SkillsGroup], *, at: datetime) -> tuple[Group, ...]:
    """Groups with their members and meetings; callers have judged them visible. Eight queries, however many."""
    rows = list(groups.select_related("release", "clinic").defer("release__content").order_by("pk"))
    ids = [row.pk for row in rows]
    details, meetings = _details(ids), _meetings(ids)
    members = _members(ids, meetings, {row.pk: plan(row.release.digest) for row in rows})
    return tuple(
        Group(
            group_id=row.pk,
            clinic_id=row.clinic_id,
            zone=row.clinic.zone,
            today=at.astimezone(ZoneInfo(row.clinic.zone)).date(),
            plan=plan(row.release.digest),
            details=details[row.pk],
            meetings=tuple(meetings[row.pk]),
            members=tuple(members[row.pk]),
        )
        for row in rows
    )


def _details(ids: Collection[int]) -> Mapping[int, Details]:
    rows = GroupDetails.current.filter(group_id__in=ids).select_related("leader", "co_leader", "cover")
    return {
        row.group_id: Details(
            uid=row.uid,
            name=row.name,
            mode=row.mode,
            capacity=row.capacity,
            leader=Person(row.leader_id, row.leader.name),
            co_leader=_person(row.co_leader),
            cover=_person(row.cover),
            weekday=row.weekday,
            begins=row.begins,
            channel=row.channel,
            place=row.place,
            link=row.link,
        )
        for row in rows
    }


def _person(account: Account | None) -> Person | None:
    return Person(account.pk, account.name) if account else None


def _meetings(ids: Collection[int]) -> defaultdict[int, list[Meeting]]:
    found: defaultdict[int, list[Meeting]] = defaultdict(list)
    rows = GroupMeeting.current.filter(group_id__in=ids).select_related("leader")
    for row in rows.order_by("happened_at", "pk"):
        leader = Person(row.leader_id, row.leader.name)
        found[row.group_id].append(Meeting(row.uid, row.happened_at, row.week, row.held, row.summary, leader))
    return found


def _members(
    ids: Collection[int], meetings: Mapping[int, Sequence[Meeting]], plans: Mapping[int, Therapy]
) -> defaultdict[int, list[Member]]:
    rows = list(
        GroupMember.objects.filter(group_id__in=ids)
        .select_related("end", "course__episode__patient")
        .order_by("joined_at", "pk")
    )
    courses = {row.course_id for row in rows}
    names = identity.names({row.course.episode.patient_id for row in rows})
    visits, clinicians = _visits(courses), _clinicians(rows)
    newest = {row.course_id: row.pk for row in rows}
    found: defaultdict[int, list[Member]] = defaultdict(list)
    for row in rows:
        held = [one for one in meetings.get(row.group_id, ()) if one.held]
        end: GroupMemberEnd | None = getattr(row, "end", None)
        found[row.group_id].append(
            Member(
                member_id=row.pk,
                course_id=row.course_id,
                episode_id=row.course.episode_id,
                name=names.get(row.course.episode.patient_id, ""),
                code=row.course.episode.patient.code,
                shown_as=row.shown_as,
                clinician=clinicians.get(row.course_id, ""),
                joined_at=row.joined_at,
                joined_week=row.joined_week,
                cycle=row.cycle,
                agreed_at=row.agreed_at,
                begins=_begins(plans[row.group_id], held, row),
                visits=tuple(visits[row.course_id, row.cycle]),
                why=end.why if end else "",
                back_on=end.back_on if end else None,
                ended_at=end.ended_at if end else None,
                came_back=newest[row.course_id] != row.pk,
            )
        )
    return found


def _begins(therapy: Therapy, held: Sequence[Meeting], row: GroupMember) -> int:
    if therapy.curriculum is None:
        return len(held)
    after = sum(one.at < row.joined_at for one in held)
    taught = [one.week for one in held]
    return weeks.begins_at(therapy.curriculum, taught, after=after, week=row.joined_week)


def _visits(course_ids: Collection[int]) -> defaultdict[tuple[int, int], list[weeks.Visit]]:
    found: defaultdict[tuple[int, int], list[weeks.Visit]] = defaultdict(list)
    rows = GroupAttendance.current.filter(member__course_id__in=course_ids).order_by("happened_at", "pk")
    for course_id, cycle, week, state in rows.values_list(
        "member__course_id", "member__cycle", "meeting__week", "state"
    ):
        found[course_id, cycle].append(weeks.Visit(week, there=state in THERE))
    return found


def _clinicians(rows: Sequence[GroupMember]) -> Mapping[int, str]:
    """Name of the therapist of each course, as decided last; a course without one is left out."""
    named = {row.course_id: row.course.therapist_id for row in rows if row.course.therapist_id is not None}
    changed = CourseDecision.current.filter(course_id__in=named, kind=CourseDecision.Kind.THERAPIST)
    for course_id, value in changed.order_by("happened_at", "pk").values_list("course_id", "value"):
        named[course_id] = int(value)
    names = dict(Account.objects.filter(pk__in=set(named.values())).values_list("pk", "name"))
    return {course_id: names[pk] for course_id, pk in named.items() if pk in names}
