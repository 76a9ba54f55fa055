"""Thresholds by name: those of the treatment, and what a site has set for itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from holdfast.errors import NotFound
from holdfast.protocols.infusion import InfusionProtocol, SiteThreshold
from holdfast.protocols.loader import infusions

PROTOCOL = "ketamine_iv"
"""The protocol that holds what is the same for every treatment, such as when relief is judged."""


@dataclass(frozen=True)
class SiteLimits:
    """The thresholds of one treatment at one site: what the site has signed, else what the protocol says."""

    treatment: str = PROTOCOL
    settings: Mapping[str, SiteThreshold] = field(default_factory=dict)

    @property
    def protocol(self) -> InfusionProtocol:
        """The treatment's protocol."""
        return infusions(self.treatment)

    def threshold(self, name: str) -> SiteThreshold:
        """The threshold that holds here. Errors: `NotFound` when neither treatment nor `PROTOCOL` has it."""
        return self.settings.get(name) or threshold(name, treatment=self.treatment)

    def number(self, name: str) -> float:
        """The value of a threshold. **Units**: those of the protocol file."""
        return self.threshold(name).value

    def duration(self, name: str) -> timedelta:
        """The value of a threshold as elapsed time."""
        return self.threshold(name).duration

    def words(self, name: str) -> str:
        """The value of a threshold with its unit, as a person says it."""
        return self.threshold(name).words


AS_SHIPPED = SiteLimits()
"""The thresholds of `PROTOCOL` at a site that has set none."""


def threshold(name: str, *, treatment: str = PROTOCOL) -> SiteThreshold:
    """The threshold of that name as the protocol has it. Errors: `NotFound` when there is none.

    What a treatment does not state itself is the same for every treatment, and stands in `PROTOCOL`.
    """
    for slug in (treatment, PROTOCOL):
        found = infusions(slug).thresholds.get(name)
        if found is not None:
            return found
    raise NotFound(f"protocol {treatment} has no threshold {name!r}")


def number(name: str, *, treatment: str = PROTOCOL) -> float:
    """The value of a threshold. **Units**: those of the protocol file."""
    return threshold(name, treatment=treatment).value


def duration(name: str, *, treatment: str = PROTOCOL) -> timedelta:
    """The value of a threshold as elapsed time."""
    return threshold(name, treatment=treatment).duration


def words(name: str, *, treatment: str = PROTOCOL) -> str:
    """The value of a threshold with its unit, as a person says it."""
    return threshold(name, treatment=treatment).words
