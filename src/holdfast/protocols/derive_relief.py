"""The relief state, and whether reviews show a gain: from PHQ-9, infusions and the relief log."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from holdfast.instruments.loader import load
from holdfast.protocols.derive_answers import day_of, local_day
from holdfast.protocols.derive_values import (
    Asked,
    Context,
    Entry,
    Reading,
    Series,
    Truth,
    Value,
    Words,
)

REVIEW_APART: Final = timedelta(days=28)
"""Entries closer than this belong to one review: both sides fill it in. Source: [C]."""


def classify_relief(asked: Asked, _entries: Sequence[Entry]) -> Value | None:
    """The relief state: none, partial, good, fading or lost; None while it cannot be judged.

    Judged on the newest PHQ-9 after the first infusion, against the last one before it (without one, the first). A
    fall of 50 % or more, or a score of 9 or less, is good; 25 % or more is partial; less is none once three infusions
    were given. Relief is fading when the newest score and one more of the last 14 days lie 5 points or more above the
    best since, or the relief log is 30 points below its highest; it is lost when more than half of the gain is gone. A
    clinician may overrule it. Source: [C], thresholds in `ReliefRules`.
    """
    context = asked.context
    if not context.infusions or not context.readings:
        return None
    first = context.infusions[0]
    baseline = next((one for one in reversed(context.readings) if one[0] <= first), context.readings[0])
    since = [one for one in context.readings if one[0] > max(first, baseline[0])]
    if not since or not baseline[1]:
        return None
    state = _state(baseline[1], since, context, log_fades=_log_fades(asked))
    return Words(state, n=len(since)) if state else None


def no_gain(asked: Asked, entries: Sequence[Entry]) -> Value | None:
    """Whether so many reviews in a row show no gain: the PHQ-9 not reliably lower than before them, and no remission.

    Before them is the review before the first of them, or the first score of all. None while a score is lacking.
    Source: reliable change and remission as in the file of the PHQ-9.
    """
    context, zone = asked.context, asked.context.zone
    wanted = int(asked.derived.of[1].split()[0])
    reviews = _reviews([day_of(entry, zone) for entry in entries])
    if len(reviews) < wanted or not context.readings:
        return None
    scores = [
        _newest(context, after=after, until=on) for after, on in zip([None, *reviews], reviews, strict=False)
    ]
    start = context.readings[0][1] if len(reviews) == wanted else scores[-wanted - 1]
    known = [score for score in scores[-wanted:] if score is not None]
    if start is None or len(known) < wanted:
        return None
    flat = all(start - score < _phq9("reliable_change") for score in known)
    return Truth(flat and known[-1] > _phq9("remission_at_most"), n=len(reviews), fields=("phq9",))


def _state(baseline: int, since: Sequence[Reading], context: Context, *, log_fades: bool) -> str | None:
    rules = context.relief
    best_at, best = min(since, key=lambda one: (one[1], -one[0].timestamp()))
    newest_at, newest = since[-1]
    relieved = _fall(baseline, best) >= rules.partial_fall or best <= rules.good_at_most
    risen = [at for at, total in since if at > best_at and total - best >= rules.fading_rise]
    if relieved and newest_at in risen and newest - best > (baseline - best) / 2:
        return "lost"
    within = timedelta(days=rules.fading_within_days)
    twice = newest_at in risen and sum(context.at - at <= within for at in risen) > 1
    if (relieved and twice) or log_fades:
        return "fading"
    if _fall(baseline, newest) >= rules.good_fall or newest <= rules.good_at_most:
        return "good"
    if _fall(baseline, newest) >= rules.partial_fall:
        return "partial"
    given = sum(at < newest_at for at in context.infusions)
    return "none" if given >= rules.judged_after else None


def _fall(baseline: int, total: int) -> float:
    return 100 * (baseline - total) / baseline


def _log_fades(asked: Asked) -> bool:
    """Whether the newest answer of the relief log, if recent, lies far below the highest since infusions began."""
    curve, rules, zone = asked.work_out(asked.derived.of[0], None), asked.context.relief, asked.context.zone
    if not isinstance(curve, Series):
        return False
    began, today = (local_day(at, zone) for at in (asked.context.infusions[0], asked.context.at))
    known = [
        (point.on, point.value)
        for point in curve.lines[0].points
        if point.value is not None and point.on is not None and point.on >= began
    ]
    if not known or (today - known[-1][0]).days > rules.fading_within_days:
        return False
    return max(value for _, value in known) - known[-1][1] >= rules.fading_log_drop


def _reviews(days: Sequence[date]) -> list[date]:
    """The last day of each review."""
    found: list[list[date]] = []
    for on in sorted(days):
        if found and on - found[-1][0] < REVIEW_APART:
            found[-1].append(on)
        else:
            found.append([on])
    return [review[-1] for review in found]


def _newest(context: Context, *, after: date | None, until: date) -> int | None:
    """The newest PHQ-9 of the days after the one, until the other."""
    known = [
        total
        for at, total in context.readings
        if (on := local_day(at, context.zone)) <= until and (after is None or on > after)
    ]
    return known[-1] if known else None


def _phq9(cutoff: str) -> int:
    found: int = getattr(load("phq9").cutoffs, cutoff)
    return found
