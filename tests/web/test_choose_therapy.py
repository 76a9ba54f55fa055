"""Choosing a therapy together, as the two see it: the sum in the open, no winner, nothing claimed, nothing lost."""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from holdfast.protocols import loader
from holdfast.records.models import CourseDecision, TherapyChoice, TherapyCourse
from holdfast.records.queries import choices
from tests import make
from tests.cast import Cast, logged_in
from tests.protocols.making import made_fork, patch
from tests.talks import EXAMPLE, make_talk, stop
from tests.web import seen

CHOOSE_QUERIES, CHOICE_QUERIES, MY_CHOICE_QUERIES = 11, 35, 8

SAID: Mapping[str, Any] = {
    **{f"person-{slug}": stars for slug, stars in EXAMPLE.person.items()},
    "clinician-child_trauma": 2,
    "before-cbt": "full_course_no_help",
}
"""The worked example as it is sent."""

DENIALS = (
    "They do not tell us what will work.",
    "We cannot promise that it makes the lighter feeling last.",
    "We cannot promise that any of them makes the lighter feeling last.",
    "They have not been tested.",
)
"""Sentences that say what is not known; taken out before looking for claims."""

CLAIMS = re.compile(
    r"\bbest\b|\bwinner|\brecommend|\btop (match|choice)|\bright (one|therapy|for you)|"
    r"\bchances?\b|\bsuccess|\bguarantee|\bpromise|\brewir|\bplastic|\bproven?\b|"
    r"\bwill (help|work|last|keep|make|cure)|\bworks better|\bmakes ketamine|\blonger relief|"
    r"\bfail(ed|ure|s)?\b|\bnot suitable|\bunsuitable|\bvalidated|\bevidence-based|"
    r"\baccredited|\bcertified|\brules? out|\bcures?\b|\bstay(ing)? well\b|\bremission\b",
    re.IGNORECASE,
)
"""What may never be claimed: that a therapy is the one, that relief is sure, that someone failed."""


def path(cast: Cast) -> str:
    return f"/patients/{cast.adas_episode}/choose-therapy/"


def added_up(cast: Cast, **more: Any) -> Any:
    return logged_in(cast.bell).post(path(cast), {**SAID, "step": "add_up", "uid": uuid.uuid4(), **more})


def sent_back(response: Any, **more: Any) -> dict[str, Any]:
    """What the page of a result sends when the talk is kept: the answers as they stand, and the choice."""
    kept = ("uid", "seen", "took_part", "happened_at")
    return {
        **SAID,
        **{name: seen.typed(response, name) for name in kept},
        "chosen": "psychodynamic",
        "step": "keep",
        **more,
    }


def cards(response: Any) -> list[str]:
    return [seen.text(one) for one in seen.elements(response, "article", class_="therapy")]


def names(response: Any) -> list[str]:
    return [
        seen.text(seen.elements(one, "h3")[0]) for one in seen.elements(response, "article", class_="therapy")
    ]


def claims(response: Any) -> list[str]:
    words = seen.text(response)
    for denial in DENIALS:
        words = words.replace(denial, "")
    return [found.group(0) for found in CLAIMS.finditer(words)]


def test_choose_when_opened_shows_every_therapy_alike_and_no_result(cast: Cast) -> None:
    response = logged_in(cast.okoro).get(path(cast))
    assert sorted(names(response)) == [one.name for one in sorted(loader.therapies(), key=lambda t: t.name)]
    assert all("What is known" in card and "match" not in card.lower() for card in cards(response))
    assert seen.elements(response, "input", name="chosen") == []
    assert len(seen.elements(response, "div", class_="stars")) == 13 + 6 + 6


def test_choose_when_added_up_shows_words_pluses_minuses_and_the_sum(cast: Cast) -> None:
    response = added_up(cast)
    assert response.status_code == 200
    first, second, third, fourth, last = cards(response)
    assert "Psychodynamic therapy Strong match with what you said" in first
    assert "+6 The same hurt keeps coming back with people (you ★★★ × +2)" in first
    assert "−2 I want practical things to try between meetings (you ★ × −2)" in first
    assert "+2 Marked childhood trauma (see evidence note) (clinician ★★ × +1)" in first
    assert "+16 out of 32 possible: +0.50 In all: +0.50" in first
    assert "Interpersonal psychotherapy Good match" in second
    assert "In all: +0.34" in second
    assert {"About the same as" in one for one in (third, fourth)} == {True}
    assert {"About the same as" in one for one in (first, second, last)} == {False}
    assert "+6 out of 32 possible: +0.19 A full course did not help last time: −0.30 In all: −0.11" in last
    assert "Hard-to-treat depression: ●●●○ moderate evidence After ketamine: ●○○○ very weak evidence" in last
    assert "Hard-to-treat depression: ●●○○ weak evidence After ketamine: ○○○○ no study found" in first


