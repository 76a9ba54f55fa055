"""What an instrument is, and what scoring it gives: frozen, and checked when built."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

Text = Annotated[str, Field(min_length=1, strict=True)]
# The lengths are those of the record's columns: a longer name could be loaded but not kept.
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", strict=True)]
ItemId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,15}$", strict=True)]
LoincCode = Annotated[str, Field(pattern=r"^[0-9]{1,6}-[0-9]$", strict=True)]
Whole = Annotated[int, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]

Answers = Mapping[str, int | None]
"""Item id to the value of the chosen option; None, or an absent item, is a missing answer."""

FEWEST_EXAMPLES = 3


class _Part(BaseModel):
    """A part of an instrument: never changed after loading, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """Where a figure comes from.

    `standing` is `seen` when the figure was read in the source, and `convention` when it is agreed or recalled:
    such a figure is shown as a site default, never as a fact.
    """

    text: Text
    standing: Literal["seen", "convention"]

    @property
    def cited(self) -> str:
        """The source as it is shown to a clinician."""
        return self.text if self.standing == "seen" else f"Site default: {self.text}"


class Option(_Part):
    """One answer that may be chosen: the points it counts, and its words where the licence lets us show them."""

    value: Whole
    label: Text | None = None


class AlertRule(_Part):
    """An answer, or a total, of `at_least` or more sends an alert of that level (1 to 3; higher is answered sooner)."""

    at_least: Whole
    level: Annotated[int, Field(strict=True, ge=1, le=3)]
    kind: Slug
    source: Source


class Item(_Part):
    """One question. `alerts` lists its rules from the mildest answer to the gravest."""

    id: ItemId
    text: Text | None = None
    options: tuple[Option, ...] = ()
    alerts: tuple[AlertRule, ...] = ()

    @field_validator("options")
    @classmethod
    def _values_rise(cls, options: tuple[Option, ...]) -> tuple[Option, ...]:
        _refuse_unless_rising([option.value for option in options], "option values")
        return options

    @field_validator("alerts")
    @classmethod
    def _alerts_rise(cls, alerts: tuple[AlertRule, ...], info: ValidationInfo) -> tuple[AlertRule, ...]:
        _refuse_unless_graver(alerts)
        values = [option.value for option in info.data.get("options", ())]
        if any(rule.at_least not in values for rule in alerts):
            raise ValueError("at_least is not the value of an option")
        return alerts

    @cached_property
    def values(self) -> tuple[int, ...]:
        """The points an answer may have, lowest first."""
        return tuple(option.value for option in self.options)

    @property
    def marked(self) -> bool:
        """Whether an answer to it may send an alert."""
        return bool(self.alerts)


class Band(_Part):
    """A named range of totals, both ends included."""

    slug: Slug
    name: Text
    low: Whole
    high: Whole


class MissingRule(_Part):
    """What becomes of the total when answers are missing.

    Up to `prorate_up_to` missing parts are filled in with the mean of the answered ones; with more there is no
    total. 0 means that one missing answer gives no total.
    """

    prorate_up_to: Count
    source: Source


class Cutoffs(_Part):
    """The totals and changes that define outcomes. None: there is no such figure for the instrument.

    Remission at or below `remission_at_most`; relapse at or above `relapse_at_least`; response from a fall of
    `response_fall_percent` on; a change of `reliable_change` points or more is beyond the instrument's noise.
    Lower is better in all of them. `sources` names the source of each figure.
    """

    remission_at_most: Whole | None = None
    relapse_at_least: Whole | None = None
    response_fall_percent: Annotated[int, Field(strict=True, gt=0, le=100)] | None = None
    reliable_change: Annotated[int, Field(strict=True, gt=0)] | None = None
    sources: Annotated[Mapping[str, Source], AfterValidator(MappingProxyType)]

    @field_validator("sources")
    @classmethod
    def _one_for_each(cls, sources: Mapping[str, Source], info: ValidationInfo) -> Mapping[str, Source]:
        given = {key for key, figure in info.data.items() if figure is not None}
        if given != set(sources):
            raise ValueError(
                f"give one source for each of {', '.join(sorted(given)) or 'none'}, and no other"
            )
        return sources


