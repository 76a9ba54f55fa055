"""The review when infusions bring no clear relief: what each brought, what is known, and what is decided."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission, may, require
from holdfast.care import infusion_courses as verbs
from holdfast.pathway import limits
from holdfast.pathway.infusion_plan import Stands
from holdfast.pathway.infusion_rules import review_non_response
from holdfast.pathway.rule import Facts
from holdfast.pathway.wording import OF_NO_RELIEF
from holdfast.protocols.infusion import Route
from holdfast.records.queries import after, infusion_courses, patient
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import after_words
from holdfast.web.page import PageRequest, page

OUTCOMES: Mapping[str, tuple[str, str]] = {
    "go_on": (
        "Go on as planned",
        "Gain was still seen after two in a row without it; say when you look again.",
    ),
    "change_dose": (
        "Go on with another dose",
        "Sign a new order. That a higher dose helps someone whom the usual one did not has not been shown.",
    ),
    "stop": ("Stop infusions", "The course ends; therapy and other treatment go on. It is nobody's failure."),
}
"""What a review may come to: its words, and what to know."""

PLACES: Mapping[str, str] = {"decision": "outcome", "reason": "reason", "time": "happened_at"}


class ReviewForm(entry.EpisodeForm):
    """What the review came to, why, and when."""

    happened_at_label = "When you talked it over"

    outcome = forms.ChoiceField(
        choices=[(slug, words) for slug, (words, _) in OUTCOMES.items()],
        widget=forms.RadioSelect,
        label="What it came to",
        error_messages={"required": "Nothing is chosen. Expected: one of the three."},
    )
    reason = forms.CharField(
        max_length=1000,
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "It is empty. Expected: why, in a few words."},
    )


@page(Permission.SEE_INFUSIONS, looks_at="course_id", seen_as="infusion course")
def non_response(request: PageRequest, course_id: int) -> HttpResponse:
    """Show the ground of the review; keep what it came to, for a prescriber."""
    course = infusion_courses.course(request.viewer, course_id)
    person = patient.person(request.viewer, course.episode_id)
    form = ReviewForm(entry.posted(request), person=person, request=request)
    if request.method == "POST":
        require(request.viewer, Permission.ORDER_INFUSION)
        if form.is_valid() and _kept(request, course, form):
            return redirect("non_response", course_id)
    history = patient.history(request.viewer, course.episode_id)
    called_for = review_non_response(Facts(history.as_of(request.at), request.at))
    reviews = [one for one in reversed(course.decisions) if one.kind == "review"]
    return entry.show(
        request,
        "clinician/infusions/non_response.html",
        form,
        person=person,
        course=course,
        protocol=course.protocol,
        may_decide=may(request.viewer, Permission.ORDER_INFUSION),
        called_for=called_for,
        effects=after_words.effect_lines(
            after.effects(request.viewer, course_id, at=request.at, history=history)
        ),
        outcomes=[(*OUTCOMES[choice.data["value"]], choice) for choice in form["outcome"]],
        in_a_row=limits.threshold("review_in_a_row"),
        in_all=limits.threshold("review_in_all"),
        known=OF_NO_RELIEF,
        elsewhere=course.protocol.route is not Route.VEIN,
        reviews=[(one, OUTCOMES[one.value][0]) for one in reviews],
        stopped=course.standing(course.day(request.at)).stands is Stands.STOPPED,
    )


def _kept(request: PageRequest, course: infusion_courses.CourseRow, form: ReviewForm) -> bool:
    given = form.cleaned_data
    with entry.problems_on(form, PLACES):
        verbs.decide(
            course.course_id,
            kind="review",
            value=given["outcome"],
            reason=given["reason"],
            happened_at=given["happened_at"],
            by=request.viewer,
            at=request.at,
            uid=given["uid"],
        )
        messages.success(request, f"Review kept: {OUTCOMES[given['outcome']][0].lower()}.")
    return not form.errors
