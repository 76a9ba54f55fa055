"""A meeting of a skills group is written down once: the summary and each member's row land in their own records."""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, cast

from django.db import transaction

from holdfast.access import Permission, Viewer, require
from holdfast.care import alerts, audit, corrections, group_sessions, outlooks
from holdfast.errors import Conflict, InvalidInput, NotFound, Problem
from holdfast.records.models import Episode, GroupAttendance, GroupMeeting, SkillsGroup
from holdfast.records.queries import groups

ASKED_IN = "{therapy}.skills group"
"""Where an alert of a meeting says it came from: a therapy, and what of it, as the name of an exercise does."""

CALLS: Final[Mapping[str, alerts.Marked]] = {
    GroupAttendance.Leaving.WANTS_CALL: alerts.Marked("wants a call after the group", 1, 1, "distress"),
    GroupAttendance.Leaving.DUTY_CALLED: alerts.Marked("duty clinician was called", 1, 2, "duty_called"),
}
"""Ways to leave that someone must follow up: the next working day, and the same day. A convention."""

FURTHEST_CANCELLED = timedelta(days=120)
"""How far ahead a meeting can be cancelled."""

LONGEST_SUMMARY = 10_000

ORDINARY_WORDS: Final = frozenset(
    {
        "amber", "art", "bill", "chase", "dawn", "drew", "faith", "frank", "grace", "grant", "hope",
        "iris", "ivy", "jack", "joy", "june", "may", "mark", "max", "miles", "pat", "rich", "rob", "rose",
        "ruby", "sky", "summer", "will",
    }
)  # fmt: skip
"""Names that are words too: in small letters they are taken for the word."""


@dataclass(frozen=True)
class Row:
    """One member at one meeting: whether they were there, their practice, what got in the way, how they left."""

    state: str
    homework: str = ""
    obstacle: str = ""
    leaving: str = ""
    note: str = ""


@dataclass(frozen=True)
class Meeting:
    """A meeting as it is written down; `rows` by the id of the membership, empty for one that was cancelled."""

    week: int
    happened_at: datetime
    leader_id: int
    held: bool = True
    summary: str = ""
    rows: Mapping[int, Row] = field(default_factory=dict)


def record(
    group_id: int, meeting: Meeting, *, by: Viewer, at: datetime, uid: uuid.UUID | None = None
) -> None:
    """Keep a meeting with a row for each member, in one transaction. Sending the same `uid` again keeps nothing new.

    Errors: `InvalidInput` naming the member and field of each problem; `Conflict` when that day was written down.
    """
    require(by, Permission.LEAD_GROUP)
    uid = uid or uuid.uuid4()
    with transaction.atomic():
        # Locked, so that two leaders who write down the same evening do not both succeed.
        SkillsGroup.objects.select_for_update().filter(pk=group_id).first()
        group = groups.one(by, group_id, at=at)
        if GroupMeeting.objects.filter(uid=uid, group_id=group_id).exists():
            return
        _refuse_second(group, meeting)
        members = _checked(group, meeting, at=at)
        row = GroupMeeting.objects.create(
            uid=uid,
            group_id=group_id,
            **_columns(meeting),
            recorded_at=at,
            recorded_by_id=by.account_id,
        )
        kept = [_keep_row(row, member, meeting.rows[member.member_id], by=by, at=at) for member in members]
        group_sessions.keep(kept, channel=group.details.channel, by=by, at=at)
        called = _raise_calls(kept, therapy=group.plan.family, uid=uid, before={}, by=by, at=at)
        audit.note("group meeting kept", subject="group", subject_id=group_id, by=by, at=at, meeting=str(uid))
    _refresh(called | group_sessions.episodes(kept), at=at)


