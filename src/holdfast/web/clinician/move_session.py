"""Move a booked session to another time, with the reason; the first booking stays readable."""

import uuid

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission
from holdfast.care import appointments
from holdfast.errors import NotFound
from holdfast.records.queries import therapy
from holdfast.web.clinician import book_session as booking_page
from holdfast.web.clinician import entry
from holdfast.web.page import PageRequest, page


class MoveForm(booking_page.WhenForm):
    """Another time, and why."""

    reason = forms.CharField(max_length=500, label="Why", widget=forms.Textarea(attrs={"rows": 2}))


def booked(request: PageRequest, course_id: int, uid: uuid.UUID) -> therapy.BookedRow:
    """The booking. Errors: `NotFound` where it was moved, held or cancelled meanwhile."""
    for row in therapy.booked(request.viewer, course_id):
        if row.uid == uid:
            return row
    raise NotFound("no such booking: it was moved, held or cancelled since you opened it")


@page(Permission.BOOK_SESSION, looks_at="course_id")
def move_session(request: PageRequest, course_id: int, uid: uuid.UUID) -> HttpResponse:
    """Show the days that fit; keep the new time and say what is to be known about it."""
    plan, row = booking_page.planning(request, course_id), booked(request, course_id, uid)
    form = MoveForm(entry.posted(request), days=plan.days(at=request.at), zone=plan.zone)
    if form.is_valid():
        given = form.cleaned_data
        with entry.problems_on(form, {**booking_page.PLACES, "reason": "reason"}):
            appointments.move(
                uid, starts_at=given["starts_at"], reason=given["reason"], by=request.viewer, at=request.at
            )
            booking_page.say_what_to_know(request, plan, given["starts_at"], "Session moved")
            return redirect("patient", plan.person.episode_id)
    return entry.show(
        request,
        "clinician/move_session.html",
        form,
        person=plan.person,
        heading="Move a session",
        button="Move it",
        booked=row,
        facts=booking_page.to_fit(plan, at=request.at),
    )
