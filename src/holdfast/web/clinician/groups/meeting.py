"""Write down a meeting: who was there, how the practice went, how each left, and one summary for everyone's note."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission
from holdfast.care import group_meetings as verbs
from holdfast.records.queries import group_practice
from holdfast.records.queries import groups as queries
from holdfast.web.clinician import entry, moments
from holdfast.web.clinician.groups.group import points, practice
from holdfast.web.clinician.naming import day
from holdfast.web.page import PageRequest, page
from holdfast.web.parts import exercise_view

OF_A_MEMBER = ("state", "homework", "obstacle", "leaving", "note")
"""Fields of one member's row; on the form each carries the id of the membership."""

STATES = (
    ("present", "present"),
    ("late", "late"),
    ("left_early", "left early"),
    ("absent_told", "absent, told us"),
    ("absent_no_word", "absent, no word"),
)
HOMEWORK = (
    ("", "not asked"),
    ("done_shared", "done, shared"),
    ("done_not_shared", "done, kept to themselves"),
    ("tried", "tried"),
    ("not_this_time", "not this time"),
)
OBSTACLES = (
    ("", "nothing named"),
    ("forgot", "forgot"),
    ("too_hard", "too hard"),
    ("did_not_fit", "did not fit"),
    ("upset", "upset"),
    ("no_reason", "did not see why"),
)
LEAVING = (
    ("ok", "ok"),
    ("wants_call", "wants a call"),
    ("co_leader_spoke", "co-leader spoke with them"),
    ("duty_called", "duty clinician called"),
)


class MeetingForm(entry.OnceForm):
    """A meeting with a row of fields for each member. Nothing of a row is filled in beforehand."""

    week = forms.TypedChoiceField(coerce=int)
    leader = forms.TypedChoiceField(coerce=int, label="Led by")
    summary = forms.CharField(
        required=False,
        label="Summary, for everyone's own note",
        help_text="What was taught and how the evening went. Written once; it lands in each member's record, "
        "so it names nobody.",
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": verbs.LONGEST_SUMMARY}),
    )
    reason = forms.CharField(
        max_length=500,
        label="What was wrong before",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self,
        sent: Any,
        *,
        request: PageRequest,
        group: queries.Group,
        initial: Mapping[str, Any],
        old: queries.Meeting | None,
    ) -> None:
        super().__init__(sent, initial=dict(initial))
        self._group, self._old = group, old
        self.fields["week"].choices = [  # type: ignore[attr-defined]
            (one.week, f"{one.week}: {one.title}") for one in group.curriculum.weeks
        ]
        self.fields["leader"].choices = [(one.account_id, one.name) for one in group.details.team]  # type: ignore[attr-defined]
        self.fields["happened_at"] = entry.MomentField(
            zone=group.zone,
            at=request.at,
            not_before=request.at - timedelta(days=366),
            label="When it began",
            help_text=f"In the clinic's time, {group.zone}.",
        )
        if old is None:
            del self.fields["reason"]
        self.members = self._members(initial["happened"])
        for member in self.members:
            self.fields.update(_fields(member))

    def _members(self, usual: datetime) -> tuple[queries.Member, ...]:
        """Who belonged to the group at the moment that was typed; at the usual one where that cannot be read."""
        when = usual
        if self.is_bound:
            try:
                when = self.fields["happened_at"].clean(self["happened_at"].value())
            except forms.ValidationError:
                when = usual
        but = self._old.uid if self._old else None
        before = [one for one in self._group.meetings if one.held and one.uid != but and one.at < when]
        return self._group.expected(when, place=len(before))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each member with the fields of their row."""
        return [
            {"member": one, **{name: self[verbs.place(name, one.member_id)] for name in OF_A_MEMBER}}
            for one in self.members
        ]

    def meeting(self) -> verbs.Meeting:
        """The meeting as it was typed."""
        given = self.cleaned_data
        return verbs.Meeting(
            week=given["week"],
            happened_at=given["happened_at"],
            leader_id=given["leader"],
            summary=given["summary"],
            rows={
                one.member_id: verbs.Row(
                    **{name: given[verbs.place(name, one.member_id)] for name in OF_A_MEMBER}
                )
                for one in self.members
            },
        )


def _fields(member: queries.Member) -> dict[str, forms.Field]:
    called = member.shown_as
    made: dict[str, forms.Field] = {
        "state": forms.ChoiceField(
            choices=STATES, required=False, widget=forms.RadioSelect, label=f"{called}: there"
        ),
        "homework": forms.ChoiceField(choices=HOMEWORK, required=False, label=f"{called}: practice"),
        "obstacle": forms.ChoiceField(choices=OBSTACLES, required=False, label=f"{called}: in the way"),
        "leaving": forms.ChoiceField(
            choices=LEAVING, required=False, widget=forms.RadioSelect, label=f"{called}: left"
        ),
        "note": forms.CharField(
            required=False,
            label=f"{called}: note",
            widget=forms.Textarea(attrs={"rows": 2, "maxlength": 1000}),
        ),
    }
    return {verbs.place(name, member.member_id): field for name, field in made.items()}


@dataclass(frozen=True)
class Review:
    """Practice a member showed, to be read out of the form."""

    title: str
    outcome: str
    lines: list[exercise_view.Line]


@page(Permission.LEAD_GROUP, looks_at="group_id")
def group_meeting(request: PageRequest, group_id: int) -> HttpResponse:
    """Show the form for the meeting that was last due; keep it. Sent twice, it is kept once."""
    group = queries.one(request.viewer, group_id, at=request.at)
    happened = usual_moment(group, at=request.at)
    initial = {
        "happened": happened,
        "week": group.upcoming.week,
        "leader": _leader(group, request),
        "happened_at": _typed(group, happened),
    }
    form = MeetingForm(entry.posted(request), request=request, group=group, initial=initial, old=None)
    if form.is_valid():
        with entry.problems_on(form, _places(form)):
            uid = form.cleaned_data["uid"]
            verbs.record(group_id, form.meeting(), by=request.viewer, at=request.at, uid=uid)
            messages.success(request, _said(form))
            return redirect("group", group_id)
    return _show(request, group, form, old=None)


@page(Permission.LEAD_GROUP, looks_at="uid")
def group_correct(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Show a meeting as it was written down; replace it by what is right, or withdraw it. The first stays readable."""
    group, old = queries.with_meeting(request.viewer, uid, at=request.at)
    initial = {
        "happened": old.at,
        "week": old.week,
        "leader": old.leader.account_id,
        "happened_at": _typed(group, old.at),
        "summary": old.summary,
        **_kept_rows(request, old),
    }
    if "withdraw" in request.POST:
        reason = request.POST.get("why", "")
        verbs.withdraw(uid, reason=reason, by=request.viewer, at=request.at)
        messages.success(request, "The meeting is marked as entered in error and counts no longer.")
        return redirect("group", group.group_id)
    form = MeetingForm(entry.posted(request), request=request, group=group, initial=initial, old=old)
    if form.is_valid():
        with entry.problems_on(form, {**_places(form), "reason": "reason"}):
            given = form.cleaned_data
            verbs.correct(
                uid,
                form.meeting(),
                reason=given["reason"],
                by=request.viewer,
                at=request.at,
                new_uid=given["uid"],
            )
            messages.success(request, "The meeting is corrected, in everyone's own note too.")
            return redirect("group", group.group_id)
    return _show(request, group, form, old=old)


