"""The table of antidepressants is whole, and a drug is found by what people type."""

import pytest

from holdfast.errors import DataFileError
from holdfast.protocols import loader, medicines


def names(text: str, at_most: int = 8) -> list[str]:
    return [one.name for one in medicines.search(text, at_most=at_most)]


def meant(text: str) -> str | None:
    found = medicines.meant(text)
    return found.name if found else None


def test_table_when_read_then_every_class_is_used_and_no_dose_claims_to_be_seen() -> None:
    table = medicines.table()
    assert {one.class_ for one in table.medicines} == set(table.classes)
    assert len(table.medicines) == 41
    assert table.standing == "convention"
    assert table.cited.startswith("Site default: ")


def test_table_when_read_then_codes_are_those_of_antidepressants_but_for_the_patch() -> None:
    codes = {one.slug: one.atc for one in medicines.table().medicines if one.atc}
    assert {slug for slug, code in codes.items() if not code.startswith("N06A")} == {"selegiline_patch"}
    assert len(set(codes.values())) == len(codes)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"class": "snri"}, "no class snri"),
        ({"also": ["Second"]}, "second is a name of"),
        ({"minimum_mg": 0}, "greater than 0"),
        ({"brand": "x"}, "not permitted"),
    ],
)
def test_table_when_something_is_wrong_then_says_what(changes: dict[str, object], what: str) -> None:
    raw = {
        "version": "1", "effective": "2026-01-01", "source": "x", "standing": "convention",
        "classes": {"ssri": "SSRI"},
        "medicines": [
            {"slug": "second", "name": "second", "class": "ssri"},
            {"slug": "first", "name": "first", "class": "ssri", **changes},
        ],
    }  # fmt: skip
    with pytest.raises(DataFileError, match=what):
        loader.build(medicines.Medicines, raw, "test.toml")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Sertraline", "sertraline"),
        ("sertralin", "sertraline"),
        ("FLUOXÉTINE", "fluoxetine"),
        ("dothiepin", "dosulepin"),
        ("st johns wort", "St John's wort"),
        ("St. John’s Wort", "St John's wort"),
        (" citalopram ", "citalopram"),
        ("selegiline_patch", "selegiline patch"),
        ("sertr", None),
        ("", None),
    ],
)
def test_named_when_called_exactly_so_then_is_that_drug(typed: str, found: str | None) -> None:
    one = medicines.named(typed)
    assert (one.name if one else None) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("sert", "sertraline"),
        ("ser", None),
        ("mirt", "mirtazapine"),
        ("amfe", "bupropion"),
        ("tria", None),
        ("lithium", None),
    ],
)
def test_meant_when_the_beginning_of_one_name_then_is_that_drug(typed: str, found: str | None) -> None:
    assert meant(typed) == found


def test_search_when_names_begin_with_it_and_hold_it_then_those_that_begin_come_first() -> None:
    assert names("cital") == ["citalopram", "escitalopram"]
    assert names("venlafaxin") == ["venlafaxine", "desvenlafaxine"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("sertalin", ["sertraline"]),
        ("mirtazepine", ["mirtazapine"]),
        ("quetiapine", []),
        ("", []),
        ("  ", []),
    ],
)
def test_search_when_misspelt_then_finds_what_it_nearly_is(typed: str, found: list[str]) -> None:
    assert names(typed) == found


def test_search_when_many_fit_then_gives_no_more_than_asked() -> None:
    assert names("ine", at_most=3) == names("ine", at_most=40)[:3]
