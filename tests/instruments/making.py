"""Makes instruments for tests: from the text of a file of the library, with changes, or of parts."""

import tomllib
from pathlib import Path
from typing import Any

from holdfast.instruments.loader import LIBRARY
from holdfast.instruments.model import Instrument


def make_file(folder: Path, *replacements: tuple[str, str], slug: str = "phq9") -> Path:
    """A copy of a library file with each text replaced once; the text must be there."""
    text = (LIBRARY / f"{slug}.toml").read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / f"{slug}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def make_instrument(slug: str = "phq9", **changes: Any) -> Instrument:
    """An instrument of the library with whole keys of its file replaced."""
    content = tomllib.loads((LIBRARY / f"{slug}.toml").read_text(encoding="utf-8"))
    return Instrument.model_validate({**content, **changes})


def make_rule(*, at_least: int, level: int) -> dict[str, Any]:
    """An alert rule as a file states it."""
    source = {"text": "a rule of the tests", "standing": "convention"}
    return {"at_least": at_least, "level": level, "kind": "suicidal_thoughts", "source": source}


def make_prorated(*, up_to: int) -> Instrument:
    """The GAD-7 as it would be if its rule let items be filled in."""
    source = {"text": "a rule of the tests", "standing": "convention"}
    return make_instrument("gad7", missing={"prorate_up_to": up_to, "source": source})


def answers(*values: int | None) -> dict[str, int | None]:
    """Answers in the order of the form."""
    return {f"q{number}": value for number, value in enumerate(values, start=1)}
