"""Changes and gaps: before and after, days with and without, what goes together.

One person's answers are few and noisy: every function here says what was, on which days, and never why.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import correlation, fmean
from typing import Final

from holdfast.errors import DataFileError
from holdfast.protocols.derive_answers import (
    Ref,
    column_of,
    day_of,
    entries_of,
    first_column,
    label,
    named,
    number,
    ref,
    refs,
    rows,
    word,
    words,
)
from holdfast.protocols.derive_values import Asked, Cell, Entry, Number, Table, Together, Value

LEAST_A_SIDE: Final = 3
"""Fewest days or entries on each side of a comparison. Source: [C], the least of 3 to 7 in the brief."""

FEWEST_DAYS_TOGETHER: Final = 10
"""Fewest days for what goes together. Source: [C]."""

FEWEST_LEVELS: Final = 3
"""Fewest different values on either side for what goes together: with fewer there is no spread. Source: [C]."""

CLEARLY_TOGETHER: Final = 0.3
"""Size of a rank correlation from which words say that two things go together. Source: [C]."""

_DAILY: Final = re.compile(r"daily_(count|mean)\((\w+)\)")


def diff(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """After minus before, in one entry."""
    after, before = (number(entries[0].values, one.slug) for one in refs(asked))
    if after is None or before is None:
        return None
    return Number(after - before, _than(after - before, "than before", "the same as before"), n=1)


def row_diff(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The first column minus the second in each row that has both: largest first, of equals the larger first one."""
    one, other = refs(asked)
    name = first_column(asked, one.field)
    found: list[tuple[str, float, float, float]] = []
    for row in rows(entries[0].values, one.field):
        first, second = number(row, one.slug), number(row, other.slug)
        if first is not None and second is not None:
            found.append((word(row, name), first, second, first - second))
    found.sort(key=lambda row: (-row[3], -row[1]))
    columns = ("", label(asked, one), label(asked, other), "difference")
    return Table(columns, tuple(found), n=1) if found else None


