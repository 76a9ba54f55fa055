"""What a dose comes to: from what a prescriber chooses to every number of the order, each with its formula."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from holdfast.errors import InvalidInput, Problem
from holdfast.pathway import weighing
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import Dosing
from holdfast.units import (
    Centimetres,
    Kilograms,
    KilogramsPerSquareMetre,
    Milligrams,
    MilligramsPerKilogram,
    MilligramsPerMillilitre,
    Millilitres,
    MillilitresPerHour,
    Minutes,
    Quantity,
)

IDEAL_BMI = KilogramsPerSquareMetre(Decimal(22))
"""Ideal body weight is this times height squared; a convention.

Source: Lemmens 2005, Obes Surg 15:1082, as recalled; docs/decisions/0009-ideal-body-weight.md says why this one.
"""

LARGEST_BAG = Millilitres(Decimal(1000))
"""What a dose can be made up to at all: anything more is a slip."""

Kind = TypeVar("Kind", bound=Quantity)


class Basis(StrEnum):
    """What a dose is worked out from."""

    ACTUAL_WEIGHT = "actual_weight"
    IDEAL_WEIGHT = "ideal_weight"
    FIXED = "fixed"


@dataclass(frozen=True)
class Body:
    """The newest weight with its day in the clinic, the newest height, and the weight before."""

    weight: Kilograms
    weighed_on: date
    height: Centimetres | None = None
    before: Kilograms | None = None

    @property
    def bmi(self) -> KilogramsPerSquareMetre | None:
        """Body-mass index as it is shown and compared, to 0.1; None without a height."""
        return None if self.height is None else (self.weight / self.height.squared).rounded()

    @property
    def ideal_weight(self) -> Kilograms | None:
        """Ideal body weight, to 0.1 kg; None without a height."""
        return None if self.height is None else (IDEAL_BMI * self.height.squared).rounded()

    def bases(self, limits: SiteLimits) -> tuple[Basis, ...]:
        """The weights a dose may be worked out from here; ideal body weight only from the site's limit on."""
        from_bmi = limit(limits, "ideal_weight_from_bmi", KilogramsPerSquareMetre)
        if self.bmi is None or self.bmi < from_bmi:
            return (Basis.ACTUAL_WEIGHT,)
        return (Basis.ACTUAL_WEIGHT, Basis.IDEAL_WEIGHT)

    def in_date(self, limits: SiteLimits, *, today: date) -> bool:
        """Whether the weight may be dosed by on that day; its last day is a whole one."""
        return today <= self.weighed_on + limits.duration("weight_valid_for")

    def doubt(self, limits: SiteLimits) -> str:
        """What makes the weight look like a slip of unit, in words; empty when nothing does."""
        return weighing.weight_doubt(
            self.weight.value,
            height_cm=None if self.height is None else self.height.value,
            before_kg=None if self.before is None else self.before.value,
            change_most=limits.number("weight_change_most"),
        )


@dataclass(frozen=True)
class Choice:
    """What a prescriber chooses: mg/kg and how it is given, or one of the fixed doses.

    `reason` says why, where the dose is above the usual or the weight looks like a slip.
    """

    basis: Basis
    dose_per_kg: MilligramsPerKilogram | None = None
    dose: Milligrams | None = None
    minutes: Minutes | None = None
    vial: MilligramsPerMillilitre | None = None
    diluted_to: Millilitres | None = None
    reason: str = ""


@dataclass(frozen=True)
class Line:
    """One number of an order with its name and its formula."""

    name: str
    formula: str
    result: str

    def __str__(self) -> str:
        return f"{self.formula} = {self.result}"


@dataclass(frozen=True)
class Worked:
    """An order with every number worked out; what is not part of its kind of dosing is None."""

    basis: Basis
    dose: Milligrams
    lines: tuple[Line, ...]
    needs_second: bool
    doubt: str = ""
    dose_per_kg: MilligramsPerKilogram | None = None
    dosing_weight: Kilograms | None = None
    minutes: Minutes | None = None
    vial: MilligramsPerMillilitre | None = None
    drawn: Millilitres | None = None
    diluted_to: Millilitres | None = None
    rate: MillilitresPerHour | None = None

    @property
    def arithmetic(self) -> list[Mapping[str, str]]:
        """The lines as they are kept."""
        return [asdict(line) for line in self.lines]

    @property
    def digest(self) -> str:
        """The same for the same numbers and formulas; what is signed is what was shown, or nothing."""
        shown = [self.basis, self.needs_second, self.doubt, str(self.minutes), self.arithmetic]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def limit(limits: SiteLimits, name: str, kind: type[Kind]) -> Kind:
    """A threshold of the site as a quantity."""
    return kind(Decimal(str(limits.number(name))))


def work_out(
    choice: Choice, *, body: Body | None, limits: SiteLimits, today: date, given_before: bool = False
) -> Worked:
    """Every number of the order, on that day of the clinic.

    `given_before` says whether the person has had this treatment in this episode.

    Errors: `InvalidInput` with all that is wrong: a dose over or under the limits, a weight too old, a slip.
    """
    if limits.protocol.dosing is Dosing.FIXED:
        return _fixed(choice, limits, given_before=given_before)
    return _by_weight(choice, body, limits, today)


