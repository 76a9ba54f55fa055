"""What is read off one entry or one table: order, next step, cards, pairs, dates. Shown as help, never as a verdict."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from holdfast.protocols.derive_answers import (
    WEEK,
    Answers,
    Ref,
    answered,
    column_of,
    day,
    first_column,
    label,
    local_day,
    number,
    refs,
    rows,
    word,
    words,
)
from holdfast.protocols.derive_values import Asked, Cell, Entry, Table, Truth, Value, Words

A_DROP: Final = 3
"""Least fall in mood, 0 to 10, from one dated point to the next that counts as a drop. Source: [C]."""


def radar(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The answers to several scales of one entry, side by side; one left empty is a gap."""
    found = tuple((label(asked, one), number(entries[0].values, one.slug)) for one in refs(asked))
    return Table(("", "result"), found, n=1) if any(amount is not None for _, amount in found) else None


def rank_sum(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The rows in order of the sum of their numbers; equals share a place, and a row that lacks one comes last."""
    wanted = refs(asked)
    name = first_column(asked, wanted[0].field)
    sums = [(word(row, name), _sum(row, wanted)) for row in rows(entries[0].values, wanted[0].field)]
    placed = sorted((whole for _, whole in sums if whole is not None), reverse=True)
    found = [
        (placed.index(whole) + 1 if whole is not None else None, called)
        for called, whole in sorted(sums, key=lambda row: -1.0 if row[1] is None else row[1], reverse=True)
    ]
    return Table(("place", ""), tuple(found), n=1) if placed else None


def argmax(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """What the row with the highest number is called; of equals, the first."""
    [one] = refs(asked)
    name = first_column(asked, one.field)
    found = [
        (amount, called)
        for row in rows(entries[0].values, one.field)
        if (amount := number(row, one.slug)) is not None and (called := word(row, name))
    ]
    return Words(max(found, key=lambda row: row[0])[1], n=1) if found else None


def first_not_done(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """What the first row is called that is not done yet. None once all are."""
    [table] = asked.derived.of
    name, done = first_column(asked, table), first_column(asked, table, "yes_no")
    open_rows = (
        row for row in rows(entries[0].values, table) if word(row, done) != "yes" and word(row, name)
    )
    found = next(open_rows, None)
    return Words(word(found, name), n=1) if found else None


def filter_by(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The chosen entries of the lists in one exercise, each with the list it stands in."""
    [one] = refs(asked)
    chosen = words(entries[0].values, one.slug)
    found = tuple(
        (item.label, thing)
        for item in asked.exercise.fields
        if item.type == "list"
        for thing in words(entries[0].values, item.slug)
        if thing in chosen
    )
    return Table(("", ""), found, n=1) if chosen else None


def join(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The answers as one text, a line each; what was left empty is left out."""
    lines = [line for one in refs(asked) if (line := word(entries[0].values, one.slug))]
    return Words("\n".join(lines), n=1) if lines else None


def all_present(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """Whether every field is filled in; `fields` are those that are."""
    wanted = refs(asked)
    held = tuple(one.slug for one in wanted if answered(entries[0].values, one.slug))
    return Truth(len(held) == len(wanted), n=1, fields=held)


def pair_by(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The newest entry of each answer beside the other's, field by field. None until there is one of each."""
    [one] = refs(asked)
    newest = {word(entry.values, one.slug): entry.values for entry in entries}
    options = column_of(asked, one).options
    if any(option not in newest for option in options):
        return None
    found: tuple[tuple[Cell, ...], ...] = tuple(
        (item.label, *(_shown(newest[option].get(item.slug)) for option in options))
        for item in asked.exercise.fields
        if item.slug != one.slug
    )
    return Table(("", *options), found, n=len(options))


def lookup(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """What the answer stands for, by the list given for this derived value."""
    [one] = refs(asked)
    stands_for = asked.context.lookup.get(asked.derived.slug, {})
    found = stands_for.get(word(entries[0].values, one.slug))
    return Words(found, n=1) if found else None


def schedule(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """Dates to come: those of a table from today on, or the first day, each week between, and the last."""
    today = local_day(asked.context.at, asked.context.zone)
    if len(asked.derived.of) == 1:
        [table] = asked.derived.of
        on, name = first_column(asked, table, "date"), first_column(asked, table, "text")
        dated = [(when, word(row, name)) for row in rows(entries[0].values, table) if (when := day(row, on))]
        return _dates([one for one in dated if one[0] >= today]) if dated else None
    first, last = refs(asked)
    begin, end = day(entries[0].values, first.slug), day(entries[0].values, last.slug)
    if begin is None or end is None or end < begin:
        return None
    weeks = [begin + WEEK * count for count in range(1, -(-(end - begin) // WEEK))]
    between = [(on, "weekly check-in") for on in weeks]
    return _dates([(begin, label(asked, first)), *between, (end, label(asked, last))])


def events_before_drop(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """What was going on in the weeks before each drop in mood: a prompt to look, not a cause.

    A drop is a dated point at least three lower than the one before it. Source: [C].
    """
    table, weeks = asked.derived.of
    on, mood = first_column(asked, table, "date"), first_column(asked, table, "scale_0_10")
    event, kind = first_column(asked, table, "text"), first_column(asked, table, "choice")
    dated = [(when, row) for row in rows(entries[0].values, table) if (when := day(row, on))]
    dated.sort(key=lambda point: point[0])
    reach = timedelta(weeks=int(weeks.split()[0]))
    found = [
        (drop, when, word(row, event), word(row, kind))
        for drop in _drops([(when, number(row, mood)) for when, row in dated])
        for when, row in dated
        if drop - reach <= when <= drop and word(row, event)
    ]
    columns = ("mood lower from", "when", "event", "kind")
    return Table(columns, tuple(found), n=1, words="What do you notice?") if dated else None


def _sum(row: Answers, wanted: Sequence[Ref]) -> float | None:
    amounts = [amount for one in wanted if (amount := number(row, one.slug)) is not None]
    return sum(amounts) if len(amounts) == len(wanted) else None


def _drops(points: Sequence[tuple[date, float | None]]) -> list[date]:
    known = [(when, mood) for when, mood in points if mood is not None]
    return [when for (_, before), (when, mood) in pairwise(known) if before - mood >= A_DROP]


def _dates(dated: Sequence[tuple[date, str]]) -> Table:
    return Table(("when", ""), tuple(sorted(dated)), n=1)


def _shown(value: Any) -> str:
    if value in (None, "", []):
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
