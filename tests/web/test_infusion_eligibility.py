"""Exclusions are looked at one by one on the page, and a prescriber signs for going on in spite of one."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from holdfast.care import eligibility
from holdfast.pathway.eligibility import Verdict
from holdfast.records.queries import eligibility as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.making.eligibility import nothing_found
from tests.web import seen
from tests.web.infusing import KETAMINE, address, said, send, standing

DAYS = timedelta(days=1)


@pytest.fixture
def nurse(cast: Cast) -> Client:
    return logged_in(cast.okoro)


@pytest.fixture
def prescriber(cast: Cast) -> Client:
    return logged_in(cast.rivera)


def found(**but: str) -> dict[str, str]:
    return {f"found_{slug}": answer for slug, answer in nothing_found(**but).items()}


def review(cast: Cast, *, at: Any = make.NOW, **but: str) -> uuid.UUID:
    return eligibility.review(
        cast.adas_episode,
        treatment=KETAMINE,
        found=nothing_found(**but),
        happened_at=at,
        by=cast.okoro,
        at=at,
    )


def chosen(response: Any) -> list[str]:
    """The radio buttons that are filled in."""
    return [
        name
        for one in seen.elements(response, "input", type="radio")
        for name, value in one.attributes
        if name == "checked"
    ]


def test_eligibility_when_opened_asks_for_every_criterion_and_answers_none(cast: Cast, nurse: Client) -> None:
    review(cast, aneurysm="present")

    response = nurse.get(address(cast, "eligibility"))

    asked = [seen.text(seen.elements(one, "legend")[0]) for one in seen.elements(response, "fieldset")]
    assert asked == [one.criterion.words for one in standing(cast).lines]
    assert chosen(response) == []
    assert "Last time: present." in seen.text(seen.elements(response, "fieldset")[0])


def test_eligibility_when_opened_says_what_to_look_at_with_its_source_and_standing(
    cast: Cast, nurse: Client
) -> None:
    words = [seen.text(one) for one in seen.elements(nurse.get(address(cast, "eligibility")), "fieldset")]

    assert words[0].startswith(
        "Aneurysm, or an arteriovenous malformation Look at: History, imaging where there is any; aorta, chest, "
        "belly, head, limbs. Source: label of esketamine (Spravato)."
    )
    assert "Site default: trial protocols, as recalled." in words[6]


def test_review_when_sent_is_kept_and_says_what_it_comes_to(cast: Cast, nurse: Client) -> None:
    response = send(nurse, cast, "eligibility", **found(pregnancy="not_known"), note="Test on Friday")

    assert said(nurse, response) == ["Review kept, 2 Mar 2026 15:00: cannot tell yet."]
    kept = standing(cast).review
    assert kept is not None
    assert (kept.found, kept.note) == (nothing_found(pregnancy="not_known"), "Test on Friday")


def test_review_when_an_answer_is_missing_is_not_kept_and_keeps_the_others(cast: Cast, nurse: Client) -> None:
    answers = {name: value for name, value in found().items() if name != "found_thyroid"}

    response = send(nurse, cast, "eligibility", **answers)

    assert (response.status_code, seen.errors(response)) == (
        422,
        ["Thyroid too active: Not answered. Expected: absent, present or not known."],
    )
    assert len(chosen(response)) == len(answers)
    assert standing(cast).review is None


def test_review_when_sent_twice_is_kept_once(cast: Cast, nurse: Client) -> None:
    fields = {"uid": str(uuid.uuid4()), **found()}

    sent = [send(nurse, cast, "eligibility", **fields).status_code for _ in range(2)]

    assert sent == [302, 302]
    assert len(queries.reviews(cast.okoro, cast.adas_episode, treatment=KETAMINE)) == 1


def override(cast: Cast, browser: Client, review_uid: uuid.UUID, **fields: str) -> Any:
    usual = {"act": "override", "review": str(review_uid), "criterion": "psychosis", "reason": "Well since 2010",
             "password": make.PASSWORD}  # fmt: skip
    return send(browser, cast, "eligibility", **{**usual, **fields})


def test_override_when_signed_lets_the_course_go_on_and_is_shown(cast: Cast, prescriber: Client) -> None:
    uid = review(cast, psychosis="present")

    response = override(cast, prescriber, uid)

    assert said(prescriber, response) == ["Override signed. It holds until the next review."]
    assert standing(cast).verdict is Verdict.ELIGIBLE
    page = seen.text(prescriber.get(address(cast, "eligibility")))
    assert (
        "Psychosis now or before: present, overridden by Dr Rivera, 2 Mar 2026 15:00: Well since 2010" in page
    )


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"password": "not mine"},
         "Your password, to sign: Does not fit. Expected: your own password, to sign."),
        ({"reason": ""}, "Why you go on in spite of it: This field is required."),
        ({"criterion": "aneurysm"}, "'aneurysm' was not found. Expected: an exclusion that is present."),
        ({"review": "x"}, "Review: Enter a valid UUID."),
    ],
)  # fmt: skip
def test_override_when_something_is_wrong_is_not_signed_and_keeps_what_was_typed(
    cast: Cast, prescriber: Client, fields: dict[str, str], problem: str
) -> None:
    uid = review(cast, psychosis="present")

    response = override(cast, prescriber, uid, **fields)

    assert (response.status_code, seen.errors(response)) == (422, [problem])
    assert standing(cast).verdict is Verdict.NOT_ELIGIBLE
    if "criterion" not in fields:
        assert seen.typed(response, "reason") == fields.get("reason", "Well since 2010")
    assert make.PASSWORD not in response.content.decode()


def test_override_when_sent_by_a_nurse_is_refused_and_offered_to_none(cast: Cast, nurse: Client) -> None:
    uid = review(cast, psychosis="present")

    assert override(cast, nurse, uid).status_code == 403
    assert seen.elements(nurse.get(address(cast, "eligibility")), "input", type="password") == []


def test_override_when_the_review_is_of_another_person_is_not_found(cast: Cast, prescriber: Client) -> None:
    of_ben = eligibility.review(
        cast.bens_episode,
        treatment=KETAMINE,
        found=nothing_found(psychosis="present"),
        happened_at=make.NOW,
        by=cast.okoro,
        at=make.NOW,
    )

    assert override(cast, prescriber, of_ben).status_code == 404
    standing_of_ben = queries.standing(cast.okoro, cast.bens_episode, treatment=KETAMINE, at=make.NOW)
    assert standing_of_ben.verdict is Verdict.NOT_ELIGIBLE


def test_override_when_a_newer_review_came_in_between_is_a_conflict(cast: Cast, prescriber: Client) -> None:
    old = review(cast, at=make.NOW - DAYS, psychosis="present")
    review(cast, psychosis="present")

    response = override(cast, prescriber, old)

    assert (response.status_code, seen.errors(response)) == (
        409, ["A newer review has been made; look at what it found."],
    )  # fmt: skip


def test_eligibility_when_the_review_is_too_old_says_so_and_asks_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    review(cast)
    monkeypatch.setattr("django.utils.timezone.now", lambda: make.NOW + 91 * DAYS)

    page = logged_in(cast.okoro).get(address(cast, "eligibility"))
    banner = seen.elements(page, "section", class_="banner-warn")

    assert [seen.text(one) for one in banner] == [
        "Cannot tell yet The review is too old: look again. Looked at 2 Mar 2026 15:00 by Nurse Okoro. "
        "It held until 31 May 2026."
    ]


def test_review_when_withdrawn_counts_no_longer_and_stays_readable(cast: Cast, nurse: Client) -> None:
    uid = review(cast)

    response = nurse.post(
        address(cast, "eligibility"), {"act": "withdraw", "fact": str(uid), "why": "Another person's"}
    )

    assert said(nurse, response) == ["The review is marked as entered in error and counts no longer."]
    assert standing(cast).review is None
    assert "Entered in error, Nurse Okoro: Another person's" in seen.text(
        nurse.get(address(cast, "eligibility"))
    )


@pytest.mark.parametrize(("fact", "why"), [("x", "Wrong"), ("5e7c1e0e-0000-4000-8000-000000000000", "")])
@pytest.mark.parametrize("name", ["eligibility", "consent", "weight"])
def test_withdraw_when_it_cannot_be_read_says_so(
    cast: Cast, nurse: Client, name: str, fact: str, why: str
) -> None:
    response = nurse.post(address(cast, name), {"act": "withdraw", "fact": fact, "why": why})

    assert response.status_code == 400
    assert "a few words; nothing was changed" in seen.text(response)
