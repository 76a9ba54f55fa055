"""Exclusions and cautions of a treatment, looked at one by one, and a prescriber's override of one that is there."""

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.views.decorators.debug import sensitive_post_parameters

from holdfast.access import Permission, require
from holdfast.care import eligibility as verbs
from holdfast.errors import NotFound
from holdfast.pathway.eligibility import ANSWERS, Answer, Line, Review, Standing, Verdict
from holdfast.protocols.infusion import Criterion
from holdfast.protocols.loader import infusions
from holdfast.records.queries import eligibility as queries
from holdfast.records.queries import patient
from holdfast.web import signing
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import ready
from holdfast.web.page import PageRequest, page

WORDS = {
    Answer.ABSENT: "absent",
    Answer.PRESENT: "present",
    Answer.NOT_KNOWN: "not known",
    Answer.NOT_LOOKED_AT: "not looked at",
}
VERDICTS = {
    Verdict.ELIGIBLE: "nothing stands against it",
    Verdict.NOT_ELIGIBLE: "not eligible",
    Verdict.CANNOT_TELL: "cannot tell yet",
}


class ReviewForm(entry.EpisodeForm):
    """An answer for each criterion. None is chosen beforehand, not even the last one.

    The last answer stands beside the question. Filled in, it would be confirmed by pressing the button, and a
    pregnancy or a bleed since then would be missed by not looking. A click for each is what shows that it was asked.
    """

    happened_at_label = "When it was looked at"

    def __init__(self, *args: Any, criteria: tuple[Criterion, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        self._criteria = criteria
        for one in criteria:
            self.fields[_named(one)] = forms.ChoiceField(
                choices=[(answer.value, WORDS[answer]) for answer in ANSWERS],
                widget=forms.RadioSelect,
                label=one.words,
                error_messages={"required": "Not answered. Expected: absent, present or not known."},
            )
        self.fields["note"] = forms.CharField(
            required=False,
            max_length=1000,
            label="What was weighed",
            help_text="Cautions that are present and why you go on, or what is still to be found out.",
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def questions(self, kind: str, standing: Standing) -> list[dict[str, Any]]:
        """Each criterion of that kind with its field and the last answer in words."""
        return [
            {"line": line, "field": self[_named(line.criterion)], "last": WORDS[line.answer]}
            for line in standing.lines
            if line.criterion.kind == kind
        ]

    @property
    def found(self) -> dict[str, str]:
        """The answers by criterion."""
        return {one.slug: self.cleaned_data[_named(one)] for one in self._criteria}


class OverrideForm(entry.OnceForm):
    """Why an exclusion does not stop the course, signed."""

    review = forms.UUIDField(widget=forms.HiddenInput)
    criterion = forms.SlugField(widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=500, label="Why you go on in spite of it", widget=forms.Textarea(attrs={"rows": 3})
    )
    password = signing.PasswordField(label="Your password, to sign")


@dataclass(frozen=True)
class Overridable:
    """An exclusion that stands in the way, with the form to sign for it."""

    line: Line
    form: OverrideForm


@dataclass(frozen=True)
class Past:
    """A review as the history tells it: what was not simply absent."""

    entry: queries.Entry[Review]
    lines: list[tuple[Line, str]]


@page(Permission.SEE_INFUSIONS, looks_at="episode_id")
@sensitive_post_parameters("password")
def eligibility(request: PageRequest, episode_id: int, treatment: str) -> HttpResponse:
    """Show what was found and the form for a new review; keep a review, sign an override, or withdraw an entry."""
    person = patient.person(request.viewer, episode_id)
    criteria = infusions(treatment).criteria
    act = request.POST.get("act", "review") if request.method == "POST" else ""
    sent = request.POST if act == "review" else None
    review = ReviewForm(sent, person=person, request=request, criteria=criteria)
    signed = OverrideForm(request.POST, auto_id=_ids(request.POST.get("criterion", "")))
    history = queries.reviews(request.viewer, episode_id, treatment=treatment)
    if act == "withdraw":
        ready.withdraw(request, "review", among=history)
        kept = True
    elif act == "override":
        kept = _overridden(request, signed, among=history)
    else:
        kept = act == "review" and _reviewed(request, episode_id, treatment, review)
    if kept:
        return redirect("eligibility", episode_id, treatment)
    standing = queries.standing(request.viewer, episode_id, treatment=treatment, at=request.at)
    return entry.show(
        request,
        "clinician/infusions/eligibility.html",
        signed if act == "override" else review,
        person=person,
        protocol=standing.limits.protocol,
        standing=standing,
        verdict=VERDICTS[standing.verdict],
        lacking=_lacking(standing),
        weighed=_weighed(standing),
        review=review,
        parts=_parts(review, standing),
        against=_against(standing, signed if act == "override" else None),
        history=[_past(standing, one) for one in history],
        **ready.shared(request),
    )


def _reviewed(request: PageRequest, episode_id: int, treatment: str, form: ReviewForm) -> bool:
    require(request.viewer, Permission.ASSESS_RESISTANCE)
    if form.is_valid():
        given = form.cleaned_data
        with entry.problems_on(form, {"time": "happened_at"}):
            verbs.review(
                episode_id,
                treatment=treatment,
                found=form.found,
                note=given["note"],
                happened_at=given["happened_at"],
                by=request.viewer,
                at=request.at,
                uid=given["uid"],
            )
            standing = queries.standing(request.viewer, episode_id, treatment=treatment, at=request.at)
            messages.success(request, f"Review kept, {form.when}: {VERDICTS[standing.verdict]}.")
    return not form.errors


def _overridden(
    request: PageRequest, form: OverrideForm, *, among: tuple[queries.Entry[Review], ...]
) -> bool:
    require(request.viewer, Permission.ORDER_INFUSION)
    if form.is_valid():
        given = form.cleaned_data
        # H-023: a page never signs for another person.
        if given["review"] not in {one.fact.uid for one in among}:
            raise NotFound("no such review of this person")
        with entry.problems_on(form, {"reason": "reason", signing.OWN: "password"}):
            signing.again(request, given["password"])
            verbs.override(
                given["review"],
                criterion=given["criterion"],
                reason=given["reason"],
                by=request.viewer,
                at=request.at,
                uid=given["uid"],
            )
            messages.success(request, "Override signed. It holds until the next review.")
    return not form.errors


def _parts(form: ReviewForm, standing: Standing) -> list[dict[str, Any]]:
    """Exclusions and cautions, each with its questions."""
    kinds = {
        "exclusion": ("Exclusions", "One that is present stops the course unless a prescriber signs for it."),
        "caution": ("Cautions", "One that is present is weighed; write down how."),
    }
    return [
        {"title": title, "hint": hint, "questions": form.questions(kind, standing)}
        for kind, (title, hint) in kinds.items()
    ]


def _lacking(standing: Standing) -> list[str]:
    """Why it cannot be told yet, as sentences; empty when it can."""
    if standing.review is None:
        return ["Nobody has looked yet."]
    words = [f"{one.criterion.words}: {WORDS[one.answer]}." for one in standing.lines if one.is_open]
    if not standing.review_in_date:
        words.append("The review is too old: look again.")
    return words


def _weighed(standing: Standing) -> list[str]:
    """The cautions that a review left to weigh."""
    if standing.review is None:
        return []
    return [f"{one.criterion.words} ({WORDS[one.answer]})" for one in standing.lines if one.cautions]


def _against(standing: Standing, sent: OverrideForm | None) -> list[Overridable]:
    """The exclusions in the way, each with its form; the one that was sent keeps what was typed."""
    if standing.review is None:
        return []
    typed_for = sent.data.get("criterion") if sent is not None else None
    return [
        Overridable(
            line,
            sent
            if sent is not None and typed_for == line.criterion.slug
            else OverrideForm(
                auto_id=_ids(line.criterion.slug),
                initial={"review": standing.review.uid, "criterion": line.criterion.slug},
            ),
        )
        for line in standing.lines
        if line.excludes
    ]


def _past(standing: Standing, one: queries.Entry[Review]) -> Past:
    lines = replace(standing, review=one.fact).lines
    return Past(one, [(line, WORDS[line.answer]) for line in lines if line.answer is not Answer.ABSENT])


def _ids(criterion: str) -> str:
    """The pattern of element ids of an override form: there is one for each exclusion on the page."""
    return f"id_{slugify(criterion)}_%s"


def _named(criterion: Criterion) -> str:
    return f"found_{criterion.slug}"
