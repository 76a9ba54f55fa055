"""One person's answers to a score."""

import pytest

from holdfast.errors import InvalidInput
from holdfast.instruments.loader import load
from holdfast.instruments.model import ItemAlert, Score
from holdfast.instruments.scoring import band_of, score, score_total
from tests.instruments.making import answers, make_instrument, make_prorated, make_rule

PHQ9, QIDS = load("phq9"), load("qids_sr16")
EVERY_DOMAIN = answers(1, 0, 0, 0, 1, 1, None, 1, None, 1, 1, 0, 1, 1, 1, 0)


def test_score_when_every_item_is_answered_then_gives_total_band_and_alerts() -> None:
    assert score(PHQ9, answers(2, 2, 2, 2, 1, 1, 1, 1, 1)) == Score(
        instrument="phq9",
        version="1",
        total=13,
        band="moderate",
        complete=True,
        prorated=False,
        missing=(),
        alerts=(ItemAlert(item="q9", value=1, level=1, kind="suicidal_thoughts"),),
    )


@pytest.mark.parametrize(("value", "level"), [(1, 1), (2, 2), (3, 3)])
def test_item_nine_when_marked_then_its_level_is_that_of_the_answer(value: int, level: int) -> None:
    assert score(PHQ9, {"q9": value}).alerts == (ItemAlert("q9", value, level, "suicidal_thoughts"),)


def test_item_nine_when_not_at_all_then_there_is_no_alert() -> None:
    assert score(PHQ9, answers(3, 3, 3, 3, 3, 3, 3, 3, 0)).alerts == ()


def test_score_when_an_item_is_missing_then_has_no_total_but_its_alert() -> None:
    result = score(PHQ9, answers(3, 3, None, 3, 3, 3, 3, 3, 3))
    assert (result.total, result.band, result.complete, result.prorated) == (None, None, False, False)
    assert result.missing == ("q3",)
    assert result.alerts == (ItemAlert("q9", 3, 3, "suicidal_thoughts"),)


def test_score_when_an_item_is_absent_then_it_is_missing_like_one_without_answer() -> None:
    given = answers(1, 1, 1, 1, 1, 1, 1, 1)
    assert score(PHQ9, given) == score(PHQ9, {**given, "q9": None})
    assert score(PHQ9, given).missing == ("q9",)


def test_score_when_nothing_is_answered_then_everything_is_missing() -> None:
    assert score(PHQ9, {}).missing == PHQ9.item_ids
    assert score(PHQ9, {}).total is None


@pytest.mark.parametrize("value", [-999, -1, 4, 1.0, "1", True])
def test_score_when_an_answer_is_no_option_then_refuses_and_does_not_repeat_it(value: object) -> None:
    with pytest.raises(InvalidInput) as error:
        score(PHQ9, {"q3": value})  # type: ignore[dict-item]
    assert str(error.value) == "q3: is not one of the answers (expected 0, 1, 2 or 3)"


def test_score_when_several_things_are_wrong_then_names_them_all() -> None:
    with pytest.raises(InvalidInput) as error:
        score(PHQ9, {"q10": 1, "q1": 9, "q2": 1})
    assert [problem.where for problem in error.value.problems] == ["q10", "q1"]


def test_qids_when_one_of_each_pair_is_answered_then_it_is_complete() -> None:
    result = score(QIDS, EVERY_DOMAIN)
    assert (result.total, result.complete, result.missing) == (8, True, ())


@pytest.mark.parametrize("answered", [("q6", "q8"), ("q6", "q9"), ("q7", "q8"), ("q7", "q9")])
def test_qids_when_either_of_a_pair_is_answered_then_it_counts_whichever_it_is(
    answered: tuple[str, str],
) -> None:
    pairs = dict.fromkeys(("q6", "q7", "q8", "q9"))
    result = score(QIDS, {**EVERY_DOMAIN, **pairs, answered[0]: 0, answered[1]: 3})
    assert (result.total, result.complete) == (10, True)


@pytest.mark.parametrize("pair", [("q6", "q7"), ("q8", "q9")])
def test_qids_when_neither_of_a_pair_is_answered_then_has_no_total_and_names_both(
    pair: tuple[str, str],
) -> None:
    result = score(QIDS, {**EVERY_DOMAIN, **dict.fromkeys(pair)})
    assert (result.total, result.complete, result.missing) == (None, False, pair)


def test_qids_when_both_of_a_pair_are_answered_then_the_higher_counts() -> None:
    result = score(QIDS, {**EVERY_DOMAIN, "q6": 0, "q7": 2})
    assert result.total == 9


