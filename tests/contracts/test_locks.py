"""The lock files name all that pyproject.toml asks for, each with its hash, and no address to fetch from."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.contracts.source import ROOT

RUN, SCIENCE, DEV = "requirements.lock", "requirements-science.lock", "requirements-dev.lock"
BUILD, SPARK = "tools/build.lock", "tools/spark.lock"
HASH = r"    --hash=sha256:[0-9a-f]{64}(?: \\)?\n"
PINNED = re.compile(rf"^([a-z0-9][a-z0-9.-]*)==([^ ]+)(?: ; ([^\\]+?))?(?: \\)?\n((?:{HASH})*)", re.MULTILINE)


def _text(lock: str) -> str:
    return (ROOT / lock).read_text()


def _pins(lock: str) -> dict[tuple[str, str], str]:
    """(name, marker) → version."""
    return {(name, marker): version for name, version, marker, _ in PINNED.findall(_text(lock))}


def _asked() -> dict[str, list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run = [Requirement(one) for one in project["project"]["dependencies"]]
    science = [Requirement(one) for one in project["project"]["optional-dependencies"]["science"]]
    dev = [Requirement(one) for one in project["dependency-groups"]["dev"]]
    return {
        RUN: run,
        SCIENCE: run + science,
        DEV: run + science + dev,
        BUILD: _lines("tools/build.in"),
        SPARK: _lines("tools/spark.in"),
    }


def _lines(file: str) -> list[Requirement]:
    return [Requirement(line.partition("#")[0]) for line in _text(file).splitlines() if line[0] != "#"]


@pytest.mark.parametrize("lock", [RUN, SCIENCE, DEV, BUILD, SPARK])
def test_lock_when_compared_with_what_is_asked_then_every_version_fits(lock: str) -> None:
    pins = _pins(lock)
    unmet = [
        str(asked)
        for asked in _asked()[lock]
        if not [
            v
            for (name, _), v in pins.items()
            if name == canonicalize_name(asked.name) and asked.specifier.contains(v)
        ]
    ]
    assert unmet == [], "run `make lock`"


@pytest.mark.parametrize("lock", [RUN, SCIENCE, DEV, BUILD, SPARK])
def test_lock_when_read_then_every_package_has_its_hash_and_no_address(lock: str) -> None:
    lines = [line for line in _text(lock).splitlines() if re.match(r"[A-Za-z]", line)]
    assert len([found for found in PINNED.findall(_text(lock)) if found[3]]) == len(lines)
    assert re.findall(r"\w+://\S+|--(?:index|extra-index|find-links)\S*", _text(lock)) == []


def test_lock_of_the_tests_when_compared_with_what_runs_then_versions_are_the_same() -> None:
    assert _pins(RUN).items() <= _pins(SCIENCE).items() <= _pins(DEV).items()
