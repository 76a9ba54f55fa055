"""What holds for every history: no crash, at most five next steps in order, nothing twice, what was shown is
kept.
"""

import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.errors import InvalidInput, NotFound
from holdfast.pathway import limits
from holdfast.pathway.checkin_times import Arrival, arrival, next_due
from holdfast.pathway.history import DecisionFact, History, PlannedFact
from holdfast.pathway.infusion_course import effects
from holdfast.pathway.next_steps import MOST_SHOWN, Reason, Suggestion, suggest
from holdfast.pathway.patient_next import patient_next
from holdfast.pathway.relief import fading_points
from holdfast.pathway.rules import RULES, Facts
from holdfast.pathway.stage import Stage, relief_state, stage
from tests.pathway.histories import START, histories, infusion, moments, phq9

EMPTY = History(started_at=START, instrument="phq9")
EXTREMES = [0.0, 0.5, 1.0]


class Chance:
    """A forecast that says one chance of relapse."""

    too_little_data = False

    def __init__(self, chance: float) -> None:
        self.chance = chance

    def p_relapse_within(self, days: float) -> float:
        assert days == 14
        return self.chance


def relieved(*, zone: str = "UTC") -> History:
    """Half the score gone after the first infusion."""
    return replace(EMPTY, readings=(phq9(0, 20), phq9(2, 9)), infusions=(infusion(1),), zone=zone)


@pytest.mark.parametrize("rule", RULES)
def test_rule_when_the_history_is_empty_then_it_is_silent(rule: str) -> None:
    assert RULES[rule](Facts(EMPTY, at=START)) is None


@pytest.mark.parametrize("rule", RULES)
def test_rule_when_read_then_it_names_its_source(rule: str) -> None:
    text = RULES[rule].__doc__ or ""
    assert "Source: " in text
    assert RULES[rule].__name__ == rule


def test_thresholds_when_named_in_a_rule_then_the_protocol_has_them() -> None:
    with pytest.raises(NotFound, match="protocol ketamine_iv has no threshold 'fading_raise'"):
        limits.threshold("fading_raise")


@given(histories, moments, st.none() | st.sampled_from(EXTREMES))
def test_suggest_when_given_any_history_then_at_most_five_in_order_and_none_twice(
    history: History, at: datetime, chance: float | None
) -> None:
    shown = suggest(history, forecast=None if chance is None else Chance(chance), at=at)
    assert len(shown) <= MOST_SHOWN == 5
    order = [(s.kind != "answer_safety_alert", s.urgency, s.since) for s in shown]
    assert order == sorted(order)
    assert len({s.kind for s in shown}) == len({s.digest for s in shown}) == len(shown)


@given(histories, moments)
def test_suggest_when_it_speaks_then_since_has_passed_and_every_part_says_something(
    history: History, at: datetime
) -> None:
    for suggestion in suggest(history, at=at):
        assert suggestion.since <= at
        texts = [suggestion.title, suggestion.source, suggestion.would_change]
        assert all([*texts, *(reason.text for reason in suggestion.reasons)])
        assert suggestion.rule_version.startswith("rules 3, ketamine_iv 0.2.0")
        assert any(reason.on for reason in suggestion.reasons) or suggestion.kind == "relief_fading"


@given(histories, moments)
def test_suggest_when_every_suggestion_was_decided_then_only_alerts_stay_up(
    history: History, at: datetime
) -> None:
    decided = history
    for _ in range(5):  # taking five down may bring up the ones behind them
        made = tuple(
            DecisionFact(kind=s.kind, digest=s.digest, accepted=False, decided_at=at)
            for s in suggest(decided, at=at)
        )
        decided = replace(decided, decisions=(*decided.decisions, *made))
    assert {s.kind for s in suggest(decided, at=at)} <= {"answer_safety_alert"}


@given(histories, moments)
def test_suggestion_when_kept_as_json_then_it_comes_back_the_same(history: History, at: datetime) -> None:
    for suggestion in suggest(history, at=at):
        kept = json.loads(json.dumps(suggestion.to_json()))
        assert Suggestion.from_json(kept) == suggestion
        assert kept["digest"] == suggestion.digest


@settings(max_examples=40)
@given(histories, moments)
def test_facts_when_they_lie_ahead_then_they_change_nothing(history: History, at: datetime) -> None:
    seen = history.as_of(at)
    assert stage(history, at=at) == stage(seen, at=at)
    assert suggest(history, at=at) == suggest(seen, at=at)
    assert relief_state(history, at=at) == relief_state(seen, at=at)
    assert patient_next(history, at=at) == patient_next(seen, at=at)


@settings(max_examples=40)
@given(histories, moments)
def test_order_of_facts_when_reversed_then_it_changes_nothing(history: History, at: datetime) -> None:
    turned = replace(history, check_ins_at=history.check_ins_at[::-1], open_alerts=history.open_alerts[::-1])
    assert stage(turned, at=at) == stage(history, at=at)
    assert next_due(turned, at=at) == next_due(history, at=at)


