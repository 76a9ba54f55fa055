"""A fault in a file of the library is named with file and key; nothing is read past it."""

from pathlib import Path

import pytest

from holdfast.errors import DataFileError, NotFound
from holdfast.instruments.loader import all_instruments, load, read
from tests.instruments.making import make_file

FAULTS = {
    "unknown key": (('about = "', 'abuot = "x"\nabout = "'), "abuot", "no such key"),
    "unknown key further in": (('standing = "seen" }\nrecall', 'standing = "seen", page = 3 }\nrecall'),
                               "bands_source.page", "no such key"),
    "missing key": (('version = "1"\n', ""), "version", "Field required"),
    "text for a number": (("maximum = 27", 'maximum = "27"'), "maximum", "Input should be a valid integer"),
    "true for a number": (("minimum = 0", "minimum = true"), "minimum", "Input should be a valid integer"),
    "maximum below minimum": (("maximum = 27", "maximum = 0"), "maximum", "Value error, must be above minimum"),
    "gap between bands": (("low = 5, high = 9", "low = 6, high = 9"), "bands",
                          "Value error, mild must run from 5 upwards: no gap, no overlap"),
    "overlap of bands": (("low = 5, high = 9", "low = 4, high = 9"), "bands",
                         "Value error, mild must run from 5 upwards: no gap, no overlap"),
    "bands that end early": (("low = 20, high = 27", "low = 20, high = 26"), "bands",
                             "Value error, the last band must end with the maximum, 27"),
    "two bands of a name": (('slug = "mild"', 'slug = "minimal"'), "bands",
                            "Value error, two bands have the same slug"),
    "two items of an id": (('id = "q2"', 'id = "q1"'), "items", "Value error, two items have the same id"),
    "options that fall": (("value = 1, label", "value = 5, label"), "items.0.options",
                          "Value error, option values must rise from one to the next"),
    "alert beyond the options": (("at_least = 3", "at_least = 4"), "items.8.alerts",
                                 "Value error, at_least is not the value of an option"),
    "alerts that fall": (("at_least = 2\nlevel = 2", "at_least = 2\nlevel = 1"), "items.8.alerts",
                         "Value error, level must rise from one to the next"),
    "level nobody knows": (("at_least = 3\nlevel = 3", "at_least = 3\nlevel = 4"), "items.8.alerts.2.level",
                           "Input should be less than or equal to 3"),
    "item without text": (('text = "Feeling tired or having little energy"', ""), "items",
                          "Value error, the licence is items_bundled: recall line, item texts and labels must be "
                          "there"),
    "option without label": ((', label = "Several days"', ""), "items",
                             "Value error, the licence is items_bundled: recall line, item texts and labels must "
                             "be there"),
    "text without licence": (('status = "items_bundled"', 'status = "score_only"'), "items",
                             "Value error, the licence is score_only: no recall line, item text or option label "
                             "may be kept"),
    "licence without holder": (('holder = "Pfizer Inc."\n', ""), "licence.holder", "Field required"),
    "no sources": (("sources = [\n    \"Kroenke 2001, doi:10.1046/j.1525-1497.2001.016009606.x (scale, scoring, "
                    "severity)\",\n    \"HL7 US Core, Questionnaire phq-9-example (wording, LOINC codes)\",\n]",
                    "sources = []"), "sources", "Tuple should have at least 1 item after validation, not 0"),
    "cut-off without source": (('relapse_at_least = { text', 'relapse = { text'), "cutoffs.sources",
                               "Value error, give one source for each of relapse_at_least, reliable_change, "
                               "remission_at_most, response_fall_percent, and no other"),
    "source without cut-off": (('response_fall_percent = 50\n', ""), "cutoffs.sources",
                               "Value error, give one source for each of relapse_at_least, reliable_change, "
                               "remission_at_most, and no other"),
    "cut-off outside the range": (("relapse_at_least = 10", "relapse_at_least = 28"), "cutoffs",
                                  "Value error, a cut-off lies outside 0 to 27"),
    "relapse below remission": (("relapse_at_least = 10", "relapse_at_least = 4"), "cutoffs",
                                "Value error, relapse_at_least must lie above remission_at_most"),
    "slope of nothing": (("slope = 0.60", "slope = 0.0"), "link.slope", "Input should be greater than 0"),
    "code that is no LOINC": (('panel = "44249-1"', 'panel = "PHQ9"'), "loinc.panel",
                              "String should match pattern '^[0-9]{1,6}-[0-9]$'"),
    "example in two ways": (("entered = 20", "entered = 20\nanswers = {}"), "examples.5",
                            "Value error, give either answers or entered"),
    "slug of another file": (('slug = "phq9"', 'slug = "phq8"'), "slug", "'phq8' is not the name of the file"),
    "method nobody knows": (('method = "sum"', 'method = "mean"'), "method",
                            "'mean' is no scoring method; there are sum, qids_domains, total_only"),
    "method of another scale": (('method = "sum"', 'method = "qids_domains"'), "items",
                                "q10, q11, q12, q13, q14, q15, q16: not both asked and counted by qids_domains"),
    "items that reach further": (("maximum = 27", "maximum = 24"), "bands",
                                 "Value error, the last band must end with the maximum, 24"),
    "every item may be missing": (("prorate_up_to = 0", "prorate_up_to = 9"), "missing.prorate_up_to",
                                  "must be fewer than the parts of the total"),
    "broken TOML": (("minimum = 0", "minimum ="), "(syntax)", "Invalid value (at line 11, column 10)"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "key", "what"), FAULTS.values(), ids=FAULTS)
