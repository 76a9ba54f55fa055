"""A person joins a skills group, pauses, comes back or leaves."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import formats

from holdfast.access import Permission
from holdfast.care import groups as verbs
from holdfast.errors import NotFound
from holdfast.protocols.group import join_weeks
from holdfast.records.queries import group_notes, groups, patient, therapy
from holdfast.web.clinician import entry
from holdfast.web.page import PageRequest, page

STARTS_SHOWN = 4
"""How many of the coming weeks to begin with are offered for each group."""

WHY = (
    ("paused", "they pause, with a day to come back"),
    ("left", "they leave"),
    ("graduated", "they have met what the group teaches"),
)


@dataclass(frozen=True)
class Start:
    """A week someone could begin with in a group."""

    group: groups.Group
    week: int
    on: date

    @property
    def value(self) -> str:
        """What it is called in the form."""
        return f"{self.group.group_id}-{self.week}"

    @property
    def words(self) -> str:
        """Group, day, week and places as one line."""
        new, most = self.group.new_at(self.week)
        newcomers = "" if most is None else f"; {new} of {most} newcomers then"
        free = f"{self.group.free} free" if self.group.free else "full"
        begins = formats.date_format(self.on, "D j M Y")
        title = self.group.week(self.week).title
        return f"{self.group.details.name}: from {begins}, week {self.week}, {title} ({free}{newcomers})"


class JoinForm(entry.OnceForm):
    """Which group from which week, the name to be called there, and the yes to its rules."""

    start = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="Group and first week",
        error_messages={"required": "Choose one of them."},
    )
    shown_as = forms.CharField(
        max_length=40,
        label="Name in the group",
        help_text="The first name the person chose. Other members hear it; nothing else of them is shown.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    agreed = forms.BooleanField(
        required=False, label="I went through the rules with them, and they agree to each"
    )

    def __init__(self, *args: Any, starts: list[Start], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["start"].choices = [(one.value, one.words) for one in starts]  # type: ignore[attr-defined]


class LeaveForm(entry.EntryForm):
    """Why the membership ends, and for a pause the day to come back."""

    why = forms.ChoiceField(choices=WHY, widget=forms.RadioSelect, label="What happens")
    back_on = forms.DateField(
        required=False,
        label="Day to come back",
        help_text="For a pause; agreed with the person. The place is kept until a week after it.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "This is not a day. Expected: for example 2026-04-30."},
    )


@page(Permission.LEAD_GROUP, looks_at="episode_id")
def group_join(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show the groups with the weeks one can begin with; take the person into one."""
    person = patient.person(request.viewer, episode_id)
    course = group_course(request, episode_id)
    found = [
        one
        for one in groups.of_clinic(request.viewer, at=request.at)
        if course is not None and one.plan.family == course.plan.family
    ]
    starts = sorted((one for group in found for one in _starts(group)), key=lambda one: one.on)
    form = JoinForm(entry.posted(request), starts=starts, initial={"shown_as": person.name.split()[0]})
    if course is not None and form.is_valid():
        given = form.cleaned_data
        chosen = next(one for one in starts if one.value == given["start"])
        with entry.problems_on(form, PLACES):
            entry.once(
                lambda: verbs.enrol(
                    chosen.group.group_id,
                    course.course_id,
                    shown_as=given["shown_as"],
                    week=chosen.week,
                    agreed=given["agreed"],
                    by=request.viewer,
                    at=request.at,
                ),
                done=lambda: _joined(request, episode_id, chosen, given["shown_as"]),
            )
            messages.success(
                request,
                f"{given['shown_as']} begins in {chosen.group.details.name}, "
                f"{formats.date_format(chosen.on, 'j M Y')}.",
            )
            return redirect("group_member", episode_id)
    return entry.show(
        request,
        "clinician/groups/join.html",
        form,
        person=person,
        heading="Join a skills group",
        button="Take into the group",
        course=course,
        starts=starts,
        rules=found[0].curriculum.rules if found else (),
    )


PLACES = {"week": "start", "group": "start", "name in the group": "shown_as", "rules": "agreed"}


@page(Permission.LEAD_GROUP, looks_at="episode_id")
def group_leave(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show the membership; pause or end it, or take the person back into their kept place."""
    person = patient.person(request.viewer, episode_id)
    found = group_notes.belonging(request.viewer, episode_id, at=request.at)
    if found is None:
        raise NotFound("this person belongs to no skills group")
    paused = found.member.paused(today=found.group.today)
    if "back" in request.POST:
        verbs.come_back(found.member.member_id, by=request.viewer, at=request.at)
        messages.success(request, f"{found.member.shown_as} is back in {found.group.details.name}.")
        return redirect("group_member", episode_id)
    form = LeaveForm(entry.posted(request))
    if paused:
        form.fields["why"].choices = WHY[1:2]  # type: ignore[attr-defined]
        del form.fields["back_on"]
    if form.is_valid():
        given = form.cleaned_data
        with entry.problems_on(form, {"why": "why", "day to come back": "back_on"}):
            verbs.end(found.member.member_id, **given, by=request.viewer, at=request.at)
            messages.success(request, f"Kept: {dict(WHY)[given['why']]}.")
            return redirect("group_member", episode_id)
    return entry.show(
        request,
        "clinician/groups/leave.html",
        form,
        person=person,
        heading="Pause or leave the group",
        button="Keep",
        found=found,
        paused=paused,
    )


def group_course(request: PageRequest, episode_id: int) -> therapy.Course | None:
    """The newest running course of a therapy that has a skills group; None without one."""
    going = [
        one
        for one in therapy.of_episode(request.viewer, episode_id)
        if one.plan.curriculum is not None and not one.progress(at=request.at).ended
    ]
    return going[-1] if going else None


def _starts(group: groups.Group) -> list[Start]:
    weeks = join_weeks(group.curriculum, group.details.mode)
    coming = sorted((Start(group, week, group.day_of(week)) for week in weeks), key=lambda one: one.on)
    return coming[:STARTS_SHOWN]


def _joined(request: PageRequest, episode_id: int, chosen: Start, shown_as: str) -> bool:
    found = group_notes.belonging(request.viewer, episode_id, at=request.at)
    return (
        found is not None
        and found.member.active
        and (found.group.group_id, found.member.joined_week, found.member.shown_as)
        == (chosen.group.group_id, chosen.week, shown_as.strip())
    )
