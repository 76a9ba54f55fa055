"""A person's own weeks in the skills group and their coaching calls, with a form to keep a call."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission
from holdfast.care import coaching
from holdfast.records.queries import group_notes, patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.groups.group import line
from holdfast.web.clinician.groups.joining import group_course
from holdfast.web.page import PageRequest, page

PLACES = {
    "minutes": "minutes",
    "what it was about": "about",
    "skill": "skill",
    "time": "happened_at",
}


class CallForm(entry.EpisodeForm):
    """A coaching call: when, how long, about what, which skill."""

    happened_at_label = "When"

    minutes = forms.IntegerField(
        help_text="A call is meant to take 5 to 10.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
    )
    about = forms.CharField(
        max_length=500,
        label="What it was about",
        help_text="In a line.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    skill = forms.CharField(max_length=80, required=False, label="Skill that was coached")
    safety = forms.BooleanField(
        required=False,
        label="It became a call about safety",
        help_text="An alert goes to whoever answers alerts here.",
    )

    def __init__(self, *args: Any, skills: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["skill"].widget = forms.Select(
            choices=[("", "none in particular"), *((one, one) for one in skills)]
        )
        self.order_fields(["uid", "happened_at", "minutes", "about", "skill", "safety"])


@page(Permission.LEAD_GROUP, looks_at="episode_id")
def group_member(request: PageRequest, episode_id: int) -> HttpResponse:
    """The person's weeks and calls; keep a call that is sent, once."""
    person = patient.person(request.viewer, episode_id)
    course = group_course(request, episode_id)
    skills = [one.title for one in course.plan.curriculum.weeks] if course and course.plan.curriculum else []
    form = CallForm(entry.posted(request), person=person, request=request, skills=skills)
    if form.is_valid() and course is not None:
        with entry.problems_on(form, PLACES):
            coaching.record_call(course.course_id, **form.cleaned_data, by=request.viewer, at=request.at)
            alert = " An alert is sent." if form.cleaned_data["safety"] else ""
            messages.success(request, f"Coaching call kept, {form.when}.{alert}")
            return redirect("group_member", episode_id)
    found = group_notes.belonging(request.viewer, episode_id, at=request.at)
    return entry.show(
        request,
        "clinician/groups/member.html",
        form,
        person=person,
        course=course,
        found=found,
        line=line(found.group, found.member) if found else None,
        paused=found is not None and found.member.paused(today=found.group.today),
        notes=group_notes.notes(request.viewer, episode_id),
        calls=group_notes.calls(request.viewer, episode_id),
    )
