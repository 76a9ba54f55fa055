"""Antidepressants as data: names, class and lowest effective dose; and how a drug is found by what someone types."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from holdfast.protocols import loader
from holdfast.protocols.model import Part, Text

LETTERS_TO_BE_SURE = 4
"""So many letters at the beginning of one drug's name alone stand for that drug; fewer may be a slip."""

ALIKE = 0.8
"""From this share of letters in common on, a text is taken for a slip of the pen: "sertalin" for sertraline."""


class Medicine(Part):
    """One antidepressant. `also` are other names it is called; without `minimum_mg` no lowest dose is agreed.

    **Units**: mg a day.
    """

    slug: Annotated[str, Field(min_length=1, max_length=48)]
    name: Text
    class_: Text = Field(alias="class")
    atc: str = ""
    minimum_mg: Annotated[Decimal, Field(gt=0)] | None = None
    also: tuple[Text, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is called, its own name first."""
        return (self.name, *self.also)


class Medicines(Part):
    """The whole table, with where its doses come from."""

    version: Text
    effective: date
    source: Text
    standing: Literal["seen", "convention"]
    classes: Annotated[Mapping[str, Text], AfterValidator(MappingProxyType)]
    medicines: Annotated[tuple[Medicine, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> Iterator[str]:
        called: dict[str, str] = {}
        for one in self.medicines:
            if one.class_ not in self.classes:
                yield f"{one.slug}: no class {one.class_}"
            for name in {folded(name) for name in (one.slug, *one.names)}:
                if called.setdefault(name, one.slug) != one.slug:
                    yield f"{one.slug}: {name} is a name of {called[name]} too"

    @property
    def cited(self) -> str:
        """The source of the doses as it is shown to a clinician."""
        return self.source if self.standing == "seen" else f"Site default: {self.source}"


@cache
def table() -> Medicines:
    """The table as it is shipped. Errors: `DataFileError` naming file and key."""
    file = "shared/antidepressants.toml"
    return loader.build(Medicines, loader.toml(loader.SHARED / "antidepressants.toml", file), file)


def of_slug(slug: str) -> Medicine | None:
    """The medicine of that slug; None for a name as it was told."""
    return next((one for one in table().medicines if one.slug == slug), None)


def class_name(medicine: Medicine) -> str:
    """The class of a medicine in words."""
    return table().classes[medicine.class_]


def named(text: str) -> Medicine | None:
    """The medicine that is called exactly so, whatever the case and the accents; None for any other text."""
    wanted = folded(text)
    return next(
        (one for one in table().medicines if wanted in {folded(name) for name in (one.slug, *one.names)}),
        None,
    )


def meant(text: str) -> Medicine | None:
    """The medicine called so, or the only one with a name that begins so (`LETTERS_TO_BE_SURE`); else None."""
    exactly, wanted = named(text), folded(text)
    if exactly is not None or len(wanted) < LETTERS_TO_BE_SURE:
        return exactly
    found = [one for one in table().medicines if _place(one, wanted) < _INSIDE]
    return found[0] if len(found) == 1 else None


def search(text: str, *, at_most: int = 8) -> tuple[Medicine, ...]:
    """The medicines a text may stand for, whatever its case and accents, the best first.

    Names that begin with it, then names that hold it, then names it nearly is.
    """
    wanted = folded(text)
    if not wanted:
        return ()
    found = [(_place(one, wanted), one.name, one) for one in table().medicines]
    best_first = sorted(found, key=lambda one: one[:2])
    return tuple(one for place, _, one in best_first if place < _NOWHERE)[:at_most]


_INSIDE, _NOWHERE = 3, 5
"""The places of a name that only holds the text, and of one that it is nothing like."""


def _place(medicine: Medicine, wanted: str) -> int:
    """How well it fits: 0 called so, 1 its own name begins so, 2 another name does, 3 one holds it, 4 one is near."""
    own, *also = (folded(name) for name in medicine.names)
    fits = (
        wanted in (own, *also),
        own.startswith(wanted),
        any(name.startswith(wanted) for name in also),
        any(wanted in name for name in (own, *also)),
        bool(get_close_matches(wanted, (own, *also), n=1, cutoff=ALIKE)),
    )
    return next((place for place, fit in enumerate(fits) if fit), _NOWHERE)


def folded(text: str) -> str:
    """The letters and digits of a text, small and without accents: how names are compared."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in bare if letter.isalnum())
