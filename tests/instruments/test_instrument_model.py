"""An instrument never changes after loading, and says what may be shown."""

import pytest
from pydantic import ValidationError

from holdfast.instruments.loader import load
from tests.instruments.making import make_instrument


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


def test_bundled_instrument_when_it_has_no_items_then_refuses() -> None:
    with pytest.raises(ValidationError, match="item texts and labels must be there"):
        make_instrument(items=[])
