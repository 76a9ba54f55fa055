"""The hazard log is complete, every control in it is tested, and every guard in the code is in it.

docs/hazards.toml holds one table [[hazard]] for each, with the keys of `TEXTS` and `LISTS`:

    id             H-001, counted up, never used again
    hazard         what could go wrong, as a clinician would say it
    cause          how it could come about here
    harm           what it could do to a person
    controls       what prevents it, a sentence each
    controlled_in  "code": a comment `H-001` stands beside the guard; "practice": what people do
    tests          tests/…/test_file.py::test_name, at least one
    residual_risk  what is left, and why that is accepted
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tests.contracts.source import PACKAGE, ROOT, TEXT, module, named

LOG = ROOT / "docs" / "hazards.toml"
TEXTS = ("id", "hazard", "cause", "harm", "controlled_in", "residual_risk")
LISTS = ("controls", "tests")
NUMBER = re.compile(r"\bH-\d{3}\b")


@cache
def _hazards() -> tuple[dict[str, Any], ...]:
    assert LOG.exists(), f"{named(LOG)} is missing: no release without its hazard log"
    return tuple(tomllib.loads(LOG.read_text())["hazard"])


@cache
def _guards() -> dict[str, str]:
    """Number of each hazard named in the code, and the first file that names it."""
    found: dict[str, str] = {}
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and path.suffix in TEXT:
            for number in NUMBER.findall(path.read_text()):
                found.setdefault(number, named(path))
    return found


def _missing(hazard: dict[str, Any]) -> list[str]:
    texts = [key for key in TEXTS if not (isinstance(hazard.get(key), str) and hazard[key].strip())]
    lists = [
        key for key in LISTS if not (isinstance(hazard.get(key), list) and all(hazard[key]) and hazard[key])
    ]
    return texts + lists


def _exists(test: str) -> bool:
    path, _, name = test.partition("::")
    name = name.rpartition("::")[2].partition("[")[0]
    file = ROOT / path
    return (
        Path(path).parts[0] == "tests"
        and file.exists()
        and name in {one.name for one in module(file).functions}
    )


def test_every_hazard_when_read_then_nothing_is_left_out() -> None:
    incomplete = {
        hazard.get("id", "without id"): _missing(hazard) for hazard in _hazards() if _missing(hazard)
    }
    assert incomplete == {}
    unknown = {hazard["id"]: sorted(set(hazard) - {*TEXTS, *LISTS}) for hazard in _hazards()}
    assert {number: keys for number, keys in unknown.items() if keys} == {}


def test_every_hazard_when_listed_then_numbers_count_up() -> None:
    numbers = [hazard["id"] for hazard in _hazards()]
    assert [number for number in numbers if not NUMBER.fullmatch(number)] == []
    assert numbers == sorted(set(numbers))


def test_every_hazard_when_it_names_tests_then_they_exist() -> None:
    named_tests = [(hazard["id"], test) for hazard in _hazards() for test in hazard["tests"]]
    assert [(number, test) for number, test in named_tests if not _exists(test)] == []


def test_every_guard_when_it_names_a_hazard_then_the_log_has_it() -> None:
    logged = {hazard["id"] for hazard in _hazards()}
    assert {number: file for number, file in _guards().items() if number not in logged} == {}


def test_every_hazard_when_controlled_in_code_then_its_guard_names_it() -> None:
    places = {hazard["id"]: hazard["controlled_in"] for hazard in _hazards()}
    assert {number: place for number, place in places.items() if place not in ("code", "practice")} == {}
    assert [number for number, place in places.items() if place == "code" and number not in _guards()] == []
