"""A person joins, pauses, comes back; their own page with coaching calls; and what goes on paper for members."""

import uuid

from holdfast.care import courses
from holdfast.care.group_meetings import Row
from holdfast.records.queries import groups as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen
from tests.web.grouping import OPENED, Harbour, section


def test_join_when_sent_from_the_person_then_they_are_in_the_group_once(cast: Cast) -> None:
    bell, browser = cast.bell, logged_in(cast.bell)
    group_id = make.make_group(by=bell, at=OPENED, name="Harbour class")
    address = f"/patients/{cast.adas_episode}/group/join/"
    assert "There is none yet" in seen.text(browser.get(address))
    courses.start(cast.adas_episode, "dbt", started_at=OPENED, by=bell, at=OPENED)
    form = browser.get(address)
    assert seen.typed(form, "shown_as") == "Ada"
    assert "Harbour class: from Tue 3 Mar 2026, week 1, Three states of mind (8 free)" in seen.text(form)
    given = {
        "uid": seen.typed(form, "uid"), "start": f"{group_id}-1", "shown_as": "Adi", "agreed": "on",
    }  # fmt: skip
    answers = [browser.post(address, given) for _ in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    (member,) = queries.one(bell, group_id, at=make.NOW).active
    assert (member.shown_as, member.joined_week) == ("Adi", 1)


def test_join_when_the_rules_are_not_agreed_to_then_says_so_and_keeps_what_was_typed(cast: Cast) -> None:
    bell, browser = cast.bell, logged_in(cast.bell)
    group_id = make.make_group(by=bell, at=OPENED)
    courses.start(cast.adas_episode, "dbt", started_at=OPENED, by=bell, at=OPENED)
    address = f"/patients/{cast.adas_episode}/group/join/"
    given = {"uid": uuid.uuid4(), "start": f"{group_id}-2", "shown_as": "Adi"}
    page = browser.post(address, given)
    assert page.status_code == 422
    assert seen.errors(page) == [
        "I went through the rules with them, and they agree to each: Are not agreed to. Expected: the person's yes to "
        "the rules of the group."
    ]
    assert (seen.typed(page, "shown_as"), seen.typed(page, "start")) == ("Adi", f"{group_id}-2")


def test_leave_when_paused_and_back_then_the_page_of_the_person_says_where_they_stand(cast: Cast) -> None:
    harbour = Harbour(cast)
    address = f"/patients/{cast.adas_episode}/group/"
    assert harbour.browser.post(f"{address}leave/", {"why": "paused"}).status_code == 422
    harbour.browser.post(f"{address}leave/", {"why": "paused", "back_on": "2026-03-30"})
    assert "pauses until 30 Mar 2026" in seen.text(harbour.browser.get(address))
    page = harbour.browser.post(f"{address}leave/", {"back": "1"}, follow=True)
    assert seen.messages(page) == ["Ada is back in Harbour class."]
    assert "in the group" in seen.text(page)


def test_coaching_call_when_sent_then_it_is_in_the_log_once(cast: Cast) -> None:
    harbour = Harbour(cast)
    address = f"/patients/{cast.adas_episode}/group/"
    form = harbour.browser.get(address)
    given = {
        "uid": seen.typed(form, "uid"), "happened_at": "2026-03-02T14:30", "minutes": "7",
        "about": "Stopped before a sharp message", "skill": "Stop and choose",
    }  # fmt: skip
    for _ in range(2):
        assert harbour.browser.post(address, given).status_code == 302
    calls = section(harbour.browser.get(address), "Coaching calls")
    assert calls == (
        "Coaching calls Stopped before a sharp message (Stop and choose) 2 Mar 2026 14:30, 7 min, Dr Bell"
    )
    page = harbour.browser.post(address, {**given, "minutes": "600", "uid": uuid.uuid4()})
    assert (page.status_code, seen.errors(page)) == (422, ["Minutes: 600 does not fit. Expected: 1 to 120."])
    assert seen.typed(page, "about") == "Stopped before a sharp message"


def test_roster_when_printed_then_holds_chosen_names_and_nothing_clinical(cast: Cast) -> None:
    harbour = Harbour(cast)
    harbour.held(2, {harbour.ben: Row("absent_told", note="Away with flu.")})
    page = harbour.open("roster/")
    assert [row[0] for row in seen.table(page, "Names with a box")] == ["Ada", "Benno"]
    words = seen.text(page)
    assert [
        one for one in ("Alder", "Birch", "H-00", "missed", "absent", "Away with flu") if one in words
    ] == []


def test_handout_when_printed_then_is_in_our_words_and_names_nobody(cast: Cast) -> None:
    harbour = Harbour(cast)
    (article,) = seen.elements(harbour.open("weeks/13/"), "article")
    words = seen.text(article)
    assert words.startswith("Feelings Does it fit the facts?")
    assert "What it is" in words
    assert [one for one in ("checking facts", "Harbour class", "Benno", "Ada", "Why:") if one in words] == []
    assert harbour.open("weeks/25/").status_code == 404
