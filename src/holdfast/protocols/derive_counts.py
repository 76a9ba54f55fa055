"""Counts, shares and lists: what was named, how often, and what was not."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import product
from typing import Final

from holdfast.protocols.derive_answers import (
    Ref,
    column_of,
    day_of,
    entries_of,
    first_column,
    label,
    ref,
    refs,
    rows,
    word,
    words,
)
from holdfast.protocols.derive_change import LEAST_A_SIDE
from holdfast.protocols.derive_values import (
    Asked,
    Bar,
    Bars,
    Cell,
    Entry,
    Items,
    Line,
    Number,
    Point,
    Series,
    Table,
    Value,
)
from holdfast.protocols.exercise import Item

NOT_A_TAG: Final = "own words"
"""An answer that says only that none of the others fits: two of them have nothing in common."""

NO_ONE: Final = "none"
"""An answer that there is nothing to name."""

RECENT: Final = timedelta(days=14)
"""How long the signs of a weekly check count as present. Source: [C]."""


def tally(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """How often each answer was given, most often first.

    A second field that is a choice with its own answers splits the counts of the first; otherwise each field is
    counted on its own. A column alone is of a picture drawn again: its first table is set beside the newest.
    """
    one, *others = refs(asked)
    if others and _splits(asked, others[0]):
        return _crossed(one, others[0], entries)
    if one.column and not others:
        return _then_and_now(asked, one, entries)
    bars: list[Bar] = []
    resting: set[int] = set()
    for each in (one, *others):
        group = label(asked, each) if others else ""
        answered = [_chosen(each, entry) for entry in entries_of(asked, each, entries)]
        resting |= {place for place, chosen in enumerate(answered) if chosen}
        bars += _counted([chosen for chosen in answered if chosen], group=group)
    return Bars(tuple(bars), n=len(resting))


def share_by(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The share of each answer; with a second field, within each answer to that, where there are three or more."""
    one, *by = refs(asked)
    groups: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for entry in entries:
        chosen = words(entry.values, one.slug)
        for group in words(entry.values, by[0].slug) if by else ("",):
            if chosen:
                groups[group].append(chosen)
    n = sum(
        bool(words(entry.values, one.slug)) and (not by or bool(words(entry.values, by[0].slug)))
        for entry in entries
    )
    enough = {group: given for group, given in groups.items() if len(given) >= LEAST_A_SIDE}
    bars = tuple(bar for group, given in sorted(enough.items()) for bar in _counted(given, group=group))
    return Bars(bars, n=n) if bars else None


