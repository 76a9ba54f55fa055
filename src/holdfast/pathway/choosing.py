"""Choosing a therapy together: answers added up in the open, told in words, with no winner.

score = sum of stars x fit / (2 x sum of stars) + the shift for what was tried before

Where the person and the clinician both gave stars, the mean counts. A statement without stars is left out: it is
not a 0. Evidence adds nothing. A score is an arrangement of what was said, not a forecast of what helps.

**Source** Our own convention, tested by nobody; the figures stand in the aid's file.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from holdfast.errors import InvalidInput, Problem
from holdfast.protocols.choice_aid import MOST_FIT, ChoiceAid, Known, Statement, StopKind
from holdfast.protocols.model import Part
from holdfast.protocols.therapy import Therapy

NOT_SURE, NONE_FOR_NOW = "not_sure", "none_for_now"
OTHER_CHOICES = (NOT_SURE, NONE_FOR_NOW)
"""Choices that are no therapy, and as good as any other."""

STARS = range(4)


class Stop(Part):
    """Something that stands in the way of therapies, as a clinician said: why, and until which day."""

    slug: str
    therapies: tuple[str, ...]
    reason: str
    until: date


@dataclass(frozen=True)
class Answers:
    """What was said over the aid. A statement, or a therapy, that is not in a mapping was left out."""

    person: Mapping[str, int] = field(default_factory=dict)
    clinician: Mapping[str, int] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    stops: tuple[Stop, ...] = ()


class Line(Part):
    """One plus or minus: whose stars, what they count as, and what they add."""

    says: str
    person: int | None
    clinician: int | None
    stars: float
    fit: int
    points: float
    discreet: bool


class Standing(Part):
    """What stands in the way of one therapy now, as shown. `days` from the talk until it is looked at again."""

    slug: str
    effect: Literal["not_now", "wait", "note"]
    shown: str
    reason: str
    until: date
    days: int
    discreet: bool


class Weighed(Part):
    """One therapy as shown: its words and how they came about. Without any stars, or outside the aid, no score.

    `most` is what `points` could have been; `alike` are the other therapies that are about the same.
    """

    therapy: str
    name: str
    words: str
    points: float
    most: float
    base: float | None
    before: str
    shift: float
    score: float | None
    lines: tuple[Line, ...]
    alike: tuple[str, ...]
    stops: tuple[Standing, ...]
    known: Known | None

    @property
    def pluses(self) -> tuple[Line, ...]:
        """What speaks for it, most first."""
        return tuple(sorted((one for one in self.lines if one.points > 0), key=lambda one: -one.points))

    @property
    def minuses(self) -> tuple[Line, ...]:
        """What speaks against it, most first."""
        return tuple(sorted((one for one in self.lines if one.points < 0), key=lambda one: one.points))

    def not_now(self, *, on: date) -> bool:
        """Whether something says not now, on that day. It is never a no for good."""
        return any(one.effect == "not_now" and one.until >= on for one in self.stops)


NOTHING_YET = "Nothing to add up yet"
OUTSIDE = "Not in this aid: talk it over"


def weigh(
    aid: ChoiceAid, answers: Answers, offered: Sequence[Therapy], *, shuffle: str, today: date
) -> tuple[Weighed, ...]:
    """Each therapy with its words, pluses and minuses; those about the same stand in the person's own shuffled order.

    A clinic's own version of a therapy is weighed as the therapy it is a version of. Errors: `InvalidInput`.
    """
    check(aid, answers)
    scores = {one.slug: _score(aid, answers, one.family) for one in offered}
    return tuple(
        _weighed(aid, answers, one, scores, today=today)
        for one in sorted(shuffled(offered, key=shuffle), key=_place(scores, aid))
    )


def shuffled(offered: Iterable[Therapy], *, key: str) -> tuple[Therapy, ...]:
    """The therapies in an order that is one person's own and stays so: no therapy is always first."""
    return tuple(sorted(offered, key=lambda one: hashlib.sha256(f"{key} {one.slug}".encode()).hexdigest()))


def digest(result: Sequence[Weighed]) -> str:
    """A mark of what was shown, so that nothing else is kept."""
    return hashlib.sha256(json.dumps(as_json(result), sort_keys=True).encode()).hexdigest()


def as_json(result: Sequence[Weighed]) -> list[dict[str, object]]:
    """The result as plain values."""
    return [one.model_dump(mode="json") for one in result]


def from_json(values: Iterable[Mapping[str, object]]) -> tuple[Weighed, ...]:
    """The result as it was kept."""
    return tuple(Weighed.model_validate(one) for one in values)


def check(aid: ChoiceAid, answers: Answers) -> None:
    """Refuse, with `InvalidInput`, stars nobody can give, an earlier course or a stop the aid does not know."""
    problems = [
        *_wrong_stars(aid, answers.person, by="person"),
        *_wrong_stars(aid, answers.clinician, by="clinician"),
    ]
    known = [one.slug for one in aid.before]
    for therapy, came_of_it in answers.before.items():
        if therapy not in aid.therapies or came_of_it not in known:
            problems.append(Problem(f"before {therapy}", f"{came_of_it!r} is not known", " or ".join(known)))
    kinds = {one.slug: one for one in aid.stops}
    for stop in answers.stops:
        kind = kinds.get(stop.slug)
        if kind is None or not stop.therapies or not set(stop.therapies) <= set(kind.therapies):
            problems.append(Problem(f"stop {stop.slug}", "is not one of the aid", " or ".join(kinds)))
        if not stop.reason.strip():
            problems.append(Problem(f"stop {stop.slug}", "has no reason", "why, in a few words"))
    if problems:
        raise InvalidInput(*problems)


