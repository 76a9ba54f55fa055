"""What the pages before a first infusion share: the way between them, and taking back an entry that was wrong."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages

from holdfast.access import Permission, may
from holdfast.care import eligibility
from holdfast.errors import InvalidInput, NotFound, Problem
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import all_protocols
from holdfast.records.queries.eligibility import Entry, Kept
from holdfast.web.page import PageRequest


class WithdrawForm(forms.Form):
    """Which entry was wrong, and what was wrong with it."""

    fact = forms.UUIDField()
    why = forms.CharField(max_length=500)


def shared(request: PageRequest) -> dict[str, Any]:
    """What every one of the pages shows: the treatments there are, and what the viewer may do here."""
    protocols = all_protocols().values()
    return {
        "treatments": [one for one in protocols if isinstance(one, InfusionProtocol)],
        "may_record": may(request.viewer, Permission.ASSESS_RESISTANCE),
        "may_sign": may(request.viewer, Permission.ORDER_INFUSION),
    }


def withdraw(request: PageRequest, kind: str, *, among: Sequence[Entry[Kept]]) -> None:
    """Withdraw the entry that was sent, one of those on the page.

    Errors: `InvalidInput` without a reason, `NotFound` for an entry that is not of this person.
    """
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(
            Problem("what was wrong", "is empty or too long", "a few words; nothing was changed")
        )
    fact: uuid.UUID = form.cleaned_data["fact"]
    # H-023: a page never changes the record of another person.
    if fact not in {one.fact.uid for one in among}:
        raise NotFound(f"no such {kind} of this person")
    eligibility.withdraw(kind, fact, reason=form.cleaned_data["why"], by=request.viewer, at=request.at)
    messages.success(request, f"The {kind} is marked as entered in error and counts no longer.")
