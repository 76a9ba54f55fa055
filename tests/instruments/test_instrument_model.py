"""An instrument never changes after loading, and says what may be shown."""

import pytest
from pydantic import ValidationError

from holdfast.instruments.loader import load
from tests.instruments.making import make_instrument, make_rule


def test_instrument_when_changed_after_loading_then_refuses() -> None:
    with pytest.raises(ValidationError):
        load("phq9").maximum = 30  # type: ignore[misc]
    with pytest.raises(TypeError):
        load("phq9").cutoffs.sources["relapse_at_least"] = None  # type: ignore[index]
    with pytest.raises(TypeError):
        load("phq9").examples[0].answers["q1"] = 3  # type: ignore[index]


def test_source_when_it_is_a_convention_then_it_is_cited_as_a_site_default() -> None:
    sources = load("phq9").cutoffs.sources
    assert sources["relapse_at_least"].cited == (
        "Site default: 10, where moderate depression begins, on two assessments"
    )
    assert sources["reliable_change"].cited == (
        "6 points: manual of NHS Talking Therapies, read in a page that quotes it"
    )


def test_item_when_it_has_its_own_options_then_they_stand_beside_the_shared_ones() -> None:
    own = [{"value": 0, "label": "No"}, {"value": 3, "label": "Yes"}]
    items = [{"id": f"q{number}", "text": "?"} for number in range(1, 9)] + [
        {"id": "q9", "text": "?", "options": own}
    ]
    phq9 = make_instrument(items=items)
    assert [item.values for item in phq9.items] == [(0, 1, 2, 3)] * 8 + [(0, 3)]


def test_score_only_instrument_when_it_has_items_then_none_carries_words() -> None:
    qids = load("qids_sr16")
    words = [qids.recall, *(item.text for item in qids.items)]
    words += [option.label for item in qids.items for option in item.options]
    assert (len(qids.items), set(words)) == (16, {None})


def test_score_only_instrument_when_given_a_recall_line_then_refuses() -> None:
    with pytest.raises(ValidationError, match="score_only: no recall line"):
        make_instrument("madrs", recall="Over the last week …")


def test_instrument_when_it_has_no_cutoffs_then_none_is_made_up() -> None:
    cutoffs = make_instrument("wsas", cutoffs={"sources": {}}).cutoffs
    figures = (cutoffs.remission_at_most, cutoffs.relapse_at_least, cutoffs.response_fall_percent)
    assert (*figures, cutoffs.reliable_change) == (None, None, None, None)


def test_instrument_when_it_has_no_cutoffs_but_a_source_for_one_then_refuses() -> None:
    source = {"response_fall_percent": {"text": "a rule of the tests", "standing": "convention"}}
    with pytest.raises(ValidationError, match="give one source for each of none, and no other"):
        make_instrument("wsas", cutoffs={"sources": source})


def test_instrument_when_linked_to_severity_but_without_response_then_refuses() -> None:
    with pytest.raises(ValidationError, match=r"cutoffs\.response_fall_percent must be there"):
        make_instrument("madrs", cutoffs={"sources": {}})


def test_instrument_when_higher_is_better_but_it_has_cutoffs_then_refuses() -> None:
    with pytest.raises(ValidationError, match="give none where higher is better"):
        make_instrument("wsas", better="higher")


def test_instrument_when_an_alert_lies_beyond_its_totals_then_refuses() -> None:
    with pytest.raises(ValidationError, match="at_least lies outside 0 to 3"):
        make_instrument("cssrs_screen", alerts=[make_rule(at_least=4, level=3)])


def test_instrument_when_a_graver_total_alerts_no_sooner_then_refuses() -> None:
    rules = [make_rule(at_least=2, level=2), make_rule(at_least=3, level=2)]
    with pytest.raises(ValidationError, match="level must rise from one to the next"):
        make_instrument("cssrs_screen", alerts=rules)


def test_bundled_instrument_when_it_has_no_items_then_refuses() -> None:
    with pytest.raises(ValidationError, match="item texts and labels must be there"):
        make_instrument(items=[])
