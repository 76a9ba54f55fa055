"""A local date and time means one moment, also on the days the clocks change."""

from datetime import UTC, datetime

import pytest

from holdfast.errors import InvalidInput
from holdfast.web.clinician import moments

LONDON = "Europe/London"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CARE_BEGAN = datetime(2026, 1, 5, tzinfo=UTC)


def read(text: str, *, at: datetime = NOW) -> datetime:
    return moments.read(text, zone=LONDON, at=at, not_before=CARE_BEGAN)


def refused(text: str, *, at: datetime = NOW) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(text, at=at)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["2026-07-01T09:30", "2026-07-01 09:30", "2026-07-01T09:30:00", "01.07.2026 09:30", " 2026-07-01T09:30 "],
)
def test_read_when_typed_in_any_known_shape_is_the_moment_in_the_zone(text: str) -> None:
    assert read(text) == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)


def test_read_when_what_was_shown_is_sent_back_is_the_same_minute() -> None:
    moment = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)

    assert read(moments.typed(moment, zone=LONDON)) == moment


def test_read_when_the_clocks_skip_the_hour_says_that_it_did_not_exist() -> None:
    assert refused("2026-03-29T01:30") == (
        "date and time: 01:30 did not exist on 29.03.2026: clocks in Europe/London went forward over it "
        "(expected the time the clock showed, an hour later or earlier)"
    )


@pytest.mark.parametrize("text", ["2026-03-29T00:59", "2026-03-29T02:00"])
def test_read_when_beside_the_skipped_hour_is_accepted(text: str) -> None:
    assert moments.typed(read(text), zone=LONDON) == text


def test_read_when_the_hour_came_twice_and_both_have_passed_is_the_second() -> None:
    assert read("2026-10-25T01:30") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_read_when_the_hour_came_twice_and_only_the_first_has_passed_is_the_first() -> None:
    during_the_first = datetime(2026, 10, 25, 0, 40, tzinfo=UTC)

    assert read("2026-10-25T01:30", at=during_the_first) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_read_when_in_the_future_says_what_time_it_is() -> None:
    assert refused("2026-11-20T12:01") == (
        "date and time: lies in the future "
        "(expected a moment that has passed; it is now 2026-11-20 12:00 in Europe/London)"
    )


def test_read_when_the_year_is_mistyped_names_the_earliest_day() -> None:
    assert refused("2025-11-20T12:00") == (
        "date and time: lies long before care began (expected 2026-01-05 00:00 or later; check the year)"
    )


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01T09:00", "2026-07-01", "0001-01-01T00:00", "07/01/2026 09:30"]
)
def test_read_when_not_a_date_and_time_shows_one(text: str) -> None:
    assert (
        refused(text)
        == f"date and time: {text!r} is not a date and time (expected for example 2026-03-02 09:30)"
    )
