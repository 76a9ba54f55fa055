"""The lead's page on the forecast: counts with their denominators, too few said as such, nobody named."""

from datetime import timedelta

import pytest
from django.utils import timezone

from holdfast.access import Viewer
from holdfast.records.models import Outlook, OutlookRelapse, OutlookScore
from tests.cast import Cast, logged_in
from tests.web import seen

PATH = "/programme/forecast/"
NOW = timezone.now()


def _outlook(episode: int, number: int) -> Outlook:
    return Outlook.objects.create(
        episode_id=episode,
        made_at=NOW - timedelta(days=400 - number),
        stage="therapy",
        forecast={},
        suggestions=[],
        versions={},
        inputs_digest="",
    )


def _judge(cast: Cast, *, scores: int, held: int, clinic_id: int | None = None) -> None:
    for number in range(scores):
        OutlookScore.objects.create(
            clinic_id=clinic_id or cast.mo.clinic_id,
            episode_id=cast.adas_episode,
            outlook=_outlook(cast.adas_episode, number),
            instrument="phq9",
            came_at=NOW - timedelta(days=number),
            total=10,
            weeks_ahead=2,
            expected=12.0 if number % 2 else 9.0,
            within50=number < held // 2,
            within80=number < held,
            within95=True,
            pit=0.5,
            crps=1.0,
        )


def _words(viewer: Viewer) -> str:
    return seen.text(logged_in(viewer).get(PATH))


def test_page_when_nothing_can_be_judged_yet_then_says_so(cast: Cast) -> None:
    assert "Nothing to judge yet" in _words(cast.mo)


def test_bands_when_judged_then_show_counts_and_whether_they_keep_their_promise(cast: Cast) -> None:
    _judge(cast, scores=20, held=10)
    text = _words(cast.mo)
    assert "PHQ-9, 2 weeks on" in text
    assert "20, 1" in text
    assert "10 of 20 (holds too few)" in text
    assert "20 of 20 (as promised)" in text
    assert "1.5 points" in text
    assert "+0.5" in text


def test_bands_when_there_are_too_few_scores_then_no_share_is_shown(cast: Cast) -> None:
    _judge(cast, scores=9, held=5)
    text = _words(cast.mo)
    assert "Fewer than 10 scores, too few to say: PHQ-9, 2 weeks on." in text
    assert "5 of 9" not in text


def test_page_when_another_clinic_has_scores_then_they_are_not_counted(cast: Cast) -> None:
    _judge(cast, scores=20, held=10, clinic_id=cast.stone.clinic_id)
    assert "Nothing to judge yet" in _words(cast.mo)


def test_relapse_when_judged_then_shows_bins_and_what_could_not_be_judged(cast: Cast) -> None:
    for number in range(14):
        OutlookRelapse.objects.create(
            clinic_id=cast.mo.clinic_id,
            episode_id=cast.adas_episode,
            outlook=_outlook(cast.adas_episode, number),
            chance=0.1 if number < 8 else 0.7,
            relapsed=None if number == 13 else number in (0, 8, 9, 10),
        )
    words = _words(cast.mo)
    assert "0 to 20 % 8 10 % 12 %" in words
    assert "60 to 80 % 5 70 % 60 %" in words
    assert "4 of 13" in words
    assert "1 of 14 could not be judged" in words


def test_page_when_there_is_one_or_three_then_takes_the_same_queries(
    cast: Cast, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    browser = logged_in(cast.mo)
    browser.get(PATH)
    for scores in (1, 3):
        OutlookScore.objects.all().delete()
        _judge(cast, scores=scores, held=1)
        with django_assert_num_queries(7):  # type: ignore[operator]
            browser.get(PATH)
