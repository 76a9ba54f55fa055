"""Words and dates as the pages for clinicians write them, each in one place."""

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import formats, timezone

from holdfast.instruments.loader import load as load_instrument
from holdfast.protocols.exercise import Exercise
from holdfast.protocols.infusion import DischargeCriterion, GoCheck, InfusionProtocol
from holdfast.protocols.loader import all_protocols, therapies

ATTENDANCE = {
    "attended": "attended",
    "did_not_attend": "did not attend",
    "cancelled_by_patient": "cancelled by the patient",
    "cancelled_by_clinic": "cancelled by the clinic",
}
"""What may become of an appointment, in words."""

ARRIVAL = {"on_time": "", "late": "came late", "backfilled": "entered afterwards"}
"""How a check-in came, where that is worth a word."""

URGENCIES = (("now", "now"), ("today", "today"), ("week", "this week"), ("later", "when convenient"))
"""Style and words of each urgency, from 0; its shape comes with the style, so colour is never alone."""

NOTHING = ("good", "nothing to do")

OF_A_DAY = re.compile(r"[a-z_]+\.(go list|going home)")
"""What an alert of an infusion day was raised in: a treatment, and which of its two lists."""


def urgency(value: int) -> tuple[str, str]:
    """Style and words of an urgency; beyond the last there is nothing to do."""
    return URGENCIES[value] if value < len(URGENCIES) else NOTHING


def instrument_name(slug: str) -> str:
    """The name of an instrument as clinicians say it."""
    return load_instrument(slug).name


def source_name(asked_in: str) -> str:
    """What an alert was raised in, as clinicians say it: an instrument, an exercise, or a list of an infusion day."""
    if "." not in asked_in:
        return instrument_name(asked_in)
    if found_in := OF_A_DAY.fullmatch(asked_in):
        which = "list of the day" if found_in[1] == "go list" else "going home"
        return f"{therapy_name(asked_in.partition('.')[0])}, {which}"
    found = _exercise(asked_in)
    return found.title if found else asked_in


def go_check(asked_in: str, line: str) -> GoCheck | DischargeCriterion | None:
    """The line of an infusion day that an alert was raised at; None where it was raised in something else."""
    found_in, found = OF_A_DAY.fullmatch(asked_in), all_protocols().get(asked_in.partition(".")[0])
    if found_in is None or not isinstance(found, InfusionProtocol):
        return None
    lines = found.go_checks if found_in[1] == "go list" else found.discharge
    return next((one for one in lines if one.slug == line), None)


def _exercise(name: str) -> Exercise | None:
    """The exercise of that name in the library; None where it is no longer there."""
    return next((one.exercises[name] for one in therapies() if name in one.exercises), None)


def band_name(slug: str, band: str) -> str:
    """The name of a severity band; empty without one."""
    return next((one.name for one in load_instrument(slug).bands if one.slug == band), "")


def therapy_name(slug: str) -> str:
    """The short name of a therapy; its slug where the library no longer has it."""
    found = all_protocols().get(slug)
    return found.short_name if found else slug


def plain(number: Decimal) -> str:
    """A number without zeros that say nothing: 35.0 is 35."""
    return f"{number.normalize():f}"


def dose(*, mg: Decimal | None, mg_per_kg: Decimal | None) -> str:
    """What was given, as far as it is known: 35 mg, 0.5 mg/kg; 56 mg."""
    known = (f"{plain(mg)} mg" if mg else "", f"{plain(mg_per_kg)} mg/kg" if mg_per_kg else "")
    return ", ".join(part for part in known if part)


def moment(at: datetime, *, zone: str | None = None) -> str:
    """Day and time in that zone, else the reader's: 2 Mar 2026 14:05."""
    return formats.date_format(timezone.localtime(at, ZoneInfo(zone) if zone else None), "j M Y H:i")


def day(at: datetime) -> str:
    """Day in the reader's zone: 2 Mar 2026."""
    return formats.date_format(timezone.localtime(at), "j M Y")


def near_day(at: datetime, now: datetime) -> str:
    """Day in the reader's zone, with its year only where that is another: 2 Mar."""
    then = timezone.localtime(at)
    return formats.date_format(then, "j M" if then.year == timezone.localtime(now).year else "j M Y")


def since(then: datetime, now: datetime) -> str:
    """How long ago, in the days of a calendar: today 14:05, yesterday, 5 days ago, 4 months ago."""
    days = (timezone.localdate(now) - timezone.localdate(then)).days
    if days <= 0:
        return f"today {timezone.localtime(then):%H:%M}"
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days < 100 else f"{days // 30} months ago"


def standing_since(then: datetime, now: datetime) -> str:
    """For how long something has stood: since today 14:05, since yesterday, for 5 days."""
    days = (timezone.localdate(now) - timezone.localdate(then)).days
    return f"for {days} days" if days > 1 else f"since {since(then, now)}"


def percent(chance: float) -> str:
    """A chance as people read it; a forecast is never sure, so the ends are not rounded to 0 or 100."""
    whole = round(100 * chance)
    if whole < 1:
        return "under 1 %"
    return "over 99 %" if whole > 99 else f"{whole} %"


def age(born_on: date, today: date) -> int:
    """Age in whole years."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def asked(instrument: str, item: str, value: int) -> str:
    """What a marked item asked and what was answered, as far as its text may be shown.

    Of an exercise the field alone: what was written in it is for those who may see the content of therapy.
    """
    check = go_check(instrument, item)
    if check is not None:
        given = "yes" if value else "not known"
        return f"“{check.words}”: {given if isinstance(check, GoCheck) else 'no'}"
    if "." in instrument:
        exercise = _exercise(instrument)
        field = exercise.item(item.partition(".")[0]) if exercise else None
        return f"“{field.label}”" if field else item
    found = next((one for one in load_instrument(instrument).items if one.id == item), None)
    if found is None:
        return f"{item}: {value}"
    label = next((option.label for option in found.options if option.value == value), "")
    return f"{found.text or item}: {value}{f' ({label})' if label else ''}"