def test_choose_when_added_up_keeps_nothing_and_what_was_typed_stays(cast: Cast) -> None:
    response = added_up(cast, **{"person-stillness": "0", "why": "it comes back"})
    assert TherapyChoice.objects.count() == 0
    assert {name: seen.typed(response, name) for name in SAID} == {
        name: str(value) for name, value in SAID.items()
    }
    assert (seen.typed(response, "person-stillness"), seen.typed(response, "person-likes_group")) == ("0", "")
    assert seen.typed(response, "why") == "it comes back"


def test_choose_when_there_are_no_stars_says_so_and_can_be_kept(cast: Cast) -> None:
    nothing = {"step": "add_up", "uid": uuid.uuid4()}
    response = logged_in(cast.bell).post(path(cast), nothing)
    assert all("Nothing to add up yet" in card for card in cards(response))
    sent = {**nothing, **{k: v for k, v in sent_back(response).items() if k not in SAID}}
    kept = logged_in(cast.bell).post(path(cast), {**sent, "chosen": "not_sure"})
    assert kept.status_code == 302
    assert TherapyChoice.objects.get().chosen == "not_sure"


def test_choose_when_kept_leads_to_the_talk_and_sent_again_keeps_one(cast: Cast) -> None:
    sent = sent_back(added_up(cast), why="it comes back", disagreement="CBT again")
    first, second = (logged_in(cast.bell).post(path(cast), sent) for _ in range(2))
    assert (first.status_code, first["Location"]) == (302, second["Location"])
    row = TherapyChoice.objects.get()
    assert first["Location"] == f"/patients/{cast.adas_episode}/choice/{row.uid}/"
    words = seen.text(logged_in(cast.okoro).get(first["Location"]))
    assert "Chosen: Psychodynamic therapy Why, in the words of Ada Alder it comes back" in words
    assert (
        "What the clinician sees otherwise CBT again We talked on 2 March 2026: Ada Alder, Dr Bell." in words
    )


def test_choose_when_something_is_missing_says_where_and_keeps_what_was_typed(cast: Cast) -> None:
    sent = sent_back(added_up(cast), chosen="", took_part="", why="it comes back")
    response = logged_in(cast.bell).post(path(cast), sent)
    assert response.status_code == 422
    assert [error.partition(":")[0] for error in seen.errors(response)] == [
        "Who took part",
        "What do you choose?",
    ]
    assert (seen.typed(response, "why"), seen.typed(response, "person-old_patterns")) == (
        "it comes back",
        "3",
    )
    assert "In all: +0.50" in cards(response)[0]
    assert TherapyChoice.objects.count() == 0


def test_choose_when_answers_changed_after_the_sum_shows_the_new_one_before_it_keeps(cast: Cast) -> None:
    sent = sent_back(added_up(cast), **{"before-cbt": ""})
    response = logged_in(cast.bell).post(path(cast), sent)
    assert response.status_code == 422
    assert seen.errors(response) == [
        "The answers changed after they were added up. This is what they add up to now: look, then keep it."
    ]
    again = {**sent, "seen": seen.typed(response, "seen")}
    assert logged_in(cast.bell).post(path(cast), again).status_code == 302


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ["why", "look again by"]),
        ({"stop-no_team-reason": "no cover"}, ["look again by"]),
        ({"stop-no_team-reason": "no cover", "stop-no_team-until": "2026-03-01"}, ["look again by"]),
        ({"stop-no_team-reason": "no cover", "stop-no_team-until": "soon"}, ["look again by"]),
    ],
)
def test_choose_when_something_stands_in_the_way_asks_why_and_until_when(
    cast: Cast, fields: Mapping[str, str], said: list[str]
) -> None:
    response = added_up(cast, **{"stop-no_team": "on", **fields})
    assert response.status_code == 422
    wanted = [f"Dialectical behaviour therapy: there is no full DBT team: {one}" for one in said]
    assert [error.rpartition(": ")[0].split(": This")[0].split(": Is")[0].split(": Expected")[0]
            for error in seen.errors(response)] == wanted  # fmt: skip
    assert seen.elements(response, "input", name="chosen") == []


def test_choose_when_a_therapy_has_to_wait_keeps_it_on_the_list_with_its_days(cast: Cast) -> None:
    late = {"stop-no_therapist-ipt": "on", "stop-no_therapist-ipt-reason": "Back in spring.",
            "stop-no_therapist-ipt-until": "2026-03-20"}  # fmt: skip
    shown = next(card for card in cards(added_up(cast, **late)) if card.startswith("Interpersonal"))
    assert "No therapist is free yet. It stays on the list. Back in spring. Wait: about 18 days." in shown


