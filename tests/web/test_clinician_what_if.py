"""What if: both forecasts side by side, the difference the right way round, and the caveat never missing."""

from datetime import timedelta

import pytest

from holdfast.care import checkins
from holdfast.records.models import Outlook
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen

NOW = make.NOW


@pytest.fixture
def path(cast: Cast) -> str:
    """Ada, better after two infusions."""
    for days_ago, value in ((20, 2), (12, 1), (3, 1)):
        at = NOW - timedelta(days=days_ago)
        checkins.submit(cast.adas_episode, "phq9", make.phq9(value), by=cast.okoro, at=at, happened_at=at)
    for days_ago in (18, 14):
        at = NOW - timedelta(days=days_ago)
        make.make_infusion(cast.adas_episode, by=cast.okoro, happened_at=at, at=at)
    return f"/patients/{cast.adas_episode}/what-if/"


def _medians(cast: Cast, path: str) -> list[tuple[int, int]]:
    rows = seen.table(logged_in(cast.okoro).get(path), "Expected scores")
    return [(int(row[1].split()[0]), int(row[2].split()[0])) for row in rows]


def test_what_if_when_infusions_are_supposed_then_scores_with_them_are_lower(cast: Cast, path: str) -> None:
    medians = _medians(cast, f"{path}?infusions=weekly&sessions=none")
    assert len(medians) == 5
    assert all(supposed <= without for without, supposed in medians)
    assert medians[2][1] < medians[2][0]


def test_what_if_when_nothing_is_supposed_then_both_are_the_same(cast: Cast, path: str) -> None:
    medians = _medians(cast, f"{path}?infusions=none&sessions=none")
    assert all(supposed == without for without, supposed in medians)


def test_what_if_when_sessions_are_supposed_then_the_end_is_lower(cast: Cast, path: str) -> None:
    assert _medians(cast, f"{path}?infusions=none&sessions=twice")[-1][1] < _medians(cast, path)[-1][0]


@pytest.mark.parametrize("query", ["", "?infusions=everything&sessions=<b>"])
def test_what_if_when_asked_for_nonsense_then_shows_the_usual_question_with_its_caveat(
    cast: Cast, path: str, query: str
) -> None:
    response = logged_in(cast.okoro).get(f"{path}{query}")
    assert response.status_code == 200
    assert seen.typed(response, "infusions") == "7"
    assert "compares two runs of a model, not two groups of a trial" in seen.text(response)


def test_what_if_when_looked_at_then_keeps_no_outlook(cast: Cast, path: str) -> None:
    before = Outlook.objects.count()
    logged_in(cast.okoro).get(path)
    assert Outlook.objects.count() == before


def test_what_if_when_there_is_too_little_data_then_says_so_and_shows_no_number(cast: Cast) -> None:
    response = logged_in(cast.okoro).get(f"/patients/{cast.bens_episode}/what-if/")
    assert "Too little data to suppose anything: There is no score yet" in seen.text(response)
    assert seen.elements(response, "table") == []
