"""Pages, jobs and the command line call verbs of `care`; none of them reaches into a table."""

import re

from tests.contracts.source import modules

SURFACES = ("src/holdfast/web/", "src/holdfast/jobs/", "src/holdfast/fhir/", "src/holdfast/cli.py")
REACHES_INTO_A_TABLE = re.compile(
    r"\.(save|delete|create|bulk_create|get_or_create|update_or_create)\(|\.objects\b"
)


def _lines_that_write(*places: str) -> list[str]:
    return [
        f"{module.path}:{number}: {line.strip()}"
        for module in modules("src")
        if module.path.startswith(places)
        for number, line in enumerate(module.text.splitlines(), start=1)
        if REACHES_INTO_A_TABLE.search(line)
    ]


def test_surfaces_when_searched_for_writes_then_none_is_found() -> None:
    found = _lines_that_write(*SURFACES)
    assert found == [], "\n".join(found)


def test_verbs_when_searched_the_same_way_then_their_writes_are_found() -> None:
    assert _lines_that_write("src/holdfast/care/") != []