def test_choose_when_talked_over_before_fills_in_those_answers_unless_begun_afresh(cast: Cast) -> None:
    over, stands = stop("no_team", "dbt"), stop("no_regular_slot", "psychodynamic")
    make_talk(cast.adas_episode, by=cast.bell, answers=replace(EXAMPLE, stops=(over, stands)))
    again, afresh = (logged_in(cast.bell).get(f"{path(cast)}{query}") for query in ("", "?afresh=1"))
    assert [seen.typed(page, "person-old_patterns") for page in (again, afresh)] == ["3", ""]
    assert [seen.typed(page, "before-cbt") for page in (again, afresh)] == ["full_course_no_help", ""]
    assert [seen.typed(page, "stop-no_team-reason") for page in (again, afresh)] == ["as agreed", ""]


@pytest.fixture
def own_version(tmp_path: Path) -> Iterator[str]:
    """A clinic's own version of CBT, in use for one test."""
    made_fork(tmp_path, patch("replace", "sessions.cbt-01.title", '"First steps"'))
    (own,) = [one.name for one in tmp_path.iterdir()]
    loader.use(tmp_path)
    yield own
    loader.use()


def test_choose_when_the_clinic_has_its_own_version_it_is_chosen_like_its_parent(
    cast: Cast, own_version: str
) -> None:
    response = added_up(cast)
    sums = [re.findall(r"In all: (\S+)", card)[0] for card in cards(response)]
    assert sums.count("−0.11") == 2
    assert logged_in(cast.bell).post(path(cast), sent_back(response, chosen=own_version)).status_code == 302
    assert TherapyChoice.objects.get().chosen == own_version


def test_choice_when_a_course_runs_switches_with_the_reason_and_keeps_its_history(cast: Cast) -> None:
    before = make.make_course(cast.adas_episode, by=cast.bell)
    uid = make_talk(cast.adas_episode, by=cast.bell)
    page, browser = f"/patients/{cast.adas_episode}/choice/{uid}/", logged_in(cast.bell)
    assert "Cognitive behavioural therapy runs since 10 Feb 2026. It ends with this" in seen.text(
        browser.get(page)
    )
    form = {"uid": uuid.uuid4(), "happened_at": "2026-03-02T14:00", "track": "open", "reason": ""}
    refused = browser.post(page, form)
    assert (refused.status_code, TherapyCourse.objects.count()) == (422, 1)
    assert [error.partition(":")[0] for error in seen.errors(refused)] == ["Why the change"]
    done = browser.post(page, form | {"reason": "wants to talk freely"})
    assert done["Location"] == f"/patients/{cast.adas_episode}/"
    assert list(TherapyCourse.objects.order_by("pk").values_list("therapy", "track")) == [
        ("cbt", ""), ("psychodynamic", "open"),
    ]  # fmt: skip
    decision = CourseDecision.objects.get(course_id=before)
    assert (decision.kind, decision.value, decision.reason) == ("end", "switched", "wants to talk freely")
    assert "It runs since 2 Mar 2026." in seen.text(browser.get(page))


def test_choice_when_the_viewer_may_not_begin_a_course_is_not_offered_one(cast: Cast) -> None:
    uid = make_talk(cast.adas_episode, by=cast.okoro)
    page = f"/patients/{cast.adas_episode}/choice/{uid}/"
    assert "A therapist or a prescriber begins the course." in seen.text(logged_in(cast.okoro).get(page))
    assert logged_in(cast.okoro).post(page).status_code == 403
    assert TherapyCourse.objects.count() == 0


def test_choice_when_there_was_another_talk_since_leads_to_it_and_begins_nothing(cast: Cast) -> None:
    old = make_talk(cast.adas_episode, by=cast.bell, happened_at=make.NOW - timedelta(days=9))
    new = make_talk(cast.adas_episode, by=cast.bell, chosen="not_sure")
    page = f"/patients/{cast.adas_episode}/choice/{old}/"
    response = logged_in(cast.bell).get(page)
    assert seen.links(response, "Open the newest, of 2 Mar 2026") == [
        f"/patients/{cast.adas_episode}/choice/{new}/"
    ]
    assert seen.elements(response, "form", class_="form") == []
    sent = {"uid": uuid.uuid4(), "happened_at": "2026-03-02T14:00", "track": "open"}
    assert logged_in(cast.bell).post(page, sent).status_code == 409


