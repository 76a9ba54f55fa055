"""When someone may go home: each criterion in turn fails, is open, or is met, with why in words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from holdfast.access import Role
from holdfast.pathway.discharge import READERS, SEEN, Judged, Leaving, Reading, Signed, State, judge
from holdfast.pathway.limits import SiteLimits
from holdfast.protocols.infusion import InfusionProtocol
from holdfast.protocols.loader import all_protocols

LEAVES = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
IV, SPRAY = SiteLimits("ketamine_iv"), SiteLimits("esketamine_nasal")
CALM: Mapping[str, int | None] = {
    "systolic": 148, "diastolic": 92, "heart_rate": 72, "oxygen": 98, "breaths": 14, "sedation": 5, "dissociation": 0,
    "nausea": 0,
}  # fmt: skip
ALL_YES = dict.fromkeys(("walks", "no_new_danger", "escort", "no_driving", "instructions"), "yes")


def reading(minutes_before: int = 5, *, seen: bool = False, **changes: int | None) -> Reading:
    """A calm row so many minutes before leaving, but for what is named."""
    at = LEAVES - timedelta(minutes=minutes_before)
    return Reading(at=at, recorded_at=at, values={**CALM, **changes}, seen=seen)


FIRST = reading(125, systolic=132, diastolic=84)
READY = Leaving(
    at=LEAVES,
    started_at=LEAVES - timedelta(minutes=120),
    ended_at=LEAVES - timedelta(minutes=62),
    readings=(FIRST, reading()),
    answers=ALL_YES,
    escort="Bo Alder, 0700 900 111",
    next_contact="infusion on 5 Mar 2026 at 10:00",
)
"""Someone who may go."""


def last(**changes: int | None) -> Leaving:
    """As `READY`, with another last row."""
    return replace(READY, readings=(FIRST, reading(**changes)))


def line(leaving: Leaving, slug: str, limits: SiteLimits = IV) -> Judged:
    (found,) = [one for one in judge(limits, leaving) if one.slug == slug]
    return found


def failing(leaving: Leaving, limits: SiteLimits = IV) -> list[str]:
    return [one.slug for one in judge(limits, leaving) if not one.holds]


def test_judge_when_everything_is_as_it_should_be_then_all_hold_each_with_why() -> None:
    assert {one.slug: (one.state, one.why) for one in judge(IV, READY)} == {
        SEEN: (State.MET, "none waits"),
        "observed": (State.MET, "62 of 60 minutes watched since the infusion ended"),
        "pressure": (State.MET, "148/92, began at 132/84: within 20 mmHg"),
        "oxygen": (State.MET, "98 %, pulse 72: within limits"),
        "awake": (State.MET, "MOAA/S 5"),
        "dissociation": (State.MET, "0 of 10; up to 1 is right"),
        "nausea": (State.MET, "0 of 10; up to 3 is right"),
        "walks": (State.MET, "yes"),
        "no_new_danger": (State.MET, "yes"),
        "escort": (State.MET, "Bo Alder, 0700 900 111"),
        "no_driving": (State.MET, "yes"),
        "instructions": (State.MET, "yes"),
        "next_contact": (State.MET, "infusion on 5 Mar 2026 at 10:00"),
    }


@pytest.mark.parametrize(
    ("slug", "leaving", "why"),
    [
        (
            "observed",
            replace(READY, ended_at=LEAVES - timedelta(minutes=59)),
            "59 of 60 minutes watched since the infusion ended",
        ),
        ("pressure", last(systolic=153), "153/92, began at 132/84: 21 mmHg apart, more than 20"),
        ("pressure", last(diastolic=105), "148/105, began at 132/84: 21 mmHg apart, more than 20"),
        ("pressure", last(systolic=111), "111/92, began at 132/84: 21 mmHg apart, more than 20"),
        ("awake", last(sedation=4), "MOAA/S 4; 5 is needed"),
        ("dissociation", last(dissociation=2), "2 of 10; up to 1 is right"),
        ("nausea", last(nausea=4), "4 of 10; up to 3 is right"),
        ("walks", replace(READY, answers={**ALL_YES, "walks": "no"}), "answered no"),
        ("no_new_danger", replace(READY, answers={**ALL_YES, "no_new_danger": "no"}), "answered no"),
        ("escort", replace(READY, answers={**ALL_YES, "escort": "no"}), "answered no"),
        ("no_driving", replace(READY, answers={**ALL_YES, "no_driving": "no"}), "answered no"),
        ("instructions", replace(READY, answers={**ALL_YES, "instructions": "no"}), "answered no"),
        ("next_contact", replace(READY, next_contact=""), "nothing is booked"),
    ],
)
def test_judge_when_one_criterion_fails_then_it_alone_is_not_met_and_says_why(
    slug: str, leaving: Leaving, why: str
) -> None:
    """H-028."""
    found = line(leaving, slug)
    assert (found.state, found.why) == (State.NOT_MET, why)
    assert failing(leaving) == [slug]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"oxygen": 91}, "91 %, pulse 72: out of range"),
        ({"heart_rate": 49}, "98 %, pulse 49: out of range"),
        ({"heart_rate": 120}, "98 %, pulse 120: out of range"),
    ],
)
def test_judge_when_oxygen_or_pulse_is_out_of_range_then_having_been_seen_does_not_make_it_met(
    values: dict[str, int | None], why: str
) -> None:
    leaving = replace(READY, readings=(FIRST, reading(seen=True, **values)))
    assert (line(leaving, "oxygen").state, line(leaving, "oxygen").why) == (State.NOT_MET, why)
    assert failing(leaving) == ["oxygen"]


def test_judge_when_pressure_began_high_then_out_of_range_is_not_met_however_near_the_start() -> None:
    leaving = replace(
        READY,
        readings=(reading(125, systolic=176, diastolic=98), reading(seen=True, systolic=182, diastolic=99)),
    )
    assert line(leaving, "pressure").why == "182/99, began at 176/98: out of range"
    assert failing(leaving) == ["pressure"]


@pytest.mark.parametrize("systolic", [112, 152])
def test_judge_when_pressure_is_exactly_as_far_from_the_start_as_allowed_then_it_is_met(
    systolic: int,
) -> None:
    assert line(last(systolic=systolic), "pressure").state is State.MET


def test_judge_when_a_reading_out_of_range_was_not_seen_then_nobody_may_override_it() -> None:
    """H-027."""
    early = reading(100, systolic=190)
    leaving = replace(READY, readings=(FIRST, early, reading()))
    found = line(leaving, SEEN)
    assert (found.state, found.why, found.override) == (
        State.NOT_MET,
        "1 reading out of range not answered",
        None,
    )
    assert failing(leaving) == [SEEN]
    assert failing(replace(leaving, readings=(FIRST, replace(early, seen=True), reading()))) == []


@pytest.mark.parametrize(
    ("slug", "values"),
    [
        ("pressure", {"systolic": None, "diastolic": None}),
        ("oxygen", {"oxygen": None, "heart_rate": None}),
        ("awake", {"sedation": None}),
        ("dissociation", {"dissociation": None}),
        ("nausea", {"nausea": None}),
    ],
)
def test_judge_when_something_was_not_measured_then_it_is_open(
    slug: str, values: dict[str, int | None]
) -> None:
    leaving = last(**values)
    assert (line(leaving, slug).state, line(leaving, slug).why) == (
        State.OPEN,
        "not measured since the infusion ended",
    )
    assert failing(leaving) == [slug]


def test_judge_when_half_of_the_pressure_is_missing_then_it_is_open() -> None:
    found = line(last(diastolic=None), "pressure")
    assert (found.state, found.why) == (State.OPEN, "the newest reading is not whole")


def test_judge_when_only_the_row_before_the_drug_was_measured_then_its_values_do_not_count() -> None:
    measured = ["pressure", "oxygen", "awake", "dissociation", "nausea"]
    assert failing(replace(READY, readings=(FIRST,))) == measured


def test_judge_when_nothing_was_measured_before_the_drug_then_pressure_is_open() -> None:
    found = line(replace(READY, readings=(reading(),)), "pressure")
    assert (found.state, found.why) == (State.OPEN, "148/92, but nothing was measured before the start")


@pytest.mark.parametrize(("minutes", "state"), [(20, State.MET), (21, State.OPEN)])
def test_judge_when_the_last_row_is_older_than_a_row_may_be_then_it_is_open(
    minutes: int, state: State
) -> None:
    leaving = replace(READY, readings=(FIRST, reading(minutes)))
    assert line(leaving, "awake").state is state


def test_judge_when_a_row_was_taken_after_they_left_then_it_does_not_count() -> None:
    leaving = replace(READY, readings=(FIRST, reading(sedation=4), reading(-5)))
    assert line(leaving, "awake").why == "MOAA/S 4; 5 is needed"


@pytest.mark.parametrize("slug", sorted(ALL_YES))
def test_judge_when_something_was_not_asked_then_it_is_open(slug: str) -> None:
    answers = {name: answer for name, answer in ALL_YES.items() if name != slug}
    leaving = replace(READY, answers=answers)
    assert (line(leaving, slug).state, line(leaving, slug).why) == (State.OPEN, "not answered yet")
    assert failing(leaving) == [slug]


def test_judge_when_the_infusion_runs_then_what_counts_from_its_end_is_open() -> None:
    leaving = replace(READY, ended_at=None)
    assert line(leaving, "observed").why == "the infusion has not ended"
    assert {one.state for one in judge(IV, leaving) if one.slug in ("observed", "pressure", "awake")} == {
        State.OPEN
    }


def test_observed_when_sprayed_then_minutes_count_from_the_start() -> None:
    found = line(READY, "observed", SPRAY)
    assert (found.state, found.why) == (State.MET, "120 of 120 minutes watched since the spray began")
    early = replace(READY, started_at=LEAVES - timedelta(minutes=119, seconds=59))
    assert line(early, "observed", SPRAY).state is State.NOT_MET


def test_judge_when_the_site_has_its_own_limit_then_that_holds() -> None:
    stricter = IV.threshold("observe_minutes").model_copy(update={"value": 90})
    limits = SiteLimits("ketamine_iv", {"observe_minutes": stricter})
    assert line(READY, "observed", limits).why == "62 of 90 minutes watched since the infusion ended"


SIGNED = Signed(by="Dr Rivera", reason="Sister drives, calls in an hour", at=LEAVES)


def test_judge_when_overridden_then_it_holds_and_is_still_told_as_not_met() -> None:
    leaving = replace(last(nausea=4), overrides={"nausea": SIGNED})
    found = line(leaving, "nausea")
    assert (found.holds, found.state, found.signed) == (True, State.NOT_MET, SIGNED)
    assert failing(leaving) == []


def test_judge_when_measured_anew_after_an_override_then_the_override_no_longer_counts() -> None:
    """H-028."""
    earlier = replace(SIGNED, at=LEAVES - timedelta(minutes=6))
    leaving = replace(last(nausea=7), overrides={"nausea": earlier})
    assert failing(leaving) == ["nausea"]
    assert line(leaving, "nausea").why == "7 of 10; up to 3 is right; measured anew since Dr Rivera signed"


def test_judge_when_met_then_an_earlier_override_is_not_told() -> None:
    assert line(replace(READY, overrides={"nausea": SIGNED}), "nausea").signed is None


def test_criteria_when_shipped_are_all_read_by_something() -> None:
    shipped = [one for one in all_protocols().values() if isinstance(one, InfusionProtocol)]
    read = {
        (one.slug, criterion.slug)
        for one in shipped
        for criterion in one.discharge
        if criterion.reads != "asked"
    }
    assert {slug for _, slug in read} == set(READERS)
    assert len(shipped) == 2


def test_criterion_when_nothing_reads_it_then_it_is_open() -> None:
    odd = IV.protocol.discharge[0].model_copy(update={"slug": "odd", "override": Role.PRESCRIBER})
    protocol = IV.protocol.model_copy(update={"discharge": (odd,)})

    class Odd(SiteLimits):
        @property
        def protocol(self) -> InfusionProtocol:
            return protocol

    assert line(READY, "odd", Odd("ketamine_iv")).state is State.OPEN
