"""Exposure to a treatment, and when the next look at its safety is due."""

from datetime import timedelta
from decimal import Decimal

import pytest

from holdfast.pathway.exposure import Amount, Exposure, Trend, exposure, safety_review_due_at
from holdfast.pathway.history import History, InfusionFact
from holdfast.pathway.limits import SiteLimits
from tests.pathway.histories import START, infusion

KETAMINE, ESKETAMINE = "ketamine_iv", "esketamine_nasal"
FIRST_COURSE = (0.0, 3, 7, 10, 14, 17)


def given(
    day: float, mg: str | None = "35", per_kg: str | None = "0.5", drug: str = KETAMINE
) -> InfusionFact:
    return InfusionFact(
        at=START + timedelta(days=day),
        drug=drug,
        dose_mg=None if mg is None else Decimal(mg),
        dose_mg_per_kg=None if per_kg is None else Decimal(per_kg),
    )


def seen(*infusions: InfusionFact, day: float = 400, treatment: str = KETAMINE) -> Exposure | None:
    limits = SiteLimits(treatment)
    return exposure(infusions, treatment=treatment, limits=limits, at=START + timedelta(days=day))


def test_exposure_when_two_treatments_were_given_counts_each_by_itself() -> None:
    mixed = (given(0, "35"), given(3, "84", None, ESKETAMINE), given(7, "40.5"))

    ketamine, esketamine = seen(*mixed, day=10), seen(*mixed, day=10, treatment=ESKETAMINE)

    assert ketamine is not None
    assert ketamine.in_all == Amount(count=2, mg=Decimal("75.5"), unknown=0)
    assert esketamine is not None
    assert esketamine.in_all == Amount(count=1, mg=Decimal(84), unknown=0)
    assert esketamine.mg_per_kg is None


def test_exposure_when_a_dose_in_mg_is_not_known_says_so_and_adds_the_others() -> None:
    found = seen(given(0), given(3, None, "0.5"), day=10)

    assert found is not None
    assert found.in_all == Amount(count=2, mg=Decimal(35), unknown=1)


@pytest.mark.parametrize(("day", "recent"), [(365, 2), (365.1, 1), (380.1, 0)])
def test_exposure_when_a_year_has_passed_leaves_older_ones_out_of_the_recent(day: float, recent: int) -> None:
    found = seen(given(0.05), given(15), day=day)

    assert found is not None
    assert (found.in_all.count, found.recent.count) == (2, recent)


def test_exposure_when_doses_differ_gives_their_mean_to_the_hundredth() -> None:
    found = seen(given(0, per_kg="0.5"), given(3, per_kg="0.5"), given(7, per_kg="0.75"), day=10)

    assert found is not None
    assert found.mg_per_kg == Decimal("0.58")


@pytest.mark.parametrize("drugs", [(), (ESKETAMINE,)])
def test_exposure_when_nothing_of_the_treatment_was_given_is_none(drugs: tuple[str, ...]) -> None:
    assert seen(*(given(0, drug=drug) for drug in drugs)) is None


def test_exposure_when_asked_as_of_a_day_leaves_out_what_came_later() -> None:
    found = seen(given(0), given(30), day=20)

    assert found is not None
    assert (found.in_all.count, found.last_at) == (1, START)


@pytest.mark.parametrize(
    ("days", "trend", "words"),
    [
        ((0, 7, 14, 21, 28, 35), None, ""),
        ((0, 7, 14, 21, 35, 49, 63), Trend(7, 14), "longer than before"),
        ((0, 14, 28, 42, 49, 56, 63), Trend(14, 7), "shorter than before"),
        ((0, 7, 14, 21, 28, 35, 43), Trend(7, 22 / 3), "about the same"),
    ],
)
def test_trend_when_intervals_move_says_how_once_there_are_enough(
    days: tuple[float, ...], trend: Trend | None, words: str
) -> None:
    found = seen(*(given(day) for day in days))

    assert found is not None
    assert found.trend == trend
    assert (found.trend.words if found.trend else "") == words


@pytest.mark.parametrize(
    ("days", "reviewed", "now", "due"),
    [
        ((), (), 100, None),
        (FIRST_COURSE[:4], (), 12, None),
        (FIRST_COURSE, (), 40, None),
        ((*FIRST_COURSE, 24), (), 30, 17 + 56),
        ((*FIRST_COURSE, 24, 80), (75,), 90, 75 + 56),
        ((*FIRST_COURSE, 24), (75,), 90, None),
        ((*FIRST_COURSE, 24), (95,), 90, 17 + 56),
        ((0, 3, 30), (), 40, 3 + 14 + 56),
    ],
    ids=[
        "nothing given", "first course goes on", "nothing since it ended", "one since", "one since the last review",
        "none since the last review", "a review of later", "first course lapsed",
    ],
)  # fmt: skip
def test_safety_review_when_asked_for_is_counted_from_the_first_course_or_the_last(
    days: tuple[float, ...], reviewed: tuple[float, ...], now: float, due: float | None
) -> None:
    history = History(started_at=START, instrument="phq9", infusions=tuple(infusion(day) for day in days))

    found = safety_review_due_at(
        history,
        treatment=KETAMINE,
        reviewed_at=[START + timedelta(days=day) for day in reviewed],
        limits=SiteLimits(),
        at=START + timedelta(days=now),
    )

    assert found == (None if due is None else START + timedelta(days=due))


def test_safety_review_when_another_treatment_went_on_is_not_due_for_this_one() -> None:
    sprays = tuple(given(day, drug=ESKETAMINE) for day in (30, 37))
    history = History(
        started_at=START,
        instrument="phq9",
        infusions=(*(infusion(day) for day in FIRST_COURSE), *sprays),
    )

    found = safety_review_due_at(
        history, treatment=KETAMINE, reviewed_at=(), limits=SiteLimits(), at=START + timedelta(days=200)
    )

    assert found is None
