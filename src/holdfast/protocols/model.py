"""What every protocol has: who signed it, what it says of itself, and its thresholds."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1)]
Unit = Literal[
    "mg/kg", "minute", "hour", "day", "week", "mg", "percent", "mmHg", "beats a minute", "breaths a minute", "kg/m²",
    "point", "probability", "infusion", "session",
]  # fmt: skip

_DURATIONS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_COUNTED = frozenset({"minute", "hour", "day", "week", "point", "infusion", "session"})
"""Units that are words and take a plural."""


class Part(BaseModel):
    """A part of a protocol: never changed after loading, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(StrEnum):
    """What a protocol is a course of."""

    INFUSION = "infusion"
    THERAPY = "therapy"


class Status(StrEnum):
    """How far a protocol has been agreed: a draft has been signed by nobody."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class PhaseKind(StrEnum):
    """What a stretch of a course is for; the same words in every therapy, two more for infusions."""

    WINDOW = "window"
    CORE = "core"
    CONSOLIDATE = "consolidate"
    BOOSTER = "booster"
    INDUCTION = "induction"
    MAINTENANCE = "maintenance"


class Threshold(Part):
    """A number that decides something, with where it comes from.

    `standing` is `seen` when the figure was read in the source, and `convention` when nobody has tested it:
    such a number is shown as a site default, never as a fact.
    """

    value: float
    unit: Unit
    source: Text
    standing: Literal["seen", "convention"]
    effective: date

    @property
    def duration(self) -> timedelta:
        """The value as elapsed time. Errors: `KeyError` for a unit that is not a time."""
        return self.value * _DURATIONS[self.unit]

    @property
    def words(self) -> str:
        """The value with its unit, as a person says it: "24 hours", "25 %"."""
        if self.unit == "probability":
            return f"{100 * self.value:g} %"
        unit = "%" if self.unit == "percent" else self.unit
        return f"{self.value:g} {unit}s" if unit in _COUNTED and self.value != 1 else f"{self.value:g} {unit}"

    @property
    def cited(self) -> str:
        """The source as it is shown to a clinician."""
        return self.source if self.standing == "seen" else f"Site default: {self.source}"


class SignOff(Part):
    """A named clinician who has agreed a protocol for use at a site; `trained_in_it` if in this very treatment."""

    name: Text
    profession: Text
    on: date
    trained_in_it: bool = False


Thresholds = Annotated[Mapping[str, Threshold], AfterValidator(MappingProxyType)]


class Protocol(Part):
    """One treatment as a site may sign it.

    `adapted_by` names the clinic whose own changes are in it, with author, date and reason; empty as shipped.
    """

    slug: Text
    name: Text
    short_name: Text
    kind: Kind
    version: Text
    status: Status
    effective: date
    sign_offs: tuple[SignOff, ...] = ()
    patient_card: Text
    evidence: Text
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    thresholds: Thresholds = Field(default_factory=lambda: MappingProxyType({}))
    adapted_by: str = ""

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if self.status is Status.ACTIVE and not self.sign_offs:
            raise ValueError("an active protocol needs a sign-off")
        return self
