"""A site's own limits: each one of a treatment that may be set, what holds here and why, and a form to set it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from holdfast.access import Permission, require
from holdfast.care import site_limits as verbs
from holdfast.pathway.limit_pairs import adjustable
from holdfast.protocols.infusion import SiteThreshold
from holdfast.protocols.loader import infusions
from holdfast.records.queries import limit_settings
from holdfast.records.queries import site_limits as queries
from holdfast.web import signing
from holdfast.web.clinician import entry
from holdfast.web.clinician.infusions import ready
from holdfast.web.page import PageRequest, page

ON_A_PAGE = 25

GROUPS = (
    ("Before a course", ("trial_", "consent_", "eligibility_")),
    (
        "Dose and order",
        ("usual_", "lowest_", "highest_", "infusion_", "shortest_", "order_", "weight_", "ideal_"),
    ),
    ("Chair", ("chair_",)),
    ("Before the drug is begun", ("weigh_", "hold_", "start_", "no_")),
    ("Flow sheet", ("row_", "alert_")),
    ("Going home", ("observe_", "near_", "home_")),
    ("After infusions", ("safety_",)),
)
"""Headings of the page in the order of the work, each with how the names of its limits begin."""

OTHERS = "Others"
"""Heading of the limits that no group of the page names."""

PLACES = {"value": "value", "reason": "reason", signing.OWN: "password"}

NOT_CHOSEN = "No limit is chosen. Expected: one of the table below."


class LimitForm(entry.OnceForm):
    """Which limit, its new value, why, and a password to sign. Without a value it is set back."""

    name = forms.ChoiceField(
        label="Limit",
        widget=forms.HiddenInput,
        error_messages={"required": NOT_CHOSEN, "invalid_choice": NOT_CHOSEN},
    )
    value = entry.MeasuredField(required=False, max_digits=6, decimal_places=2, label="New value")
    reason = forms.CharField(
        max_length=500,
        label="Why this site does so",
        help_text="It stands beside the limit wherever it decides something.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    password = signing.PasswordField(label="Your password, to sign")

    def __init__(self, *args: Any, limits: Mapping[str, SiteThreshold], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].choices = [(name, one.about) for name, one in limits.items()]  # type: ignore[attr-defined]
        shown = limits.get(str(self["name"].value()))
        if shown is not None:
            self.fields["value"].label = f"New value, {shown.unit}"
            self.fields["value"].help_text = f"{span(shown)}. The protocol says {shown.words}."


@dataclass(frozen=True)
class Limit:
    """A line of the table: a limit as the protocol has it and as it holds here, and who set it."""

    name: str
    shipped: SiteThreshold
    here: SiteThreshold
    setting: limit_settings.Setting | None

    @property
    def range(self) -> str:
        """From where to where a site may set it, without the unit that stands beside it."""
        return f"{self.shipped.lowest:g} to {self.shipped.highest:g}"


def grouped(limits: Iterable[Limit]) -> list[tuple[str, list[Limit]]]:
    """The limits under their headings; a heading without any is left out."""
    found: dict[str, list[Limit]] = {title: [] for title in (*(one for one, _ in GROUPS), OTHERS)}
    for one in limits:
        title = next((title for title, begins in GROUPS if one.name.startswith(begins)), OTHERS)
        found[title].append(one)
    return [(title, lines) for title, lines in found.items() if lines]


def span(limit: SiteThreshold) -> str:
    """From where to where a site may set it, in words."""
    upper = limit.model_copy(update={"value": limit.highest})
    return f"{limit.lowest:g} to {upper.words}"


@page(Permission.SEE_INFUSIONS)
@sensitive_post_parameters("password")
def site_limits(request: PageRequest, treatment: str) -> HttpResponse:
    """Show what holds at the viewer's site; set the limit that `?set=` names, or set it back."""
    protocol = infusions(treatment)
    limits = adjustable(protocol)
    chosen = request.POST.get("name") or request.GET.get("set", "")
    form = LimitForm(entry.posted(request), limits=limits, initial={"name": chosen})
    if request.method == "POST" and _is_set(request, treatment, form):
        return redirect("site_limits", treatment)
    here = queries.of_clinic(request.viewer.clinic_id, treatment=treatment)
    settings = limit_settings.settings(request.viewer, treatment=treatment)
    newest = {one.name: one for one in reversed(settings)}
    table = [
        Limit(name, shipped, here.threshold(name), newest.get(name) if name in here.settings else None)
        for name, shipped in limits.items()
    ]
    past = [(one, limits.get(one.name)) for one in settings]
    context = {
        "form": form,
        "protocol": protocol,
        "groups": grouped(table),
        "count": len(table),
        "chosen": next((one for one in table if one.name == chosen), None),
        "history": Paginator(past, ON_A_PAGE).get_page(request.GET.get("page")),
        **ready.shared(request),
    }
    return render(request, "clinician/infusions/site_limits.html", context, status=form.status)


def _is_set(request: PageRequest, treatment: str, form: LimitForm) -> bool:
    require(request.viewer, Permission.ORDER_INFUSION)
    back = request.POST.get("act") == "set_back"
    if form.is_valid():
        given = form.cleaned_data
        if given["value"] is None and not back:
            form.add_error("value", "This is empty. Expected: a number, or the button that sets it back.")
            return False
        with entry.problems_on(form, PLACES):
            signing.again(request, given["password"])
            verbs.set_limit(
                treatment=treatment,
                name=given["name"],
                value=None if back else float(given["value"]),
                reason=given["reason"],
                by=request.viewer,
                at=request.at,
                uid=given["uid"],
            )
            about = dict(form.fields["name"].choices)[given["name"]]  # type: ignore[attr-defined]
            now = "set back to the protocol's" if back else f"{given['value'].normalize():f} from now on"
            messages.success(request, f"Signed. {about}: {now}.")
    return not form.errors
