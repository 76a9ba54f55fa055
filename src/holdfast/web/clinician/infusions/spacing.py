"""How infusions are spaced: the forecast, what each brought so far, the decision, and how earlier ones turned out."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission, may, require
from holdfast.care import spacing as verbs
from holdfast.pathway.history import History
from holdfast.records.queries import after, infusion_courses, patient
from holdfast.web.clinician import entry, forecast_words
from holdfast.web.clinician.chart import chart
from holdfast.web.clinician.infusions import after_words
from holdfast.web.page import PageRequest, page
from holdfast.web.parts.charts import course_chart, course_table

STOP = "stop"
CHOICES = (
    ("hold", "Hold the spacing"),
    ("stretch", "Stretch it"),
    ("bring_forward", "Bring the next one forward"),
    (STOP, "Stop infusions"),
)
PLACES: Mapping[str, str] = {"choice": "choice", "days": "days", "reason": "reason"}


class SpacingForm(entry.OnceForm):
    """What is decided, beside the outlook that is on the screen."""

    outlook = forms.IntegerField(required=False, widget=forms.HiddenInput)
    choice = forms.ChoiceField(
        choices=CHOICES,
        widget=forms.RadioSelect,
        label="What you decide",
        error_messages={"required": "Nothing is chosen. Expected: one of the four."},
    )
    days = forms.IntegerField(
        required=False,
        label="Days from the last one to the next",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
        error_messages={"invalid": "This is not a whole number. Expected: days, for example 14."},
    )
    reason = forms.CharField(
        max_length=verbs.REASON_AT_MOST,
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "It is empty. Expected: why, in a few words."},
    )


@page(Permission.SEE_INFUSIONS, looks_at="course_id", seen_as="infusion course")
def spacing(request: PageRequest, course_id: int) -> HttpResponse:
    """Show the ground of the decision; keep it, for a prescriber."""
    course = infusion_courses.course(request.viewer, course_id)
    person = patient.person(request.viewer, course.episode_id)
    outlook = patient.outlook(request.viewer, course.episode_id)
    seen = outlook.outlook_id if outlook else None
    form = SpacingForm(entry.posted(request), initial={"outlook": seen, "days": _days_now(course)})
    if request.method == "POST":
        require(request.viewer, Permission.ORDER_INFUSION)
        if form.is_valid() and _kept(request, course_id, form):
            return redirect("spacing", course_id)
        if form.conflict:
            # What was typed stays; the outlook it is sent beside is the one that is on this page now.
            form.data = {**request.POST.dict(), "outlook": "" if seen is None else str(seen)}
    history = patient.history(request.viewer, course.episode_id)
    return entry.show(
        request,
        "clinician/infusions/spacing.html",
        form,
        person=person,
        course=course,
        protocol=course.protocol,
        may_decide=may(request.viewer, Permission.ORDER_INFUSION),
        figures=forecast_words.figures(outlook, history),
        caveat=forecast_words.caveat(outlook, history),
        failed=forecast_words.failed(outlook),
        **_drawn(request, history, outlook),
        **_after(request, course, history),
    )


def _kept(request: PageRequest, course_id: int, form: SpacingForm) -> bool:
    given = form.cleaned_data
    days = None if given["choice"] == STOP else given["days"]
    with entry.problems_on(form, PLACES):
        verbs.decide(
            course_id,
            choice=given["choice"],
            days=days,
            reason=given["reason"],
            outlook_id=given["outlook"],
            by=request.viewer,
            at=request.at,
            uid=given["uid"],
        )
        so_many = "" if days is None else f", {days} days"
        messages.success(request, f"Decision kept: {dict(CHOICES)[given['choice']].lower()}{so_many}.")
    return not form.errors


def _days_now(course: infusion_courses.CourseRow) -> str:
    """The days decided last, to begin with; empty before the first decision and after one to stop."""
    spaced = [one for one in course.decisions if one.kind in {"spacing", "stop"}]
    return spaced[-1].value if spaced else ""


def _drawn(request: PageRequest, history: History, outlook: patient.OutlookRow | None) -> dict[str, Any]:
    zone = request.viewer.zone
    wide = chart(history, outlook, at=request.at, zone=zone)
    return {
        "wide": course_chart(wide),
        "compact": course_chart(chart(history, outlook, at=request.at, zone=zone, compact=True)),
        "rows": course_table(wide),
    }


def _after(request: PageRequest, course: infusion_courses.CourseRow, history: History) -> dict[str, Any]:
    viewer, at = request.viewer, request.at
    earlier = after.spacings(viewer, course.course_id, at=at, history=history)
    shown = after.exposure(viewer, course.episode_id, treatment=course.treatment, at=at, history=history)
    return {
        "effects": after_words.effect_lines(after.effects(viewer, course.course_id, at=at, history=history)),
        "exposure": after_words.exposure_facts(shown),
        "earlier": after_words.spacing_lines(earlier, instrument=history.judged_on, at=at),
        "decided_last": after_words.decided(earlier[0]) if earlier else "",
        "last": shown,
        "booked": course.booked,
    }
