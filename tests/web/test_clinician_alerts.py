"""The alerts inbox and the answer to one: words are needed, and of two answers the first stands."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from holdfast.care import accounts, alerts
from holdfast.records.queries import alerts as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen

HOURS = timedelta(hours=1)
OPENING_QUERIES = 8
"""Session and account (2), waiting and answered with their escalations (4), alerts and clinic of the shell (2)."""


@pytest.fixture
def nurse(cast: Cast) -> Client:
    return logged_in(cast.okoro)


def marked(cast: Cast, *, answer: int = 1, hours_ago: int = 0) -> int:
    """An alert of Ada's, raised that long ago; gives its number."""
    at = make.NOW - hours_ago * HOURS
    make.make_check_in(cast.adas_episode, 1, 1, 1, 1, 1, 1, 1, 1, answer, by=cast.ada, at=at)
    return max(row.alert_id for row in queries.waiting(cast.okoro))


def test_inbox_when_alerts_wait_has_the_gravest_first_and_says_whose_turn_it_is(
    cast: Cast, nurse: Client
) -> None:
    accounts.name_alert_owners(owner="bell", backup="okoro", lead="mo", by=cast.sam, at=make.NOW - 90 * HOURS)
    marked(cast, answer=1, hours_ago=30)
    marked(cast, answer=2, hours_ago=5)
    alerts.escalate(at=make.NOW - HOURS / 2)

    response = nurse.get("/alerts/")

    asked = "Thoughts that you would be better off dead, or of hurting yourself in some way"
    assert seen.table(response, "Waiting") == [
        ["Ada Alder H-001", "level 2", f"PHQ-9, 2 Mar 10:00 {asked}: 2 (More than half the days)",
         "2 Mar 18:30", "Nurse Okoro you passed on 1 time", "Answer the alert of Ada Alder"],
        ["Ada Alder H-001", "level 1", f"PHQ-9, 1 Mar 09:00 {asked}: 1 (Several days)",
         "3 Mar 14:30", "Nurse Okoro you passed on 1 time", "Answer the alert of Ada Alder"],
    ]  # fmt: skip


def test_inbox_when_the_time_has_passed_says_so(cast: Cast, nurse: Client) -> None:
    marked(cast, answer=2, hours_ago=5)

    assert seen.table(nurse.get("/alerts/"), "Waiting")[0][3] == "2 Mar 14:00 past its time"


def test_inbox_when_alerts_were_answered_shows_what_was_done(cast: Cast, nurse: Client) -> None:
    alerts.acknowledge(marked(cast), action="called, safe tonight", by=cast.bell, at=make.NOW)

    response = nurse.get("/alerts/")

    assert "No alert waits for an answer." in seen.text(response)
    assert seen.table(response, "Answered lately") == [
        ["Ada Alder H-001", "level 1", "2 Mar 15:00", "2 Mar 15:00 Dr Bell", "called, safe tonight"]
    ]


def test_alert_when_answered_keeps_the_words_and_opens_the_record(cast: Cast, nurse: Client) -> None:
    response = nurse.post(f"/alerts/{marked(cast)}/", {"action": "called, safe tonight"}, follow=True)

    assert response.redirect_chain == [(f"/patients/{cast.adas_episode}/", 302)]
    assert seen.messages(response) == ["Alert answered. Kept: called, safe tonight"]
    assert queries.waiting(cast.okoro) == ()


def test_alert_when_answered_without_words_still_waits(cast: Cast, nurse: Client) -> None:
    number = marked(cast)

    response = nurse.post(f"/alerts/{number}/", {"action": "  "})

    assert (response.status_code, seen.errors(response)) == (
        422, ["What you did: Say in a few words what you did. A click alone is no answer to an alert."],
    )  # fmt: skip
    assert [row.alert_id for row in queries.waiting(cast.okoro)] == [number]


def test_alert_when_answered_by_someone_else_first_shows_theirs_and_what_was_typed(
    cast: Cast, nurse: Client
) -> None:
    number = marked(cast)
    alerts.acknowledge(number, action="called, safe tonight", by=cast.bell, at=make.NOW)

    response = nurse.post(f"/alerts/{number}/", {"action": "wrote a letter"})

    assert response.status_code == 409
    words = seen.text(response)
    assert "Answered by Dr Bell, 2 Mar 2026 15:00 called, safe tonight" in words
    assert "Your words were not kept, as the alert had been answered. They were: wrote a letter" in words
    assert queries.one(cast.okoro, number).action == "called, safe tonight"


def test_alert_when_answered_twice_by_one_tap_too_many_counts_once(cast: Cast, nurse: Client) -> None:
    number = marked(cast)

    sent = [nurse.post(f"/alerts/{number}/", {"action": "called, safe tonight"}) for _ in range(2)]

    assert [response.status_code for response in sent] == [302, 302]


def test_alert_when_answered_again_with_other_words_keeps_the_first(cast: Cast, nurse: Client) -> None:
    number = marked(cast)

    sent = [nurse.post(f"/alerts/{number}/", {"action": words}) for words in ("called", "wrote a letter")]

    assert [response.status_code for response in sent] == [302, 409]
    assert queries.one(cast.okoro, number).action == "called"


def test_alert_when_passed_on_says_everyone_it_went_to(cast: Cast, nurse: Client) -> None:
    accounts.name_alert_owners(owner="bell", backup="okoro", lead="mo", by=cast.sam, at=make.NOW - 90 * HOURS)
    number = marked(cast, answer=2, hours_ago=9)
    for hours in (5, 1):
        alerts.escalate(at=make.NOW - hours * HOURS)

    assert (
        "Went to Dr Bell, 2 Mar 06:00; then Nurse Okoro, 2 Mar 10:00; then Mo, 2 Mar 14:00 Record"
        in seen.text(nurse.get(f"/alerts/{number}/"))
    )


def test_alert_when_of_another_site_is_not_found(cast: Cast) -> None:
    number = marked(cast)
    stone = logged_in(cast.stone)

    assert [stone.get(f"/alerts/{number}/").status_code, stone.post(f"/alerts/{number}/").status_code] == [
        404,
        404,
    ]
    assert seen.text(stone.get("/alerts/")).count("Ada") == 0


@pytest.mark.parametrize("count", [1, 3])
def test_inbox_when_one_or_three_wait_takes_the_same_queries(
    cast: Cast, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    accounts.name_alert_owners(owner="bell", backup="okoro", lead="mo", by=cast.sam, at=make.NOW - 90 * HOURS)
    for number in range(count):
        alerts.acknowledge(marked(cast, hours_ago=number), action="called", by=cast.bell, at=make.NOW)
        marked(cast, answer=2, hours_ago=6)
    alerts.escalate(at=make.NOW)
    nurse = logged_in(cast.okoro)
    nurse.get("/alerts/")

    with django_assert_num_queries(OPENING_QUERIES):
        assert len(seen.table(nurse.get("/alerts/"), "Waiting")) == count
