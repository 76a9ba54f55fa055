"""What an entry at the chair must hold: its words, its rate, a dose with its unit, no more than ordered or drawn."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from holdfast.errors import Problem
from holdfast.pathway.chair import Kind

LONGEST: Mapping[str, int] = MappingProxyType(
    {"note": 300, "reason": 300, "drug": 60, "dose": 40, "action": 300}
)
"""Most characters of what is written in words."""

HIGHEST_RATE = 1200
"""mL per hour; no pump at a chair runs faster."""

ENTERED = (Kind.PAUSE, Kind.RESUME, Kind.RATE, Kind.RESCUE, Kind.NOTE)
"""Events that are simply written down; start and end have rules of their own."""


def event_problems(
    kind: str, *, rate_ml_per_hour: Decimal | None, drug: str, dose: str, reason: str
) -> tuple[Problem, ...]:
    """What is wrong with an event as it was written. Units: mL per hour."""
    if kind not in ENTERED:
        return (Problem("event", f"{kind!r} is not one", " or ".join(ENTERED)),)
    problems = list(too_long(reason=reason, drug=drug, dose=dose))
    if kind == Kind.RATE:
        if rate_ml_per_hour is None or not 0 < rate_ml_per_hour <= HIGHEST_RATE:
            problems.append(Problem("rate", "is missing or not likely", f"mL per hour, up to {HIGHEST_RATE}"))
        problems += missing(reason=(reason, "why the rate was changed"))
    if kind == Kind.RESCUE:
        problems += missing(drug=(drug, "which drug was given"), reason=(reason, "what it was given for"))
        # H-025: a dose without its unit can be read a thousandfold wrong.
        if not any(map(str.isdigit, dose)) or not any(sign.isalpha() or sign == "%" for sign in dose):
            problems.append(Problem("dose", "lacks its number or unit", "for example 10 mg"))
    if kind == Kind.NOTE:
        problems += missing(reason=(reason, "the note, in words"))
    return tuple(problems)


def end_problems(
    *, stopped: bool, given_mg: Decimal, ordered_mg: Decimal | None, drawn_mg: Decimal | None, reason: str
) -> tuple[Problem, ...]:
    """What is wrong with the end of the drug as it was written. `drawn_mg` is None until the register has it.

    Units: mg.
    """
    problems = list(too_long(reason=reason))
    if stopped:
        problems += missing(reason=(reason, "why it was stopped early"))
    if given_mg < 0 or (not stopped and given_mg == 0):
        problems.append(Problem("given", f"{given_mg:f} mg is not a dose", "more than 0 mg"))
    # H-005, H-025: never more than was ordered, nor more than was drawn for this person.
    for limit, how in ((ordered_mg, "ordered"), (drawn_mg, "drawn")):
        if limit is not None and given_mg > limit:
            problems.append(
                Problem("given", f"{given_mg:f} mg is more than was {how}", f"{limit:f} mg or less")
            )
    return tuple(problems)


def missing(**given: tuple[str, str]) -> tuple[Problem, ...]:
    """Each place left empty, with what is wanted there."""
    return tuple(
        Problem(where, "is empty", wanted) for where, (text, wanted) in given.items() if not text.strip()
    )


def too_long(**given: str) -> tuple[Problem, ...]:
    """Each place with more characters than are kept."""
    return tuple(
        Problem(where, f"has {len(text.strip())} characters", f"at most {LONGEST[where]}")
        for where, text in given.items()
        if len(text.strip()) > LONGEST[where]
    )
