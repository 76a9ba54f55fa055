"""A trial counts when dose, time and improvement say so; what is not known is never taken for yes or no."""

from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from holdfast.pathway.adequacy import Count, DrugFact, Verdict, count, every, judge
from holdfast.pathway.limits import SiteLimits, threshold

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN


def trial(**changes: Any) -> DrugFact:
    usual: dict[str, Any] = {"dose_mg": Decimal(50), "weeks": Decimal(6), "improvement_percent": 49}
    return DrugFact(**{"drug": "sertraline", **usual, **changes})


def limits(**values: float) -> SiteLimits:
    changed = {name: threshold(name).model_copy(update={"value": value}) for name, value in values.items()}
    return SiteLimits(settings=MappingProxyType(changed))


@pytest.mark.parametrize(
    ("changes", "counts", "because"),
    [
        ({}, YES, ["50 mg reaches the minimum of 50 mg a day", "6 weeks, long enough (6 weeks)",
                   "49 % better, too little (under 50 %)", "In this episode"]),
        ({"dose_mg": Decimal("49.99")}, NO, ["49.99 mg is below the minimum of 50 mg a day"]),
        ({"weeks": Decimal("5.9")}, NO, ["5.9 weeks, shorter than the 6 weeks needed"]),
        ({"weeks": Decimal(1)}, NO, ["1 week, shorter than the 6 weeks needed"]),
        ({"weeks": Decimal(0)}, NO, ["0 weeks, shorter than the 6 weeks needed"]),
        ({"improvement_percent": 50}, NO, ["50 % better, so it helped (50 % or more)"]),
        ({"improvement_percent": 0}, YES, ["50 mg reaches the minimum of 50 mg a day",
                                           "6 weeks, long enough (6 weeks)",
                                           "0 % better, too little (under 50 %)", "In this episode"]),
        ({"this_episode": False}, NO, ["Before this episode, so it does not count"]),
        ({"dose_mg": None}, UNKNOWN, ["Dose not known; the minimum is 50 mg a day"]),
        ({"weeks": None}, UNKNOWN, ["Weeks not known; 6 weeks are needed"]),
        ({"improvement_percent": None}, UNKNOWN, ["Improvement not known; under 50 % counts as failed"]),
        ({"drug": "lithium"}, UNKNOWN,
         ["Not in the table of antidepressants, so no minimum dose is known"]),
        ({"drug": "st_johns_wort"}, UNKNOWN, ["No minimum dose of St John's wort is agreed"]),
        ({"dose_mg": None, "weeks": Decimal(2)}, NO, ["2 weeks, shorter than the 6 weeks needed"]),
        ({"drug": "lithium", "improvement_percent": 80}, NO, ["80 % better, so it helped (50 % or more)"]),
        ({"dose_mg": None, "weeks": None}, UNKNOWN,
         ["Dose not known; the minimum is 50 mg a day", "Weeks not known; 6 weeks are needed"]),
    ],
)  # fmt: skip
def test_trial_when_judged_then_says_whether_it_counts_and_why(
    changes: dict[str, Any], counts: Verdict, because: list[str]
) -> None:
    found = judge(trial(**changes)).adequacy
    assert (found.counts, [one.words for one in found.because]) == (counts, because)


def test_trial_when_the_site_asks_for_less_then_its_numbers_hold() -> None:
    four_weeks = trial(weeks=Decimal(4), improvement_percent=30)
    assert judge(four_weeks).adequacy.counts is NO
    ours = limits(trial_weeks_at_least=4)
    assert judge(four_weeks, limits=ours).adequacy.counts is YES
    stricter = limits(trial_weeks_at_least=4, trial_failed_below=30)
    assert judge(four_weeks, limits=stricter).adequacy.counts is NO


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [((YES, YES), YES), ((YES, UNKNOWN), UNKNOWN), ((UNKNOWN, NO), NO), ((NO, YES), NO), ((), YES)],
)
def test_every_when_verdicts_differ_then_no_beats_unknown_beats_yes(
    verdicts: tuple[Verdict, ...], together: Verdict
) -> None:
    assert every(verdicts) is together


@pytest.mark.parametrize(
    ("trials", "counted", "uncertain", "verdict"),
    [
        ([], 0, 0, NO),
        ([trial()], 1, 0, NO),
        ([trial(), trial(drug="citalopram", dose_mg=Decimal(20))], 2, 0, YES),
        ([trial(), trial()], 1, 0, NO),
        ([trial(), trial(weeks=None)], 1, 0, NO),
        ([trial(), trial(drug="citalopram", weeks=None)], 1, 1, UNKNOWN),
        ([trial(weeks=None), trial(drug="lithium")], 0, 2, UNKNOWN),
        ([trial(weeks=None)], 0, 1, NO),
    ],
)
def test_count_when_drugs_are_tried_then_each_counts_once(
    trials: list[DrugFact], counted: int, uncertain: int, verdict: Verdict
) -> None:
    found = count([judge(one) for one in trials])
    assert (found, found.verdict) == (Count(counted, uncertain, needed=2), verdict)