@settings(max_examples=40)
@given(histories, moments, st.integers(0, 100))
def test_arrival_when_given_any_history_then_backfilled_is_a_matter_of_the_delay_alone(
    history: History, at: datetime, hours: int
) -> None:
    came = arrival(history, happened_at=at, recorded_at=at + timedelta(hours=hours))
    assert (came is Arrival.BACKFILLED) == (hours > 24)


@settings(max_examples=40)
@given(histories, moments)
def test_patient_next_when_given_any_history_then_it_is_one_thing_and_never_says_overdue(
    history: History, at: datetime
) -> None:
    found = patient_next(history, at=at)
    words = f"{found.title} {found.text}".lower()
    assert [harsh for harsh in ("overdue", "late", "missed", "failed", "!") if harsh in words] == []
    assert found.due_now == (found.due_at is not None and found.due_at <= at)


def test_clinicians_texts_when_about_starting_then_they_promise_nothing() -> None:
    (start,) = suggest(relieved(), at=START + timedelta(days=2))
    assert start.reasons[-1] == Reason(
        "We start now because relief often fades; no trial has shown that therapy makes it last"
    )


def test_digest_when_only_the_title_differs_then_it_is_the_same_when_a_reason_differs_then_not() -> None:
    (start,) = suggest(relieved(), at=START + timedelta(days=2))
    assert replace(start, title="Another title").digest == start.digest
    assert replace(start, reasons=start.reasons[1:]).digest != start.digest
    assert replace(start, kind="another").digest != start.digest


def test_reason_when_the_clinic_lies_in_another_zone_then_it_bears_the_date_there() -> None:
    at = START + timedelta(days=2)
    evening = replace(relieved(), readings=(phq9(0, 20), phq9(1.8, 9)))  # 04:12 in Greenwich
    dates = {
        zone: suggest(replace(evening, zone=zone), at=at)[0].reasons[1].on
        for zone in ("UTC", "America/New_York")
    }
    assert dates == {"UTC": date(2026, 3, 4), "America/New_York": date(2026, 3, 3)}


@pytest.mark.parametrize(("zone", "day"), [("UTC", 2), ("America/New_York", 1), ("Pacific/Auckland", 2)])
def test_day_when_asked_then_it_is_the_calendar_day_where_the_clinic_is(zone: str, day: int) -> None:
    assert replace(EMPTY, zone=zone).day(datetime(2026, 4, 2, 2, tzinfo=UTC)) == date(2026, 4, day)


def test_history_when_a_moment_has_no_zone_then_it_is_refused() -> None:
    with pytest.raises(InvalidInput, match="has no time zone"):
        replace(EMPTY, check_ins_at=(datetime(2026, 3, 2, 9),))  # noqa: DTZ001
    with pytest.raises(InvalidInput, match="has no time zone"):
        PlannedFact(at=datetime(2026, 3, 2, 9), what="session")  # noqa: DTZ001


def test_history_when_moments_come_in_another_zone_then_they_are_kept_in_utc() -> None:
    london = replace(EMPTY, started_at=datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/London")))
    assert (london.started_at, london.started_at.tzinfo) == (datetime(2026, 7, 1, 8, tzinfo=UTC), UTC)


def test_history_when_turned_into_plain_values_then_json_can_hold_it() -> None:
    assert json.loads(json.dumps(asdict(relieved()), default=str))["readings"][0]["total"] == 20


def test_judged_on_when_the_own_instrument_has_no_reading_then_the_depression_scale_used_last() -> None:
    madrs = replace(phq9(1, 30), instrument="madrs")
    gad7 = replace(phq9(2, 12), instrument="gad7")
    assert replace(EMPTY, readings=(madrs, gad7)).judged_on == "madrs"
    assert replace(EMPTY, readings=(gad7,)).judged_on == "phq9"
    assert replace(EMPTY, readings=(phq9(0, 20), madrs)).judged_on == "phq9"


def test_effects_when_a_score_lies_at_the_next_infusion_then_it_is_credited_to_the_one_before() -> None:
    history = replace(
        EMPTY, readings=(phq9(0, 20), phq9(4, 12), phq9(5, 8)), infusions=(infusion(1), infusion(4))
    )
    assert [[r.total for r in effect.readings] for effect in effects(history)] == [[12], [8]]


@pytest.mark.parametrize(
    ("instrument", "points"),
    [("phq9", 5.0), ("madrs", 25 / 3), ("qids_sr16", 4.3), ("wsas", None), ("gad7", None)],
)
def test_fading_points_when_the_instrument_has_a_link_then_they_equal_five_of_phq9(
    instrument: str, points: float | None
) -> None:
    assert fading_points(instrument) == (points if points is None else pytest.approx(points, abs=0.05))


def test_stage_when_written_to_the_record_then_it_fits_its_column() -> None:
    assert max(len(stage.value) for stage in Stage) <= 32
