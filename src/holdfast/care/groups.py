"""Skills groups: opened, changed, and joined, paused and left by their members."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction

from holdfast.access import Permission, Viewer, may, require
from holdfast.care import audit, corrections, courses
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.protocols.group import join_weeks
from holdfast.protocols.loader import therapies
from holdfast.protocols.therapy import Curriculum
from holdfast.records.models import (
    Account,
    Channel,
    EpisodeEnd,
    GroupDetails,
    GroupMember,
    GroupMemberEnd,
    SkillsGroup,
)
from holdfast.records.queries import groups, therapy

CHANGED = "changed"
"""Why details replace those before, when nothing was wrong with them."""

LONGEST_PAUSE = timedelta(days=84)
"""A pause has a day to come back within a set of skills or two; longer is leaving and joining anew. Site default."""

GRADUATED, LEFT, PAUSED = (why.value for why in GroupMemberEnd.Why)


@dataclass(frozen=True)
class Plan:
    """What a group is to be: its name among staff, when one may join, who leads it, when and where it meets."""

    name: str
    mode: str
    capacity: int
    leader_id: int
    co_leader_id: int | None
    cover_id: int | None
    weekday: int
    begins: time
    channel: str
    place: str = ""
    link: str = ""


def open_group(
    plan: Plan, *, slug: str = "dbt", by: Viewer, at: datetime, uid: uuid.UUID | None = None
) -> int:
    """Open a group on the therapy's curriculum as it is now; gives its id. The same `uid` again opens no other."""
    require(by, Permission.LEAD_GROUP)
    protocol = next((one for one in therapies() if one.slug == slug and one.curriculum is not None), None)
    if protocol is None or protocol.curriculum is None:
        raise NotFound(f"{slug!r} is no therapy with a curriculum for a group")
    uid = uid or uuid.uuid4()
    sent = GroupDetails.objects.filter(uid=uid, group__clinic_id=by.clinic_id).first()
    if sent is not None:
        return sent.group_id
    _refuse_unfit(plan, protocol.curriculum, clinic_id=by.clinic_id)
    try:
        with transaction.atomic():
            group = SkillsGroup.objects.create(
                clinic_id=by.clinic_id,
                release=courses.pinned(protocol, at=at),
                opened_at=at,
                opened_by_id=by.account_id,
            )
            GroupDetails.objects.create(
                uid=uid,
                group=group,
                **_columns(plan),
                happened_at=at,
                recorded_at=at,
                recorded_by_id=by.account_id,
            )
            audit.note("group opened", subject="group", subject_id=group.pk, by=by, at=at)
    except IntegrityError:
        return GroupDetails.objects.get(uid=uid, group__clinic_id=by.clinic_id).group_id
    return group.pk


def change(group_id: int, plan: Plan, *, seen: uuid.UUID, by: Viewer, at: datetime) -> None:
    """Change name, people, place or time of a group; the details before stay readable.

    Errors: `Conflict` when someone changed them since the state `seen`.
    """
    require(by, Permission.LEAD_GROUP)
    group = groups.one(by, group_id, at=at)
    _refuse_unfit(plan, group.curriculum, clinic_id=by.clinic_id)
    held = len(group.active) + len(group.paused)
    if plan.capacity < held:
        raise InvalidInput(
            Problem("capacity", "is less than the members there are", f"{held} or more, pauses counted in")
        )
    with transaction.atomic():
        row = GroupDetails.current.select_for_update(of=("self",)).filter(group_id=group_id, uid=seen).first()
        if row is None:
            raise Conflict("someone changed this group meanwhile; look at it again")
        corrections.replace(row, changes={**_columns(plan), "happened_at": at}, reason=CHANGED, by=by, at=at)
        audit.note("group changed", subject="group", subject_id=group_id, by=by, at=at)