def _by_weight(choice: Choice, body: Body | None, limits: SiteLimits, today: date) -> Worked:
    problems = _problems(choice, body, limits, today)
    per_kg, vial, bag, minutes = choice.dose_per_kg, choice.vial, choice.diluted_to, choice.minutes
    if problems or not (body and per_kg and vial and bag and minutes):
        raise InvalidInput(*problems)
    weight = body.weight if choice.basis is Basis.ACTUAL_WEIGHT else body.ideal_weight or body.weight
    # H-005: neither the dose nor what is drawn of it is rounded over the highest dose.
    highest = limit(limits, "highest_dose_mg_per_kg", MilligramsPerKilogram) * weight
    dose = (per_kg * weight).rounded(at_most=highest)
    drawn = (dose / vial).rounded(at_most=highest / vial)
    if bag < drawn:
        raise InvalidInput(
            Problem("diluted to", f"{bag} is less than the {drawn} that are drawn", f"{drawn} or more")
        )
    rate = (bag / minutes).rounded()
    lines = [
        *_weight_lines(choice.basis, body),
        Line("Dose", f"{per_kg} × {weight}", str(dose)),
        *_by_actual_weight(choice.basis, body, dose),
        Line("Volume to draw", f"{dose} ÷ {vial}", str(drawn)),
    ]
    if (held := vial * drawn) != dose:
        lines.append(Line("Which holds", f"{drawn} × {vial}", str(held)))
    lines += [
        Line("Diluent to add", f"{bag} − {drawn}", str(bag - drawn)),
        Line("Then it holds", f"{dose} ÷ {bag}", str((dose / bag).rounded())),
        Line("Rate of the pump", f"{bag} ÷ {minutes} × 60 min/h", str(rate)),
    ]
    usual = limit(limits, "usual_dose_mg_per_kg", MilligramsPerKilogram)
    return Worked(
        basis=choice.basis,
        dose=dose,
        lines=tuple(lines),
        needs_second=per_kg > usual,
        doubt=body.doubt(limits),
        dose_per_kg=per_kg,
        dosing_weight=weight,
        minutes=minutes,
        vial=vial,
        drawn=drawn,
        diluted_to=bag,
        rate=rate,
    )


def _weight_lines(basis: Basis, body: Body) -> list[Line]:
    if body.height is None or body.bmi is None:
        return []
    metres = f"({weighing.plain(body.height.value / 100)} m)²"
    lines = [Line("Body-mass index", f"{body.weight} ÷ {metres}", str(body.bmi))]
    if basis is Basis.IDEAL_WEIGHT:
        lines.append(Line("Ideal body weight", f"{IDEAL_BMI} × {metres}", str(body.ideal_weight)))
    return lines


def _by_actual_weight(basis: Basis, body: Body, dose: Milligrams) -> list[Line]:
    """What a dose by ideal weight is by actual weight, so that it can be compared with others."""
    if basis is Basis.ACTUAL_WEIGHT:
        return []
    return [Line("By actual weight", f"{dose} ÷ {body.weight}", str((dose / body.weight).rounded()))]


def _fixed(choice: Choice, limits: SiteLimits, *, given_before: bool) -> Worked:
    problems = _fixed_problems(choice, limits, given_before=given_before)
    if problems or choice.dose is None:
        raise InvalidInput(*problems)
    device = limit(limits, "device_mg", Milligrams)
    devices = choice.dose / device
    apart = limits.words("device_minutes_apart")
    words = "device" if devices == 1 else f"devices, {apart} apart"
    return Worked(
        basis=Basis.FIXED,
        dose=choice.dose,
        lines=(Line("Devices", f"{choice.dose} ÷ {device} a device", f"{devices.normalize():f} {words}"),),
        needs_second=choice.dose > limit(limits, "usual_dose_mg", Milligrams),
    )


def _fixed_problems(choice: Choice, limits: SiteLimits, *, given_before: bool) -> list[Problem]:
    doses = [Milligrams(Decimal(mg)) for mg in limits.protocol.doses_mg]
    lowest = limit(limits, "lowest_dose_mg", Milligrams)
    # H-005: the hard stop of the site.
    highest = limit(limits, "highest_dose_mg", Milligrams)
    first = limit(limits, "first_dose_mg", Milligrams)
    offered = " or ".join(str(dose) for dose in doses if lowest <= dose <= highest)
    problems = []
    if choice.basis is not Basis.FIXED or choice.dose_per_kg is not None:
        problems.append(
            Problem("basis", "is a weight", "a fixed dose: this treatment is not dosed by weight")
        )
    if any((choice.minutes, choice.vial, choice.diluted_to)):
        problems.append(
            Problem("minutes", "belong to an infusion", "nothing of it: this treatment has devices")
        )
    if choice.dose is None:
        problems.append(Problem("dose", "is empty", offered))
    elif choice.dose not in doses or not lowest <= choice.dose <= highest:
        problems.append(Problem("dose", f"{choice.dose} cannot be ordered here", offered))
    elif not given_before and choice.dose > first:
        problems.append(
            Problem("dose", f"{choice.dose} is more than a first dose", f"{first} first, then {offered}")
        )
    usual = limit(limits, "usual_dose_mg", Milligrams)
    problems += _reason_problems(choice, above=choice.dose is not None and choice.dose > usual)
    return problems