def test_read_when_the_file_has_a_fault_then_the_error_names_file_and_key(
    tmp_path: Path, change: tuple[str, str], key: str, what: str
) -> None:
    with pytest.raises(DataFileError) as error:
        read(make_file(tmp_path, change))
    assert (error.value.file, error.value.key, error.value.what) == ("phq9.toml", key, what)


def test_read_when_the_items_do_not_reach_the_maximum_then_the_error_says_what_they_reach(
    tmp_path: Path,
) -> None:
    file = make_file(
        tmp_path, ("maximum = 27", "maximum = 30"), ("low = 20, high = 27", "low = 20, high = 30")
    )
    with pytest.raises(DataFileError) as error:
        read(file)
    assert str(error.value) == "phq9.toml: maximum: the items reach 0 to 27"


def test_read_when_there_are_two_examples_then_a_third_is_asked_for(tmp_path: Path) -> None:
    file = make_file(tmp_path, slug="madrs")
    head, *examples = file.read_text(encoding="utf-8").split("[[examples]]")
    file.write_text("[[examples]]".join([head, *examples[:2]]), encoding="utf-8")
    with pytest.raises(DataFileError) as error:
        read(file)
    assert (error.value.key, error.value.what) == (
        "examples",
        "Tuple should have at least 3 items after validation, not 2",
    )


def test_read_when_the_file_is_not_utf8_then_it_says_so(tmp_path: Path) -> None:
    file = tmp_path / "phq9.toml"
    file.write_bytes(b'name = "\xe9"')
    with pytest.raises(DataFileError) as error:
        read(file)
    assert (error.value.file, error.value.key) == ("phq9.toml", "(syntax)")


def test_load_when_the_slug_is_unknown_then_the_error_lists_those_there_are() -> None:
    with pytest.raises(NotFound) as error:
        load("../phq9")
    assert str(error.value) == (
        "no instrument '../phq9'; there are aaq2, bads_sf, bdi2, core10, cssrs_screen, ders16, gad7, hamd17, "
        "madrs, phq9, qids_sr16, vq, wai_sr, wsas"
    )


def test_load_when_called_twice_then_gives_the_same_instrument() -> None:
    assert load("phq9") is load("phq9") is all_instruments()["phq9"]
