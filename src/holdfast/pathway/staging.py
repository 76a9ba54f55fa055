"""How resistant a depression is: three published stagings, each with its parts, and what it still lacks.

Only antidepressants of this episode that were adequate and failed count, each once. A staging that lacks something
has no total: it says what it comes to at least.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from holdfast.pathway.adequacy import DrugFact, Judged, Verdict, called, every
from holdfast.pathway.limits import AS_SHIPPED, SiteLimits
from holdfast.protocols import medicines

BILATERAL: Final = "ect_bilateral"
ECT: Final = {BILATERAL: "both sides", "ect_unilateral": "one side"}
NOTHING: Final = "nothing on record that counts yet"


@dataclass(frozen=True)
class OtherFact:
    """Another treatment that was tried; `improvement_percent` is None when not known."""

    kind: str
    this_episode: bool = True
    improvement_percent: int | None = None


@dataclass(frozen=True)
class IllnessFact:
    """How long this episode has lasted (**Units**: months) and how severe it is; None and "" when not known."""

    months: int | None = None
    severity: str = ""


@dataclass(frozen=True)
class Part:
    """One part of a staging: what it rests on, its points (None while not settled), and the fewest they can be."""

    name: str
    rests_on: str
    points: Decimal | None
    at_least: Decimal


@dataclass(frozen=True)
class Staging:
    """A staging of one person with its parts; `words` is its value as it is said: "9 of 15, moderate"."""

    name: str
    words: str
    parts: tuple[Part, ...]
    source: str
    standing: Literal["seen", "convention"]

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts that are not settled."""
        return tuple(one.name for one in self.parts if one.points is None)

    @property
    def at_least(self) -> Decimal:
        """The fewest points it can come to."""
        return _least(self.parts)

    @property
    def total(self) -> Decimal | None:
        """The sum of its points; None while a part is not settled."""
        return None if self.missing else self.at_least

    @property
    def cited(self) -> str:
        """The source as it is shown to a clinician."""
        return self.source if self.standing == "seen" else f"Site default: {self.source}"


@dataclass(frozen=True)
class Tried:
    """Antidepressants of this episode, each once: those that count, those of which it cannot be told, and all rows."""

    certain: Mapping[str, tuple[DrugFact, ...]]
    uncertain: Mapping[str, tuple[DrugFact, ...]]
    in_episode: tuple[DrugFact, ...]

    @property
    def any(self) -> bool:
        """Whether anything counts or may."""
        return bool(self.certain or self.uncertain)


def stagings(
    judged: Sequence[Judged],
    others: Sequence[OtherFact],
    illness: IllnessFact,
    *,
    limits: SiteLimits = AS_SHIPPED,
) -> tuple[Staging, ...]:
    """The three stagings of a person as far as the record tells."""
    drugs, ours = tried(judged), [one for one in others if one.this_episode]
    return (
        maudsley(drugs, ours, illness),
        massachusetts(drugs, ours, limits=limits),
        thase_rush(drugs, ours, limits=limits),
    )


def tried(judged: Sequence[Judged]) -> Tried:
    """The trials sorted by whether they count; a drug with one trial that counts is not in doubt for another."""
    certain, uncertain = (
        {
            drug: tuple(
                one.trial for one in judged if one.trial.drug == drug and one.adequacy.counts is verdict
            )
            for drug in dict.fromkeys(one.trial.drug for one in judged if one.adequacy.counts is verdict)
        }
        for verdict in (Verdict.YES, Verdict.UNKNOWN)
    )
    return Tried(
        certain,
        {drug: facts for drug, facts in uncertain.items() if drug not in certain},
        tuple(one.trial for one in judged if one.trial.this_episode),
    )


# ---------- Maudsley Staging Method ----------

Steps = tuple[tuple[int | None, int], ...]
"""At most so many, and the points of it; None is any number."""

MONTHS: Final[Steps] = ((12, 1), (24, 2), (None, 3))
FAILED: Final[Steps] = ((2, 1), (4, 2), (6, 3), (10, 4), (None, 5))
SEVERITY: Final = {"subsyndromal": 1, "mild": 2, "moderate": 3, "severe": 4, "psychotic": 5}
BANDS: Final = ((6, "mild"), (10, "moderate"), (15, "severe"))


