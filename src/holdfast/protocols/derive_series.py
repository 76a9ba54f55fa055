"""Values over time: lines with their gaps, weeks, the grid of a week, a usual wave."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean
from typing import Final

from holdfast.protocols.derive_answers import (
    WEEK,
    Ref,
    column_of,
    day,
    day_of,
    label,
    local_day,
    minute_of_day,
    named,
    number,
    ref,
    refs,
    rows,
    week_of,
    word,
)
from holdfast.protocols.derive_values import (
    Asked,
    Cell,
    Entry,
    Line,
    Number,
    Point,
    Series,
    Table,
    Value,
)
from holdfast.protocols.sight import KEPT_SHUT

FEWEST_DAYS: Final = 3
"""Fewest days for a mean or a spread of a week. Source: [C]."""

_DAY_MINUTES: Final = 24 * 60


def series(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """A line for each field over entries; a date or moment named first says when. An entry without it is a gap."""
    dated = _is_moment(asked, asked.derived.of[0])
    wanted = asked.derived.of[1:] if dated else asked.derived.of
    placed = sorted(((_placed(asked, entry, dated), entry) for entry in entries), key=lambda one: one[0])
    lines = tuple(
        Line(
            _called(asked, name),
            tuple(Point(_amount(asked, entry, name), on) for on, entry in placed),
        )
        for name in wanted
    )
    known = sum(any(line.points[place].value is not None for line in lines) for place in range(len(placed)))
    return Series(lines, n=known, marks=_marks(asked, [on for on, _ in placed]) if dated else ())


def ordinal_series(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """A line of a choice whose answers have an order, as the place of each answer, with its words."""
    [one] = refs(asked)
    steps = column_of(asked, one).options
    points = tuple(
        Point(
            steps.index(answer) if answer in steps else None, day_of(entry, asked.context.zone), words=answer
        )
        for entry in entries
        for answer in [word(entry.values, one.slug)]
    )
    known = sum(point.value is not None for point in points)
    return Series((Line(label(asked, one), points, steps),), n=known)


def timeline(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """A line of the rows of one table, by their dates, or in their order where when is told in words.

    A row without its when is left out: it has no place. Of a row that is kept shut only the place is given.
    """
    when, mood, *kind = refs(asked)
    dated = column_of(asked, when).type == "date"
    points = []
    for row in rows(entries[0].values, when.field):
        placed = word(row, when.slug)
        if not placed:
            continue
        on, said = (day(row, when.slug), "") if dated else (None, placed)
        if row.get(KEPT_SHUT) == "yes":
            points.append(Point(None, on, said, closed=True))
        else:
            points.append(
                Point(number(row, mood.slug), on, said or word(row, kind[0].slug) if kind else said)
            )
    if dated:
        points.sort(key=lambda point: point.on or date.min)
    days = [point.on for point in points if point.on]
    line = Line(label(asked, mood), tuple(points))
    return Series((line,), n=len(points), marks=_marks(asked, days)) if points else None


def weighted_mean(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The mean of the first column weighted by the second, entry by entry, on the scale of the first."""
    level, weight = refs(asked)
    points = []
    for entry in entries:
        pairs = [
            (amount, by)
            for row in rows(entry.values, level.field)
            if (amount := number(row, level.slug)) is not None
            and (by := number(row, weight.slug)) is not None
        ]
        whole = sum(by for _, by in pairs)
        mean = sum(amount * by for amount, by in pairs) / whole if whole else None
        points.append(Point(mean, day_of(entry, asked.context.zone)))
    known = sum(point.value is not None for point in points)
    return Series((Line(label(asked, level), tuple(points)),), n=known)


