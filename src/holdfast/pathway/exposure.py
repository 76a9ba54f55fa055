"""How much of a treatment someone has had: each by itself, for milligrams of two drugs are not the same thing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from holdfast import units
from holdfast.pathway.history import History, InfusionFact
from holdfast.pathway.infusion_course import first_course_over_at
from holdfast.pathway.limits import SiteLimits

COMPARED = 3
"""Intervals looked at on either side to say whether they grow: fewer are mostly days that suited someone."""


@dataclass(frozen=True)
class Amount:
    """How many were given, and milligrams of those whose dose in mg is known; `unknown` counts the others."""

    count: int
    mg: Decimal
    unknown: int


@dataclass(frozen=True)
class Trend:
    """Mean interval of the newest few, and of the few before them. **Units**: days."""

    before: float
    now: float

    @property
    def words(self) -> str:
        """How it has moved, to the whole day: that is how spacing is decided."""
        if round(self.now) == round(self.before):
            return "about the same"
        return "longer than before" if self.now > self.before else "shorter than before"


@dataclass(frozen=True)
class Exposure:
    """What was given of one treatment in an episode.

    `recent` is of the last `window`. `mg_per_kg` is the mean of the doses known by weight. `intervals` are the days
    between one and the next, oldest first.
    """

    treatment: str
    in_all: Amount
    recent: Amount
    window: timedelta
    mg_per_kg: Decimal | None
    first_at: datetime
    last_at: datetime
    intervals: tuple[float, ...]

    @property
    def trend(self) -> Trend | None:
        """How the intervals have moved; None before there are enough to say."""
        if len(self.intervals) < 2 * COMPARED:
            return None
        before, now = self.intervals[-2 * COMPARED : -COMPARED], self.intervals[-COMPARED:]
        return Trend(before=sum(before) / COMPARED, now=sum(now) / COMPARED)


def exposure(
    infusions: Sequence[InfusionFact], *, treatment: str, limits: SiteLimits, at: datetime
) -> Exposure | None:
    """The exposure to one treatment as of `at`; None when nothing of it was given.

    Source: [C], threshold `exposure_window`.
    """
    given = sorted(
        (one for one in infusions if one.drug == treatment and one.at <= at), key=lambda one: one.at
    )
    if not given:
        return None
    window = limits.duration("exposure_window")
    by_weight = [one.dose_mg_per_kg for one in given if one.dose_mg_per_kg is not None]
    return Exposure(
        treatment=treatment,
        in_all=_amount(given),
        recent=_amount([one for one in given if one.at > at - window]),
        window=window,
        mg_per_kg=_mean(by_weight) if by_weight else None,
        first_at=given[0].at,
        last_at=given[-1].at,
        intervals=tuple(units.days_between(earlier.at, later.at) for earlier, later in pairwise(given)),
    )


def of_treatment(history: History, treatment: str) -> History:
    """The history with the infusions of one treatment alone."""
    return replace(history, infusions=tuple(one for one in history.infusions if one.drug == treatment))


def safety_review_due_at(
    history: History, *, treatment: str, reviewed_at: Sequence[datetime], limits: SiteLimits, at: datetime
) -> datetime | None:
    """When the next safety review of a treatment is due; None while the first course goes on.

    Counted from the end of the first course or the last review. Without an infusion since then nothing has been added,
    so none is due. Source: [C], threshold `safety_review_every`.
    """
    own = of_treatment(history.as_of(at), treatment)
    over_at = first_course_over_at(own, at=at)
    if over_at is None:
        return None
    since = max([over_at, *(one for one in reviewed_at if one <= at)])
    if own.infusions[-1].at <= since:
        return None
    return since + limits.duration("safety_review_every")


def _amount(given: Sequence[InfusionFact]) -> Amount:
    known = [one.dose_mg for one in given if one.dose_mg is not None]
    return Amount(count=len(given), mg=sum(known, Decimal()), unknown=len(given) - len(known))


def _mean(doses: Sequence[Decimal]) -> Decimal:
    """The mean, to 0.01 mg/kg as doses are."""
    return (sum(doses, Decimal()) / len(doses)).quantize(Decimal("0.01"), ROUND_HALF_UP)
