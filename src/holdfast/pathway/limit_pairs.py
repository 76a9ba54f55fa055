"""Thresholds that only make sense together: which must not lie above which."""

from collections.abc import Mapping

from holdfast.errors import Problem
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import InfusionProtocol, SiteThreshold

IN_ORDER: tuple[tuple[str, str], ...] = (
    ("lowest_dose_mg_per_kg", "usual_dose_mg_per_kg"),
    ("usual_dose_mg_per_kg", "highest_dose_mg_per_kg"),
    ("lowest_dose_mg", "usual_dose_mg"),
    ("usual_dose_mg", "highest_dose_mg"),
    ("shortest_infusion_minutes", "infusion_minutes"),
    ("infusion_minutes", "longest_infusion_minutes"),
    ("observe_minutes", "chair_minutes"),
    ("weigh_systolic", "hold_systolic"),
    ("weigh_diastolic", "hold_diastolic"),
    ("hold_systolic", "alert_systolic"),
    ("hold_diastolic", "alert_diastolic"),
    ("start_pulse_highest", "alert_pulse_high"),
    ("alert_pulse_low", "start_pulse_lowest"),
    ("alert_oxygen", "start_oxygen_lowest"),
    ("no_drink_for", "no_food_for"),
    ("row_late_after", "row_every"),
    ("consent_expiring_within", "consent_valid_for"),
)
"""Pairs by name: the first is at most the second. Whoever may start must not be in an alert from the first row on."""


def adjustable(protocol: InfusionProtocol) -> Mapping[str, SiteThreshold]:
    """The thresholds of a treatment that a site may set, by name, in the protocol's order."""
    return {name: one for name, one in protocol.thresholds.items() if one.adjustable}


def contradictions(limits: SiteLimits, *, name: str) -> tuple[Problem, ...]:
    """How the threshold of that name contradicts another one of the treatment, as they hold at the site."""
    own = limits.protocol.thresholds
    pairs = [pair for pair in IN_ORDER if name in pair and own.keys() >= set(pair)]
    return tuple(
        _problem(limits, lower, upper, name)
        for lower, upper in pairs
        if limits.number(lower) > limits.number(upper)
    )


def _problem(limits: SiteLimits, lower: str, upper: str, name: str) -> Problem:
    other, side = (upper, "above") if name == lower else (lower, "below")
    bound = "at most" if name == lower else "at least"
    about = limits.threshold(other).about or other.replace("_", " ")
    return Problem(
        "value",
        f"{limits.words(name)} lies {side} “{about}”, which is {limits.words(other)} here",
        f"{bound} {limits.words(other)}, or set that one first",
    )
