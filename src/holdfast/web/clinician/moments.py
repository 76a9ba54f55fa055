"""A date and time typed in a clinic's zone, and the moment it means."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from holdfast.errors import InvalidInput, Problem

WHERE = "date and time"
"""What problems of these functions name as their place."""

_SHAPES = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M")
"""What a browser sends, and what people type where the browser has no field for dates."""


def typed(moment: datetime, *, zone: str) -> str:
    """The moment as a date-and-time field holds it, in the zone, to the minute."""
    return moment.astimezone(ZoneInfo(zone)).strftime(_SHAPES[0])


def read(text: str, *, zone: str, at: datetime, not_before: datetime) -> datetime:
    """The moment (UTC) that was typed as local date and time; `at` is now.

    An hour that clocks skip does not exist and is refused. An hour that comes twice means the later of the two
    that has passed: what was just done is what gets recorded. `not_before` catches a year typed wrong.
    Errors: `InvalidInput` that says what would be right.
    """
    local = _parsed(text)
    moment = _latest_passed(local, ZoneInfo(zone), at=at)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise _problem(
            f"{local:%H:%M} did not exist on {local:%d.%m.%Y}: clocks in {zone} went forward over it",
            "the time the clock showed, an hour later or earlier",
        )
    if moment > at:
        raise _problem(
            "lies in the future", f"a moment that has passed; it is now {_shown(at, zone)} in {zone}"
        )
    if moment < not_before:
        raise _problem("lies long before care began", f"{_shown(not_before, zone)} or later; check the year")
    return moment


def read_ahead(text: str, *, zone: str) -> datetime:
    """The moment (UTC) of a local date and time that is still to come.

    An hour that clocks skip does not exist and is refused. Of an hour that comes twice the first is meant. Errors:
    `InvalidInput` that says what would be right.
    """
    local = _parsed(text)
    moment = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise _problem(
            f"{local:%H:%M} does not exist on {local:%d.%m.%Y}: clocks in {zone} go forward over it",
            "an hour later or earlier",
        )
    return moment


def _parsed(text: str) -> datetime:
    for shape in _SHAPES:
        try:
            read_as = datetime.strptime(text.strip(), shape)  # noqa: DTZ007  the zone is given separately
        except ValueError:
            continue
        if read_as.year >= 1900:  # far earlier years cannot be carried from zone to zone
            return read_as
    raise _problem(f"{text!r} is not a date and time", "for example 2026-03-02 09:30")


def _latest_passed(local: datetime, zone: ZoneInfo, *, at: datetime) -> datetime:
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return second if first < second <= at else first


def _shown(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _problem(what: str, expected: str) -> InvalidInput:
    return InvalidInput(Problem(WHERE, what, expected))