def test_paper_when_something_is_discreet_does_not_tell_it_and_still_adds_up(cast: Cast) -> None:
    answers = replace(EXAMPLE, stops=(stop("violent_partner", "ipt", reason="he reads her letters"),))
    uid = make_talk(cast.adas_episode, by=cast.bell, answers=answers)
    theirs = logged_in(cast.ada).get("/my-choice/")
    page = logged_in(cast.bell).get(f"/patients/{cast.adas_episode}/choice/{uid}/")
    for words in (" ".join(cards(theirs)), seen.text(theirs), " ".join(cards(page))):
        assert "letters" not in words
        assert "trauma" not in words
        assert "+2 Something we talked about in person" in words
        assert "+16 out of 32 possible: +0.50" in words
    (discreet,) = [
        one for one in seen.elements(page, "section", class_="no-print") if "Kept off" in seen.text(one)
    ]
    assert "Marked childhood trauma (see evidence note): 2 of 3 stars" in seen.text(discreet)
    assert "he reads her letters (until 1 Apr 2026)" in seen.text(discreet)


def test_my_choice_when_danger_was_the_reason_says_not_now_without_it(cast: Cast) -> None:
    everywhere = stop("danger_now", "cbt", "dbt", "act", "psychodynamic", "ipt", reason="at risk tonight")
    make_talk(cast.adas_episode, by=cast.bell, answers=replace(EXAMPLE, stops=(everywhere,)))
    shown = cards(logged_in(cast.ada).get("/my-choice/"))
    assert [("Not now. We talk about why in person." in one, "risk" in one) for one in shown] == [
        (True, False)
    ] * 5


def test_my_choice_when_talked_over_twice_shows_the_newest_to_its_person_alone(cast: Cast) -> None:
    make_talk(cast.adas_episode, by=cast.bell, happened_at=make.NOW - timedelta(days=9))
    make_talk(cast.adas_episode, by=cast.bell, chosen="none_for_now", why="I want to wait")
    mine, another = (seen.text(logged_in(one).get("/my-choice/")) for one in (cast.ada, cast.ben))
    assert "None of these, for now Why, in the words of Ada Alder I want to wait" in mine
    assert "You and your clinic have not talked about this yet." in another
    assert "wait" not in another


def test_pages_when_read_whole_then_nothing_is_claimed(cast: Cast) -> None:
    tried = {f"before-{one}": "full_course_no_help" for one in ("dbt", "act", "ipt", "psychodynamic")}
    uid = make_talk(cast.adas_episode, by=cast.bell, why="it comes back")
    pages = {
        "opened": logged_in(cast.bell).get(f"{path(cast)}?afresh=1"),
        "added up": added_up(cast, **tried),
        "kept": logged_in(cast.bell).get(f"/patients/{cast.adas_episode}/choice/{uid}/"),
        "theirs": logged_in(cast.ada).get("/my-choice/"),
    }
    assert {name: claims(response) for name, response in pages.items()} == {name: [] for name in pages}
    assert all("They do not tell us what will work." in seen.text(pages[name]) for name in list(pages)[1:])


@pytest.mark.parametrize(
    "claim",
    [
        "CBT is the best therapy for you.",
        "You have a 60 % chance to get better.",
        "This makes ketamine last. It will last.",
        "The window of plasticity rewires the brain.",
        "Your last course failed.",
        "Not suitable for you.",
        "A validated, evidence-based aid.",
        "Our top match: IPT.",
    ],
)
def test_search_for_claims_when_one_is_made_finds_it(claim: str) -> None:
    assert CLAIMS.search(claim)


def test_links_when_a_therapy_is_to_be_chosen_lead_to_the_aid(cast: Cast) -> None:
    browser, record = logged_in(cast.bell), f"/patients/{cast.adas_episode}/"
    assert seen.links(browser.get(record), "Choose therapy") == [path(cast)]
    assert seen.links(browser.get(f"{record}therapy/"), "Choose a therapy together first") == [path(cast)]
    assert seen.links(logged_in(cast.mo).get(record), "Choose therapy") == []


@pytest.mark.parametrize("talks", [1, 3])
def test_pages_when_one_or_three_talks_are_kept_take_the_same_queries(
    cast: Cast, talks: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(talks):
        uid = make_talk(cast.adas_episode, by=cast.bell, happened_at=make.NOW - timedelta(days=9 - number))
    record = f"/patients/{cast.adas_episode}/"
    for viewer, page, queries in (
        (cast.bell, path(cast), CHOOSE_QUERIES),
        (cast.bell, f"{record}choice/{uid}/", CHOICE_QUERIES),
        (cast.ada, "/my-choice/", MY_CHOICE_QUERIES),
    ):
        browser = logged_in(viewer)
        browser.get(page)
        with django_assert_num_queries(queries):
            assert browser.get(page).status_code == 200
    assert len(choices.of_episode(cast.bell, cast.adas_episode)) == talks
