"""Sticking with therapy: the rung of a therapy's own table, the words of a call, feedback, a group beside a course."""

from dataclasses import replace
from datetime import timedelta

import pytest

from holdfast.pathway.attendance import drifting
from holdfast.pathway.feedback import Heading, feedback
from holdfast.pathway.history import CourseFact, History, JudgedFact, SessionFact
from holdfast.pathway.next_steps import Suggestion, suggest
from holdfast.pathway.rules import RULES, Facts
from holdfast.protocols.loader import therapies
from holdfast.protocols.reaching_out import script
from tests.pathway.histories import START, phq9

DAYS = timedelta(days=1)


def missed(*, therapy: str, times: int) -> History:
    """Session 1 held on day 1, then so many missed, one a week."""
    sessions = (
        SessionFact(START + DAYS, 1, "attended"),
        *(SessionFact(START + (1 + 7 * n) * DAYS, 2, "did_not_attend") for n in range(1, times + 1)),
    )
    course = CourseFact(key="1", therapy=therapy, started_at=START, sessions=sessions)
    return History(started_at=START, instrument="phq9", courses=(course,))


def call(history: History) -> Suggestion:
    found = RULES["re_engage"](Facts(history, at=START + 60 * DAYS))
    assert found is not None
    return found


@pytest.mark.parametrize("therapy", [one.slug for one in therapies()])
@pytest.mark.parametrize("times", [1, 2, 3, 4, 5])
def test_call_when_sessions_were_missed_in_a_row_then_it_has_the_rung_of_the_therapys_own_table(
    therapy: str, times: int
) -> None:
    history = missed(therapy=therapy, times=times)
    assert history.course is not None
    rungs = [one for one in history.course.protocol.attendance if one.missed <= times]
    asked = max(rungs, key=lambda one: one.missed)
    found = call(history)
    said = [reason.text.lower() for reason in found.reasons]
    assert f"the protocol asks: {asked.do.rstrip('.')}".lower() in said
    assert f"never: {asked.never.rstrip('.')}".lower() in said
    assert f"{therapy} {history.course.protocol.version}" in found.rule_version


def test_call_when_more_was_missed_then_its_words_are_those_for_it() -> None:
    scripts = [call(missed(therapy="cbt", times=times)).script for times in (1, 2, 3, 4)]
    assert scripts == [script(1), script(2), script(3), script(3)]
    assert len({*scripts, script(0)}) == 4


@pytest.mark.parametrize("times", [0, 1, 2, 3])
def test_script_when_read_then_it_never_blames_and_asks_about_safety(times: int) -> None:
    words = " ".join(script(times)).lower()
    blame = ("you missed", "you failed", "overdue", "you did not come", "you should", "fault of", "must")
    assert [harsh for harsh in blame if harsh in words] == []
    assert "safe" in words


@pytest.mark.parametrize(("days", "drifts"), [(9, False), (10, True)])
def test_drifting_when_no_check_in_came_for_ten_days_then_it_is_so(days: int, drifts: bool) -> None:
    silent = History(started_at=START, instrument="phq9", check_ins_at=(START,))
    assert drifting(silent, at=START + days * DAYS) is drifts


def test_drifting_when_one_session_was_missed_then_it_is_not_yet() -> None:
    at = START + 60 * DAYS
    found = {times: drifting(missed(therapy="cbt", times=times), at=at) for times in (1, 2)}
    assert found == {1: False, 2: True}


def test_feedback_when_the_newest_score_is_long_past_then_nothing_is_said() -> None:
    history = replace(missed(therapy="cbt", times=0), readings=(phq9(0, 18), phq9(8, 12)))
    found = feedback(history, at=START + 43 * DAYS)
    assert found is not None
    assert (found.heading, found.began.total, found.newest.total) == (Heading.ON_TRACK, 18, 12)
    assert feedback(history, at=START + 43 * DAYS + timedelta(minutes=1)) is None


def test_feedback_when_there_was_no_score_before_therapy_then_the_first_one_after_is_where_it_began() -> None:
    history = replace(missed(therapy="cbt", times=0), readings=(phq9(3, 10), phq9(10, 16), phq9(17, 17)))
    found = feedback(history, at=START + 17 * DAYS)
    assert found is not None
    assert (found.heading, found.began.total) == (Heading.WORSE, 10)
    assert [one.total for one in found.shown_by] == [16, 17]


def judged(*, held: int, total: int = 17) -> History:
    """CBT from 20 points, so many sessions held, a score of 17 at their end, and the forecast of day 10 on `total`."""
    sessions = tuple(SessionFact(START + n * DAYS, n, "attended") for n in range(1, held + 1))
    course = CourseFact(key="1", therapy="cbt", started_at=START, sessions=sessions)
    score = phq9(40, 17)
    fact = JudgedFact(replace(score, total=total), START + 10 * DAYS, expected=11.6, above=True)
    return History(
        started_at=START, instrument="phq9", readings=(phq9(0, 20), score), courses=(course,), judged=(fact,)
    )


@pytest.mark.parametrize(
    ("held", "heading"), [(5, Heading.ON_TRACK), (6, Heading.ABOVE_FORECAST), (7, Heading.ABOVE_FORECAST)]
)
def test_feedback_when_above_the_forecast_then_it_is_off_track_from_the_sixth_session_on(
    held: int, heading: Heading
) -> None:
    found = feedback(judged(held=held), at=START + 41 * DAYS)
    assert found is not None
    assert found.heading is heading
    assert [one.total for one in found.shown_by] == ([17] if found.judged else [])


def test_feedback_when_the_score_was_corrected_since_it_was_judged_then_the_forecast_is_silent() -> None:
    found = feedback(judged(held=6, total=19), at=START + 41 * DAYS)
    assert found is not None
    assert (found.heading, found.judged) == (Heading.ON_TRACK, None)


def test_feedback_when_worse_than_at_the_start_then_that_is_said_before_the_forecast() -> None:
    history = judged(held=6)
    worse = replace(history, readings=(phq9(0, 10), phq9(39, 17), phq9(40, 17)))
    found = feedback(worse, at=START + 41 * DAYS)
    assert found is not None
    assert (found.heading, found.judged) == (Heading.WORSE, None)


def test_course_when_a_skills_group_goes_on_beside_it_then_the_next_steps_are_about_the_course() -> None:
    alone = missed(therapy="cbt", times=2).courses[0]
    group = CourseFact(key="2", therapy="dbt", started_at=START + 5 * DAYS, track="group")
    history = History(started_at=START, instrument="phq9", courses=(alone, group))
    assert history.course == alone
    assert [one.kind for one in suggest(history, at=START + 20 * DAYS)][:1] == ["re_engage"]


def test_group_when_it_is_all_there_is_then_nobody_is_asked_to_book_its_preparation() -> None:
    group = CourseFact(key="2", therapy="dbt", started_at=START, track="group")
    history = History(started_at=START, instrument="phq9", courses=(group,))
    kinds = {one.kind for one in suggest(history, at=START + 3 * DAYS)}
    assert kinds == set()
