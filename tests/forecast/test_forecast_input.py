"""Nonsense is refused where it enters, with an error that names the place and what would be right."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InvalidInput
from holdfast.forecast import parameters
from holdfast.forecast.cohort import Cohort
from holdfast.forecast.filtering import filter_record
from holdfast.forecast.model import InfusionEvent, Record, ScoreEvent, SessionEvent
from holdfast.forecast.scales import instruments, scale_of, scales
from tests.forecast.people import make_ada, make_infusions, make_scores, make_sessions

NAN, INFINITY = float("nan"), float("inf")
LINKED = "bdi2, hamd17, madrs, phq9, qids_sr16"


def _said(error: pytest.ExceptionInfo[InvalidInput]) -> str:
    return str(error.value)


@pytest.mark.parametrize("day", [NAN, INFINITY, -0.5])
def test_event_when_its_day_is_no_day_then_is_refused(day: float) -> None:
    for make in (
        lambda: ScoreEvent(day, "phq9", 5),
        lambda: InfusionEvent(day, 1.0),
        lambda: SessionEvent(day, "cbt"),
    ):
        with pytest.raises(InvalidInput) as error:
            make()
        assert _said(error) == "day: not a day of the episode (expected a finite number of days, 0 or more)"


@pytest.mark.parametrize("value", [-1, 28])
def test_score_when_outside_the_range_then_names_the_range(value: int) -> None:
    with pytest.raises(InvalidInput) as error:
        ScoreEvent(0.0, "phq9", value)
    assert _said(error) == "score: not a total of phq9 (expected a whole number from 0 to 27)"


def test_score_when_instrument_is_unknown_then_names_those_there_are() -> None:
    with pytest.raises(InvalidInput) as error:
        ScoreEvent(0.0, "mood", 5)
    assert _said(error) == f"instrument: 'mood' is unknown (expected one of {', '.join(instruments())})"


def test_filter_when_an_instrument_has_no_link_then_names_the_score_and_those_that_have() -> None:
    record = Record(scores=(*make_scores(20), ScoreEvent(2.0, "gad7", 5)), as_of_day=3.0)
    with pytest.raises(InvalidInput) as error:
        filter_record(record, parameters.load())
    said = "person 0, event 1, instrument: 'gad7' has no link to severity"
    assert _said(error) == f"{said} (expected one of {LINKED})"


@pytest.mark.parametrize("dose", [0.0, -1.0, NAN, INFINITY, 40.0])
def test_infusion_when_dose_is_impossible_then_is_refused(dose: float) -> None:
    with pytest.raises(InvalidInput) as error:
        InfusionEvent(0.0, dose)
    expected = "expected more than 0 and at most 4 times 0.5 mg/kg"
    assert _said(error) == f"dose: not a dose of ketamine for depression ({expected})"


def test_session_when_therapy_is_unknown_then_names_the_five() -> None:
    with pytest.raises(InvalidInput) as error:
        SessionEvent(0.0, "talking")
    expected = "expected one of cbt, dbt, act, psychodynamic, ipt"
    assert _said(error) == f"therapy: no therapy of the model ({expected})"


def test_record_when_events_lie_after_its_day_then_names_each() -> None:
    with pytest.raises(InvalidInput) as error:
        Record(scores=make_scores(20, 18), infusions=make_infusions(3.5), as_of_day=3.0)
    assert [problem.where for problem in error.value.problems] == ["scores[1].day", "infusions[0].day"]


def test_record_when_events_come_in_any_order_then_keeps_them_by_day() -> None:
    ada = make_ada()
    shuffled = Record(
        scores=ada.scores[::-1], infusions=ada.infusions[::-1], sessions=ada.sessions[::-1], as_of_day=20.0
    )
    assert shuffled == ada


def test_scales_when_listed_then_are_the_linked_instruments() -> None:
    assert ", ".join(scales()) == LINKED
    assert scale_of("madrs").severity(22) == 22.0


def _cohort(**changes: Any) -> Cohort:
    """Two people, the second with a score, an infusion, a score and a session, and whole columns changed."""
    second = Record(
        scores=(ScoreEvent(0.0, "phq9", 20), ScoreEvent(6.0, "phq9", 9)),
        infusions=make_infusions(2.0),
        sessions=make_sessions(7.0),
        as_of_day=9.0,
    )
    sound = Cohort.of([Record(scores=make_scores(14), as_of_day=1.0), second])
    return replace(sound, **changes)


def _with(column: str, event: int, value: float) -> dict[str, Any]:
    changed = getattr(_cohort(), column).copy()
    changed[event] = value
    return {column: changed}


@pytest.mark.parametrize(
    ("column", "event", "value", "said"),
    [
        ("day", 2, NAN, "person 1, event 1, day: not a day of the episode"),
        ("day", 3, 1.0, "person 1, event 2, day: before the event above"),
        ("day", 4, 9.5, "person 1, event 3, day: later than the person's as_of_day"),
        ("kind", 0, 3, "person 0, event 0, kind: unknown"),
        ("code", 1, 99, "person 1, event 0, code: unknown"),
        ("code", 4, -1, "person 1, event 3, code: unknown"),
        ("amount", 1, 28.0, "person 1, event 0, amount: impossible"),
        ("amount", 1, 19.5, "person 1, event 0, amount: impossible"),
        ("amount", 1, NAN, "person 1, event 0, amount: impossible"),
        ("code", 2, 2, "person 1, event 1, code: unknown"),
        ("amount", 2, 0.0, "person 1, event 1, amount: impossible"),
        ("amount", 4, 2.0, "person 1, event 3, amount: impossible"),
    ],
)
def test_cohort_when_a_cell_is_wrong_then_names_person_event_and_column(
    column: str, event: int, value: float, said: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        _cohort(**_with(column, event, value))
    assert _said(error).startswith(said)


def test_cohort_when_simultaneous_events_are_in_the_wrong_order_then_is_refused() -> None:
    with pytest.raises(InvalidInput, match="person 1, event 2, day: before the event above"):
        _cohort(**_with("day", 3, 2.0))


@pytest.mark.parametrize("offsets", [[0, 1], [0, 1, 4], [1, 1, 5], [0, 6, 5]])
def test_cohort_when_offsets_do_not_fit_then_is_refused(offsets: list[int]) -> None:
    with pytest.raises(InvalidInput, match="offsets: do not share the rows out among the people"):
        _cohort(offsets=np.array(offsets))


def test_cohort_when_a_person_has_no_day_then_is_named() -> None:
    with pytest.raises(InvalidInput, match="person 1, as_of_day: not a day of the episode"):
        _cohort(as_of_day=np.array([1.0, NAN]))


def test_cohort_when_a_site_has_no_name_then_names_the_person() -> None:
    with pytest.raises(InvalidInput, match="person 1, site: unknown"):
        _cohort(site=np.array([-1, 0]))


def test_cohort_when_part_of_it_is_taken_then_is_that_of_those_people() -> None:
    records = [make_ada(as_of_day=20.0 + day) for day in range(4)]
    some = Cohort.of(records).take(1, 3)
    apart = Cohort.of(records[1:3])
    assert (len(some), some.site_names) == (2, apart.site_names)
    for column in ("offsets", "day", "kind", "code", "amount", "as_of_day", "site"):
        np.testing.assert_array_equal(getattr(some, column), getattr(apart, column))


def test_cohort_when_there_is_nobody_then_is_empty() -> None:
    assert len(Cohort.of([])) == 0


EVENTS = st.tuples(
    st.sampled_from([-1.0, 0.0, 3.0, 3.0, 7.0, 30.0, float("nan")]),
    st.integers(-1, 3),
    st.integers(-1, 9),
    st.sampled_from([-1.0, 0.0, 1.0, 1.0, 4.0, 5.0, 9.5, 27.0, 200.0, float("nan"), float("inf")]),
)


@given(people=st.lists(st.lists(EVENTS, max_size=4), min_size=1, max_size=3))
def test_cohort_when_checked_quickly_then_finds_fault_where_the_faults_can_be_named(
    people: list[list[tuple[float, int, int, float]]],
) -> None:
    rows = [row for person in people for row in person]
    day, kind, code, amount = (np.array([row[i] for row in rows], np.float64) for i in range(4))
    columns = {
        "offsets": np.cumsum([0, *map(len, people)], dtype=np.int64),
        "day": day,
        "kind": kind.astype(np.int8),
        "code": code.astype(np.int8),
        "amount": amount,
        "as_of_day": np.full(len(people), 10.0),
    }
    sound = Cohort.of([Record(scores=(), as_of_day=10.0)] * len(people))
    for name, column in columns.items():
        object.__setattr__(sound, name, column)
    with np.errstate(invalid="ignore"):
        named = any(wrong.any() for wrong, *_ in sound._faults())
    assert sound._sound() is not named
