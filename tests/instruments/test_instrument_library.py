"""What every file of the library must hold: its worked examples above all."""

import pytest

from holdfast.instruments.loader import LIBRARY, all_instruments, licence_register, load
from holdfast.instruments.model import Instrument, Score, WorkedExample
from holdfast.instruments.scoring import METHODS, score, score_total

FILES = sorted(file.stem for file in LIBRARY.glob("*.toml"))
PROCESS_MEASURES = {
    "aaq2": (7, 49),
    "bads_sf": (0, 54),
    "core10": (0, 40),
    "cssrs_screen": (0, 3),
    "ders16": (16, 80),
    "vq": (0, 30),
    "wai_sr": (12, 60),
}
"""What therapy sessions ask for beside the scales of depression, anxiety and function, with the range of each."""
EXAMPLES = [
    pytest.param(load(slug), example, id=f"{slug}: {example.name}")
    for slug in FILES
    for example in load(slug).examples
]


def _scored(instrument: Instrument, example: WorkedExample) -> Score:
    if example.answers is not None:
        return score(instrument, example.answers)
    assert example.entered is not None
    return score_total(instrument, example.entered)


@pytest.mark.parametrize(("instrument", "example"), EXAMPLES)
def test_worked_example_when_scored_then_it_holds(instrument: Instrument, example: WorkedExample) -> None:
    result = _scored(instrument, example)
    level = max((alert.level for alert in result.alerts), default=0)
    assert (result.total, result.band, result.complete, level) == (
        example.total,
        example.band,
        example.complete,
        example.alert,
    )


@pytest.mark.parametrize("slug", FILES)
def test_worked_examples_when_read_then_one_is_incomplete_and_one_alerts_where_there_is_a_rule(
    slug: str,
) -> None:
    instrument = load(slug)
    assert [example for example in instrument.examples if not example.complete] != []
    marked = bool(instrument.alerts) or any(item.marked for item in instrument.items)
    assert any(example.alert for example in instrument.examples) is marked


def test_library_when_loaded_then_holds_every_file_in_the_order_of_slugs() -> None:
    others = ["bdi2", "gad7", "hamd17", "madrs", "phq9", "qids_sr16", "wsas"]
    assert list(all_instruments()) == FILES
    assert sorted([*others, *PROCESS_MEASURES]) == FILES


def test_library_when_asked_what_a_patient_can_be_asked_then_only_what_is_free_to_show() -> None:
    assert [slug for slug, one in all_instruments().items() if one.has_item_text] == ["gad7", "phq9"]


def test_methods_when_compared_with_the_library_then_every_one_is_in_use() -> None:
    assert {one.method for one in all_instruments().values()} == set(METHODS)


def test_phq9_when_shown_then_recall_items_and_options_are_those_of_the_form() -> None:
    phq9 = load("phq9")
    assert (
        phq9.recall
        == "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
    )
    assert [item.text for item in phq9.items][:2] == [
        "Little interest or pleasure in doing things",
        "Feeling down, depressed, or hopeless",
    ]
    assert (
        phq9.items[8].text == "Thoughts that you would be better off dead, or of hurting yourself in some way"
    )
    assert {
        tuple((option.value, option.label) for option in item.options)
        for item in (*phq9.items, *load("gad7").items)
    } == {((0, "Not at all"), (1, "Several days"), (2, "More than half the days"), (3, "Nearly every day"))}


def test_licence_register_when_read_then_has_one_line_an_instrument_and_tells_what_is_bundled() -> None:
    assert [(line.slug, line.status) for line in licence_register()] == [
        ("aaq2", "score_only"),
        ("bads_sf", "score_only"),
        ("bdi2", "score_only"),
        ("core10", "score_only"),
        ("cssrs_screen", "score_only"),
        ("ders16", "score_only"),
        ("gad7", "items_bundled"),
        ("hamd17", "score_only"),
        ("madrs", "score_only"),
        ("phq9", "items_bundled"),
        ("qids_sr16", "score_only"),
        ("vq", "score_only"),
        ("wai_sr", "score_only"),
        ("wsas", "score_only"),
    ]
    assert all(line.holder and line.statement and line.source for line in licence_register())


def test_cutoffs_when_read_then_they_are_those_of_the_care_rules() -> None:
    cutoffs = {slug: one.cutoffs for slug, one in all_instruments().items()}
    assert {
        slug: (one.remission_at_most, one.relapse_at_least, one.response_fall_percent, one.reliable_change)
        for slug, one in cutoffs.items()
    } == {
        "aaq2": (None, None, None, None),
        "bads_sf": (None, None, None, None),
        "bdi2": (9, 20, 50, None),
        "core10": (None, None, None, 6),
        "cssrs_screen": (None, None, None, None),
        "ders16": (None, None, None, None),
        "gad7": (None, None, 50, 4),
        "hamd17": (7, 16, 50, None),
        "madrs": (10, 22, 50, None),
        "phq9": (4, 10, 50, 6),
        "qids_sr16": (5, 11, 50, None),
        "vq": (None, None, None, None),
        "wai_sr": (None, None, None, None),
        "wsas": (None, None, 50, None),
    }


def test_process_measures_when_read_then_each_has_its_range_no_wording_and_no_place_in_the_forecast() -> None:
    measures = {slug: load(slug) for slug in PROCESS_MEASURES}
    assert {slug: (one.minimum, one.maximum) for slug, one in measures.items()} == PROCESS_MEASURES
    assert {(one.has_item_text, one.link) for one in measures.values()} == {(False, None)}
    assert [slug for slug, one in measures.items() if one.items] == ["core10"]


def test_scales_where_higher_is_better_when_read_then_they_say_so() -> None:
    better = [slug for slug, one in all_instruments().items() if one.better == "higher"]
    assert better == ["bads_sf", "vq", "wai_sr"]
    assert better == [slug for slug, one in all_instruments().items() if "Higher is better." in one.about]


def test_bands_when_none_were_published_then_there_are_none() -> None:
    unnamed = [slug for slug, one in all_instruments().items() if not one.bands]
    assert unnamed == ["bads_sf", "ders16", "vq", "wai_sr"]
    assert {score_total(load(slug), load(slug).maximum).band for slug in unnamed} == {None}


@pytest.mark.parametrize(("result", "levels"), [(0, ()), (1, ()), (2, (2,)), (3, (3,))])
def test_cssrs_screen_when_a_result_is_kept_then_it_alerts_as_triaged(
    result: int, levels: tuple[int, ...]
) -> None:
    assert tuple(alert.level for alert in score_total(load("cssrs_screen"), result).alerts) == levels


@pytest.mark.parametrize(("value", "levels"), [(0, ()), (1, (3,)), (4, (3,))])
def test_core10_when_its_item_of_risk_is_answered_then_any_answer_above_none_is_the_gravest(
    value: int, levels: tuple[int, ...]
) -> None:
    assert tuple(alert.level for alert in score(load("core10"), {"q6": value}).alerts) == levels


def test_loinc_codes_when_read_then_only_those_that_were_found_are_given() -> None:
    assert {slug: one.loinc.model_dump() for slug, one in all_instruments().items() if one.loinc} == {
        "gad7": {"panel": "69737-5", "total": "70274-6"},
        "phq9": {"panel": "44249-1", "total": "44261-6"},
    }