def change_since_first(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The newest number of each row minus its first; rows belong together by what stands in their first column."""
    [one] = refs(asked)
    name = first_column(asked, one.field)
    over_time: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for entry in entries:
        for row in rows(entry.values, one.field):
            called, now = word(row, name), number(row, one.slug)
            if called and now is not None:
                over_time[called.casefold()].append((called, now))
    found: tuple[tuple[Cell, ...], ...] = tuple(
        (times[-1][0], times[0][1], times[-1][1], times[-1][1] - times[0][1])
        for times in over_time.values()
        if len(times) > 1
    )
    return Table(("", "first", "now", "change"), found, n=len(entries)) if found else None


def mean_diff(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The mean of the first minus the second: over entries, or over the rows of the newest table."""
    one, other = refs(asked)
    answered = [answers for entry in entries if (answers := one.read(entry.values))]
    gaps = [
        first - second
        for answers in (answered[-1:] if one.column else answered)
        for row in answers
        if (first := number(row, one.slug)) is not None and (second := number(row, other.slug)) is not None
    ]
    if not gaps:
        return None
    mean = fmean(gaps)
    return Number(mean, _than(mean, "on average", "about the same on average"), n=len(gaps))


def mean_diff_by(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The mean of days with each chosen thing beside that of days without it. Not ranked: it is a description."""
    level, tag = refs(asked)
    levels = _means(asked, level, entries_of(asked, level, entries))
    chosen: dict[date, set[str]] = defaultdict(set)
    for entry in entries_of(asked, tag, entries):
        chosen[day_of(entry, asked.context.zone)] |= set(words(entry.values, tag.slug))
    days = sorted(on for on in levels if chosen.get(on))
    found = []
    for thing in sorted({thing for on in days for thing in chosen[on]}):
        with_it = [levels[on] for on in days if thing in chosen[on]]
        without = [levels[on] for on in days if thing not in chosen[on]]
        if min(len(with_it), len(without)) >= LEAST_A_SIDE:
            says = (
                f"On days when you chose “{thing}” it was {named(fmean(with_it))} on average. "
                f"On other days it was {named(fmean(without))}."
            )
            found.append((thing, fmean(with_it), len(with_it), fmean(without), len(without), says))
    columns = ("", "days with", "number", "days without", "number", "in words")
    return Table(columns, tuple(found), n=len(days), words="What do you notice?") if found else None


def top_by_mean(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The chosen things that go with a mean above the person's own over all entries: highest first."""
    kind, level = refs(asked)
    found: dict[str, list[float]] = defaultdict(list)
    levels = []
    for entry in entries:
        amount, things = number(entry.values, level.slug), words(entry.values, kind.slug)
        if amount is None or not things:
            continue
        levels.append(amount)
        for thing in things:
            found[thing].append(amount)
    usual = fmean(levels) if levels else 0.0
    above = {thing: amounts for thing, amounts in found.items() if fmean(amounts) > usual}
    return _ranked(above, (label(asked, kind), label(asked, level), "entries"), n=len(levels))


def top_by_mean_drop(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """What was used, by how much lower the number was after than before on average: largest fall first."""
    [used] = refs(asked)
    name = first_column(asked, used.field)
    called: dict[str, str] = {}
    drops: dict[str, list[float]] = defaultdict(list)
    for entry in entries:
        for row in rows(entry.values, used.field):
            before, after, what = number(row, "before"), number(row, "after"), word(row, name)
            if before is not None and after is not None and what:
                drops[called.setdefault(what.casefold(), what)].append(before - after)
    return _ranked(drops, (label(asked, used), "lower by", "times"), n=sum(map(len, drops.values())))


def correlate(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """How two daily amounts move together: Spearman's rank correlation, for the therapist.

    None below ten days, or without at least three different values of each. Source: [C].
    """
    one, other = asked.derived.of
    first, second = _daily(asked, one, entries), _daily(asked, other, entries)
    days = sorted(first.keys() & second.keys())
    xs, ys = [first[on] for on in days], [second[on] for on in days]
    if len(days) < FEWEST_DAYS_TOGETHER or min(len(set(xs)), len(set(ys))) < FEWEST_LEVELS:
        return None
    rho = correlation(ranks(xs), ranks(ys))
    dots = tuple(zip(xs, ys, strict=True))
    called = label(asked, ref(asked, _named_in(asked, other)[1]))
    return Together(rho, dots, together_words(rho, called), n=len(days))


def together_words(rho: float, called: str) -> str:
    """What a patient reads instead of a correlation: what was on which days, no number and no reason."""
    if abs(rho) < CLEARLY_TOGETHER:
        return f"So far, “{called}” is much the same on days when you do more. What do you notice?"
    way = "higher" if rho > 0 else "lower"
    return f"On days when you do more, “{called}” is often {way}. What do you notice?"


def ranks(amounts: Sequence[float]) -> list[float]:
    """The rank of each, from 1; equal ones share the mean of their ranks."""
    times, ordered = Counter(amounts), sorted(amounts)
    return [ordered.index(amount) + (times[amount] + 1) / 2 for amount in amounts]


def _than(amount: float, than: str, same: str) -> str:
    if named(abs(amount)) == "0":
        return same
    return f"{named(abs(amount))} {'higher' if amount > 0 else 'lower'} {than}"


def _ranked(found: Mapping[str, list[float]], columns: tuple[str, str, str], *, n: int) -> Table | None:
    enough = [
        (thing, fmean(amounts), len(amounts))
        for thing, amounts in found.items()
        if len(amounts) >= LEAST_A_SIDE
    ]
    enough.sort(key=lambda row: (-row[1], row[0]))
    return Table(columns, tuple(enough), n=n) if enough else None


def _means(asked: Asked, level: Ref, entries: Iterable[Entry]) -> dict[date, float]:
    by_day: dict[date, list[float]] = defaultdict(list)
    for entry in entries:
        amount = number(entry.values, level.slug)
        if amount is not None:
            by_day[day_of(entry, asked.context.zone)].append(amount)
    return {on: fmean(amounts) for on, amounts in by_day.items()}


def _daily(asked: Asked, named_amount: str, entries: Sequence[Entry]) -> Mapping[date, float]:
    how, slug = _named_in(asked, named_amount)
    if how == "mean":
        return _means(asked, ref(asked, slug), entries)
    # The first answers are ways of having done it, the small version among them; the last is "not this time".
    *done, _ = column_of(asked, ref(asked, slug)).options
    counts: dict[date, float] = defaultdict(float)
    for entry in entries:
        answer = word(entry.values, slug)
        if answer:
            counts[day_of(entry, asked.context.zone)] += answer in done
    return counts


def _named_in(asked: Asked, named_amount: str) -> tuple[str, str]:
    found = _DAILY.fullmatch(named_amount)
    if found is None:
        raise DataFileError(
            file=asked.exercise.name,
            key=f"derived.{asked.derived.slug}",
            what=f"{named_amount!r} is neither daily_count(field) nor daily_mean(field)",
        )
    return found[1], found[2]
