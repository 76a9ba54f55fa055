"""Whether a signed order may be used now, and if not, why: the newest weight, the second signature, the course."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from holdfast.pathway.dosing import Body, limit
from holdfast.pathway.infusion_plan import Standing, Stands
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import Dosing
from holdfast.units import Kilograms, Milligrams, MilligramsPerKilogram

_PERCENT = 100


@dataclass(frozen=True)
class Signed:
    """What was signed, as far as its use hangs on it.

    `weight` is the measured weight it rests on and `dose_per_kg` what was chosen; both None for a fixed dose.
    """

    dose: Milligrams
    valid_until: date
    needs_second: bool
    has_second: bool
    dose_per_kg: MilligramsPerKilogram | None = None
    weight: Kilograms | None = None


def why_not(
    order: Signed, *, body: Body | None, limits: SiteLimits, today: date, course: Standing
) -> tuple[str, ...]:
    """Everything that speaks against using the order now, as sentences; nothing when it may be used.

    `body` holds the newest weight, `course` whether the course goes on, `today` is the day in the clinic's zone.
    """
    return tuple(
        sentence
        for sentence in (
            _course(course, today),
            f"It held until {order.valid_until:%-d %b %Y}." if today > order.valid_until else "",
            "A second prescriber has not signed it." if order.needs_second and not order.has_second else "",
            _beyond_limits(order, limits),
            *(_weight(order, body, limits, today) if limits.protocol.dosing is Dosing.BY_WEIGHT else ()),
        )
        if sentence
    )


def _course(course: Standing, today: date) -> str:
    if course.takes(today):
        return ""
    return "The course has been stopped." if course.stands is Stands.STOPPED else "The course is on hold."


def _beyond_limits(order: Signed, limits: SiteLimits) -> str:
    """H-035: a limit the site has lowered since holds for orders signed before."""
    if order.dose_per_kg is not None:
        highest = limit(limits, "highest_dose_mg_per_kg", MilligramsPerKilogram)
        over = order.dose_per_kg > highest
        return f"{order.dose_per_kg} is above the highest dose here by now, {highest}." if over else ""
    most = limit(limits, "highest_dose_mg", Milligrams)
    return f"{order.dose} is above the highest dose here by now, {most}." if order.dose > most else ""


def _weight(order: Signed, body: Body | None, limits: SiteLimits, today: date) -> tuple[str, ...]:
    """H-024: what the newest weight says against an order that rests on an earlier one."""
    if body is None or order.weight is None or order.dose_per_kg is None:
        return ("No weight is on record: weigh them.",)
    sentences = []
    if not body.in_date(limits, today=today):
        days, most = (today - body.weighed_on).days, limits.words("weight_valid_for")
        sentences.append(f"The last weight is {days} days old and holds for {most}: weigh again.")
    change = _PERCENT * ((body.weight - order.weight) / order.weight)
    if abs(change) >= Decimal(str(limits.number("weight_change_most"))):
        sentences.append(f"Weight is {body.weight} by now, was {order.weight}: sign a new order.")
    highest = limit(limits, "highest_dose_mg_per_kg", MilligramsPerKilogram)
    if order.dose_per_kg <= highest and order.dose > highest * body.weight:
        sentences.append(f"At {body.weight} it is above the highest dose here, {highest}: sign a new order.")
    return tuple(sentences)
