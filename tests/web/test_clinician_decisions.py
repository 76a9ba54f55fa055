"""Deciding a suggestion: accepted, or declined with a reason, beside what was on the screen."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from holdfast.records.queries import episode
from holdfast.records.queries import patient as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen

DAYS = timedelta(days=1)
MISSING = "Ask how they are: a check-in is missing"


@pytest.fixture
def therapist(cast: Cast) -> Client:
    return logged_in(cast.bell)


def shown(cast: Cast) -> dict[str, Any]:
    """What the form of the first suggestion sends along."""
    outlook = queries.outlook(cast.bell, cast.adas_episode)
    assert outlook is not None
    return {"outlook": outlook.outlook_id, "digest": outlook.suggestions[0].digest}


def decide(cast: Cast, browser: Client, **fields: object) -> Any:
    path = f"/patients/{cast.adas_episode}/suggestion/"
    return browser.post(path, {**shown(cast), **fields}, follow=True)


def steps(response: Any) -> list[str]:
    return [seen.text(seen.elements(one, "h3")[0]) for one in seen.elements(response, "article")]


def test_suggestion_when_shown_has_reasons_owner_source_and_what_would_change_it(
    cast: Cast, therapist: Client
) -> None:
    (article,) = seen.elements(therapist.get(f"/patients/{cast.adas_episode}/"), "article")

    words = seen.text(article)
    assert words.startswith(
        f"{MISSING} this week for the nurse, for 53 days The first check-in was due when care began (1 Jan 2026)"
    )
    assert "What would change it: " in words
    assert "Source: " in words


def test_suggestion_when_accepted_is_kept_and_leaves_the_list(cast: Cast, therapist: Client) -> None:
    response = decide(cast, therapist, decision="accept", reason="")

    assert seen.messages(response) == ["Kept: accepted."]
    assert steps(response) == []
    assert f"Decided suggestions (1) {MISSING}: accepted by Dr Bell, 2 Mar 2026 15:00" in seen.text(response)


def test_suggestion_when_declined_with_a_reason_is_kept(cast: Cast, therapist: Client) -> None:
    response = decide(cast, therapist, decision="decline", reason="she is away until Monday")

    assert seen.messages(response) == ["Kept: declined, because: she is away until Monday"]
    assert [(row.accepted, row.reason) for row in episode.decisions(cast.bell, cast.adas_episode)] == [
        (False, "she is away until Monday")
    ]


@pytest.mark.parametrize("reason", ["", "   "])
def test_suggestion_when_declined_without_a_reason_stays_open_with_the_error(
    cast: Cast, therapist: Client, reason: str
) -> None:
    response = decide(cast, therapist, decision="decline", reason=reason)

    assert (response.status_code, seen.errors(response)) == (
        422, ["Reason: Is empty. Expected: why not, in a few words."],
    )  # fmt: skip
    assert steps(response) == [MISSING]
    assert episode.decisions(cast.bell, cast.adas_episode) == ()


def test_suggestion_when_the_reason_is_too_long_keeps_what_was_typed(cast: Cast, therapist: Client) -> None:
    long = "because " * 200

    response = decide(cast, therapist, decision="decline", reason=long)

    assert response.status_code == 422
    assert seen.typed(response, "reason") == long.strip()


def test_suggestion_when_neither_button_was_pressed_counts_as_declined(cast: Cast, therapist: Client) -> None:
    assert decide(cast, therapist, reason="").status_code == 422


def test_suggestion_when_decided_already_says_so_and_shows_the_current_list(
    cast: Cast, therapist: Client
) -> None:
    before = shown(cast)
    decide(cast, therapist, decision="accept", reason="")

    response = therapist.post(
        f"/patients/{cast.adas_episode}/suggestion/", {**before, "decision": "decline", "reason": "too late"}
    )

    assert (response.status_code, seen.errors(response)) == (409, ["This suggestion was decided already."])
    assert "That suggestion is no longer on the list. You had typed: too late" in seen.text(response)
    assert len(episode.decisions(cast.bell, cast.adas_episode)) == 1


def test_suggestion_when_the_button_is_tapped_twice_is_decided_once(cast: Cast, therapist: Client) -> None:
    fields = {**shown(cast), "decision": "decline", "reason": "she is away"}

    sent = [therapist.post(f"/patients/{cast.adas_episode}/suggestion/", fields) for _ in range(2)]

    assert [response.status_code for response in sent] == [302, 302]
    assert len(episode.decisions(cast.bell, cast.adas_episode)) == 1


@pytest.mark.parametrize("fields", [{"digest": "0" * 64}, {"outlook": 999_999}])
def test_suggestion_when_it_was_never_shown_is_not_found(
    cast: Cast, therapist: Client, fields: dict[str, object]
) -> None:
    assert decide(cast, therapist, decision="accept", reason="", **fields).status_code == 404


@pytest.mark.parametrize("fields", [{"digest": ""}, {"outlook": "x"}, {"digest": "<script>"}])
def test_suggestion_when_its_marks_are_broken_is_a_clear_error(
    cast: Cast, therapist: Client, fields: dict[str, object]
) -> None:
    response = decide(cast, therapist, decision="accept", reason="", **fields)

    assert response.status_code in {404, 422}
    assert b'<script>"' not in response.content


def test_suggestion_when_it_is_a_safety_alert_cannot_be_declined_here(cast: Cast, therapist: Client) -> None:
    make.make_check_in(cast.adas_episode, 1, 1, 1, 1, 1, 1, 1, 1, 1, by=cast.ada)

    response = therapist.get(f"/patients/{cast.adas_episode}/")

    assert "Answer the safety alert" not in steps(response)
    assert seen.links(response, "Answer this alert") != []


def test_decision_when_of_another_site_is_not_found(cast: Cast) -> None:
    response = decide(cast, logged_in(cast.stone), decision="accept", reason="")

    assert response.status_code == 404
    assert episode.decisions(cast.bell, cast.adas_episode) == ()
