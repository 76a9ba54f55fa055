"""The synthetic people: every stage on any day, and answers that hang together."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from holdfast.instruments.loader import load
from holdfast.instruments.scoring import score
from holdfast.jobs import demo_people
from holdfast.jobs.demo_people import Person
from holdfast.jobs.demo_stories import STORIES
from holdfast.pathway.stage import Stage
from holdfast.protocols.loader import therapies

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def people() -> tuple[Person, ...]:
    return tuple(demo_people.everyone(MONDAY))


def test_stories_when_counted_then_forty_people_show_every_stage_and_every_therapy() -> None:
    assert len(STORIES) == 40
    assert {story.stage for story in STORIES} == set(Stage)
    assert {story.therapy for story in STORIES} == {"", *(protocol.slug for protocol in therapies())}


# 31 March 2026 lies two days after the clocks went forward in London.
@pytest.mark.parametrize(
    "day", [MONDAY, MONDAY + timedelta(days=4, hours=-14), MONDAY + timedelta(days=29, hours=8)]
)
def test_people_when_drawn_on_any_day_then_each_has_reached_the_stage_of_their_story(day: datetime) -> None:
    assert [person.story for person in demo_people.everyone(day)] == list(STORIES)


def test_people_when_drawn_again_then_they_are_the_same(people: tuple[Person, ...]) -> None:
    assert tuple(demo_people.everyone(MONDAY)) == people


def test_people_when_drawn_then_nothing_lies_ahead_and_nothing_before_their_care(
    people: tuple[Person, ...],
) -> None:
    for person in people:
        moments = [fact.at for fact in (*person.answered, *person.given, *person.held)]
        moments += [answered.recorded_at for answered in person.answered]
        assert person.started_at <= min(moments)
        assert max(moments) <= MONDAY


def test_people_when_named_then_no_one_takes_them_for_real(people: tuple[Person, ...]) -> None:
    assert len({person.name for person in people}) == 40
    assert {person.name.split()[1] for person in people} == set(demo_people.SURNAMES)


def test_people_when_answering_then_some_come_late_some_afterwards_some_in_part(
    people: tuple[Person, ...],
) -> None:
    came = Counter(answered.arrived.value for person in people for answered in person.answered)
    partial = [a for person in people for a in person.answered if a.answers and None in a.answers.values()]
    assert set(came) == {"on_time", "late", "backfilled"}
    assert came["on_time"] > 5 * came["late"]
    assert 5 < len(partial) < 60


def test_people_when_treated_then_infusions_and_sessions_are_on_working_days(
    people: tuple[Person, ...],
) -> None:
    days = {fact.at.astimezone(demo_people.ZONE).weekday() for p in people for fact in (*p.given, *p.held)}
    assert days == {0, 2, 3, 4}


@pytest.mark.parametrize("total", range(28))
def test_split_when_given_a_total_then_the_answers_score_to_it(total: int) -> None:
    answers = demo_people.split(total, "phq9", np.random.default_rng(total))
    assert score(load("phq9"), answers).total == total
    assert (answers["q9"] == 0) == (total <= 24)


@pytest.mark.parametrize("ninth", [1, 2, 3])
def test_split_when_item_nine_is_marked_then_keeps_it_and_the_total(ninth: int) -> None:
    answers = demo_people.split(12, "phq9", np.random.default_rng(1), ninth=ninth)
    assert (answers["q9"], score(load("phq9"), answers).total) == (ninth, 12)