def correct(
    uid: uuid.UUID,
    meeting: Meeting,
    *,
    reason: str,
    by: Viewer,
    at: datetime,
    new_uid: uuid.UUID | None = None,
) -> None:
    """Replace a meeting and its rows by what is right; the first version stays readable.

    Sending the same `new_uid` again changes nothing. Errors as in `record`; `Conflict` when it was corrected meanwhile.
    """
    require(by, Permission.LEAD_GROUP)
    new_uid = new_uid or uuid.uuid4()
    with transaction.atomic():
        old = GroupMeeting.objects.filter(uid=uid, group__in=groups.visible(by)).first()
        if old is None:
            raise NotFound("no such meeting in your clinic")
        if GroupMeeting.objects.filter(uid=new_uid, replaces=old).exists():
            return
        SkillsGroup.objects.select_for_update().filter(pk=old.group_id).first()
        group = groups.one(by, old.group_id, at=at)
        _refuse_second(group, meeting, but=uid)
        members = _checked(group, meeting, at=at, but=uid)
        before = {row.member_id: row for row in GroupAttendance.current.filter(meeting=old)}
        changes = {**_columns(meeting), "uid": new_uid}
        row = cast(GroupMeeting, corrections.replace(old, changes=changes, reason=reason, by=by, at=at))
        kept = [
            _keep_row(
                row,
                member,
                meeting.rows[member.member_id],
                before.get(member.member_id),
                reason=reason,
                by=by,
                at=at,
            )
            for member in members
        ]
        gone = [before[pk] for pk in before.keys() - {one.member_id for one in members}]
        for one in gone:
            corrections.replace(one, changes={"entered_in_error": True}, reason=reason, by=by, at=at)
        group_sessions.correct(kept, gone, channel=group.details.channel, reason=reason, by=by, at=at)
        called = _raise_calls(kept, therapy=group.plan.family, uid=new_uid, before=before, by=by, at=at)
        audit.note(
            "group meeting corrected",
            subject="group",
            subject_id=old.group_id,
            by=by,
            at=at,
            meeting=str(new_uid),
        )
    _refresh(called | group_sessions.episodes([*kept, *gone]), at=at)


def withdraw(uid: uuid.UUID, *, reason: str, by: Viewer, at: datetime) -> None:
    """Mark a meeting with all its rows as entered in error: it taught nothing, and nobody was there or away."""
    require(by, Permission.LEAD_GROUP)
    with transaction.atomic():
        row = GroupMeeting.current.filter(uid=uid, group__in=groups.visible(by)).first()
        if row is None:
            raise NotFound("no such meeting in your clinic, or it was corrected since you opened it")
        gone = list(GroupAttendance.current.filter(meeting=row))
        for one in (row, *gone):
            corrections.replace(one, changes={"entered_in_error": True}, reason=reason, by=by, at=at)
        group_sessions.correct([], gone, channel="", reason=reason, by=by, at=at)
        audit.note(
            "group meeting entered in error",
            subject="group",
            subject_id=row.group_id,
            by=by,
            at=at,
            meeting=str(uid),
        )
    _refresh(group_sessions.episodes(gone), at=at)


def names_in(text: str, members: Iterable[groups.Member]) -> tuple[str, ...]:
    """The members' names that stand in a text, as they stand there.

    A name as called in the group is found in whatever letters, unless it is an ordinary word in small ones; names from
    the record only as names are written, as many are words.
    """
    found = []
    for member in members:
        called = [member.shown_as]
        recorded = [part for part in re.split(r"[\s,]+", member.name) if len(part) > 2]
        for name in called:
            loose = name.casefold() not in ORDINARY_WORDS
            found += re.findall(rf"\b{re.escape(name)}\b", text, re.IGNORECASE if loose else 0)
        for name in (*recorded, member.code):
            found += re.findall(rf"\b{re.escape(name)}\b", text)
    return tuple(dict.fromkeys(found))


def _columns(meeting: Meeting) -> dict[str, object]:
    return {
        "week": meeting.week,
        "held": meeting.held,
        "leader_id": meeting.leader_id,
        "summary": meeting.summary.strip(),
        "happened_at": meeting.happened_at,
    }


def _refuse_second(group: groups.Group, meeting: Meeting, *, but: uuid.UUID | None = None) -> None:
    day = group.day(meeting.happened_at)
    if any(group.day(one.at) == day and one.uid != but for one in group.meetings):
        raise Conflict("the meeting of that day is written down already; correct that one")


def _checked(
    group: groups.Group, meeting: Meeting, *, at: datetime, but: uuid.UUID | None = None
) -> tuple[groups.Member, ...]:
    """The members the meeting has rows for. Errors: `InvalidInput` with all that is wrong."""
    before = [one for one in group.meetings if one.held and one.uid != but and one.at < meeting.happened_at]
    members = group.expected(meeting.happened_at, place=len(before)) if meeting.held else ()
    problems = [
        *_about_meeting(group, meeting, at=at),
        *_about_rows(meeting, members),
        *_about_names(group, meeting, members),
    ]
    if problems:
        raise InvalidInput(*problems)
    return members


