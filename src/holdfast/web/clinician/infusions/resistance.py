"""What was tried and how resistant the illness is, on one page: written down, judged, staged."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from holdfast.access import Permission, may, require
from holdfast.care import resistance as verbs
from holdfast.pathway.adequacy import Verdict, called
from holdfast.protocols import medicines
from holdfast.records.queries import episode, patient
from holdfast.records.queries import resistance as queries
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import ready
from holdfast.web.clinician.infusions.resistance_forms import HistoryForm, OtherForm, TrialForm, WithdrawForm
from holdfast.web.clinician.naming import plain
from holdfast.web.page import PageRequest, page

BADGES: Mapping[Verdict, tuple[str, str]] = {
    Verdict.YES: ("good", "counts"),
    Verdict.NO: ("later", "does not count"),
    Verdict.UNKNOWN: ("week", "cannot tell"),
}
"""Style and words of whether a trial counts; its shape comes with the style."""

BANNERS: Mapping[Verdict, str] = {Verdict.YES: "good", Verdict.NO: "plain", Verdict.UNKNOWN: "warn"}

AGAINST: Mapping[bool, Verdict] = {True: Verdict.NO, False: Verdict.YES}
"""What the record says where it speaks against a signed finding."""

Sent = TrialForm | OtherForm | HistoryForm | WithdrawForm


@dataclass(frozen=True)
class Line:
    """An entry on the page with the form to withdraw it."""

    row: queries.TrialRow | queries.OtherRow | queries.HistoryRow
    withdraw: WithdrawForm


@dataclass(frozen=True)
class Trial(Line):
    """An antidepressant on the page: its numbers as they are read, and whether it counts with the style of that."""

    dose: str
    weeks: str
    style: str
    counts: str


@dataclass(frozen=True)
class Offer:
    """A drug as the field offers it: its name, what it says beside it, and other names it is found by."""

    name: str
    says: str
    also: str


@page(Permission.SEE_INFUSIONS, looks_at="episode_id")
def resistance(request: PageRequest, episode_id: int) -> HttpResponse:
    """Show what was tried with what it comes to; keep one more entry, or withdraw one."""
    if request.method == "POST":
        require(request.viewer, Permission.ASSESS_RESISTANCE)
    person = patient.person(request.viewer, episode_id)
    what = request.POST.get("what", "drug")
    form = _sent(request, what)
    if form is not None and form.is_valid():
        with entry.problems_on(form, getattr(form, "places", {"reason": "reason"})):
            messages.success(request, _kept(request, episode_id, form))
            back = reverse("resistance", args=[episode_id])
            return redirect(f"{back}?{urlencode({'add': what})}" if what in ("drug", "other") else back)
    found, finding = (
        queries.of_episode(request.viewer, episode_id),
        episode.finding(request.viewer, episode_id),
    )
    context = {
        "person": person,
        "form": form,
        "finding": finding,
        "disagrees": finding is not None and found.count.verdict is AGAINST[finding.treatment_resistant],
        "measures": queries.measures(request.viewer, episode_id),
        "may_enter_score": may(request.viewer, Permission.ENTER_SCORE),
        **ready.shared(request),
        **_found(found, form, add=request.GET.get("add", "")),
    }
    return render(
        request, "clinician/infusions/resistance.html", context, status=form.status if form else 200
    )


def _sent(request: PageRequest, what: str) -> Sent | None:
    """The form that was sent; None when the page is only opened."""
    if request.method != "POST":
        return None
    kinds: dict[str, type[Sent]] = {"other": OtherForm, "history": HistoryForm, "withdraw": WithdrawForm}
    return kinds.get(what, TrialForm)(request.POST)


def _kept(request: PageRequest, episode_id: int, form: Sent) -> str:
    """Keep what was sent and give the words for it."""
    given: dict[str, Any] = {**form.cleaned_data, "by": request.viewer, "at": request.at}
    if isinstance(form, WithdrawForm):
        verbs.withdraw(episode_id, given.pop("kind"), given.pop("fact"), **given)
        return "Withdrawn. It no longer counts and stays readable below."
    if isinstance(form, HistoryForm):
        verbs.record_history(episode_id, **given)
        return "History kept."
    if isinstance(form, OtherForm):
        verbs.record_other(episode_id, **given)
        return entry.said_plainly(f"{dict(queries.OTHER_KINDS)[given['kind']]} kept")
    given.pop("as_typed")
    verbs.record_drug(episode_id, **given)
    return entry.said_plainly(f"{called(given['drug'])} kept: {_trial_words(given)}")


def _trial_words(given: Mapping[str, Any]) -> str:
    dose, weeks, better = given["dose_mg"], given["weeks"], given["improvement_percent"]
    return ", ".join(
        (
            "dose not known" if dose is None else f"{plain(dose)} mg a day",
            "weeks not known" if weeks is None else f"{plain(weeks)} weeks",
            "improvement not known" if better is None else f"{better} % better",
        )
    )


def _found(found: queries.Resistance, form: Sent | None, *, add: str) -> dict[str, Any]:
    """What is on record and what it comes to, with the forms to add to it; the one sent keeps what was typed."""
    forms = {
        "drug_form": form if isinstance(form, TrialForm) else TrialForm(),
        "other_form": form if isinstance(form, OtherForm) else OtherForm(),
        "history_form": form
        if isinstance(form, HistoryForm)
        else HistoryForm(initial=_initial(found.history)),
    }
    for kind, first in (("drug", "drug"), ("other", "kind")):
        if add == kind and form is None:
            forms[f"{kind}_form"].fields[first].widget.attrs["autofocus"] = True
    return {
        **forms,
        "found": found,
        "banner": BANNERS[found.count.verdict],
        "trials": [_trial(row, form) for row in found.trials],
        "others": _lines("other", found.others, form),
        "histories": _lines("history", found.histories, form),
        "antidepressants": _offers(),
        "doses_from": medicines.table().cited,
        "thresholds": [
            found.limits.threshold(name)
            for name in ("trials_needed", "trial_weeks_at_least", "trial_failed_below")
        ],
    }


def _initial(history: queries.HistoryRow | None) -> dict[str, Any]:
    """The history that holds, as its form begins: what did not change needs no typing."""
    if history is None:
        return {}
    told = {None: "", True: "yes", False: "no"}[history.may_be_pregnant]
    fields = ("months", "severity", "suicide_history", "conditions", "substances", "medicines")
    return {**{name: getattr(history, name) for name in fields}, "may_be_pregnant": told}


def _lines(kind: str, rows: Sequence[queries.OtherRow | queries.HistoryRow], form: Sent | None) -> list[Line]:
    return [Line(row, _withdrawal(kind, row.uid, form)) for row in rows]


def _trial(row: queries.TrialRow, form: Sent | None) -> Trial:
    dose, weeks = ("" if number is None else plain(number) for number in (row.dose_mg, row.weeks))
    return Trial(row, _withdrawal("drug", row.uid, form), dose, weeks, *BADGES[row.adequacy.counts])


def _offers() -> list[Offer]:
    return [
        Offer(one.name, f"{medicines.class_name(one)}, {_least(one)}", ", ".join(one.also))
        for one in sorted(medicines.table().medicines, key=lambda one: medicines.folded(one.name))
    ]


def _least(medicine: medicines.Medicine) -> str:
    if medicine.minimum_mg is None:
        return "no minimum dose agreed"
    return f"at least {plain(medicine.minimum_mg)} mg a day"


def _withdrawal(kind: str, uid: uuid.UUID, form: Sent | None) -> WithdrawForm:
    """The form to withdraw an entry: what was typed where this one was sent."""
    if isinstance(form, WithdrawForm) and form["fact"].value() == str(uid):
        return form
    return WithdrawForm(auto_id=f"w_{uid}_%s", initial={"kind": kind, "fact": uid})