def enrol(
    group_id: int,
    course_id: int,
    *,
    shown_as: str,
    week: int,
    agreed: bool,
    by: Viewer,
    at: datetime,
) -> int:
    """Take someone into a group from a week of its curriculum on; gives the id of the membership.

    Errors: `InvalidInput` naming all that stands against it; `Conflict` when they are in a group already.
    """
    require(by, Permission.LEAD_GROUP)
    course = therapy.course(by, course_id)
    with transaction.atomic():
        group = _locked(group_id, by=by, at=at)
        _refuse_twice(course, by=by, at=at)
        problems = [
            *_against(group, course, week=week),
            *_about_person(group, shown_as=shown_as.strip(), agreed=agreed),
        ]
        if problems:
            raise InvalidInput(*problems)
        row = GroupMember.objects.create(
            group_id=group_id,
            course_id=course_id,
            shown_as=shown_as.strip(),
            joined_at=at,
            joined_week=week,
            cycle=1 + _graduations(course_id),
            agreed_at=at,
            enrolled_by_id=by.account_id,
        )
        audit.note(
            "joined a group", subject="course", subject_id=course_id, by=by, at=at, group=group_id, week=week
        )
    return row.pk


def end(member_id: int, *, why: str, back_on: date | None = None, by: Viewer, at: datetime) -> None:
    """End a membership: graduated, left, or paused with a day to come back. Someone who pauses may leave too.

    Errors: `InvalidInput` for a graduation before the curriculum was met, or a pause without a day to come back.
    """
    require(by, Permission.LEAD_GROUP)
    with transaction.atomic():
        group, member = _member(member_id, by=by, at=at)
        if not member.active and not (member.paused(today=group.today) and why == LEFT):
            raise Conflict("this membership has ended already")
        _refuse_end(group, member, why=why, back_on=back_on)
        if not member.active:
            member_id = _again(group, member, by=by, at=at)
        GroupMemberEnd.objects.create(
            member_id=member_id,
            why=why,
            back_on=back_on if why == PAUSED else None,
            ended_at=at,
            ended_by_id=by.account_id,
        )
        audit.note(
            "left a group", subject="course", subject_id=member.course_id, by=by, at=at, member=member_id
        )


def come_back(member_id: int, *, by: Viewer, at: datetime) -> int:
    """Take someone who paused back into their kept place, from the next meeting on; gives the new membership's id.

    Errors: `Conflict` when they do not pause any more, or came back already.
    """
    require(by, Permission.LEAD_GROUP)
    with transaction.atomic():
        group, member = _member(member_id, by=by, at=at)
        if not member.paused(today=group.today):
            raise Conflict("this person does not pause; the place was taken up again, or is kept no longer")
        pk = _again(group, member, by=by, at=at)
        audit.note("came back to a group", subject="course", subject_id=member.course_id, by=by, at=at)
    return pk


def _again(group: groups.Group, member: groups.Member, *, by: Viewer, at: datetime) -> int:
    return GroupMember.objects.create(
        group_id=group.group_id,
        course_id=member.course_id,
        shown_as=member.shown_as,
        joined_at=at,
        joined_week=group.upcoming.week,
        cycle=member.cycle,
        agreed_at=member.agreed_at,
        enrolled_by_id=by.account_id,
    ).pk


def _columns(plan: Plan) -> dict[str, object]:
    texts = {"name": plan.name.strip(), "place": plan.place.strip(), "link": plan.link.strip()}
    return {**vars(plan), **texts}


def _refuse_unfit(plan: Plan, curriculum: Curriculum, *, clinic_id: int) -> None:
    fewest, most = curriculum.members
    problems = []
    if not plan.name.strip():
        problems.append(Problem("name", "is empty", "a name among staff"))
    if plan.mode not in GroupDetails.Mode.values:
        problems.append(
            Problem("joining", f"{plan.mode!r} is not known", " or ".join(GroupDetails.Mode.values))
        )
    if not fewest <= plan.capacity <= most:
        problems.append(Problem("capacity", f"{plan.capacity} does not fit", f"{fewest} to {most} members"))
    if plan.channel not in Channel.values:
        problems.append(
            Problem("how you meet", f"{plan.channel!r} is not known", " or ".join(Channel.values))
        )
    if plan.link.strip() and not plan.link.strip().startswith(("https://", "http://")):
        problems.append(Problem("link", "is no link", "one that begins with https://"))
    if not 0 <= plan.weekday <= 6:
        problems.append(Problem("day", f"{plan.weekday} is no day of the week", "0 for Monday to 6"))
    team = [one for one in (plan.leader_id, plan.co_leader_id, plan.cover_id) if one is not None]
    if len(set(team)) < len(team):
        problems.append(Problem("leader", "is named twice", "another person for each part"))
    able = Account.objects.filter(pk__in=team, clinic_id=clinic_id, is_active=True)
    if {one.pk for one in able if may(one.viewer, Permission.LEAD_GROUP)} != set(team):
        problems.append(Problem("leader", "may not lead a group here", "therapists of this clinic"))
    if problems:
        raise InvalidInput(*problems)