def maudsley(drugs: Tried, others: Sequence[OtherFact], illness: IllnessFact) -> Staging:
    """Duration 1 to 3, severity 1 to 5, failed antidepressants 1 to 5, augmentation and ECT 1 each: 3 to 15.

    It begins with one antidepressant that failed: before that it has no total.
    **Source**: Fekadu 2009; doi:10.1186/s12888-018-1679-x, table 3.
    """
    augmented = [
        f"{called(one.drug)} with {one.augmented_with}" for one in drugs.in_episode if one.augmented_with
    ]
    parts = (
        _duration(illness.months),
        _severity(illness.severity),
        _failed(drugs),
        _settled("Augmentation used", ", ".join(augmented), 1 if augmented else 0),
        _ect_used(others),
    )
    so_far = "" if _band(_least(parts)) == BANDS[-1][1] else " or more"
    words = _said(parts, lambda points: f"{points} of 15, {_band(points)}", so_far=so_far)
    return Staging(
        name="Maudsley Staging Method",
        words=words if drugs.any else NOTHING,
        parts=parts,
        source="Fekadu 2009; doi:10.1186/s12888-018-1679-x, table 3",
        standing="seen",
    )


def _duration(months: int | None) -> Part:
    name = "How long this episode has lasted"
    if months is None:
        return _open(name, "not known", 1)
    return _settled(name, f"{months} {'month' if months == 1 else 'months'}", _step(MONTHS, months))


def _severity(severity: str) -> Part:
    name, points = "Severity", SEVERITY.get(severity)
    words = {"subsyndromal": "below the threshold", "psychotic": "severe, with psychosis"}
    if points is None:
        return _open(name, "not judged", 1)
    return _settled(name, words.get(severity, severity), points)


def _failed(drugs: Tried) -> Part:
    name, counted, may = "Antidepressants that failed", len(drugs.certain), len(drugs.uncertain)
    fewest, most = (_step(FAILED, number) for number in (counted, counted + may))
    if not counted or fewest != most:
        return _open(name, _tried_words(drugs), fewest)
    return _settled(name, _tried_words(drugs), fewest)


def _ect_used(others: Sequence[OtherFact]) -> Part:
    given = sorted({ECT[one.kind] for one in others if one.kind in ECT})
    return _settled("ECT used", ", ".join(given), 1 if given else 0)


def _band(points: Decimal) -> str:
    return next(name for most, name in BANDS if points <= most)


def _step(steps: Steps, number: int) -> int:
    return next(points for most, points in steps if most is None or number <= most)


# ---------- Massachusetts General Hospital ----------


def massachusetts(drugs: Tried, others: Sequence[OtherFact], *, limits: SiteLimits = AS_SHIPPED) -> Staging:
    """1 for each antidepressant that failed, half for each raised, half for each augmented, 3 for ECT that failed.

    **Source**: Petersen 2005, as tabled in doi:10.1371/journal.pone.0236434.
    """
    ect, ect_words = _ect_failed(others, ECT, limits)
    three = Decimal(3) if ect is Verdict.YES else Decimal(0)
    parts = (
        _each("Antidepressants that failed", drugs, lambda _: True, points="1"),
        _each("Raised beyond the minimum", drugs, lambda one: one.optimised, points="0.5"),
        _each("Augmented", drugs, lambda one: bool(one.augmented_with), points="0.5"),
        Part("ECT that failed", ect_words, None if ect is Verdict.UNKNOWN else three, three),
    )
    return Staging(
        name="Massachusetts General Hospital staging",
        words=_said(parts, _points) if drugs.any or _least(parts) else NOTHING,
        parts=parts,
        source="Petersen 2005, as tabled in doi:10.1371/journal.pone.0236434, where a trial takes 6 weeks",
        standing="seen",
    )


def _each(name: str, drugs: Tried, counts: Callable[[DrugFact], bool], *, points: str) -> Part:
    """So many points for each antidepressant with a trial of that kind."""
    certain = _with(drugs.certain, counts)
    uncertain = _with(drugs.uncertain, counts)
    fewest = len(certain) * Decimal(points)
    words = _tried_words(Tried(certain, uncertain, ()))
    return Part(name, words, None if uncertain else fewest, fewest)


def _with(
    drugs: Mapping[str, tuple[DrugFact, ...]], counts: Callable[[DrugFact], bool]
) -> Mapping[str, tuple[DrugFact, ...]]:
    return {drug: facts for drug, facts in drugs.items() if any(counts(one) for one in facts)}


def _points(points: Decimal) -> str:
    return f"{points.normalize():f} {'point' if points == 1 else 'points'}"


# ---------- Thase and Rush ----------

STAGES: Final = ("no stage", "stage I", "stage II", "stage III", "stage IV", "stage V")


