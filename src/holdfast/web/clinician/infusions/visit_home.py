"""Going home: every criterion with why it holds or does not, what to do, who may sign, and the moment they leave."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from holdfast.access import Permission, Role, may, require
from holdfast.care import discharges as verbs
from holdfast.pathway.discharge import ANSWERS, SEEN, Judged, State
from holdfast.pathway.go_list import ESCORT, SIGNED_WITH
from holdfast.records.queries import discharge as queries
from holdfast.web import signing
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import witness
from holdfast.web.page import PageRequest, page

BADGES = {State.MET: "good", State.NOT_MET: "today", State.OPEN: "week"}
"""Style of each state; its shape comes with the style."""

SIGN_PLACES = {"reason": "reason", signing.OWN: "password", signing.COLLEAGUE: "password"}


class HomeForm(entry.OnceForm):
    """An answer to each criterion that is asked, who takes them home, and when they left."""

    escort_name = forms.CharField(
        max_length=120,
        label="Goes home with",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(
        required=False, max_length=500, label="Note", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, home: queries.Home, request: PageRequest, **options: Any) -> None:
        super().__init__(*args, **options)
        end = home.sheet.end
        not_before = end.at if end else home.sheet.arrived_at
        self.fields["happened_at"] = witness.MomentOrNow(
            request=request, not_before=not_before.replace(second=0, microsecond=0), label="Left at"
        )
        self.fields["escort_name"].required = ESCORT not in home.overrides
        for one in home.protocol.discharge:
            if one.reads == "asked":
                self.fields[_name(one.slug)] = forms.ChoiceField(
                    choices=[(answer, answer) for answer in ANSWERS],
                    required=False,
                    label=one.words,
                    widget=forms.RadioSelect,
                )
        self._asked = [one.slug for one in home.protocol.discharge if one.reads == "asked"]
        asked = {slug: _name(slug) for slug in self._asked}
        self.places = {"time": "happened_at", "escort name": "escort_name", **asked}

    @property
    def answers(self) -> dict[str, str]:
        """What is answered so far, sent or not."""
        return {slug: str(self[_name(slug)].value() or "") for slug in self._asked}

    @property
    def leaves_at(self) -> datetime | None:
        """When they left as it was sent; None while nothing was, or it cannot be read."""
        found: datetime | None = getattr(self, "cleaned_data", {}).get("happened_at")
        return found


class SignForm(entry.OnceForm):
    """Why someone may go regardless, and who signs for it."""

    reason = forms.CharField(
        max_length=500, label="Why it is safe to go", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    username = forms.CharField(
        max_length=150,
        label="Who signs: user name",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    password = signing.PasswordField(label="Their own password")


@dataclass(frozen=True)
class Line:
    """A criterion on the page: how to answer it where it is asked, how to sign where it does not hold."""

    judged: Judged
    badge: str
    answer: Any = None
    sign: SignForm | None = None

    @property
    def signed_by(self) -> Role | None:
        """The role that may sign, while it does not hold."""
        return None if self.judged.holds else self.judged.override


@page(Permission.SEE_INFUSIONS, looks_at="uid", seen_as="visit")
def visit_home(request: PageRequest, uid: uuid.UUID) -> HttpResponse:
    """Show the criteria; keep an override, or that they have gone."""
    if request.method == "POST":
        require(request.viewer, Permission.RUN_INFUSION)
    home = queries.home(request.viewer, uid, at=request.at)
    signs_for = request.POST.get("sign", "")
    sign = SignForm(request.POST, prefix=signs_for) if signs_for else None
    if request.method == "POST" and sign is None:
        form = HomeForm(request.POST, home=home, request=request)
        if form.is_valid() and _gone(request, uid, form):
            return redirect("visit_home", uid)
    else:
        form = HomeForm(home=home, request=request, initial=_typed(request, uid, home))
    if sign is not None and sign.is_valid() and _signed(request, uid, signs_for, sign):
        return redirect("visit_home", uid)
    lines = _lines(request, home, form, {signs_for: sign} if sign else {})
    context = {
        "sheet": home.sheet,
        "home": home,
        "form": form,
        "wrong": sign or form,
        "kept": _kept(home),
        "lines": lines,
        "hold_up": [line for line in lines if not line.judged.holds],
        "seen": SEEN,
        "may_write": may(request.viewer, Permission.RUN_INFUSION),
    }
    status = (sign or form).status
    return render(request, "clinician/infusions/visit_home.html", context, status=status)


def _gone(request: PageRequest, uid: uuid.UUID, form: HomeForm) -> bool:
    given = form.cleaned_data
    with entry.problems_on(form, form.places):
        verbs.let_go(
            uid,
            answers={slug: answer for slug, answer in form.answers.items() if answer},
            escort_name=given["escort_name"],
            note=given["note"],
            happened_at=given["happened_at"],
            by=request.viewer,
            at=request.at,
            uid=given["uid"],
        )
        request.session.pop(_kept_under(uid), None)
        messages.success(request, "They have gone home. Every criterion is kept as it stood.")
    return not form.errors


def _signed(request: PageRequest, uid: uuid.UUID, criterion: str, form: SignForm) -> bool:
    given = form.cleaned_data
    with entry.problems_on(form, SIGN_PLACES):
        by = witness.signed_by(request, given["username"], given["password"])
        verbs.override(
            uid, criterion=criterion, reason=given["reason"], by=by, at=request.at, uid=given["uid"]
        )
        messages.success(request, f"Signed by {by.name}.")
    return not form.errors


def _typed(request: PageRequest, uid: uuid.UUID, home: queries.Home) -> dict[str, str]:
    """What stands in the form: what was typed when someone signed in between, else who was named in the morning."""
    names = ["escort_name", "note", *(_name(one.slug) for one in home.protocol.discharge)]
    if request.method == "POST":
        # Kept for the page after the signature, in the session and not in its address.
        request.session[_kept_under(uid)] = {name: request.POST.get(name, "") for name in names}
    named = {"escort_name": home.escort.name if home.escort else ""}
    found: dict[str, str] = request.session.get(_kept_under(uid), named)
    return found


def _lines(
    request: PageRequest, home: queries.Home, form: HomeForm, sent: Mapping[str, SignForm]
) -> list[Line]:
    judged = home.judged(form.answers, at=form.leaves_at or request.at)
    return [
        Line(
            judged=one,
            badge=BADGES[one.state],
            answer=form[_name(one.slug)] if one.asked else None,
            sign=sent.get(one.slug) or _sign_form(request, one),
        )
        for one in judged
    ]


def _sign_form(request: PageRequest, one: Judged) -> SignForm | None:
    if one.override is None or one.holds or not may(request.viewer, Permission.RUN_INFUSION):
        return None
    own = request.user.get_username() if may(request.viewer, SIGNED_WITH[one.override]) else ""
    return SignForm(prefix=one.slug, initial={"username": own})


def _kept(home: queries.Home) -> list[tuple[str, Mapping[str, Any]]]:
    """The criteria as they stood when someone left, in the words of the protocol."""
    if home.gone is None:
        return []
    words = {one.slug: one.words for one in home.protocol.discharge}
    return [
        (words.get(slug, "Every reading out of range was seen"), one)
        for slug, one in home.gone.criteria.items()
    ]


def _name(slug: str) -> str:
    return f"answer_{slug}"


def _kept_under(uid: uuid.UUID) -> str:
    return f"going home {uid}"