def weekly_mean(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The mean of each week's days, each day counting once. A week with fewer than three days is a gap."""
    return _weekly(
        asked,
        entries,
        lambda days: fmean(map(fmean, days.values())) if len(days) >= FEWEST_DAYS else None,
    )


def weekly_sum(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The sum of each week, of a timer in minutes. A week without any is a gap, not a nought."""
    return _weekly(asked, entries, lambda days: sum(map(sum, days.values())) if days else None)


def weekly_grid_summary(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """Highest, mean and number of days of each field over the last seven days; a day's highest answer is the day's."""
    found: list[tuple[Cell, ...]] = []
    filled: set[date] = set()
    for one in refs(asked):
        days = _by_day(asked, one, _last_week(asked, entries))
        filled |= days.keys()
        highest = [max(amounts) for amounts in days.values()]
        enough = len(highest) >= FEWEST_DAYS
        numbers = (max(highest), fmean(highest)) if enough else (None, None)
        found.append((label(asked, one), *numbers, len(highest)))
    return Table(("", "highest", "mean", "days"), tuple(found), n=len(filled))


def share_filled(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The part of the last seven days that was filled in; today counts once it is, and no day before the first."""
    days = {day_of(entry, asked.context.zone) for entry in entries}
    if not days:
        return None
    today = local_day(asked.context.at, asked.context.zone)
    last = today if today in days else today - timedelta(days=1)
    watched = [on for back in range(7) if (on := last - timedelta(days=back)) >= min(days)]
    filled = sum(on in days for on in watched)
    if not watched:
        return None
    return Number(filled / len(watched), f"{filled} of {len(watched)} days", n=len(watched))


def time_spread(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """How many minutes apart the times of the last seven days lie, past midnight too; a day's last answer counts."""
    found: list[tuple[Cell, ...]] = []
    most = 0
    for one in refs(asked):
        times: dict[date, int] = {}
        for entry in _last_week(asked, entries):
            minute = minute_of_day(entry.values, one.slug)
            if minute is not None:
                times[day_of(entry, asked.context.zone)] = minute
        apart = spread(times.values()) if len(times) >= FEWEST_DAYS else None
        found.append((label(asked, one), apart, len(times)))
        most = max(most, len(times))
    return Table(("", "minutes apart", "days"), tuple(found), n=most)


def spread(minutes: Iterable[int]) -> int:
    """The shortest stretch of the clock that holds all the times. **Units**: minutes."""
    ordered = sorted(minutes)
    gaps = [later - earlier for earlier, later in pairwise(ordered)]
    return _DAY_MINUTES - max([*gaps, ordered[0] + _DAY_MINUTES - ordered[-1]])


def average_curve(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The mean of each number over the entries that have all of them: the usual wave."""
    wanted = refs(asked)
    waves = [
        wave
        for entry in entries
        if None not in (wave := tuple(number(entry.values, one.slug) for one in wanted))
    ]
    means = (
        fmean(amount for amount in amounts if amount is not None) for amounts in zip(*waves, strict=True)
    )
    found = tuple((label(asked, one), mean) for one, mean in zip(wanted, means, strict=False))
    return Table(("", "on average"), found, n=len(waves))


def _is_moment(asked: Asked, name: str) -> bool:
    item = asked.exercise.item(name)
    return item is not None and item.type in ("date", "datetime")


def _placed(asked: Asked, entry: Entry, dated: bool) -> date:
    on = day(entry.values, asked.derived.of[0]) if dated else None
    return on or day_of(entry, asked.context.zone)


def _amount(asked: Asked, entry: Entry, name: str) -> float | None:
    if asked.exercise.item(name) is not None:
        return number(entry.values, name)
    derived = asked.work_out(name, entry)
    return derived.value if isinstance(derived, Number) else None


def _called(asked: Asked, name: str) -> str:
    is_derived = any(name == derived.slug for derived in asked.exercise.derived)
    return name.replace("_", " ") if is_derived else label(asked, ref(asked, name))


def _marks(asked: Asked, days: Sequence[date]) -> tuple[date, ...]:
    given = (local_day(at, asked.context.zone) for at in asked.context.infusions)
    return tuple(on for on in given if days and min(days) <= on <= max(days))


def _by_day(asked: Asked, one: Ref, entries: Iterable[Entry]) -> dict[date, list[float]]:
    found: dict[date, list[float]] = defaultdict(list)
    for entry in entries:
        amount = number(entry.values, one.slug)
        if amount is not None:
            found[day_of(entry, asked.context.zone)].append(amount)
    return dict(found)


def _last_week(asked: Asked, entries: Iterable[Entry]) -> list[Entry]:
    zone = asked.context.zone
    today = local_day(asked.context.at, zone)
    return [entry for entry in entries if today - WEEK < day_of(entry, zone) <= today]


def _weekly(
    asked: Asked,
    entries: Sequence[Entry],
    of_week: Callable[[Mapping[date, Sequence[float]]], float | None],
) -> Series | None:
    [one] = refs(asked)
    days = _by_day(asked, one, entries)
    if not days:
        return None
    item = asked.exercise.item(one.field)
    timed = item is not None and item.type == "audio_timer"
    points = []
    monday = week_of(min(days))
    while monday <= max(days):
        week = {on: amounts for on, amounts in days.items() if week_of(on) == monday}
        value = of_week(week)
        points.append(
            Point(value / 60 if timed and value is not None else value, monday, _of_days(len(week)))
        )
        monday += WEEK
    line = Line(label(asked, one), tuple(points), unit="minutes" if timed else "")
    return Series((line,), n=len(days))


def _of_days(count: int) -> str:
    return f"{named(count)} day" if count == 1 else f"{named(count)} days"
