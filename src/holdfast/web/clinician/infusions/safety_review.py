"""The safety review of a long course: each topic asked about, beside exposure and blood pressure, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission, may, require
from holdfast.care import safety_reviews as verbs
from holdfast.pathway.exposure import Amount
from holdfast.protocols.infusion import ReviewTopic
from holdfast.protocols.loader import infusions
from holdfast.records.queries import after, patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import after_words
from holdfast.web.page import PageRequest, page

FOUND: Mapping[str, str] = {"none": "nothing", "some": "something", "not_asked": "not asked"}
"""What may be found, in words."""

VISITS_SHOWN = 12


class SafetyReviewForm(entry.EpisodeForm):
    """An answer and a note for each topic, and what follows. Nothing is answered beforehand."""

    happened_at_label = "When it was asked about"

    def __init__(self, *args: Any, topics: tuple[ReviewTopic, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        self._topics = topics
        for one in topics:
            self.fields[one.slug] = forms.ChoiceField(
                choices=list(FOUND.items()),
                widget=forms.RadioSelect,
                label=one.name,
                error_messages={"required": "Not answered. Expected: nothing, something or not asked."},
            )
            self.fields[f"{one.slug}_note"] = forms.CharField(
                required=False,
                max_length=verbs.NOTE_AT_MOST,
                label=f"Note on {one.name.lower()}",
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
        self.fields["action"] = forms.CharField(
            required=False,
            max_length=verbs.ACTION_AT_MOST,
            label="What follows",
            help_text="Needed where something was found.",
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    @property
    def rows(self) -> list[tuple[ReviewTopic, Any, Any]]:
        """Each topic with its two fields."""
        return [(one, self[one.slug], self[f"{one.slug}_note"]) for one in self._topics]

    @property
    def findings(self) -> dict[str, dict[str, str]]:
        """What was found, as the verb takes it."""
        given = self.cleaned_data
        return {
            one.slug: {"found": given[one.slug], "note": given[f"{one.slug}_note"]} for one in self._topics
        }


@dataclass(frozen=True)
class Past:
    """A review as the history tells it: what was not simply nothing, and the exposure then."""

    row: after.SafetyReviewRow
    found: list[tuple[str, str, str]]
    exposure: str


@page(Permission.SEE_INFUSIONS, looks_at="episode_id")
def safety_review(request: PageRequest, episode_id: int, treatment: str) -> HttpResponse:
    """Show what is to be asked and what is known; keep a review."""
    person = patient.person(request.viewer, episode_id)
    topics = infusions(treatment).review_topics
    form = SafetyReviewForm(entry.posted(request), person=person, request=request, topics=topics)
    if request.method == "POST":
        require(request.viewer, Permission.ASSESS_RESISTANCE)
        if form.is_valid() and _kept(request, episode_id, treatment, form):
            return redirect("safety_review", episode_id, treatment)
    return entry.show(
        request,
        "clinician/infusions/safety_review.html",
        form,
        person=person,
        protocol=infusions(treatment),
        may_record=may(request.viewer, Permission.ASSESS_RESISTANCE),
        **_known(request, episode_id, treatment),
    )


def _kept(request: PageRequest, episode_id: int, treatment: str, form: SafetyReviewForm) -> bool:
    places = {"time": "happened_at", "action": "action", **{topic: topic for topic in form.findings}}
    with entry.problems_on(form, places):
        verbs.record(
            episode_id,
            treatment=treatment,
            findings=form.findings,
            action=form.cleaned_data["action"],
            happened_at=form.cleaned_data["happened_at"],
            by=request.viewer,
            at=request.at,
            uid=form.cleaned_data["uid"],
        )
        messages.success(request, f"Safety review kept, {form.when}.")
    return not form.errors


def _known(request: PageRequest, episode_id: int, treatment: str) -> dict[str, Any]:
    viewer, at = request.viewer, request.at
    history = patient.history(viewer, episode_id)
    shown = after.exposure(viewer, episode_id, treatment=treatment, at=at, history=history)
    due_at = after.safety_review_due_at(viewer, episode_id, treatment=treatment, at=at, history=history)
    names = {one.slug: one.name for one in infusions(treatment).review_topics}
    return {
        "exposure": after_words.exposure_facts(shown),
        "due_at": due_at,
        "due_now": due_at is not None and due_at <= at,
        "pressures": after.pressures(viewer, episode_id, treatment=treatment)[::-1][:VISITS_SHOWN],
        "reviews": [
            past(one, names) for one in after.safety_reviews(viewer, episode_id, treatment=treatment)
        ],
    }


def past(row: after.SafetyReviewRow, names: Mapping[str, str]) -> Past:
    """An earlier review; a topic the protocol no longer has keeps its slug."""
    found = [
        (names.get(topic, topic), FOUND[one["found"]], one["note"])
        for topic, one in row.findings.items()
        if one["found"] != "none" or one["note"]
    ]
    then = Amount(count=row.exposure["count"], mg=Decimal(row.exposure["mg"]), unknown=0)
    return Past(row, found, after_words.amount(then))
