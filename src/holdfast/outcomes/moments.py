"""Moments as the rules count them: in UTC, so that a day of 23 or 25 hours counts as the time that passed."""

from datetime import UTC, datetime

from holdfast.errors import InvalidInput, Problem


def utc(at: datetime) -> datetime:
    """The same moment in UTC.

    Python subtracts two moments of one time zone by their clock faces; in UTC the difference is the time that
    really passed. Errors: `InvalidInput` for a moment without a time zone.
    """
    if at.tzinfo is None:
        raise InvalidInput(
            Problem("moment", f"{at.isoformat()} has no time zone", "a moment with a time zone")
        )
    return at.astimezone(UTC)
