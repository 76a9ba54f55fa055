"""Doses and durations: the arithmetic with units."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from holdfast import units

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=LONDON), datetime(2026, 3, 29, 12, tzinfo=LONDON), 23),
        (datetime(2026, 10, 24, 12, tzinfo=LONDON), datetime(2026, 10, 25, 12, tzinfo=LONDON), 25),
        (datetime(2026, 6, 1, 12, tzinfo=LONDON), datetime(2026, 6, 1, 12, tzinfo=UTC), 1),
        (datetime(2026, 6, 2, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC), -24),
    ],
)
def test_days_between_when_clocks_change_counts_the_time_that_passed(
    start: datetime, end: datetime, hours: float
) -> None:
    assert units.days_between(start, end) == hours / 24
