"""Answer one safety alert: it counts only with words on what was done."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission
from holdfast.care import alerts as verbs
from holdfast.records.queries import alerts as queries
from holdfast.web.clinician import entry
from holdfast.web.clinician.alerts import line
from holdfast.web.page import PageRequest, page


class AnswerForm(entry.EntryForm):
    """What was done."""

    action = forms.CharField(
        label="What you did",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For example: called at 14:10, safe tonight, seen tomorrow at 9 with Dr Bell.",
        error_messages={
            "required": "Say in a few words what you did. A click alone is no answer to an alert."
        },
    )


@page(Permission.ANSWER_ALERT, looks_at="alert_id")
def acknowledge(request: PageRequest, alert_id: int) -> HttpResponse:
    """Show the alert and everyone it went to; keep what was done. Of two answers the first stands."""
    form = AnswerForm(entry.posted(request))
    if form.is_valid():
        with entry.problems_on(form, {"what you did": "action"}):
            action = form.cleaned_data["action"]
            entry.once(
                lambda: verbs.acknowledge(alert_id, action=action, by=request.viewer, at=request.at),
                done=lambda: _answered_so(request, alert_id, action=action),
            )
            row = queries.one(request.viewer, alert_id)
            messages.success(request, f"Alert answered. Kept: {action}")
            return redirect("patient", row.episode_id)
    one = line(queries.one(request.viewer, alert_id), request)
    return render(request, "clinician/acknowledge.html", {"form": form, "one": one}, status=form.status)


def _answered_so(request: PageRequest, alert_id: int, *, action: str) -> bool:
    """Whether the viewer has given this very answer already."""
    row = queries.one(request.viewer, alert_id)
    return (row.acknowledged_by_id, row.action) == (request.viewer.account_id, action)