class SeverityLink(_Part):
    """How scores follow the forecast's severity: score = intercept + slope x severity + noise.

    **Units**: severity in MADRS points, intercept and `noise_sd` in points of the instrument.
    """

    intercept: Number
    slope: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
    noise_sd: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
    source: Source


class Licence(_Part):
    """What the owner allows. `verified_on` is when someone asked the holder or read the holder's own page."""

    status: Literal["items_bundled", "score_only"]
    holder: Text
    statement: Text
    source: Text
    verified_on: date | None = None


class Loinc(_Part):
    """LOINC codes of the panel of questions and of its total."""

    panel: LoincCode
    total: LoincCode


class WorkedExample(_Part):
    """Answers, or an entered total, with the score they must give. No `total` means that there is none."""

    name: Text
    answers: Annotated[Mapping[ItemId, Whole], AfterValidator(MappingProxyType)] | None = None
    entered: Whole | None = None
    total: Whole | None = None
    band: Slug | None = None
    complete: bool
    alert: Count = 0

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.answers is None) == (self.entered is None):
            raise ValueError("give either answers or entered")
        return self


class Instrument(_Part):
    """A questionnaire or rating scale with its scoring rule, its meaning and its licence.

    `options` are those of every item that has none of its own. Without `items` only totals can be kept.
    `recall` is the sentence above the questions. `bands` is empty where none were published. `better` says which way
    is better; cut-offs and link are for scales where lower is. `alerts` are the rules on the total, from the mildest:
    for results that are kept without the answers behind them. `version` changes whenever a score could change.
    """

    model_config = ConfigDict(validate_default=True)

    slug: Slug
    name: Text
    version: Annotated[str, Field(min_length=1, max_length=32, strict=True)]
    about: Text
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    licence: Licence
    loinc: Loinc | None = None
    minimum: Count
    maximum: Count
    better: Literal["lower", "higher"] = "lower"
    method: Slug
    missing: MissingRule
    recall: Text | None = None
    options: tuple[Option, ...] = ()
    items: tuple[Item, ...] = ()
    bands: tuple[Band, ...]
    bands_source: Source
    alerts: tuple[AlertRule, ...] = ()
    cutoffs: Cutoffs
    link: SeverityLink | None = None
    examples: Annotated[tuple[WorkedExample, ...], Field(min_length=FEWEST_EXAMPLES)]

    @model_validator(mode="before")
    @classmethod
    def _share_options(cls, given: object) -> object:
        """Hand the instrument's options to each item without its own, so a file states them once."""
        if not isinstance(given, dict) or not isinstance(given.get("items"), list):
            return given
        shared = {"options": given.get("options", [])}
        return {
            **given,
            "items": [shared | item if isinstance(item, dict) else item for item in given["items"]],
        }

    @field_validator("maximum")
    @classmethod
    def _above_minimum(cls, maximum: int, info: ValidationInfo) -> int:
        if maximum <= info.data.get("minimum", 0):
            raise ValueError("must be above minimum")
        return maximum

    @field_validator("items")
    @classmethod
    def _answerable(cls, items: tuple[Item, ...]) -> tuple[Item, ...]:
        if len({item.id for item in items}) != len(items):
            raise ValueError("two items have the same id")
        if bare := [item.id for item in items if len(item.options) < 2]:
            raise ValueError(f"{', '.join(bare)}: fewer than two options to choose from")
        return items

    @field_validator("items")
    @classmethod
    def _shown_as_licensed(cls, items: tuple[Item, ...], info: ValidationInfo) -> tuple[Item, ...]:
        if "licence" not in info.data:
            return items  # the fault lies there and is named there
        options = [option for item in items for option in item.options] + [*info.data.get("options", ())]
        texts = [info.data.get("recall"), *(item.text for item in items), *(one.label for one in options)]
        status = info.data["licence"].status
        if status == "score_only" and any(texts):
            raise ValueError(
                "the licence is score_only: no recall line, item text or option label may be kept"
            )
        if status == "items_bundled" and not (items and all(texts)):
            raise ValueError("the licence is items_bundled: recall line, item texts and labels must be there")
        return items

    @field_validator("bands")
    @classmethod
    def _cover_the_range(cls, bands: tuple[Band, ...], info: ValidationInfo) -> tuple[Band, ...]:
        if len({band.slug for band in bands}) != len(bands):
            raise ValueError("two bands have the same slug")
        expected = info.data.get("minimum", 0)
        for band in bands:
            if band.low != expected or band.high < band.low:
                raise ValueError(f"{band.slug} must run from {expected} upwards: no gap, no overlap")
            expected = band.high + 1
        if bands and expected != info.data.get("maximum", 0) + 1:
            raise ValueError(f"the last band must end with the maximum, {info.data.get('maximum')}")
        return bands

    @field_validator("alerts")
    @classmethod
    def _on_totals(cls, alerts: tuple[AlertRule, ...], info: ValidationInfo) -> tuple[AlertRule, ...]:
        _refuse_unless_graver(alerts)
        low, high = info.data.get("minimum", 0), info.data.get("maximum", 0)
        if any(not low <= rule.at_least <= high for rule in alerts):
            raise ValueError(f"at_least lies outside {low} to {high}")
        return alerts

    @field_validator("cutoffs")
    @classmethod
    def _within_the_range(cls, cutoffs: Cutoffs, info: ValidationInfo) -> Cutoffs:
        if info.data.get("better") == "higher" and cutoffs.sources:
            raise ValueError("lower is better in every cut-off: give none where higher is better")
        low, high = info.data.get("minimum", 0), info.data.get("maximum", 0)
        remission, relapse = cutoffs.remission_at_most, cutoffs.relapse_at_least
        if any(cut is not None and not low <= cut <= high for cut in (remission, relapse)):
            raise ValueError(f"a cut-off lies outside {low} to {high}")
        if remission is not None and relapse is not None and relapse <= remission:
            raise ValueError("relapse_at_least must lie above remission_at_most")
        return cutoffs

    @field_validator("link")
    @classmethod
    def _tells_response(cls, link: SeverityLink | None, info: ValidationInfo) -> SeverityLink | None:
        # No cut-off stands where higher is better, so such a scale has no link either.
        cutoffs = info.data.get("cutoffs")
        if link and cutoffs and cutoffs.response_fall_percent is None:
            raise ValueError("the forecast tells response: cutoffs.response_fall_percent must be there")
        return link

    @property
    def has_item_text(self) -> bool:
        """Whether its questions can be shown to a patient."""
        return bool(self.items) and self.licence.status == "items_bundled"

    @cached_property
    def item_ids(self) -> tuple[str, ...]:
        """The ids of its items in their order; none when only totals can be kept."""
        return tuple(item.id for item in self.items)