def counted(answers: Answers, statement: Statement) -> Fraction | None:
    """The stars a statement counts with: the mean of those given; None when nobody gave any."""
    given = [
        stars[statement.slug] for stars in (answers.person, answers.clinician) if statement.slug in stars
    ]
    return Fraction(sum(given), len(given)) if given else None


def _wrong_stars(aid: ChoiceAid, stars: Mapping[str, int], *, by: str) -> list[Problem]:
    may = {one.slug for one in aid.statements if one.by in (by, "both")}
    return [
        Problem(f"{by} {slug}", f"{value} stars are not possible", "0, 1, 2 or 3 stars, or none given")
        if slug in may
        else Problem(f"{by} {slug}", f"is no statement for the {by}", "one of the aid")
        for slug, value in stars.items()
        if slug not in may or value not in STARS
    ]


def _points(aid: ChoiceAid, answers: Answers, family: str) -> tuple[Fraction, Fraction]:
    """What was said for a therapy less what was said against it, and the most it could be."""
    given = [(one, counted(answers, one)) for one in aid.statements]
    points = sum((stars * one.fit[family] for one, stars in given if stars is not None), Fraction())
    return points, MOST_FIT * sum((stars for _, stars in given if stars is not None), Fraction())


def _shift(aid: ChoiceAid, answers: Answers, family: str) -> Fraction:
    came_of_it = answers.before.get(family)
    return next((Fraction(one.shift) for one in aid.before if one.slug == came_of_it), Fraction())


def _score(aid: ChoiceAid, answers: Answers, family: str) -> Fraction | None:
    if family not in aid.therapies:
        return None
    points, most = _points(aid, answers, family)
    return points / most + _shift(aid, answers, family) if most else None


def _place(scores: Mapping[str, Fraction | None], aid: ChoiceAid) -> "_Place":
    """Higher scores first; those within the margin of the highest of their group share a place."""
    places: dict[str, int] = {}
    first: Fraction | None = None
    place = 0
    known = [(slug, score) for slug, score in scores.items() if score is not None]
    for slug, score in sorted(known, key=lambda one: -one[1]):
        if first is None or first - score >= Fraction(aid.tie_margin):
            first, place = score, place + 1
        places[slug] = place
    return _Place(places)


@dataclass(frozen=True)
class _Place:
    """The place of a therapy in the order; without a score, after the others."""

    places: Mapping[str, int]

    def __call__(self, therapy: Therapy) -> int:
        return self.places.get(therapy.slug, len(self.places) + 1)


def _weighed(
    aid: ChoiceAid,
    answers: Answers,
    therapy: Therapy,
    scores: Mapping[str, Fraction | None],
    *,
    today: date,
) -> Weighed:
    family, score = therapy.family, scores[therapy.slug]
    inside = family in aid.therapies
    points, most = _points(aid, answers, family) if inside else (Fraction(), Fraction())
    return Weighed(
        therapy=therapy.slug,
        name=therapy.name,
        words=_words(aid, score) if inside else OUTSIDE,
        points=float(points),
        most=float(most),
        base=float(points / most) if most else None,
        before=next((one.shown for one in aid.before if one.slug == answers.before.get(family)), ""),
        shift=float(_shift(aid, answers, family)),
        score=None if score is None else float(score),
        lines=_lines(aid, answers, family) if inside else (),
        alike=tuple(slug for slug in scores if slug != therapy.slug and _alike(aid, score, scores[slug])),
        stops=_standing(aid, answers, family, today=today),
        known=aid.therapies.get(family),
    )


def _words(aid: ChoiceAid, score: Fraction | None) -> str:
    if score is None:
        return NOTHING_YET
    return next((band.words for band in aid.bands if score >= Fraction(band.least)), aid.bands[-1].words)


def _alike(aid: ChoiceAid, one: Fraction | None, other: Fraction | None) -> bool:
    return one is not None and other is not None and abs(one - other) < Fraction(aid.tie_margin)


def _lines(aid: ChoiceAid, answers: Answers, family: str) -> tuple[Line, ...]:
    return tuple(
        Line(
            says=one.says,
            person=answers.person.get(one.slug),
            clinician=answers.clinician.get(one.slug),
            stars=float(stars),
            fit=one.fit[family],
            points=float(stars * one.fit[family]),
            discreet=one.discreet,
        )
        for one in aid.statements
        if (stars := counted(answers, one)) and one.fit[family]
    )


def _standing(aid: ChoiceAid, answers: Answers, family: str, *, today: date) -> tuple[Standing, ...]:
    kinds: dict[str, StopKind] = {one.slug: one for one in aid.stops}
    return tuple(
        Standing(
            slug=stop.slug,
            effect=kinds[stop.slug].effect,
            shown=kinds[stop.slug].shown,
            reason=stop.reason.strip(),
            until=stop.until,
            days=(stop.until - today).days,
            discreet=kinds[stop.slug].discreet,
        )
        for stop in answers.stops
        if family in stop.therapies and stop.until >= today
    )