def _locked(group_id: int, *, by: Viewer, at: datetime) -> groups.Group:
    # Locked, so that two people who enrol at the same moment do not both get the last place.
    SkillsGroup.objects.select_for_update().filter(pk=group_id).first()
    return groups.one(by, group_id, at=at)


def _member(member_id: int, *, by: Viewer, at: datetime) -> tuple[groups.Group, groups.Member]:
    group_id = GroupMember.objects.filter(pk=member_id).values_list("group_id", flat=True).first()
    if group_id is None:
        raise NotFound("no such membership in your clinic")
    group = _locked(group_id, by=by, at=at)
    return group, next(one for one in group.members if one.member_id == member_id)


def _refuse_twice(course: therapy.Course, *, by: Viewer, at: datetime) -> None:
    ids = GroupMember.objects.filter(course__episode_id=course.episode_id).values("group_id")
    for group in groups.load(groups.visible(by).filter(pk__in=ids), at=at):
        for member in (*group.active, *group.paused):
            if member.episode_id == course.episode_id:
                state = "is in" if member.active else "pauses in"
                raise Conflict(f"this person {state} the group “{group.details.name}” already")


def _against(group: groups.Group, course: therapy.Course, *, week: int) -> Iterator[Problem]:
    """What of the group or the course stands against joining."""
    if course.plan.family != group.plan.family:
        yield Problem("course", f"is one of {course.plan.short_name}", f"a course of {group.plan.short_name}")
    closed = EpisodeEnd.current.filter(episode_id=course.episode_id).exists()
    if closed or course.fact.ended is not None:
        yield Problem("course", "has ended", "a course that goes on")
    if group.free < 1:
        yield Problem(
            "group", "is full", f"a free place; all {group.details.capacity} are held, pauses counted in"
        )
    possible = join_weeks(group.curriculum, group.details.mode)
    if week not in possible:
        yield Problem(
            "week",
            f"nobody joins this group in week {week}",
            f"one of the weeks {', '.join(str(one) for one in possible)}",
        )
        return
    new, most = group.new_at(week)
    if most is not None and new >= most:
        yield Problem("week", f"{new} people are new then already", f"at most {most}; a later module start")


def _about_person(group: groups.Group, *, shown_as: str, agreed: bool) -> Iterator[Problem]:
    if not 1 <= len(shown_as) <= 40:
        yield Problem("name in the group", "does not fit", "1 to 40 letters, as the person chose")
    if any(one.shown_as.casefold() == shown_as.casefold() for one in (*group.active, *group.paused)):
        yield Problem("name in the group", "is someone's there already", "another name, as the person chose")
    if not agreed:
        yield Problem("rules", "are not agreed to", "the person's yes to the rules of the group")


def _graduations(course_id: int) -> int:
    return GroupMemberEnd.objects.filter(member__course_id=course_id, why=GRADUATED).count()


def _refuse_end(group: groups.Group, member: groups.Member, *, why: str, back_on: date | None) -> None:
    if why not in GroupMemberEnd.Why.values:
        raise InvalidInput(Problem("why", f"{why!r} is not known", " or ".join(GroupMemberEnd.Why.values)))
    standing = group.standing(member)
    if why == GRADUATED and not standing.complete:
        raise InvalidInput(
            Problem(
                "why",
                f"weeks met so far: {len(standing.met)}",
                f"{standing.enough} weeks, and every set of skills; or “left”",
            )
        )
    if why != PAUSED:
        return
    if back_on is None or not group.today < back_on <= group.today + LONGEST_PAUSE:
        raise InvalidInput(
            Problem(
                "day to come back", "does not fit", f"a day within the next {LONGEST_PAUSE.days // 7} weeks"
            )
        )
