"""The site's thresholds by name, read from the protocol of the infusions."""

from datetime import timedelta

from holdfast.errors import NotFound
from holdfast.protocols.loader import load
from holdfast.protocols.model import Threshold

PROTOCOL = "ketamine_iv"


def threshold(name: str) -> Threshold:
    """The threshold of that name. Errors: `NotFound` when the protocol has none."""
    try:
        return load(PROTOCOL).thresholds[name]
    except KeyError:
        raise NotFound(f"protocol {PROTOCOL} has no threshold {name!r}") from None


def number(name: str) -> float:
    """The value of a threshold. **Units**: those of the protocol file."""
    return threshold(name).value


def duration(name: str) -> timedelta:
    """The value of a threshold as elapsed time."""
    return threshold(name).duration


def words(name: str) -> str:
    """The value of a threshold with its unit, as a person says it."""
    return threshold(name).words
