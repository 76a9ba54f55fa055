"""Open a skills group, or change its name, people, place or time."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission
from holdfast.care import groups as verbs
from holdfast.protocols.loader import therapies
from holdfast.records.queries import groups, therapy
from holdfast.web.clinician import entry
from holdfast.web.clinician.groups.words import CHANNELS, MODES, WEEKDAYS
from holdfast.web.page import PageRequest, page

PLACES = {
    "name": "name",
    "joining": "mode",
    "capacity": "capacity",
    "how you meet": "channel",
    "link": "link",
    "day": "weekday",
    "leader": "leader_id",
}


class GroupForm(entry.OnceForm):
    """What the group is to be; `seen` names the details that were on the screen, when they are changed."""

    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        max_length=80, help_text="Among staff. It never stands in a message or on a page for members."
    )
    weekday = forms.TypedChoiceField(coerce=int, label="Meets on", choices=list(enumerate(WEEKDAYS)))
    begins = forms.TimeField(
        label="Begins at",
        help_text="In the clinic's time.",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "This is not a time. Expected: for example 17:30."},
    )
    mode = forms.ChoiceField(label="People may join", choices=list(MODES.items()), initial="modular")
    capacity = forms.IntegerField(
        label="Places", initial=8, widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short"})
    )
    leader_id = forms.TypedChoiceField(coerce=int, label="Leads")
    co_leader_id = forms.TypedChoiceField(
        coerce=int, empty_value=None, required=False, label="Leads too", help_text="Watches the room."
    )
    cover_id = forms.TypedChoiceField(coerce=int, empty_value=None, required=False, label="Stands in")
    channel = forms.ChoiceField(label="How you meet", choices=list(CHANNELS.items()))
    place = forms.CharField(
        required=False, max_length=200, help_text="The room, or how the link is sent. Members see it."
    )
    link = forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        label="Link of the video room",
        help_text="Members see it.",
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "This is not a link. Expected: one that begins with https://."},
    )

    def __init__(self, *args: Any, request: PageRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        staff = therapy.therapists(request.viewer)
        for name in ("leader_id", "co_leader_id", "cover_id"):
            nobody = [] if name == "leader_id" else [("", "nobody")]
            self.fields[name].choices = [*nobody, *staff]  # type: ignore[attr-defined]


class NewGroupForm(GroupForm):
    """A group to be opened; where more than one therapy has a curriculum, it asks whose is taught."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._taught = [(one.slug, one.name) for one in therapies() if one.curriculum is not None]
        if len(self._taught) > 1:
            self.fields["therapy"] = forms.ChoiceField(label="Teaches", choices=self._taught)

    @property
    def therapy(self) -> str:
        """The slug of the therapy whose curriculum is taught."""
        return str(self.cleaned_data.get("therapy") or self._taught[0][0])


@page(Permission.LEAD_GROUP)
def group_open(request: PageRequest) -> HttpResponse:
    """Show the form; open the group and its page. Sent twice, it opens one."""
    initial = {"leader_id": request.viewer.account_id}
    form = NewGroupForm(entry.posted(request), request=request, initial=initial)
    if form.is_valid():
        with entry.problems_on(form, PLACES):
            plan, uid = _plan(form), form.cleaned_data["uid"]
            group_id = verbs.open_group(plan, slug=form.therapy, by=request.viewer, at=request.at, uid=uid)
            messages.success(request, f"{plan.name} is open. Now people can join.")
            return redirect("group", group_id)
    context = {"form": form, "group": None}
    return render(request, "clinician/groups/details.html", context, status=form.status)


@page(Permission.LEAD_GROUP, looks_at="group_id")
def group_details(request: PageRequest, group_id: int) -> HttpResponse:
    """Show the details as they hold; keep what is changed. The ones before stay readable."""
    group = groups.one(request.viewer, group_id, at=request.at)
    form = GroupForm(entry.posted(request), request=request, initial=_initial(group.details))
    if form.is_valid():
        with entry.problems_on(form, PLACES):
            seen = form.cleaned_data["seen"] or form.cleaned_data["uid"]
            verbs.change(group_id, _plan(form), seen=seen, by=request.viewer, at=request.at)
            messages.success(request, "The group is changed.")
            return redirect("group", group_id)
    context = {"form": form, "group": group}
    return render(request, "clinician/groups/details.html", context, status=form.status)


def _plan(form: GroupForm) -> verbs.Plan:
    apart = {"uid", "seen", "therapy"}
    given = {name: value for name, value in form.cleaned_data.items() if name not in apart}
    return verbs.Plan(**given)


def _initial(details: groups.Details) -> dict[str, Any]:
    return {
        "seen": details.uid,
        "name": details.name,
        "weekday": details.weekday,
        "begins": details.begins,
        "mode": details.mode,
        "capacity": details.capacity,
        "leader_id": details.leader.account_id,
        "co_leader_id": details.co_leader.account_id if details.co_leader else None,
        "cover_id": details.cover.account_id if details.cover else None,
        "channel": details.channel,
        "place": details.place,
        "link": details.link,
    }
