"""Outlooks are judged when scores come: the right outlook, once, taken back with a correction, at no answer's cost."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from holdfast.access import Role, Viewer
from holdfast.care import checkins, hindsight, outlooks
from holdfast.records.models import CheckIn, Outlook, OutlookRelapse, OutlookScore
from holdfast.records.queries.history import histories, judged
from tests import make
from tests.make import NOW

DAY = timedelta(days=1)


@pytest.fixture
def nurse(db: None) -> Viewer:
    return make.make_account(Role.NURSE, clinic_id=make.make_clinic())


def _answer(episode: int, *values: int, by: Viewer, days_ago: float) -> None:
    at = NOW - days_ago * DAY
    checkins.submit(episode, "phq9", make.phq9(*values), by=by, at=at, happened_at=at)


@pytest.fixture
def episode(nurse: Viewer) -> int:
    """Ada: ill at 60 days ago, infused, well since 45 days ago; outlooks were made with each answer."""
    episode = make.make_episode(by=nurse)
    _answer(episode, 2, by=nurse, days_ago=59)
    for days_ago in (57, 54, 50):
        make.make_infusion(episode, by=nurse, happened_at=NOW - days_ago * DAY, at=NOW - days_ago * DAY)
    for days_ago in (45, 40):
        _answer(episode, *(1, 0, 0, 1, 0, 0, 0, 0, 0), by=nurse, days_ago=days_ago)
    return episode


def test_score_when_it_comes_a_week_on_then_judges_the_newest_outlook_of_that_week(
    episode: int, nurse: Viewer
) -> None:
    _answer(episode, *(1, 0, 0, 1, 0, 0, 0, 0, 0), by=nurse, days_ago=30)
    judged = OutlookScore.objects.get(came_at=NOW - 30 * DAY, weeks_ahead=1)
    assert judged.outlook.made_at == NOW - 40 * DAY
    assert (judged.instrument, judged.total) == ("phq9", 2)
    assert (judged.within95, judged.clinic_id, judged.episode_id) == (True, nurse.clinic_id, episode)


def test_score_when_the_outlook_is_made_again_then_is_not_judged_twice(episode: int, nurse: Viewer) -> None:
    _answer(episode, *(1, 0, 0, 1, 0, 0, 0, 0, 0), by=nurse, days_ago=30)
    before = sorted(OutlookScore.objects.values_list("pk", flat=True))
    outlooks.refresh(episode, at=NOW)
    assert before
    assert sorted(OutlookScore.objects.values_list("pk", flat=True)) == before


def _newest_suggestions(episode: int) -> list[dict[str, Any]]:
    outlook = Outlook.objects.filter(episode_id=episode).latest("pk")
    return [one for one in outlook.suggestions if one["kind"] == "off_track"]


def _in_therapy(episode: int, *, by: Viewer) -> None:
    """Six sessions held, one a day, from the 39th day before now on."""
    course = make.make_course(episode, by=by, started_at=NOW - 40 * DAY)
    for number in range(1, 7):
        make.make_session(course, by=by, happened_at=NOW - (40 - number) * DAY, number=number)


def test_score_when_above_the_forecast_then_the_outlook_made_with_it_says_so(
    episode: int, nurse: Viewer
) -> None:
    """The answer at hand is judged before its next steps are made: nothing lags until the next outlook."""
    therapist = make.make_account(Role.THERAPIST, clinic_id=nurse.clinic_id)
    _in_therapy(episode, by=therapist)
    _answer(episode, *(2, 2, 2, 2, 2, 2, 1, 1, 0), by=nurse, days_ago=20)
    judged = OutlookScore.objects.filter(came_at=NOW - 20 * DAY).latest("weeks_ahead")
    (said,) = _newest_suggestions(episode)
    reasons = [(one["text"], one["on"]) for one in said["reasons"]]
    assert (judged.weeks_ahead, judged.within80) == (2, False)
    assert reasons[:2] == [
        ("PHQ-9 14, above the 80 % band of the forecast", "2026-02-10"),
        (f"That forecast said about {judged.expected:.0f}", str(judged.outlook.made_at.date())),
    ]


def test_judged_when_forecasts_of_several_distances_spoke_of_it_then_the_longest_of_2_to_8_weeks_counts(
    episode: int, nurse: Viewer
) -> None:
    for days_ago in (24, 10):
        _answer(episode, *(1, 0, 0, 1, 0, 0, 0, 0, 0), by=nurse, days_ago=days_ago)
    distances = OutlookScore.objects.filter(came_at=NOW - 10 * DAY).values_list("weeks_ahead", flat=True)
    (fact,) = histories([episode])[episode].judged
    assert (fact.at, fact.score.total, fact.above) == (NOW - 10 * DAY, 2, False)
    assert sorted(distances) == [2, 4]
    assert fact.made_at == OutlookScore.objects.get(came_at=fact.at, weeks_ahead=4).outlook.made_at


def test_judged_when_more_episodes_are_read_then_one_query_reads_all(
    episode: int, nurse: Viewer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    others = [make.make_episode(by=nurse, code=f"P-{number}") for number in (2, 3)]
    for episodes in ([episode], [episode, *others]):
        with django_assert_num_queries(1):
            judged(episodes)


def test_score_when_it_is_corrected_then_what_it_judged_is_judged_anew(episode: int, nurse: Viewer) -> None:
    _answer(episode, *(1, 0, 0, 1, 0, 0, 0, 0, 0), by=nurse, days_ago=30)
    uid = CheckIn.current.get(happened_at=NOW - 30 * DAY).uid
    checkins.correct(uid, total=20, reason="Read off the wrong form", by=nurse, at=NOW)
    totals = set(OutlookScore.objects.filter(came_at=NOW - 30 * DAY).values_list("total", flat=True))
    assert totals == {20}


def test_outlook_when_it_said_too_little_then_is_not_judged(nurse: Viewer) -> None:
    episode = make.make_episode(by=nurse)
    _answer(episode, 2, by=nurse, days_ago=30)
    _answer(episode, 2, by=nurse, days_ago=20)
    assert Outlook.objects.filter(episode_id=episode).count() == 3
    assert not OutlookScore.objects.filter(episode_id=episode).exists()


def test_relapse_when_two_scores_at_the_level_come_then_the_chance_given_is_judged(
    episode: int, nurse: Viewer
) -> None:
    for days_ago in (25, 15):
        _answer(episode, 2, by=nurse, days_ago=days_ago)
    outlooks.refresh(episode, at=NOW)
    judged = OutlookRelapse.objects.get(episode_id=episode)
    assert judged.outlook.made_at == NOW - 45 * DAY
    assert judged.relapsed is True
    assert judged.chance == judged.outlook.relapse_chance


def test_relapse_when_one_score_at_the_level_is_followed_by_a_good_one_then_is_none(
    episode: int, nurse: Viewer
) -> None:
    _answer(episode, 2, by=nurse, days_ago=25)
    _answer(episode, 0, by=nurse, days_ago=18)
    outlooks.refresh(episode, at=NOW)
    assert OutlookRelapse.objects.get(episode_id=episode).relapsed is False


def test_relapse_when_nobody_answered_near_the_end_then_is_not_known(episode: int) -> None:
    outlooks.refresh(episode, at=NOW)
    assert OutlookRelapse.objects.get(episode_id=episode).relapsed is None


def test_relapse_when_four_weeks_have_not_passed_then_is_not_judged(nurse: Viewer, episode: int) -> None:
    outlooks.refresh(episode, at=NOW - 15 * DAY)
    assert not OutlookRelapse.objects.exists()


def test_answer_when_hindsight_fails_then_stands_with_its_outlook(
    episode: int, nurse: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hindsight, "DISTANCES", None)
    before = Outlook.objects.count()
    _answer(episode, 1, by=nurse, days_ago=10)
    assert CheckIn.current.filter(happened_at=NOW - 10 * DAY).exists()
    assert Outlook.objects.count() == before + 1
