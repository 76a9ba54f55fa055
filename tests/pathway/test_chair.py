"""What may follow what in the chair, how long the drug ran, how much should be in: worked cases."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from holdfast.pathway import chair
from holdfast.pathway.chair import Event, Kind, Phase

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def happened(*moments: tuple[str, float], rate: str = "150") -> list[Event]:
    """Events by kind and minute after ten o'clock; a change of rate is to `rate`."""
    return [
        Event(Kind(kind), START + timedelta(minutes=minute), Decimal(rate) if kind == "rate" else None)
        for kind, minute in moments
    ]


@pytest.mark.parametrize(
    ("moments", "wrong", "phase"),
    [
        ([("start", 0)], None, Phase.RUNNING),
        ([("start", 0), ("pause", 5)], None, Phase.PAUSED),
        ([("start", 0), ("pause", 5), ("resume", 8)], None, Phase.RUNNING),
        ([("start", 0), ("pause", 5), ("rate", 6)], None, Phase.PAUSED),
        ([("start", 0), ("end", 40)], None, Phase.OVER),
        ([("start", 0), ("pause", 5), ("stop", 6)], None, Phase.OVER),
        ([("rescue", -5), ("start", 0), ("end", 40), ("rescue", 50), ("note", 60)], None, Phase.OVER),
        ([("pause", 5)], "pause", Phase.PAUSED),
        ([("start", 0), ("start", 1)], "start", Phase.RUNNING),
        ([("start", 0), ("resume", 5)], "resume", Phase.RUNNING),
        ([("start", 0), ("pause", 5), ("pause", 6)], "pause", Phase.PAUSED),
        ([("end", 40)], "end", Phase.OVER),
        ([("start", 0), ("end", 40), ("pause", 41)], "pause", Phase.OVER),
        ([("start", 0), ("end", 40), ("stop", 41)], "stop", Phase.OVER),
        ([("pause", 5), ("start", 0)], None, Phase.PAUSED),  # sent in the wrong order, right by the clock
        ([("start", 0), ("end", 40), ("pause", 12), ("resume", 14)], None, Phase.OVER),  # sent after the end
        ([("start", 0), ("pause", 20), ("end", 15)], "pause", Phase.OVER),
    ],
)
def test_order_of_events_when_tried_holds_or_names_the_first_that_does_not(
    moments: list[tuple[str, float]], wrong: str | None, phase: Phase
) -> None:
    found = chair.misplaced(happened(*moments))

    assert (found.event.kind if found else None) == wrong
    if not found:
        assert chair.phase_of(happened(*moments)) is phase


@pytest.mark.parametrize(
    ("moments", "minute", "runs"),
    [
        ([], 10, 0),
        ([("start", 0)], 12, 12),
        ([("start", 0), ("pause", 5)], 30, 5),
        ([("start", 0), ("pause", 5), ("resume", 8)], 12, 9),
        ([("start", 0), ("note", 3), ("rescue", 4)], 12, 12),
        ([("start", 0), ("end", 40)], 90, 40),
        ([("start", 0), ("pause", 10), ("resume", 20), ("stop", 25)], 90, 15),
        ([("start", 0), ("pause", 20)], 12, 12),
    ],
)
def test_running_time_when_paused_leaves_the_pause_out(
    moments: list[tuple[str, float]], minute: float, runs: float
) -> None:
    at = START + timedelta(minutes=minute)

    assert chair.running(happened(*moments), at=at) == timedelta(minutes=runs)


@pytest.mark.parametrize(
    ("moments", "minute", "millilitres"),
    [
        ([("start", 0)], 20, "25"),
        ([("start", 0), ("pause", 10), ("resume", 15)], 20, "18.75"),
        ([("start", 0), ("rate", 10)], 20, "37.5"),  # 10 min at 75 mL/h, 10 min at 150 mL/h
        ([("start", 0), ("pause", 10), ("rate", 12), ("resume", 14)], 20, "27.5"),
        ([("start", 0), ("end", 40)], 90, "50"),
        ([], 20, "0"),
    ],
)
def test_volume_when_rate_and_pauses_change_is_what_the_pump_should_show(
    moments: list[tuple[str, float]], minute: float, millilitres: str
) -> None:
    at = START + timedelta(minutes=minute)

    assert chair.volume_ml(happened(*moments), rate_ml_per_hour=Decimal(75), at=at) == pytest.approx(
        Decimal(millilitres)
    )


def test_volume_when_there_is_no_rate_is_not_known() -> None:
    assert chair.volume_ml(happened(("start", 0)), rate_ml_per_hour=None, at=START) is None
