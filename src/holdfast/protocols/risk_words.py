"""Words that staff see marked in what a person wrote: for reading, never a screening, a score or an alert."""

import re
from functools import cache
from typing import Annotated

from pydantic import Field

from holdfast.protocols.loader import SHARED, build, toml
from holdfast.protocols.model import Part, Text

APOSTROPHE = "['\N{RIGHT SINGLE QUOTATION MARK}]"
"""What phones and keyboards type in "can't"."""


class RiskWords(Part):
    """The list: `words` stand as they are, alone or as a phrase; `stems` with any ending."""

    version: Text
    words: Annotated[tuple[Text, ...], Field(min_length=1)]
    stems: Annotated[tuple[Text, ...], Field(min_length=1)]


def cut(text: str) -> tuple[str, ...]:
    """The text in pieces, which joined are the text again: each second piece is a word of the list, as it was written.

    Errors: `DataFileError` for a fault in the file.
    """
    return tuple(_pattern().split(text))


@cache
def risk_words() -> RiskWords:
    """The list as it is shipped. Errors: `DataFileError` naming file and key."""
    file = "shared/risk_words.toml"
    return build(RiskWords, toml(SHARED / "risk_words.toml", file), file)


@cache
def _pattern() -> re.Pattern[str]:
    listed = risk_words()
    # The longest first, so that "end it all" is not cut after "end it".
    words = sorted(map(_written, listed.words), key=len, reverse=True)
    stems = (rf"{_written(stem)}\w*" for stem in listed.stems)
    return re.compile(rf"\b((?:{'|'.join((*words, *stems))})\b)", re.IGNORECASE)


def _written(entry: str) -> str:
    words = (re.escape(word).replace("'", APOSTROPHE) for word in entry.split())
    return r"\s+".join(words)
