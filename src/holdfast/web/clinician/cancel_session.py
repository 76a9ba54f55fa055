"""Record that a booked session will not take place, whose doing it was, and what got in the way."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from holdfast.access import Permission
from holdfast.care import appointments
from holdfast.records.queries import patient, therapy
from holdfast.web.clinician import entry
from holdfast.web.clinician.move_session import booked
from holdfast.web.clinician.naming import ATTENDANCE, moment
from holdfast.web.clinician.record_session import IN_THE_WAY
from holdfast.web.page import PageRequest, page

CANCELLED = ("cancelled_by_patient", "cancelled_by_clinic")


class CancelForm(entry.EntryForm):
    """Whose doing it was, and what got in the way."""

    attendance = forms.ChoiceField(
        choices=[(one, ATTENDANCE[one]) for one in CANCELLED],
        widget=forms.RadioSelect,
        label="Whose doing it is",
    )
    reason = forms.CharField(
        required=False, max_length=200, label="What got in the way", help_text=IN_THE_WAY
    )


@page(Permission.BOOK_SESSION, looks_at="course_id")
def cancel_session(request: PageRequest, course_id: int, uid: uuid.UUID) -> HttpResponse:
    """Show the booking; keep that it will not take place."""
    course = therapy.course(request.viewer, course_id)
    person, row = patient.person(request.viewer, course.episode_id), booked(request, course_id, uid)
    form = CancelForm(entry.posted(request))
    if form.is_valid():
        with entry.problems_on(form, {"attendance": "attendance"}):
            appointments.cancel(uid, **form.cleaned_data, by=request.viewer, at=request.at)
            messages.success(
                request,
                f"Session of {moment(row.starts_at)}: {ATTENDANCE[form.cleaned_data['attendance']]}.",
            )
            return redirect("patient", person.episode_id)
    return entry.show(
        request,
        "clinician/cancel_session.html",
        form,
        person=person,
        heading="Cancel a session",
        booked=row,
    )