def _about_meeting(group: groups.Group, meeting: Meeting, *, at: datetime) -> Iterator[Problem]:
    weeks = len(group.curriculum.weeks)
    if not 1 <= meeting.week <= weeks:
        yield Problem("week", f"{meeting.week} is not in the curriculum", f"1 to {weeks}")
    limit = at if meeting.held else at + FURTHEST_CANCELLED
    if meeting.happened_at > limit:
        expected = "a moment that has passed" if meeting.held else f"within {FURTHEST_CANCELLED.days} days"
        yield Problem("time", "lies too far ahead", expected)
    if meeting.leader_id not in {one.account_id for one in group.details.team}:
        yield Problem("leader", "is not of this group's team", "who leads it, leads it too, or stands in")
    if meeting.held and not meeting.summary.strip():
        yield Problem("summary", "is empty", "what was taught and how it went, in a sentence or two")
    if len(meeting.summary) > LONGEST_SUMMARY:
        yield Problem("summary", "is too long", f"at most {LONGEST_SUMMARY:,} letters")


def _about_rows(meeting: Meeting, members: tuple[groups.Member, ...]) -> Iterator[Problem]:
    rows = meeting.rows if meeting.held else {}
    strangers = rows.keys() - {one.member_id for one in members}
    if strangers:
        yield Problem(
            "members", f"{len(strangers)} were not of the group then", "those who belonged to it that day"
        )
    for member in members:
        row = rows.get(member.member_id, Row(""))
        for name, value, choices, needed in (
            ("state", row.state, GroupAttendance.State, True),
            ("homework", row.homework, GroupAttendance.Homework, False),
            ("obstacle", row.obstacle, GroupAttendance.Obstacle, False),
            # Nobody who was there goes home unseen.
            ("leaving", row.leaving, GroupAttendance.Leaving, row.state in groups.THERE),
        ):
            if value not in choices.values and (value or needed):
                what = "is not told" if not value else f"{value!r} is not known"
                yield Problem(
                    place(name, member.member_id), what, " or ".join(str(one) for one in choices.labels)
                )
        if len(row.note) > 1000:
            yield Problem(place("note", member.member_id), "is too long", "at most 1000 letters")


def _about_names(
    group: groups.Group, meeting: Meeting, members: tuple[groups.Member, ...]
) -> Iterator[Problem]:
    """H-019: what lands in everyone's record names nobody, and a note about one member names no other."""
    known = {one.episode_id: one for one in (*group.members, *members)}
    named = names_in(meeting.summary, known.values())
    if named:
        yield Problem(
            "summary",
            f"names {', '.join(named)}, and lands in everyone's own note",
            "no names; what is about one member goes into the note beside them",
        )
    for member in members:
        row = meeting.rows.get(member.member_id)
        others = [one for one in known.values() if one.episode_id != member.episode_id]
        named = names_in(row.note, others) if row else ()
        if named:
            yield Problem(
                place("note", member.member_id),
                f"names {', '.join(named)}, and lands in this member's own record",
                "words about this member alone",
            )


def place(name: str, member_id: int) -> str:
    """What a problem of one member's row names as its place."""
    return f"{name}-{member_id}"


def _keep_row(
    meeting: GroupMeeting,
    member: groups.Member,
    row: Row,
    before: GroupAttendance | None = None,
    *,
    reason: str = "",
    by: Viewer,
    at: datetime,
) -> GroupAttendance:
    there = row.state in groups.THERE
    values = {
        "meeting_id": meeting.pk,
        "state": row.state,
        "homework": row.homework,
        "obstacle": row.obstacle,
        "leaving": row.leaving if there else "",
        "note": row.note.strip(),
        "happened_at": meeting.happened_at,
    }
    if before is not None:
        replaced = corrections.replace(before, changes=values, reason=reason, by=by, at=at)
        return cast(GroupAttendance, replaced)
    return GroupAttendance.objects.create(
        **values, member_id=member.member_id, recorded_at=at, recorded_by_id=by.account_id
    )


def _raise_calls(
    rows: Iterable[GroupAttendance],
    *,
    therapy: str,
    uid: uuid.UUID,
    before: Mapping[int, GroupAttendance],
    by: Viewer,
    at: datetime,
) -> frozenset[int]:
    """Raise an alert for each member who wants a call or for whom the duty clinician was called; gives their episodes.

    H-001: runs inside the transaction that keeps the meeting. A correction raises only what is new in it.
    """
    raised = set()
    for row in rows:
        earlier = before.get(row.member_id)
        if row.leaving not in CALLS or (earlier is not None and earlier.leaving == row.leaving):
            continue
        episode = Episode.objects.select_related("patient").get(therapycourse__groupmember=row.member_id)
        alerts.raise_marked(
            [CALLS[row.leaving]],
            episode=episode,
            uid=uuid.uuid5(uid, str(row.member_id)),
            asked_in=ASKED_IN.format(therapy=therapy),
            by=by,
            at=at,
        )
        raised.add(episode.pk)
    return frozenset(raised)


def _refresh(episode_ids: frozenset[int], *, at: datetime) -> None:
    if episode_ids:
        outlooks.renew(sorted(episode_ids), at=at)
