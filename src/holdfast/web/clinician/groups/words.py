"""Words of the group pages that stand in more than one of them."""

from collections.abc import Mapping

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

MODES: Mapping[str, str] = {
    "modular": "when a module starts",
    "closed": "in the first two weeks only",
    "rolling": "any week",
}
"""When someone may join."""

CHANNELS: Mapping[str, str] = {"in_person": "in person", "video": "by video", "phone": "by phone"}
"""How a group meets."""