def thase_rush(drugs: Tried, others: Sequence[OtherFact], *, limits: SiteLimits = AS_SHIPPED) -> Staging:
    """Stage I to V; each takes the one before, and a class beside those before.

    I one class, II two, III a tricyclic beside two others, IV an MAOI beside these, V ECT on both sides.
    **Source**: Thase and Rush 1997, as recalled; a convention.
    """
    ect, ect_words = _ect_failed(others, [BILATERAL], limits)
    sure, maybe = _Classes.of(drugs.certain), _Classes.of({**drugs.certain, **drugs.uncertain})
    rungs = (
        ("Stage I: one class", sure.words(), _whether(certain=sure.reach(1), possible=maybe.reach(1))),
        (
            "Stage II: two classes",
            f"{len(sure.named)} on record",
            _whether(certain=sure.reach(2), possible=maybe.reach(2)),
        ),
        ("Stage III: a tricyclic beside them", *_with_a(sure, maybe, 3, "tricyclic")),
        ("Stage IV: an MAOI beside them", *_with_a(sure, maybe, 4, "tricyclic", "maoi")),
        ("Stage V: ECT on both sides", ect_words, ect),
    )
    parts, so_far = [], Verdict.YES
    for name, words, verdict in rungs:
        so_far = every((so_far, verdict))
        one = Decimal(so_far is Verdict.YES)
        parts.append(Part(name, words, None if so_far is Verdict.UNKNOWN else one, one))
    return Staging(
        name="Thase and Rush staging",
        words=_said(parts, lambda points: STAGES[int(points)]) if drugs.any else NOTHING,
        parts=tuple(parts),
        source="Thase and Rush 1997, as recalled; each stage takes the one before, and a class counts once",
        standing="convention",
    )


@dataclass(frozen=True)
class _Classes:
    """The classes of some antidepressants with the names in each, and how many of them are in no table."""

    named: Mapping[str, tuple[str, ...]]
    unlisted: int

    @classmethod
    def of(cls, drugs: Collection[str]) -> "_Classes":
        listed = [found for drug in drugs if (found := medicines.of_slug(drug))]
        classes = dict.fromkeys(one.class_ for one in listed)
        named = {kind: tuple(one.name for one in listed if one.class_ == kind) for kind in classes}
        return cls(named, len(drugs) - len(listed))

    def reach(self, number: int, *needed: str) -> bool:
        """Whether there can be so many classes, those needed among them; a drug in no table may be of any."""
        lacking = set(needed) - set(self.named)
        return len(lacking) <= self.unlisted and len(self.named) + self.unlisted >= number

    def words(self, *kinds: str) -> str:
        """The classes with their drugs; all of them, or these."""
        shown = [kind for kind in self.named if not kinds or kind in kinds]
        classes = medicines.table().classes
        return "; ".join(f"{classes[kind]}: {', '.join(self.named[kind])}" for kind in shown) or NONE


def _with_a(sure: _Classes, maybe: _Classes, number: int, *needed: str) -> tuple[str, Verdict]:
    """The drugs of the class needed last, and whether there are so many classes with those needed among them."""
    certain, possible = (one.reach(number, *needed) for one in (sure, maybe))
    return sure.words(needed[-1]), _whether(certain=certain, possible=possible)


def _whether(*, certain: bool, possible: bool) -> Verdict:
    if certain:
        return Verdict.YES
    return Verdict.UNKNOWN if possible else Verdict.NO


# ---------- what they share ----------

NONE: Final = "none on record"


def _ect_failed(
    others: Sequence[OtherFact], kinds: Collection[str], limits: SiteLimits
) -> tuple[Verdict, str]:
    """Whether ECT of these kinds brought too little, and the words for it."""
    given = [one for one in others if one.kind in kinds]
    known = [one.improvement_percent for one in given if one.improvement_percent is not None]
    if not given:
        return Verdict.NO, NONE
    if known and min(known) < limits.number("trial_failed_below"):
        return Verdict.YES, f"{min(known)} % better"
    if len(known) < len(given):
        return Verdict.UNKNOWN, "how much it helped is not known"
    return Verdict.NO, f"it helped: {min(known)} % better"


def _tried_words(drugs: Tried) -> str:
    told = [_listed("counted", drugs.certain), _listed("cannot be told", drugs.uncertain)]
    return "; ".join(one for one in told if one) or NONE


def _listed(what: str, drugs: Collection[str]) -> str:
    return f"{len(drugs)} {what}: {', '.join(called(drug) for drug in drugs)}" if drugs else ""


def _said(parts: Sequence[Part], say: Callable[[Decimal], str], *, so_far: str = "") -> str:
    """A value in words; while a part lacks, what it comes to at least, with `so_far` behind it."""
    least = _least(parts)
    if all(one.points is not None for one in parts):
        return say(least)
    return f"at least {say(least)}{so_far}" if least else "cannot be told yet"


def _settled(name: str, rests_on: str, points: int) -> Part:
    return Part(name, rests_on or NONE, Decimal(points), Decimal(points))


def _open(name: str, rests_on: str, fewest: int) -> Part:
    return Part(name, rests_on, None, Decimal(fewest))


def _least(parts: Sequence[Part]) -> Decimal:
    return sum((one.at_least for one in parts), Decimal(0))
