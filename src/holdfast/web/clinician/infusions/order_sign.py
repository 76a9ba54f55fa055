"""Order an infusion: choose, have every number worked out, look, and sign what was seen."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission
from holdfast.care import orders as verbs
from holdfast.records.queries import orders as queries
from holdfast.records.queries import patient
from holdfast.web import signing
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import order_form
from holdfast.web.clinician.naming import since
from holdfast.web.page import PageRequest, page

NOT_SHOWN = "not worked out"
"""Stands for the digest of numbers that nobody has seen; it fits none."""


@page(Permission.ORDER_INFUSION, looks_at="course_id", seen_as="infusion course")
def order_sign(request: PageRequest, course_id: int) -> HttpResponse:
    """Show the form; work out what was chosen; sign it once the password is given for the numbers shown."""
    ground = queries.ground(request.viewer, course_id, at=request.at)
    before = queries.on_ground(ground)
    form = order_form.of_ground(entry.posted(request), ground=ground, before=before)
    if form.is_valid() and "sign" in request.POST and _signed(request, course_id, form):
        messages.success(request, "The order is signed.")
        return redirect("order", form.cleaned_data["uid"])
    return _show(request, form, ground=ground, before=before)


def _signed(request: PageRequest, course_id: int, form: order_form.OrderForm) -> bool:
    """Whether it was signed; where not, the form says what is wrong."""
    given = form.cleaned_data
    with entry.problems_on(form, form.places):
        signing.again(request, given["password"])
        verbs.sign(
            course_id,
            **form.chosen,
            shown=request.POST.get("shown", "") or NOT_SHOWN,
            by=request.viewer,
            at=request.at,
            uid=given["uid"],
        )
    return not form.errors


def _show(
    request: PageRequest,
    form: order_form.OrderForm,
    *,
    ground: queries.Ground,
    before: queries.OrderRow | None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "ground": ground,
        "limits": ground.limits,
        "before": before,
        "worked": form.worked,
        "person": patient.person(request.viewer, ground.course.episode_id),
        "weighed": None if ground.weighed_at is None else since(ground.weighed_at, request.at),
        "too_old": _too_old(ground),
        "weight_holds": ground.limits.words("weight_valid_for"),
        "valid_until": ground.today + ground.limits.duration("order_valid_for"),
    }
    return render(request, "clinician/infusions/order_sign.html", context, status=form.status)


def _too_old(ground: queries.Ground) -> bool:
    """Whether the newest weight holds no longer."""
    return ground.body is not None and not ground.body.in_date(ground.limits, today=ground.today)
