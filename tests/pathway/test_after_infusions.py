"""What each infusion brought, and how a forecast seen beside a decision fared."""

from datetime import timedelta

import pytest

from holdfast.care.outlooks import forecast_of
from holdfast.pathway.after_infusions import brought, expected, relapse_after
from holdfast.pathway.history import History, InfusionFact
from tests.pathway.histories import START, infusion, phq9

KETAMINE = "ketamine_iv"


def at(day: float) -> timedelta:
    return timedelta(days=day)


def history(days: tuple[float, ...], scores: tuple[tuple[float, int], ...]) -> History:
    return History(
        started_at=START,
        instrument="phq9",
        readings=tuple(phq9(day, total) for day, total in scores),
        infusions=tuple(infusion(day) for day in days),
    )


def rows(found: History, day: float) -> list[tuple[int, int | None, float | None, str | None]]:
    return [
        (one.number, one.lowest and one.lowest.total, one.fall, one.relief and one.relief.value)
        for one in brought(found, treatment=KETAMINE, at=START + at(day))
    ]


def test_infusions_when_scores_follow_are_credited_with_their_own_lowest() -> None:
    found = history((0, 3, 7), ((-1, 20), (1, 16), (2, 14), (4, 15), (8, 8)))

    assert rows(found, 9) == [(1, 14, 30.0, None), (2, 15, 25.0, None), (3, 8, 60.0, "relief")]


def test_infusion_when_nobody_measured_is_unknown_and_not_unimproved() -> None:
    found = history((0, 3), ((-1, 20), (4, 18)))

    assert rows(found, 5) == [(1, None, None, None), (2, 18, 10.0, None)]


def test_infusion_when_a_score_comes_long_after_is_not_credited_with_it() -> None:
    found = history((0,), ((-1, 20), (7.1, 5)))

    assert rows(found, 10) == [(1, None, None, None)]


def test_infusions_beyond_the_first_course_when_given_are_told_too() -> None:
    found = history((0, 3, 7, 10, 14, 17, 31), ((-1, 20), (18, 8), (32, 6)))

    assert rows(found, 33)[5:] == [(6, 8, 60.0, "relief"), (7, 6, 70.0, "relief")]


def test_infusions_of_another_drug_when_given_end_what_is_credited_and_are_not_numbered() -> None:
    spray = InfusionFact(at=START + at(2), drug="esketamine_nasal", dose_mg=None, dose_mg_per_kg=None)
    found = history((0, 7), ((-1, 20), (1, 16), (3, 4)))
    mixed = History(
        started_at=START, instrument="phq9", readings=found.readings, infusions=(*found.infusions, spray)
    )

    assert rows(mixed, 8) == [(1, 16, 20.0, "none"), (2, None, None, None)]


def test_forecast_when_looked_up_says_the_band_of_that_day_and_of_no_day_beyond() -> None:
    found = history((0, 3, 7), ((-1, 20), (1, 16), (4, 12), (8, 8)))
    made_at = START + at(8)
    forecast = forecast_of(found, at=made_at)
    assert forecast is not None
    fan = forecast.scores("phq9")

    said = expected(forecast, instrument="phq9", made_at=made_at, on=made_at + at(14))

    assert said is not None
    assert (said.median, said.low, said.high) == (fan.median[14], fan.lower80[14], fan.upper80[14])
    assert [said.holds(total) for total in (said.low - 1, said.low, said.high, said.high + 1)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert expected(forecast, instrument="phq9", made_at=made_at, on=made_at + at(85)) is None
    assert expected(forecast, instrument="phq9", made_at=made_at, on=made_at - at(1)) is None
    assert expected(forecast, instrument="bprs", made_at=made_at, on=made_at + at(1)) is None


@pytest.mark.parametrize(
    ("scores", "since"),
    [
        (((20, 15), (26, 15)), 20),
        (((20, 15), (26, 15), (40, 4)), 20),
        (((20, 15), (23, 15)), None),
        (((20, 8), (26, 8)), None),
        (((50, 15), (57, 15)), None),
        ((), None),
    ],
    ids=["confirmed", "and passed since", "not confirmed", "none", "too late", "nobody measured"],
)
def test_relapse_when_it_began_within_the_time_is_found(
    scores: tuple[tuple[float, int], ...], since: float | None
) -> None:
    found = history((0, 3, 7), ((-1, 20), (8, 6), *scores))

    relapse = relapse_after(found, since=START + at(15), within=at(28))

    assert (relapse and relapse.since) == (None if since is None else START + at(since))
