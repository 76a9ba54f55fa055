"""The aid for choosing a therapy together, as data: statements, fits, stops, evidence in words; and its file."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from holdfast.protocols import loader
from holdfast.protocols.model import Part, SignOff, Status, Text

Stars = Annotated[int, Field(ge=0, le=3)]
Strength = Literal["moderate", "low", "very_low", "none"]
"""How sure the evidence is, in the words of GRADE; `none` when no trial was found."""

Fits = Annotated[Mapping[str, Annotated[int, Field(ge=-2, le=2)]], AfterValidator(MappingProxyType)]

MOST_FIT = 2
"""The furthest a statement can point toward a therapy, for each star."""


class Statement(Part):
    """Something said in the person's words, or by the clinician alone, and how far it points toward each therapy.

    `discreet` is talked about in the room and kept off paper and the person's own page, which others may read.
    `ages` are those for whom it can be said.
    """

    slug: Text
    group: Text
    by: Literal["person", "clinician", "both"]
    says: Text
    note: str = ""
    fit: Fits
    discreet: bool = False
    ages: tuple[int, int] | None = None


class Before(Part):
    """What may have come of a therapy earlier, and by how much it shifts the score."""

    slug: Text
    asked: Text
    shown: Text
    shift: Annotated[Decimal, Field(ge=-1, le=1)]


class StopKind(Part):
    """What may stand in the way for now. `one_by_one`: it is asked for each therapy by itself."""

    slug: Text
    asked: Text
    shown: Text
    effect: Literal["not_now", "wait", "note"]
    therapies: Annotated[tuple[Text, ...], Field(min_length=1)]
    one_by_one: bool = False
    discreet: bool = False


class Known(Part):
    """What a therapy takes, and what is known of it: told in words, never added to a score."""

    time: Text
    asks: Text
    needs: Text
    hard_to_treat: Strength
    after_ketamine: Strength
    known: Text


class Band(Part):
    """The words for scores of at least so much."""

    least: Annotated[Decimal, Field(ge=-1, le=1)]
    words: Text


class ChoiceAid(Part):
    """The whole aid. Scores closer to each other than `tie_margin` are told as about the same."""

    slug: Literal["choice_aid"]
    version: Text
    status: Status
    effective: date
    sign_offs: tuple[SignOff, ...]
    tie_margin: Annotated[Decimal, Field(gt=0, lt=1)]
    groups: Annotated[Mapping[str, Text], AfterValidator(MappingProxyType)]
    statements: Annotated[tuple[Statement, ...], Field(min_length=1)]
    before: Annotated[tuple[Before, ...], Field(min_length=1)]
    stops: Annotated[tuple[StopKind, ...], Field(min_length=1)]
    therapies: Annotated[Mapping[str, Known], AfterValidator(MappingProxyType)]
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.status is Status.ACTIVE and not self.sign_offs:
            raise ValueError("an aid in use needs a sign-off")
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        named = set(self.therapies)
        for kind in (self.statements, self.before, self.stops):
            slugs = [one.slug for one in kind]
            yield from (f"{slug} stands there twice" for slug in slugs if slugs.count(slug) > 1)
        for statement in self.statements:
            if statement.group not in self.groups:
                yield f"statement {statement.slug}: no group {statement.group}"
            if set(statement.fit) != named:
                yield f"statement {statement.slug}: give a fit for each of {', '.join(self.therapies)}"
        for stop in self.stops:
            if not set(stop.therapies) <= named:
                yield f"stop {stop.slug}: names a therapy the aid does not have"
        if any(lower.least >= higher.least for higher, lower in pairwise(self.bands)):
            yield "bands: from the highest to the lowest"

    @property
    def asked(self) -> Mapping[str, Statement]:
        """The statements by their slug."""
        return {one.slug: one for one in self.statements}


@cache
def choice_aid() -> ChoiceAid:
    """The aid as it is shipped. Errors: `DataFileError` naming file and key."""
    file = "shared/choice_aid.toml"
    return loader.build(ChoiceAid, loader.toml(loader.SHARED / "choice_aid.toml", file), file)
