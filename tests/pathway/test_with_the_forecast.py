"""The pathway reads the chance of relapse off the forecast itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from holdfast.forecast import ahead, filtering, model, parameters
from holdfast.pathway.history import History
from holdfast.pathway.relief import relapse_chance
from tests.pathway.histories import START, infusion, phq9

COURSE = (1, 4, 8, 11, 15, 18)


@pytest.mark.parametrize("last", [2, 7, 9], ids=["far below", "below", "just below the relapse threshold"])
def test_relapse_chance_when_the_course_is_over_then_it_is_the_forecasts_at_or_above_the_limit(
    last: int,
) -> None:
    totals = {0: 20, 5: 12, 12: 10, 19: last}
    record = model.Record(
        scores=tuple(model.ScoreEvent(day=day, instrument="phq9", value=n) for day, n in totals.items()),
        infusions=tuple(model.InfusionEvent(day=day, dose=1.0) for day in COURSE),
        sessions=(),
        as_of_day=20,
    )
    forecast = ahead.forecast(filtering.filter_record(record, parameters.load()), horizon_days=84)
    history = replace(
        History(started_at=START, instrument="phq9"),
        readings=tuple(phq9(day, total) for day, total in totals.items()),
        infusions=tuple(infusion(day) for day in COURSE),
    )
    chance = forecast.p_relapse_within(14.0)
    expected = chance if chance >= 0.5 and not forecast.too_little_data else None
    assert relapse_chance(history, forecast, at=START + timedelta(days=20)) == expected
