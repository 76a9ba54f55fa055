"""Whom to call in a plan: which of what was written is a number that a phone can dial."""

import re
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = re.compile(r"\s*(\+?\d[\d\s().\-/]*\d)\s*(?:$|[,;:(])")
_DIGITS: Final = range(3, 16)


@dataclass(frozen=True)
class Call:
    """One line of whom to call: a number with the digits to dial, and what else was written; or that alone."""

    who: str
    number: str
    dial: str
    rest: str


def call(who: str, how: str) -> Call:
    """Whom to call and how. A number is one only at the beginning, with nothing or a mark of punctuation after it."""
    found = _NUMBER.match(how)
    digits = re.sub(r"[^\d+]", "", found[1]) if found else ""
    if found is None or len(digits) not in _DIGITS:
        return Call(who, "", "", how)
    return Call(who, found[1], digits, how[found.end(1) :].strip(" ,;:"))
