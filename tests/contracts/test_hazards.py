"""The hazard log is complete, every control in it is tested, and every guard in the code is in it.

docs/hazards.toml holds one table [[hazard]] for each, with the keys of `TEXTS` and `LISTS`:

    id             H-001, counted up, never used again
    hazard         what could go wrong, as a clinician would say it
    cause          how it could come about here
    harm           what it could do to a person
    controls       what prevents it, a sentence each
    tests          tests/…/test_file.py::test_name, at least one
    residual_risk  likelihood and severity left, in words

Beside each guard in the code stands a comment with the number, `# H-001: …`.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tests.contracts.source import PACKAGE, ROOT, TEXT, module, named

LOG = ROOT / "docs" / "hazards.toml"
TEXTS = ("id", "hazard", "cause", "harm", "residual_risk")
LISTS = ("controls", "tests")
KEYS = {*TEXTS, *LISTS}
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


def test_every_hazard_when_read_then_it_is_complete() -> None:
    found = [
        f"{hazard.get('id')} lacks {', '.join(_missing(hazard))}" for hazard in _hazards() if _missing(hazard)
    ]
    assert found == [], "\n".join(found)
    unknown = [
        f"{hazard['id']}: unknown key {key}" for hazard in _hazards() for key in hazard if key not in KEYS
    ]
    assert unknown == [], "\n".join(unknown)


def test_hazards_when_listed_then_numbers_count_up() -> None:
    numbers = [hazard["id"] for hazard in _hazards()]
    assert [number for number in numbers if not NUMBER.fullmatch(number)] == []
    assert numbers == sorted(set(numbers))


def test_every_hazard_when_it_names_tests_then_they_exist() -> None:
    absent = [
        f"{hazard['id']}: {test}" for hazard in _hazards() for test in hazard["tests"] if not _exists(test)
    ]
    assert absent == [], "\n".join(absent)


def test_every_guard_when_it_names_a_hazard_then_the_log_has_it() -> None:
    logged = {hazard["id"] for hazard in _hazards()}
    unknown = [f"{file}: {number}" for number, file in _guards().items() if number not in logged]
    assert unknown == [], "\n".join(unknown)


def test_every_hazard_when_looked_for_in_the_code_then_a_guard_names_it() -> None:
    unguarded = [
        f"{hazard['id']}: {hazard['hazard']}" for hazard in _hazards() if hazard["id"] not in _guards()
    ]
    assert unguarded == [], "\n".join(unguarded)