@dataclass(frozen=True)
class ItemAlert:
    """A marked answer: which item (or the total), what it was, how grave it is (1 to 3) and what it is about."""

    item: str
    value: int
    level: int
    kind: str


@dataclass(frozen=True)
class Score:
    """What one set of answers amounts to.

    `total` and `band` are None when too much is `missing`. `complete` means that nothing the method needs was
    left out; `prorated` that the total stands in spite of that, by the instrument's own rule. `alerts` are
    there whether or not there is a total.
    """

    instrument: str
    version: str
    total: int | None
    band: str | None
    complete: bool
    prorated: bool
    missing: tuple[str, ...]
    alerts: tuple[ItemAlert, ...]


@dataclass(frozen=True)
class ScoreTable:
    """What many sets of answers amount to, a row each.

    **Shapes**: every array has one entry a row. `total` is NaN and `band` empty where there is no total;
    `alert` is the gravest level of the row, 0 for none.
    """

    total: NDArray[np.float64]
    band: NDArray[np.str_]
    complete: NDArray[np.bool_]
    alert: NDArray[np.int64]

    @property
    def prorated(self) -> NDArray[np.bool_]:
        """Where a total stands although answers are missing, by the instrument's own rule."""
        return ~self.complete & ~np.isnan(self.total)


def _refuse_unless_graver(alerts: tuple[AlertRule, ...]) -> None:
    _refuse_unless_rising([rule.at_least for rule in alerts], "at_least")
    _refuse_unless_rising([rule.level for rule in alerts], "level")


def _refuse_unless_rising(numbers: list[int], what: str) -> None:
    if numbers != sorted(set(numbers)):
        raise ValueError(f"{what} must rise from one to the next")