def _problems(choice: Choice, body: Body | None, limits: SiteLimits, today: date) -> list[Problem]:
    usual = limit(limits, "usual_dose_mg_per_kg", MilligramsPerKilogram)
    highest = limit(limits, "highest_dose_mg_per_kg", MilligramsPerKilogram)
    # Over the highest dose there is nothing to give a reason for.
    above = choice.dose_per_kg is not None and usual < choice.dose_per_kg <= highest
    return [
        *_weight_problems(choice, body, limits, today),
        *_dose_problems(choice, limits),
        *_giving_problems(choice, limits),
        *_reason_problems(choice, above=above, doubt=body.doubt(limits) if body else ""),
    ]


def _weight_problems(choice: Choice, body: Body | None, limits: SiteLimits, today: date) -> list[Problem]:
    if body is None:
        return [Problem("weight", "is not on record", "a weight in kilograms first")]
    problems = []
    # H-024: an old weight is no weight.
    if not body.in_date(limits, today=today):
        days, most = (today - body.weighed_on).days, limits.words("weight_valid_for")
        problems.append(
            Problem("weight", f"{body.weight} is {days} days old", f"not older than {most}: weigh again")
        )
    if choice.basis is Basis.FIXED:
        problems.append(Problem("basis", "is a fixed dose", "a weight: this treatment is dosed by weight"))
    elif choice.basis not in body.bases(limits):
        from_bmi = limits.words("ideal_weight_from_bmi")
        index = f"body-mass index is {body.bmi}" if body.bmi else "no height is on record"
        problems.append(Problem("basis", index, f"actual weight, or an index of {from_bmi} or more"))
    return problems


def _dose_problems(choice: Choice, limits: SiteLimits) -> list[Problem]:
    lowest = limit(limits, "lowest_dose_mg_per_kg", MilligramsPerKilogram)
    highest = limit(limits, "highest_dose_mg_per_kg", MilligramsPerKilogram)
    allowed = f"{lowest} to {highest}"
    dose = choice.dose_per_kg
    if choice.dose is not None:
        return [Problem("dose", "is worked out from the weight", f"mg/kg alone, {allowed}")]
    if dose is None:
        return [Problem("dose", "is empty", allowed)]
    # H-005: outside the limits of the site is a hard stop, and most often a slip of the decimal point.
    if not lowest <= dose <= highest:
        return [Problem("dose", f"{dose} is {_slip(dose, lowest, highest)}", allowed)]
    if dose != dose.rounded():
        return [Problem("dose", f"{dose} has too many decimals", "two at most, such as 0.55")]
    return []


def _slip(dose: MilligramsPerKilogram, lowest: MilligramsPerKilogram, highest: MilligramsPerKilogram) -> str:
    """Which limit a dose misses, and of what it is ten times or a tenth, where that could be ordered."""
    over = dose > highest
    side, times = ("above the highest", "ten times") if over else ("below the lowest", "a tenth of")
    meant = MilligramsPerKilogram(dose.value.scaleb(-1 if over else 1))
    fits = lowest <= meant <= highest and meant == meant.rounded()
    return f"{side} dose here, and {times} {meant}" if fits else f"{side} dose here"


def _giving_problems(choice: Choice, limits: SiteLimits) -> list[Problem]:
    problems = []
    shortest = limit(limits, "shortest_infusion_minutes", Minutes)
    longest = limit(limits, "longest_infusion_minutes", Minutes)
    minutes = choice.minutes
    if minutes is None or not shortest <= minutes <= longest or minutes != minutes.rounded():
        what = f"{minutes} cannot be ordered here" if minutes else "is empty"
        problems.append(Problem("minutes", what, f"whole minutes, {shortest} to {longest}"))
    vials = [MilligramsPerMillilitre(Decimal(str(one))) for one in limits.protocol.concentrations]
    if choice.vial not in vials:
        # H-025: only vials that exist, so that no concentration is typed.
        what = f"{choice.vial} does not exist" if choice.vial else "is empty"
        problems.append(Problem("vial", what, " or ".join(str(one) for one in vials)))
    bag = choice.diluted_to
    if bag is None or not Millilitres(Decimal(1)) <= bag <= LARGEST_BAG or bag.value % Decimal("0.1"):
        what = f"{bag} is no volume of a syringe or bag" if bag else "is empty"
        problems.append(Problem("diluted to", what, f"1 to {LARGEST_BAG}"))
    return problems


def _reason_problems(choice: Choice, *, above: bool, doubt: str = "") -> list[Problem]:
    if choice.reason.strip() or not (above or doubt):
        return []
    # H-025: a weight that looks like pounds is signed for in words, or measured again.
    why = f"the weight {doubt}: why it is right" if doubt else "why it is above the usual dose"
    return [Problem("reason", "is empty", f"{why}, in a few words")]