def usual_moment(group: queries.Group, *, at: datetime) -> datetime:
    """When the meeting began that one most likely wants to write down: the last that was due, else now."""
    back = (group.today.weekday() - group.details.weekday) % 7
    due = group.starts_at(group.today - timedelta(days=back))
    if due > at:
        due -= timedelta(days=7)
    written = {group.day(one.at) for one in group.meetings}
    return at if group.day(due) in written else due


def _show(
    request: PageRequest, group: queries.Group, form: MeetingForm, *, old: queries.Meeting | None
) -> HttpResponse:
    chosen = str(form["week"].value())
    week = group.week(int(chosen)) if chosen.isdecimal() else group.upcoming
    shown = {} if old else group_practice.shown(request.viewer, group)
    context = {
        "group": group,
        "form": form,
        "old": old,
        "week": week,
        "practice": practice(group, week),
        "reviewed": practice(group, group.latest) if group.latest else "",
        "points": points(group, group.starts_at(group.next_on)),
        "rows": [{**row, "review": _review(shown.get(row["member"].course_id))} for row in form.rows],
    }
    return render(request, "clinician/groups/meeting.html", context, status=form.status)


def _review(shown: group_practice.Shown | None) -> Review | None:
    if shown is None:
        return None
    lines = exercise_view.lines_of(shown.exercise, shown.values, shown=True)
    return Review(title=shown.exercise.title, outcome=shown.outcome, lines=lines)


def _leader(group: queries.Group, request: PageRequest) -> int:
    team = [one.account_id for one in group.details.team]
    return request.viewer.account_id if request.viewer.account_id in team else team[0]


def _typed(group: queries.Group, at: datetime) -> str:
    return moments.typed(at, zone=group.zone)


def _places(form: MeetingForm) -> dict[str, str]:
    own = {verbs.place(name, one.member_id) for name in OF_A_MEMBER for one in form.members}
    named = {"week": "week", "time": "happened_at", "leader": "leader", "summary": "summary"}
    return {**{one: one for one in own}, **named}


def _kept_rows(request: PageRequest, old: queries.Meeting) -> dict[str, Any]:
    return {
        verbs.place(name, member_id): getattr(row, name)
        for member_id, row in queries.rows_of(request.viewer, old.uid).items()
        for name in OF_A_MEMBER
    }


def _said(form: MeetingForm) -> str:
    there = [row for row in form.meeting().rows.values() if row.state in queries.THERE]
    called = sum(row.leaving in verbs.CALLS for row in there)
    alert = f" {called} alert{'' if called == 1 else 's'} sent." if called else ""
    when = day(form.cleaned_data["happened_at"])
    return f"The meeting of {when} is kept, in everyone's own note too: {len(there)} there.{alert}"
