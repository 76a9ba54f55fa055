"""A therapy as the aid for choosing shows it: words, evidence, pluses and minuses, and how they add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from holdfast.pathway.choosing import Line, Standing, Weighed
from holdfast.protocols.choice_aid import Known
from holdfast.protocols.therapy import Therapy
from holdfast.protocols.track import Track

STRENGTHS: Mapping[str, tuple[str, str]] = {
    "moderate": ("●●●○", gettext_noop("moderate evidence")),
    "low": ("●●○○", gettext_noop("weak evidence")),
    "very_low": ("●○○○", gettext_noop("very weak evidence")),
    "none": ("○○○○", gettext_noop("no study found")),
}
"""How sure the evidence is: a shape, and its words. The scale has four steps; none of the therapies has the fourth."""

GROWN_UP = 18


@dataclass(frozen=True)
class Badge:
    """The strength of the evidence in one setting."""

    where: str
    shape: str
    words: str


@dataclass(frozen=True)
class Step:
    """One line of the sum, as a person reads it; `how` says whose stars, and times what."""

    points: str
    says: str
    how: str


@dataclass(frozen=True)
class Card:
    """One therapy. `therapy` is None where the library no longer has it, `weighed` before anything was said.

    On paper, what is discreet is not told: its points stay, so that the sum is true, and its words do not.
    """

    name: str
    therapy: Therapy | None
    known: Known | None
    tracks: tuple[Track, ...]
    weighed: Weighed | None
    alike: tuple[str, ...]
    stops: tuple[Standing, ...]
    held_back: bool
    on_paper: bool

    @property
    def badges(self) -> tuple[Badge, ...]:
        """Evidence in depression that is hard to treat, and after ketamine."""
        if self.known is None:
            return ()
        return (
            _badge(_("Hard-to-treat depression"), self.known.hard_to_treat),
            _badge(_("After ketamine"), self.known.after_ketamine),
        )

    @property
    def for_it(self) -> tuple[Step, ...]:
        """What was said that speaks for it."""
        return tuple(self._step(line) for line in self.weighed.pluses) if self.weighed else ()

    @property
    def against_it(self) -> tuple[Step, ...]:
        """What was said that speaks against it."""
        return tuple(self._step(line) for line in self.weighed.minuses) if self.weighed else ()

    @property
    def sum(self) -> tuple[str, ...]:
        """How the score comes about, line by line, after the pluses and minuses."""
        one = self.weighed
        if one is None or one.base is None or one.score is None:
            return ()
        lines = [
            _("%(points)s out of %(most)s possible: %(base)s")
            % {"points": signed(one.points), "most": f"{one.most:g}", "base": signed(one.base, places=2)}
        ]
        if one.before:
            lines.append(f"{one.before}: {signed(one.shift, places=2)}")
        return (*lines, _("In all: %(score)s") % {"score": signed(one.score, places=2)})

    def _step(self, line: Line) -> Step:
        told = not (self.on_paper and line.discreet)
        return Step(
            points=signed(line.points),
            says=line.says if told else _("Something we talked about in person"),
            how=f"{_whose(line)} × {signed(line.fit)}",
        )


def cards(
    offered: Sequence[Therapy],
    result: Sequence[Weighed] = (),
    *,
    known: Mapping[str, Known],
    age: int | None = None,
    on_paper: bool = False,
) -> tuple[Card, ...]:
    """The therapies as cards: in the order of the result, or before there is one in the order given."""
    by_slug = {one.slug: one for one in offered}
    if not result:
        return tuple(
            Card(
                name=one.name,
                therapy=one,
                known=known.get(one.family),
                tracks=ways_through(one, age),
                weighed=None,
                alike=(),
                stops=(),
                held_back=False,
                on_paper=on_paper,
            )
            for one in offered
        )
    names = {one.therapy: one.name for one in result}
    return tuple(_weighed(one, by_slug.get(one.therapy), names, age=age, on_paper=on_paper) for one in result)


def signed(number: float, *, places: int | None = None) -> str:
    """The number with its sign: +4, -2, +0.50, with a true minus."""
    text = f"{number:+.{places}f}" if places is not None else f"{number:+g}"
    return text.replace("-", "−")


def _weighed(
    one: Weighed, therapy: Therapy | None, names: Mapping[str, str], *, age: int | None, on_paper: bool
) -> Card:
    told = tuple(stop for stop in one.stops if not (on_paper and stop.discreet))
    return Card(
        name=one.name,
        therapy=therapy,
        known=one.known,
        tracks=ways_through(therapy, age) if therapy else (),
        weighed=one,
        alike=tuple(names[slug] for slug in one.alike),
        stops=told,
        held_back=any(stop.effect == "not_now" and stop not in told for stop in one.stops),
        on_paper=on_paper,
    )


def ways_through(therapy: Therapy, age: int | None) -> tuple[Track, ...]:
    """Its tracks for someone of that age; for those of unknown age, the tracks for adults."""
    years = GROWN_UP if age is None else age
    return tuple(
        one
        for one in therapy.tracks
        if (age is None or one.ages[0] <= age) and (one.ages[1] or years) >= years
    )


def _badge(where: str, strength: str) -> Badge:
    shape, words = STRENGTHS[strength]
    return Badge(where=where, shape=shape, words=_(words))


def _whose(line: Line) -> str:
    if line.person is not None and line.clinician is not None:
        return _("you %(you)s, clinician %(clinician)s: %(mean)s") % {
            "you": _stars(line.person),
            "clinician": _stars(line.clinician),
            "mean": f"{line.stars:g}",
        }
    if line.person is not None:
        return _("you %(you)s") % {"you": _stars(line.person)}
    return _("clinician %(clinician)s") % {"clinician": _stars(line.clinician or 0)}


def _stars(number: int) -> str:
    return "★" * number or "0"