def share_true(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The part of the answers that are yes; partly is not yes."""
    [one] = refs(asked)
    answers = [answer for entry in entries if (answer := word(entry.values, one.slug))]
    if not answers:
        return None
    yes = answers.count("yes")
    return Number(yes / len(answers), f"{yes} of {len(answers)}", n=len(answers))


def mode_triplet(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The commonest set of one answer to each field, over stories; all of them where several are as common.

    A set that stands in one story only is no pattern. Source: the CCRT's idea of wish, response of other, response
    of self.
    """
    wanted = refs(asked)
    stories = _stories(wanted, entries)
    counts = Counter(triplet for _, story in stories for triplet in story)
    most = max(counts.values(), default=0)
    if most < 2:
        return None
    found: tuple[tuple[Cell, ...], ...] = tuple(
        (*triplet, most) for triplet in sorted(counts) if counts[triplet] == most
    )
    columns = (*(label(asked, one) for one in wanted), "stories")
    return Table(columns, found, n=len(stories))


def share_of_stories(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The share of each month's stories that hold the commonest set. A month without stories has no point."""
    [slug] = asked.derived.of
    pattern = asked.work_out(slug, None)
    if not isinstance(pattern, Table):
        return None
    top = {row[:-1] for row in pattern.rows}
    fields = next(one.of for one in asked.exercise.derived if one.slug == slug)
    stories = _stories([Ref(asked.exercise.name, field) for field in fields], entries)
    months: dict[date, list[bool]] = defaultdict(list)
    for entry, story in stories:
        months[day_of(entry, asked.context.zone).replace(day=1)].append(bool(story & top))
    points = tuple(
        Point(sum(held) / len(held), month, f"{sum(held)} of {len(held)}")
        for month, held in sorted(months.items())
    )
    return Series((Line("stories with the pattern", points),), n=len(stories))


def missing(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """The answers that no row names. Nothing where no row answers at all."""
    [one] = refs(asked)
    given = {thing for row in rows(entries[0].values, one.field) for thing in words(row, one.slug)}
    if not given:
        return None
    left = (option for option in column_of(asked, one).options if option not in given | {NO_ONE})
    return Items(tuple(left), n=1)


def compare(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """Rows whose second answer is another than the first, and whether it lies closer or further."""
    now, wished = refs(asked)
    name = first_column(asked, now.field)
    order = column_of(asked, now).options
    found = []
    for row in rows(entries[0].values, now.field):
        one, other = word(row, now.slug), word(row, wished.slug)
        if one in order and other in order and one != other:
            way = "closer" if order.index(other) < order.index(one) else "further"
            found.append((word(row, name), one, other, way))
    both = any(word(row, now.slug) and word(row, wished.slug) for row in rows(entries[0].values, now.field))
    columns = ("", label(asked, now), label(asked, wished), "wished")
    return Table(columns, tuple(found), n=1) if both else None


def collect(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """Everything that was named, each once, in the order it came."""
    [one] = refs(asked)
    found: dict[str, str] = {}
    resting = 0
    for entry in entries:
        chosen = words(entry.values, one.slug)
        resting += bool(chosen)
        for thing in chosen:
            found.setdefault(thing.casefold(), thing)
    return Items(tuple(found.values()), n=resting)


def match_recent(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """Which of the person's own signs the newest weekly check names. None without a check in the last two weeks."""
    own, check = asked.derived.of
    plans = [signs for entry in entries if (signs := words(entry.values, ref(asked, own).slug))]
    checks = asked.context.entries.get(check, ())
    if not plans or not checks or asked.context.at - checks[-1].at > RECENT:
        return None
    ticked = checks[-1].values
    seen = {thing.casefold() for slug in ticked for thing in words(ticked, slug)}
    return Items(tuple(sign for sign in plans[-1] if sign.casefold() in seen), n=1)


def _splits(asked: Asked, second: Ref) -> bool:
    column = column_of(asked, second)
    return isinstance(column, Item) and column.type == "choice" and bool(column.options)


def _chosen(one: Ref, entry: Entry) -> tuple[str, ...]:
    return tuple(thing for answers in one.read(entry.values) for thing in words(answers, one.slug))


def _counted(answered: Sequence[Sequence[str]], *, group: str) -> list[Bar]:
    called: dict[str, str] = {}
    counts = Counter(
        called.setdefault(thing.casefold(), thing).casefold() for chosen in answered for thing in chosen
    )
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    holding = {thing: sum(thing in _folded(chosen) for chosen in answered) for thing in counts}
    return [Bar(called[thing], count, holding[thing] / len(answered), group) for thing, count in ordered]


def _folded(chosen: Iterable[str]) -> set[str]:
    return {thing.casefold() for thing in chosen}


def _crossed(one: Ref, by: Ref, entries: Sequence[Entry]) -> Bars:
    both = [
        (words(entry.values, one.slug), word(entry.values, by.slug))
        for entry in entries
        if words(entry.values, one.slug) and word(entry.values, by.slug)
    ]
    counts = Counter((answer, thing) for things, answer in both for thing in things)
    within = Counter(answer for _, answer in both)
    ordered = sorted(counts.items(), key=lambda one: (one[0][0], -one[1], one[0][1]))
    return Bars(
        tuple(Bar(thing, count, count / within[answer], answer) for (answer, thing), count in ordered),
        n=len(both),
    )


def _then_and_now(asked: Asked, one: Ref, entries: Sequence[Entry]) -> Bars:
    drawn = [chosen for entry in entries if (chosen := _chosen(one, entry))]
    if not drawn:
        return Bars((), n=0)
    pictures = [("at the start", drawn[0])] if len(drawn) > 1 else []
    pictures.append(("now", drawn[-1]))
    bars = tuple(
        Bar(option, chosen.count(option), chosen.count(option) / len(chosen), group)
        for group, chosen in pictures
        for option in column_of(asked, one).options
    )
    return Bars(bars, n=len(drawn))


def _stories(wanted: Sequence[Ref], entries: Sequence[Entry]) -> list[tuple[Entry, set[tuple[str, ...]]]]:
    """Stories that answer every field, each with every set of one answer to each."""
    found = []
    for entry in entries:
        tags = [[tag for tag in words(entry.values, one.slug) if tag != NOT_A_TAG] for one in wanted]
        if all(words(entry.values, one.slug) for one in wanted):
            found.append((entry, set(product(*tags))))
    return found