@pytest.mark.parametrize("item", ["q1", "q2", "q3", "q4", "q15", "q16"])
def test_qids_when_an_item_of_a_domain_is_missing_then_has_no_total_as_it_may_be_the_highest(
    item: str,
) -> None:
    result = score(QIDS, {**EVERY_DOMAIN, item: None})
    assert (result.total, result.missing) == (None, (item,))


def test_qids_when_sleep_is_bad_in_four_ways_then_it_counts_once() -> None:
    quiet = score(QIDS, {**EVERY_DOMAIN, "q1": 3}).total
    assert quiet == score(QIDS, {**EVERY_DOMAIN, "q1": 3, "q2": 3, "q3": 2, "q4": 1}).total == 10


@pytest.mark.parametrize(("value", "levels"), [(0, ()), (1, (1,)), (2, (2,)), (3, (3,))])
def test_qids_item_twelve_when_answered_then_alerts_by_its_gravity(
    value: int, levels: tuple[int, ...]
) -> None:
    assert tuple(alert.level for alert in score(QIDS, {"q12": value}).alerts) == levels


def test_prorating_when_the_rule_allows_it_then_missing_items_take_the_mean_and_halves_go_up() -> None:
    allowed = make_prorated(up_to=2)
    result = score(allowed, answers(1, 1, 1, 1, 1, 2, None))
    assert (result.total, result.complete, result.prorated, result.missing) == (8, False, True, ("q7",))
    assert score(allowed, answers(3, 3, 3, 3, 3, None, None)).total == 21
    # 5 points in 5 of 7 items are 7; 2 points in 4 of 7 would be 3.5, but three are missing.
    assert score(allowed, answers(1, 1, 1, 1, 1, None, None)).total == 7
    assert score(allowed, answers(1, 1, 0, 0, None, None, None)).total is None
    assert score(make_prorated(up_to=3), answers(1, 1, 0, 0, None, None, None)).total == 4


def test_prorating_when_everything_is_answered_then_changes_nothing() -> None:
    given = answers(0, 1, 2, 3, 0, 1, 2)
    assert score(make_prorated(up_to=2), given) == score(load("gad7"), given)


def test_score_when_only_totals_are_kept_then_answers_are_refused_and_none_give_no_total() -> None:
    assert (score(load("madrs"), {}).total, score(load("madrs"), {}).complete) == (None, False)
    with pytest.raises(InvalidInput) as error:
        score(load("madrs"), {"q1": 3})
    assert str(error.value) == "q1: is not an item of MADRS (expected a total alone)"


def test_score_total_when_in_range_then_is_complete_and_carries_no_alert() -> None:
    result = score_total(load("madrs"), 22)
    assert (result.total, result.band, result.complete, result.alerts) == (22, "moderate", True, ())


def test_score_total_when_the_result_itself_is_marked_then_alerts_with_it() -> None:
    result = score_total(load("cssrs_screen"), 3)
    assert result.alerts == (ItemAlert(item="total", value=3, level=3, kind="suicidal_thoughts"),)


def test_score_when_item_and_total_are_both_marked_then_each_alerts() -> None:
    marked = make_instrument(alerts=[make_rule(at_least=20, level=2)])
    alerts = score(marked, answers(3, 3, 3, 3, 3, 3, 1, 0, 1)).alerts
    assert [(alert.item, alert.value, alert.level) for alert in alerts] == [("q9", 1, 1), ("total", 20, 2)]


def test_score_when_there_is_no_total_then_its_rule_is_not_met() -> None:
    marked = make_instrument(alerts=[make_rule(at_least=0, level=1)])
    assert score(marked, answers(3, 3, 3, 3, 3, 3, 3, 3, None)).alerts == ()


@pytest.mark.parametrize("total", [-1, 61])
def test_score_total_when_out_of_range_then_says_which_range(total: int) -> None:
    with pytest.raises(InvalidInput) as error:
        score_total(load("madrs"), total)
    assert str(error.value) == (
        f"score: {total} lies outside 0 to 60 (expected a whole number from 0 to 60 for MADRS)"
    )


@pytest.mark.parametrize("total", [10.5, "10", None, True])
def test_score_total_when_no_whole_number_then_refuses(total: object) -> None:
    with pytest.raises(InvalidInput) as error:
        score_total(load("madrs"), total)  # type: ignore[arg-type]
    assert str(error.value) == (
        "score: is not a whole number (expected a whole number from 0 to 60 for MADRS)"
    )


@pytest.mark.parametrize(
    ("total", "band"),
    [(0, "minimal"), (4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (14, "moderate"),
     (15, "moderately_severe"), (19, "moderately_severe"), (20, "severe"), (27, "severe"), (-1, None), (28, None)],
)  # fmt: skip
def test_band_when_at_its_ends_then_both_belong_to_it(total: int, band: str | None) -> None:
    assert band_of(PHQ9, total) == band
