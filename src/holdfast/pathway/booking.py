"""What a booker is told about a time for the next session: after an infusion, inside the relief, at the pace."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from holdfast.pathway import limits, wording
from holdfast.pathway.first_session import relieving_infusion, timing_of
from holdfast.pathway.history import History
from holdfast.pathway.infusion_course import first_course
from holdfast.pathway.relief import RelapseForecast, ReliefState, latest_fall, relief_state
from holdfast.protocols.progress import Upcoming

NEVER_AFTER_INFUSION = timedelta(hours=24)
"""No session within a day of an infusion: the night's sleep comes first. Source: [C], informed by the esketamine
label."""

SLACK = timedelta(days=1)
"""A day later than the pace asks for is still at its pace. Source: [C]."""

AHEAD = timedelta(days=42)
"""How far good days are looked for."""


@dataclass(frozen=True)
class Advice:
    """One thing to know about a time: what, the day it is about, whether it speaks against it or forbids it.

    `brief` says it beside a day in a list.
    """

    text: str
    brief: str
    on: date
    against: bool = False
    refused: bool = False


@dataclass(frozen=True)
class Slot:
    """What a booking has to fit: the facts, the session that comes next, and how relief is likely to go on.

    `relief_until` is the median of the forecast; None where it says nothing of it.
    """

    history: History
    upcoming: Upcoming
    forecast: RelapseForecast | None = None
    relief_until: datetime | None = None


def pace_days(
    history: History, upcoming: Upcoming, *, forecast: RelapseForecast | None, at: datetime
) -> float:
    """Days the protocol asks for from the session before to this one, by relief. **Units**: days.

    The closer pace is for relief, partial and fading relief too. Before relief can be judged, a fall of 50 % counts.
    Source: therapies as data, relief states [C].
    """
    return upcoming.days_apart(relief=_relieved(history, forecast, at))


def due(
    history: History, upcoming: Upcoming, *, forecast: RelapseForecast | None, at: datetime
) -> datetime | None:
    """When the session is best held by the protocol, from the one before; None before any was held."""
    due_at = upcoming.due_at(relief=_relieved(history, forecast, at))
    held = history.course.held if history.course is not None else ()
    if due_at is None and held:
        return held[-1].at + timedelta(days=pace_days(history, upcoming, forecast=forecast, at=at))
    return due_at


def advice(slot: Slot, starts_at: datetime, *, at: datetime) -> tuple[Advice, ...]:
    """What to know about a session at that time, what forbids it first."""
    return (
        *_after_infusion(slot.history, starts_at),
        *_in_relief(slot, starts_at),
        *_at_pace(slot, starts_at, at),
    )


def good_days(slot: Slot, *, at: datetime, most: int = 5) -> tuple[date, ...]:
    """Days ahead on which the next session fits, soonest first.

    Monday to Friday, from shortly before the pace asks for it, never within a day of an infusion, inside the relief as
    long as there are such days. Source: [C].
    """
    history, zone = slot.history, ZoneInfo(slot.history.zone)
    first = history.day(at) + timedelta(days=1)
    due_at = due(history, slot.upcoming, forecast=slot.forecast, at=at)
    if due_at is not None:
        close = pace_days(history, slot.upcoming, forecast=slot.forecast, at=at) < 7
        first = max(first, history.day(due_at) - timedelta(days=0 if close else 3))
    noons = [
        datetime.combine(first + timedelta(days=more), time(12), tzinfo=zone) for more in range(AHEAD.days)
    ]
    fitting = [
        noon
        for noon in noons
        if noon.weekday() < 5 and not any(one.refused for one in _after_infusion(history, noon))
    ]
    inside = [noon for noon in fitting if not any(one.against for one in _in_relief(slot, noon))]
    return tuple(noon.date() for noon in (inside or fitting)[:most])


def _after_infusion(history: History, starts_at: datetime) -> tuple[Advice, ...]:
    # H-016: the night after an infusion comes before any work in therapy.
    booked = [one.at for one in history.planned if one.what == "infusion"]
    near = [
        at
        for at in (*(one.at for one in history.infusions), *booked)
        if timedelta(0) <= starts_at - at < NEVER_AFTER_INFUSION
    ]
    if not near:
        return ()
    free_from = max(near) + NEVER_AFTER_INFUSION
    text = "Within a day of an infusion: book it from 24 hours after it, when they have slept"
    return (Advice(text, "within a day of an infusion", history.day(free_from), against=True, refused=True),)


def _in_relief(slot: Slot, starts_at: datetime) -> tuple[Advice, ...]:
    history, found = slot.history, []
    relieving = None if history.in_therapy else relieving_infusion(history)
    if relieving is not None:
        timing = timing_of(history.course.therapy if history.course else None)
        soon = relieving[0].infusion.at + timing.latest_after_infusion.duration
        final = first_course(history)[-1].at + timing.latest_after_course.duration
        late = starts_at > final
        words = (
            f"Later than {timing.latest_after_course.words} after the last infusion of the course"
            if late
            else f"Best within {timing.latest_after_infusion.words} of that infusion"
        )
        brief = "late for the relief" if late else "within the time for a first session"
        found.append(Advice(words, brief, history.day(final if late else soon), against=late))
    if slot.relief_until is not None:
        late = starts_at > slot.relief_until
        words = "Later than relief is likely to hold" if late else "Relief is likely to hold then"
        found.append(
            Advice(
                f"{words}, by the forecast's middle estimate",
                f"{words[:1].lower()}{words[1:]}",
                history.day(slot.relief_until),
                against=late,
            )
        )
    return tuple(found)


def _at_pace(slot: Slot, starts_at: datetime, at: datetime) -> tuple[Advice, ...]:
    history = slot.history
    held = history.course.held if history.course is not None else ()
    if not held:
        return ()
    pace = pace_days(history, slot.upcoming, forecast=slot.forecast, at=at)
    due_at = due(history, slot.upcoming, forecast=slot.forecast, at=at) or starts_at
    # Where the pace has been missed already, any day within a pace from now is as good as it gets.
    latest = due_at if due_at > at else at + timedelta(days=pace)
    gap = (history.day(starts_at) - history.day(held[-1].at)).days
    late = history.day(starts_at) > history.day(latest) + SLACK
    apart = f"{gap} day{'' if gap == 1 else 's'} after the last session"
    words = f"{apart}; the protocol asks for {wording.pace(pace)} now"
    return (Advice(words, apart, history.day(held[-1].at), against=late or gap < 1),)


def _relieved(history: History, forecast: RelapseForecast | None, at: datetime) -> bool:
    state = relief_state(history, at=at, forecast=forecast)
    if state is None:
        return (latest_fall(history) or 0) >= limits.number("relief_fall")
    return state is not ReliefState.NONE
