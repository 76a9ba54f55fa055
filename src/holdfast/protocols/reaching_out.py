"""What can be said to someone who stays away: never blame, always an easy way back."""

from functools import cache
from typing import Annotated

from pydantic import Field

from holdfast.protocols.loader import SHARED, build, toml
from holdfast.protocols.model import Part, Text


class Script(Part):
    """What can be said from so many missed sessions in a row on; 0 is for someone who has gone quiet."""

    missed: Annotated[int, Field(ge=0)]
    says: Annotated[tuple[Text, ...], Field(min_length=1)]


class ReachingOut(Part):
    """Every script, by how much was missed."""

    scripts: Annotated[tuple[Script, ...], Field(min_length=1)]


def script(missed: int) -> tuple[str, ...]:
    """What can be said after so many missed sessions in a row. Errors: `DataFileError` for a fault in the file."""
    fitting = (one for one in _read().scripts if one.missed <= missed)
    return max(fitting, key=lambda one: one.missed).says


@cache
def _read() -> ReachingOut:
    file = "shared/reaching_out.toml"
    return build(ReachingOut, toml(SHARED / "reaching_out.toml", file), file)
