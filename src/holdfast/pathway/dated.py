"""What every fact of a history shares: its moments are kept in UTC, and it is known from its moment on."""

from dataclasses import fields
from datetime import datetime
from typing import TypeVar

from holdfast.outcomes.moments import utc

Fact = TypeVar("Fact")


class Dated:
    """Keeps every moment of a fact in UTC, so that rules count elapsed time. Errors: `InvalidInput` without a
    zone.
    """

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, datetime):
                object.__setattr__(self, field.name, utc(value))


def passed(moment: datetime | None, at: datetime) -> datetime | None:
    """The moment, unless it lies after `at`."""
    return moment if moment is not None and moment <= at else None


def until(at: datetime, facts: tuple[Fact, ...], moment: str) -> tuple[Fact, ...]:
    """The facts whose `moment` is not after `at`, oldest first."""
    return tuple(
        sorted(
            (fact for fact in facts if getattr(fact, moment) <= at), key=lambda fact: getattr(fact, moment)
        )
    )
