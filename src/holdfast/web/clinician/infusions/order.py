"""A signed order on one sheet: its numbers, its signatures, whether it may be used; sign it second, or stop it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission, Viewer, may, require
from holdfast.care import orders as verbs
from holdfast.protocols.loader import infusions
from holdfast.records.queries import orders as queries
from holdfast.records.queries import patient
from holdfast.web import signing
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import order_form
from holdfast.web.page import PageRequest, page


@page(Permission.SEE_INFUSIONS, looks_at="uid", seen_as="order")
def order(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Show the order; keep a second signature, or that it is stopped."""
    row = queries.order(request.viewer, uid, at=request.at)
    stopping = "stop" in request.POST
    stop = order_form.StopForm(request.POST if stopping else None)
    second = _second_form(request, row)(None if stopping else entry.posted(request))
    if request.method == "POST":
        require(request.viewer, Permission.ORDER_INFUSION)
        form = stop if stopping else second
        if form.is_valid() and _kept(request, row, form):
            return redirect("order", uid)
    return _show(request, row, stop=stop, second=second)


def _second_form(
    request: PageRequest, row: queries.OrderRow
) -> type[order_form.OwnSecondForm] | type[order_form.ColleagueSecondForm]:
    own = row.signed_by_id == request.viewer.account_id
    return order_form.ColleagueSecondForm if own else order_form.OwnSecondForm


def _kept(
    request: PageRequest,
    row: queries.OrderRow,
    form: order_form.StopForm | order_form.OwnSecondForm | order_form.ColleagueSecondForm,
) -> bool:
    """Whether it was kept; where not, the form says what is wrong."""
    with entry.problems_on(form, form.places):
        if isinstance(form, order_form.StopForm):
            verbs.stop(row.uid, reason=form.cleaned_data["reason"], by=request.viewer, at=request.at)
            messages.success(request, "The order is stopped: nothing is given on it.")
        else:
            verbs.sign_second(row.uid, by=_second(request, form), at=request.at)
            messages.success(request, "The order is signed by two.")
    return not form.errors


def _second(request: PageRequest, form: order_form.OwnSecondForm | order_form.ColleagueSecondForm) -> Viewer:
    """Who signs second, by their own password."""
    given = form.cleaned_data
    if isinstance(form, order_form.OwnSecondForm):
        signing.again(request, given["password"])
        return request.viewer
    return signing.another(
        request, given["username"], given["password"], permission=Permission.ORDER_INFUSION
    )


def _show(
    request: PageRequest, row: queries.OrderRow, *, stop: entry.EntryForm, second: entry.EntryForm
) -> HttpResponse:
    form = stop if stop.is_bound else second
    may_order = may(request.viewer, Permission.ORDER_INFUSION)
    context: dict[str, Any] = {
        "order": row,
        "protocol": infusions(row.treatment),
        "person": patient.person(request.viewer, row.episode_id),
        "form": form,
        "stop": stop if may_order and row.ended_at is None else None,
        "second": second if may_order and row.waits_for_second else None,
        "may_order": may_order,
    }
    return render(request, "clinician/infusions/order.html", context, status=form.status)
