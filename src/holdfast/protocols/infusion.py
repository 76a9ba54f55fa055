"""A course of infusions as data: drug, dose, schedules, who may have it, the checks of the day, when to let go home.

Nothing in here names a drug: a second treatment is a second folder (`library/esketamine_nasal`).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from holdfast.access import Role
from holdfast.protocols.model import Kind, Part, PhaseKind, Protocol, Text, Threshold


class SiteThreshold(Threshold):
    """A threshold a site may set for itself, with a signature, from `lowest` to `highest`.

    Without these two it changes only with the protocol. `about` says what it decides, as the form asks for it; `set_by`
    says who has set it at this site, empty as shipped.
    """

    about: str = ""
    lowest: float | None = None
    highest: float | None = None
    set_by: str = ""

    @model_validator(mode="after")
    def _within_its_range(self) -> Self:
        if self.lowest is None and self.highest is None:
            return self
        if self.lowest is None or self.highest is None:
            raise ValueError("lowest and highest come together")
        if not self.lowest <= self.value <= self.highest:
            raise ValueError(f"{self.value:g} lies outside {self.lowest:g} to {self.highest:g}")
        if not self.about:
            raise ValueError("a threshold a site may set says what it is about")
        return self

    @property
    def adjustable(self) -> bool:
        """Whether a site may set it."""
        return self.lowest is not None

    @property
    def cited(self) -> str:
        """The source as it is shown to a clinician; where the site has set it, who did and why."""
        return f"Set by this site: {self.set_by}" if self.set_by else super().cited


SiteThresholds = Annotated[Mapping[str, SiteThreshold], AfterValidator(MappingProxyType)]


class Route(StrEnum):
    """How the drug gets into the body."""

    VEIN = "intravenous"
    NOSE = "intranasal"


class Dosing(StrEnum):
    """What a dose is worked out from: body weight, or a choice of fixed doses."""

    BY_WEIGHT = "by_weight"
    FIXED = "fixed"


class Phase(Part):
    """A stretch of a course of infusions by their number; without `last` it has no planned end."""

    slug: Text
    name: Text
    kind: PhaseKind
    first: Annotated[int, Field(ge=1)]
    last: int | None = None

    def holds(self, number: int) -> bool:
        """Whether the infusion of that number lies in this phase."""
        return self.first <= number and (self.last is None or number <= self.last)


class Block(Part):
    """So many infusions at the same spacing. `days_apart` is gone through again and again: 3, 4 is twice a week.

    Without `count` the block goes on until someone decides otherwise; only the last block of a schedule may.
    """

    count: Annotated[int, Field(ge=1)] | None = None
    days_apart: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]


class Schedule(Part):
    """A way to space infusions, with what is known about it."""

    slug: Text
    name: Text
    blocks: Annotated[tuple[Block, ...], Field(min_length=1)]
    source: Text
    standing: Literal["seen", "convention"]

    @model_validator(mode="after")
    def _only_the_last_is_open(self) -> Self:
        if any(block.count is None for block in self.blocks[:-1]):
            raise ValueError("only the last block may go on without a count")
        return self


class Criterion(Part):
    """Something that speaks against giving the drug to a person: an exclusion, or a caution to weigh.

    An exclusion that is present stops the course unless a prescriber signs an override with the reason.
    """

    slug: Text
    words: Text
    kind: Literal["exclusion", "caution"]
    look_at: Text
    source: Text
    standing: Literal["seen", "convention"]


class GoCheck(Part):
    """One line of the go / no-go list of the day.

    `reads` is `record` when the record itself answers (consent in date, weight fresh, order signed), `vitals` when the
    measurements before the drug do, `asked` when the nurse asks or sees. `passes_when` is the answer to an asked one
    that lets the day go on. `override` names who may go on regardless, with a reason; without it nobody may.
    A check that `stops_the_list` ends the day's list at once: a clinician sees the person first.
    """

    slug: Text
    words: Text
    reads: Literal["record", "vitals", "asked"]
    passes_when: Literal["yes", "no"] = "yes"
    only_if: Literal["", "may_be_pregnant"] = ""
    to_do: Text
    override: Role | None = None
    stops_the_list: bool = False


class Measurement(Part):
    """A column of the flow sheet: what can be written there, and which thresholds make it an alert.

    `alert_below` and `alert_above` are names of thresholds: a value under the one, or at or over the other, is out of
    range. `lowest` and `highest` are what is possible at all: anything else is a slip.
    """

    slug: Text
    name: Text
    short_name: Text
    unit: str = ""
    lowest: int
    highest: int
    alert_below: str = ""
    alert_above: str = ""
    required: bool = False
    licence: str = ""


class DischargeCriterion(Part):
    """What must hold before someone is let go home. `reads` as in `GoCheck`, with `sheet` for the flow sheet."""

    slug: Text
    words: Text
    reads: Literal["record", "sheet", "asked"]
    to_do: Text
    override: Role | None = None


class ReviewTopic(Part):
    """A part of the safety review of a long course: what to ask about, and when it calls for more."""

    slug: Text
    name: Text
    ask: Text
    act: Text
    source: Text
    standing: Literal["seen", "convention"]


class InfusionProtocol(Protocol):
    """A course of infusions, its phases by the number of the infusion.

    `given_as` is what one is called: infusion, or spray. `doses_mg` are the choices of a fixed dose. `concentrations`
    are the vials that exist (mg/mL). `rows_due` are the minutes after the start at which the flow sheet asks for a
    row; after the last of them one is due every `row_every` (threshold).
    """

    kind: Literal[Kind.INFUSION]
    thresholds: SiteThresholds = Field(default_factory=lambda: MappingProxyType({}))
    drug: Text
    given_as: Text = "infusion"
    route: Route
    dosing: Dosing
    doses_mg: tuple[int, ...] = ()
    concentrations: tuple[float, ...] = ()
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    schedules: Annotated[tuple[Schedule, ...], Field(min_length=1)]
    maintenance: tuple[Schedule, ...] = ()
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    go_checks: Annotated[tuple[GoCheck, ...], Field(min_length=1)]
    measurements: Annotated[tuple[Measurement, ...], Field(min_length=1)]
    rows_due: Annotated[tuple[int, ...], Field(min_length=1)]
    discharge: Annotated[tuple[DischargeCriterion, ...], Field(min_length=1)]
    review_topics: tuple[ReviewTopic, ...] = ()
    rescue_drugs: tuple[Text, ...] = ()
    instructions: Annotated[tuple[Text, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _without_gaps(self) -> Self:
        expected: int | None = 1
        for phase in self.phases:
            if phase.first != expected:
                raise ValueError(
                    f"phase {phase.slug} must begin at {expected}: phases follow on without a gap"
                )
            if phase.last is not None and phase.last < phase.first:
                raise ValueError(f"phase {phase.slug} ends before it begins")
            expected = None if phase.last is None else phase.last + 1
        return self

    @model_validator(mode="after")
    def _dosed_one_way(self) -> Self:
        if self.dosing is Dosing.FIXED and not self.doses_mg:
            raise ValueError("fixed dosing needs doses_mg")
        if self.dosing is Dosing.BY_WEIGHT and (self.doses_mg or not self.concentrations):
            raise ValueError("dosing by weight needs concentrations and no doses_mg")
        return self

    @model_validator(mode="after")
    def _alerts_are_thresholds(self) -> Self:
        named = {name for one in self.measurements for name in (one.alert_below, one.alert_above) if name}
        if unknown := named - set(self.thresholds):
            raise ValueError(f"measurements name thresholds that are not there: {', '.join(sorted(unknown))}")
        return self

    @model_validator(mode="after")
    def _slugs_once(self) -> Self:
        for part in ("schedules", "maintenance", "criteria", "go_checks", "measurements", "discharge"):
            slugs = [one.slug for one in getattr(self, part)]
            if twice := {slug for slug in slugs if slugs.count(slug) > 1}:
                raise ValueError(f"{part}: {', '.join(sorted(twice))} is there twice")
        return self

    def phase(self, number: int) -> Phase | None:
        """The phase of an infusion number; None after the last."""
        return next((phase for phase in self.phases if phase.holds(number)), None)

    def schedule(self, slug: str) -> Schedule | None:
        """The induction schedule or maintenance pattern of that slug."""
        return next((one for one in (*self.schedules, *self.maintenance) if one.slug == slug), None)
