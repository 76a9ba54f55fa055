"""What a gate calls for: who is told, how soon, what to say. One file of the library, the same in every therapy."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, RootModel, model_validator

from holdfast.errors import DataFileError
from holdfast.protocols import loader
from holdfast.protocols.exercise import Gate
from holdfast.protocols.model import Part, Text

FILE: Final = loader.SHARED / "gates.toml"

SAME_DAY: Final = 2
"""Lowest level of an alert that is answered the same day. Source: care rules, part 6."""

Told = Literal["duty_clinician", "therapist", "prescriber", "supervisor"]
"""Someone a gate calls for, by what they are to the person."""


class GateRule(Part):
    """What one kind of gate calls for.

    `route` is who is told, `clock` how soon, in words; `level` is that of the alert, 1 to 3, and 0 where none is
    raised. `help_at_once` shows the person help before anything else. `staff` and `patient` are what each reads.
    """

    route: tuple[Told, ...]
    clock: Text
    level: Annotated[int, Field(strict=True, ge=0, le=3)]
    help_at_once: bool
    staff: Text
    patient: Text

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.level and not self.route:
            raise ValueError("an alert goes to someone: route is empty")
        if self.help_at_once and self.level < SAME_DAY:
            raise ValueError(
                f"whoever needs help at once is looked after the same day: level {SAME_DAY} or 3"
            )
        return self


class _Rules(RootModel[Mapping[Gate, GateRule]]):
    """The whole file: a rule by kind of gate."""


@cache
def gate_rules() -> Mapping[Gate, GateRule]:
    """What each kind of gate calls for. Errors: as `read`."""
    return read(FILE)


def read(path: Path) -> Mapping[Gate, GateRule]:
    """The rules a file holds. Errors: `DataFileError` naming file and key, also for a kind that has no rule."""
    file = f"{path.parent.name}/{path.name}"
    raw = loader.toml(path, file)
    for kind in get_args(Gate):
        if kind not in raw:
            raise DataFileError(file=file, key=kind, what="this kind of gate has no rule")
    return MappingProxyType(dict(loader.build(_Rules, raw, file).root))
